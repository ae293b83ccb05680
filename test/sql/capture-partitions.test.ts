import { describe, expect, test } from '../support/fixture.ts'
import { events, failures, operations, watchAll } from '../support/events.ts'

const table = `
  create table thing (id integer, region text, name text, primary key (id, region)) partition by list (region);
  create table thing_eu partition of thing for values in ('eu');
  create table thing_us partition of thing for values in ('us')`

describe('a partitioned table', () => {
  test('is reported under its own name, whichever partition holds the row', async ({ db }) => {
    await db.query(table)
    await watchAll(db, 'thing')
    await db.query(`insert into thing values (1, 'eu'); insert into thing_us values (2, 'us')`)
    await db.query(`update thing set name = 'x'; delete from thing_us`)
    const all = await events(db)
    expect(all.map((event) => `${event.data.operation} ${event.data.key.id}`).toSorted()).toEqual([
      'delete 2',
      'insert 1',
      'insert 2',
      'update 1',
      'update 2',
    ])
    expect(new Set(all.map((event) => event.data.table))).toEqual(new Set(['public.thing']))
  })

  test('tells a row that moves between partitions as a delete and an insert', async ({ db }) => {
    await db.query(table)
    await watchAll(db, 'thing')
    await db.query(`insert into thing values (1, 'eu', 'a')`)
    await db.query(`update thing set region = 'us'`)
    expect((await events(db)).slice(1).map((event) => [event.data.operation, event.data.record])).toEqual([
      ['delete', { id: 1, region: 'eu', name: 'a' }],
      ['insert', { id: 1, region: 'us', name: 'a' }],
    ])
  })

  test('is captured in a partition that is made or attached later', async ({ db }) => {
    await db.query(table)
    await watchAll(db, 'thing')
    await db.query(`
      create table thing_asia partition of thing for values in ('asia');
      create table elsewhere (name text, gone integer, region text not null, id integer not null);
      alter table elsewhere drop column gone;
      alter table thing attach partition elsewhere for values in ('mars');
      insert into thing values (1, 'asia', null), (2, 'mars', 'a');
      update thing set name = 'b' where id = 2`)
    expect((await events(db)).map((event) => event.data.record)).toEqual([
      { id: 1, region: 'asia', name: null },
      { id: 2, region: 'mars', name: 'a' },
      { id: 2, region: 'mars', name: 'b' },
    ])
    expect(await failures(db)).toEqual([])
  })

  test('falls silent for a partition that is detached', async ({ db }) => {
    await db.query(table)
    await watchAll(db, 'thing')
    await db.query(`alter table thing detach partition thing_eu; insert into thing_eu values (1, 'eu')`)
    expect(await events(db)).toEqual([])
  })

  test('of several levels is reported as its root', async ({ db }) => {
    await db.query(`
      create table thing (id integer, region text) partition by list (region);
      create table thing_eu partition of thing for values in ('eu') partition by range (id);
      create table thing_eu_1 partition of thing_eu for values from (0) to (100)`)
    await watchAll(db, 'thing')
    await db.query(`insert into thing values (1, 'eu')`)
    expect((await events(db))[0]?.data.table).toBe('public.thing')
  })

  test('makes an event of a truncate of the whole, not of one partition: that fires no trigger of the root', async ({
    db,
  }) => {
    await db.query(table)
    await watchAll(db, 'thing')
    await db.query('truncate thing_eu')
    expect(await operations(db)).toEqual([])
    await db.query('truncate thing')
    expect(await operations(db)).toEqual(['truncate null'])
  })
})
