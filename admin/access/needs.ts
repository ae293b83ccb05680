/** What a route asks of the actor. */
import type { MiddlewareHandler } from 'hono'
import { problem } from '../parts/problem.ts'
import { allows, roleOf, type Env, type Scope } from './actor.ts'
import { Refused } from './refused.ts'

/** Answers 403 to whoever has a lesser scope: the API by raising Refused, the pages with a page that says so. */
export function needs(scope: Scope): MiddlewareHandler<Env> {
  return async (c, next) => {
    const actor = c.get('actor')
    if (allows(actor, scope)) return next()
    if (actor.door === 'api')
      throw new Refused(
        403,
        `This needs the scope ${scope}; the token ${JSON.stringify(actor.name)} has ${actor.scope}.`,
        {
          'www-authenticate': `Bearer realm="outbox", error="insufficient_scope", scope="${scope}"`,
        },
      )
    const sentence = `This is for whoever is logged in as ${roleOf[scope]}; you are ${roleOf[actor.scope]}.`
    return problem(c, 403, sentence)
  }
}
