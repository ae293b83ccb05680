/** The OpenAPI document, written from the operations themselves. */
import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Env } from '../access/actor.ts'

export function addDocument(app: OpenAPIHono<Env>): void {
  app.openAPIRegistry.registerComponent('securitySchemes', 'token', {
    type: 'http',
    scheme: 'bearer',
    description:
      'A token, as made by `outbox token create`, the page Access or POST /tokens. Scopes: read, write, admin.',
  })
  let document: string | null = null
  app.get('/openapi.json', (c) => {
    document ??= JSON.stringify(documentOf(app))
    return c.body(document, 200, { 'content-type': 'application/json' })
  })
}

export function documentOf(app: OpenAPIHono<Env>) {
  return app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Outbox',
      version: '1',
      description:
        'Webhooks for applications that only write to Postgres. Lists answer `next_cursor`: give it as `cursor` for the next page. ' +
        'Unknown fields are refused; errors are `application/problem+json` and name the fields.',
    },
    servers: [{ url: '/api/v1' }],
  })
}
