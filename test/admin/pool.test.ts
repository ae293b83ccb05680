import { onTestFinished } from 'vitest'
import { createPool } from '../../admin/pool.ts'
import { describe, expect, test } from '../support/fixture.ts'

function poolOf(database: { url: string }) {
  const pool = createPool({ url: database.url })
  onTestFinished(() => pool.close())
  return pool
}

describe('a read', () => {
  test('cannot write', async ({ database }) => {
    const read = poolOf(database).read((query) => query(`insert into outbox.webhooks (url) values ('http://a.test')`))
    await expect(read).rejects.toMatchObject({ code: '25006' })
  })

  test('sees one snapshot', async ({ database, db }) => {
    const count = `select count(*)::integer as n from outbox.webhooks`
    const seen = await poolOf(database).read(async (query) => {
      const before = await query(count)
      await db.query(`insert into outbox.webhooks (url) values ('http://a.test')`)
      return [before, await query(count)]
    })
    expect(seen).toEqual([[{ n: 0 }], [{ n: 0 }]])
  })

  test('is given 5 s a statement', async ({ database }) => {
    const read = poolOf(database).read((query) => query(`select current_setting('statement_timeout') as value`))
    expect(await read).toEqual([{ value: '5s' }])
  })

  test('takes at most three connections, and leaves a good one after a fault', async ({ database, db }) => {
    const pool = poolOf(database)
    await Promise.allSettled(
      Array.from({ length: 9 }, (_, i) => pool.read((query) => query(i % 2 === 0 ? 'select 1' : 'select 1 / 0'))),
    )
    expect(await pool.read((query) => query('select 1 as one'))).toEqual([{ one: 1 }])
    const { rows } = await db.query<{ n: number }>(
      `select count(*)::integer as n from pg_stat_activity
       where application_name = 'outbox admin' and datname = current_database()`,
    )
    expect(rows[0]?.n).toBeLessThanOrEqual(3)
  })

  test('is refused when no connection comes free in time', async ({ database }) => {
    const pool = createPool({ url: database.url, wait_ms: 50 })
    onTestFinished(() => pool.close())
    let release = () => {}
    const released = new Promise<void>((resolve) => (release = resolve))
    const held = [1, 2, 3, 4, 5].map(() => pool.read(() => released))
    await expect(pool.read((query) => query('select 1'))).rejects.toThrow('all connections are busy')
    release()
    await Promise.all(held)
    expect(await pool.read((query) => query('select 1 as one'))).toEqual([{ one: 1 }])
  })
})
