import { describe, expect, test } from '../support/fixture.ts'
import type { Client } from '../../sql/db.ts'
import { events, types } from '../support/events.ts'

/** Runs a statement and returns the types of the events it made. */
async function fired(db: Client, statement: string): Promise<string[]> {
  await db.query('truncate outbox.events')
  await db.query(statement)
  return types(db)
}

describe('outbox.watch_tickets', () => {
  test('fires each type exactly when it should', async ({ db }) => {
    await db.query(`create table ticket (id integer primary key, title text, status text, updated_at integer)`)
    const { rows } = await db.query(`select outbox.watch_tickets('ticket', ignore_columns => '{updated_at}') as types`)
    expect(rows[0].types).toEqual(['ticket.created', 'ticket.updated', 'ticket.status_changed'])
    expect(await fired(db, `insert into ticket values (1, 'a', 'open')`)).toEqual(['ticket.created'])
    expect(await fired(db, `update ticket set title = 'b'`)).toEqual(['ticket.updated'])
    expect(await fired(db, `update ticket set status = 'closed'`)).toEqual(['ticket.updated', 'ticket.status_changed'])
    expect(await fired(db, `update ticket set status = null`)).toEqual(['ticket.updated', 'ticket.status_changed'])
    expect(await fired(db, `update ticket set status = null`)).toEqual([])
    expect(await fired(db, `update ticket set updated_at = 1`)).toEqual([])
    expect(await fired(db, `delete from ticket`)).toEqual([])
  })

  test('takes a status column of another name and of an enum', async ({ db }) => {
    await db.query(`create type state as enum ('new', 'done'); create table ticket (id integer, "The State" state)`)
    await db.query(`select outbox.watch_tickets('ticket', 'The State')`)
    expect(await fired(db, `insert into ticket values (1, 'new')`)).toEqual(['ticket.created'])
    expect(await fired(db, `update ticket set "The State" = 'done'`)).toEqual([
      'ticket.updated',
      'ticket.status_changed',
    ])
  })

  test('makes the payload of both events once, so they are the same', async ({ db }) => {
    await db.query(`create table ticket (id integer primary key, status text); select outbox.watch_tickets('ticket')`)
    await db.query(`insert into ticket values (1, 'open'); update ticket set status = 'closed'`)
    const [, updated, changed] = await events(db)
    expect(changed?.text).toBe(updated?.text)
    expect(changed?.data.previous).toEqual({ status: 'open' })
  })
})

describe('outbox.watch_workflows', () => {
  test('fires when a status is entered, by update or by insert', async ({ db }) => {
    await db.query(`create table workflow (id integer, status text); select outbox.watch_workflows('workflow')`)
    expect(await fired(db, `insert into workflow values (1, 'queued'), (2, null)`)).toEqual([])
    expect(await fired(db, `update workflow set status = 'running' where id = 1`)).toEqual(['workflow.started'])
    expect(await fired(db, `update workflow set status = 'in_progress' where id = 1`)).toEqual([])
    expect(await fired(db, `update workflow set status = 'succeeded' where id = 1`)).toEqual(['workflow.completed'])
    expect(await fired(db, `update workflow set status = 'failed' where id = 1`)).toEqual([])
    expect(await fired(db, `update workflow set status = 'running' where id = 1`)).toEqual(['workflow.started'])
    expect(await fired(db, `update workflow set status = 'completed' where id = 2`)).toEqual(['workflow.completed'])
    expect(await fired(db, `insert into workflow values (3, 'running'), (4, 'cancelled')`)).toEqual([
      'workflow.started',
      'workflow.completed',
    ])
    expect(await fired(db, `delete from workflow`)).toEqual([])
  })

  test('takes lists of its own, with quotes in them, and a new call replaces them', async ({ db }) => {
    await db.query(`create table workflow (id integer, state text)`)
    await db.query(
      `select outbox.watch_workflows('workflow', 'state', started => array['it''s "on"', 'a,b\\c'], completed => '{off}')`,
    )
    await db.query(`insert into workflow values (1, 'new')`)
    expect(await fired(db, `update workflow set state = 'it''s "on"'`)).toEqual(['workflow.started'])
    expect(await fired(db, `update workflow set state = 'a,b\\c'`)).toEqual([])
    expect(await fired(db, `update workflow set state = 'off'`)).toEqual(['workflow.completed'])
    await db.query(`select outbox.watch_workflows('workflow', 'state', completed => '{gone}')`)
    expect(await fired(db, `update workflow set state = 'gone'`)).toEqual(['workflow.completed'])
    expect(await fired(db, `update workflow set state = 'off'`)).toEqual([])
    const { rows } = await db.query('select count(*)::integer as rules from outbox.watches')
    expect(rows).toEqual([{ rules: 4 }])
  })
})

describe('outbox.watch_workflow_steps', () => {
  test('fires when a step is completed', async ({ db }) => {
    await db.query(`create type state as enum ('pending', 'failed', 'skipped', 'wont_run');
      create table step (workflow_id integer, position integer, status state, primary key (workflow_id, position));
      select outbox.watch_workflow_steps('step')`)
    expect(await fired(db, `insert into step values (1, 1, 'pending'), (1, 2, 'skipped')`)).toEqual([
      'workflow.step_completed',
    ])
    expect(await fired(db, `update step set status = 'failed'`)).toEqual(['workflow.step_completed'])
    expect((await events(db))[0]?.key).toBe('[1, 1]')
    expect(await fired(db, `update step set status = 'wont_run'`)).toEqual([])
  })
})

describe('outbox.watch_test_runs', () => {
  test('fires when a run is made and when it is completed, both at once where it is', async ({ db }) => {
    await db.query(`create table run (id integer, status text); select outbox.watch_test_runs('run')`)
    expect(await fired(db, `insert into run values (1, 'queued')`)).toEqual(['test.run_created'])
    expect(await fired(db, `update run set status = 'running'`)).toEqual([])
    expect(await fired(db, `update run set status = 'passed'`)).toEqual(['test.run_completed'])
    expect(await fired(db, `insert into run values (2, 'errored')`)).toEqual(['test.run_created', 'test.run_completed'])
  })
})
