/** What a page waits for when it lists or searches: full pages in no time, and rare things within the time of a search. */
import type { Query } from '../../admin/pool.ts'
import { findDeliveries, findEvents } from '../../admin/search.ts'
import type { Client } from '../../sql/db.ts'
import { now } from './clock.ts'
import { atMost, type Finding } from './finding.ts'

/** The time of a search (400 ms), and the last portion. */
const LONGEST_MS = 700
const PAGE_MS = 300
const BEFORE_PENDING = `interval '1 hour'`

type Search = (query: Query) => Promise<{ rows: unknown[]; searched_to: Date | null }>

export async function searches(client: Client, times: number): Promise<Finding[]> {
  const { rows } = await client.query<{ busy: string; quiet: string; failing: string; until: Date; txid: string }>(`
    select (select w.id from outbox.webhooks as w where w.url like '%/500') as busy,
           (select w.id from outbox.webhooks as w where w.description = 'quiet') as quiet,
           (select s.webhook_id from outbox.settled_deliveries as s where s.status = 'dead' limit 1) as failing,
           now() - ${BEFORE_PENDING} as until, (select e.txid::text from outbox.events as e order by e.id desc limit 1) as txid`)
  const [{ busy, quiet, failing, until, txid } = { busy: '', quiet: '', failing: '', until: null, txid: '' }] = rows
  const full: Record<string, Search> = {
    'the newest deliveries': (query) => findDeliveries(query, {}),
    'deliveries of a webhook': (query) => findDeliveries(query, { webhook_id: busy, until }),
    'dead deliveries': (query) => findDeliveries(query, { statuses: ['dead'] }),
    'dead deliveries of a webhook': (query) => findDeliveries(query, { statuses: ['dead'], webhook_id: failing }),
    'held deliveries': (query) => findDeliveries(query, { statuses: ['held'] }),
    'deliveries by type': (query) => findDeliveries(query, { event_types: ['bench.*'] }),
    'the newest events': (query) => findEvents(query, {}),
    'events by type': (query) => findEvents(query, { event_types: ['bench.settled'] }),
    'events of a transaction': (query) => findEvents(query, { txid }),
  }
  const rare: Record<string, Search> = {
    'deliveries of a webhook that has three': (query) => findDeliveries(query, { webhook_id: quiet }),
    'deliveries answered with 503': (query) => findDeliveries(query, { response: '503' }),
    'deliveries of a key': (query) => findDeliveries(query, { key: '42' }),
    'deliveries of a key that does not exist': (query) => findDeliveries(query, { key: 'no such key' }),
    'deliveries that contain what none does': (query) => findDeliveries(query, { contains: 'zebra' }),
    'dead deliveries that contain what none does': (query) =>
      findDeliveries(query, { contains: 'zebra', statuses: ['dead'] }),
    'pending deliveries that contain what none does': (query) =>
      findDeliveries(query, { contains: 'zebra', statuses: ['pending', 'held'] }),
    'events of a key': (query) => findEvents(query, { key: '42' }),
    'events that contain what none does': (query) => findEvents(query, { contains: 'zebra' }),
  }
  const findings: Finding[] = []
  for (const [what, search] of Object.entries(full)) findings.push(await measure(client, what, search, times, PAGE_MS))
  for (const [what, search] of Object.entries(rare))
    findings.push(await measure(client, what, search, times, LONGEST_MS))
  return findings
}

async function measure(client: Client, what: string, search: Search, times: number, bar_ms: number): Promise<Finding> {
  const query: Query = async <R extends object>(statement: string, values: unknown[] = []) =>
    (await client.query<R>(statement, values)).rows
  const rounds: number[] = []
  let found = { rows: [] as unknown[], searched_to: null as Date | null }
  for (let time = 1; time <= times; time += 1) {
    await client.query('begin isolation level repeatable read read only')
    const began_at = now()
    found = await search(query)
    rounds.push(now() - began_at)
    await client.query('commit')
  }
  const days = found.searched_to === null ? null : (Date.now() - Number(found.searched_to)) / 86_400_000
  const end = days === null ? '' : `, searched back ${days.toFixed(1)} days`
  return { what: `search: ${what} (${found.rows.length} rows${end})`, unit: 'ms', rounds, bar: atMost(bar_ms) }
}
