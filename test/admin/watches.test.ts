/** The pages of watches: what is captured where, and a new rule tried on a real row. */
import type { Client } from '../../sql/db.ts'
import { describe, expect, test } from '../support/fixture.ts'
import { ask } from '../support/world.ts'
import { PERSON, testApp } from './support.ts'

const XSS = '"><img src=x onerror=alert(1)>'

async function makeTickets(db: Client): Promise<void> {
  await db.query(`create table public.tickets (id bigint primary key, title text, status text, assignee text)`)
  await db.query(`insert into public.tickets values (1, 'old', 'open', 'ada'), (2, $1, 'closed', 'bob')`, [XSS])
}

const count = (db: Client) => ask<number>(db, 'select count(*)::int from outbox.watches')

const RULE = { relation: 'public.tickets', event_type: 'ticket.closed', operation: 'insert' }

describe('the list of watches', () => {
  test('teaches how a table is watched where none is', async ({ database }) => {
    expect((await testApp(database).page('/watches')).text).toContain('No table is watched')
  })

  test('shows each rule, and the failures of capturing', async ({ database, db }) => {
    await makeTickets(db)
    await db.query(
      `select outbox.watch('tickets', 'ticket.closed', 'update', condition => $1, except_columns => '{assignee}',
         ignore_columns => '{title}', tenant_column => 'status', coalesce_for => '5 s',
         enrich => '(select json_build_object(''a'', 1))')`,
      [`new.title <> '${XSS}'`],
    )
    await db.query(
      `insert into outbox.capture_failures (relation, event_type, failed, sqlstate, message)
       values ('public.tickets', 'ticket.closed', 'condition', '22012', $1), ('public.tickets', 'ticket.closed', 'condition', '22012', $1)`,
      [XSS],
    )
    const { text } = await testApp(database, { scope: 'read' }).page('/watches')
    for (const shown of ['ticket.closed', 'public.tickets', 'assignee', 'json_build_object', '00:00:05', 'no event'])
      expect(text).toContain(shown)
    expect(text).toMatch(/data-label="Failures" class="number">\s*2\s*</)
    expect(text).toContain('&lt;img src=x')
    expect(text).not.toContain('<img src=x')
    expect(text).not.toContain('/remove')
    expect(text).not.toContain('watches/new')
  })

  test('removes the rules of one event, in the name of the person', async ({ database, db }) => {
    await makeTickets(db)
    await db.query(`select outbox.watch_workflows('tickets')`)
    const id = await ask<string>(db, `select min(id)::text from outbox.watches where event_type = 'workflow.started'`)
    const { page, post } = testApp(database)
    expect((await page('/watches')).text).toContain('all 2 rules')
    expect(await post(`/watches/${id}/remove`)).toMatchObject({ status: 303, location: '../../watches' })
    expect(await ask(db, 'select array_agg(distinct event_type) from outbox.watches')).toEqual(['workflow.completed'])
    expect(await ask(db, `select actor from outbox.audit_log order by id desc limit 1`)).toBe(PERSON)
    expect((await post('/watches/no-number/remove')).status).toBe(404)
  })

  test.for(['read', 'write'] as const)('is changed by nobody of the scope %s', async (scope, { database, db }) => {
    await makeTickets(db)
    await db.query(`select outbox.watch_tickets('tickets')`)
    const { page, post } = testApp(database, { scope })
    const id = await ask<string>(db, 'select min(id)::text from outbox.watches')
    expect((await post(`/watches/${id}/remove`)).status).toBe(403)
    expect((await page('/watches/new')).status).toBe(403)
    expect((await post('/watches/new', RULE)).status).toBe(403)
    expect((await post('/watches/preset', { relation: 'public.tickets', name: 'watch_tickets' })).status).toBe(403)
    expect(await count(db)).toBe(3)
  })
})

describe('a new watch', () => {
  test('begins with the tables of the database, and what is watched already', async ({ database, db }) => {
    await makeTickets(db)
    await db.query(`create table public."${XSS.replaceAll('"', '""')}" (id bigint)`)
    await db.query(`select outbox.watch('tickets', 'ticket.made', 'insert')`)
    const { text } = await testApp(database).page('/watches/new')
    expect(text).toContain('href="../watches/new?relation=public.tickets"')
    expect(text).toContain('<span class="tag">ticket.made</span>')
    expect(text).not.toContain('outbox.settings')
    expect(text).not.toContain('pg_catalog.')
    expect(text).not.toContain('<img src=x')
  })

  test('offers the preset of a table that looks like one, and uses it', async ({ database, db }) => {
    await makeTickets(db)
    await db.query(`create table public.invoices (id bigint primary key, status text)`)
    const { page, post } = testApp(database)
    expect((await page('/watches/new?relation=public.invoices')).text).not.toContain('Use the preset')
    expect((await page('/watches/new?relation=public.tickets')).text).toContain('outbox.watch_tickets')
    const used = await post('/watches/preset', { relation: 'public.tickets', name: 'watch_tickets' })
    expect(used).toMatchObject({ status: 303, location: '../watches' })
    expect(await count(db)).toBe(3)
    expect((await post('/watches/preset', { relation: 'public.tickets', name: 'constructor' })).status).toBe(404)
  })

  test('is shown as the event of a real row before it is made', async ({ database, db }) => {
    await makeTickets(db)
    const { post } = testApp(database)
    const draft = { ...RULE, condition: `new.status = 'closed'`, except_columns: 'assignee', tenant_column: 'status' }
    const { status, text } = await post('/watches/new', { ...draft, do: 'preview' })
    expect(status).toBe(200)
    expect(text).toContain('true for this row')
    expect(text).toMatch(/<span class="name">&quot;id&quot;<\/span>: 2/)
    expect(text).not.toContain('&quot;bob&quot;')
    expect(text).not.toContain('<img src=x')
    expect(text).toContain('select outbox.watch(&#39;public.tickets&#39;, &#39;ticket.closed&#39;, &#39;insert&#39;')
    expect(text).toMatch(/name="except_columns"\s+value="assignee"\s+aria-label="[^"]*"\s+checked/)
    expect(await count(db)).toBe(0)
    expect(await ask(db, `select count(*)::int from outbox.events`)).toBe(0)
    expect(await ask(db, `select count(*)::int from pg_trigger where tgname = 'outbox_capture'`)).toBe(0)
  })

  test('is made with what the form says', async ({ database, db }) => {
    await makeTickets(db)
    const { post } = testApp(database)
    const rule = { ...RULE, operation: 'update', condition: 'old.status <> new.status', coalesce_for: '5 s' }
    const more = { ignore_columns: 'title', key_columns: 'id', columns: 'status', tenant_column: 'assignee' }
    const made = await post('/watches/new', { ...rule, ...more, enrich: `(select '{}'::json)`, do: 'watch' })
    expect(made).toMatchObject({ status: 303, location: '../watches' })
    const { rows } = await db.query(
      `select event_type, operation, condition, columns, except_columns, key_columns, ignore_columns, tenant_column, enrich,
              coalesce_for::text from outbox.watches`,
    )
    expect(rows).toEqual([
      {
        event_type: 'ticket.closed',
        operation: 'update',
        condition: 'old.status <> new.status',
        columns: ['status'],
        except_columns: null,
        key_columns: ['id'],
        ignore_columns: ['title'],
        tenant_column: 'assignee',
        enrich: `(select '{}'::json)`,
        coalesce_for: '00:00:05',
      },
    ])
  })

  test.for([
    ['event_type', { event_type: XSS }],
    ['condition', { condition: 'new.nothing > 1' }],
    ['condition', { condition: XSS }],
    ['enrich', { enrich: '(select json_build_object(1/0' }],
    ['coalesce_for', { operation: 'update', coalesce_for: 'soon' }],
    ['coalesce_for', { operation: 'insert', coalesce_for: '5 s' }],
    ['columns', { columns: 'nothing' }],
    ['operation', { operation: 'upsert' }],
  ] as const)('is refused at %s, and what was typed is kept: %j', async ([field, wrong], { database, db }) => {
    await makeTickets(db)
    const { post } = testApp(database)
    for (const what of ['preview', 'watch']) {
      const { status, text } = await post('/watches/new', { ...RULE, ...wrong, do: what })
      expect(status).toBe(422)
      expect(text).toMatch(new RegExp(`class="fault" id="${field}-fault"`))
      expect(text).toContain(`name="relation" value="public.tickets"`)
      expect(text).not.toContain('<img src=x')
    }
    expect(await count(db)).toBe(0)
  })

  test('keeps a condition that was refused', async ({ database, db }) => {
    await makeTickets(db)
    const { text } = await testApp(database).post('/watches/new', { ...RULE, condition: 'new.nothing', do: 'watch' })
    expect(text).toMatch(/<textarea[^>]*name="condition"[^>]*>\s*new\.nothing<\/textarea>/)
    expect(text).toMatch(/name="event_type"\s+type="text"\s+value="ticket\.closed"/)
  })

  test('says so when the table is busy, at once', async ({ database, db, connect }) => {
    await makeTickets(db)
    const other = await connect()
    await other.query('begin; lock table public.tickets in access exclusive mode')
    const { status, text } = await testApp(database).post('/watches/new', { ...RULE, do: 'preview' })
    expect(status).toBe(422)
    expect(text).toContain('The table is busy')
    await other.query('rollback')
  })

  test('says so when there is no such table', async ({ database }) => {
    const { page, post } = testApp(database)
    expect((await page(`/watches/new?relation=${encodeURIComponent(XSS)}`)).text).not.toContain('<img src=x')
    const { status, text } = await post('/watches/new', { ...RULE, relation: `no 'table`, do: 'watch' })
    expect(status).toBe(422)
    expect(text).toContain('There is no table')
  })
})
