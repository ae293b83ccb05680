import { describe, expect, test } from '../support/fixture.ts'
import { events, failures, watchAll } from '../support/events.ts'

/** Column type, a value as SQL, and what a receiver reads for it, as JSON text. */
const values: [type: string, value: string, json: string][] = [
  ['real', `'NaN'`, '"NaN"'],
  ['double precision', `'-Infinity'`, '"-Infinity"'],
  ['double precision', '0.1::float8 + 0.2', '0.30000000000000004'],
  ['double precision', `'-0'`, '-0'],
  ['numeric', `'NaN'`, '"NaN"'],
  ['numeric', `'Infinity'`, '"Infinity"'],
  ['numeric', '1234567890123456789012345678901234567890.50', '1234567890123456789012345678901234567890.50'],
  ['bigint', '9223372036854775807', '9223372036854775807'],
  ['boolean', 'true', 'true'],
  ['timestamptz', `'infinity'`, '"infinity"'],
  ['timestamptz', `'2026-02-03 04:05:06.789+02'`, '"2026-02-03T02:05:06.789+00:00"'],
  ['timestamp', `'-infinity'`, '"-infinity"'],
  ['timestamp', `'0044-03-15 12:00:00 BC'`, '"0044-03-15T12:00:00 BC"'],
  ['date', `'infinity'`, '"infinity"'],
  ['date', `'2026-02-03'`, '"2026-02-03"'],
  ['timetz', `'04:05:06+02'`, '"04:05:06+02"'],
  ['interval', `'1 year -2 days 03:04:05.678'`, '"1 year -2 days +03:04:05.678"'],
  ['bytea', `'\\x00ff'`, '"\\\\x00ff"'],
  ['integer[]', `'{1,null,3}'`, '[1,null,3]'],
  ['text[]', `'{{a,"b c"},{"\\"",null}}'`, '[["a","b c"],["\\"",null]]'],
  ['timestamptz[]', `'{2026-02-03 04:05:06+02}'`, '["2026-02-03T02:05:06+00:00"]'],
  ['int4range', `'[1,5)'`, '"[1,5)"'],
  ['tstzrange', `'[2026-02-03 04:05:06+02,)'`, '"[\\"2026-02-03 02:05:06+00\\",)"'],
  ['datemultirange', `'{[2026-02-03,2026-02-05)}'`, '"{[2026-02-03,2026-02-05)}"'],
  ['mood', `'so so'`, '"so so"'],
  ['pair', `row(1, 'a "b"')`, '{"n":1,"t":"a \\"b\\""}'],
  ['pair[]', `array[row(1, 'a')::pair]`, '[{"n":1,"t":"a"}]'],
  ['positive', '5', '5'],
  ['xml', `'<a b="c">é</a>'`, '"<a b=\\"c\\">é</a>"'],
  ['money', `'-1234.5'`, '"-$1,234.50"'],
  ['json', `'{"a" : 1,\n "a":2}'`, '{"a" : 1,\n "a":2}'],
  ['json', `'{"zero":"\\u0000","half":"\\ud83d"}'`, '{"zero":"\\u0000","half":"\\ud83d"}'],
  ['jsonb', `'{"b":1,"a":{}}'`, '{"a": {}, "b": 1}'],
  ['json', `(repeat('[', 500) || repeat(']', 500))::json`, '['.repeat(500) + ']'.repeat(500)],
  [
    'text',
    `E'quote " backslash \\\\ slash / tab \\t nl \\n del \\x7f bell \\x07'`,
    '"quote \\" backslash \\\\ slash / tab \\t nl \\n del \x7f bell \\u0007"',
  ],
  ['text', `U&'\\+01F511 \\200F \\FFFF \\FEFF \\2028'`, '"🔑 \u200f \uffff \ufeff \u2028"'],
  ['text', `''`, '""'],
  ['char(4)', `'ab'`, '"ab  "'],
  ['"char"', `'x'`, '"x"'],
  ['uuid', `'00000000-0000-7000-8000-00000000000a'`, '"00000000-0000-7000-8000-00000000000a"'],
  ['inet', `'::1/64'`, '"::1/64"'],
  ['bit varying', `B'0101'`, '"0101"'],
  ['point', `'(1.5,2)'`, '"(1.5,2)"'],
  ['tsvector', `'a fat cat'`, `"'a' 'cat' 'fat'"`],
  ['pg_lsn', `'0/16B3748'`, '"0/16B3748"'],
  ['regclass', `'pg_class'`, '"pg_class"'],
  ['xid8', `'42'`, '"42"'],
]

const typesOfOurOwn = `
  create type mood as enum ('so so');
  create type pair as (n integer, t text);
  create domain positive as integer check (value > 0)`

describe('a value', () => {
  test(
    'of any type arrives as it is, in record, in previous and after a delete',
    { timeout: 60_000 },
    async ({ db }) => {
      await db.query(typesOfOurOwn)
      const columns = values.map(([type], index) => `c${index} ${type}`)
      await db.query(`create table thing (id integer, ${columns.join(', ')})`)
      await watchAll(db, 'thing')
      await db.query(`insert into thing values (1, ${values.map(([, value]) => value).join(', ')})`)
      await db.query(`update thing set ${columns.map((_, index) => `c${index} = null`).join(', ')}`)
      await db.query(`update thing set ${values.map(([, value], index) => `c${index} = ${value}`).join(', ')}`)
      await db.query('delete from thing')
      const members = values.map(([, , json], index) => `"c${index}":${json}`).join(',')
      const [inserted, cleared, set, deleted] = (await events(db)).map((event) => event.text)
      const record = `"record":{"id":1,${members}}`
      expect(inserted).toContain(record)
      expect(cleared).toContain(`"previous":{${members}}`)
      expect(set).toContain(record)
      expect(deleted).toContain(record)
      expect(await failures(db)).toEqual([])
    },
  )

  test('of any type can be the only column, listed, the key and the tenant', { timeout: 60_000 }, async ({ db }) => {
    await db.query(typesOfOurOwn)
    const watch = `columns => '{v}', key_columns => '{v}', tenant_column => 'v'`
    for (const [index, [type, value, json]] of values.entries()) {
      const table = `thing_${index}`
      await db.query(`create table ${table} (v ${type});
        select outbox.watch('${table}', 'thing.updated', 'update', ${watch});
        insert into ${table} values (null); update ${table} set v = ${value}; update ${table} set v = v;
        update ${table} set v = null`)
      const head = `{"table":"public.${table}","operation":"update"`
      expect((await events(db)).slice(-2).map((event) => event.text)).toEqual([
        `${head},"key":{"v":${json}},"record":{"v":${json}},"previous":{"v":null}}`,
        `${head},"key":{"v":null},"record":{"v":null},"previous":{"v":${json}}}`,
      ])
      expect(await failures(db)).toEqual([])
    }
  })

  test('that equals the old one, but looks different, is a change', async ({ db }) => {
    const pairs = [
      ['n numeric', '1.0', '1.00'],
      ['f double precision', `'-0'::float8`, `'0'::float8`],
      ['j json', `'{"a":1}'::json`, `'{"a": 1}'::json`],
      ['t text collate insensitive', `'a'`, `'A'`],
      ['r pair', `row(1.0, 'a')`, `row(1.00, 'a')`],
    ]
    await db.query(`create type pair as (n numeric, t text);
      create collation insensitive (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
      create table thing (${pairs.map(([column]) => column).join(', ')});
      insert into thing values (${pairs.map(([, before]) => before).join(', ')})`)
    await watchAll(db, 'thing')
    await db.query(`update thing set (n, f, j, t, r) = (${pairs.map(([, , after]) => after).join(', ')})`)
    expect((await events(db)).map((event) => Object.keys(event.data.previous))).toEqual([['n', 'f', 'j', 't', 'r']])
  })

  test('of a stored generated or identity column is captured', async ({ db }) => {
    await db.query(`create table thing (id bigint generated always as identity primary key, n integer,
                                        double integer generated always as (n * 2) stored)`)
    await watchAll(db, 'thing')
    await db.query('insert into thing (n) values (1)')
    await db.query('update thing set n = 2')
    expect((await events(db))[1]?.data).toMatchObject({
      record: { id: 1, n: 2, double: 4 },
      previous: { n: 1, double: 2 },
    })
  })

  test('of a virtual generated column is left out: a trigger cannot read it', async ({ db, skip }) => {
    const { rows } = await db.query(`select current_setting('server_version_num')::integer >= 180000 as has_them`)
    if (!rows[0].has_them) skip()
    await db.query(
      `create table thing (id integer primary key, n integer, double integer generated always as (n * 2) virtual)`,
    )
    await watchAll(db, 'thing')
    await db.query('insert into thing values (1, 1); update thing set n = 2')
    expect((await events(db)).map((event) => event.data.record)).toEqual([
      { id: 1, n: 1 },
      { id: 1, n: 2 },
    ])
    expect(await failures(db)).toEqual([])
  })

  test('of an extension type is captured wherever the extension lives', async ({ db, skip }) => {
    const { rows } = await db.query(`select name from pg_available_extensions where name in ('citext', 'hstore')`)
    if (rows.length < 2) skip()
    await db.query(`create schema ext; create extension citext schema ext; create extension hstore schema ext;
      create table thing (id integer primary key, c ext.citext, h ext.hstore)`)
    await watchAll(db, 'thing')
    await db.query(`insert into thing values (1, 'A', 'k=>v'); update thing set c = 'a', h = null`)
    expect((await events(db))[1]?.data.previous).toEqual({ c: 'A', h: { k: 'v' } })
    expect(await failures(db)).toEqual([])
  })
})
