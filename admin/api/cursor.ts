/** Where a list goes on. Opaque, so that what it is made of can change; bound to its list, so that none is misread. */
import { invalid } from './problem.ts'

export type ListKind = 'webhooks' | 'deliveries' | 'events' | 'event-types' | 'audit' | 'replays'

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

const POSITIONS: Readonly<Record<ListKind, RegExp>> = {
  webhooks: /^\d{1,18} [0-9a-f-]{36}$/,
  deliveries: UUID,
  events: UUID,
  'event-types': /^[A-Za-z0-9_.]{1,128}$/,
  audit: /^\d{1,18}$/,
  replays: /^\d{1,18}$/,
}

export function cursorOf(kind: ListKind, position: string | null): string | null {
  return position === null ? null : Buffer.from(`${kind}:${position}`).toString('base64url')
}

/** Null: from the beginning. */
export function positionOf(kind: ListKind, cursor: string | undefined): string | null {
  if (cursor === undefined) return null
  const text = Buffer.from(cursor, 'base64url').toString()
  const position = text.startsWith(`${kind}:`) ? text.slice(kind.length + 1) : ''
  if (POSITIONS[kind].test(position)) return position
  throw invalid('cursor', 'is none of this list', 'Give next_cursor as the page before answered it, or leave it out.')
}
