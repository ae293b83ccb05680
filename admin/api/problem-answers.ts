/** The problems that an operation may answer, for the document. */
import { z } from '@hono/zod-openapi'
import type { ProblemStatus } from './problem.ts'

export type { ProblemStatus } from './problem.ts'

const problemSchema = z
  .object({
    type: z.string().openapi({ example: 'urn:outbox:problem:invalid' }),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string().openapi({ example: 'invalid' }),
    errors: z.array(z.object({ field: z.string(), detail: z.string(), hint: z.string().optional() })),
  })
  .openapi('Problem')

const MEANINGS: Readonly<Record<ProblemStatus, string>> = {
  400: 'The body is no JSON.',
  401: 'No token, or one that is unknown, revoked or expired.',
  403: 'The scope of the token does not include this.',
  404: 'There is no such thing.',
  405: 'The path has no such method; see Allow.',
  409: 'The state of things forbids it.',
  412: 'It has been changed since; If-Match is not its ETag.',
  413: 'The body is too large.',
  415: 'The body is not sent as application/json.',
  422: 'A value is wrong, or a field unknown; errors name the fields.',
  429: 'Too many wrong tokens; see Retry-After.',
  500: 'A fault of the server.',
  503: 'The database is away; see Retry-After.',
}

export function problemAnswers(
  operation: { method: string; params?: unknown; body?: unknown },
  further: readonly ProblemStatus[],
) {
  const statuses = new Set<ProblemStatus>([401, 403, 422, 429, 500, 503, ...further])
  if (operation.params !== undefined) statuses.add(404)
  if (operation.body !== undefined) for (const status of [400, 413, 415] as const) statuses.add(status)
  if (operation.method === 'post') statuses.add(409)
  const content = { 'application/problem+json': { schema: problemSchema } }
  return Object.fromEntries([...statuses].map((status) => [status, { description: MEANINGS[status], content }]))
}
