import type { Client } from '../../sql/db.ts'
import { withClient } from '../../sql/db.ts'
import { migrate } from '../../sql/migrate.ts'
import { carryOut } from '../support/doctor.ts'
import { defaults, test as serverTest } from '../support/embedded.ts'
import { ask, describe, emit, eventually, expect, only, test } from '../support/world.ts'

interface Row {
  kind: string
  pid: number | null
  who: string | null
  since: Date | null
  state: string | null
  what: string | null
  effect: string
  mend: string
}

async function blockers(db: Client): Promise<Row[]> {
  return (await db.query<Row>('select * from outbox.blockers order by since')).rows
}

/** An event of somebody else, and the cursor past it. */
async function goOn(db: Client): Promise<void> {
  await emit(db)
  await db.query('select outbox.cut_batches(1)')
}

describe('outbox.blockers', () => {
  test('is empty while nothing blocks: neither who reads nor who has just begun to write does', async ({
    db,
    connect,
  }) => {
    const [reader, writer] = [await connect(), await connect()]
    await reader.query('begin')
    await reader.query('select count(*) from outbox.events')
    await goOn(db)
    await writer.query('begin')
    await emit(writer)
    expect(await blockers(db)).toEqual([])
    await goOn(db)
    expect(await blockers(db)).toHaveLength(1)
    await writer.query('rollback')
    expect(await blockers(db)).toEqual([])
  })

  test('tells of a transaction that the cursor has come past who it is, and its statement ends it', async ({
    db,
    connect,
  }) => {
    const writer = await connect()
    await writer.query('begin')
    // Several transaction ids, one transaction.
    await writer.query('savepoint one')
    await emit(writer)
    await writer.query('savepoint two')
    await emit(writer, 'a.b')
    const pid = await ask<number>(writer, 'select\n  pg_backend_pid()')
    await goOn(db)
    const found = only(await blockers(db))
    expect(found).toMatchObject({
      kind: 'transaction',
      pid,
      who: expect.stringContaining('postgres / outbox test'),
      state: 'idle in transaction',
      what: 'select pg_backend_pid()',
      mend: `select pg_terminate_backend(${pid})`,
    })
    expect(found.since?.getTime()).toBeGreaterThan(Date.now() - 30_000)
    const ended = new Promise((resolve) => writer.once('end', resolve))
    await carryOut(db, found.mend)
    await ended
    await eventually(
      () => blockers(db),
      (rows) => rows.length === 0,
    )
  })

  test('tells of a transaction that has been open for a while though nothing else was written', async ({
    db,
    connect,
  }) => {
    const writer = await connect()
    await writer.query('begin')
    await emit(writer)
    expect(await blockers(db)).toEqual([])
    await eventually(
      () => blockers(db),
      (rows) => rows.length === 1,
    )
    await writer.query('commit')
  })

  test('says what a transaction waits for', async ({ db, connect }) => {
    const [holder, writer] = [await connect(), await connect()]
    await db.query('create table thing (id integer primary key)')
    await holder.query('begin; lock table thing')
    await writer.query('begin')
    await emit(writer)
    const waiting = writer.query('insert into thing values (1)')
    await goOn(db)
    await eventually(
      () => blockers(db),
      (rows) => rows.some(({ state }) => state === 'active, waits for Lock relation'),
    )
    await holder.query('rollback')
    await waiting
    await writer.query('rollback')
  })

  test('names the process also to who may not see what others do', async ({ db, database, connect }) => {
    const role = `reader_${database.name}`
    await db.query(
      `create role ${role}; grant usage on schema outbox to ${role}; grant select on outbox.blockers to ${role}`,
    )
    const writer = await connect()
    try {
      await writer.query('begin')
      await emit(writer)
      const pid = await ask<number>(writer, 'select pg_backend_pid()')
      await goOn(db)
      await db.query(`set role ${role}`)
      expect(only(await blockers(db))).toMatchObject({ kind: 'transaction', pid })
      await db.query('reset role')
    } finally {
      await writer.query('rollback')
      await db.query(`drop owned by ${role}; drop role ${role}`)
    }
  })

  test('tells of settings that make writers replicas, by role and by database, and their statements reset them', async ({
    db,
    database,
  }) => {
    const role = `replica_${database.name}`
    await db.query(`create role "${role} x"`)
    try {
      await db.query(`alter role "${role} x" set session_replication_role = replica;
        alter role "${role} x" in database "${database.name}" set session_replication_role = replica;
        alter database "${database.name}" set session_replication_role = replica;
        alter role "${role} x" in database template1 set session_replication_role = replica`)
      const mine = async () =>
        (
          await db.query<Row>(
            `select * from outbox.blockers where who like '%' || $1 || '%' order by who collate "C"`,
            [database.name],
          )
        ).rows
      const found = await mine()
      expect(found.map(({ kind, who, mend }) => [kind, who, mend])).toEqual([
        ['replica role', `database ${database.name}`, `alter database ${database.name} reset session_replication_role`],
        ['replica role', `role "${role} x"`, `alter role "${role} x" reset session_replication_role`],
        [
          'replica role',
          `role "${role} x" in database ${database.name}`,
          `alter role "${role} x" in database ${database.name} reset session_replication_role`,
        ],
      ])
      for (const { mend } of found) await carryOut(db, mend)
      expect(await mine()).toEqual([])
    } finally {
      await db.query(`drop role "${role} x"`)
    }
  })

  serverTest('tells of transactions that were prepared, and its statement rolls them back', async ({ start }) => {
    const { url } = await start({ settings: { ...defaults.settings, max_prepared_transactions: '5' } })
    await migrate({ url })
    await withClient({ url, name: 'test' }, async (db) => {
      await db.query(`begin; select outbox.emit('a.b', '{}'); prepare transaction 'it''s'`)
      const found = only(await blockers(db))
      expect(found).toMatchObject({
        kind: 'prepared transaction',
        pid: null,
        who: 'postgres',
        what: `it's`,
        mend: `rollback prepared 'it''s'`,
      })
      const late = await db.query(`select subject from outbox.doctor_transactions(now() + interval '6 min')`)
      expect(late.rows).toEqual([{ subject: `prepared transaction it's` }])
      await carryOut(db, found.mend)
      expect(await blockers(db)).toEqual([])
    })
  })
})
