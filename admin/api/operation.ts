/** One operation of the API: what it takes and answers, said once, for the document, the checks and the types. */
import { z, type OpenAPIHono, type RouteConfig } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { Actor, Env, Scope } from '../access/actor.ts'
import { needs } from '../access/needs.ts'
import type { Pool, Query } from '../pool.ts'
import { jsonBody } from './body.ts'
import { write, type Value } from './json.ts'
import { once } from './once.ts'
import { problemAnswers, type ProblemStatus } from './problem-answers.ts'
import { Problem } from './problem.ts'
import { violation } from './violations.ts'

export interface Answer {
  status: 200 | 201 | 202 | 204
  body?: { readonly [name: string]: Value | undefined }
  /** Members of the body that a repetition by Idempotency-Key is not told. */
  told_once?: { readonly [name: string]: Value | undefined }
  headers?: Record<string, string>
}

export interface Call<P, Q, B> {
  c: Context<Env>
  actor: Actor
  params: P
  query: Q
  body: B
  read: <T>(work: (query: Query) => Promise<T>) => Promise<T>
  /** In one transaction on behalf of the actor; a POST with an Idempotency-Key is done once. */
  change: (work: (query: Query) => Promise<Answer>) => Promise<Answer>
}

export interface Operation<P extends z.ZodObject, Q extends z.ZodObject, B extends z.ZodType> {
  method: 'get' | 'post' | 'patch' | 'delete'
  /** As in OpenAPI: /webhooks/{id} */
  path: string
  scope: Scope
  tag: string
  summary: string
  description?: string
  params?: P
  query?: Q
  body?: B
  /** Of the body: every field may be left out, and so may the body. */
  optional?: true
  /** By status. Null: no content. */
  answers: Partial<Record<Answer['status'], z.ZodType | null>>
  problems?: readonly ProblemStatus[]
  /** Request headers besides. */
  headers?: z.ZodObject
}

export interface Api {
  app: OpenAPIHono<Env>
  pool: Pool
}

type Nothing = z.ZodObject<Record<string, never>>

export function define<B extends z.ZodType = Nothing, P extends z.ZodObject = Nothing, Q extends z.ZodObject = Nothing>(
  api: Api,
  operation: Operation<P, Q, B>,
  handle: (call: Call<z.output<P>, z.output<Q>, z.output<B>>) => Promise<Answer>,
): void {
  const { app, pool } = api
  const known = fieldsOf(operation)
  app.openapi(
    routeOf(operation),
    (async (c: Context<Env>) => {
      const valid = (target: string) => c.req.valid(target as never)
      const actor = c.get('actor')
      const answer = await handle({
        c,
        actor,
        params: valid('param'),
        query: valid('query'),
        body: valid('json'),
        read: (work) => pool.read(work),
        change: (work) => once({ c, pool, actor }, work),
      })
      return respond(answer)
    }) as never,
    ((result: { success: boolean; target: string; error?: z.ZodError }) => {
      if (result.success || result.error === undefined) return
      // An id that none can have is that of nothing.
      if (result.target === 'param') throw new Problem(404, `There is nothing at ${operation.path} with such an id.`)
      throw violation(result.error.issues, known[result.target] ?? [])
    }) as never,
  )
}

function fieldsOf({ query, body }: Operation<z.ZodObject, z.ZodObject, z.ZodType>): Record<string, string[]> {
  return {
    query: Object.keys(query?.shape ?? {}),
    json: body instanceof z.ZodObject ? Object.keys(body.shape) : [],
  }
}

function routeOf(operation: Operation<z.ZodObject, z.ZodObject, z.ZodType>): RouteConfig {
  const {
    method,
    path,
    scope,
    tag,
    summary,
    description,
    params,
    query,
    body,
    optional,
    answers,
    problems = [],
  } = operation
  const content = body === undefined ? undefined : { 'application/json': { schema: body } }
  const responses = Object.entries(answers).map(([status, schema]) => [
    status,
    schema === null
      ? { description: 'Done.' }
      : { description: DESCRIPTIONS[status] ?? 'Done.', content: { 'application/json': { schema } } },
  ])
  return {
    method,
    path,
    operationId: operationId(method, path),
    tags: [tag],
    summary,
    description: [description, `Needs a token of scope ${scope}.`].filter(Boolean).join('\n\n'),
    security: [{ token: [] }],
    middleware: [needs(scope), ...(body === undefined ? [] : [jsonBody(optional === true)])],
    request: {
      params,
      // Strict, also where nothing is expected: a misspelt filter would show everything.
      query: (query ?? z.object({})).strict(),
      headers: headersOf(operation),
      ...(content !== undefined && { body: { content, required: optional !== true } }),
    },
    responses: { ...Object.fromEntries(responses), ...problemAnswers(operation, problems) },
  }
}

const DESCRIPTIONS: Readonly<Record<string, string>> = { 200: 'Done.', 201: 'Created.', 202: 'Accepted; not done yet.' }

const idempotency = z.object({
  'idempotency-key': z.string().min(1).max(255).optional().openapi({
    description: 'Sent again with the same key within a day, the request is done once and answered the same.',
  }),
})

function headersOf({ method, headers }: Operation<z.ZodObject, z.ZodObject, z.ZodType>): z.ZodObject | undefined {
  return method === 'post' ? idempotency : headers
}

function operationId(method: string, path: string): string {
  return [method, ...path.split(/[/{}-]+/).filter(Boolean)].join('_')
}

function respond({ status, body, told_once, headers = {} }: Answer): Response {
  if (status === 204 || body === undefined) return new Response(null, { status, headers })
  const text = write({ ...body, ...told_once })
  return new Response(text, { status, headers: { 'content-type': 'application/json', ...headers } })
}
