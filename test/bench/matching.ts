/**
 * What claiming and matching a batch costs when 10,000 webhooks are registered and few of them match, beside 10: once
 * where the others want other types of events, once where they want those of other tenants. No relay runs; the bench
 * makes its two calls.
 */
import { type Bench, queueEvents, removeWebhooks, type Scenario } from './bench.ts'
import { now } from './clock.ts'
import { atMost } from './finding.ts'

const FEW = 10
const MANY = 10_000
const MATCHING = 2
const BATCH = 500

type Kind = 'type' | 'tenant'

export const matching: Scenario = async (bench) => {
  const { client } = bench
  const { rows } = await client.query<{ id: number }>(`select outbox.register_relay('bench', '0', '1 h') as id`)
  const relay = rows[0]?.id ?? 0
  const batches = bench.quick ? 5 : 20
  const ratios = { type: [] as number[], tenant: [] as number[] }
  await register(client, 'type', FEW)
  await claimAndMatch(client, relay, batches)
  for (let number = 1; number <= bench.rounds; number += 1) {
    for (const kind of ['type', 'tenant'] as const) {
      const few = await withWebhooks(client, kind, FEW, () => claimAndMatch(client, relay, batches))
      const many = await withWebhooks(client, kind, MANY, () => claimAndMatch(client, relay, batches))
      bench.say(
        `matching ${number} by ${kind}: ${few.toFixed(2)} ms a batch with ${FEW}, ${many.toFixed(2)} ms with ${MANY}`,
      )
      ratios[kind].push(many / few)
    }
  }
  await client.query('select outbox.retire_relay($1)', [relay])
  await removeWebhooks(client)
  const finding = (what: string, rounds: number[]) => ({
    what,
    unit: '' as const,
    rounds,
    bar: atMost(1.5),
    aim: atMost(1.1),
  })
  return [
    finding('claiming and matching, 10,000 webhooks ÷ 10, others want other types', ratios.type),
    finding('  the same, others want other tenants', ratios.tenant),
  ]
}

async function withWebhooks<T>(client: Bench['client'], kind: Kind, count: number, work: () => Promise<T>): Promise<T> {
  await removeWebhooks(client)
  await register(client, kind, count)
  await client.query('vacuum analyze outbox.webhooks')
  await client.query('vacuum analyze outbox.webhook_patterns')
  return work()
}

/** Two that match everything that is queued, and others that match nothing of it. */
async function register(client: Bench['client'], kind: Kind, count: number): Promise<void> {
  await client.query(`set client_min_messages = 'error'`) // the other types do not exist
  await client.query(
    `insert into outbox.webhooks (url, events, tenant)
     select 'http://127.0.0.1:9/' || n,
            case when n > $2 and $3 = 'type' then array['other.happened_' || n] else '{bench.*}' end,
            case when n > $2 and $3 = 'tenant' then 'other ' || n end
     from generate_series(1, $1::integer) as n`,
    [count, MATCHING, kind],
  )
  await client.query('reset client_min_messages')
}

/** Milliseconds a batch. */
async function claimAndMatch(client: Bench['client'], relay: number, batches: number): Promise<number> {
  await queueEvents(client, batches * BATCH, 1)
  const began_at = now()
  let taken = 0
  for (;;) {
    const next = await client.query<{ batch_id: string }>({
      name: 'bench next_batch',
      text: 'select batch_id, id, type, body from outbox.next_batch($1)',
      values: [relay],
    })
    const id = next.rows[0]?.batch_id
    if (id === undefined) break
    taken += 1
    await client.query({
      name: 'bench batch_matches',
      text: 'select webhook_id, version, event_ids::text from outbox.batch_matches($1)',
      values: [id],
    })
    await client.query({
      name: 'bench finish',
      text: 'select outbox.finish_batches($1, array[$2::bigint])',
      values: [relay, id],
    })
  }
  return (now() - began_at) / taken
}
