/**
 * From the acknowledgement of a commit to the arrival of its request: the writer and the receiver read the same clock,
 * and the title of the ticket tells which commit a request is of. A request may overtake the acknowledgement, then the
 * time is below zero.
 */
import { type Bench, removeWebhooks, type Scenario, untilRecorded } from './bench.ts'
import { atMost, type Bound, quantile } from './finding.ts'
import { fillTickets, TICKETS } from './tickets.ts'

export const latency: Scenario = async (bench) => {
  const { client } = bench
  await fillTickets(client, 'public.tickets')
  await client.query(`insert into outbox.webhooks (url, events, max_in_flight) values ($1, '{ticket.updated}', 50)`, [
    `${bench.origin}/ok/latency`,
  ])
  const relay = await bench.startRelay()
  await measure(bench, 500, 2)
  const calm: number[][] = []
  const busy: number[][] = []
  for (let number = 1; number <= bench.rounds; number += 1) {
    calm.push(await measure(bench, 50, bench.quick ? 4 : 10))
    busy.push(await measure(bench, 2_000, bench.quick ? 2 : 5))
    bench.say(`latency ${number}: p50 ${show(calm, 0.5)}, p99 ${show(calm, 0.99)}; at 2,000/s p99 ${show(busy, 0.99)}`)
  }
  await relay.stop()
  await removeWebhooks(client)
  const finding = (what: string, of: number[][], share: number, bar?: Bound, aim?: Bound) => ({
    what,
    unit: 'ms' as const,
    rounds: of.map((times) => quantile(times, share)),
    ...(bar === undefined ? {} : { bar }),
    ...(aim === undefined ? {} : { aim }),
  })
  return [
    finding('commit acknowledged → request received, 50 events/s, p50', calm, 0.5, atMost(1.5), atMost(0.8)),
    finding('  the same, p99', calm, 0.99, atMost(5), atMost(2.5)),
    finding('  the same, longest', calm, 1),
    finding('the same at 2,000 events/s beside the writers, p99', busy, 0.99, atMost(100), atMost(20)),
    finding('  the same, p50', busy, 0.5),
    finding('  the same, longest', busy, 1),
  ]
}

const show = (rounds: number[][], share: number) => `${quantile(rounds.at(-1) ?? [], share).toFixed(2)} ms`

async function measure(bench: Bench, rate: number, seconds: number): Promise<number[]> {
  const { receiver, writer } = bench
  await receiver.call('reset', 'titles')
  const acknowledged = await writer.call('pace', { table: 'public.tickets', rows: TICKETS, rate, seconds })
  await receiver.call('until', acknowledged.length)
  await untilRecorded(bench.client)
  const { keys, times } = await receiver.call('recorded', undefined)
  const first = new Map<number, number>()
  for (const [index, key] of keys.entries()) {
    const place = Number(key.split('/')[1])
    if (!first.has(place)) first.set(place, times[index] ?? Number.NaN)
  }
  return Array.from(acknowledged, (at, place) => (first.get(place) ?? Number.NaN) - at)
}
