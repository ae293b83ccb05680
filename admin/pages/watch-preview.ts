/** The event that a rule would make of a row that is there. */
import { html } from 'hono/html'
import { prettyJson } from '../parts/json.ts'
import type { Html } from '../parts/layout.ts'
import { code, facts, part } from '../parts/parts.ts'
import type { PreviewRow } from '../queries/watches.ts'
import type { Draft } from './watch-form.ts'

export function preview(row: PreviewRow, { event_type, operation, condition }: Draft): Html {
  return part(
    'Preview',
    html`<div class="card preview" role="status">
      ${
        row.data === null
          ? html`<p>The table is empty: there is no row to show an event of. The rule fits the table.</p>`
          : html`${facts([
                ['Event', event_type],
                ['Key', row.key ?? 'none'],
                row.tenant === null ? null : ['Tenant', row.tenant],
                condition === '' ? null : ['Condition', verdict(row.fires)],
              ])}
              ${code(html`<span class="json">${prettyJson(row.data)}</span>`)}
              <p class="hint">
                ${operation === 'truncate' ? 'A truncate has no row.' : 'Made of the row with the highest key.'}
                ${operation === 'update' ? 'A real update also brings previous: the old values of what it changed.' : ''}
              </p>`
      }
      ${code(`${row.statement};`)}
    </div>`,
  )
}

function verdict(fires: boolean | null): string {
  if (fires === null) return 'depends on the change'
  return fires ? 'true for this row' : 'not true for this row: it would make no event'
}
