/** The webhooks that this relay sends to, with their keys, kept as of the version that matching saw. */
import { createSecret } from '../sql/secret.ts'
import { createKeyring, type HeldSecret, type Keyring } from './keyring.ts'
import { addFirstSecret, relayWebhooks } from './queries.ts'
import type { Session } from './session.ts'
import { parseTarget, type Target } from './target.ts'

export interface Webhook {
  id: string
  version: number
  /** Null: nothing can be sent there, for the reason in `fault`. outbox.webhooks refuses such rows. */
  target: Target | null
  fault: string
  keyring: Keyring
  /** Headers of its own, flat: name, value, … */
  headers: readonly string[]
  hub_signature: boolean
  max_in_flight: number
  rate_limit: number | null
  timeout_ms: number
  /** Its deliveries are to wait in the database. */
  paused: boolean
}

interface Row {
  id: string
  version: number
  url: string
  max_in_flight: number
  rate_limit: number | null
  timeout_ms: number | null
  paused: boolean
  headers: string[]
  hub_signature: boolean
  secrets: HeldSecret[]
}

export interface WebhookReader {
  /** The webhooks as they are now; one that has been deleted is missing. */
  read(ids: readonly string[]): Promise<Webhook[]>
}

export function createWebhookReader(deps: {
  session: Session
  default_timeout_ms: number
  longest_timeout_ms: number
}): WebhookReader {
  const { session, default_timeout_ms, longest_timeout_ms } = deps

  const rows = (ids: readonly string[]) => session.query<Row>(relayWebhooks, [ids])

  /** A webhook inserted by SQL has no secret yet: the first relay that meets it makes one. */
  const withSecrets = async (ids: readonly string[]): Promise<Row[]> => {
    const found = await rows(ids)
    const bare = found.filter((row) => row.secrets.length === 0)
    if (bare.length === 0) return found
    for (const row of bare) await session.query(addFirstSecret, [row.id, createSecret()])
    return rows(ids)
  }

  return {
    async read(ids) {
      if (ids.length === 0) return []
      // Before the answer, so that no secret signs past its end by the time that the answer took.
      const read_at = performance.now()
      return (await withSecrets(ids)).map((row) => ({
        id: row.id,
        version: row.version,
        ...targetOf(row, read_at),
        headers: row.headers,
        hub_signature: row.hub_signature,
        max_in_flight: row.max_in_flight,
        rate_limit: row.rate_limit,
        timeout_ms: Math.min(row.timeout_ms ?? default_timeout_ms, longest_timeout_ms),
        paused: row.paused,
      }))
    },
  }
}

function targetOf(row: Row, read_at: number): Pick<Webhook, 'target' | 'fault' | 'keyring'> {
  try {
    return { target: parseTarget(row.url), fault: '', keyring: createKeyring(row.secrets, read_at) }
  } catch (error) {
    const fault = error instanceof Error ? error.message : String(error)
    return { target: null, fault, keyring: createKeyring([], read_at) }
  }
}
