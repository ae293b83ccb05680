#!/usr/bin/env node
/**
 * The command, and the one place that composes everything. Imports are lazy: a command loads only what it needs, and an
 * older Node gets a sentence instead of a stack trace.
 */
import type { Command, Values } from './sql/cli.ts'
import type { EmbeddedPostgres } from './sql/embedded/start.ts'

const OLDEST_NODE = [20, 19] as const
const DATA_DIR = '.outbox/pg18'

const commands: Record<string, () => Promise<Command>> = {
  start: () => Promise.resolve(startCommand),
  migrate: async () => (await import('./sql/commands.ts')).migrateCommand,
  relay: async () => (await import('./relay/commands.ts')).relayCommand,
  admin: async () => (await import('./admin/commands.ts')).adminCommand,
  login: async () => (await import('./admin/commands.ts')).loginCommand,
  token: async () => (await import('./admin/commands.ts')).tokenCommand,
  doctor: async () => (await import('./sql/doctor.ts')).doctorCommand,
  adopt: async () => (await import('./sql/commands.ts')).adoptCommand,
  listen: async () => (await import('./relay/commands.ts')).listenCommand,
  sql: async () => (await import('./sql/commands.ts')).sqlCommand,
  uninstall: async () => (await import('./sql/uninstall.ts')).uninstallCommand,
  bench: async () => (await import('./test/bench/command.ts')).benchCommand,
}

const startCommand: Command = {
  usage: 'start [--demo]',
  summary: 'everything in one process; with a Postgres of its own where none is given',
  options: { demo: { type: 'boolean' } },
  run: start,
}

async function start(values: Values): Promise<void> {
  const { untilStopped } = await import('./sql/cli.ts')
  const undo: (() => Promise<void>)[] = []
  const starting = startAll(values, undo)
  untilStopped(async () => {
    // What is half started is finished first, so that each part has its undo.
    await starting.catch(() => {})
    for (const step of undo.toReversed()) await step()
  })
  await starting
}

async function startAll(values: Values, undo: (() => Promise<void>)[]): Promise<void> {
  const { namesDatabase } = await import('./sql/config.ts')
  const { createLog } = await import('./sql/log.ts')
  const { readRelayConfig } = await import('./relay/config.ts')
  const { readAdminConfig } = await import('./admin/config.ts')
  const relay_config = readRelayConfig()
  const admin_config = readAdminConfig()
  const own = !namesDatabase()
  const url = own ? await startPostgres(undo) : relay_config.database_url
  const { migrate } = await import('./sql/migrate.ts')
  await migrate({ url })
  const demo = own || values['demo'] === true
  if (demo) await (await import('./sql/demo/demo.ts')).installDemo(url)
  await startReceiver(url, undo)

  // On a terminal the deliveries are the news; the relay speaks up when something is wrong.
  const log = createLog(process.env['OUTBOX_LOG_LEVEL'] === undefined ? 'warn' : relay_config.log_level)
  const { createRelay } = await import('./relay/relay.ts')
  const relay = createRelay({
    config: { ...relay_config, database_url: url, listen_url: relay_config.listen_url ?? url },
    log,
  })
  undo.push(() => relay.stop())
  await relay.start()
  const { createAdmin } = await import('./admin/server.ts')
  const page = createAdmin({ config: { ...admin_config, database_url: url }, log })
  undo.push(() => page.stop())
  const { welcome } = await import('./sql/demo/welcome.ts')
  const { url: page_url } = await page.start()
  const { loginLink } = await import('./admin/commands.ts')
  const { publicUrl } = await import('./admin/url.ts')
  welcome({ url, login_url: await loginLink(url, publicUrl(admin_config, Number(new URL(page_url).port))), demo, own })
  if (!demo) return
  const stream = await (await import('./sql/demo/demo.ts')).streamChanges(url, { pause_ms: 1_000, rounds: 2 })
  undo.push(() => stream.stop())
}

/** A guard stops the server even when this process is killed; its data stays for the next start. */
async function startPostgres(undo: (() => Promise<void>)[]): Promise<string> {
  const { mkdir, rm, writeFile } = await import('node:fs/promises')
  const { urlFile } = await import('./sql/cli.ts')
  const { startEmbedded } = await import('./sql/embedded/start.ts')
  const postgres = await startEmbedded({ data_dir: DATA_DIR, guard: true })
  undo.push(() => stopUnlessShared(postgres))
  await mkdir('.outbox', { recursive: true })
  await writeFile(urlFile, postgres.url, { mode: 0o600 })
  if (!postgres.adopted) undo.push(() => rm(urlFile, { force: true }))
  return postgres.url
}

/** A server that we found running may belong to another `outbox start`, which still needs it. */
async function stopUnlessShared(postgres: EmbeddedPostgres): Promise<void> {
  const { withClient } = await import('./sql/db.ts')
  const shared =
    postgres.adopted &&
    (await withClient({ url: postgres.url, name: 'stop' }, async (client) => {
      const others = await client.query(
        `select from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()`,
      )
      return others.rows.length > 0
    }).catch(() => false))
  if (!shared) await postgres.stop()
}

/** A receiver of our own, registered for all events: something arrives before anybody has written one. */
async function startReceiver(url: string | undefined, undo: (() => Promise<void>)[]): Promise<void> {
  const { print } = await import('./sql/cli.ts')
  const { createReceiver } = await import('./relay/listen.ts')
  const { webhookSecrets } = await import('./relay/secrets.ts')
  const { registerReceiver, retireReceiver } = await import('./sql/demo/demo.ts')
  let webhook_id: string | null = null
  const secrets = () => (webhook_id === null ? [] : webhookSecrets(url, webhook_id))
  const receiver = await createReceiver({ port: 0, secrets, write: print, color: process.stdout.isTTY })
  undo.push(() => receiver.close())
  webhook_id = await registerReceiver(url, `${receiver.url}/webhook`)
  undo.push(() => retireReceiver(url))
}

async function help(): Promise<string> {
  const lines = ['outbox <command>', '']
  for (const load of Object.values(commands)) {
    const { usage, summary } = await load()
    lines.push(`  outbox ${usage}`, `      ${summary}`)
  }
  const { relayVariables } = await import('./relay/config.ts')
  lines.push('', 'Environment:')
  const { adminVariables } = await import('./admin/config.ts')
  for (const [name, schema] of Object.entries({ ...relayVariables.shape, ...adminVariables.shape }))
    lines.push(`  ${name}`, `      ${schema.description ?? ''}`)
  lines.push('', 'Exit codes: 0 done, 1 failed, 2 wrong use of the command line or the environment.')
  return lines.join('\n')
}

async function main(): Promise<void> {
  const [name, ...rest] = process.argv.slice(2)
  const { exitCode, print, UsageError } = await import('./sql/cli.ts')
  const { ConfigError } = await import('./sql/config.ts')
  if (name === undefined || name === 'help' || name === '--help') return print(await help())
  if (name === '--version') return print((await import('./sql/package.ts')).version)
  let command: Command | undefined
  try {
    command = await commands[name]?.()
    if (command === undefined) throw new UsageError(`there is no command ${JSON.stringify(name)}: see outbox --help`)
    if (rest.includes('--help')) return print(`outbox ${command.usage}\n    ${command.summary}`)
    const { parseCommand } = await import('./sql/cli.ts')
    const { values, words } = parseCommand(command, rest)
    await command.run(values, words)
  } catch (error) {
    const mendable = error instanceof UsageError || error instanceof ConfigError
    const message = error instanceof Error ? error.message : String(error)
    const hint = (error as { hint?: unknown }).hint
    process.stderr.write(`outbox: ${message}\n${typeof hint === 'string' ? `  ${hint}\n` : ''}`)
    if (error instanceof UsageError && command !== undefined) process.stderr.write(`usage: outbox ${command.usage}\n`)
    process.exit(mendable ? exitCode.usage : exitCode.failed)
  }
}

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1])) {
  process.stderr.write(`outbox: needs Node ${OLDEST_NODE.join('.')} or newer, this is ${process.versions.node}\n`)
  process.exit(2)
}
await main()
