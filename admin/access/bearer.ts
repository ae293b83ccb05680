/** `Authorization: Bearer …`, the one way into the API. A cookie is none: what carries no token by itself needs no CSRF token either. */
import type { Context, MiddlewareHandler } from 'hono'
import type { Actor, Env } from './actor.ts'
import { addressOf } from './address.ts'
import { Refused } from './refused.ts'
import type { Tokens } from './token.ts'

export function bearer(tokens: Tokens): MiddlewareHandler<Env> {
  return async (c, next) => {
    c.set('actor', await actorOf(c, tokens))
    return next()
  }
}

/** Raises Refused. */
export async function actorOf(c: Context, tokens: Tokens): Promise<Actor> {
  const given = c.req.header('authorization')
  if (given === undefined) throw unauthorized('Send a token: Authorization: Bearer obx_…')
  const token = /^Bearer +(\S+) *$/i.exec(given)?.[1]
  if (token === undefined) throw unauthorized('Authorization is not of the form: Bearer obx_…')
  const address = addressOf(c)
  const verdict = await tokens.verify(token, address)
  if (verdict.kind === 'throttled')
    throw new Refused(429, `Too many wrong tokens; try again in ${verdict.wait_s} s.`, {
      'retry-after': String(verdict.wait_s),
    })
  if (verdict.kind === 'unknown')
    throw unauthorized('The token is unknown, revoked or expired.', 'error="invalid_token"')
  return { name: verdict.holder.name, scope: verdict.holder.scope, door: 'api', address }
}

function unauthorized(detail: string, challenge = ''): Refused {
  return new Refused(401, detail, { 'www-authenticate': `Bearer realm="outbox"${challenge && `, ${challenge}`}` })
}
