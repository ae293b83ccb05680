/** `/watches`: what is captured where, and what failed to be. */
import type { Context, Hono } from 'hono'
import { html } from 'hono/html'
import { allows, type Env } from '../access/actor.ts'
import { needs } from '../access/needs.ts'
import { act } from '../parts/flash.ts'
import { confirmButton } from '../parts/form.ts'
import { root, show, type Html } from '../parts/layout.ts'
import { code, empty, head, part } from '../parts/parts.ts'
import { problem } from '../parts/problem.ts'
import { relativeTime } from '../parts/time.ts'
import type { Pool } from '../pool.ts'
import { databaseTime, forPsql } from '../queries.ts'
import * as queries from '../queries/watches.ts'
import type { FailureRow, UnwatchedRow, WatchRow } from '../queries/watches.ts'
import { newWatchPages } from './new-watch.ts'

export function watchPages(app: Hono<Env>, pool: Pool): void {
  app.get('/watches', (c) => page(c, pool))
  app.post('/watches/:id/remove', needs('admin'), (c) => remove(c, pool))
  newWatchPages(app, pool)
}

async function remove(c: Context<Env>, pool: Pool): Promise<Response> {
  const id = c.req.param('id') ?? ''
  if (!/^\d{1,18}$/.test(id)) return problem(c, 404, 'There is no such watch.')
  return act(c, pool, {
    path: 'watches',
    work: async (query) => (await query<UnwatchedRow>(queries.unwatch, [id]))[0],
    done: (row) =>
      row === undefined
        ? 'The watch was removed already.'
        : `${row.event_type} is no longer captured: ${row.removed === 1 ? '1 rule was' : `${row.removed} rules were`} removed.`,
  })
}

async function page(c: Context<Env>, pool: Pool): Promise<Response> {
  const { now, watches, failures } = await pool.read(async (query) => ({
    now: (await query<{ now: Date }>(databaseTime))[0]?.now ?? new Date(),
    watches: await query<WatchRow>(queries.watches),
    failures: await query<FailureRow>(queries.captureFailures),
  }))
  const admin = allows(c.get('actor'), 'admin')
  const add = admin ? html`<a class="button primary" href="${root(c)}watches/new">Watch a table</a>` : ''
  const content = html`${head({
    title: 'Watches',
    about: 'Rules that make an event of a change of a table, in the transaction that makes the change.',
    actions: [add],
  })}
  ${watches.length === 0 ? none(add) : list(c, watches, failures)}
  ${failures.length === 0 ? '' : part('Capture failures', failureTable(failures, now))}`
  const reads = [queries.watches, queries.captureFailures].map((each) => forPsql(each))
  return show(c, { title: 'Watches · Outbox', content, refresh: null, reads })
}

function none(add: Html | ''): Html {
  return empty(
    'No table is watched',
    html`<p>A watch names a table, an operation and an event type; from then on every such change is an event.</p>
      ${code(`select outbox.watch('public.invoices', 'invoice.paid', 'update', condition => 'new.paid and not old.paid');`)}
      <p>${add}</p>`,
  )
}

function list(c: Context<Env>, rows: WatchRow[], failures: FailureRow[]): Html {
  const failed = (row: WatchRow) =>
    failures
      .filter((failure) => failure.relation === row.relation && failure.event_type === row.event_type)
      .reduce((sum, failure) => sum + failure.failures, 0)
  const alike = (row: WatchRow) =>
    rows.filter((other) => other.relation === row.relation && other.event_type === row.event_type).length
  return html`<table class="list watches">
    <thead>
      <tr>
        <th>Event</th>
        <th>Table</th>
        <th>When</th>
        <th>Payload</th>
        <th class="number">Failures</th>
        <th><span class="aside">Actions</span></th>
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        (row) =>
          html`<tr>
            <th scope="row"><bdi>${row.event_type}</bdi></th>
            <td data-label="Table"><bdi>${row.relation}</bdi></td>
            <td data-label="When">
              ${row.operation}${row.condition === null ? '' : html` when <code>${row.condition}</code>`}
            </td>
            <td data-label="Payload">${payload(row)}</td>
            <td data-label="Failures" class="number">${failed(row) === 0 ? '' : failed(row)}</td>
            <td><div class="acts">${actions(c, row, alike(row))}</div></td>
          </tr>`,
      )}
    </tbody>
  </table>`
}

/** What departs from the whole row under its primary key. */
function payload(row: WatchRow): Html {
  const names = (label: string, value: readonly string[] | null) =>
    value === null ? '' : html`<span class="rule">${label} <bdi>${value.join(', ') || 'nothing'}</bdi></span> `
  const { tenant_column, coalesce_for, enrich } = row
  return html`${names('only', row.columns)} ${names('not', row.except_columns)} ${names('key', row.key_columns)}
  ${names('ignores changes of', row.ignore_columns)} ${names('tenant', tenant_column === null ? null : [tenant_column])}
  ${names('one event per', coalesce_for === null ? null : [coalesce_for])}
  ${enrich === null ? '' : html`<span class="rule">enriched by <code>${enrich}</code></span>`}`
}

function actions(c: Context<Env>, row: WatchRow, alike: number): Html {
  const statement = html`<details class="statement">
    <summary>SQL</summary>
    ${code(`${row.call};`)}
  </details>`
  if (!allows(c.get('actor'), 'admin')) return statement
  const what = alike === 1 ? 'this rule' : `all ${alike} rules that make this event of this table`
  return html`${statement}
  ${confirmButton(c, {
    action: `${root(c)}watches/${row.id}/remove`,
    label: 'Remove',
    explain: html`Removes ${what}: <bdi>${row.event_type}</bdi> is no longer made of changes of
      <bdi>${row.relation}</bdi>. Events that were captured stay. Takes no lock on the table.`,
    sure: 'Remove',
    tone: 'danger',
  })}`
}

const LOST = { condition: 'no event', payload: 'event without its row', enrich: 'event without data.enriched' } as const

function failureTable(rows: FailureRow[], now: Date): Html {
  return html`<p class="muted">Your application's statements went through all the same.</p>
    <table class="list">
      <thead>
        <tr>
          <th>Event</th>
          <th>Table</th>
          <th>What failed</th>
          <th>Error</th>
          <th class="number">Times</th>
          <th>Last</th>
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            html`<tr>
              <th scope="row"><bdi>${row.event_type}</bdi></th>
              <td data-label="Table"><bdi>${row.relation}</bdi></td>
              <td data-label="What failed">${row.failed}: ${LOST[row.failed]}</td>
              <td data-label="Error">
                <bdi class="error">${row.message}</bdi> <span class="muted">${row.sqlstate}</span>
              </td>
              <td data-label="Times" class="number">${row.failures}</td>
              <td data-label="Last">${relativeTime(row.last_at, now)}</td>
            </tr>`,
        )}
      </tbody>
    </table>`
}
