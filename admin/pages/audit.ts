/** `/audit`: who changed what, the newest first. */
import type { Context, Hono } from 'hono'
import { html } from 'hono/html'
import type { Env } from '../access/actor.ts'
import { needs } from '../access/needs.ts'
import type { Pool } from '../pool.ts'
import { databaseTime, forPsql } from '../queries.ts'
import { auditLog, type AuditRow, type ChangedValue } from '../queries/audit.ts'
import { root, show, type Html } from '../parts/layout.ts'
import { clockTime } from '../parts/time.ts'

const SHOWN = 50

interface Filter {
  actor: string | null
  action: string | null
  object: string | null
  /** The id that the page before ended with. */
  before: string | null
}

export function auditPage(app: Hono<Env>, pool: Pool): void {
  app.get('/audit', needs('admin'), async (c) => {
    const filter = filterOf(c)
    const { now, rows } = await readLog(pool, filter)
    const content = html`<h1>Audit log</h1>
      <p class="muted">
        Every change of webhooks, watches, settings, event types and tokens, and every act: whoever made it, by
        whichever door.
      </p>
      ${filterForm(filter)} ${rows.length === 0 ? nothing(filter) : logTable(c, rows.slice(0, SHOWN), now)}
      ${pager(filter, rows)}`
    return show(c, { title: 'Audit log · Outbox', content, refresh: null, reads: [forPsql(auditLog)] })
  })
}

function filterOf(c: Context): Filter {
  const given = (name: string) => c.req.query(name)?.trim() || null
  const before = given('before')
  return {
    actor: given('actor'),
    action: given('action'),
    object: given('object'),
    before: before !== null && /^\d{1,18}$/.test(before) ? before : null,
  }
}

function readLog(pool: Pool, { actor, action, object, before }: Filter): Promise<{ now: Date; rows: AuditRow[] }> {
  return pool.read(async (query) => {
    const [time] = await query<{ now: Date }>(databaseTime)
    const rows = await query<AuditRow>(auditLog, [actor, action, object, before])
    return { now: time?.now ?? new Date(), rows }
  })
}

function filterForm(filter: Filter): Html {
  const field = (name: 'actor' | 'action' | 'object', label: string, example: string) =>
    html`<p class="field">
      <label for="${name}">${label}</label>
      <input id="${name}" name="${name}" value="${filter[name] ?? ''}" placeholder="${example}" />
    </p>`
  return html`<form class="filters" method="get">
    ${field('actor', 'Actor', 'ada')} ${field('action', 'Action', 'webhook or webhook.updated')}
    ${field('object', 'Object', 'id, type or table')}
    <button class="button">Filter</button>
    <a class="button" href="./audit">Clear</a>
  </form>`
}

function nothing({ actor, action, object }: Filter): Html {
  if ((actor ?? action ?? object) !== null)
    return html`<div class="empty">
      <h2>Nothing like that</h2>
      <p>No row of the log has this actor, action and object. They are compared as they are written.</p>
    </div>`
  return html`<div class="empty">
    <h2>Nothing was changed yet</h2>
    <p>
      Register a webhook, here, by the API or in SQL, and the log tells who did it and from where. Applications that
      write events leave nothing here.
    </p>
  </div>`
}

function logTable(c: Context, rows: readonly AuditRow[], now: Date): Html {
  return html`<table class="list audit">
    <thead>
      <tr>
        <th>Time</th>
        <th>Action</th>
        <th>Object</th>
        <th>Actor</th>
        <th>What changed</th>
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        (row) =>
          html`<tr id="a-${row.id}">
            <td class="nowrap">${clockTime(row.at, now)}</td>
            <th>${row.action}</th>
            <td data-label="Object">${objectOf(c, row)}</td>
            <td data-label="Actor">${actorOf(row)}</td>
            <td>${(row.values ?? []).map((value) => difference(row, value))}</td>
          </tr>`,
      )}
    </tbody>
  </table>`
}

/** What is still there has a page. */
function objectOf(c: Context, { action, object_id }: AuditRow): Html | '' {
  if (object_id === null) return ''
  const folder = /^(webhook|replay|secret)\./.test(action)
    ? 'webhooks'
    : action.startsWith('delivery.')
      ? 'deliveries'
      : null
  if (folder === null || action === 'webhook.deleted') return html`<bdi>${object_id}</bdi>`
  return html`<a href="${root(c)}${folder}/${encodeURIComponent(object_id)}"><bdi>${object_id}</bdi></a>`
}

function actorOf({ actor, door, address, db_role }: AuditRow): Html {
  const from = [`by ${door}`, address === null ? '' : `from ${address}`, actor === db_role ? '' : `as ${db_role}`]
  return html`<bdi>${actor}</bdi> <span class="muted small">${from.filter((part) => part !== '').join(' ')}</span>`
}

/** A word for those who do not see that a value is struck out. */
function difference({ has_before, has_after }: AuditRow, { name, before, after }: ChangedValue): Html {
  const same = has_before && has_after && before === after
  return html`<div class="small">
    <code
      >${name}: ${has_before && !same ? html`<del>${before ?? 'null'}</del>` : ''}
      ${has_before && has_after && !same ? html`<span aria-label="became">→</span>` : ''}
      ${same ? after : has_after ? html`<ins>${after ?? 'null'}</ins>` : ''}</code
    >
  </div>`
}

function pager(filter: Filter, rows: readonly AuditRow[]): Html | '' {
  const last = rows[SHOWN - 1]
  const address = (before: string | null) => {
    const wanted = Object.entries({ ...filter, before }).filter((entry): entry is [string, string] => entry[1] !== null)
    return `?${new URLSearchParams(wanted).toString()}`
  }
  const more = rows.length > SHOWN && last !== undefined
  if (filter.before === null && !more) return ''
  return html`<nav class="pager" aria-label="Pages">
    <span></span>
    <span>
      ${filter.before === null ? '' : html`<a class="button" href="${address(null)}">Newest</a>`}
      ${more ? html`<a class="button" rel="next" href="${address(last.id)}">Older</a>` : ''}
    </span>
  </nav>`
}
