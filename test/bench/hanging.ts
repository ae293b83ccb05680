/**
 * Nine healthy receivers beside one that never answers, and without it, in turns: what is compared is how long the
 * deliveries of the nine take, from a queue that is there from the start.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { type Bench, queueEvents, queueFor, registerTenants, removeWebhooks, type Scenario } from './bench.ts'
import { atLeast } from './finding.ts'
import type { RelayProcess } from './relays.ts'

const HEALTHY = 9
const MAX_IN_FLIGHT = 10

export const hanging: Scenario = async (bench) => {
  const each = bench.quick ? 600 : 2_500
  const relay = await bench.startRelay()
  await round(bench, relay, each, false)
  const rates = { with: [] as number[], without: [] as number[] }
  for (let number = 1; number <= bench.rounds; number += 1) {
    // In turns: what comes second finds warmer caches.
    for (const with_hanging of number % 2 === 1 ? [false, true] : [true, false])
      rates[with_hanging ? 'with' : 'without'].push(await round(bench, relay, each, with_hanging))
    bench.say(`hanging ${number}: ${rates.with.at(-1)?.toFixed(0)}/s, without ${rates.without.at(-1)?.toFixed(0)}/s`)
  }
  await relay.stop()
  const ratio = rates.with.map((rate, index) => rate / (rates.without[index] ?? Number.NaN))
  return [
    {
      what: 'nine healthy receivers beside a hanging one ÷ without it',
      unit: '',
      rounds: ratio,
      bar: atLeast(0.95),
      aim: atLeast(1),
    },
    { what: '  the nine beside it, deliveries', unit: '/s', rounds: rates.with },
  ]
}

/** Deliveries a second of the nine. */
async function round(bench: Bench, relay: RelayProcess, each: number, with_hanging: boolean): Promise<number> {
  const { client, origin, receiver } = bench
  const tenants = with_hanging ? HEALTHY + 1 : HEALTHY
  await registerTenants(client, { url: `${origin}/ok`, tenants, max_in_flight: MAX_IN_FLIGHT })
  await client.query(`update outbox.webhooks set url = $1 where tenant = $2`, [`${origin}/hang`, String(HEALTHY + 1)])
  await receiver.call('reset', 'nothing')
  const began_at = await queueFor([relay], () => queueEvents(client, each * tenants, tenants))
  const ended_at = await receiver.call('until', each * HEALTHY)
  // Its deliveries go with their webhook, and what hangs is let go.
  await removeWebhooks(client)
  await receiver.call('release', undefined)
  await untilFree(client)
  return (each * HEALTHY * 1_000) / (ended_at - began_at)
}

async function untilFree(client: Bench['client']): Promise<void> {
  for (;;) {
    const { rows } = await client.query<{ free: boolean }>('select not exists (select from outbox.batches) as free')
    if (rows[0]?.free === true) return
    await wait(5)
  }
}
