/** What would_fire foretells and explain tells is what the receiver got: nothing else, and no less. */
import * as fc from 'fast-check'
import type { Client } from '../../sql/db.ts'
import { explain, explained } from '../support/explain.ts'
import type { Received } from '../support/receiver.ts'
import { ask, describe, emit, eventually, expect, makeWebhook, settled, test, type Webhook } from '../support/world.ts'

type Wants = Pick<Webhook, 'events' | 'tenant' | 'filter' | 'enabled'> & { format: string; ordered: boolean }

interface Written {
  type: string
  tenant: string | null
  data: string
  /** Whether a savepoint takes it back. */
  undone: boolean
}

const tenant = fc.constantFrom('acme', 'globex', `o'neil`)
const type = fc.constantFrom('ticket.created', 'ticket.updated', 'workflow.started', 'workflow.step.done', 'invoice')
const pattern = fc.oneof(type, fc.constantFrom('*', 'ticket.*', 'workflow.*', 'workflow.step.*', 'test.*'))
const filter = fc.constantFrom(
  '$.n > 1',
  '$.n == 2 && $.text == "a && b"',
  '($.n == 0 || $.text == "x") && exists($.labels)',
  '!($.n == 1)',
  '$.labels[*] ? (@ == "bug")',
  '$.n',
  'strict $.labels[0] == "ui"',
  'strict $.n.m',
  '$.at.datetime() < "2026-01-01T12:00:00+00:00".datetime()',
)
const wants: fc.Arbitrary<Wants> = fc.record({
  events: fc.array(pattern, { minLength: 1, maxLength: 3 }),
  tenant: fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: tenant }),
  filter: fc.oneof(filter, fc.constant(undefined)),
  enabled: fc.oneof({ weight: 5, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
  format: fc.constantFrom('standard', 'standard', 'cloudevents'),
  ordered: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
}) as fc.Arbitrary<Wants>
const data = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .record(
        {
          n: fc.oneof(fc.integer({ min: 0, max: 3 }), fc.constantFrom(null, false, 'two')),
          text: fc.constantFrom('x', 'a && b'),
          labels: fc.array(fc.constantFrom('bug', 'ui'), { maxLength: 2 }),
          at: fc.constantFrom('2026-01-01T11:30:00', '2026-01-01T12:30:00', 'never'),
        },
        { requiredKeys: [] },
      )
      .map((value) => JSON.stringify(value)),
  },
  { weight: 1, arbitrary: fc.constantFrom('{"n":2,"text":"\\u0000"}', '{"n":1e999999}', '[1,"bug"]', 'null', '2') },
)
const written: fc.Arbitrary<Written> = fc.record({
  type,
  tenant: fc.option(tenant),
  data,
  undone: fc.nat({ max: 4 }).map((n) => n === 0),
})

async function insertWebhook(db: Client, url: string, { format, ordered, ...rest }: Wants): Promise<void> {
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined))
  const id = await makeWebhook(db, { url, ...given })
  await db.query('update outbox.webhooks set format = $2, ordered = $3 where id = $1', [id, format, ordered])
}

/** Writes the events in one transaction, and returns what it would send just before it commits. */
async function write(db: Client, all: Written[]): Promise<{ pair: string; body: string }[]> {
  await db.query('begin')
  for (const one of all) {
    await db.query('savepoint here')
    await db.query('select outbox.emit($1, $2, tenant => $3)', [one.type, one.data, one.tenant])
    await db.query(one.undone ? 'rollback to here' : 'release here')
  }
  const { rows } = await db.query<{ pair: string; body: string }>(
    `select concat_ws(' ', event_id, url) as pair, body from outbox.would_fire() where webhook_id is not null`,
  )
  await db.query('commit')
  return rows
}

/** Until nothing is unread, in a batch or pending, as the tables say. */
async function allSent(db: Client): Promise<void> {
  const open = `select outbox.has_unread() or exists (select from outbox.batches) or exists (select from outbox.pending_deliveries)`
  await eventually(
    () => ask<boolean>(db, open),
    (busy) => !busy,
  )
}

async function explainedPairs(db: Client): Promise<string[]> {
  const { rows } = await db.query<{ pair: string }>(`
    select concat_ws(' ', e.id, x.url) as pair
    from outbox.events as e cross join lateral outbox.explain(e.id) as x
    where x.matched and x.status = 'delivered' and x.url is not null`)
  return rows.map(({ pair }) => pair)
}

/** CloudEvents have no webhook-id in the body, but the header is the same. */
const pairOf = (base: string) => (request: Received) => `${request.id} ${base}${request.path}`

describe('outbox.would_fire and outbox.explain', () => {
  test('name exactly what the receiver gets, with the exact bytes', async ({ db, receive, relay }) => {
    const receiver = await receive()
    await relay()
    let number = 0
    let pairs = 0
    await fc.assert(
      fc.asyncProperty(
        fc.array(wants, { minLength: 3, maxLength: 10, size: 'max' }),
        fc.array(written, { minLength: 3, maxLength: 10, size: 'max' }),
        async (webhooks, all) => {
          await db.query('delete from outbox.webhooks')
          await allSent(db)
          await db.query('truncate outbox.events, outbox.settled_deliveries')
          receiver.requests.length = 0
          for (const one of webhooks) await insertWebhook(db, `${receiver.url}/${(number += 1)}`, one)
          const fired = await write(db, all)
          await allSent(db)
          const got = receiver.requests.map((request) => ({ pair: pairOf(receiver.url)(request), body: request.body }))
          const byPair = (a: { pair: string }, b: { pair: string }) => (a.pair < b.pair ? -1 : 1)
          expect(got.toSorted(byPair)).toEqual(fired.toSorted(byPair))
          expect((await explainedPairs(db)).toSorted()).toEqual(got.map(({ pair }) => pair).toSorted())
          // Who did not get it is told, and told why.
          const silent = await ask(
            db,
            `select count(*)::int from outbox.events as e cross join lateral outbox.explain(e.id) as x
             where x.reason is null or x.reason = '' or x.matched <> coalesce(x.status = 'delivered', false)`,
          )
          expect(silent).toBe(0)
          pairs += got.length
        },
      ),
      { seed: 11, numRuns: 20, endOnFailure: true },
    )
    // Enough for the comparison to mean something.
    expect(pairs).toBeGreaterThan(80)
  }, 120_000)
})

describe('outbox.explain', () => {
  test('follows an event from the log to its delivery', async ({ db, receive, relay }) => {
    let answer: () => void = () => {}
    const asked = new Promise<void>((resolve) => {
      answer = resolve
    })
    const receiver = await receive(async () => {
      await asked
      return { status: 200 }
    })
    const webhook_id = await makeWebhook(db, { url: receiver.url })
    const id = await emit(db)
    const reason = async () => (await explained(db, id, webhook_id)).reason
    expect(await reason()).toBe('not read yet; no relay is at work')
    await relay()
    await receiver.waitFor(1)
    expect(await reason()).toMatch(new RegExp(String.raw`^read, being sent by relay \d+ \(.+:${process.pid}\)$`))
    answer()
    await settled(db, webhook_id, (seen) => seen[0]?.status === 'delivered')
    expect(await reason()).toBe('delivered at attempt 1')
    expect(await explain(db, id)).toHaveLength(1)
  })

  test('tells of a delivery that is being attempted again by whom, and of one that is over how it ended', async ({
    db,
    receive,
    relay,
  }) => {
    let release: () => void = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    const receiver = await receive(async () => {
      if (receiver.requests.length > 1) await held
      return { status: 503 }
    })
    const webhook_id = await makeWebhook(db, { url: receiver.url, retry_schedule: ['1 ms'] })
    await relay()
    const id = await emit(db)
    await receiver.waitFor(2)
    expect(await explained(db, id, webhook_id)).toMatchObject({
      reason: expect.stringMatching(/^attempt 2 is being made by relay \d+ \(/),
      attempts: 1,
      response_status: 503,
    })
    release()
    await settled(db, webhook_id, (seen) => seen[0]?.status === 'dead')
    expect(await explained(db, id, webhook_id)).toMatchObject({
      reason: 'dead after 2 attempts',
      status: 'dead',
      response_status: 503,
    })
  })
})
