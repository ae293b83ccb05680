import { ask, describe, expect, test } from '../support/world.ts'

describe('outbox.watch_call', () => {
  test('writes a watch as the call that makes it', async ({ db }) => {
    await db.query(`create schema "odd one"; create table "odd one"."a'b" (id integer primary key, "x ""y" text, "back\\slash" text);
      select outbox.watch('"odd one"."a''b"', 'odd.made', 'insert', condition => $$new.id > 0 and 'a\\b' <> ''$$, columns => '{id,"x \\"y"}',
        key_columns => '{"x \\"y"}', tenant_column => 'back\\slash', enrich => $$(select '{"a": "it''s"}')$$);
      select outbox.watch('"odd one"."a''b"', 'odd.changed', 'update', except_columns => '{"back\\\\slash"}', ignore_columns => '{id}', coalesce_for => '1 min');
      select outbox.watch('"odd one"."a''b"', 'odd.emptied', 'truncate')`)
    const rules = async () =>
      (
        await db.query(
          `select to_jsonb(w) - 'id' - 'created_at' as rule from outbox.watches as w order by w.event_type`,
        )
      ).rows
    const before = await rules()
    const { rows } = await db.query<{ call: string }>('select outbox.watch_call(w) as call from outbox.watches as w')
    await db.query('delete from outbox.watches')
    for (const { call } of rows) await db.query(call)
    expect(await rules()).toEqual(before)
    expect(before).toHaveLength(3)
  })
})

const columns: [column: string, type: string, secret: boolean][] = [
  ['password', 'text', true],
  ['encrypted_password', 'character varying', true],
  ['passwd', 'text', true],
  ['userSecret', 'text', true],
  ['access_token', 'uuid', true],
  ['API key', 'text', true],
  ['apikey', 'bytea', true],
  ['private_key', 'text', true],
  ['ssn', 'integer', true],
  ['credit_card', 'bigint', true],
  ['card_number', 'numeric', true],
  ['iban', 'text', true],
  ['tokens', 'text[]', true],
  ['max_tokens', 'integer', false],
  ['token_type', 'text', false],
  ['password_changed_at', 'timestamptz', false],
  ['has_password', 'boolean', false],
  ['secretary', 'text', false],
  ['compass', 'text', false],
  ['caliban', 'text', false],
  ['key', 'text', false],
]

describe('outbox.looks_secret', () => {
  test.for(columns)('%s %s: %s', async ([column, type, secret], { db }) => {
    expect(await ask(db, 'select outbox.looks_secret($1, $2::regtype)', [column, type])).toBe(secret)
  })
})
