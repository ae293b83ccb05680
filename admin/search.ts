/**
 * Searches that answer in time, however many deliveries there are. Nothing indexes what people search for: such an index
 * would cost each delivery more than the search is worth. So a search reads backwards from the newest row, in portions
 * that grow as long as they are quick, until the page is full, the oldest row is reached, or its time is used up; then it
 * says how far it has come, and can be continued from there.
 *
 * A position is an id: rows on one side of it have been seen. Continuing skips and repeats none of the rows that were
 * there both times.
 */
import type { Query } from './pool.ts'
import {
  beginPortion,
  deliveryPortion,
  endPortion,
  eventPortion,
  foundDeliveries,
  foundEvents,
  limitPortion,
  type DeliveryFilter,
  type EventFilter,
  type FoundDelivery,
  type FoundEvent,
  type PortionRow,
} from './queries/search.ts'

export interface Page {
  /** A position: what is older. */
  before?: string | null
  /** A position: what is newer. Without `before` the rows next to it, for going back by a page. */
  after?: string | null
  max_rows?: number
  /** A search that has found too little by then says how far it has come. */
  budget_ms?: number
}

export interface Found<Row> {
  /** Newest first. */
  rows: Row[]
  /** Where to go on: `before`, or `after` where only that was given. Null: there are no more. */
  next: string | null
  /** How far it had come when its time was used up. Null: the page is full, or everything has been searched. */
  searched_to: Date | null
}

const MAX_ROWS = 50
const BUDGET_MS = 400
/** Rows of the first portion: a few milliseconds, even where all of them have to be looked at closely. */
const FIRST_PORTION = 500
const LARGEST_PORTION = 200_000
/** Portions grow no faster: the rows of one may be dearer than those of the one before. */
const GROWTH = 4
/** How much of the time that is left a portion may take by the rate of the one before. */
const SHARE = 0.6
/** A portion that met a cold cache is given up, and a smaller one tried; but it is given so long, whatever time is left. */
const LEAST_LIMIT_MS = 200
const SHRINKING = 8
const QUERY_CANCELED = '57014'

/** To be called inside one transaction (pool.read), whose snapshot all portions then share. */
export function findDeliveries(query: Query, filter: DeliveryFilter, page: Page = {}): Promise<Found<FoundDelivery>> {
  const { webhook_id, statuses, event_types, key, tenant, response, contains, since, until } = filter
  const values = [webhook_id, statuses, event_types, key, tenant, response, contains, since, until]
  const search = (range: Range, rows: number) => [...values, range.before, range.after, rows, range.oldest_first]
  return walk(query, page, {
    portion: async (range, rows) => {
      const [found] = await query<PortionRow>(deliveryPortion, [...search(range, 1), rows])
      return found?.position ?? null
    },
    find: (range, max_rows) => query<FoundDelivery>(foundDeliveries, search(range, max_rows)),
  })
}

/** As above. */
export function findEvents(query: Query, filter: EventFilter, page: Page = {}): Promise<Found<FoundEvent>> {
  const { event_types, key, tenant, contains, since, until, txid } = filter
  return walk(query, page, {
    portion: async ({ before, after, oldest_first }, rows) => {
      // The events of a transaction are found by an index.
      if (txid != null) return null
      const [found] = await query<PortionRow>(eventPortion, [since, until, before, after, rows, oldest_first])
      return found?.position ?? null
    },
    find: ({ before, after, oldest_first }, max_rows) =>
      query<FoundEvent>(foundEvents, [
        event_types,
        key,
        tenant,
        contains,
        since,
        until,
        before,
        after,
        max_rows,
        txid,
        oldest_first,
      ]),
  })
}

interface Range {
  before: string | null
  after: string | null
  oldest_first: boolean
}

interface Steps<Row> {
  /** The position that so many rows reach to. Null: the range holds no more than that. */
  portion(range: Range, rows: number): Promise<string | null>
  find(range: Range, max_rows: number): Promise<Row[]>
}

async function walk<Row extends { id: string }>(query: Query, page: Page, steps: Steps<Row>): Promise<Found<Row>> {
  const { before = null, after = null, max_rows = MAX_ROWS, budget_ms = BUDGET_MS } = page
  const oldest_first = after !== null && before === null
  const began_at = performance.now()
  const rows: Row[] = []
  const found = (next: string | null, searched_to: Date | null = null) => ({
    rows: oldest_first ? rows.toReversed() : rows,
    next,
    searched_to,
  })
  let range: Range = { before, after, oldest_first }
  for (let portion = FIRST_PORTION, moved = false; ;) {
    const portion_began_at = performance.now()
    const left_ms = budget_ms - (portion_began_at - began_at)
    if (moved && left_ms <= 0) return found(position(range), timeOf(position(range)))
    const end = await steps.portion(range, portion)
    const part = oldest_first ? { ...range, before: end } : { ...range, after: end ?? after }
    // One more than is wanted, to know whether there is one.
    const find = () => steps.find(part, max_rows + 1 - rows.length)
    const more = portion > 1 ? await within(query, Math.max(left_ms, LEAST_LIMIT_MS), find) : await find()
    if (more === null) {
      portion = Math.ceil(portion / SHRINKING)
      continue
    }
    rows.push(...more)
    if (rows.length > max_rows) {
      rows.length = max_rows
      return found(rows.at(-1)?.id ?? null)
    }
    if (end === null || rows.length === max_rows) return found(end)
    const took_ms = performance.now() - portion_began_at
    const growth = Math.min(GROWTH, (SHARE * (left_ms - took_ms)) / took_ms)
    portion = Math.ceil(Math.min(LARGEST_PORTION, Math.max(portion * growth, 1)))
    range = oldest_first ? { ...range, after: end } : { ...range, before: end }
    moved = true
  }
}

function position({ before, after, oldest_first }: Range): string {
  return (oldest_first ? after : before) ?? ''
}

/** Null: it took longer. The transaction can go on in any case. */
async function within<T>(query: Query, limit_ms: number, work: () => Promise<T>): Promise<T | null> {
  await query(beginPortion)
  await query(limitPortion, [`${Math.ceil(limit_ms)}ms`])
  try {
    return await work()
  } catch (error) {
    if ((error as { code?: unknown }).code === QUERY_CANCELED) return null
    throw error
  } finally {
    await query(endPortion)
  }
}

/** The first 48 bits of an id are milliseconds. */
function timeOf(id: string): Date {
  return new Date(Number.parseInt(id.replace('-', '').slice(0, 12), 16))
}
