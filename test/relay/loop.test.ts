/** Loop protection: a receiver that answers an event by writing another one, which names the first as its cause. */
import type { Client } from '../../sql/db.ts'
import { explained } from '../support/explain.ts'
import type { Received } from '../support/receiver.ts'
import { ask, deliveries, describe, emit, expect, makeWebhook, settled, test } from '../support/world.ts'

/** Writes back in one transaction, as an application would. */
async function writeBack(db: Client, { id }: Received, statement: string): Promise<void> {
  await db.query(`begin; set local outbox.context = '{"cause": "${id}"}'; ${statement}; commit`)
}

describe('a receiver that writes back', () => {
  test.for([[false], [true]])(
    'stops when its chain of causes is too long (ordered: %s)',
    async ([ordered], { db, connect, receive, relay }) => {
      const application = await connect()
      await application.query(`
      create table tickets (id integer primary key, visits integer not null default 0);
      insert into tickets values (1);
      select outbox.watch('tickets', 'ticket.visited', 'update')`)
      await db.query('update outbox.settings set max_cause_depth = 3')
      const receiver = await receive(async (request) => {
        await writeBack(application, request, 'update tickets set visits = visits + 1')
        return {}
      })
      const webhook_id = await makeWebhook(db, { url: receiver.url })
      await db.query('update outbox.webhooks set ordered = $1', [ordered])
      await relay()
      await db.query('update tickets set visits = visits + 1')
      const seen = await settled(
        db,
        webhook_id,
        (all) => all.length === 5 && all.every(({ status }) => !['pending', 'held'].includes(status)),
      )
      // The first, and three that had one, two, three events before them; then one that is not sent.
      expect(seen.map(({ status, attempts }) => [status, attempts])).toEqual([
        ['delivered', 1],
        ['delivered', 1],
        ['delivered', 1],
        ['delivered', 1],
        ['dead', 0],
      ])
      const last = seen.at(-1)
      expect(last?.response?.error).toBe('not sent: its chain of causes is longer than max_cause_depth (3)')
      expect((await explained(db, last?.event_id ?? '', webhook_id)).reason).toBe(last?.response?.error)
      // What somebody writes now begins a chain of its own.
      await emit(db, 'workflow.started')
      await settled(
        db,
        webhook_id,
        (all) =>
          all.filter(({ status }) => status === 'dead').length === 2 &&
          all.filter(({ status }) => status === 'delivered').length === 8,
      )
      expect(receiver.requests).toHaveLength(8)
    },
  )

  test('and whose dead delivery a person resends gets that one, and no more', async ({
    db,
    connect,
    receive,
    relay,
  }) => {
    const application = await connect()
    await db.query('update outbox.settings set max_cause_depth = 1')
    const receiver = await receive(async (request) => {
      await writeBack(application, request, `select outbox.emit('ticket.echoed', '{}')`)
      return {}
    })
    const webhook_id = await makeWebhook(db, { url: receiver.url })
    await relay()
    await emit(db)
    const dead = (count: number) => (all: { status: string }[]) =>
      all.filter(({ status }) => status === 'dead').length === count
    const [, , third] = await settled(db, webhook_id, (all) => all.length === 3 && dead(1)(all))
    await db.query('select outbox.resend(outbox.delivery_id($1, $2))', [third?.event_id, webhook_id])
    await settled(
      db,
      webhook_id,
      (all) => all.length === 4 && all.filter(({ status }) => status === 'delivered').length === 3 && dead(1)(all),
    )
    await expect.poll(() => ask(db, 'select count(*)::int from outbox.batches')).toBe(0)
    expect(receiver.requests).toHaveLength(3)
  })

  test('and names no cause, or one that is none, is not stopped', async ({ db, connect, receive, relay }) => {
    const application = await connect()
    await db.query('update outbox.settings set max_cause_depth = 1')
    const contexts = [
      '{"cause": "ticket 7"}',
      '["cause"]',
      '{"cause": "00000000-0000-7000-8000-000000000000"}',
      '{"actor": "robot"}',
    ]
    const receiver = await receive(async () => {
      const context = contexts.shift()
      if (context !== undefined)
        await application.query(
          `begin; set local outbox.context = '${context}'; select outbox.emit('ticket.echoed', '{}'); commit`,
        )
      return {}
    })
    const webhook_id = await makeWebhook(db, { url: receiver.url })
    await relay()
    await emit(db)
    await receiver.waitFor(5)
    await settled(db, webhook_id, (all) => all.length === 5 && all.every(({ status }) => status === 'delivered'))
    expect((await deliveries(db, webhook_id)).map(({ attempts }) => attempts)).toEqual([1, 1, 1, 1, 1])
  })
})
