import { describe, expect, test } from '../support/fixture.ts'
import { events, refusal } from '../support/events.ts'

const refused: [call: string, message: string][] = [
  [`emit(null, '{}')`, 'argument "event_type" is null'],
  [`emit('', '{}')`, `argument "event_type" is ''`],
  [`emit('a b', '{}')`, `argument "event_type" is 'a b'`],
  [`emit('a.', '{}')`, `argument "event_type" is 'a.'`],
  [`emit(E'a.b\\n', '{}')`, 'argument "event_type"'],
  [`emit(repeat('a', 129), '{}')`, 'argument "event_type"'],
  [`emit('a.b', null)`, 'argument "data" is null'],
  [`emit('a.b', to_json(repeat('x', 262143)))`, 'argument "data" has 262145 bytes, more than the limit of 262144'],
  [`emit('a.b', '{}', idempotency_key => repeat('x', 1025))`, 'argument "idempotency_key" has 1025 bytes'],
]

describe('outbox.emit', () => {
  test('writes an event with the exact text of its data and returns its id', async ({ db }) => {
    const data = `{"n" : 12345678901234567890.10,  "zero":"\\u0000","a":1,"a":2}`
    const { rows } = await db.query(`select outbox.emit('invoice.paid', $1::json, key => 'k', tenant => 't') as id`, [
      data,
    ])
    expect(await events(db)).toMatchObject([{ type: 'invoice.paid', key: 'k', tenant: 't', text: data, context: null }])
    const stored = await db.query('select id from outbox.events')
    expect(stored.rows).toEqual(rows)
  })

  test('takes any JSON as data, null too, up to the limit', async ({ db }) => {
    await db.query(
      `select outbox.emit('a.b', 'null'), outbox.emit('a.b', '"x"'), outbox.emit('a.b', to_json(repeat('x', 262142)))`,
    )
    expect((await events(db)).map((event) => event.text.length)).toEqual([4, 3, 262_144])
  })

  test('refuses what does not fit, with a code, the name of the argument and a hint', async ({ db }) => {
    for (const scs of ['on', 'off']) {
      await db.query(`set standard_conforming_strings = ${scs}`)
      for (const [call, message] of refused) {
        const { hint, ...rest } = await refusal(db.query(`select outbox.${call}`))
        expect(rest, call).toEqual({ code: 'OB001', message: expect.stringContaining(message) })
        expect(hint, call).toMatch(/\S.*\.$/)
      }
    }
    expect(await events(db)).toEqual([])
  })

  test('refuses an unknown type only when strict', async ({ db }) => {
    await db.query(`select outbox.emit('a.b', '{}')`)
    await db.query('update outbox.settings set strict_event_types = true')
    expect(await refusal(db.query(`select outbox.emit('a.b', '{}')`))).toMatchObject({
      code: 'OB001',
      message: `argument "event_type" is 'a.b', which outbox.event_types does not hold`,
    })
    await db.query(`insert into outbox.event_types (type) values ('a.b'); select outbox.emit('a.b', '{}')`)
    expect(await events(db)).toHaveLength(2)
  })

  test('is undone with its transaction', async ({ db }) => {
    await db.query(`begin; select outbox.emit('a.b', '{}', idempotency_key => 'k'); rollback`)
    await db.query(`select outbox.emit('a.b', '{}', idempotency_key => 'k')`)
    expect(await events(db)).toHaveLength(1)
  })

  test('writes the transaction’s context', async ({ db }) => {
    await db.query(`begin; set local outbox.context = '{"actor":"ann"}'; select outbox.emit('a.b', '{}'); commit`)
    expect((await events(db))[0]?.context).toEqual({ actor: 'ann' })
  })

  test('may be granted to a role that can do nothing else', async ({ db, database }) => {
    const role = `app_${database.name}`
    await db.query(
      `create role ${role}; grant usage on schema outbox to ${role}; grant execute on function outbox.emit to ${role}`,
    )
    try {
      await db.query(
        `set role ${role}; set search_path = pg_temp; select outbox.emit('a.b', '{}', idempotency_key => 'k')`,
      )
      await expect(db.query('select from outbox.events')).rejects.toThrow('permission denied')
    } finally {
      await db.query(`reset role; drop owned by ${role}; drop role ${role}`)
    }
    expect(await events(db)).toHaveLength(1)
  })
})

describe('an idempotency key', () => {
  const emit = `select outbox.emit('a.b', $1, idempotency_key => 'k') as id`

  test('makes one event of repeated calls, in one transaction and in several', async ({ db }) => {
    await db.query('begin')
    const first = await db.query(emit, ['1'])
    const second = await db.query(emit, ['2'])
    await db.query('commit')
    const third = await db.query(emit, ['3'])
    expect([second.rows, third.rows]).toEqual([first.rows, first.rows])
    expect((await events(db)).map((event) => event.data)).toEqual([1])
  })

  test('makes one event of calls at the same time: the second waits for the first', async ({ db, connect }) => {
    const other = await connect()
    await db.query('begin')
    const first = await db.query(emit, ['1'])
    const waiting = other.query(emit, ['2'])
    await db.query('commit')
    expect((await waiting).rows).toEqual(first.rows)
    expect(await events(db)).toHaveLength(1)
  })

  test('is free again when the first call is rolled back', async ({ db, connect }) => {
    const other = await connect()
    await db.query('begin')
    await db.query(emit, ['1'])
    const waiting = other.query(emit, ['2'])
    await db.query('rollback')
    await waiting
    expect((await events(db)).map((event) => event.data)).toEqual([2])
  })

  test('is free again once it has expired', async ({ db }) => {
    await db.query(emit, ['1'])
    await db.query(`select outbox.drop_expired_partitions(now() + interval '31 days')`)
    await db.query(emit, ['2'])
    const { rows } = await db.query('select count(*)::integer as keys from outbox.idempotency_keys')
    expect(rows).toEqual([{ keys: 1 }])
    expect((await events(db)).at(-1)?.data).toBe(2)
  })
})
