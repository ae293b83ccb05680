/** Tokens and sessions as tables, each row with what ends it. */
import { html } from 'hono/html'
import { roleOf } from '../access/actor.ts'
import type { OpenSessionRow, TokenRow } from '../queries/access.ts'
import type { Html } from '../parts/layout.ts'
import { relativeTime } from '../parts/time.ts'

export function noTokens(): Html {
  return html`<div class="empty">
    <h2>No tokens yet</h2>
    <p>Make one below, or by <code>outbox token create</code>, and the API answers to it:</p>
    <pre>curl -H 'Authorization: Bearer obx_…' …/api/v1/webhooks</pre>
  </div>`
}

export function tokenTable(tokens: readonly TokenRow[], now: Date, csrf: string): Html {
  return html`<table class="list">
    <thead>
      <tr>
        <th>Name</th>
        <th>Token</th>
        <th>Scope</th>
        <th>Made</th>
        <th>Last used</th>
        <th>Expires</th>
        <th><span class="aside">Actions</span></th>
      </tr>
    </thead>
    <tbody>
      ${tokens.map((token) => tokenRow(token, now, csrf))}
    </tbody>
  </table>`
}

function tokenRow(token: TokenRow, now: Date, csrf: string): Html {
  const { id, name, scope, beginning, created_by, created_at, last_used_at, expires_at } = token
  const expired = expires_at !== null && expires_at <= now
  return html`<tr>
    <th><bdi>${name}</bdi></th>
    <td data-label="Token"><code>${beginning}…</code></td>
    <td data-label="Scope">${scope} <span class="muted">(${roleOf[scope]})</span></td>
    <td data-label="Made">
      ${relativeTime(created_at, now)} <span class="muted">by <bdi>${created_by}</bdi></span>
    </td>
    <td data-label="Last used">
      ${last_used_at === null ? html`<span class="muted">never</span>` : relativeTime(last_used_at, now)}
    </td>
    <td data-label="Expires">
      ${
        expires_at === null
          ? html`<span class="muted">never</span>`
          : html`<span class="${expired ? 'bad' : ''}"
              >${expired ? 'expired ' : ''}${relativeTime(expires_at, now)}</span
            >`
      }
    </td>
    <td>
      ${confirm(
        `tokens/${id}/revoke`,
        'Revoke',
        html`Whoever uses <bdi>${name}</bdi> is refused from now on, and sessions that were opened with it end.`,
        csrf,
      )}
    </td>
  </tr>`
}

export function sessionTable(sessions: readonly OpenSessionRow[], now: Date, csrf: string): Html {
  return html`<table class="list">
    <thead>
      <tr>
        <th>Name</th>
        <th>Scope</th>
        <th>From</th>
        <th>Since</th>
        <th>Last seen</th>
        <th>Ends</th>
        <th><span class="aside">Actions</span></th>
      </tr>
    </thead>
    <tbody>
      ${sessions.map(
        ({ id, name, scope, address, created_at, seen_at, expires_at }) =>
          html`<tr>
            <th><bdi>${name}</bdi></th>
            <td data-label="Scope">${scope} <span class="muted">(${roleOf[scope]})</span></td>
            <td data-label="From">${address ?? ''}</td>
            <td data-label="Since">${relativeTime(created_at, now)}</td>
            <td data-label="Last seen">${relativeTime(seen_at, now)}</td>
            <td data-label="Ends">${relativeTime(expires_at, now)}</td>
            <td>${confirm(`sessions/${id}/end`, 'End', html`<bdi>${name}</bdi> has to log in again.`, csrf)}</td>
          </tr>`,
      )}
    </tbody>
  </table>`
}

function confirm(path: string, label: string, consequence: Html, csrf: string): Html {
  return html`<details class="confirm">
    <summary class="button small danger">${label}</summary>
    <div class="sheet">
      <p>${consequence}</p>
      <form method="post" action="./access/${path}">
        <input type="hidden" name="csrf" value="${csrf}" /><button class="button danger sure">${label}</button>
      </form>
    </div>
  </details>`
}
