/** How the API refuses a request before it looks at what is asked. */
import { HTTPException } from 'hono/http-exception'

const TITLES = {
  401: 'Unauthorized',
  403: 'Forbidden',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
} as const

/** Carries its answer: whoever catches it can send it as it is. */
export class Refused extends HTTPException {
  constructor(status: keyof typeof TITLES, detail: string, headers: Record<string, string> = {}) {
    const body = JSON.stringify({ type: 'about:blank', title: TITLES[status], status, detail })
    const res = new Response(body, { status, headers: { 'content-type': 'application/problem+json', ...headers } })
    super(status, { message: detail, res })
  }
}
