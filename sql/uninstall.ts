/** `outbox uninstall`: the steps of outbox.uninstall_plan(), one transaction each, none of which makes a writer wait. */
import { setTimeout as wait } from 'node:timers/promises'
import { databaseUrl, jsonOption, print, UsageError, type Command } from './cli.ts'
import { withClient, type Client } from './db.ts'
import { LOCK_CLASS, MIGRATE_LOCK } from './migrate.ts'
import { formatTable, wrapText } from './print.ts'

interface Step {
  step: number
  statement: string
  why: string
}

interface Holder {
  pid: number
  who: string
  since: Date
}

/** Why it was not begun, or where it stopped. */
class UninstallError extends Error {
  readonly hint: string
  constructor(message: string, hint: string) {
    super(message)
    this.hint = hint
  }
}

/** A step waits for 0.1 s at most, and the application writes in between: ten seconds in all. */
const TRIES = 33
const PAUSE_MS = 200
const WIDTH = 100
const LOCK_NOT_AVAILABLE = '55P03'

export const uninstallCommand: Command = {
  usage: 'uninstall [--dry-run] [--yes] [--json]',
  summary: 'remove the outbox from the database: triggers first, then the schema with all that is in it',
  options: { ...jsonOption, 'dry-run': { type: 'boolean' }, yes: { type: 'boolean' } },
  async run(values) {
    const json = values['json'] === true
    const dry_run = values['dry-run'] === true
    if (!dry_run && values['yes'] !== true)
      throw new UsageError(
        'this removes all events, deliveries and webhooks: add --dry-run to see what would be done, --yes to do it',
      )
    const url = await databaseUrl(process.env['DATABASE_URL'])
    await withClient({ url, name: 'uninstall', search_path: 'pg_catalog' }, async (client) => {
      if (!(await isInstalled(client))) {
        print(json ? JSON.stringify({ steps: [], done: [] }) : 'the outbox is not installed in this database')
        return
      }
      await (dry_run ? show(client, json) : carryOut(client, json))
    })
  },
}

async function isInstalled(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ schema: boolean; plan: boolean }>(
    `select to_regnamespace('outbox') is not null as schema, to_regproc('outbox.uninstall_plan') is not null as plan`,
  )
  if (rows[0]?.schema !== true) return false
  if (rows[0].plan) return true
  throw new UninstallError('the schema outbox is too old to tell how it is removed', 'Run outbox migrate first.')
}

async function show(client: Client, json: boolean): Promise<void> {
  const steps = await plan(client)
  const { rows: losses } = await client.query<Record<string, unknown>>(
    'select what, number, detail from outbox.uninstall_losses()',
  )
  const relays = await relaysAtWork(client)
  if (json) return print(JSON.stringify({ steps, losses, relays }))
  print('What would be done:\n')
  for (const { step, statement, why } of steps) print(`  ${step}. ${statement};\n${wrapText(why, WIDTH, '     ')}`)
  print(`\nWhat would be lost:\n\n${formatTable(losses)}`)
  if (relays.length > 0) print(`\nRelays to stop before: ${relays.join(', ')}`)
  print('\nNothing was changed.')
}

async function carryOut(client: Client, json: boolean): Promise<void> {
  await refuseWhileUsed(client)
  const steps = await plan(client)
  const done: Step[] = []
  for (const step of steps) {
    const failure = await attempt(client, step)
    if (failure !== null) {
      if (json) print(JSON.stringify({ done, failed: { ...step, reason: failure }, left: steps.slice(done.length) }))
      throw await stopped(client, step, steps.length, failure)
    }
    done.push(step)
    if (!json) print(`${step.step}/${steps.length}  ${step.statement}`)
  }
  if (json) return print(JSON.stringify({ done }))
  const last = done.find(({ statement }) => statement.startsWith('drop schema'))
  print(wrapText(`The outbox is removed from this database. ${last?.why ?? ''}`, WIDTH, ''))
}

/** Raises UninstallError while relays run, or somebody installs or removes. */
async function refuseWhileUsed(client: Client): Promise<void> {
  const { rows } = await client.query<{ locked: boolean }>('select pg_try_advisory_lock($1, $2) as locked', [
    LOCK_CLASS,
    MIGRATE_LOCK,
  ])
  if (rows[0]?.locked !== true)
    throw new UninstallError('another outbox migrate or outbox uninstall is at work', 'Try again when it has ended.')
  const relays = await relaysAtWork(client)
  if (relays.length > 0)
    throw new UninstallError(
      `relays are running: ${relays.join(', ')}`,
      'Stop them first; nothing was changed. See: select * from outbox.relays.',
    )
}

/** Who holds a relay's lock, or is connected as one. */
async function relaysAtWork(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(`
    select format('relay %s (%s)', r.id, r.name) as name from outbox.relays as r where r.state <> 'gone'
    union all
    select distinct format('a relay connected from %s', coalesce(host(a.client_addr), 'this machine'))
    from pg_stat_activity as a
    where a.datname = current_database() and a.application_name like 'outbox relay %'
      and not exists (select from outbox.relays as r where r.state <> 'gone')`)
  return rows.map(({ name }) => name)
}

async function plan(client: Client): Promise<Step[]> {
  return (await client.query<Step>('select step, statement, why from outbox.uninstall_plan() order by step')).rows
}

/** Returns why it could not be done; null when it is done. */
async function attempt(client: Client, step: Step): Promise<string | null> {
  for (let tries_left = TRIES; ; tries_left -= 1) {
    try {
      await client.query(step.statement)
      return null
    } catch (error) {
      const { code, message } = error as Error & { code?: string }
      if (code !== LOCK_NOT_AVAILABLE) return message
      if (tries_left <= 1) return 'what it needs was in use all the time'
    }
    await wait(PAUSE_MS)
  }
}

async function stopped(client: Client, step: Step, steps: number, reason: string): Promise<UninstallError> {
  const holders = await openTransactions(client).catch((): Holder[] => [])
  const open = holders.map(({ pid, who, since }) => `process ${pid} (${who}) since ${since.toISOString()}`)
  const done = step.step === 1 ? 'nothing was done' : `steps 1 to ${step.step - 1} are done and stay so`
  return new UninstallError(
    `stopped at step ${step.step} of ${steps}, ${step.statement}: ${reason}; ${done}`,
    [
      'Run it again to go on from here.',
      ...(open.length > 0 ? [`Open transactions that hold a table: ${open.join('; ')}.`] : []),
    ].join(' '),
  )
}

/** The longest of them first. */
async function openTransactions(client: Client): Promise<Holder[]> {
  const { rows } = await client.query<Holder>(`
    select a.pid, concat_ws(' / ', a.usename, nullif(a.application_name, ''), a.state) as who, a.xact_start as since
    from pg_stat_activity as a
    where a.datname = current_database() and a.pid <> pg_backend_pid() and a.xact_start is not null
      and exists (select from pg_locks as l where l.pid = a.pid and l.locktype = 'relation' and l.granted)
    order by a.xact_start
    limit 3`)
  return rows
}
