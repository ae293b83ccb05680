/** JSON that people type into a form. */
import type { Refusal } from '../refusal.ts'

/** What is wrong with it, and where. Null: it is JSON. */
export function jsonFault(field: string, text: string): Refusal | null {
  try {
    JSON.parse(text)
    return null
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/\.$/, '') : 'it ends too early'
    return wrong(
      field,
      `This is no JSON: ${reason}`,
      'Names and texts stand in double quotes, and no comma ends a list.',
    )
  }
}

export function wrong(field: string, message: string, hint: string | null = null): Refusal {
  return { kind: 'invalid', message, hint, field }
}

/** The fields of a form that was sent; what is not there is empty. */
export function textsOf(body: Record<string, unknown>): (name: string) => string {
  return (name) => {
    const value = body[name]
    return typeof value === 'string' ? value.replaceAll('\0', '').trim() : ''
  }
}
