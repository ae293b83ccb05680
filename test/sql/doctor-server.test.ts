/** What outbox.doctor finds about the server, on servers of their own: nothing else may see them so. */
import { connect, withClient, type Client } from '../../sql/db.ts'
import { migrate } from '../../sql/migrate.ts'
import { carryOut, doctor, findings } from '../support/doctor.ts'
import { defaults, test as serverTest } from '../support/embedded.ts'
import { databaseUrl } from '../support/names.ts'
import { spawnRelay } from '../support/relay.ts'
import { ask, describe, eventually, expect, makeWebhook, only, test } from '../support/world.ts'

const versions: [version: number, finding: string | null, update: string | null][] = [
  [150015, 'could not access status of transaction', '15.16'],
  [150016, 'substring()', '15.17'],
  [150017, null, null],
  [150009, 'extensions built for another minor', '15.16'],
  [160005, 'extensions built for another minor', '16.12'],
  [160011, 'could not access status of transaction', '16.12'],
  [160012, 'substring()', '16.13'],
  [160013, null, null],
  [170000, 'could not access status of transaction', '17.8'],
  [170001, 'extensions built for another minor', '17.8'],
  [170008, 'substring()', '17.9'],
  [170010, null, null],
  [180001, 'could not access status of transaction', '18.2'],
  [180002, 'substring()', '18.3'],
  [180004, null, null],
  [190000, null, null],
]

describe('outbox.doctor_version', () => {
  test.for(versions)('%i: %s', async ([version, finding, update], { db }) => {
    const { rows } = await db.query<{ finding: string; mend: string }>('select * from outbox.doctor_version($1)', [
      version,
    ])
    if (finding === null) return expect(rows).toEqual([])
    expect(only(rows).finding).toContain(finding)
    expect(only(rows).mend).toContain(`at least ${update}:`)
  })
})

async function withServer<T>(url: string, work: (db: Client) => Promise<T>): Promise<T> {
  return withClient({ url, name: 'test' }, work)
}

describe('outbox.doctor on a server of its own', () => {
  serverTest('finds nothing where all is well', async ({ start, onTestFinished }) => {
    const { url } = await start({ settings: {} })
    await withServer(url, async (db) => {
      await db.query(`create role keeper login password 'keeper'`)
      await db.query('create database kept owner keeper')
    })
    const kept = new URL(databaseUrl(url, 'kept'))
    kept.username = 'keeper'
    kept.password = 'keeper'
    // The roles are made by who may.
    for (const role of ['owner', 'relay', 'admin', 'reader', 'emitter'])
      await withServer(url, (db) => db.query(`create role outbox_${role}`))
    await migrate({ url: kept.href })
    const relay = spawnRelay(kept.href)
    onTestFinished(() => relay.kill())
    await relay.ready
    await withServer(kept.href, async (db) => {
      await db.query(
        `create table tickets (id integer primary key, status text); select outbox.watch_tickets('tickets')`,
      )
      await makeWebhook(db, { url: 'http://127.0.0.1:9' })
      expect(await doctor(db)).toEqual([
        { severity: 'ok', subject: 'outbox', finding: 'Nothing was found.', mend: null },
      ])
      expect((await db.query('select severity, mend from outbox.health')).rows).toEqual([
        { severity: 'ok', mend: null },
      ])
    })
    await withServer(databaseUrl(url, 'kept'), async (db) => {
      await db.query('alter schema outbox owner to current_user')
      expect(only(await findings(db, 'role postgres', 'is a superuser')).severity).toBe('info')
      expect(only(await findings(db, 'role keeper', 'objects in the schema outbox')).severity).toBe('warning')
    })
  })

  serverTest('finds settings that endanger events, and its statements mend them', async ({ start }) => {
    const { url } = await start({ settings: { max_prepared_transactions: '1' } })
    await migrate({ url })
    await withServer(url, async (db) => {
      expect(only(await findings(db, 'setting max_prepared_transactions')).severity).toBe('info')
      for (const name of ['autovacuum', 'track_counts', 'fsync', 'full_page_writes']) {
        expect(await findings(db, `setting ${name}`)).toEqual([])
        await carryOut(db, `alter system set ${name} = off;\nselect pg_reload_conf()`)
        const [found] = await eventually(
          () => findings(db, `setting ${name}`, 'It is off'),
          (seen) => seen.length === 1,
        )
        await carryOut(db, found?.mend)
        await eventually(
          () => findings(db, `setting ${name}`),
          (seen) => seen.length === 0,
        )
      }
      await carryOut(db, `alter system set session_replication_role = replica;\nselect pg_reload_conf()`)
      const [silent] = await eventually(
        () => findings(db, 'setting session_replication_role', 'no change makes an event'),
        (seen) => seen.length === 1,
      )
      expect(silent?.severity).toBe('error')
      await carryOut(db, silent?.mend)
      await eventually(
        () => findings(db, 'setting session_replication_role'),
        (seen) => seen.length === 0,
      )
    })
  })

  serverTest('finds a subscription whose rows make no events, and its statement makes them', async ({ start }) => {
    const { url } = await start({ settings: { ...defaults.settings, wal_level: 'logical' } })
    await withServer(url, async (db) => {
      await db.query(`create table thing (id integer primary key); create publication all_things for table thing`)
      await db.query(`select pg_create_logical_replication_slot('things', 'pgoutput')`)
      await db.query('create database far')
    })
    const far = await connect({ url: databaseUrl(url, 'far'), name: 'test' })
    const near = await connect({ url, name: 'test' })
    try {
      await migrate({ url: databaseUrl(url, 'far') })
      await far.query(
        `create table thing (id integer primary key); select outbox.watch('thing', 'thing.made', 'insert')`,
      )
      const { hostname, port, username, password } = new URL(url)
      await far.query(
        `create subscription things connection 'host=${hostname} port=${port} user=${username} password=${password} dbname=postgres'
         publication all_things with (create_slot = false, slot_name = 'things', copy_data = false)`,
      )
      const arrived = (id: number) =>
        eventually(
          () => ask(far, 'select count(*)::int from thing where id = $1', [id]),
          (count) => count === 1,
        )
      await near.query('insert into thing values (1)')
      await arrived(1)
      expect(await ask(far, 'select count(*)::int from outbox.events')).toBe(0)
      const found = only(await findings(far, 'subscription things'))
      expect(found).toMatchObject({ severity: 'info' })
      expect(found.finding).toContain('writes to public.thing. The rows that it applies make no events')
      expect(await ask(far, `select pid is not null from outbox.blockers where kind = 'apply worker'`)).toBe(true)
      await carryOut(far, found.mend)
      expect(await findings(far, 'subscription things')).toEqual([])
      await near.query('insert into thing values (2)')
      await arrived(2)
      expect(await ask(far, 'select array_agg(key) from outbox.events')).toEqual(['2'])
    } finally {
      await far.query('alter subscription things disable; alter subscription things set (slot_name = none)')
      await far.query('drop subscription things')
      await far.end()
      await near.end()
    }
  })
})

/** Fills the queue of a server that has room for little: before 17 its size was fixed, at 8 GB. */
serverTest('outbox.doctor finds a notification queue that fills up, and who keeps it', async ({ start }) => {
  const probe = await start()
  const sizable = await withServer(probe.url, (db) =>
    ask<boolean>(db, `select count(*) > 0 from pg_settings where name = 'max_notify_queue_pages'`),
  )
  await migrate({ url: probe.url })
  await withServer(probe.url, async (db) => {
    expect((await db.query('select * from outbox.doctor_notifications(0.5)')).rows).toEqual([])
    expect(only((await db.query('select * from outbox.doctor_notifications(0.51)')).rows).severity).toBe('warning')
    expect(only((await db.query('select * from outbox.doctor_notifications(0.81)')).rows).severity).toBe('error')
  })
  if (!sizable) return
  await probe.stop()
  const { url } = await start({ settings: { ...defaults.settings, max_notify_queue_pages: '64' } })
  const listener = await connect({ url, name: 'test listener' })
  await withServer(url, async (db) => {
    await listener.query('listen deaf')
    await listener.query('begin; select 1')
    const pid = await ask<number>(listener, 'select pg_backend_pid()')
    await db.query(`select pg_notify('deaf', n || repeat('x', 7000)) from generate_series(1, 50) as n`)
    const found = only(await findings(db, 'notification queue'))
    expect(found.severity).toBe('warning')
    expect(found.mend).toBe(`select pg_terminate_backend(${pid})`)
    expect(await ask(db, `select pid from outbox.blockers where kind = 'notification queue'`)).toBe(pid)
    await carryOut(db, found.mend)
    await eventually(
      () => findings(db, 'notification queue'),
      (seen) => seen.length === 0,
    )
    expect(await ask(db, 'select count(*)::int from outbox.blockers')).toBe(0)
  })
  await listener.end().catch(() => {})
})
