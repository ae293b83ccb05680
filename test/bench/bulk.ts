/** One UPDATE of 100,000 rows, on a watched table and on an equal one that is not, in turns. */
import { type Bench, type Scenario, untilRecorded } from './bench.ts'
import { now } from './clock.ts'
import { atMost } from './finding.ts'
import { makeTickets } from './tickets.ts'

const ROWS = 100_000
const tables = { watched: 'public.bench_bulk_watched', unwatched: 'public.bench_bulk_unwatched' }

export const bulk: Scenario = async (bench) => {
  const { client } = bench
  await makeTickets(client, tables.watched, ROWS)
  await makeTickets(client, tables.unwatched, ROWS)
  await client.query('select outbox.watch_tickets($1::text::regclass, ignore_columns => $2)', [
    tables.watched,
    ['updated_at'],
  ])
  const relay = await bench.startRelay()
  const times = { watched: [] as number[], unwatched: [] as number[] }
  for (let number = 1; number <= bench.rounds; number += 1) {
    for (const name of ['unwatched', 'watched'] as const) times[name].push(await update(bench, tables[name]))
    bench.say(
      `bulk ${number}: watched ${times.watched.at(-1)?.toFixed(0)} ms, unwatched ${times.unwatched.at(-1)?.toFixed(0)} ms`,
    )
  }
  await relay.stop()
  const ratio = times.watched.map((ms, index) => ms / (times.unwatched[index] ?? Number.NaN))
  return [
    {
      what: 'UPDATE of 100,000 rows, time watched ÷ unwatched',
      unit: '',
      rounds: ratio,
      bar: atMost(4),
      aim: atMost(2.5),
    },
    { what: '  watched', unit: 'ms', rounds: times.watched },
  ]
}

async function update({ client }: Bench, table: string): Promise<number> {
  const began_at = now()
  await client.query(
    `update ${table} set priority = case priority when 'high' then 'normal' else 'high' end, updated_at = now()`,
  )
  const ms = now() - began_at
  await untilRecorded(client)
  await client.query(`vacuum ${table}`)
  return ms
}
