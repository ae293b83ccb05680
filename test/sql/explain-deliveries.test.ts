/** outbox.explain of what matched: how far it has come, and what it waits for. */
import type { Client } from '../../sql/db.ts'
import { explain, explained, INSTANT, readAll, reason, relayAtWork } from '../support/explain.ts'
import {
  ask,
  describe,
  emit,
  expect,
  makeWebhook,
  onTheWay,
  recordDelivered,
  recordFailed,
  test,
  type Webhook,
} from '../support/world.ts'

function webhook(db: Client, wants: Partial<Webhook> = {}): Promise<string> {
  return makeWebhook(db, { url: 'http://127.0.0.1:9', ...wants })
}

/** A delivery that waits in the database. */
async function makePending(db: Client, event: string, webhook_id: string, changes = ''): Promise<string> {
  const id = await ask<string>(
    db,
    `insert into outbox.pending_deliveries (id, webhook_id, event_id, event_type, attempts, next_attempt_at, created_at)
     values (outbox.delivery_id($1, $2), $2, $1, 'ticket.created', 1, '2199-06-01T12:00:00Z', now()) returning id`,
    [event, webhook_id],
  )
  if (changes !== '') await db.query(`update outbox.pending_deliveries set ${changes} where id = $1`, [id])
  return id
}

describe('an event without a delivery so far', () => {
  test('has not been read', async ({ db, connect }) => {
    const id = await webhook(db)
    const event = await emit(db)
    expect(await explained(db, event, id)).toMatchObject({
      matched: true,
      reason: 'not read yet; no relay is at work',
      status: null,
    })
    await relayAtWork(db, connect)
    expect(await reason(db, event, id)).toBe('not read yet')
    await db.query('select outbox.pause()')
    expect(await reason(db, event, id)).toMatch(new RegExp(`^not read yet; everything is paused since ${INSTANT}$`))
    await db.query('select outbox.resume(), outbox.pause($1)', [id])
    expect(await reason(db, event, id)).toMatch(
      new RegExp(`^not read yet; will be held: the webhook is paused since ${INSTANT}$`),
    )
  })

  test('of this very transaction is explained, too', async ({ db, connect }) => {
    await relayAtWork(db, connect)
    const id = await webhook(db)
    await db.query('begin')
    expect(await reason(db, await emit(db), id)).toBe('not read yet')
    await db.query('rollback')
  })

  test('is in a batch: of a relay, or of none', async ({ db, connect }) => {
    const relay = await relayAtWork(db, connect)
    const id = await webhook(db)
    const other = await webhook(db, { events: ['workflow.*'] })
    const event = await emit(db)
    await db.query('select * from outbox.next_batch($1)', [relay])
    expect(await explained(db, event, id)).toMatchObject({
      matched: true,
      reason: `read, being sent by relay ${relay} (test)`,
    })
    expect(await reason(db, event, other)).toContain('no pattern')
    // The relay may have matched the batch before.
    await db.query(`update outbox.webhooks set description = 'changed' where id = $1`, [id])
    expect(await reason(db, event, id)).toMatch(
      new RegExp(
        String.raw`^read, being sent by relay \d+ \(test\); the webhook was changed at ${INSTANT}, perhaps too late$`,
      ),
    )
    await db.query('update outbox.batches set leased_by = null')
    expect(await reason(db, event, id)).toBe('read, waits for a relay')
    await db.query('select outbox.pause()')
    expect(await reason(db, event, id)).toMatch(/^read, waits for a relay; everything is paused since /)
  })

  test('was cut before the webhook became an ordered one that wants it: those are queued by the cut', async ({
    db,
  }) => {
    const id = await webhook(db, { events: ['workflow.*'] })
    await db.query('update outbox.webhooks set ordered = true')
    const event = await emit(db)
    await db.query('select outbox.cut_batches(1)')
    await db.query(`update outbox.webhooks set events = '{ticket.*}'`)
    expect(await explained(db, event, id)).toMatchObject({
      matched: false,
      reason: expect.stringContaining('would match now'),
    })
  })
})

describe('a delivery', () => {
  test('was made at the first attempt', async ({ db }) => {
    const way = await onTheWay(db)
    await recordDelivered(db, way)
    expect(await explained(db, way.event, way.webhook)).toMatchObject({
      matched: true,
      reason: 'delivered at attempt 1',
      status: 'delivered',
      attempts: 1,
      next_attempt_at: null,
      response_status: 200,
      error: null,
    })
  })

  test('is to be attempted again, is being attempted, was made at a later attempt', async ({ db, connect }) => {
    await relayAtWork(db, connect)
    const way = await onTheWay(db, ['1 h'])
    await recordFailed(db, way)
    const due = await explained(db, way.event, way.webhook)
    expect(due).toMatchObject({
      matched: true,
      status: 'pending',
      attempts: 1,
      next_attempt_at: expect.any(Date),
      response_status: 500,
    })
    expect(due.reason).toMatch(new RegExp(`^attempt 2 is due at ${INSTANT}$`))
    expect(due.reason).toContain(due.next_attempt_at?.toISOString().slice(0, 19).replace('T', ' '))
    await db.query(`select * from outbox.claim_due($1, p_now => now() + interval '1 day')`, [way.relay])
    expect(await reason(db, way.event, way.webhook)).toBe(`attempt 2 is being made by relay ${way.relay} (test)`)
    await recordFailed(db, way, { attempt: 2, delivered: true })
    expect(await explained(db, way.event, way.webhook)).toMatchObject({
      reason: 'delivered at attempt 2',
      status: 'delivered',
      attempts: 2,
    })
  })

  test('is dead', async ({ db }) => {
    const once = await onTheWay(db, [])
    await recordFailed(db, once)
    expect(await explained(db, once.event, once.webhook)).toMatchObject({
      matched: true,
      reason: 'dead after 1 attempt',
      status: 'dead',
    })
    const often = await onTheWay(db, ['0 s', '0 s'])
    for (const attempt of [1, 2, 3]) {
      if (attempt > 1)
        await db.query(`select * from outbox.claim_due($1, p_now => now() + interval '1 day')`, [often.relay])
      await recordFailed(db, often, { attempt })
    }
    expect(await reason(db, often.event, often.webhook)).toBe('dead after 3 attempts')
  })

  test('is due, and waits for a relay', async ({ db, connect }) => {
    const id = await webhook(db)
    const event = await emit(db)
    await readAll(db)
    await makePending(db, event, id, `attempts = 0, next_attempt_at = now() - interval '1 s'`)
    expect(await reason(db, event, id)).toBe('attempt 1 is due; no relay is at work')
    await relayAtWork(db, connect)
    expect(await reason(db, event, id)).toBe('attempt 1 is due')
    await db.query('select outbox.pause()')
    expect(await reason(db, event, id)).toMatch(/^attempt 1 is due; everything is paused since /)
  })

  test('is held, because its webhook is disabled or paused', async ({ db }) => {
    const id = await webhook(db)
    const event = await emit(db)
    await readAll(db)
    await makePending(db, event, id)
    await db.query('select outbox.pause($1)', [id])
    expect(await explained(db, event, id)).toMatchObject({
      matched: true,
      status: 'held',
      reason: expect.stringMatching(new RegExp(`^held: the webhook is paused since ${INSTANT}$`)),
    })
    await db.query('select outbox.disable_webhook($1, $2)', [id, 'Gone.'])
    expect(await explained(db, event, id)).toMatchObject({
      matched: true,
      status: 'held',
      reason: expect.stringMatching(
        new RegExp(String.raw`^held: the webhook is disabled since ${INSTANT} \(Gone\.\)$`),
      ),
    })
  })

  test('waits for an earlier one of the same key, which is named', async ({ db, connect }) => {
    await relayAtWork(db, connect)
    const id = await webhook(db)
    await db.query('update outbox.webhooks set ordered = true')
    const events: string[] = []
    for (const key of ['a', 'a', 'b', 'a'])
      events.push(await ask(db, `select outbox.emit('ticket.created', '{}', key => $1)`, [key]))
    await db.query('select outbox.cut_batches(1)')
    const [first, second, alone, third] = events as [string, string, string, string]
    expect(await reason(db, first, id)).toBe('attempt 1 is due')
    expect(await reason(db, alone, id)).toBe('attempt 1 is due')
    const head = await ask<string>(db, 'select outbox.delivery_id($1, $2)', [first, id])
    for (const event of [second, third])
      expect(await explained(db, event, id)).toMatchObject({
        matched: true,
        status: 'pending',
        next_attempt_at: null,
        reason: `waits for an earlier delivery of the same key: ${head}`,
      })
  })

  test('was made although the webhook would not match any more', async ({ db }) => {
    const way = await onTheWay(db)
    await recordDelivered(db, way)
    await db.query(`update outbox.webhooks set events = '{workflow.*}'`)
    expect(await explained(db, way.event, way.webhook)).toMatchObject({
      matched: true,
      status: 'delivered',
      reason: 'delivered at attempt 1; would not match any more: no pattern of {workflow.*} matches ticket.created',
    })
    // That it is disabled now says nothing about what it wants.
    await db.query(`update outbox.webhooks set events = '{*}', enabled = false`)
    expect(await reason(db, way.event, way.webhook)).toBe('delivered at attempt 1')
  })

  test('of a webhook that has been deleted keeps its row', async ({ db }) => {
    const way = await onTheWay(db)
    await recordDelivered(db, way)
    const other = await webhook(db)
    await db.query('delete from outbox.webhooks where id = $1', [way.webhook])
    expect(await explain(db, way.event)).toMatchObject([
      { webhook_id: other, matched: true },
      {
        webhook_id: way.webhook,
        url: null,
        matched: true,
        status: 'delivered',
        reason: 'delivered at attempt 1; the webhook has been deleted',
      },
    ])
  })

  test('of an event that is no longer in the log keeps its row', async ({ db }) => {
    const way = await onTheWay(db)
    await recordDelivered(db, way)
    await db.query('delete from outbox.batches')
    await db.query('delete from outbox.events')
    const other = await webhook(db)
    expect(await explain(db, way.event)).toMatchObject([
      { webhook_id: way.webhook, matched: true, reason: 'delivered at attempt 1; the event is no longer in the log' },
      { webhook_id: other, matched: false, reason: 'no delivery, and the event is no longer in the log' },
    ])
  })
})
