/**
 * Installs the schema: tables by postgres-migrations, functions and views re-created from their files.
 *
 * postgres-migrations writes an unqualified table `migrations` and looks for it in every schema, so a host database with
 * a table of that name would break it: it runs on a connection whose search_path is `outbox`, where its table has been
 * made beforehand. An advisory lock lets two installations of one database queue up instead of colliding.
 */
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { migrate as runMigrations } from 'postgres-migrations'
import { withClient, type Client } from './db.ts'
import { packageRoot } from './package.ts'

/** 'outb' in ASCII: the first half of every advisory lock of this product. */
export const LOCK_CLASS = 0x6f757462
/** Held while the schema is installed or removed. */
export const MIGRATE_LOCK = 3

const LOCK_TIMEOUT_MS = 100
const LOCK_TRIES = 100
const LOCK_PAUSE_MS = 200

export class MigrateError extends Error {}

export interface MigrateResult {
  /** File names of the migrations that ran just now; empty when the schema was up to date. */
  migrations: string[]
  /** Whether functions and views were re-created: only when one of their files changed. */
  code_changed: boolean
}

/** Brings the database at `url` to this version. Running it again changes nothing. Raises MigrateError when the database is newer. */
export async function migrate(options: { url?: string | undefined }): Promise<MigrateResult> {
  return withClient({ url: options.url, name: 'migrate', search_path: 'outbox' }, async (client) => {
    await client.query('select pg_advisory_lock($1, $2)', [LOCK_CLASS, MIGRATE_LOCK])
    await client.query(`set lock_timeout = '${LOCK_TIMEOUT_MS}ms'`)
    await prepare(client)
    await refuseNewerDatabase(client)
    const ran = await insist(() => migrateTables(client))
    const code_changed = await insist(() => applyCode(client))
    // What compiles capture functions may have changed; it takes no lock on the tables.
    if (code_changed) await client.query('select outbox.recompile_captures()')
    await client.query('select outbox.make_partitions()')
    return { migrations: ran.map((migration) => migration.fileName), code_changed }
  })
}

export interface Comparison {
  installed: boolean
  /** File names of migrations that this program knows and the database has not seen. */
  missing: string[]
  /** The number of the newest migration, where this program does not know it. Null: it knows them all. */
  newer: number | null
  /** Whether functions and views are those of this program. */
  code_is_current: boolean
}

/** How the schema of a database compares with this program. Changes nothing. */
export async function compareSchema(client: Client): Promise<Comparison> {
  const { rows } = await client.query<{ installed: boolean }>(
    `select to_regclass('outbox.migrations') is not null and to_regclass('outbox.installed_code') is not null as installed`,
  )
  const files = await migrationFiles()
  if (rows[0]?.installed !== true) return { installed: false, missing: files, newer: null, code_is_current: false }
  const ran = await client.query<{ id: number }>('select id from outbox.migrations order by id')
  const code = await client.query<{ hash: string }>('select hash from outbox.installed_code')
  const ids = ran.rows.map((row) => row.id)
  const known = files.map(migrationNumber)
  const newest = ids.at(-1) ?? 0
  return {
    installed: true,
    missing: files.filter((file) => !ids.includes(migrationNumber(file))),
    newer: newest > Math.max(...known) ? newest : null,
    code_is_current: code.rows[0]?.hash === hashOf(await readCode()),
  }
}

/** A migration that waits for a lock on the log makes the application's writes queue behind it: each wait is short, and they run in between. */
async function insist<T>(work: () => Promise<T>): Promise<T> {
  for (let tries_left = LOCK_TRIES; ; tries_left -= 1) {
    try {
      return await work()
    } catch (error) {
      if (!isLockTimeout(error)) throw error
      if (tries_left <= 1)
        throw new MigrateError(
          'A migration could not lock a table: long transactions that wrote events are open. Nothing was changed; try again when they have ended.',
        )
    }
    await new Promise((resolve) => setTimeout(resolve, LOCK_PAUSE_MS))
  }
}

function isLockTimeout(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === '55P03'
}

/** postgres-migrations makes new errors of the database's own, without their codes: a lock timeout is passed on as it was. */
async function migrateTables(client: Client): Promise<{ fileName: string }[]> {
  let first: unknown = null
  const query = async (statement: string) => {
    try {
      return await client.query(statement)
    } catch (error) {
      first ??= error
      throw error
    }
  }
  try {
    return await runMigrations({ client: { query } as unknown as Client }, join(packageRoot, 'sql', 'migrations'))
  } catch (error) {
    throw isLockTimeout(first) ? first : error
  }
}

async function prepare(client: Client): Promise<void> {
  await client.query(`
    create schema if not exists outbox;
    comment on schema outbox is 'Event outbox: changes of tables become events, events become webhook deliveries.';
    create table if not exists outbox.migrations (
      id integer primary key,
      name varchar(100) unique not null,
      hash varchar(40) not null,
      executed_at timestamp default current_timestamp
    );
    comment on table outbox.migrations is 'The migrations that have run. Written by postgres-migrations.';
    comment on column outbox.migrations.id is 'Number of the migration.';
    comment on column outbox.migrations.name is 'Its name.';
    comment on column outbox.migrations.hash is 'SHA-1 of its file name and text.';
    comment on column outbox.migrations.executed_at is 'When it ran.';`)
}

async function refuseNewerDatabase(client: Client): Promise<void> {
  const known = Math.max(...(await migrationFiles()).map(migrationNumber))
  const result = await client.query<{ newest: number | null }>('select max(id) as newest from outbox.migrations')
  const newest = result.rows[0]?.newest ?? 0
  if (newest > known)
    throw new MigrateError(
      `The database has migration ${newest}, this program knows migrations up to ${known}: it was installed by a newer version. Update this program.`,
    )
}

async function migrationFiles(): Promise<string[]> {
  const names = await readdir(join(packageRoot, 'sql', 'migrations'))
  return names.filter((name) => name.endsWith('.sql')).toSorted()
}

function migrationNumber(file: string): number {
  return Number.parseInt(file, 10)
}

/** Functions first (in one transaction, bodies unchecked, so that their order does not matter), then views. */
async function applyCode(client: Client): Promise<boolean> {
  const sources = await readCode()
  const hash = hashOf(sources)
  await client.query(`
    create table if not exists outbox.installed_code (
      id boolean primary key default true check (id), hash text not null, installed_at timestamptz not null default now());
    comment on table outbox.installed_code is 'Which text of functions and views is installed. One row.';
    comment on column outbox.installed_code.id is 'Always true: there is one row.';
    comment on column outbox.installed_code.hash is 'SHA-256 of their files.';
    comment on column outbox.installed_code.installed_at is 'When they were installed.'`)
  const installed = await client.query<{ hash: string }>('select hash from outbox.installed_code')
  if (installed.rows[0]?.hash === hash) return false
  await client.query('begin')
  try {
    await client.query('set local check_function_bodies = off')
    for (const source of sources) await client.query(source)
    await client.query('select outbox.secure_objects()')
    await client.query(
      'insert into outbox.installed_code (hash) values ($1) on conflict (id) do update set hash = excluded.hash, installed_at = now()',
      [hash],
    )
    await client.query('commit')
  } catch (error) {
    await client.query('rollback')
    throw error
  }
  return true
}

async function readCode(): Promise<string[]> {
  return [...(await readFolder('functions')), ...(await readFolder('views'))]
}

function hashOf(sources: string[]): string {
  return createHash('sha256').update(sources.join('\0')).digest('hex')
}

async function readFolder(folder: string): Promise<string[]> {
  const path = join(packageRoot, 'sql', folder)
  const names = (await readdir(path)).filter((name) => name.endsWith('.sql')).toSorted()
  return Promise.all(names.map((name) => readFile(join(path, name), 'utf8')))
}
