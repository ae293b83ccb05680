/** Days come and go while everybody works on. */
import type { Client } from '../../sql/db.ts'
import { ask, describe, emit, expect, makeWebhook, test } from '../support/world.ts'

const TABLES = ['earlier_attempts', 'events', 'settled_deliveries']

/** The days for which the table has a partition. */
function days(db: Client, table: string): Promise<string[] | null> {
  return ask(
    db,
    `select array_agg(right(c.relname, 8) order by c.relname) from pg_inherits as i join pg_class as c on c.oid = i.inhrelid
     where i.inhparent = format('outbox.%I', $1::text)::regclass and c.relname ~ '_\\d{8}$'`,
    [table],
  )
}

/** An event of another day: its id decides where it lies. */
function eventOf(db: Client, instant: string): Promise<string> {
  return ask(
    db,
    `insert into outbox.events (id, type, data, occurred_at)
     values (overlay(outbox.uuidv7()::text placing left(outbox.uuid_at($1)::text, 13) from 1)::uuid, 'ticket.created', '{}', $1) returning id`,
    [instant],
  )
}

/** Takes all steps of the retention. */
async function drop(db: Client, now: string): Promise<{ partition_name: string; outcome: string }[]> {
  const steps: { partition_name: string; outcome: string }[] = []
  for (;;) {
    const { rows } = await db.query<{ partition_name: string; outcome: string }>(
      'select * from outbox.drop_expired_partitions($1)',
      [now],
    )
    const [step] = rows
    if (step === undefined) return steps
    steps.push(step)
    if (step.outcome === 'in use') return steps
  }
}

const impatient = `set lock_timeout = '300 ms'; set statement_timeout = '5 s'`

describe('outbox.make_partitions', () => {
  test('makes today and the days ahead, for each table, once', async ({ db }) => {
    expect(await ask(db, `select outbox.make_partitions('2027-02-27T23:59:59Z', 2)`)).toBe(9)
    for (const table of TABLES)
      expect((await days(db, table))?.filter((day) => day.startsWith('2027'))).toEqual([
        '20270227',
        '20270228',
        '20270301',
      ])
    expect(await ask(db, `select outbox.make_partitions('2027-02-28T00:00:00Z', 2)`)).toBe(3)
    expect(await ask(db, `select outbox.make_partitions('2027-02-28T00:00:00Z', 2)`)).toBe(0)
  })

  test('does not care for the time zone of the session: days are those of UTC', async ({ db }) => {
    await db.query(`set timezone = 'Pacific/Auckland'`)
    await ask(db, `select outbox.make_partitions('2027-02-27T23:59:59Z', 0)`)
    const id = await eventOf(db, '2027-02-27T23:59:59.999Z')
    expect(await ask(db, 'select tableoid::regclass::text from outbox.events where id = $1', [id])).toBe(
      'outbox.events_20270227',
    )
  })

  test('neither waits for writers in an open transaction nor makes them wait', async ({ db, connect }) => {
    const writer = await connect()
    for (const client of [db, writer]) await client.query(impatient)
    await writer.query('begin')
    await emit(writer)
    await db.query('begin')
    expect(await ask(db, `select outbox.make_partitions('2027-02-27T00:00:00Z', 1)`)).toBe(6)
    await emit(writer)
    await db.query('commit')
    await emit(writer)
    await writer.query('commit')
    expect(await ask(db, 'select count(*)::int from outbox.events')).toBe(3)
  })

  test('leaves it for later when a writer is in the default partition, and then moves what lies there', async ({
    db,
    connect,
  }) => {
    const writer = await connect()
    for (const client of [db, writer]) await client.query(impatient)
    await writer.query('begin')
    const id = await eventOf(writer, '2027-02-27T12:00:00Z')
    expect(await ask(db, `select outbox.make_partitions('2027-02-27T13:00:00Z', 1)`)).toBe(0)
    await writer.query('commit')
    expect(await ask(db, `select outbox.make_partitions('2027-02-27T13:00:00Z', 1)`)).toBe(6)
    expect(await ask(db, 'select tableoid::regclass::text from outbox.events where id = $1', [id])).toBe(
      'outbox.events_20270227',
    )
  })
})

describe('an event for whose day there is no partition', () => {
  test('is delivered all the same, before and after it is moved to its day', async ({ db, receive, relay }) => {
    const receiver = await receive()
    await makeWebhook(db, { url: receiver.url })
    const before = await eventOf(db, '2027-02-27T12:00:00Z')
    expect(await ask(db, 'select count(*)::int from outbox.events_default')).toBe(1)
    await db.query(`select outbox.make_partitions('2027-02-27T00:00:00Z')`)
    const after = await eventOf(db, '2027-06-01T12:00:00Z')
    await relay()
    await receiver.waitFor(2)
    expect(receiver.requests.map(({ id }) => id).toSorted()).toEqual([before, after].toSorted())
    await expect
      .poll(() => ask(db, `select count(*)::int from outbox.webhook_deliveries where status = 'delivered'`))
      .toBe(2)
  })
})

describe('outbox.drop_expired_partitions', () => {
  const AFTER = '2025-03-01T00:00:00Z'

  /** A day in the past with one event of it, already read. */
  async function oldDay(db: Client): Promise<string> {
    await db.query(`select outbox.make_partitions('2025-01-10T00:00:00Z', 0)`)
    const id = await eventOf(db, '2025-01-10T10:00:00Z')
    await db.query('select outbox.cut_batches(1)')
    return id
  }

  const expired = TABLES.map((table) => `${table}_20250110`)

  test('drops a day when the retention is over, and not before', async ({ db }) => {
    await oldDay(db)
    await db.query('delete from outbox.batches')
    // Thirty days after the end of that day.
    expect(await drop(db, '2025-02-09T23:59:59Z')).toEqual([])
    const steps = await drop(db, '2025-02-10T00:00:00Z')
    expect(steps.filter(({ outcome }) => outcome === 'dropped').map(({ partition_name }) => partition_name)).toEqual(
      expired,
    )
    for (const table of TABLES) expect(await days(db, table)).not.toContain('20250110')
    expect((await days(db, 'events'))?.length).toBeGreaterThan(0)
  })

  test('keeps a day with an open batch, a pending delivery or an unread event', async ({ db, connect }) => {
    const event_id = await oldDay(db)
    expect(await drop(db, AFTER)).toEqual([])
    await db.query('delete from outbox.batches')
    const webhook_id = await makeWebhook(db, { url: 'http://127.0.0.1:9' })
    await db.query(
      `insert into outbox.pending_deliveries (id, webhook_id, event_id, event_type, next_attempt_at, created_at)
       values (outbox.delivery_id($1, $2), $2, $1, 'ticket.created', now(), now())`,
      [event_id, webhook_id],
    )
    expect(await drop(db, AFTER)).toEqual([])
    await db.query('delete from outbox.pending_deliveries')
    const writer = await connect()
    await writer.query('begin')
    await eventOf(writer, '2025-01-10T11:00:00Z')
    await emit(db)
    await db.query('select outbox.cut_batches(1); delete from outbox.batches')
    await writer.query('commit')
    expect(await drop(db, AFTER)).toEqual([])
    await db.query('select outbox.cut_batches(1); delete from outbox.batches')
    expect((await drop(db, AFTER)).at(-1)?.outcome).toBe('dropped')
    expect(await days(db, 'events')).not.toContain('20250110')
  })

  test('neither waits for a writer or reader in an open transaction nor makes others wait', async ({ db, connect }) => {
    await oldDay(db)
    await db.query('delete from outbox.batches')
    const [writer, reader, other] = [await connect(), await connect(), await connect()]
    for (const client of [db, writer, reader, other]) await client.query(impatient)
    await writer.query('begin')
    await emit(writer)
    const steps = await drop(db, AFTER)
    expect(steps).toContainEqual({ partition_name: 'events_20250110', outcome: 'in use' })
    await writer.query('commit')
    await reader.query('begin')
    await reader.query('select count(*) from outbox.events')
    expect((await drop(db, AFTER)).at(-1)).toMatchObject({ outcome: 'in use' })
    await emit(other)
    await reader.query('commit')
    expect((await drop(db, AFTER)).at(-1)).toMatchObject({ outcome: 'dropped' })
    expect(await ask(db, 'select count(*)::int from outbox.events')).toBe(2)
  })

  test('lets old keys and failures go with the days', async ({ db }) => {
    await db.query(
      `insert into outbox.idempotency_keys values ('old', outbox.uuidv7(), '2025-01-01'), ('new', outbox.uuidv7(), now())`,
    )
    await drop(db, AFTER)
    expect(await ask(db, 'select array_agg(key) from outbox.idempotency_keys')).toEqual(['new'])
  })
})
