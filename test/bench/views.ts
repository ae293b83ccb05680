/** What looking costs: every view, as a DBA would read it in psql, and every search of the pages, on a month of history. */
import type { Client } from '../../sql/db.ts'
import type { Scenario } from './bench.ts'
import { now } from './clock.ts'
import { atMost, type Finding } from './finding.ts'
import { clearHistory, fillHistory, type Size } from './history.ts'
import { searches } from './searches.ts'

const FULL: Size = { settled: 10_000_000, pending: 100_000, webhooks: 1_000, busy: 1_000 }
const QUICK: Size = { settled: 200_000, pending: 10_000, webhooks: 1_000, busy: 50 }
const LONGEST_MS = 1_000

const ONE = `(select d.webhook_id from outbox.settled_deliveries as d where d.status = 'dead' limit 1)`

/** Views that nobody reads from end to end, and others that are also asked for one webhook. The rest is read as a whole. */
const readings: Record<string, (webhook_id: string) => string[]> = {
  webhook_deliveries: (webhook_id) => [
    'order by id desc limit 20',
    `where webhook_id = '${webhook_id}' order by id desc limit 20`,
  ],
  webhook_attempts: () => ['order by delivery_id desc limit 20'],
  dead_deliveries: (webhook_id) => [
    '',
    'limit 20',
    'order by id desc limit 20',
    `where webhook_id = '${webhook_id}' limit 20`,
  ],
  webhook_health: (webhook_id) => ['', `where webhook_id = '${webhook_id}'`],
}

export const views: Scenario = async (bench) => {
  const { client } = bench
  const size = bench.quick ? QUICK : FULL
  await fillHistory(client, size, (line) => bench.say(line))
  const disk = await client.query<{ size: string }>(
    'select pg_size_pretty(pg_database_size(current_database())) as size',
  )
  bench.say(`views: ${size.settled.toLocaleString('en')} settled deliveries, ${disk.rows[0]?.size}`)
  const findings: Finding[] = []
  for (const statement of await statements(client)) findings.push(await measure(client, statement, bench.rounds))
  findings.push(...(await searches(client, bench.rounds)))
  await clearHistory(client)
  return findings
}

/** Whatever views there are, and the functions that look at everything. */
async function statements(client: Client): Promise<string[]> {
  const one = await client.query<{ id: string; event_id: string }>(
    `select ${ONE} as id, (select e.id from outbox.events as e order by e.id desc limit 1) as event_id`,
  )
  const { rows } = await client.query<{ name: string }>(
    `select viewname::text as name from pg_views where schemaname = 'outbox' order by viewname`,
  )
  const reads = rows.flatMap(({ name }) =>
    (readings[name]?.(one.rows[0]?.id ?? '') ?? ['']).map((rest) => `select * from outbox.${name} ${rest}`.trimEnd()),
  )
  const charts = [
    'select * from outbox.activity()',
    `select * from outbox.activity(null, now() - interval '24 hours', '1 hour')`,
    `select * from outbox.activity('${one.rows[0]?.id}', now() - interval '24 hours', '5 min')`,
    'select * from outbox.sparklines(array(select w.id from outbox.webhooks as w limit 50))',
    `select * from outbox.count_deliveries('${one.rows[0]?.id}')`,
    `select * from outbox.replay('${one.rows[0]?.id}', now() - interval '30 days', dry_run => true, which => 'dead')`,
  ]
  return [
    ...reads,
    ...charts,
    'select * from outbox.doctor()',
    `select * from outbox.explain('${one.rows[0]?.event_id}')`,
  ]
}

async function measure(client: Client, statement: string, times: number): Promise<Finding> {
  const rounds: number[] = []
  for (let time = 1; time <= times; time += 1) {
    const began_at = now()
    await client.query(statement)
    rounds.push(now() - began_at)
  }
  const plan = await client.query<{ 'QUERY PLAN': string }>(`explain (analyze, buffers) ${statement}`)
  return {
    what: statement.replace(/[0-9a-f-]{36}/, '…'),
    unit: 'ms',
    rounds,
    bar: atMost(LONGEST_MS),
    explain: plan.rows.map((row) => row['QUERY PLAN']).join('\n'),
  }
}
