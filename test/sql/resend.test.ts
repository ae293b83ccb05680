/** outbox.resend: a further attempt of the same delivery, with the same id. */
import type { Client } from '../../sql/db.ts'
import {
  ask,
  describe,
  expect,
  onTheWay,
  only,
  recordDelivered,
  recordFailed,
  test,
  type Way,
} from '../support/world.ts'

interface Row {
  status: string
  attempts: number
  due: boolean | null
  schedule_from: number | null
}

async function delivery(db: Client, way: Way): Promise<Row> {
  const { rows } = await db.query<Row>(
    `select d.status, d.attempts, d.next_attempt_at <= clock_timestamp() as due, p.schedule_from
     from outbox.webhook_deliveries as d left join outbox.pending_deliveries as p using (id) where d.event_id = $1`,
    [way.event],
  )
  return only(rows)
}

const resend = (db: Client, way: Way) =>
  ask<string>(db, 'select outbox.resend(outbox.delivery_id($1, $2))', [way.event, way.webhook])

async function attempts(db: Client, way: Way): Promise<number[]> {
  const { rows } = await db.query<{ attempt: number }>(
    'select attempt from outbox.webhook_attempts where delivery_id = outbox.delivery_id($1, $2) order by attempt',
    [way.event, way.webhook],
  )
  return rows.map(({ attempt }) => attempt)
}

async function claim(db: Client, way: Way): Promise<void> {
  await db.query(
    `update outbox.pending_deliveries set leased_by = $1 where id = outbox.delivery_id($2, $3) and leased_by is null`,
    [way.relay, way.event, way.webhook],
  )
}

describe('outbox.resend', () => {
  test('makes a delivered one pending again, keeps its attempts, and counts on', async ({ db }) => {
    const way = await onTheWay(db)
    await recordDelivered(db, way)
    expect(await resend(db, way)).toBe('pending')
    expect(await delivery(db, way)).toEqual({ status: 'pending', attempts: 1, due: true, schedule_from: 1 })
    expect(await attempts(db, way)).toEqual([1])
    await claim(db, way)
    await recordFailed(db, way, { attempt: 2, delivered: true })
    expect(await delivery(db, way)).toMatchObject({ status: 'delivered', attempts: 2 })
    expect(await attempts(db, way)).toEqual([1, 2])
  })

  test('of a dead one begins the retry schedule anew', async ({ db }) => {
    const way = await onTheWay(db, ['1 h'])
    await recordFailed(db, way)
    await claim(db, way)
    await recordFailed(db, way, { attempt: 2 })
    expect(await delivery(db, way)).toMatchObject({ status: 'dead', attempts: 2 })
    await resend(db, way)
    await claim(db, way)
    await recordFailed(db, way, { attempt: 3 })
    expect(await delivery(db, way)).toMatchObject({ status: 'pending', attempts: 3, due: false })
    await claim(db, way)
    await recordFailed(db, way, { attempt: 4 })
    expect(await delivery(db, way)).toMatchObject({ status: 'dead', attempts: 4 })
    expect(await attempts(db, way)).toEqual([1, 2, 3, 4])
  })

  test('of a pending one ends its waiting, and leaves its schedule', async ({ db }) => {
    const way = await onTheWay(db, ['1 h', '2 h'])
    await recordFailed(db, way)
    expect(await delivery(db, way)).toMatchObject({ status: 'pending', due: false })
    await resend(db, way)
    expect(await delivery(db, way)).toEqual({ status: 'pending', attempts: 1, due: true, schedule_from: 0 })
  })

  test('keeps the date of the delivery, and rings', async ({ db, connect }) => {
    const way = await onTheWay(db)
    await recordDelivered(db, way)
    const created = `select created_at::text from outbox.webhook_deliveries where event_id = $1`
    const before = await ask(db, created, [way.event])
    const listener = await connect()
    const rang = new Promise((resolve) => listener.once('notification', resolve))
    await listener.query('listen outbox')
    await resend(db, way)
    await rang
    expect(await ask(db, created, [way.event])).toBe(before)
  })

  test('of a paused webhook is held, of a disabled one refused', async ({ db }) => {
    const way = await onTheWay(db)
    await recordDelivered(db, way)
    await db.query('select outbox.pause($1)', [way.webhook])
    expect(await resend(db, way)).toBe('held')
    await db.query('update outbox.webhooks set enabled = false')
    await expect(resend(db, way)).rejects.toMatchObject({
      code: 'OB001',
      message: `the webhook ${way.webhook} is disabled`,
      hint: expect.stringContaining('set enabled = true'),
    })
  })

  test('says what is missing: the delivery, its webhook, its event', async ({ db }) => {
    await expect(db.query('select outbox.resend(null)')).rejects.toMatchObject({ code: 'OB002' })
    await expect(db.query('select outbox.resend(gen_random_uuid())')).rejects.toMatchObject({
      code: 'OB002',
      message: expect.stringContaining('for which there is no delivery'),
    })
    const way = await onTheWay(db)
    await recordDelivered(db, way)
    await db.query('begin; delete from outbox.webhooks')
    await expect(resend(db, way)).rejects.toMatchObject({ code: 'OB002', message: /webhook .* deleted/ })
    await db.query('rollback; begin; delete from outbox.events')
    await expect(resend(db, way)).rejects.toMatchObject({ code: 'OB002', message: /no longer in the log/ })
    await db.query('rollback')
  })

  test('twice at once makes one pending delivery', async ({ db, connect }) => {
    const way = await onTheWay(db)
    await recordDelivered(db, way)
    const other = await connect()
    await db.query('begin')
    await resend(db, way)
    const second = resend(other, way)
    await db.query('commit')
    expect(await second).toBe('pending')
    expect(await delivery(db, way)).toMatchObject({ status: 'pending', attempts: 1 })
  })
})
