import { describe, expect, test } from 'vitest'
import { readAdminConfig } from '../../admin/config.ts'
import { ConfigError } from '../../sql/config.ts'

function faults(environment: Record<string, string>): string {
  try {
    readAdminConfig(environment)
  } catch (error) {
    if (error instanceof ConfigError) return error.message
    throw error
  }
  return 'none'
}

describe('readAdminConfig', () => {
  test('serves this machine alone on port 3000 when nothing is set', () => {
    expect(readAdminConfig({})).toEqual({
      database_url: undefined,
      host: '127.0.0.1',
      port: 3000,
      log_level: 'info',
    })
  })

  test.each(['127.0.0.1', '127.8.8.8', '::1', 'localhost'])('takes %s as HOST', (HOST) => {
    expect(readAdminConfig({ HOST }).host).toBe(HOST)
  })

  test.each(['0.0.0.0', '::', '10.0.0.5', '::ffff:10.0.0.5', 'example.com', 'localhost.example.com', '127.1'])(
    'refuses %s as HOST and says that there is no login yet',
    (HOST) => {
      expect(faults({ HOST })).toMatch(/^HOST: is not a loopback address .*no login yet.*ssh -L/)
    },
  )

  test('takes 0 as PORT, for any free one', () => {
    expect(readAdminConfig({ PORT: '0' }).port).toBe(0)
  })

  test('tells all faults together, and no password', () => {
    const message = faults({ PORT: '65536', DATABASE_URL: 'mysql://u:hush@h/d', OUTBOX_LOG_LEVEL: 'loud' })
    expect(message.split('\n')).toEqual([
      'DATABASE_URL: is not a postgres:// URL',
      'PORT: is not a port: a number from 0 to 65535',
      'OUTBOX_LOG_LEVEL: is none of silent, error, warn, info, debug',
    ])
  })
})
