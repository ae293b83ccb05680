/**
 * The secrets of a webhook, ready for use. They are read with the webhook and kept until it changes; one that a rotation
 * has put an end to stops signing at its time, whether or not the webhook is read again by then.
 */
import { createSecretKey } from 'node:crypto'
import { parseSecret, type SigningKey } from './sign.ts'

export interface HeldSecret {
  secret: string
  /** Null: no end. */
  ends_in_ms: number | null
}

export interface Keyring {
  /** Those that sign at this instant (performance.now), the newest first. */
  keys(now: number): readonly SigningKey[]
  /** The text of the newest secret as a key: what a receiver of GitHub's kind is configured with. Null: there is none. */
  readonly hub_key: SigningKey | null
}

/** Secrets come with the newest first; `read_at` is the instant (performance.now) that their ends are counted from. */
export function createKeyring(secrets: readonly HeldSecret[], read_at: number): Keyring {
  let held = secrets.map(({ secret, ends_in_ms }) => ({
    key: parseSecret(secret),
    ends_at: ends_in_ms === null ? Number.POSITIVE_INFINITY : read_at + ends_in_ms,
  }))
  let keys = held.map(({ key }) => key)
  let good_until = Math.min(...held.map(({ ends_at }) => ends_at))
  const [newest] = secrets
  return {
    keys(now) {
      if (now < good_until) return keys
      held = held.filter(({ ends_at }) => now < ends_at)
      keys = held.map(({ key }) => key)
      good_until = Math.min(...held.map(({ ends_at }) => ends_at))
      return keys
    },
    hub_key: newest === undefined ? null : createSecretKey(Buffer.from(newest.secret)),
  }
}
