/** Replays, resends and bursts, carried out by a relay at work. */
import {
  ask,
  deliveries,
  describe,
  emitMany,
  eventually,
  expect,
  makeWebhook,
  settled,
  test,
} from '../support/world.ts'

const all = (status: string, count: number) => (seen: { status: string }[]) =>
  seen.length === count && seen.every((delivery) => delivery.status === status)

describe('a relay', () => {
  test('carries out a replay: the same ids and bytes, as further attempts of the same deliveries', async ({
    db,
    receive,
    relay,
  }) => {
    const receiver = await receive()
    const id = await makeWebhook(db, { url: receiver.url })
    await relay()
    await emitMany(db, 30)
    await settled(db, id, all('delivered', 30))
    await db.query(`select outbox.replay($1, now() - interval '1 h', rate_limit => 1000)`, [id])
    await receiver.waitFor(60)
    const [first, again] = [receiver.requests.slice(0, 30), receiver.requests.slice(30)]
    const told = (requests: typeof first) => requests.map(({ id: event, body }) => `${event} ${body}`).toSorted()
    expect(told(again)).toEqual(told(first))
    await settled(db, id, (seen) => seen.length === 30 && seen.every(({ attempts }) => attempts === 2))
    await eventually(
      () => ask<boolean>(db, 'select finished_at is not null and deliveries = total from outbox.replays'),
      (finished) => finished,
    )
  })

  test('sends what a webhook missed while it was disabled, and nothing twice', async ({ db, receive, relay }) => {
    const receiver = await receive()
    const witness = await receive()
    const id = await makeWebhook(db, { url: receiver.url })
    await makeWebhook(db, { url: witness.url })
    await relay()
    const before = await emitMany(db, 5)
    await receiver.waitFor(5)
    await db.query('update outbox.webhooks set enabled = false where id = $1', [id])
    const missed = await emitMany(db, 7)
    await witness.waitFor(12)
    await eventually(
      () => ask<number>(db, 'select count(*)::int from outbox.batches'),
      (open) => open === 0,
    )
    await db.query('update outbox.webhooks set enabled = true where id = $1', [id])
    const { rows } = await db.query<{ event_id: string }>('select event_id from outbox.missed($1)', [id])
    expect(rows.map((row) => row.event_id)).toEqual(missed)
    await db.query(`select outbox.replay($1, now() - interval '1 h', which => 'missed')`, [id])
    await settled(db, id, all('delivered', 12))
    expect(receiver.requests.map((request) => request.id).toSorted()).toEqual([...before, ...missed].toSorted())
    expect(await ask(db, 'select count(*)::int from outbox.missed($1)', [id])).toBe(0)
  })

  test('sends a dead delivery again when somebody says so', async ({ db, receive, relay }) => {
    let broken = true
    const receiver = await receive(() => ({ status: broken ? 500 : 200 }))
    const id = await makeWebhook(db, { url: receiver.url, retry_schedule: [] })
    await relay()
    await emitMany(db, 1)
    await settled(db, id, all('dead', 1))
    broken = false
    await db.query('select outbox.resend(id) from outbox.webhook_deliveries')
    await settled(db, id, all('delivered', 1))
    expect((await deliveries(db, id))[0]).toMatchObject({ attempts: 2, response: { status: 200 } })
    const [first, second] = receiver.requests
    expect(second?.body).toBe(first?.body)
  })

  test('sends a burst of changes as one event', async ({ db, receive, relay }) => {
    await db.query(`create table thing (id integer primary key, n integer); insert into thing values (1, 0);
      select outbox.watch('thing', 'thing.settled', 'update', coalesce_for => '300 ms')`)
    const receiver = await receive()
    await makeWebhook(db, { url: receiver.url })
    await relay()
    for (let n = 0; n < 5; n += 1) await db.query('update thing set n = n + 1')
    const [request] = await receiver.waitFor(1)
    expect(request?.json()).toMatchObject({
      type: 'thing.settled',
      data: { record: { n: 5 }, previous: { n: 0 }, coalesced: { changes: 5 } },
    })
  })
})
