/** The house tests itself: the catalog, installing, and who may import whom. */
import { readdir, readFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { describe, expect, test } from '../support/fixture.ts'
import type { Client } from '../../sql/db.ts'
import { migrate, MigrateError } from '../../sql/migrate.ts'

const root = join(import.meta.dirname, '../..')

async function names(db: Client, query: string): Promise<string[]> {
  const { rows } = await db.query<{ name: string }>(query)
  return rows.map((row) => row.name)
}

describe('schema outbox', () => {
  test('says of every table, view, function and column what it is', async ({ db }) => {
    await db.query(`create table public.thing (id integer); select outbox.watch('thing', 'a.b', 'insert')`)
    const silent = await names(
      db,
      `select c.oid::regclass::text as name
       from pg_class as c
       where c.relnamespace = 'outbox'::regnamespace and c.relkind in ('r', 'p', 'v', 'm')
         and obj_description(c.oid, 'pg_class') is null
       union all
       select format('%s.%I', c.oid::regclass, a.attname)
       from pg_class as c
       join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
       where c.relnamespace = 'outbox'::regnamespace and c.relkind in ('r', 'p', 'v', 'm') and not c.relispartition
         and col_description(c.oid, a.attnum) is null
       union all
       select p.oid::regprocedure::text from pg_proc as p
       where p.pronamespace = 'outbox'::regnamespace and obj_description(p.oid, 'pg_proc') is null`,
    )
    expect(silent).toEqual([])
  })

  test('overloads no function', async ({ db }) => {
    const overloaded = await names(
      db,
      `select proname::text as name from pg_proc where pronamespace = 'outbox'::regnamespace group by proname having count(*) > 1`,
    )
    expect(overloaded).toEqual([])
  })

  test('has each function and view in a file of its own name', async ({ db }) => {
    for (const [folder, query] of [
      [
        'functions',
        `select proname::text as name from pg_proc where pronamespace = 'outbox'::regnamespace and proname <> 'uuidv7'`,
      ],
      [
        'views',
        `select relname::text as name from pg_class where relnamespace = 'outbox'::regnamespace and relkind = 'v'`,
      ],
    ] as const) {
      const files = (await readdir(join(root, 'sql', folder))).map((name) => name.replace(/\.sql$/, ''))
      expect((await names(db, query)).toSorted()).toEqual(files.toSorted())
    }
  })

  test('grants nothing to PUBLIC, nor do objects made later', async ({ db }) => {
    await db.query(`create table public.thing (id integer); select outbox.watch('thing', 'a.b', 'insert');
      select outbox.make_partitions(now() + interval '10 days')`)
    const open = await names(
      db,
      `select format('%s on %s', a.privilege_type, o.name) as name
       from (
         select nspname::text, coalesce(nspacl, acldefault('n', nspowner)) from pg_namespace where nspname = 'outbox'
         union all
         select oid::regclass::text, coalesce(relacl, acldefault(case relkind when 'S' then 's' else 'r' end::"char", relowner))
         from pg_class where relnamespace = 'outbox'::regnamespace and relkind in ('r', 'p', 'v', 'm', 'S')
         union all
         select oid::regprocedure::text, coalesce(proacl, acldefault('f', proowner))
         from pg_proc where pronamespace = 'outbox'::regnamespace
       ) as o (name, acl)
       cross join lateral aclexplode(o.acl) as a
       where a.grantee = 0`,
    )
    expect(open).toEqual([])
  })

  test('calls no function parallel safe that catches errors: before PostgreSQL 17 it raises there', async ({ db }) => {
    const unsafe = await names(
      db,
      `select oid::regprocedure::text as name from pg_proc
       where pronamespace = 'outbox'::regnamespace and proparallel <> 'u' and prosrc ~ '\\n\\s*exception(\\s|--[^\\n]*\\n)+when\\M'`,
    )
    expect(unsafe).toEqual([])
  })

  test('pins the search_path of whatever runs with its owner’s rights', async ({ db }) => {
    const loose = await names(
      db,
      `select oid::regprocedure::text as name from pg_proc
       where pronamespace = 'outbox'::regnamespace and prosecdef
         and not coalesce(proconfig @> array['search_path=pg_catalog, pg_temp'], false)`,
    )
    expect(loose).toEqual([])
  })
})

/** What changes when anything in the schema does. */
const state = `
  select md5(string_agg(x.line, ',' order by x.line)) as name
  from (
    select concat(oid, relfilenode, relacl) from pg_class where relnamespace = 'outbox'::regnamespace
    union all select concat(oid, xmin) from pg_proc where pronamespace = 'outbox'::regnamespace
    union all select concat(oid, xmin) from pg_trigger
    union all select concat(objoid, objsubid, description) from pg_description
    union all select concat(id, xmin) from outbox.migrations
    union all select concat(hash, xmin) from outbox.installed_code) as x (line)`

describe('migrate', () => {
  test('a second time changes nothing', async ({ db, database }) => {
    const before = await names(db, state)
    expect(await migrate({ url: database.url })).toEqual({ migrations: [], code_changed: false })
    expect(await names(db, state)).toEqual(before)
  })

  test('creates nothing outside its schema', async ({ db }) => {
    expect(
      await names(
        db,
        `select oid::regclass::text as name from pg_class where oid >= 16384
           and relnamespace not in ('outbox'::regnamespace, 'pg_toast'::regnamespace)
         union all select oid::regprocedure::text from pg_proc where oid >= 16384 and pronamespace <> 'outbox'::regnamespace`,
      ),
    ).toEqual([])
  })

  test('leaves the migrations, events and webhooks of the host alone', async ({ emptyDatabase, connect }) => {
    const host = await connect(emptyDatabase.url)
    await host.query(`
      create table migrations (id serial primary key, "timestamp" bigint not null, name varchar not null);
      insert into migrations ("timestamp", name) values (1700000000000, 'CreateUsers1700000000000');
      create table events (id integer primary key, webhooks text);
      create table webhooks (id integer primary key);
      insert into events values (1, 'mine')`)
    const tables = `select c.oid::regclass::text || c.xmin as name from pg_class as c where c.relnamespace = 'public'::regnamespace order by 1`
    const before = await names(host, tables)
    await migrate({ url: emptyDatabase.url })
    await migrate({ url: emptyDatabase.url })
    expect(await names(host, tables)).toEqual(before)
    expect((await host.query('select name from migrations')).rows).toEqual([{ name: 'CreateUsers1700000000000' }])
    expect((await host.query('select * from events')).rows).toEqual([{ id: 1, webhooks: 'mine' }])
    expect(await names(host, 'select name::text from outbox.migrations where id > 0 order by id')).not.toEqual([])
  })

  test('may run twice at once', async ({ emptyDatabase, connect }) => {
    const results = await Promise.all([migrate({ url: emptyDatabase.url }), migrate({ url: emptyDatabase.url })])
    expect(results.map((result) => String(result.code_changed)).toSorted()).toEqual(['false', 'true'])
    const db = await connect(emptyDatabase.url)
    await db.query(`select outbox.emit('a.b', '{}')`)
  })

  test('refuses a database that a newer version made, and changes nothing', async ({ db, database }) => {
    await db.query(`insert into outbox.migrations (id, name, hash) values (999, 'from the future', 'x')`)
    const before = await names(db, state)
    await expect(migrate({ url: database.url })).rejects.toThrow(MigrateError)
    await expect(migrate({ url: database.url })).rejects.toThrow('migration 999')
    expect(await names(db, state)).toEqual(before)
  })

  test('beside a long transaction waits without making others queue behind it', async ({ db, database, connect }) => {
    await db.query(`insert into outbox.webhooks (url) values ('http://a.test'), ('http://b.test');
      update outbox.installed_code set hash = 'older'`)
    const holder = await connect()
    await holder.query(`begin; update outbox.webhooks set description = 'held' where url = 'http://a.test'`)
    let migrated = false
    const migrating = migrate({ url: database.url }).then((result) => {
      migrated = true
      return result
    })
    await db.query(`set statement_timeout = '2s'`)
    const waiting = `select count(*)::int as name from pg_locks where relation = 'outbox.webhooks'::regclass and not granted`
    for (let seen = 0; seen < 3;) {
      seen += Number((await names(db, waiting))[0])
      await db.query(`update outbox.webhooks set description = 'free' where url = 'http://b.test'`)
    }
    expect(migrated).toBe(false)
    await holder.query('commit')
    expect(await migrating).toMatchObject({ code_changed: true })
  })

  test('keeps watches at work when it installs functions anew', async ({ db, database }) => {
    await db.query(`create table public.thing (id integer); select outbox.watch('thing', 'a.b', 'insert')`)
    await db.query(`update outbox.installed_code set hash = 'older';
      create or replace function outbox.capture_public_thing() returns trigger language plpgsql as 'begin return null; end'`)
    expect(await migrate({ url: database.url })).toEqual({ migrations: [], code_changed: true })
    expect(await names(db, 'select relation::text as name from outbox.stale_captures()')).toEqual([])
    await db.query('insert into thing values (1)')
    expect(await names(db, 'select type as name from outbox.events')).toEqual(['a.b'])
  })
})

interface Import {
  file: string
  /** Of the repository, for a relative import, else the name of the package. */
  target: string
}

async function imports(): Promise<Import[]> {
  const found: Import[] = []
  for (const layer of ['sql', 'relay', 'admin']) {
    const files = await readdir(join(root, layer), { recursive: true }).catch(() => [])
    for (const file of files.filter((name) => name.endsWith('.ts'))) {
      const path = join(layer, file)
      const text = await readFile(join(root, path), 'utf8')
      for (const match of text.matchAll(/(?:\bfrom|^import|\bimport\()\s*'([^']+)'/gm)) {
        const name = match[1] ?? ''
        found.push({
          file: path,
          target: name.startsWith('.') ? relative(root, join(root, dirname(path), name)) : name,
        })
      }
    }
  }
  return found
}

/** A package, whatever is imported of it. */
function isOf(name: string, target: string): boolean {
  return target === name || target.startsWith(`${name}/`)
}

const rules: [rule: string, breaks: (file: string, target: string) => boolean][] = [
  [
    'sql/ imports neither relay/ nor admin/',
    (file, target) => isOf('sql', file) && (isOf('relay', target) || isOf('admin', target)),
  ],
  ['relay/ does not import admin/', (file, target) => isOf('relay', file) && isOf('admin', target)],
  ['admin/ does not import relay/', (file, target) => isOf('admin', file) && isOf('relay', target)],
  ['pg is imported in sql/db.ts only', (file, target) => isOf('pg', target) && file !== 'sql/db.ts'],
  [
    'pg-listen is imported in relay/wake.ts only',
    (file, target) => isOf('pg-listen', target) && file !== 'relay/wake.ts',
  ],
  [
    'hono is imported in admin/ only',
    (file, target) => (isOf('hono', target) || isOf('@hono', target)) && !isOf('admin', file),
  ],
  ['nobody imports the tests', (_, target) => isOf('test', target)],
]

describe('the layers', () => {
  test.for(rules)('keep the rule: %s', async ([, breaks]) => {
    const all = await imports()
    expect(all).toContainEqual({ file: 'sql/db.ts', target: 'pg' })
    expect(all.filter(({ file, target }) => breaks(file, target))).toEqual([])
  })
})
