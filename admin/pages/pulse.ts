/** How it goes, at a glance: the last hour in figures and in bars. */
import { html } from 'hono/html'
import { bars } from '../parts/bars.ts'
import type { Html } from '../parts/layout.ts'
import { part } from '../parts/parts.ts'
import { clock } from '../parts/time.ts'
import type { BacklogSumRow, MinuteRow } from '../queries/overview.ts'

export function pulse(minutes: readonly MinuteRow[], backlog: BacklogSumRow | undefined, now: Date): Html {
  const sum = (of: (row: MinuteRow) => number) => minutes.reduce((total, row) => total + of(row), 0)
  const delivered = sum((row) => row.delivered)
  const failed = sum((row) => row.failed)
  const attempts = delivered + failed
  const rate = attempts === 0 ? null : (100 * delivered) / attempts
  const last = minutes.findLast((row) => row.p50_ms !== null)
  const summary = `Attempts a minute in the last hour: ${delivered} succeeded, ${failed} failed.`
  return part(
    'Last hour',
    html`<dl class="tiles">
        ${tile('Succeeded', rate === null ? '–' : `${percent(rate)} %`, `${count(delivered)} of ${count(attempts)} attempts`, failed === 0 ? '' : 'bad')}
        ${tile('Response time', last === undefined ? '–' : `${last.p50_ms} ms`, last === undefined ? 'no attempt yet' : `median; 95 of 100 within ${last.p95_ms} ms`)}
        ${tile('Waiting', count(backlog?.waiting ?? 0), `${count(backlog?.due ?? 0)} due now, ${count(backlog?.held ?? 0)} held`)}
        ${tile('Given up', count(sum((row) => row.dead)), 'deliveries', sum((row) => row.dead) === 0 ? '' : 'bad')}
      </dl>
      ${bars(
        minutes.map((row) => ({
          label: `${clock(row.minute, now).slice(0, -3)}: ${row.delivered} succeeded, ${row.failed} failed`,
          good: row.delivered,
          bad: row.failed,
        })),
        summary,
      )}`,
  )
}

function tile(name: string, value: string, about: string, tone = ''): Html {
  return html`<div>
    <dt>${name}</dt>
    <dd class="value ${tone}">${value}</dd>
    <dd class="muted small">${about}</dd>
  </div>`
}

/** Never rounded up to a hundred: one failure in a million is none that one may not see. */
function percent(rate: number): string {
  return rate === 100 ? '100' : Math.min(99.9, rate).toFixed(1)
}

function count(value: number): string {
  return value.toLocaleString('en')
}
