/**
 * Two relays share a queue; one is killed in the middle. The time from then until a delivery that was leased to it
 * arrives from the other one.
 */
import { setTimeout as wait } from 'node:timers/promises'
import {
  type Bench,
  queueEvents,
  queueFor,
  registerTenants,
  removeWebhooks,
  type Scenario,
  untilRecorded,
} from './bench.ts'
import { now } from './clock.ts'
import { atMost } from './finding.ts'

const WEBHOOKS = 8
/** What arrives so soon after the kill was on its way already. */
const ON_ITS_WAY_MS = 50

export const crash: Scenario = async (bench) => {
  const events = bench.quick ? 10_000 : 30_000
  const rounds: number[] = []
  for (let number = 1; number <= bench.rounds; number += 1) {
    const ms = await round(bench, events)
    bench.say(`crash ${number}: resumed after ${ms.toFixed(0)} ms`)
    rounds.push(ms / 1_000)
  }
  return [{ what: "a crashed relay's work resumed", unit: 's', rounds, bar: atMost(2), aim: atMost(0.5) }]
}

async function round(bench: Bench, events: number): Promise<number> {
  const { client, receiver } = bench
  // Receivers that take their time: else the queue is gone before the other relay has noticed anything.
  await registerTenants(client, { url: `${bench.origin}/slow/20`, tenants: WEBHOOKS, max_in_flight: 20 })
  const doomed = await bench.startRelay()
  const other = await bench.startRelay()
  await receiver.call('reset', 'ids')
  await queueFor([doomed, other], () => queueEvents(client, events, WEBHOOKS))
  await receiver.call('until', events / 5)
  const leased = await killWithLeases(client, doomed)
  const recorded = await untilRecorded(client).then(() => receiver.call('recorded', undefined))
  await other.stop()
  await removeWebhooks(client)
  const first = recorded.keys.findIndex(
    (id, index) => leased.ids.has(id) && (recorded.times[index] ?? 0) > leased.killed_at + ON_ITS_WAY_MS,
  )
  if (first < 0) throw new Error('nothing of what the killed relay held has arrived')
  return (recorded.times[first] ?? Number.NaN) - leased.killed_at
}

/** What it held without having recorded it. A batch is held until the others look for the dead a second time. */
async function killWithLeases(
  client: Bench['client'],
  relay: { pid: number; kill: () => void },
): Promise<{ killed_at: number; ids: Set<string> }> {
  for (;;) {
    const { rows } = await client.query<{ id: number; holds: boolean }>(
      `select r.id, exists (select from outbox.batches as b where b.leased_by = r.id) as holds
       from outbox.relays as r where split_part(r.name, ':', -1) = $1`,
      [String(relay.pid)],
    )
    const [row] = rows
    if (row === undefined) throw new Error('the relay to be killed is not registered')
    if (!row.holds) {
      await wait(5)
      continue
    }
    relay.kill()
    const killed_at = now()
    const held = await client.query<{ id: string }>(
      `select e.id from outbox.batches as b cross join unnest(b.event_ids) as e (id)
       where b.leased_by = $1 and not exists (select from outbox.settled_deliveries as s where s.event_id = e.id and s.id between outbox.uuid_at(now() - interval '1 hour') and outbox.uuid_at(now() + interval '1 hour'))
       union all
       select p.event_id from outbox.pending_deliveries as p where p.leased_by = $1`,
      [row.id],
    )
    return { killed_at, ids: new Set(held.rows.map(({ id }) => id)) }
  }
}
