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
