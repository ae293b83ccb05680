/** What a schema found wrong, told by field. */
import type { z } from '@hono/zod-openapi'
import { Problem, type FieldError } from './problem.ts'

type Issue = z.core.$ZodIssue

/** `known`: the fields that the request may have. */
export function violation(issues: readonly Issue[], known: readonly string[]): Problem {
  const errors = issues.flatMap((issue) => errorsOf(issue, known))
  return new Problem(422, errors.map(({ field, detail }) => `${field}: ${detail}`).join('; '), { errors })
}

function errorsOf(issue: Issue, known: readonly string[]): FieldError[] {
  const path = issue.path.map(String)
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      field: [...path, key].join('.'),
      detail: 'is no field of this request',
      ...(path.length === 0 && { hint: `Fields are: ${known.join(', ')}.` }),
    }))
  }
  return [{ field: path.join('.') || 'body', detail: lowerFirst(issue.message) }]
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1)
}
