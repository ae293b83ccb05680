/** What outbox.webhooks says of a filter when it is written: errors for what cannot work, warnings for what hardly does. */
import type { Client } from '../../sql/db.ts'
import { ask, describe, emit, emitMany, expect, makeWebhook, test, type Webhook } from '../support/world.ts'

interface Notice {
  message: string
  hint: string
}

function webhook(db: Client, wants: Partial<Webhook>): Promise<string> {
  return makeWebhook(db, { url: 'http://127.0.0.1:9', events: ['ticket.*'], ...wants })
}

/** What is said of a webhook like this. */
async function notices(db: Client, wants: Partial<Webhook>): Promise<Notice[]> {
  const heard: Notice[] = []
  const hear = ({ message, hint }: { message?: string | undefined; hint?: string | undefined }) =>
    heard.push({ message: message ?? '', hint: hint ?? '' })
  db.on('notice', hear)
  await webhook(db, wants)
  db.off('notice', hear)
  return heard
}

describe('a filter with a variable', () => {
  test('is refused, when made and when changed', async ({ db }) => {
    await webhook(db, {})
    for (const filter of [
      '$foo',
      '$.record.id > $foo',
      '$.record ? (@.id == $foo.bar)',
      '$.a == "US$" && $"foo" == 1',
    ]) {
      const error = {
        code: 'OB001',
        column: 'filter',
        message: 'column "filter" uses the variable $foo',
        hint: expect.stringMatching(/\w.+\.$/),
      }
      await expect(webhook(db, { filter }), filter).rejects.toMatchObject(error)
      await expect(db.query('update outbox.webhooks set filter = $1', [filter]), filter).rejects.toMatchObject(error)
    }
  })

  test('is one only where the dollar sign is none of a text', async ({ db }) => {
    expect(await notices(db, { filter: '$.record.title == "US$" || $.record."$foo" == "\\"$bar"' })).toEqual([])
  })

  test('that is there from before keeps neither others from matching nor its webhook from being disabled', async ({
    db,
  }) => {
    const old = await webhook(db, {})
    const good = await webhook(db, { filter: '$.record.ok == true' })
    await db.query(`alter table outbox.webhooks disable trigger check_webhook`)
    await db.query(`update outbox.webhooks set filter = '$foo' where id = $1`, [old])
    await db.query(`alter table outbox.webhooks enable trigger check_webhook`)
    const id = await emit(db, 'ticket.created', { record: { ok: true } })
    expect(
      await ask(db, 'select array_agg(m.webhook_id) from outbox.matches(array[$1::uuid], $1, $1) as m', [id]),
    ).toEqual([good])
    expect(await ask(db, `select outbox.disable_webhook($1, 'gone')`, [old])).toBe(true)
  })
})

describe('a filter that begins with the envelope', () => {
  test('is warned of, with what to write', async ({ db }) => {
    const cases: [filter: string, read: string, hint: string][] = [
      ['$.data.record.priority == "high"', '$.data', 'Write ($.record.priority == "high").'],
      ['strict $.data.record ? (@.id > 1)', '$.data', 'Write strict $.record?(@.id > 1).'],
      ['exists($.data)', '$.data', 'Write exists ($).'],
      ['$.data."a b" == 1 && $.type == "x"', '$.data, $.type', 'Write ($."a b" == 1 && $.type == "x").'],
      ['$.type == "ticket.created"', '$.type', 'Choose types in the column "events".'],
      ['$.id == 1', '$.id', 'Write what the data has, such as $.record.status.'],
      ['$.timestamp > "2026"', '$.timestamp', 'Write what the data has, such as $.record.status.'],
    ]
    for (const [filter, read, hint] of cases) {
      const message = `the filter reads ${read}, but it sees only what stands under "data" in the body`
      expect(await notices(db, { filter }), filter).toEqual([{ message, hint }])
    }
  })

  test('and is meant so, because the data has such members, is not', async ({ db }) => {
    await db.query(`insert into outbox.event_types (type, example) values ('invoice.paid', '{"id":5,"data":{}}')`)
    await emit(db, 'invoice.sent', { type: 'letter' })
    expect(await notices(db, { events: ['invoice.paid'], filter: '$.id == 5 && $.data.x == 1' })).toEqual([])
    await db.query(`insert into outbox.event_types (type) values ('invoice.sent')`)
    expect(await notices(db, { events: ['invoice.sent'], filter: '$.type == "letter"' })).toEqual([])
    expect(await notices(db, { events: ['invoice.paid'], filter: '$.type == "letter"' })).toHaveLength(1)
  })
})

describe('a filter that reads what the events do not have', () => {
  test('is warned of, with what they have', async ({ db }) => {
    expect(await notices(db, { filter: '$.recrod.status == "open" || $.prevoius.status == "open"' })).toEqual([
      {
        message: 'the filter reads $.prevoius, $.recrod, which no event of these types is known to have',
        hint: 'Their data has $.key, $.operation, $.previous, $.record, $.table.',
      },
    ])
    // Nothing precedes an insert.
    expect(await notices(db, { events: ['ticket.created'], filter: '$.previous.status == "open"' })).toHaveLength(1)
    expect(await notices(db, { events: ['*'], filter: '$.previous.status == "open"' })).toEqual([])
  })

  test('is judged by examples and by the newest events of its types and its tenant', async ({ db }) => {
    await emit(db, 'ticket.created', { enriched: 1 })
    await emit(db, 'ticket.created', { secret: 1 }, 'acme')
    await emit(db, 'workflow.started', { other: 1 })
    expect(await notices(db, { filter: '$.enriched == 1 && $.secret == 1' })).toEqual([])
    expect(await notices(db, { filter: '$.other == 1' })).toHaveLength(1)
    expect(await notices(db, { filter: '$.secret == 1', tenant: 'acme' })).toEqual([])
    expect(await notices(db, { filter: '$.enriched == 1', tenant: 'acme' })).toMatchObject([
      { hint: 'Their data has $.key, $.operation, $.previous, $.record, $.secret, $.table.' },
    ])
    await emitMany(db, 100, 'ticket.created')
    expect(await notices(db, { filter: '$.enriched == 1' })).toHaveLength(1)
    expect(await notices(db, { filter: '$.n == 1' })).toEqual([])
  })

  test('is not judged where nothing is known, nor by what has no members', async ({ db }) => {
    await db.query(
      `insert into outbox.event_types (type, example) values ('a.b', null), ('c.d', '[1]'), ('e.f', '{"s":"\\u0000"}')`,
    )
    for (const data of ['null', '1', '[{"a":1}]', '{"a":"\\u0000"}', '{"\\u0000":1}', '{"n":1e999999}', '"\\ud800"'])
      await emit(db, 'a.b', data)
    for (const events of [['a.b'], ['c.d'], ['e.f'], ['a.b', 'e.f']])
      expect(await notices(db, { events, filter: '$.whatever == 1' })).toEqual([])
    expect(await notices(db, { filter: '$ == 1' })).toEqual([])
    expect(await notices(db, { filter: '$.* == 1 || $.**.x == 1 || $.keyvalue().key == "a"' })).toEqual([])
  })

  test('is judged when it is made and when filter, events or tenant change', async ({ db }) => {
    expect(await notices(db, { filter: '$.previous == 1' })).toEqual([])
    let heard = 0
    db.on('notice', () => (heard += 1))
    await db.query(`update outbox.webhooks set events = '{ticket.created}'`)
    expect(heard).toBe(1)
    await db.query(`update outbox.webhooks set description = 'x', enabled = false`)
    expect(heard).toBe(1)
    await db.query(`update outbox.webhooks set tenant = 'acme'`)
    expect(heard).toBe(2)
    await db.query(`update outbox.webhooks set filter = '$.recrod == 1'`)
    expect(heard).toBe(3)
  })

  test('is judged in milliseconds, however much there is', async ({ db }) => {
    await db.query(`
      insert into outbox.events (type, data)
      select (array['ticket.created', 'workflow.started'])[1 + n % 2], json_build_object('n', n, 'text', repeat(md5(n::text), 200))
      from generate_series(1, 20000) as n`)
    await db.query('analyze outbox.events')
    const known = () => ask<string[]>(db, `select outbox.known_members('{ticket.created}', null)`)
    await known()
    const began = performance.now()
    expect(await known()).toContain('n')
    expect(performance.now() - began).toBeLessThan(250)
  })
})
