/** How long a form may be. */
import type { MiddlewareHandler } from 'hono'

const MOST_BYTES = 1_048_576

/**
 * Judged by what was announced, before a byte is read; the server lets no more arrive than that. Browsers announce the
 * length of every form.
 */
export const formSize: MiddlewareHandler = async (c, next) => {
  if (c.req.header('transfer-encoding') !== undefined) return c.text('A form needs a Content-Length.\n', 411)
  if (Number(c.req.header('content-length') ?? 0) > MOST_BYTES) return c.text('This is more than 1 MB.\n', 413)
  return next()
}
