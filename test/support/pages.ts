/** From page to page of a search. */
import { onTestFinished } from 'vitest'
import { createPool } from '../../admin/pool.ts'
import type { Found } from '../../admin/search.ts'
import { expect } from './fixture.ts'

export function poolOf(database: { url: string }) {
  const pool = createPool({ url: database.url })
  onTestFinished(() => pool.close())
  return pool
}

/** From page to page until there are no more; `between` is called after each. */
export async function pages<Row extends { id: string }>(
  search: (position: string | null) => Promise<Found<Row>>,
  between: () => Promise<unknown> = () => Promise.resolve(),
): Promise<Found<Row>[]> {
  const found: Found<Row>[] = []
  for (let position: string | null = null; ;) {
    const page: Found<Row> = await search(position)
    found.push(page)
    await between()
    if (page.next === null) return found
    // Otherwise it would never end.
    expect(page.next).not.toBe(position)
    position = page.next
  }
}

/** Before every row. */
export const OLDEST = '00000000-0000-0000-0000-000000000000'

export const idsOf = (found: readonly Found<{ id: string }>[]) =>
  found.flatMap((page) => page.rows.map((row) => row.id))
