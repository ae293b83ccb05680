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
      admin_token: null,
      admin_url: null,
      log_level: 'info',
    })
  })

  test.each(['127.0.0.1', '127.8.8.8', '::1', 'localhost'])('takes %s as HOST', (HOST) => {
    expect(readAdminConfig({ HOST }).host).toBe(HOST)
  })

  const WIDE = ['0.0.0.0', '::', '10.0.0.5', '::ffff:10.0.0.5', 'example.com', 'localhost.example.com', '127.1']
  const TOKEN = 'correct-horse-battery-staple-0123'

  test.each(WIDE)('refuses %s as HOST without a token, and says how to have it', (HOST) => {
    expect(faults({ HOST })).toMatch(/^HOST: is not a loopback address .*set OUTBOX_ADMIN_TOKEN.*ssh -L/)
  })

  test.each(WIDE)('takes %s as HOST with a token', (HOST) => {
    expect(readAdminConfig({ HOST, OUTBOX_ADMIN_TOKEN: TOKEN })).toMatchObject({ host: HOST, admin_token: TOKEN })
  })

  test.each(['short-but-secret', `${TOKEN} `, `two words ${TOKEN}`, `${TOKEN}\n`])(
    'refuses the token %j and does not print it',
    (OUTBOX_ADMIN_TOKEN) => {
      expect(faults({ OUTBOX_ADMIN_TOKEN })).toBe(
        'OUTBOX_ADMIN_TOKEN: is shorter than 32 characters, or has spaces in it',
      )
    },
  )

  test.each([
    ['https://outbox.example.com', 'https://outbox.example.com'],
    ['https://outbox.example.com/', 'https://outbox.example.com'],
    ['http://10.0.0.5:3000/outbox/', 'http://10.0.0.5:3000/outbox'],
  ])('takes %s as OUTBOX_ADMIN_URL', (OUTBOX_ADMIN_URL, admin_url) => {
    expect(readAdminConfig({ OUTBOX_ADMIN_URL }).admin_url).toBe(admin_url)
  })

  test.each([
    'outbox.example.com',
    'ftp://a.test',
    'https://ada:hush@a.test',
    'https://a.test/?b',
    'https://a.test/#b',
  ])('refuses %s as OUTBOX_ADMIN_URL', (OUTBOX_ADMIN_URL) => {
    expect(faults({ OUTBOX_ADMIN_URL })).toBe('OUTBOX_ADMIN_URL: is not an address such as https://outbox.example.com')
  })

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
