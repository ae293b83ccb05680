/**
 * What this relay knows to have leased. The answer to a claim can be lost with its connection, and then something is
 * leased that nobody works on: comparing this with the database finds it.
 */
export interface Leases {
  batches: Set<string>
  /** Ids of claimed pending deliveries. */
  deliveries: Set<string>
}

export function createLeases(): Leases {
  return { batches: new Set(), deliveries: new Set() }
}
