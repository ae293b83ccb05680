import { withClient } from '../../sql/db.ts'
import type { Finding } from '../../sql/outside.ts'
import { formatFindings } from '../../sql/doctor.ts'
import { runCommand } from '../support/doctor.ts'
import { databaseUrl } from '../support/names.ts'
import { startPooler } from '../support/pooler.ts'
import { describe, expect, makeWebhook, test } from '../support/world.ts'

async function examine(environment: Record<string, string>): Promise<{ code: number | null; found: Finding[] }> {
  const { code, stdout, stderr } = await runCommand(['doctor', '--json'], environment)
  expect(stderr).toBe('')
  return { code, found: JSON.parse(stdout) as Finding[] }
}

/** Shifts the clock of the program. */
const clock = (ms: number) => ({
  NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(`const now = Date.now; Date.now = () => now() + (${ms})`)}`,
})

describe('outbox doctor', () => {
  test('ends with 0 without an error, with 1 when there is one', async ({ db, database }) => {
    const quiet = await examine({ DATABASE_URL: database.url })
    expect(quiet.code).toBe(0)
    expect(quiet.found).toContainEqual(expect.objectContaining({ severity: 'warning', subject: 'relays' }))
    await db.query(`create table thing (id integer primary key); select outbox.watch('thing', 'thing.made', 'insert');
      alter table thing disable trigger outbox_capture`)
    const { code, found } = await examine({ DATABASE_URL: database.url })
    expect(code).toBe(1)
    expect(found[0]).toEqual({
      severity: 'error',
      subject: 'table public.thing',
      finding: 'The trigger outbox_capture is disabled: changes make no events.',
      mend: 'alter table public.thing enable trigger outbox_capture',
    })
  })

  test('prints findings for people, worst first, with what mends them', async ({ db, database }) => {
    await db.query(`create table thing (id integer primary key); select outbox.watch('thing', 'thing.made', 'insert');
      alter table thing disable trigger outbox_capture; select outbox.pause()`)
    const { code, stdout } = await runCommand(['doctor'], { DATABASE_URL: database.url })
    expect(code).toBe(1)
    const lines = stdout.split('\n')
    expect(stdout).toContain(
      [
        'Errors',
        '',
        '  table public.thing',
        '    The trigger outbox_capture is disabled: changes make no events.',
        '      alter table public.thing enable trigger outbox_capture;',
        '',
        'Warnings',
      ].join('\n'),
    )
    expect(lines.at(-2)).toMatch(/^1 error, \d+ warnings, \d+ notes?$/)
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(120)
  })

  test('says that nothing is installed, or something older or newer', async ({ db, database, emptyDatabase }) => {
    expect(await examine({ DATABASE_URL: emptyDatabase.url })).toEqual({
      code: 1,
      found: [
        {
          severity: 'error',
          subject: 'schema outbox',
          finding: 'The outbox is not installed in this database.',
          mend: 'Run outbox migrate with this DATABASE_URL.',
        },
      ],
    })
    await db.query(`update outbox.installed_code set hash = 'older'`)
    expect((await examine({ DATABASE_URL: database.url })).found).toContainEqual(
      expect.objectContaining({
        severity: 'warning',
        subject: 'schema outbox',
        finding: 'Its functions and views are of another version than this program.',
      }),
    )
    await db.query(`insert into outbox.migrations (id, name, hash) values (999, 'from the future', 'x')`)
    expect((await examine({ DATABASE_URL: database.url })).found[0]?.finding).toContain('It has migration 999')
    await db.query(`delete from outbox.migrations where id in (4, 999); drop function outbox.doctor`)
    const { code, found } = await examine({ DATABASE_URL: database.url })
    expect(code).toBe(1)
    expect(found).toEqual([
      expect.objectContaining({
        severity: 'error',
        finding: 'It is older than this program and lacks 004-steering.sql.',
      }),
    ])
  })

  test('says that the database does not answer, without its password', async () => {
    const { code, found } = await examine({ DATABASE_URL: 'postgres://someone:hush@127.0.0.1:1/nowhere' })
    expect(code).toBe(1)
    expect(found).toEqual([
      {
        severity: 'error',
        subject: 'DATABASE_URL',
        finding: 'The database does not answer: connect ECONNREFUSED 127.0.0.1:1.',
        mend: 'Correct DATABASE_URL, or start the server.',
      },
    ])
  })

  test('finds an OUTBOX_LISTEN_URL that leads nowhere, or to another database', async ({ database, emptyDatabase }) => {
    const about = (found: Finding[]) => found.filter(({ subject }) => subject.startsWith('LISTEN'))
    const nowhere = await examine({ DATABASE_URL: database.url, OUTBOX_LISTEN_URL: 'postgres://x:hush@127.0.0.1:1/x' })
    expect(nowhere.code).toBe(1)
    expect(about(nowhere.found)).toEqual([
      {
        severity: 'error',
        subject: 'LISTEN over OUTBOX_LISTEN_URL',
        finding: 'It does not work: connect ECONNREFUSED 127.0.0.1:1. A relay cannot start without it.',
        mend: 'Correct OUTBOX_LISTEN_URL.',
      },
    ])
    const other = await examine({ DATABASE_URL: database.url, OUTBOX_LISTEN_URL: emptyDatabase.url })
    expect(other.code).toBe(1)
    expect(about(other.found)[0]).toMatchObject({
      severity: 'error',
      finding: expect.stringContaining('It leads to another database'),
    })
    const same = await examine({ DATABASE_URL: database.url, OUTBOX_LISTEN_URL: database.url })
    expect(same.code).toBe(0)
    expect(about(same.found)).toEqual([])
    const wrong = await runCommand(['doctor'], { DATABASE_URL: database.url, OUTBOX_LISTEN_URL: 'http://x:hush@y' })
    expect(wrong.code).toBe(2)
    expect(wrong.stderr).toBe('outbox: OUTBOX_LISTEN_URL: is not a postgres:// URL\n')
  })

  test('finds that notifications do not arrive, as behind a pooler in transaction mode', async ({ database }) => {
    const pooler = await startPooler(database.url)
    try {
      const { code, found } = await examine({ DATABASE_URL: database.url, OUTBOX_LISTEN_URL: pooler.url })
      expect(code).toBe(0)
      expect(found.find(({ subject }) => subject === 'LISTEN over OUTBOX_LISTEN_URL')).toMatchObject({
        severity: 'warning',
        finding: expect.stringContaining('A notification did not arrive within 2 s'),
        mend: expect.stringContaining('Set OUTBOX_LISTEN_URL to a direct connection'),
      })
    } finally {
      await pooler.close()
    }
  })

  test('finds clocks that differ', async ({ database }) => {
    const skew = async (ms: number) =>
      (await examine({ DATABASE_URL: database.url, ...clock(ms) })).found.filter(({ subject }) => subject === 'clock')
    expect(await skew(500)).toEqual([])
    expect(await skew(-2_500)).toEqual([
      expect.objectContaining({
        severity: 'warning',
        finding: expect.stringMatching(/is 2\.\d s behind the database's/),
      }),
    ])
    expect(await skew(8_500)).toEqual([
      expect.objectContaining({
        severity: 'error',
        finding: expect.stringMatching(/is 8\.\d s ahead of the database's/),
      }),
    ])
  })

  test('says what it could not examine, and examines the rest', async ({ db, database }) => {
    const role = `guest_${database.name}`
    await db.query(`create role ${role} login password 'guest'`)
    const url = new URL(databaseUrl(database.url, database.name))
    url.username = role
    url.password = 'guest'
    try {
      const { code, found } = await examine({ DATABASE_URL: url.href })
      expect(code).toBe(0)
      expect(found.map(({ severity, subject }) => `${severity} ${subject}`)).toEqual([
        'warning schema outbox',
        'warning outbox.doctor()',
      ])
      expect(found[0]?.finding).toBe('It could not be examined: permission denied for schema outbox.')
    } finally {
      await db.query(`drop role ${role}`)
    }
  })

  test('shows no path of a URL', async ({ database }) => {
    await withClient({ url: database.url, name: 'test' }, async (db) => {
      await makeWebhook(db, { url: 'https://example.com/hush?token=hush' })
      await db.query('select outbox.pause(id) from outbox.webhooks')
    })
    const { stdout } = await runCommand(['doctor'], { DATABASE_URL: database.url })
    expect(stdout).toContain('(https://example.com)')
    expect(stdout).not.toContain('hush')
  })
})

describe('formatFindings', () => {
  const finding: Finding = {
    severity: 'warning',
    subject: 'a thing',
    finding: 'word '.repeat(40).trim(),
    mend: 'select 1;\nselect 2',
  }

  test('breaks lines of prose at the width of the terminal, from 80 to 120, and statements never', () => {
    const longest = (columns: number) =>
      Math.max(
        ...formatFindings([finding], columns)
          .split('\n')
          .map((line) => line.length),
      )
    expect([40, 100, 300].map(longest)).toEqual([78, 98, 118])
    const statement = `select '${'x'.repeat(200)}'`
    expect(formatFindings([{ ...finding, mend: statement }], 80)).toContain(`      ${statement};\n`)
    expect(formatFindings([finding])).toContain('\n      select 1;\n      select 2;\n')
  })

  test('says in a line when there is nothing', () => {
    expect(formatFindings([{ severity: 'ok', subject: 'outbox', finding: 'Nothing was found.', mend: null }])).toBe(
      'All is well\n\n  outbox\n    Nothing was found.\n\n0 errors, 0 warnings, 0 notes',
    )
  })
})
