/** The admin's settings, from the environment. */
import { BlockList, isIP } from 'node:net'
import { z } from 'zod'
import { databaseUrlVariable, readConfig } from '../sql/config.ts'
import { logLevels } from '../sql/log.ts'

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

/** An address that only this machine reaches. A name other than localhost is none: it may resolve to anything. */
function isLoopback(host: string): boolean {
  const family = isIP(host)
  return host === 'localhost' || (family !== 0 && loopback.check(host, family === 6 ? 'ipv6' : 'ipv4'))
}

const NOT_LOOPBACK =
  'is not a loopback address (127.0.0.1, ::1 or localhost). The admin has no login yet, so whoever reaches its port ' +
  'would read every payload. From another machine, use a tunnel: ssh -L 3000:127.0.0.1:3000 …'

export const adminVariables = z.object({
  DATABASE_URL: databaseUrlVariable.describe('The database. Default: the PG* variables, as for psql.'),
  HOST: z
    .string()
    .default('127.0.0.1')
    .refine(isLoopback, NOT_LOOPBACK)
    .describe('The address that the admin listens on. Loopback only.'),
  PORT: z
    .string()
    .default('3000')
    .refine((text) => /^\d{1,5}$/.test(text) && Number(text) <= 65_535, 'is not a port: a number from 0 to 65535')
    .transform(Number)
    .describe('Its port. 0: any free one.'),
  OUTBOX_LOG_LEVEL: z
    .enum(logLevels, `is none of ${logLevels.join(', ')}`)
    .default('info')
    .describe('How much is logged.'),
})

export interface AdminConfig {
  database_url: string | undefined
  host: string
  port: number
  log_level: (typeof logLevels)[number]
}

/** Raises ConfigError with every fault. */
export function readAdminConfig(environment: NodeJS.ProcessEnv = process.env): AdminConfig {
  const value = readConfig(adminVariables, environment)
  return {
    database_url: value.DATABASE_URL,
    host: value.HOST,
    port: value.PORT,
    log_level: value.OUTBOX_LOG_LEVEL,
  }
}
