/** What outbox.doctor finds about the running outbox; outbox.health is made of it. */
import { carryOut, doctor, findings } from '../support/doctor.ts'
import { ask, describe, emit, eventually, expect, makeWebhook, only, registerRelay, test } from '../support/world.ts'

const pending = (event_id: string) =>
  `insert into outbox.pending_deliveries (id, webhook_id, event_id, event_type, next_attempt_at, created_at)
   select outbox.delivery_id(${event_id}, w.id), w.id, ${event_id}, 'a.b', now(), now()`

describe('outbox.doctor, about the work', () => {
  test('finds days past the retention, and what keeps them', async ({ db }) => {
    // One instant, so that midnight may pass.
    const long_ago = await ask<string>(db, `select (now() - interval '40 days')::text`)
    await db.query(`select outbox.make_partitions($1, 0)`, [long_ago])
    const behind = only(await findings(db, 'table outbox.', 'The retention is behind'))
    expect(behind.finding).toContain('this and 2 other tables')
    const webhook_id = await makeWebhook(db, { url: 'https://example.com/x', enabled: false })
    const event_id = `(outbox.uuid_at('${long_ago}'))`
    await db.query(`${pending(event_id)} from outbox.webhooks as w`)
    expect(await findings(db, 'table outbox.', 'The retention is behind')).toEqual([])
    const kept = only(await findings(db, 'day ', 'is past the retention and kept'))
    expect(kept.finding).toContain(`by pending deliveries of webhook ${webhook_id} (https://example.com)`)
    await db.query(kept.mend?.split('give them up: ')[1] ?? '')
    await db.query(
      `insert into outbox.batches (event_ids, first_id, last_id) select array[${event_id}], ${event_id}, ${event_id}`,
    )
    expect(only(await findings(db, 'day ', 'is past the retention and kept')).finding).toContain('by batch 1')
    await db.query('delete from outbox.batches')
    // A step at a time, as the finding says.
    await eventually(
      async () => {
        await carryOut(db, 'select * from outbox.drop_expired_partitions()')
        return findings(db, '', 'retention')
      },
      (seen) => seen.length === 0,
    )
  })

  test('finds a webhook that has been failing for more than an hour, unless it is paused', async ({ db }) => {
    const webhook_id = await makeWebhook(db, { url: 'https://example.com' })
    await db.query(
      `insert into outbox.webhook_activity (webhook_id, failing_since, last_failure) values ($1, now() - interval '61 min', 'answered 500')
       on conflict (webhook_id) do update set failing_since = excluded.failing_since, last_failure = excluded.last_failure`,
      [webhook_id],
    )
    const found = only(await findings(db, webhook_id))
    expect(found).toMatchObject({ severity: 'warning' })
    expect(found.finding).toContain('Every attempt has failed for more than an hour. The last one: answered 500')
    await db.query(`update outbox.webhook_activity set failing_since = now() - interval '59 min'`)
    expect(await findings(db, webhook_id)).toEqual([])
  })

  test('tells of twenty webhooks and how many more there are', async ({ db }) => {
    await db.query(`insert into outbox.webhooks (url, enabled, disabled_reason)
      select 'https://example.com', false, 'It answered 410.' from generate_series(1, 23)`)
    expect(await findings(db, '(https://example.com)')).toHaveLength(20)
    expect(only(await findings(db, 'webhooks', '3 more')).severity).toBe('warning')
  })

  test('finds that no relay is at work, and relays that hang', async ({ db, connect: open, relay }) => {
    expect(only(await findings(db, 'relays', 'No relay is at work')).severity).toBe('warning')
    await makeWebhook(db, { url: 'http://127.0.0.1:9' })
    expect(only(await findings(db, 'relays', 'No relay is at work')).severity).toBe('error')
    const id = await registerRelay(db)
    const holder = await open()
    await holder.query('select pg_advisory_lock(1869968483, $1)', [id])
    expect(await findings(db, 'relays')).toEqual([])
    await db.query(`update outbox.registered_relays set alive_until = now() - interval '1 s'`)
    const hung = only(await findings(db, `relay ${id} (test)`, 'It hangs'))
    await carryOut(db, hung.mend)
    expect(await findings(db, `relay ${id}`)).toEqual([])
    const [none] = await doctor(db)
    expect(none).toMatchObject({ severity: 'error', subject: 'relays' })
    await relay()
    expect(await findings(db, 'relay', 'elay is')).toEqual([])
  })

  test('finds events that nobody reads, also those of a transaction that ended late', async ({ db, connect: open }) => {
    const late = await open()
    await late.query('begin')
    await emit(late)
    await emit(db)
    await db.query('select outbox.cut_batches(1)')
    await db.query('delete from outbox.batches')
    expect(await findings(db, 'events', 'have not been read')).toEqual([])
    await late.query(`update outbox.events set occurred_at = now() - interval '2 min' where type = 'ticket.created'`)
    expect(await findings(db, 'events', 'have not been read')).toEqual([])
    await late.query('commit')
    expect(only(await findings(db, 'events', 'have not been read')).severity).toBe('warning')
    await db.query('select outbox.cut_batches(1)')
    expect(await findings(db, 'events', 'have not been read')).toEqual([])
    await emit(db)
    await db.query(`update outbox.events set occurred_at = now() - interval '11 min'`)
    expect(only(await findings(db, 'events', 'have not been read')).severity).toBe('error')
  })

  test('finds a transaction that has written and stays open', async ({ db, connect: open }) => {
    const writer = await open()
    await writer.query('begin')
    const pid = await ask<number>(writer, 'select pg_backend_pid()')
    await emit(writer)
    await emit(db)
    await db.query('select outbox.cut_batches(1)')
    const seen = async (minutes: number) =>
      (
        await db.query<{ subject: string; finding: string; mend: string }>(
          `select * from outbox.doctor_transactions(now() + $1 * interval '1 min') where subject like '% ' || $2`,
          [minutes, pid],
        )
      ).rows
    expect(await seen(4)).toEqual([])
    const found = only(await seen(6))
    expect(found.subject).toBe(`transaction of process ${pid}`)
    expect(found.finding).toContain('It has written and is open for more than five minutes (postgres / outbox test')
    const ended = new Promise((resolve) => writer.once('end', resolve))
    await carryOut(db, found.mend)
    await ended
    await eventually(
      () => seen(6),
      (rows) => rows.length === 0,
    )
  })
})
