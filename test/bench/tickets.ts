/** The tables that writers change. */
import type { Client } from '../../sql/db.ts'

export const TICKETS = 10_000

/** Without events: nobody measures the filling. */
export async function fillTickets(client: Client, table: string, count = TICKETS): Promise<void> {
  await client.query('begin')
  await client.query(`set local outbox.capture = 'off'`)
  await client.query(
    `insert into ${table} (title, status, priority, assignee)
     select 'Ticket ' || n, 'open', 'normal', 'somebody' from generate_series((select count(*) + 1 from ${table}), $1::bigint) as n`,
    [count],
  )
  await client.query('commit')
  await client.query(`vacuum analyze ${table}`)
}

/** A table like the tickets of the sample application, without a watch. */
export async function makeTickets(client: Client, table: string, count = TICKETS): Promise<void> {
  await client.query(`create table ${table} (like public.tickets including all)`)
  await fillTickets(client, table, count)
}
