/** webhooks.headers: names can be read, values only written. */
import type { Client } from '../../sql/db.ts'
import { ask, describe, expect, makeWebhook, test } from '../support/world.ts'

const URL = 'https://example.com/hook'

function setHeaders(db: Client, headers: unknown): Promise<unknown> {
  return db.query('update outbox.webhooks set headers = $1', [headers === null ? null : JSON.stringify(headers)])
}

function shown(db: Client): Promise<string | null> {
  return ask(db, 'select headers::text from outbox.webhooks')
}

function stored(db: Client): Promise<Record<string, string> | null> {
  return ask(db, 'select json_object_agg(name, value order by name) from outbox.webhook_headers')
}

describe('webhooks.headers', () => {
  test('given with an insert are masked in the row and in what the insert returns; the values are stored apart', async ({
    db,
  }) => {
    const { rows } = await db.query(
      `insert into outbox.webhooks (url, headers) values ($1, '{"Authorization": "Bearer x", "X-Env":"prod"}') returning headers::text`,
      [URL],
    )
    expect(rows).toEqual([{ headers: '{"Authorization": "***", "X-Env": "***"}' }])
    expect(await shown(db)).toBe('{"Authorization": "***", "X-Env": "***"}')
    expect(await stored(db)).toEqual({ authorization: 'Bearer x', 'x-env': 'prod' })
  })

  test('keep the value of a name given as ***, whatever its case, change others, and lose those left out', async ({
    db,
  }) => {
    await makeWebhook(db, { url: URL })
    await setHeaders(db, { Authorization: 'Bearer x', 'X-Env': 'prod', 'X-Old': 'o' })
    await setHeaders(db, { authorization: '***', 'X-Env': 'dev', 'X-New': 'n' })
    expect(await shown(db)).toBe('{"authorization": "***", "X-Env": "***", "X-New": "***"}')
    expect(await stored(db)).toEqual({ authorization: 'Bearer x', 'x-env': 'dev', 'x-new': 'n' })
  })

  test.for(['null', `'null'`, `'{}'`, `' { } '`])('are all gone after %s', async (nothing, { db }) => {
    await makeWebhook(db, { url: URL })
    await setHeaders(db, { 'X-Env': 'prod' })
    await db.query(`update outbox.webhooks set headers = ${nothing}`)
    expect(await shown(db)).toBeNull()
    expect(await stored(db)).toBeNull()
  })

  test('that change in a value only still make a new version', async ({ db }) => {
    await makeWebhook(db, { url: URL })
    await setHeaders(db, { 'X-Env': 'prod' })
    const [before, text] = [await ask<number>(db, 'select version from outbox.webhooks'), await shown(db)]
    await setHeaders(db, { 'X-Env': 'dev' })
    expect(await shown(db)).toBe(text)
    expect(await ask(db, 'select version from outbox.webhooks')).toBe(before + 1)
    expect(await stored(db)).toEqual({ 'x-env': 'dev' })
  })

  test('leave a row in the audit log when a value changes, with its name only', async ({ db }) => {
    const id = await makeWebhook(db, { url: URL })
    await setHeaders(db, { 'X-Env': 'prod', 'X-Same': 'same', 'X-Kept': 'kept' })
    await setHeaders(db, { 'X-Env': 'dev', 'X-Same': 'same', 'X-Kept': '***', 'X-New': 'new' })
    const { rows } = await db.query(
      `select object_id, before, after from outbox.audit_log where action = 'webhook.headers_changed'`,
    )
    expect(rows).toEqual([{ object_id: id, before: null, after: { headers: ['x-env'] } }])
  })

  test('stay as they are when other columns change', async ({ db }) => {
    await makeWebhook(db, { url: URL })
    await setHeaders(db, { 'X-Env': 'prod' })
    await db.query(`update outbox.webhooks set description = 'x', id = gen_random_uuid()`)
    expect(await stored(db)).toEqual({ 'x-env': 'prod' })
  })

  test('of many webhooks changed by one statement go to each its own', async ({ db }) => {
    for (const name of ['a', 'b', 'c']) await makeWebhook(db, { url: `https://example.com/${name}` })
    await db.query(`update outbox.webhooks set headers = json_build_object('X-Path', right(url, 1))`)
    const { rows } = await db.query(
      `select right(w.url, 1) as name, h.value from outbox.webhooks as w join outbox.webhook_headers as h on h.webhook_id = w.id order by 1`,
    )
    expect(rows).toEqual(['a', 'b', 'c'].map((name) => ({ name, value: name })))
  })

  test('go with the webhook, and with a transaction that is rolled back', async ({ db }) => {
    await makeWebhook(db, { url: URL })
    await setHeaders(db, { 'X-Env': 'prod' })
    await db.query('begin; savepoint before')
    await setHeaders(db, { 'X-Env': 'dev' })
    await db.query('rollback to before')
    await db.query(`update outbox.webhooks set description = 'x'`)
    await db.query('commit')
    expect(await stored(db)).toEqual({ 'x-env': 'prod' })
    await db.query('delete from outbox.webhooks')
    expect(await stored(db)).toBeNull()
  })

  test('arrive by an upsert, and not by an insert that does nothing', async ({ db }) => {
    const id = await makeWebhook(db, { url: URL })
    await setHeaders(db, { 'X-Env': 'prod' })
    const insert = `insert into outbox.webhooks (id, url, headers) values ('${id}', '${URL}', '{"X-Env": "new", "X-More": "m"}')`
    await db.query(`begin; ${insert} on conflict do nothing`)
    await db.query(`update outbox.webhooks set description = 'x'`)
    expect(await stored(db)).toEqual({ 'x-env': 'prod' })
    await db.query(`${insert} on conflict (id) do update set headers = excluded.headers`)
    expect(await stored(db)).toEqual({ 'x-env': 'new', 'x-more': 'm' })
    await db.query('commit')
  })

  test('are written by an admin, who cannot read the values', async ({ db }) => {
    await db.query('set role outbox_admin')
    await makeWebhook(db, { url: URL })
    await setHeaders(db, { 'X-Env': 'prod' })
    await expect(db.query('select from outbox.webhook_headers')).rejects.toMatchObject({ code: '42501' })
    await expect(db.query('select outbox.relay_webhooks(array(select id from outbox.webhooks))')).rejects.toMatchObject(
      { code: '42501' },
    )
    await db.query('reset role')
    expect(await stored(db)).toEqual({ 'x-env': 'prod' })
  })

  test('reach relays in the order and spelling of the row', async ({ db }) => {
    const id = await makeWebhook(db, { url: URL })
    await setHeaders(db, { 'X-Z': 'last', Authorization: 'a\tb' })
    await setHeaders(db, { 'x-z': '***', Authorization: '***' })
    expect(await ask(db, 'select headers from outbox.relay_webhooks(array[$1::uuid])', [id])).toEqual([
      'x-z',
      'last',
      'Authorization',
      'a\tb',
    ])
  })
})

/** Names of headers that describe the connection, the body or its signature. */
const OURS =
  `Host Content-Length Content-Type Content-Encoding Transfer-Encoding Connection Keep-Alive Upgrade TE Trailer Expect
  Accept-Encoding User-Agent X-Hub-Signature X-Hub-Signature-256 Proxy-Authorization Webhook-Id webhook-signature WEBHOOK-ANYTHING`.split(
    /\s+/,
  )

const long = 'a'.repeat(101)
/** None of them is to be found in what the refusal says. */
const refused: [what: string, headers: string][] = [
  ['an array', '["canary"]'],
  ['a string', '"canary"'],
  ['a number', '17'],
  ['a number as value', '{"X-A": 17}'],
  ['an object as value', '{"X-A": {"canary": "canary"}}'],
  ['null as value', '{"X-A": null}'],
  ['an empty value', '{"X-A": ""}'],
  ['an empty name', '{"": "canary"}'],
  ['a name of 101 characters', `{"${long}": "canary"}`],
  ['a name with a colon, and the value behind it', '{"Authorization: canary": "canary"}'],
  ['a name with a line feed', '{"X-A\\nX-B": "canary"}'],
  ['a name beyond ASCII', '{"Zoë": "canary"}'],
  ['a name given twice', '{"X-A": "canary", "X-A": "canary"}'],
  ['a name given twice in different case', '{"X-A": "canary", "x-a": "canary"}'],
  ['a value of 2001 characters', `{"X-A": "canary${'a'.repeat(1995)}"}`],
  ['a value with CR and LF', '{"X-A": "canary\\r\\nX-B: canary"}'],
  ['a value with LF', '{"X-A": "canary\\nX-B: canary"}'],
  ['a value that ends with LF', '{"X-A": "canary\\n"}'],
  ['a value with NUL', '{"X-A": "canary\\u0000"}'],
  ['a name with NUL', '{"X-A\\u0000": "canary"}'],
  ['half a surrogate', '{"X-A": "canary\\ud800"}'],
  ['a value with DEL', '{"X-A": "canary\\u007f"}'],
  ['a value beyond ASCII', '{"X-A": "canary ë"}'],
  ['a value with a leading space', '{"X-A": " canary"}'],
  ['a value with a trailing tab', '{"X-A": "canary\\t"}'],
  ['21 headers', JSON.stringify(Object.fromEntries(Array.from({ length: 21 }, (_, n) => [`X-${n}`, 'canary'])))],
  ['*** without a value that it could stand for', '{"X-A": "***", "X-B": "canary"}'],
  ...OURS.map((name): [string, string] => [name, `{"${name}": "canary"}`]),
]

describe('webhooks.headers refuses', () => {
  test('what does not fit, and repeats no value', async ({ db }) => {
    await makeWebhook(db, { url: URL })
    for (const [what, headers] of refused)
      for (const statement of [
        `insert into outbox.webhooks (url, headers) values ('${URL}', $1)`,
        'update outbox.webhooks set headers = $1',
      ]) {
        const refusal: unknown = await db.query(statement, [headers]).catch((error: unknown) => error)
        expect(refusal, what).toMatchObject({
          code: 'OB001',
          column: 'headers',
          message: expect.stringMatching(/^column "headers" /),
          hint: expect.stringMatching(/\w.+\.$/),
        })
        expect(JSON.stringify({ ...(refusal as object), message: (refusal as Error).message })).not.toContain('canary')
      }
  })

  test('nothing that is within the bounds', async ({ db }) => {
    await makeWebhook(db, { url: URL })
    const names = Array.from({ length: 18 }, (_, n) => `X-${n}`)
    await setHeaders(db, {
      ...Object.fromEntries(names.map((name) => [name, 'a  b\tc'])),
      ["!#$%&'*+.^_`|~-"]: '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~',
      ['a'.repeat(100)]: 'a'.repeat(2_000),
    })
    expect(Object.keys((await stored(db)) ?? {})).toHaveLength(20)
  })

  test('what was put into the hand-over past the check', async ({ db }) => {
    const id = await makeWebhook(db, { url: URL })
    await setHeaders(db, { 'X-A': 'a' })
    // Whoever guesses both settings; the mark of the statement is a new random one for each.
    await db.query('begin')
    await db.query(`select set_config(outbox.headers_setting($1), $2, true)`, [
      id,
      JSON.stringify({
        statement: await ask(db, `select current_setting('outbox.headers_statement', true)`),
        values: { 'x-a': 'forged' },
      }),
    ])
    await db.query(`update outbox.webhooks set description = 'x'`)
    await db.query('commit')
    expect(await stored(db)).toEqual({ 'x-a': 'a' })
    await expect(
      db.query(`insert into outbox.webhook_headers values ($1, 'x-b', E'a\\r\\nb')`, [id]),
    ).rejects.toMatchObject({ code: '23514' })
  })
})

describe('a header value', () => {
  test('stands in no table but its own, in no view, and not in the files of the webhooks', async ({ db }) => {
    await makeWebhook(db, { url: URL })
    await setHeaders(db, { Authorization: 'canary-one' })
    await setHeaders(db, { Authorization: 'canary-two', 'X-More': 'canary-three' })
    await db.query(`update outbox.webhooks set description = 'x'`)
    const relations = await db.query<{ name: string }>(
      `select relname::text as name from pg_class
       where relnamespace = 'outbox'::regnamespace and relkind in ('r', 'p', 'v') and relname <> 'webhook_headers'`,
    )
    expect(relations.rows.length).toBeGreaterThan(30)
    for (const { name } of relations.rows)
      expect(
        await ask(db, `select count(*)::int from outbox.${name} as r where row_to_json(r)::text like '%canary%'`),
        name,
      ).toBe(0)
    await db.query('checkpoint')
    const inFile = (table: string) =>
      ask<boolean>(db, `select position('canary'::bytea in pg_read_binary_file(pg_relation_filepath($1))) > 0`, [table])
    expect(await inFile('outbox.webhooks')).toBe(false)
    expect(await inFile('outbox.webhook_headers')).toBe(true)
  })
})
