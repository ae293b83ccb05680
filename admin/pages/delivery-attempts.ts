/** The attempts of a delivery, newest first: when, how long, and what came back. */
import { html } from 'hono/html'
import type { AttemptRow } from '../queries.ts'
import { answer } from '../parts/delivery.ts'
import { prettyJson } from '../parts/json.ts'
import type { Html } from '../parts/layout.ts'
import { part } from '../parts/parts.ts'
import { fullTime } from '../parts/time.ts'

export function attemptsOf(attempts: readonly AttemptRow[], now: Date): Html {
  if (attempts.length === 0) return part('Attempts', html`<p>None yet.</p>`)
  return part(
    'Attempts',
    html`<ol class="timeline" reversed>
      ${attempts.map((row) => attempt(row, now))}
    </ol>`,
  )
}

function attempt(row: AttemptRow, now: Date): Html {
  const good = row.response_status !== null && row.response_status >= 200 && row.response_status < 300
  return html`<li id="a-${row.attempt}" class="${good ? 'good' : 'bad'}">
    <div class="line">
      <strong>${answer(row.response_status, row.error)}</strong>
      <span class="muted">attempt ${row.attempt}</span>
      <span>${fullTime(row.attempted_at, now)}</span>
      <span class="muted">took ${Math.round(row.duration_ms).toLocaleString('en')} ms</span>
    </div>
    ${response(row)}
  </li>`
}

function response({ attempt: number, response_headers, response_body }: AttemptRow): Html | '' {
  if (response_headers === null && !response_body) return ''
  return html`<details id="a-${number}-response">
    <summary>headers and body</summary>
    ${response_headers === null ? '' : html`<pre class="json">${prettyJson(response_headers)}</pre>`}
    ${response_body ? html`<pre>${response_body}</pre>` : html`<p class="muted">The body was empty.</p>`}
  </details>`
}
