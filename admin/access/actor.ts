/** Who asks, and what they may do. */

/** Each includes the one before. The pages call who has them viewer, operator and admin. */
export const scopes = ['read', 'write', 'admin'] as const
export type Scope = (typeof scopes)[number]

export const roleOf: Readonly<Record<Scope, string>> = { read: 'viewer', write: 'operator', admin: 'admin' }

export interface Actor {
  /** The name of the token, for the audit log. */
  name: string
  scope: Scope
  /** By which door: a bearer token at the API, or a session of the pages. */
  door: 'api' | 'page'
  /** The address that the request came from. Null: unknown. */
  address: string | null
}

export function allows(actor: Actor, needed: Scope): boolean {
  return scopes.indexOf(actor.scope) >= scopes.indexOf(needed)
}

/** What the routes find in their context once `access` has let a request through. */
export interface Env {
  Variables: {
    actor: Actor
    /** For forms, which carry it back in the field `csrf`, and for htmx, which sends it as X-CSRF-Token. */
    csrf: string
  }
}
