/**
 * How fast one relay works off a queue, beside the most that undici can send: rounds of both, in turns, with the same
 * receiver, the same size of body and the same number of requests under way. The relay's time ends when the last
 * delivery is recorded, not when it is sent.
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
import { cpuOf, cpuOfServer, spent } from './cpu.ts'
import { atLeast, atMost, type Finding } from './finding.ts'
import type { RelayProcess } from './relays.ts'

const WEBHOOKS = 8
const MAX_IN_FLIGHT = 10
const BODY_BYTES = 500

interface Round {
  raw: number
  relay: number
  raw_cpu: number
  relay_cpu: number | null
  postgres_cpu: number | null
}

export const drain: Scenario = async (bench) => {
  const { client } = bench
  const events = bench.quick ? 8_000 : 30_000
  await registerTenants(client, { url: `${bench.origin}/ok`, tenants: WEBHOOKS, max_in_flight: MAX_IN_FLIGHT })
  const relay = await bench.startRelay()
  // Both engines compile their code in the first thousands of requests.
  await round(bench, relay, bench.quick ? 4_000 : 10_000)
  // A session tells the statistics what it changed a second later, with its next statement.
  await wait(1_200)
  await round(bench, relay, 100)
  const changed_before = await changedRows(client)
  const rounds: Round[] = []
  for (let number = 1; number <= bench.rounds; number += 1) {
    const current = await round(bench, relay, events)
    bench.say(`drain ${number}: ${current.relay.toFixed(0)}/s, raw ${current.raw.toFixed(0)}/s`)
    rounds.push(current)
  }
  // A session reports what it changed when it ends, at the latest.
  await relay.stop()
  const changed = (await changedRows(client)) - changed_before
  await removeWebhooks(client)
  return findings(rounds, (changed / (events * rounds.length)) * 10_000)
}

async function round(bench: Bench, relay: RelayProcess, events: number): Promise<Round> {
  const { client, receiver, world } = bench
  const work = { origin: bench.origin, path: '/ok/raw', requests: events, body_bytes: BODY_BYTES }
  const raw = await bench.raw.call('send', { ...work, in_flight: WEBHOOKS * MAX_IN_FLIGHT })
  await receiver.call('reset', 'nothing')
  const cpu = { relay: 0 as number | null, postgres: 0 as number | null }
  const began_at = await queueFor([relay], async () => {
    await queueEvents(client, events, WEBHOOKS)
    cpu.relay = cpuOf(relay.pid)
    cpu.postgres = cpuOfServer(world.postmaster_pid)
  })
  await receiver.call('until', events)
  const ended_at = await untilRecorded(client)
  const per_10_000 = (value: number | null) => (value === null ? null : (value / events) * 10_000)
  return {
    raw: (events * 1_000) / raw.ms,
    relay: (events * 1_000) / (ended_at - began_at),
    raw_cpu: (raw.cpu_s / events) * 10_000,
    relay_cpu: per_10_000(spent(cpu.relay, cpuOf(relay.pid))),
    postgres_cpu: per_10_000(spent(cpu.postgres, cpuOfServer(world.postmaster_pid))),
  }
}

/**
 * Every row version that an UPDATE or DELETE left behind in our schema. Counted as it happens: n_dead_tup forgets what
 * vacuum and page pruning have removed meanwhile.
 */
async function changedRows(client: Bench['client']): Promise<number> {
  await client.query('select pg_stat_clear_snapshot()')
  const { rows } = await client.query<{ changed: string }>(
    `select sum(n_tup_upd + n_tup_del) as changed from pg_stat_user_tables where schemaname = 'outbox'`,
  )
  return Number(rows[0]?.changed ?? 0)
}

function findings(rounds: readonly Round[], dead: number): Finding[] {
  const known = (pick: (round: Round) => number | null) => rounds.map(pick).filter((value) => value !== null)
  const ratio = rounds.map(({ relay, raw }) => relay / raw)
  const per_delivery = known(({ postgres_cpu }) => (postgres_cpu === null ? null : postgres_cpu * 100))
  return [
    { what: 'drain ÷ raw undici dispatch with signing', unit: '', rounds: ratio, bar: atLeast(0.6), aim: atLeast(0.8) },
    { what: '  drain, deliveries', unit: '/s', rounds: known(({ relay }) => relay) },
    { what: '  raw, requests', unit: '/s', rounds: known(({ raw }) => raw) },
    { what: '  relay CPU per 10,000 deliveries', unit: 'CPU s', rounds: known(({ relay_cpu }) => relay_cpu) },
    { what: '  raw sender CPU per 10,000', unit: 'CPU s', rounds: known(({ raw_cpu }) => raw_cpu) },
    { what: 'Postgres CPU per delivery', unit: 'µs', rounds: per_delivery, bar: atMost(20), aim: atMost(12) },
    {
      what: 'dead tuples per 10,000 first-try deliveries',
      unit: 'tuples',
      rounds: [dead],
      bar: atMost(100),
      aim: atMost(0),
    },
  ]
}
