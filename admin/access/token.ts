/** Whose a token is: at the API, and at the login. */
import type { Log } from '../../sql/log.ts'
import type { Pool } from '../pool.ts'
import { authenticateToken, type TokenHolderRow } from '../queries/access.ts'
import type { Scope } from './actor.ts'
import { isSame, sha256 } from './hash.ts'
import { createThrottle } from './throttle.ts'

/** What the token of the environment is called in the audit log. */
const FROM_ENVIRONMENT = 'OUTBOX_ADMIN_TOKEN'

export interface Holder {
  name: string
  scope: Scope
  /** Null: the token of the environment, or a login link. */
  token_id: string | null
  /** The hash of the token of the environment, which ends sessions when it changes. Null: it is not that one. */
  token_hash: Buffer | null
}

export type Verdict = { kind: 'known'; holder: Holder } | { kind: 'unknown' } | { kind: 'throttled'; wait_s: number }

export interface Tokens {
  verify(token: string, address: string | null): Promise<Verdict>
  /** For guesses at something else, such as the code of a login link. */
  throttle: ReturnType<typeof createThrottle>
}

export function createTokens(deps: { pool: Pool; log: Log; admin_token: string | null }): Tokens {
  const { pool, log, admin_token } = deps
  const throttle = createThrottle()
  /** Whoever guesses from the address of a good client, behind the same proxy, must not shut that client out. */
  const proven = new Set<string>()

  const holderOf = async (token: string): Promise<Holder | null> => {
    if (admin_token !== null && isSame(token, admin_token))
      return { name: FROM_ENVIRONMENT, scope: 'admin', token_id: null, token_hash: sha256(admin_token) }
    const [row] = await pool.run<TokenHolderRow>(authenticateToken, [sha256(token)])
    return row === undefined ? null : { name: row.name, scope: row.scope, token_id: row.id, token_hash: null }
  }

  return {
    throttle,
    async verify(token, address) {
      const key = sha256(token).toString('hex')
      const wait_s = proven.has(key) ? null : throttle.wait(address)
      if (wait_s !== null) return { kind: 'throttled', wait_s }
      const holder = await holderOf(token)
      if (holder !== null) {
        proven.add(key)
        return { kind: 'known', holder }
      }
      proven.delete(key)
      throttle.failed(address)
      log.warn('admin.token_refused', { address })
      return { kind: 'unknown' }
    },
  }
}
