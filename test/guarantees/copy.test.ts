/** Guarantee 7: a restored or cloned database sends nothing until told to. */
import { connect } from '../../sql/db.ts'
import { openClones } from '../support/server.ts'
import { spawnRelay } from '../support/relay.ts'
import { ask, describe, emit, expect, makeWebhook, registerRelay, settled, test } from '../support/world.ts'

const adopt = 'select pending_deliveries::int, unread_events::int from outbox.adopt($1)'

describe('a copy of a database', () => {
  for (const choice of ['hold', 'deliver', 'discard'] as const) {
    test(`sends nothing until it is adopted, and then does as ${choice} says`, async ({
      db,
      database,
      receive,
      onTestFinished,
    }) => {
      const receiver = await receive(() => ({}))
      const webhook_id = await makeWebhook(db, { url: receiver.url })
      // One that waits for its next attempt, one in a batch that the original had leased, one that nobody has read.
      const pending = await emit(db)
      await db.query(
        `insert into outbox.pending_deliveries (id, webhook_id, event_id, event_type, attempts, next_attempt_at, created_at)
         select outbox.delivery_id($1, $2), $2, $1, 'ticket.created', 1, now(), now()`,
        [pending, webhook_id],
      )
      const leased = await emit(db)
      await db.query('select outbox.cut_batches(99)')
      const unread = await emit(db)
      await db.end()
      const clones = await openClones()
      onTestFinished(() => clones.drop())
      const url = await clones.copy(database.name)
      const copy = await connect({ url, name: 'test' })
      const relay = spawnRelay(url)
      onTestFinished(() => relay.kill())
      expect(await relay.waitForLog('database.failed')).toMatchObject({ code: 'OB005' })
      expect(receiver.requests).toHaveLength(0)

      const { rows } = await copy.query(adopt, [choice])
      expect(rows).toEqual([{ pending_deliveries: 1, unread_events: 3 }])
      if (choice === 'deliver') {
        const seen = await settled(
          copy,
          webhook_id,
          (all) => all.length === 3 && all.every((d) => d.status === 'delivered'),
        )
        expect(seen).toHaveLength(3)
        expect(receiver.requests.map(({ id }) => id).toSorted()).toEqual([pending, leased, unread].toSorted())
      }
      if (choice === 'hold') {
        await copy.query('update outbox.webhooks set enabled = true')
        await receiver.next(({ id }) => id === pending)
      }
      if (choice === 'discard') {
        expect(await ask(copy, 'select count(*)::int from outbox.webhook_deliveries')).toBe(0)
        const fresh = await emit(copy)
        await receiver.next(({ id }) => id === fresh)
        expect(receiver.requests).toHaveLength(1)
      }
      await copy.end()
    })
  }

  test('in a cluster whose transaction ids are behind those of the log does not read the log over and over', async ({
    db,
  }) => {
    await emit(db)
    await db.query(
      `update outbox.events set txid = '99999999999999'; update outbox.event_cursor set seen = '99999999999990:99999999999990:'`,
    )
    expect((await db.query(adopt, ['deliver'])).rows).toEqual([{ pending_deliveries: 0, unread_events: 1 }])
    const relay = await registerRelay(db)
    const read = () => ask<string | null>(db, 'select max(batch_id) from outbox.next_batch($1)', [relay])
    expect(await read()).not.toBeNull()
    expect(await read()).toBeNull()
    await emit(db)
    expect(await read()).not.toBeNull()
    expect(await read()).toBeNull()
  })

  test('is not adopted by another word', async ({ db }) => {
    await expect(db.query(adopt, ['send'])).rejects.toMatchObject({
      code: 'OB001',
      hint: expect.stringContaining('hold'),
    })
  })
})
