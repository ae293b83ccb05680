/** The relay's settings, from the environment. */
import { z } from 'zod'
import { databaseUrlVariable, readConfig } from '../sql/config.ts'
import { logLevels } from '../sql/log.ts'

const seconds = (min: number, max: number) =>
  z.coerce.number('is not a number').min(min, `is below ${min}`).max(max, `is above ${max}`)

export const relayVariables = z
  .object({
    DATABASE_URL: databaseUrlVariable.describe('The database. Default: the PG* variables, as for psql.'),
    OUTBOX_LISTEN_URL: databaseUrlVariable.describe(
      'A direct connection for LISTEN and session locks, where DATABASE_URL goes through a pooler.',
    ),
    OUTBOX_LEASE_SECONDS: seconds(2, 3600)
      .default(60)
      .describe('A relay that is silent for this long is taken for hung.'),
    OUTBOX_TIMEOUT_SECONDS: seconds(0.1, 300)
      .default(15)
      .describe('Time for one attempt, where the webhook sets none. At most half the lease.'),
    OUTBOX_GRACE_SECONDS: seconds(0, 600)
      .default(20)
      .describe('How long a stopping relay waits for attempts under way.'),
    OUTBOX_NOTIFY: z
      .enum(['on', 'off'], 'is neither on nor off')
      .default('on')
      .describe('off: poll instead of LISTEN.'),
    OUTBOX_LOG_LEVEL: z
      .enum(logLevels, `is none of ${logLevels.join(', ')}`)
      .default('info')
      .describe('How much is logged.'),
  })
  .superRefine((value, context) => {
    if (value.OUTBOX_LEASE_SECONDS < 2 * value.OUTBOX_TIMEOUT_SECONDS)
      context.addIssue({
        code: 'custom',
        path: ['OUTBOX_LEASE_SECONDS'],
        message: `is ${value.OUTBOX_LEASE_SECONDS}, less than twice OUTBOX_TIMEOUT_SECONDS (${value.OUTBOX_TIMEOUT_SECONDS})`,
      })
  })

export interface RelayConfig {
  database_url: string | undefined
  listen_url: string | undefined
  lease_s: number
  timeout_ms: number
  grace_ms: number
  notify: boolean
  log_level: (typeof logLevels)[number]
}

/** Raises ConfigError with every fault. */
export function readRelayConfig(environment: NodeJS.ProcessEnv = process.env): RelayConfig {
  const value = readConfig(relayVariables, environment)
  return {
    database_url: value.DATABASE_URL,
    listen_url: value.OUTBOX_LISTEN_URL ?? value.DATABASE_URL,
    lease_s: value.OUTBOX_LEASE_SECONDS,
    timeout_ms: value.OUTBOX_TIMEOUT_SECONDS * 1000,
    grace_ms: value.OUTBOX_GRACE_SECONDS * 1000,
    notify: value.OUTBOX_NOTIFY === 'on',
    log_level: value.OUTBOX_LOG_LEVEL,
  }
}
