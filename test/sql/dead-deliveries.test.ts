/** outbox.dead_deliveries: what was given up, and that looking at the newest reads no more than these. */
import type { Client } from '../../sql/db.ts'
import {
  ask,
  describe,
  emit,
  expect,
  makeWebhook,
  only,
  onTheWay,
  recordDelivered,
  recordFailed,
  test,
} from '../support/world.ts'

/** A dead delivery with its event. */
async function makeDead(db: Client, webhook_id: string, answer: object = {}): Promise<string> {
  const { status = 503, body = 'no', error = null } = answer as { status?: number; body?: string; error?: string }
  return ask(
    db,
    `insert into outbox.settled_deliveries
       (id, webhook_id, event_id, event_type, status, attempts, created_at, attempted_at, duration_ms, response_status, response_body, error)
     values (outbox.delivery_id($1, $2), $2, $1, 'ticket.created', 'dead', 3, now() - interval '1 h', now() - interval '1 s', 250, $3, $4, $5)
     returning id`,
    [await emit(db), webhook_id, status, body, error],
  )
}

const url = 'http://127.0.0.1:9'

describe('outbox.dead_deliveries', () => {
  test('shows what was given up, and nothing else', async ({ db }) => {
    const way = await onTheWay(db, [])
    const fine = await makeWebhook(db, { url })
    await recordDelivered(db, { ...way, webhook: fine })
    await recordFailed(db, way)
    const { rows } = await db.query(
      `select d.*, d.died_at = s.attempted_at + interval '4.5 ms' as ended
       from outbox.dead_deliveries as d join outbox.settled_deliveries as s using (id)`,
    )
    expect(rows).toMatchObject([
      {
        webhook_id: way.webhook,
        url,
        event_id: way.event,
        event_type: 'ticket.created',
        attempts: 1,
        response_status: 500,
        error: 'no',
        ended: true,
      },
    ])
  })

  test('tells the key of the event, and goes on when event and webhook are gone', async ({ db }) => {
    const webhook_id = await makeWebhook(db, { url })
    await makeDead(db, webhook_id)
    await db.query(`update outbox.events set key = '42'`)
    const seen = 'select key, url from outbox.dead_deliveries'
    expect((await db.query(seen)).rows).toEqual([{ key: '42', url }])
    await db.query('delete from outbox.webhooks; truncate outbox.events')
    expect((await db.query(seen)).rows).toEqual([{ key: null, url: null }])
  })

  test('says why, or how the answer began', async ({ db }) => {
    const webhook_id = await makeWebhook(db, { url })
    await makeDead(db, webhook_id, { body: 'x'.repeat(5_000) })
    await makeDead(db, webhook_id, { status: null, body: null, error: 'connection refused' })
    const { rows } = await db.query<{ error: string }>('select error from outbox.dead_deliveries')
    expect(rows.map(({ error }) => error)).toEqual(['connection refused', 'x'.repeat(200)])
  })

  test('has the newest first', async ({ db }) => {
    const [one, other] = [await makeWebhook(db, { url }), await makeWebhook(db, { url })]
    const ids = []
    for (const webhook_id of [one, other, one, one, other]) ids.push(await makeDead(db, webhook_id))
    const { rows } = await db.query<{ id: string }>('select id from outbox.dead_deliveries limit 3')
    expect(rows.map(({ id }) => id)).toEqual(ids.toReversed().slice(0, 3))
  })
})

interface Plan {
  'Node Type': string
  'Index Name'?: string
  Plans?: Plan[]
}

function nodes(plan: Plan): Plan[] {
  return [plan, ...(plan.Plans ?? []).flatMap(nodes)]
}

/** How a statement is carried out where nothing is sorted or read from end to end if there is another way. */
async function planOf(db: Client, statement: string): Promise<Plan[]> {
  await db.query('set enable_sort = off; set enable_seqscan = off; set enable_bitmapscan = off')
  const { rows } = await db.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(`explain (format json) ${statement}`)
  return nodes(only(rows)['QUERY PLAN'][0].Plan)
}

describe('reading the newest', () => {
  const webhook_id = '00000000-0000-0000-0000-000000000000'
  test.for([
    'select * from outbox.dead_deliveries limit 20',
    'select * from outbox.dead_deliveries order by id desc limit 20',
    `select * from outbox.dead_deliveries where webhook_id = '${webhook_id}' limit 20`,
    `select * from outbox.dead_deliveries where webhook_id = '${webhook_id}' order by id desc limit 20`,
    'select * from outbox.webhook_deliveries order by id desc limit 20',
    'select * from outbox.webhook_attempts order by delivery_id desc limit 20',
    'select * from outbox.webhook_attempts order by delivery_id desc, attempt desc limit 20',
  ])('needs no sorting: %s', async (statement, { db }) => {
    const plan = await planOf(db, statement)
    expect(plan.map((node) => node['Node Type'])).not.toContain('Sort')
    expect(plan.map((node) => node['Node Type'])).toContain('Merge Append')
  })

  test('of the dead ones passes no delivered one by: each partition is read by a partial index', async ({ db }) => {
    for (const rest of ['', `where webhook_id = '${webhook_id}'`]) {
      const plan = await planOf(db, `select * from outbox.dead_deliveries ${rest} limit 20`)
      const used = plan.flatMap((node) => node['Index Name'] ?? []).filter((name) => name.startsWith('settled'))
      expect(used.length).toBeGreaterThan(1)
      const partial = await ask<number>(
        db,
        `select count(*)::int from pg_index as i join pg_class as c on c.oid = i.indexrelid
         where c.relname = any ($1) and pg_get_expr(i.indpred, i.indrelid) like '%dead%'`,
        [used],
      )
      expect(partial).toBe(new Set(used).size)
    }
  })
})
