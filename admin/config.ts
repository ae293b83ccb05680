/** The admin's settings, from the environment. */
import { BlockList, isIP } from 'node:net'
import { z } from 'zod'
import { databaseUrlVariable, readConfig } from '../sql/config.ts'
import { logLevels } from '../sql/log.ts'

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

/** An address that only this machine reaches. A name other than localhost is none: it may resolve to anything. */
export function isLoopback(host: string): boolean {
  const family = isIP(host)
  return host === 'localhost' || (family !== 0 && loopback.check(host, family === 6 ? 'ipv6' : 'ipv4'))
}

const NOT_LOOPBACK =
  'is not a loopback address (127.0.0.1, ::1 or localhost), so other machines would reach the admin: set ' +
  'OUTBOX_ADMIN_TOKEN, too, such as to the output of: openssl rand -base64 32. ' +
  'Or keep it to this machine and use a tunnel: ssh -L 3000:127.0.0.1:3000 …'

/** Scheme, host, and the path below which a proxy serves the admin. */
function isAddress(text: string): boolean {
  if (!URL.canParse(text)) return false
  const url = new URL(text)
  return /^https?:$/.test(url.protocol) && `${url.username}${url.password}${url.search}${url.hash}` === ''
}

export const adminVariables = z.object({
  DATABASE_URL: databaseUrlVariable.describe('The database. Default: the PG* variables, as for psql.'),
  HOST: z
    .string()
    .default('127.0.0.1')
    .describe('The address that the admin listens on. One that other machines reach needs OUTBOX_ADMIN_TOKEN.'),
  PORT: z
    .string()
    .default('3000')
    .refine((text) => /^\d{1,5}$/.test(text) && Number(text) <= 65_535, 'is not a port: a number from 0 to 65535')
    .transform(Number)
    .describe('Its port. 0: any free one.'),
  OUTBOX_ADMIN_TOKEN: z
    .string()
    .refine((text) => text.length >= 32 && !/\s/.test(text), 'is shorter than 32 characters, or has spaces in it')
    .optional()
    .describe('A token with the scope admin, at least 32 characters, for the login and the API.'),
  OUTBOX_ADMIN_URL: z
    .string()
    .refine(isAddress, 'is not an address such as https://outbox.example.com')
    .transform((text) => text.replace(/\/+$/, ''))
    .optional()
    .describe('How browsers reach the admin, where that is through a proxy: https://outbox.example.com.'),
  OUTBOX_LOG_LEVEL: z
    .enum(logLevels, `is none of ${logLevels.join(', ')}`)
    .default('info')
    .describe('How much is logged.'),
})

/** Of two values, so it is told only once each is right by itself. */
const together = adminVariables.refine(
  ({ HOST, OUTBOX_ADMIN_TOKEN }) => isLoopback(HOST) || OUTBOX_ADMIN_TOKEN !== undefined,
  { path: ['HOST'], message: NOT_LOOPBACK, when: ({ value }) => value !== undefined },
)

export interface AdminConfig {
  database_url: string | undefined
  host: string
  port: number
  /** Null: none is set. */
  admin_token: string | null
  /** Without a slash at its end. Null: none is set. */
  admin_url: string | null
  log_level: (typeof logLevels)[number]
}

/** Raises ConfigError with every fault. */
export function readAdminConfig(environment: NodeJS.ProcessEnv = process.env): AdminConfig {
  const value = readConfig(together, environment)
  return {
    database_url: value.DATABASE_URL,
    host: value.HOST,
    port: value.PORT,
    admin_token: value.OUTBOX_ADMIN_TOKEN ?? null,
    admin_url: value.OUTBOX_ADMIN_URL ?? null,
    log_level: value.OUTBOX_LOG_LEVEL,
  }
}
