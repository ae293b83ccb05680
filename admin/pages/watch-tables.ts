/** The tables that can be watched, and the presets for those that look like one. */
import type { Context } from 'hono'
import { html } from 'hono/html'
import type { Env } from '../access/actor.ts'
import { actionButton } from '../parts/form.ts'
import { root, type Html } from '../parts/layout.ts'
import { empty } from '../parts/parts.ts'
import type { ColumnRow, Preset, TableRow } from '../queries/watches.ts'

/** The first that fits the table's name; all of them read a column "status". */
const PRESETS: readonly (readonly [name: RegExp, preset: Preset, makes: string])[] = [
  [/(ticket|issue)s?$/i, 'watch_tickets', 'ticket.created, ticket.updated, ticket.status_changed'],
  [/steps?$/i, 'watch_workflow_steps', 'workflow.step_completed'],
  [/workflows?$/i, 'watch_workflows', 'workflow.started, workflow.completed'],
  [/test_?runs?$/i, 'watch_test_runs', 'test.run_created, test.run_completed'],
]

export function tablePicker(c: Context<Env>, rows: TableRow[]): Html {
  if (rows.length === 0)
    return empty(
      'This database has no tables',
      html`<p>Those of the outbox and of Postgres itself cannot be watched.</p>`,
    )
  return html`<table class="list">
    <thead>
      <tr>
        <th>Table</th>
        <th class="number">Rows, about</th>
        <th>Watched already</th>
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        (row) =>
          html`<tr>
            <th scope="row">${name(c, row)}</th>
            <td data-label="Rows, about" class="number">${row.rows}</td>
            <td data-label="Watched already">
              ${row.event_types.map((type) => html`<span class="tag">${type}</span> `)}
            </td>
          </tr>`,
      )}
    </tbody>
  </table>`
}

function name(c: Context<Env>, { relation, ours, owner }: TableRow): Html {
  if (!ours) return html`<bdi>${relation}</bdi> <span class="muted">belongs to <bdi>${owner}</bdi></span>`
  return html`<a href="${root(c)}watches/new?relation=${encodeURIComponent(relation)}"><bdi>${relation}</bdi></a>`
}

export function presetOffer(c: Context<Env>, table: TableRow, columns: ColumnRow[]): Html | '' {
  const bare = table.relation.replaceAll('"', '')
  const found = PRESETS.find(([pattern]) => pattern.test(bare))
  if (found === undefined || !columns.some((column) => column.name === 'status')) return ''
  const [, preset, makes] = found
  return html`<div class="card preset">
    <p>This table looks like one that has a preset: <code>outbox.${preset}</code> makes ${makes}.</p>
    ${actionButton(c, {
      action: `${root(c)}watches/preset`,
      label: 'Use the preset',
      fields: { relation: table.relation, name: preset },
    })}
  </div>`
}
