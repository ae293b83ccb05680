/** The body of a request, before its fields are looked at. */
import type { MiddlewareHandler } from 'hono'
import { Problem } from './problem.ts'

/** An event's data may be 16 MB, by the bounds of the settings, and has company. */
const MOST_BYTES = 17 * 1_048_576
const JSON_TYPE = /^application\/([a-z.-]+\+)?json(;|$)/i

export function jsonBody(optional: boolean): MiddlewareHandler {
  return async (c, next) => {
    // Before a byte is read, where its length is announced.
    if (Number(c.req.header('content-length') ?? 0) > MOST_BYTES) throw tooLarge()
    const text = await c.req.text()
    if (text.length > MOST_BYTES) throw tooLarge()
    const type = c.req.header('content-type')
    if (text === '' && optional && !JSON_TYPE.test(type ?? '')) return next()
    if (type === undefined || !JSON_TYPE.test(type))
      throw new Problem(415, 'Send the body as JSON, with Content-Type: application/json.')
    // The validator of the schema reads it from here.
    if (text === '' && optional) c.req.bodyCache.text = Promise.resolve('{}') as never
    else parse(text)
    return next()
  }
}

function tooLarge(): Problem {
  return new Problem(413, `The body is larger than ${MOST_BYTES} bytes.`)
}

function parse(text: string): void {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch (error) {
    throw new Problem(400, `The body is no JSON: ${(error as SyntaxError).message}.`)
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    throw new Problem(422, 'body: is no JSON object', { errors: [{ field: 'body', detail: 'is no JSON object' }] })
}
