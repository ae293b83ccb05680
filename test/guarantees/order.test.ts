/** Guarantee 6: deliveries of an ordered webhook arrive in the order of their key, however many write and relay at once. */
import { randomInt } from 'node:crypto'
import type { Client } from '../../sql/db.ts'
import type { Received } from '../support/receiver.ts'
import { ask, describe, eventually, expect, makeWebhook, test } from '../support/world.ts'

const KEYS = 12
const WRITERS = 8
const CHANGES_EACH = 60

const schema = `create table counter (id integer primary key, v integer not null default 0);
  insert into counter (id) select generate_series(1, ${KEYS});
  select outbox.watch('counter', 'counter.moved', 'update')`

interface Change {
  key: number
  v: number
}

function change(request: Received): Change {
  const { data } = request.json() as { data: { record: { id: number; v: number } } }
  return { key: data.record.id, v: data.record.v }
}

/** Watches what is under way, and what has been answered well, by key. */
function createObserver(answer: (change: Change) => number) {
  const under_way = new Map<number, number>()
  const arrived = new Map<number, number[]>()
  let most_at_once = 0
  return {
    arrived,
    overlaps: () => most_at_once > 1,
    async answer(request: Received) {
      const { key, v } = change(request)
      under_way.set(key, (under_way.get(key) ?? 0) + 1)
      most_at_once = Math.max(most_at_once, under_way.get(key) ?? 0)
      await new Promise((resolve) => setTimeout(resolve, randomInt(4)))
      under_way.set(key, (under_way.get(key) ?? 0) - 1)
      const status = answer({ key, v })
      if (status === 200) arrived.set(key, [...(arrived.get(key) ?? []), v])
      return { status }
    },
  }
}

/** Changes of random keys, some rolled back, some with a transaction id that is older than the change. */
async function write(db: Client): Promise<void> {
  for (let n = 0; n < CHANGES_EACH; n += 1) {
    await db.query('begin')
    if (randomInt(3) === 0) await db.query('select pg_current_xact_id()')
    if (randomInt(4) === 0) await db.query(`select pg_sleep(0.00${randomInt(9)})`)
    await db.query('update counter set v = v + 1 where id = $1', [1 + randomInt(KEYS)])
    if (randomInt(3) === 0)
      await db.query('update counter set v = v + 1 where v = (select max(v) from counter) and id = 1')
    await db.query(randomInt(5) === 0 ? 'rollback' : 'commit')
  }
}

function upTo(v: number): number[] {
  return Array.from({ length: v }, (_, n) => n + 1)
}

async function makeOrdered(db: Client, url: string): Promise<string> {
  const id = await makeWebhook(db, { url, retry_schedule: Array.from({ length: 50 }, () => '20 ms') })
  await db.query('update outbox.webhooks set ordered = true where id = $1', [id])
  return id
}

describe('an ordered webhook', () => {
  test(
    'gets the changes of each key one after the other, from concurrent writers through two relays, failures and all',
    {
      timeout: 90_000,
    },
    async ({ db, connect, receive, relayProcess }) => {
      await db.query(schema)
      const observer = createObserver(() => (randomInt(8) === 0 ? 503 : 200))
      const receiver = await receive((request) => observer.answer(request))
      await makeOrdered(db, receiver.url)
      await relayProcess()
      await relayProcess()
      const writers = await Promise.all(Array.from({ length: WRITERS }, () => connect()))
      await Promise.all(writers.map((writer) => write(writer)))
      const { rows } = await db.query<{ id: number; v: number }>('select id, v from counter order by id')
      await eventually(
        () => Promise.resolve(Array.from(observer.arrived.values()).reduce((sum, seen) => sum + seen.length, 0)),
        (count) => count >= rows.reduce((sum, row) => sum + row.v, 0),
        60_000,
      )
      for (const { id, v } of rows) expect({ id, seen: observer.arrived.get(id) ?? [] }).toEqual({ id, seen: upTo(v) })
      expect(observer.overlaps()).toBe(false)
      await eventually(
        () => ask<number>(db, 'select count(*)::int from outbox.pending_deliveries'),
        (left) => left === 0,
      )
    },
  )

  test('holds back only the key that fails, until that one gets through or is given up', async ({
    db,
    receive,
    relay,
  }) => {
    await db.query(schema)
    let broken = true
    const observer = createObserver(({ key }) => (key === 1 && broken ? 500 : 200))
    const receiver = await receive((request) => observer.answer(request))
    await makeOrdered(db, receiver.url)
    await relay()
    for (let n = 0; n < 5; n += 1) await db.query('update counter set v = v + 1')
    await eventually(
      () => Promise.resolve(Array.from({ length: KEYS - 1 }, (_, n) => observer.arrived.get(n + 2)?.length ?? 0)),
      (counts) => counts.every((count) => count === 5),
    )
    expect(observer.arrived.get(1)).toBeUndefined()
    expect(
      await ask(
        db,
        `select count(*)::int from outbox.webhook_deliveries where status = 'pending' and key = '1' and next_attempt_at is null`,
      ),
    ).toBe(4)
    broken = false
    await eventually(
      () => Promise.resolve(observer.arrived.get(1)),
      (seen) => seen?.length === 5,
    )
    expect(observer.arrived.get(1)).toEqual(upTo(5))
  })

  test('goes on after a delivery that was given up', async ({ db, receive, relay }) => {
    await db.query(schema)
    const observer = createObserver(({ v }) => (v === 1 ? 500 : 200))
    const receiver = await receive((request) => observer.answer(request))
    const id = await makeOrdered(db, receiver.url)
    await db.query(`update outbox.webhooks set retry_schedule = '{20 ms}' where id = $1`, [id])
    await relay()
    for (let n = 0; n < 3; n += 1) await db.query('update counter set v = v + 1 where id = 1')
    await eventually(
      () => Promise.resolve(observer.arrived.get(1)),
      (seen) => seen?.length === 2,
    )
    expect(observer.arrived.get(1)).toEqual([2, 3])
  })

  test(
    'keeps its order when the relay that carries it is killed',
    { timeout: 60_000 },
    async ({ db, receive, relayProcess }) => {
      await db.query(schema)
      const observer = createObserver(() => 200)
      const receiver = await receive((request) => observer.answer(request))
      await makeOrdered(db, receiver.url)
      const doomed = await relayProcess()
      for (let n = 0; n < 100; n += 1) await db.query('update counter set v = v + 1 where id <= 3')
      await receiver.waitFor(60)
      await doomed.kill()
      await relayProcess()
      await eventually(
        () => Promise.resolve([1, 2, 3].map((key) => observer.arrived.get(key)?.at(-1))),
        (last) => last.every((v) => v === 100),
        30_000,
      )
      // What was under way when it was killed may come twice, at its place.
      for (const key of [1, 2, 3]) expect([...new Set(observer.arrived.get(key))]).toEqual(upTo(100))
    },
  )
})
