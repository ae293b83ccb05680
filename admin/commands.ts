/** `outbox admin`, `outbox login` and `outbox token`. */
import { databaseUrl, jsonOption, print, untilStopped, UsageError, type Command, type Values } from '../sql/cli.ts'
import { withClient, type Client } from '../sql/db.ts'
import { createLog } from '../sql/log.ts'
import { formatTable } from '../sql/print.ts'
import { readAdminConfig } from './config.ts'
import { createLoginLink, createToken, liveTokens, revokeToken, type TokenRow } from './queries/access.ts'
import { createAdmin } from './server.ts'
import { publicUrl } from './url.ts'

export const adminCommand: Command = {
  usage: 'admin',
  summary: 'serve the page',
  async run() {
    const given = readAdminConfig()
    const config = { ...given, database_url: await databaseUrl(given.database_url) }
    const admin = createAdmin({ config, log: createLog(config.log_level) })
    untilStopped(() => admin.stop())
    print(`admin ready ${(await admin.start()).url}`)
  },
}

export const loginCommand: Command = {
  usage: 'login [--json]',
  summary: 'print a link that logs one person in to the page, once, within 15 minutes',
  options: jsonOption,
  async run(values) {
    const config = readAdminConfig()
    if (config.port === 0 && config.admin_url === null)
      throw new UsageError('PORT is 0: set it to the port that the running admin has printed')
    const url = await loginLink(await databaseUrl(config.database_url), publicUrl(config, config.port))
    print(values['json'] === true ? JSON.stringify({ url }) : url)
  },
}

export async function loginLink(database_url: string | undefined, admin_url: string): Promise<string> {
  const [row] = await withClient({ url: database_url, name: 'login' }, (client) =>
    rows<{ code: string }>(client, createLoginLink),
  )
  return `${admin_url}/login/${row?.code ?? ''}`
}

export const tokenCommand: Command = {
  usage: 'token create <name> [--scope read|write|admin] [--expires 90d] | list | revoke <name or id> [--json]',
  summary: 'tokens for the API and the login: make one (it is shown once), list them, end one',
  options: { ...jsonOption, scope: { type: 'string' }, expires: { type: 'string' } },
  async run(values, [act = '', ...words]) {
    const work = new Map([
      ['create', create],
      ['list', list],
      ['revoke', revoke],
    ]).get(act)
    if (work === undefined || words.length !== (act === 'list' ? 0 : 1))
      throw new UsageError('say create and a name, list, or revoke and a name or an id')
    const url = await databaseUrl(readAdminConfig().database_url)
    await withClient({ url, name: 'token' }, (client) => work(client, values, words[0] ?? ''))
  },
}

async function create(client: Client, values: Values, name: string): Promise<void> {
  const { scope = 'read', expires } = values
  if (expires !== undefined && !/^[1-9]\d{0,3}[hdwy]$/.test(String(expires)))
    throw new UsageError('--expires is a number of hours, days, weeks or years: 12h, 90d, 8w, 1y')
  const [row] = await rows<{ token: string }>(client, createToken, [name, scope, expires ?? null])
  if (values['json'] === true) return print(JSON.stringify({ name, scope, token: row?.token }))
  // The token alone, so that a script can keep it.
  print(row?.token ?? '')
  process.stderr.write('This token is shown once: keep it now.\n')
}

async function list(client: Client, values: Values): Promise<void> {
  const tokens = await rows<TokenRow>(client, liveTokens)
  print(values['json'] === true ? JSON.stringify(tokens) : formatTable(tokens.map((token) => ({ ...token }))))
}

async function revoke(client: Client, values: Values, wanted: string): Promise<void> {
  const token = (await rows<TokenRow>(client, liveTokens)).find(({ id, name }) => wanted === name || wanted === id)
  if (token === undefined)
    throw Object.assign(new Error(`there is no token ${JSON.stringify(wanted)}`), { hint: 'See: outbox token list' })
  await client.query(revokeToken, [token.id])
  print(values['json'] === true ? JSON.stringify({ id: token.id, name: token.name }) : `revoked ${token.name}`)
}

async function rows<R extends object>(client: Client, statement: string, values: unknown[] = []): Promise<R[]> {
  return (await client.query<R & Record<string, unknown>>(statement, values)).rows
}
