/** outbox.resend_all, and what outbox.replay does with the dead. */
import type { Client } from '../../sql/db.ts'
import { isWanted, knownDeliveries, makeHistory, type Wanted } from '../support/deliveries.ts'
import { readAll } from '../support/explain.ts'
import { ask, describe, expect, makeWebhook, test } from '../support/world.ts'

interface Resent {
  deliveries: number
  more: boolean
}

async function resendAll(
  db: Client,
  webhook_id: string,
  given: Record<string, unknown> = {},
): Promise<Resent | undefined> {
  const named = Object.keys(given).map((name, i) => `, ${name} => $${i + 2}`)
  const { rows } = await db.query<Resent>(`select * from outbox.resend_all($1${named.join('')})`, [
    webhook_id,
    ...Object.values(given),
  ])
  return rows[0]
}

const pending = (db: Client, webhook_id: string) =>
  ask<string[] | null>(
    db,
    'select array_agg(id::text order by next_attempt_at) from outbox.pending_deliveries where webhook_id = $1',
    [webhook_id],
  )

describe('outbox.resend_all', () => {
  test.for<[string, Wanted]>([
    ['nothing in particular', {}],
    ['a response', { response: '503' }],
    ['no answer', { response: 'none' }],
    ['a type', { event_types: ['ticket.*'] }],
    ['a key', { key: '3' }],
    ['a tenant', { tenant: 'acme' }],
    ['a text', { contains: 'Ça VA' }],
  ])('sends the dead ones again for which %s is asked, the oldest first, and no others', async ([, wanted], { db }) => {
    const { bad } = await makeHistory(db, 40)
    const expected = (await knownDeliveries(db))
      .filter((row) => isWanted({ ...wanted, webhook_id: bad, statuses: ['dead'] }, row))
      .map((row) => row.id)
      .toReversed()
    expect(expected.length).toBeGreaterThan(0)
    expect(await resendAll(db, bad, { ...wanted, dry_run: true })).toEqual({ deliveries: expected.length, more: false })
    expect(await pending(db, bad)).toBeNull()
    expect(await resendAll(db, bad, { ...wanted })).toEqual({ deliveries: expected.length, more: false })
    expect(await pending(db, bad)).toEqual(expected)
    expect(await resendAll(db, bad, { ...wanted })).toEqual({ deliveries: 0, more: false })
  })

  test('sends no more a second than it is told', async ({ db }) => {
    const { bad } = await makeHistory(db, 63)
    expect(await resendAll(db, bad, { rate_limit: 10 })).toEqual({ deliveries: 21, more: false })
    expect(
      await ask(
        db,
        `select extract(epoch from max(next_attempt_at) - min(next_attempt_at))::float8 from outbox.pending_deliveries where webhook_id = $1`,
        [bad],
      ),
    ).toBe(2)
  })

  test('leaves the order of an ordered webhook as it is', async ({ db }) => {
    const { bad } = await makeHistory(db, 63)
    await db.query('update outbox.webhooks set ordered = true where id = $1', [bad])
    expect(await resendAll(db, bad, { rate_limit: 1 })).toEqual({ deliveries: 21, more: false })
    expect(
      await ask(
        db,
        `select count(*)::integer from outbox.pending_deliveries where webhook_id = $1 and next_attempt_at > clock_timestamp()`,
        [bad],
      ),
    ).toBe(0)
  })

  test('takes 10000 at once, and says that there are more', async ({ db }) => {
    const webhook = await makeWebhook(db, { url: 'http://127.0.0.1:9' })
    await db.query(
      `with event as (insert into outbox.events (type, data) select 'a.b', '{}' from generate_series(1, 10001) returning id)
       insert into outbox.settled_deliveries (id, webhook_id, event_id, event_type, status, attempts, created_at, attempted_at, duration_ms)
       select outbox.delivery_id(e.id, $1), $1, e.id, 'a.b', 'dead', 1, now(), now(), 1 from event as e`,
      [webhook],
    )
    expect(await resendAll(db, webhook, { dry_run: true })).toEqual({ deliveries: 10_000, more: true })
    expect(await resendAll(db, webhook)).toEqual({ deliveries: 10_000, more: true })
    expect(await resendAll(db, webhook)).toEqual({ deliveries: 1, more: false })
  })

  test('leaves a delivery alone whose event is gone', async ({ db }) => {
    const { bad } = await makeHistory(db, 9)
    await db.query('delete from outbox.events')
    await resendAll(db, bad)
    expect((await knownDeliveriesOf(db, bad)).filter((status) => status === 'dead')).toHaveLength(3)
  })

  test('refuses a disabled webhook, an unknown one, and values that do not fit', async ({ db }) => {
    const { bad } = await makeHistory(db, 3)
    await expect(resendAll(db, bad, { rate_limit: 0 })).rejects.toMatchObject({ code: 'OB001' })
    await expect(resendAll(db, bad, { response: 'bad' })).rejects.toMatchObject({ code: 'OB001' })
    await expect(resendAll(db, '00000000-0000-0000-0000-000000000000')).rejects.toMatchObject({ code: 'OB002' })
    await db.query('update outbox.webhooks set enabled = false where id = $1', [bad])
    await expect(resendAll(db, bad)).rejects.toMatchObject({ code: 'OB001' })
    expect(await resendAll(db, bad, { dry_run: true })).toEqual({ deliveries: 1, more: false })
  })
})

async function knownDeliveriesOf(db: Client, webhook_id: string): Promise<string[]> {
  const { rows } = await db.query<{ status: string }>(
    'select status from outbox.webhook_deliveries where webhook_id = $1',
    [webhook_id],
  )
  return rows.map((row) => row.status)
}

describe('outbox.replay of the dead', () => {
  test('takes each once, also of events of the same instant, a few at a time', async ({ db }) => {
    const { bad } = await makeHistory(db, 63)
    await readAll(db)
    const span = [bad, ['ticket.*', 'invoice_.*', 'invoiceX.*']]
    const { rows } = await db.query(
      `select deliveries::integer from outbox.replay($1, now() - interval '2 h', event_types => $2, which => 'dead', rate_limit => 4)`,
      span,
    )
    expect(rows).toEqual([{ deliveries: 21 }])
    const queued: number[] = []
    for (let seconds = 1; seconds <= 8; seconds += 1)
      queued.push(
        await ask<number>(
          db,
          `select outbox.advance_replays(r.advanced_at + interval '1 s')::integer from outbox.replays as r`,
        ),
      )
    expect(queued).toEqual([4, 4, 4, 4, 4, 1, 0, 0])
    expect(await ask(db, 'select finished_at is not null from outbox.replays')).toBe(true)
    expect(await knownDeliveriesOf(db, bad)).not.toContain('dead')
  })

  test('leaves a delivery alone whose event is gone', async ({ db }) => {
    const { bad } = await makeHistory(db, 9)
    await db.query(`select outbox.replay($1, now() - interval '2 h', which => 'dead')`, [bad])
    await db.query('delete from outbox.events')
    await db.query(`select outbox.advance_replays(now() + interval '5 s')`)
    expect((await knownDeliveriesOf(db, bad)).filter((status) => status === 'dead')).toHaveLength(3)
  })

  test('looks for them in portions that leave none out, and keep those of an instant together', async ({ db }) => {
    const { good } = await makeHistory(db, 30)
    await db.query(`update outbox.settled_deliveries set status = 'dead' where webhook_id = $1`, [good])
    const found: string[] = []
    for (let portion: string[] | null = []; portion !== null; found.push(...portion)) {
      const after: string = found.at(-1) ?? '00000000-0000-0000-0000-000000000000'
      portion = await ask<string[] | null>(db, `select outbox.dead_portion($1, $2, outbox.uuid_at(now()), null, 2)`, [
        good,
        after,
      ])
      if (portion === null) break
      expect(portion.length).toBeLessThanOrEqual(4)
    }
    expect(found).toEqual(await ask(db, 'select array_agg(id::text order by id) from outbox.events'))
  })
})
