/**
 * JSON text, laid out for reading. It is never parsed: numbers keep their digits, escapes and doubled keys stay as they
 * were sent, and a text that was cut off in the middle is shown as far as it goes.
 */
import { html } from 'hono/html'
import type { Html } from './layout.ts'

const TOKEN = /"(?:[^"\\]+|\\.)*"?|[{}[\],:]|[^\s{}[\],:"]+/gs

/** A payload may nest thousands of levels deep; an indentation that follows would be longer than the text itself. */
const DEEPEST = 24

/** Longer texts are shown in one colour: tens of thousands of elements would hold up the relay in the same process. */
const COLOURED = 32_768

export function prettyJson(text: string): Html {
  const tokens = text.match(TOKEN) ?? []
  const parts: (string | Html)[] = []
  const coloured = text.length <= COLOURED
  let depth = 0
  const line = () => `\n${'  '.repeat(Math.min(depth, DEEPEST))}`
  for (const [index, token] of tokens.entries()) {
    const next = tokens[index + 1]
    if (token === '{' || token === '[') {
      depth += 1
      const empty = next === '}' || next === ']'
      parts.push(token, empty ? '' : line())
    } else if (token === '}' || token === ']') {
      depth -= 1
      const empty = tokens[index - 1] === '{' || tokens[index - 1] === '['
      parts.push(empty ? '' : line(), token)
    } else if (token === ',') parts.push(token, line())
    else if (token === ':') parts.push(': ')
    else parts.push(coloured && next === ':' ? html`<span class="name">${token}</span>` : token)
  }
  return html`${join(parts)}`
}

/** Fewer, longer pieces: each one is escaped by itself. */
function join(parts: readonly (string | Html)[]): (string | Html)[] {
  const joined: (string | Html)[] = []
  let text: string[] = []
  for (const part of parts) {
    if (typeof part === 'string') text.push(part)
    else {
      joined.push(text.join(''), part)
      text = []
    }
  }
  return [...joined, text.join('')]
}
