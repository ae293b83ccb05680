/** Who gets what: pattern, tenant and filter, decided in one place. */
import type { Client } from '../../sql/db.ts'
import { ask, describe, emit, expect, makeWebhook, test, type Webhook } from '../support/world.ts'

const URL_OF_NOBODY = 'http://127.0.0.1:9'
/** Every event, with the smallest and the largest id. */
const ALL = `array(select id from outbox.events), (select id from outbox.events order by id limit 1),
  (select id from outbox.events order by id desc limit 1)`

function webhook(db: Client, wants: Partial<Webhook>): Promise<string> {
  return makeWebhook(db, { url: URL_OF_NOBODY, ...wants })
}

/** The webhooks that this event goes to. */
async function takers(db: Client, event_id: string): Promise<string[]> {
  const { rows } = await db.query<{ webhook_id: string }>(
    'select webhook_id from outbox.matches(array[$1::uuid], $1, $1)',
    [event_id],
  )
  return rows.map(({ webhook_id }) => webhook_id)
}

/** Whether a webhook with this filter gets an event with this data. */
async function passes(db: Client, filter: string, data: string): Promise<boolean> {
  const id = await webhook(db, { filter })
  return (await takers(db, await emit(db, 'ticket.created', data))).includes(id)
}

async function expectEach(db: Client, cases: [filter: string, data: string, passes: boolean][]): Promise<void> {
  const seen: typeof cases = []
  for (const [filter, data] of cases) seen.push([filter, data, await passes(db, filter, data)])
  expect(seen).toEqual(cases)
}

describe('a pattern', () => {
  test('matches its type, or the types of its noun, or all', async ({ db }) => {
    const cases: [string, string, boolean][] = [
      ['ticket.created', 'ticket.created', true],
      ['ticket.created', 'ticket.updated', false],
      ['ticket.created', 'ticket.created.again', false],
      ['ticket.*', 'ticket.created', true],
      ['ticket.*', 'ticket.step.created', true],
      ['ticket.*', 'ticket', false],
      ['ticket.*', 'tickets.created', false],
      ['ticket.step.*', 'ticket.step.created', true],
      ['ticket.step.*', 'ticket.created', false],
      ['*', 'ticket', true],
      ['*', 'a.b.c.d.e', true],
      // An underscore is a letter, not a wildcard of LIKE; letters differ by case.
      ['ticket_x.created', 'ticketyx.created', false],
      ['Ticket.created', 'ticket.created', false],
    ]
    const seen: typeof cases = []
    for (const [pattern, type] of cases) {
      const id = await webhook(db, { events: [pattern] })
      seen.push([pattern, type, (await takers(db, await emit(db, type))).includes(id)])
    }
    expect(seen).toEqual(cases)
  })

  test('that overlaps with others of its webhook makes no second delivery', async ({ db }) => {
    const id = await webhook(db, { events: ['*', 'ticket.*', 'ticket.created', 'ticket.created'] })
    expect(await takers(db, await emit(db))).toEqual([id])
  })
})

describe('a webhook', () => {
  test('of a tenant gets the events of that tenant only; one of none gets all', async ({ db }) => {
    const acme = await webhook(db, { tenant: 'acme' })
    const any = await webhook(db, {})
    expect((await takers(db, await emit(db, 'ticket.created', {}, 'acme'))).toSorted()).toEqual([acme, any].toSorted())
    expect(await takers(db, await emit(db, 'ticket.created', {}, 'Acme'))).toEqual([any])
    expect(await takers(db, await emit(db))).toEqual([any])
  })

  test('that is disabled gets nothing', async ({ db }) => {
    await webhook(db, { enabled: false })
    expect(await takers(db, await emit(db))).toEqual([])
  })

  test('is matched for many events at once as for each alone', async ({ db }) => {
    for (const wants of [{ events: ['ticket.*'] }, { filter: '$.n > 5' }, { tenant: 'acme' }, { enabled: false }])
      await webhook(db, wants)
    await db.query(`
      select outbox.emit((array['ticket.created', 'workflow.started', 'other'])[1 + n % 3], json_build_object('n', n), null,
                         (array['acme', 'other', null])[1 + n % 4 % 3])
      from generate_series(1, 40) as n`)
    const together = `select count(*)::int from outbox.matches(${ALL})`
    const differing = `
      select count(*)::int
      from (select * from outbox.matches(${ALL})) as m
      full join (select o.* from outbox.events as e cross join lateral outbox.matches(array[e.id], e.id, e.id) as o) as o using (event_id, webhook_id)
      where m.* is null or o.* is null`
    expect(await ask(db, together)).toBeGreaterThan(20)
    expect(await ask(db, differing)).toBe(0)
  })
})

describe('a filter', () => {
  test('that is a predicate lets through what makes it true', async ({ db }) => {
    await expectEach(db, [
      ['$.priority == "high"', '{"priority":"high"}', true],
      ['$.priority == "high"', '{"priority":"low"}', false],
      ['$.priority == "high"', '{}', false],
      ['!($.priority == "high")', '{"priority":"low"}', true],
      ['$.old.status != $.record.status', '{"old":{"status":1},"record":{"status":2}}', true],
      ['$.labels[*] == "bug"', '{"labels":["ui","bug"]}', true],
      ['exists($.labels)', '{"labels":null}', true],
      ['exists($.labels)', '{"record":1}', false],
      ['$.at.datetime() > "2026-01-01T00:00:00+00:00".datetime()', '{"at":"2026-02-03T04:05:06+00:00"}', true],
    ])
  })

  test('that is a path lets through what yields something', async ({ db }) => {
    await expectEach(db, [
      ['$.size ? (@ > 10)', '{"size":11}', true],
      ['$.size ? (@ > 10)', '{"size":10}', false],
      ['$.labels[*] ? (@ like_regex "^b")', '{"labels":["bug"]}', true],
      ['$.flag', '{"flag":true}', true],
      ['$.flag', '{"flag":false}', false],
      ['$.flag', '{"flag":null}', false],
      ['$.flag', '{}', false],
      ['$.text', '{"text":""}', true],
      ['$.text', '{"text":"false"}', true],
    ])
  })

  test('that cannot be evaluated is no match, and no error', async ({ db }) => {
    await expectEach(db, [
      ['$.size > 10', '{"size":"eleven"}', false],
      ['strict $.a.b.c == 1', '{"a":1}', false],
      ['$.size.double() > 1', '{"size":"NaN"}', false],
      ['$.size / 0 > 1', '{"size":1}', false],
      ['$.at.datetime() > "2026-01-01".datetime()', '{"at":"yesterday"}', false],
      ['$.s == "NaN"', '{"s":"NaN"}', true],
    ])
  })

  test('tells digits apart that a double could not, and reads what is no object', async ({ db }) => {
    await expectEach(db, [
      ['$.id == 9007199254740993', '{"id":9007199254740993}', true],
      ['$.id == 9007199254740993', '{"id":9007199254740992}', false],
      // jsonb cannot hold U+0000 or this number: such data passes no filter, not even one about another key.
      ['$.ok == 1', '{"ok":1,"text":"\\u0000"}', false],
      ['$.ok == 1', '{"ok":1,"n":1e999999}', false],
      ['$ == 1', '1', true],
      ['$[*] == 2', '[1,2]', true],
    ])
  })

  test('that cannot be evaluated over one event does not keep others from matching', async ({ db }) => {
    const filtered = await webhook(db, { filter: '$.ok == 1' })
    const plain = await webhook(db, {})
    await emit(db, 'ticket.created', '{"ok":1,"text":"\\u0000"}')
    await emit(db, 'ticket.created', '{"ok":1}')
    const { rows } = await db.query<{ webhook_id: string; count: number }>(
      `select webhook_id, count(*)::int as count from outbox.matches(${ALL}) group by 1`,
    )
    expect(new Map(rows.map(({ webhook_id, count }) => [webhook_id, count]))).toEqual(
      new Map([
        [filtered, 1],
        [plain, 2],
      ]),
    )
  })

  test('does not depend on the time zone of who asks', async ({ db }) => {
    const filter = '$.at.datetime() < "2026-01-01T12:00:00+00:00".datetime()'
    const id = await webhook(db, { filter })
    await emit(db, 'ticket.created', '{"at":"2026-01-01T11:30:00"}')
    await db.query('select outbox.cut_batches(1)')
    const answers: unknown[] = []
    for (const zone of ['UTC', 'Pacific/Auckland', 'America/Los_Angeles']) {
      await db.query(`select set_config('timezone', $1, false)`, [zone])
      answers.push(await ask(db, 'select webhook_id from outbox.batch_matches((select b.id from outbox.batches as b))'))
    }
    expect(answers).toEqual([id, id, id])
  })
})
