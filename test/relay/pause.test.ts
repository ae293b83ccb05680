/** Pausing a webhook, and pausing everything, with a relay at work. */
import { ask, describe, emit, emitMany, eventually, expect, makeWebhook, settled, test } from '../support/world.ts'

const held = (count: number) => (seen: { status: string }[]) =>
  seen.length === count && seen.every((d) => d.status === 'held')

describe('a paused webhook', () => {
  test('gets nothing; what happens meanwhile waits, and comes in full when it is resumed', async ({
    db,
    receive,
    relay,
  }) => {
    const receiver = await receive()
    const other = await receive()
    const paused = await makeWebhook(db, { url: receiver.url })
    await makeWebhook(db, { url: other.url })
    await relay()
    expect(await ask(db, 'select outbox.pause($1)', [paused])).toBe(true)
    expect(await ask(db, 'select outbox.pause($1)', [paused])).toBe(false)
    const ids = await emitMany(db, 20)
    await other.waitFor(20)
    await settled(db, paused, held(20))
    expect(receiver.requests).toEqual([])
    expect(await ask(db, 'select outbox.resume($1)', [paused])).toBe(true)
    expect((await receiver.waitFor(20)).map(({ id }) => id).toSorted()).toEqual(ids)
    await emit(db)
    await receiver.waitFor(21)
    expect(await ask(db, 'select outbox.resume($1)', [paused])).toBe(false)
  })

  test('is not woken by a restart of the relay', async ({ db, receive, relay }) => {
    const receiver = await receive()
    const id = await makeWebhook(db, { url: receiver.url })
    await db.query('select outbox.pause($1)', [id])
    await emitMany(db, 3)
    const first = await relay()
    await settled(db, id, held(3))
    await first.stop()
    await relay()
    const witness = await receive()
    await makeWebhook(db, { url: witness.url })
    await emit(db)
    await witness.waitFor(1)
    expect(receiver.requests).toEqual([])
  })

  test('that does not exist is named', async ({ db }) => {
    for (const act of ['pause', 'resume'])
      await expect(db.query(`select outbox.${act}(gen_random_uuid())`)).rejects.toMatchObject({
        code: 'OB002',
        message: expect.stringContaining('argument "webhook_id" is'),
      })
  })
})

describe('pausing everything', () => {
  test('leaves events in the log until it ends', async ({ db, receive, relay }) => {
    const receiver = await receive((request) => ({ status: request.id === failing ? 500 : 200 }))
    const id = await makeWebhook(db, { url: receiver.url, retry_schedule: ['100 ms', '100 ms', '100 ms', '1 h'] })
    await relay()
    const failing = await emit(db)
    await receiver.waitFor(1)
    expect(await ask(db, 'select outbox.pause()')).toBe(true)
    // What was claimed before the pause ends first.
    await eventually(
      () => ask<number>(db, 'select count(leased_by)::int from outbox.pending_deliveries'),
      (leased) => leased === 0,
    )
    const before = receiver.requests.length
    await emitMany(db, 5)
    await eventually(
      () =>
        ask<boolean>(
          db,
          `select bool_and(next_attempt_at < clock_timestamp() - interval '200 ms') from outbox.pending_deliveries`,
        ),
      (overdue) => overdue,
    )
    expect(receiver.requests).toHaveLength(before)
    expect(await ask(db, 'select outbox.resume()')).toBe(true)
    await settled(db, id, (seen) => seen.filter(({ status }) => status === 'delivered').length === 5)
  })
})
