/** Reads a page of deliveries. A search that Postgres refuses is no fault of the page: it shows at its field. */
import type { Context } from 'hono'
import type { Pool } from '../pool.ts'
import type { FoundDelivery } from '../queries/search.ts'
import { refusalOf, type Refusal } from '../refusal.ts'
import { findDeliveries, type Found } from '../search.ts'
import { atField, filterOf, isRefusal, type WrittenFilter } from './delivery-filter.ts'

export interface Searched {
  found: Found<FoundDelivery>
  refusal: Refusal | null
}

const NOTHING: Found<FoundDelivery> = { rows: [], next: null, searched_to: null }
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

export function isId(text: string): boolean {
  return UUID.test(text)
}

/** In a snapshot of its own: what Postgres refuses ends the transaction, and the rest of the page is shown all the same. */
export async function searchDeliveries(
  c: Context,
  pool: Pool,
  written: WrittenFilter,
  webhook_id: string | null,
): Promise<Searched> {
  const filter = filterOf(written)
  if (isRefusal(filter)) return { found: NOTHING, refusal: filter }
  const before = c.req.query('before') ?? null
  if (before !== null && !isId(before)) return { found: NOTHING, refusal: NO_POSITION }
  try {
    const found = await pool.read((query) => findDeliveries(query, { ...filter, webhook_id }, { before }))
    return { found, refusal: null }
  } catch (error) {
    const refusal = refusalOf(error)
    if (refusal === null) throw error
    return { found: NOTHING, refusal: atField(refusal) }
  }
}

const NO_POSITION: Refusal = {
  kind: 'invalid',
  message: 'This page of the list cannot be found',
  hint: 'Search again.',
  field: null,
}
