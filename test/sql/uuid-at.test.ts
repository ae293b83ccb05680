/** Bounds for reading by time: ids begin with the time. */
import { ask, describe, expect, test } from '../support/world.ts'

describe('outbox.uuid_at', () => {
  test('is never greater than the id of an event of that instant, nor smaller than one a millisecond older', async ({
    db,
  }) => {
    const at = (time: string) => ask<string>(db, 'select left(outbox.uuid_at($1)::text, 13)', [time])
    const whole = await at('2026-01-01T00:00:00.123Z')
    for (const instant of ['123', '1234', '1235', '123999'])
      expect(await at(`2026-01-01T00:00:00.${instant}Z`)).toBe(whole)
    expect((await at('2026-01-01T00:00:00.124Z')) > whole).toBe(true)
  })

  test('takes any time, also one that no event can have', async ({ db }) => {
    const order = await ask(
      db,
      `select array_agg(t order by outbox.uuid_at(t)) = array_agg(t order by t)
       from unnest('{-infinity,1815-12-10,2026-01-01,infinity}'::timestamptz[]) as t`,
    )
    expect(order).toBe(true)
  })
})

describe('outbox.uuidv7', () => {
  test('tells the time, and in one session follows what it gave before', async ({ db }) => {
    const { rows } = await db.query<{ id: string; late_ms: number }>(
      `select u.id, abs(extract(epoch from clock_timestamp() - outbox.uuid_time(u.id)) * 1000)::float8 as late_ms
       from (select outbox.uuidv7() as id from generate_series(1, 1000)) as u`,
    )
    const ids = rows.map(({ id }) => id)
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(Math.max(...rows.map(({ late_ms }) => late_ms))).toBeLessThan(5_000)
    expect(new Set(ids).size).toBe(1000)
    // Where they come faster than the clock ticks, chance decides between two of them, and no more.
    const instants = ids.map((id) => id.slice(0, 18))
    expect(instants).toEqual(instants.toSorted())
  })
})
