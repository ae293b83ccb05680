/** What the page of relays lists. */
import type { Context } from 'hono'
import { html } from 'hono/html'
import { hostOf } from '../parts/delivery.ts'
import { root, type Html } from '../parts/layout.ts'
import { badge, code, empty } from '../parts/parts.ts'
import { relativeTime } from '../parts/time.ts'
import type { BacklogRow, BlockerRow, RelayRow, StorageRow } from '../queries/relays.ts'

const TONES = { 'at work': 'good', hung: 'bad', gone: '' } as const
const QUEUES = {
  log: 'The log: not read yet',
  batches: 'Batches: being matched and sent',
  bursts: 'Bursts: waiting to become one event',
} as const

export function relayTable(rows: RelayRow[], now: Date): Html {
  if (rows.length === 0)
    return empty(
      'No relay is at work',
      html`<p>Events are kept, but nothing is sent. Start one, or several: they share the work.</p>
        ${code('outbox relay')}`,
    )
  return html`<table class="list">
    <thead>
      <tr>
        <th>Relay</th>
        <th>State</th>
        <th class="number">Batches</th>
        <th class="number">Deliveries</th>
        <th>Started</th>
        <th>Lease ends</th>
        <th>Version</th>
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        (row) =>
          html`<tr id="relay-${row.id}">
            <th scope="row"><bdi>${row.name}</bdi></th>
            <td data-label="State">${badge(row.state, TONES[row.state])}</td>
            <td data-label="Batches" class="number">${row.batches}</td>
            <td data-label="Deliveries" class="number">${row.deliveries}</td>
            <td data-label="Started">${relativeTime(row.started_at, now)}</td>
            <td data-label="Lease ends">${relativeTime(row.alive_until, now)}</td>
            <td data-label="Version"><bdi>${row.version}</bdi></td>
          </tr>`,
      )}
    </tbody>
  </table>`
}

export function backlogTable(c: Context, rows: BacklogRow[], now: Date): Html {
  return html`<table class="list">
    <thead>
      <tr>
        <th>Queue</th>
        <th class="number">Waiting</th>
        <th class="number">Due</th>
        <th class="number">Under way</th>
        <th class="number">Held</th>
        <th>Oldest</th>
        <th>Next attempt</th>
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        (row) =>
          html`<tr>
            <th scope="row">${queueName(c, row)}</th>
            <td data-label="Waiting" class="number">${row.waiting}</td>
            <td data-label="Due" class="number">${row.due}</td>
            <td data-label="Under way" class="number">${row.under_way}</td>
            <td data-label="Held" class="number">${row.held}</td>
            <td data-label="Oldest">${row.oldest_at === null ? '' : relativeTime(row.oldest_at, now)}</td>
            <td data-label="Next attempt">
              ${row.next_attempt_at === null ? '' : relativeTime(row.next_attempt_at, now)}
            </td>
          </tr>`,
      )}
    </tbody>
  </table>`
}

function queueName(c: Context, { queue, webhook_id, url }: BacklogRow): Html | string {
  if (queue !== 'webhook') return QUEUES[queue]
  return html`<a href="${root(c)}webhooks/${webhook_id}"
    ><bdi>${url === null ? 'deleted webhook' : hostOf(url)}</bdi></a
  >`
}

export function blockerList(rows: BlockerRow[], now: Date): Html {
  if (rows.length === 0)
    return html`<p class="muted">Nothing holds events back, and nothing keeps changes from making any.</p>`
  return html`<ul class="findings">
    ${rows.map(
      (row) =>
        html`<li class="finding">
          <h3>
            ${badge(row.kind, 'wait')} <bdi>${row.who ?? ''}</bdi> ${row.pid === null ? '' : `process ${row.pid}`}
          </h3>
          <p>
            ${row.effect}
            ${row.state === null ? '' : html`<bdi>${row.state}</bdi>`}${
              row.since === null ? '' : html`, since ${relativeTime(row.since, now)}`
            }
          </p>
          ${row.what === null ? '' : html`<p><code>${row.what}</code></p>`} ${row.mend === null ? '' : code(row.mend)}
        </li>`,
    )}
  </ul>`
}

export function storageTable(rows: StorageRow[], now: Date): Html {
  return html`<table class="list">
    <thead>
      <tr>
        <th>Table</th>
        <th class="number">Size</th>
        <th class="number">Rows, about</th>
        <th class="number">Dead</th>
        <th class="number">Partitions</th>
        <th>Since</th>
        <th>Oldest day dropped</th>
        <th>Vacuumed</th>
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        (row) =>
          html`<tr>
            <th scope="row"><code>outbox.${row.table_name}</code></th>
            <td data-label="Size" class="number">${row.size}</td>
            <td data-label="Rows, about" class="number">${row.rows}</td>
            <td data-label="Dead" class="number">${row.dead_tuples}</td>
            <td data-label="Partitions" class="number">${row.partitions === '0' ? '' : row.partitions}</td>
            <td data-label="Since">${row.oldest_day ?? ''}</td>
            <td data-label="Oldest day dropped">${row.kept_until === null ? '' : relativeTime(row.kept_until, now)}</td>
            <td data-label="Vacuumed">${row.last_autovacuum === null ? '' : relativeTime(row.last_autovacuum, now)}</td>
          </tr>`,
      )}
    </tbody>
  </table>`
}
