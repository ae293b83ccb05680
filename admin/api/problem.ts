/** What the API answers when it does not do what was asked (RFC 9457), so that a program can branch on it and a person mend it. */
import { HTTPException } from 'hono/http-exception'
import type { Refusal } from '../refusal.ts'

const KINDS = {
  400: ['malformed', 'Bad Request'],
  401: ['unauthorized', 'Unauthorized'],
  403: ['forbidden', 'Forbidden'],
  404: ['not_found', 'Not Found'],
  405: ['method_not_allowed', 'Method Not Allowed'],
  409: ['conflict', 'Conflict'],
  412: ['precondition_failed', 'Precondition Failed'],
  413: ['too_large', 'Content Too Large'],
  415: ['unsupported_media_type', 'Unsupported Media Type'],
  422: ['invalid', 'Unprocessable Content'],
  429: ['too_many_requests', 'Too Many Requests'],
  500: ['internal', 'Internal Server Error'],
  503: ['unavailable', 'Service Unavailable'],
} as const

export type ProblemStatus = keyof typeof KINDS

export interface FieldError {
  /** Path in the body such as `headers.X-Team`, or the name of a parameter of the query or header. */
  field: string
  detail: string
  hint?: string
}

interface Extras {
  errors?: FieldError[]
  headers?: Record<string, string>
}

/** Carries its answer: whoever catches it can send it as it is. */
export class Problem extends HTTPException {
  constructor(status: ProblemStatus, detail: string, { errors = [], headers = {} }: Extras = {}) {
    const [code, title] = KINDS[status]
    const body = JSON.stringify({ type: `urn:outbox:problem:${code}`, title, status, detail, code, errors })
    const res = new Response(body, { status, headers: { 'content-type': 'application/problem+json', ...headers } })
    super(status, { message: detail, res })
  }
}

export function invalid(field: string, detail: string, hint?: string): Problem {
  return new Problem(422, `${field}: ${detail}`, { errors: [{ field, detail, ...(hint !== undefined && { hint }) }] })
}

const STATUS = { invalid: 422, missing: 404, conflict: 409, forbidden: 403 } as const

export function refused({ kind, message, hint, field }: Refusal): Problem {
  const errors = field === null ? [] : [{ field, detail: message, ...(hint !== null && { hint }) }]
  // Without a field, the hint would be lost.
  const detail = field === null && hint !== null ? `${message}. ${hint}` : message
  return new Problem(STATUS[kind], detail, { errors })
}
