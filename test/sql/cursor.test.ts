/** Reading a log in which ids do not commit in order: nothing is lost, nothing is cut twice, nobody waits. */
import * as fc from 'fast-check'
import { connect, type Client } from '../../sql/db.ts'
import { openClones } from '../support/server.ts'
import { ask, describe, emit, emitMany, expect, run, test } from '../support/world.ts'

function cut(db: Client, most = 20_000, relay = 1): Promise<string | null> {
  return ask<string | null>(db, 'select outbox.cut_batches($1, $2)', [relay, most])
}

/** Every event of every batch, in no order. */
async function inBatches(db: Client): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>('select unnest(b.event_ids) as id from outbox.batches as b')
  return rows.map(({ id }) => id).toSorted()
}

async function committed(db: Client): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>('select id from outbox.events')
  return rows.map(({ id }) => id).toSorted()
}

describe('outbox.cut_batches', () => {
  test('cuts every committed event exactly once, beside writers, a long transaction and other cutters', async ({
    database,
    db,
    connect: open,
  }) => {
    // On the server: transactions with savepoints, partial rollbacks and pauses in between, some rolled back altogether.
    await db.query(`
      create procedure write_at_random(p_transactions integer) language plpgsql as $$
      begin
        for n in 1 .. p_transactions loop
          perform outbox.emit('ticket.kept', '{}');
          for m in 1 .. 2 loop
            begin
              perform outbox.emit('ticket.savepoint', '{}');
              perform pg_sleep(random() * 0.003);
              if random() < 0.5 then raise exception 'back to the savepoint'; end if;
            exception
              when raise_exception then null;
            end;
          end loop;
          if random() < 0.3 then rollback; else commit; end if;
          perform pg_sleep(random() * 0.003);
        end loop;
      end
      $$`)
    const long = await open()
    await long.query('begin')
    const long_ids = await emitMany(long, 3)
    let writing = true
    const cutters = [1, 2, 3].map(async (relay) => {
      const cutter = await open()
      while (writing) {
        // Small portions now and then, so that their boundaries fall among transactions in progress.
        await cut(cutter, relay === 1 ? 5 : 20_000, relay)
        await cutter.query('select * from outbox.next_batch($1)', [relay])
      }
    })
    const writers = Array.from({ length: 8 }, () => run(database.url, 'call write_at_random(60)'))
    await Promise.all(writers)
    await expect.poll(() => ask(db, 'select outbox.has_unread()')).toBe(false)
    expect(await inBatches(db)).toEqual(await committed(db))
    await long.query('commit')
    await expect.poll(() => inBatches(db)).toEqual(expect.arrayContaining(long_ids))
    writing = false
    await Promise.all(cutters)
    const all = await committed(db)
    expect(await inBatches(db)).toEqual(all)
    expect(all.length).toBeGreaterThan(8 * 60 * 0.5)
  })

  test('gives the events of a long transaction when it commits, and those of others before', async ({
    db,
    connect: open,
  }) => {
    const long = await open()
    await long.query('begin')
    const late = await emit(long)
    const early = await emit(db)
    await cut(db)
    expect(await inBatches(db)).toEqual([early])
    const later = await emit(db)
    await cut(db)
    expect(await inBatches(db)).toEqual([early, later].toSorted())
    expect(await ask(db, 'select outbox.has_unread()')).toBe(false)
    await long.query('commit')
    expect(await ask(db, 'select outbox.has_unread()')).toBe(true)
    await cut(db)
    expect(await inBatches(db)).toEqual([late, early, later].toSorted())
  })

  test('cuts a backlog in portions, and never divides a transaction', async ({ db }) => {
    const ids: string[] = []
    for (const size of [1, 2, 7, 1, 3, 20, 1]) ids.push(...(await emitMany(db, size)))
    const portions: number[] = []
    let before = 0
    while ((await cut(db, 4)) !== null) {
      const now = (await inBatches(db)).length
      portions.push(now - before)
      before = now
    }
    expect(await inBatches(db)).toEqual(ids.toSorted())
    // As many whole transactions as fit into four events, or one that does not: 1 and 2; 7; 1 and 3; 20; 1.
    expect(portions).toEqual([3, 7, 4, 20, 1])
  })

  test('loses nothing when transactions in progress lie around the end of a portion', async ({ db, connect: open }) => {
    const waiting = []
    const ids: string[] = []
    // Transactions that began before, at and after the boundary of 5, committed in another order between the cuts.
    for (let n = 1; n <= 12; n += 1) {
      const writer = await open()
      await writer.query('begin')
      ids.push(await emit(writer))
      waiting.push(writer)
      ids.push(await emit(db))
    }
    for (const index of [11, 0, 6, 3, 9, 1, 10, 5, 2, 8, 4, 7]) {
      await cut(db, 5)
      await waiting[index]?.query('commit')
    }
    while ((await cut(db, 5)) !== null);
    expect(await inBatches(db)).toEqual(ids.toSorted())
  })

  test('makes batches of at most 500 events and about 4 MiB, each in the order of its ids', async ({ db }) => {
    await emitMany(db, 1_100)
    await cut(db)
    const counts = `select array_agg(cardinality(event_ids) order by id) from outbox.batches`
    expect(await ask(db, counts)).toEqual([500, 500, 100])
    const odd = `select count(*)::int from outbox.batches as b where b.first_id <> b.event_ids[1]
      or b.last_id <> b.event_ids[cardinality(b.event_ids)]
      or b.event_ids <> (select array_agg(u order by u) from unnest(b.event_ids) as u)`
    expect(await ask(db, odd)).toBe(0)
    await db.query('delete from outbox.batches')
    // Random text does not compress: eight of them make a batch.
    await db.query(`
      select outbox.emit('ticket.created', to_json((select string_agg(gen_random_uuid()::text, '') from generate_series(1, 7000) where n > 0)))
      from generate_series(1, 30) as n`)
    await cut(db)
    const sizes = await ask<number[]>(db, counts)
    expect(sizes.length).toBeGreaterThan(1)
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(30)
  })

  test('leaves the cursor to another that is cutting, without waiting', async ({ db, connect: open }) => {
    const other = await open()
    await emit(db)
    await other.query('begin')
    await other.query('select from outbox.event_cursor for update')
    await db.query(`set statement_timeout = '2 s'`)
    expect(await cut(db)).toBeNull()
    await other.query('rollback')
    expect(await cut(db)).not.toBeNull()
  })

  test('leases the first batch to who cut it and leaves the others free', async ({ db }) => {
    await emitMany(db, 1_200)
    await cut(db, 20_000, 7)
    expect(await ask(db, 'select array_agg(leased_by order by id) from outbox.batches')).toEqual([7, null, null])
  })

  test('is undone with its transaction', async ({ db }) => {
    const id = await emit(db)
    await db.query('begin')
    await cut(db)
    await db.query('rollback')
    await cut(db)
    expect(await inBatches(db)).toEqual([id])
  })

  test('refuses in a copy of the database', async ({ db, database, onTestFinished }) => {
    await emit(db)
    const { name } = database
    // A database can only be copied while nobody is connected to it.
    await db.end()
    const clones = await openClones()
    onTestFinished(() => clones.drop())
    const copy = await connect({ url: await clones.copy(name), name: 'test' })
    await expect(cut(copy)).rejects.toMatchObject({ code: 'OB005', hint: expect.stringContaining('adopted') })
    await expect(copy.query('select * from outbox.next_batch(1)')).rejects.toMatchObject({ code: 'OB005' })
    await copy.end()
  })
})

describe('outbox.snapshot_up_to', () => {
  test('sees just what the snapshot sees of transactions up to the given one', async ({ db }) => {
    const world = fc
      .tuple(fc.uniqueArray(fc.integer({ min: 10, max: 60 }), { maxLength: 12 }), fc.integer({ min: 10, max: 70 }))
      .map(([running, boundary]) => {
        const sorted = running.toSorted((a, b) => a - b)
        const xmax = Math.max(61, ...sorted)
        return { snapshot: `${sorted[0] ?? xmax}:${xmax}:${sorted.join(',')}`, boundary }
      })
    await fc.assert(
      fc.asyncProperty(world, async ({ snapshot, boundary }) => {
        const wrong = await ask<number[] | null>(
          db,
          `select array_agg(t) from generate_series(1, 75) as t
           where pg_visible_in_snapshot(t::text::xid8, outbox.snapshot_up_to($1::pg_snapshot, $2::text::xid8))
             is distinct from (pg_visible_in_snapshot(t::text::xid8, $1::pg_snapshot) and t <= $2::integer)`,
          [snapshot, boundary],
        )
        expect(wrong).toBeNull()
      }),
      { numRuns: 200 },
    )
  })
})
