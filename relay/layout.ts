/**
 * Text written by others, made fit to print. No control character reaches the terminal as it is: an escape sequence in a
 * payload could rewrite what is on the screen, or worse. JSON is laid out by moving its own tokens, never by parsing and
 * writing it again: the digits of a number stay as they were sent.
 */

export type Ink = 'dim' | 'bold' | 'green' | 'red' | 'yellow' | 'cyan'
export type Paint = (ink: Ink, text: string) => string

export interface Layout {
  lines: string[]
  /** Whether something was left out. */
  cut: boolean
}

interface Cursor {
  lines: string[]
  line: string
  depth: number
  /** The last token opened an object or array: if the next one closes it, both stay on one line. */
  opened: boolean
}

interface Token {
  token: string
  kind: 'mark' | 'key' | 'text' | 'word'
}

const INK = { key: 'cyan', text: 'green', word: 'yellow' } as const
const INDENT = '  '
const MAX_LINES = 200
const MAX_LENGTH = 500
/** Deeper nesting moves no further to the right: ten thousand brackets would otherwise make lines of as many spaces. */
const MAX_DEPTH = 40

const START_OF_TOKEN = /["{}[\],]|[^\s{}[\],:"]+/g
const COLON = /\s*:/y
/** Control characters, invisible ones such as those that turn the direction of text, and line separators. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu

/** Every unsafe character as the escape JSON has for it. */
export function escapeUnsafe(text: string): string {
  return text.replaceAll(UNSAFE, (character) => {
    const units = Array.from({ length: character.length }, (_, i) => character.charCodeAt(i))
    return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('')
  })
}

/** JSON indented, anything else line by line as it is. */
export function layOut(text: string, paint: Paint): Layout {
  return isJson(text) ? layOutJson(text, paint) : layOutText(text)
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

function layOutText(text: string): Layout {
  const all = text.split(/\r?\n/, MAX_LINES + 1)
  const lines = all.slice(0, MAX_LINES)
  const cut = all.length > MAX_LINES || lines.some((line) => line.length > MAX_LENGTH)
  return { lines: lines.map((line) => shorten(line.replaceAll('\t', INDENT))), cut }
}

/** For valid JSON only: what is between the tokens is skipped, not checked. */
function layOutJson(text: string, paint: Paint): Layout {
  const at: Cursor = { lines: [], line: '', depth: 0, opened: false }
  let cut = false
  for (const { token, kind } of tokensOf(text)) {
    if (at.lines.length >= MAX_LINES) return { lines: at.lines, cut: true }
    cut ||= token.length > MAX_LENGTH
    if (kind === 'mark') {
      placeMark(at, token, paint)
      continue
    }
    breakAfterOpening(at)
    at.line += paint(INK[kind], shorten(token))
    if (kind === 'key') at.line += `${paint('dim', ':')} `
  }
  return { lines: [...at.lines, at.line], cut }
}

function* tokensOf(text: string): Generator<Token> {
  const start = new RegExp(START_OF_TOKEN)
  for (let found = start.exec(text); found !== null; found = start.exec(text)) {
    const [first] = found
    if (first !== '"') {
      yield { token: first, kind: '{}[],'.includes(first) ? 'mark' : 'word' }
      continue
    }
    start.lastIndex = endOfString(text, found.index)
    COLON.lastIndex = start.lastIndex
    yield { token: text.slice(found.index, start.lastIndex), kind: COLON.test(text) ? 'key' : 'text' }
  }
}

/** By hand: a regular expression overflows the stack on a string with millions of escapes. */
function endOfString(text: string, start: number): number {
  let i = start + 1
  while (i < text.length && text[i] !== '"') i += text[i] === '\\' ? 2 : 1
  return i + 1
}

function placeMark(at: Cursor, mark: string, paint: Paint): void {
  const closes = mark === '}' || mark === ']'
  if (closes) {
    at.depth -= 1
    if (!at.opened) breakLine(at)
    at.opened = false
  } else if (mark !== ',') {
    breakAfterOpening(at)
    at.depth += 1
    at.opened = true
  }
  at.line += paint('dim', mark)
  if (mark === ',') breakLine(at)
}

function breakAfterOpening(at: Cursor): void {
  if (at.opened) breakLine(at)
  at.opened = false
}

function breakLine(at: Cursor): void {
  at.lines.push(at.line)
  at.line = INDENT.repeat(Math.min(at.depth, MAX_DEPTH))
}

function shorten(text: string): string {
  return text.length <= MAX_LENGTH ? escapeUnsafe(text) : `${escapeUnsafe(text.slice(0, MAX_LENGTH))}…`
}
