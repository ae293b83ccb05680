/** What is asked of a path by a method that it does not have. */
import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Env } from '../access/actor.ts'
import { Problem } from './problem.ts'

/** To be called after all operations. */
export function addMethodCheck(app: OpenAPIHono<Env>): void {
  const paths = app.routes.map(({ method, path }) => ({ method, pattern: patternOf(path) }))
  app.all('*', (c) => {
    const path = c.req.path.replace(/^.*?\/api\/v1(?=\/|$)/, '')
    const allowed = new Set(paths.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method))
    if (allowed.size === 0) throw new Problem(404, `There is nothing at ${c.req.path}; see /api/v1/openapi.json.`)
    const allow = [...allowed].toSorted().join(', ')
    throw new Problem(405, `${c.req.method} is not allowed here; ${allow} is.`, { headers: { allow } })
  })
}

function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replaceAll('.', '\\.').replace(/:[a-z_]+/g, '[^/]+')}$`)
}
