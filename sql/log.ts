/** One log line per fact: a constant dotted name and fields, as JSON on standard error. Never a secret, a URL's path or a payload. */
import { pino } from 'pino'

export interface Log {
  debug(fact: string, fields?: Record<string, unknown>): void
  info(fact: string, fields?: Record<string, unknown>): void
  warn(fact: string, fields?: Record<string, unknown>): void
  error(fact: string, fields?: Record<string, unknown>): void
  /** Whether debug lines are written: asked before fields are gathered where that happens thousands of times a second. */
  readonly debugging: boolean
}

export const logLevels = ['silent', 'error', 'warn', 'info', 'debug'] as const
export type LogLevel = (typeof logLevels)[number]

export function createLog(level: LogLevel): Log {
  const logger = pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination(2))
  return {
    debug: (fact, fields) => logger.debug(fields ?? {}, fact),
    info: (fact, fields) => logger.info(fields ?? {}, fact),
    warn: (fact, fields) => logger.warn(fields ?? {}, fact),
    error: (fact, fields) => logger.error(fields ?? {}, fact),
    debugging: logger.isLevelEnabled('debug'),
  }
}
