/**
 * What a watch costs the application: 32 clients, each changing one random ticket at a time as fast as it can, on a
 * table that is watched, on one that is not, and on one whose trigger inserts a row and always rings. A relay is awake
 * all the while; no webhook matches, so that it does not take the writers' CPU for sending.
 */
import { type Bench, type Scenario, untilRecorded } from './bench.ts'
import { atLeast } from './finding.ts'
import { fillTickets, makeTickets, TICKETS } from './tickets.ts'

const tables = { watched: 'public.tickets', unwatched: 'public.bench_unwatched', notified: 'public.bench_notified' }

/** What an outbox by hand looks like. */
const NOTIFIED = `
  create table public.bench_outbox (
    id bigint generated always as identity primary key, type text not null, data json not null, created_at timestamptz not null default now());
  create function public.bench_notify() returns trigger language plpgsql as $$
  begin
    insert into public.bench_outbox (type, data) values ('ticket.updated', row_to_json(new));
    perform pg_notify('bench', '');
    return null;
  end $$;
  create trigger bench_notify after update on public.bench_notified for each row execute function public.bench_notify();
  listen bench;`

type Round = Record<keyof typeof tables, number>

export const writers: Scenario = async (bench) => {
  const { client } = bench
  await fillTickets(client, tables.watched)
  await makeTickets(client, tables.unwatched)
  await makeTickets(client, tables.notified)
  await client.query(NOTIFIED)
  const relay = await bench.startRelay()
  await round(bench, 1)
  const rounds: Round[] = []
  for (let number = 1; number <= bench.rounds; number += 1) {
    const current = await round(bench, bench.quick ? 2 : 5)
    bench.say(
      `writers ${number}: ${Object.entries(current)
        .map(([name, tps]) => `${name} ${tps.toFixed(0)}/s`)
        .join(', ')}`,
    )
    rounds.push(current)
  }
  await relay.stop()
  const against = (other: keyof Round) => rounds.map((current) => current.watched / current[other])
  return [
    {
      what: 'writer tps watched ÷ unwatched, 32 clients, relay awake',
      unit: '',
      rounds: against('unwatched'),
      bar: atLeast(0.7),
      aim: atLeast(0.85),
    },
    {
      what: 'writer tps with the doorbell ÷ with a NOTIFY trigger',
      unit: '',
      rounds: against('notified'),
      bar: atLeast(3),
      aim: atLeast(4),
    },
    { what: '  unwatched', unit: '/s', rounds: rounds.map(({ unwatched }) => unwatched) },
    { what: '  watched', unit: '/s', rounds: rounds.map(({ watched }) => watched) },
  ]
}

async function round({ client, writer }: Bench, seconds: number): Promise<Round> {
  const tps = { watched: 0, unwatched: 0, notified: 0 }
  for (const name of ['unwatched', 'watched', 'notified'] as const) {
    tps[name] = await writer.call('flood', { table: tables[name], rows: TICKETS, seconds })
    // What the relay still has to read would be read at the expense of the next one.
    await untilRecorded(client)
  }
  return tps
}
