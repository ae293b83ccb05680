/** What the form of a webhook holds: as it was filled in, or as the webhook is. */
import type { Query } from '../pool.ts'
import { refusalOf, type Refusal } from '../refusal.ts'
import { casts, type WebhookFormRow } from '../queries/webhook-form.ts'

const TEXTS = [
  'url',
  'description',
  'filter',
  'body_template',
  'format',
  'tenant',
  'max_in_flight',
  'rate_limit',
  'timeout',
  'retry_schedule',
] as const
type Texts = Record<(typeof TEXTS)[number], string>

export interface Draft extends Texts {
  /** Null: it is not registered yet. */
  id: string | null
  version: string
  events: readonly string[]
  ordered: boolean
  hub_signature: boolean
  headers: readonly (readonly [name: string, value: string])[]
}

/** What stands for a value that is kept: outbox.webhooks never shows the value itself. */
export const KEPT = '***'
/** Says in a retry schedule that there is no second attempt: an empty field is the default. */
const NONE = 'none'

export const newDraft: Draft = {
  id: null,
  version: '',
  url: '',
  description: '',
  events: [],
  filter: '',
  body_template: '',
  format: 'standard',
  tenant: '',
  max_in_flight: '10',
  rate_limit: '',
  timeout: '',
  retry_schedule: '',
  ordered: false,
  hub_signature: false,
  headers: [],
}

export function draftOf(row: WebhookFormRow): Draft {
  return {
    id: row.id,
    version: String(row.version),
    url: row.url,
    description: row.description ?? '',
    events: row.events,
    filter: row.filter ?? '',
    body_template: row.body_template ?? '',
    format: row.format,
    tenant: row.tenant ?? '',
    max_in_flight: row.max_in_flight,
    rate_limit: row.rate_limit ?? '',
    timeout: row.timeout === null ? '' : shortWait(row.timeout),
    retry_schedule: row.retry_schedule === null ? '' : scheduleText(row.retry_schedule),
    ordered: row.ordered,
    hub_signature: row.hub_signature,
    headers: row.header_names.map((name) => [name, KEPT] as const),
  }
}

export function scheduleText(waits: readonly string[]): string {
  return waits.length === 0 ? NONE : waits.map(shortWait).join(', ')
}

/** `02:00:00` as `2 h`. What is not that simple stays as Postgres writes it. */
function shortWait(wait: string): string {
  const [, h, m, s] = /^(\d+):(\d\d):(\d\d)$/.exec(wait) ?? []
  const seconds = Number(h) * 3_600 + Number(m) * 60 + Number(s)
  if (Number.isNaN(seconds)) return wait
  if (seconds % 3_600 === 0 && seconds > 0) return `${seconds / 3_600} h`
  return seconds % 60 === 0 && seconds > 0 ? `${seconds / 60} min` : `${seconds} s`
}

export type FormBody = Record<string, unknown>

export function draftFrom(body: FormBody, id: string | null): Draft {
  const texts = Object.fromEntries(TEXTS.map((name) => [name, all(body, name)[0]?.trim() ?? ''])) as Texts
  const values = all(body, 'header_value')
  const patterns = (all(body, 'patterns')[0] ?? '').split(/[\s,]+/).filter((pattern) => pattern !== '')
  return {
    ...texts,
    body_template: texts.body_template.replaceAll('\r\n', '\n'),
    id,
    version: all(body, 'version')[0] ?? '',
    events: [...new Set([...all(body, 'events'), ...patterns])],
    ordered: all(body, 'ordered').length > 0,
    hub_signature: all(body, 'hub_signature').length > 0,
    headers: all(body, 'header_name')
      .map((name, row) => [name.trim(), values[row]?.trim() ?? ''] as const)
      .filter(([name, value]) => name !== '' || value !== ''),
  }
}

/** Postgres has no text with NUL in it. */
export function all(body: FormBody, name: string): string[] {
  const given = body[name]
  const list: unknown[] = Array.isArray(given) ? given : [given]
  return list.filter((value) => typeof value === 'string').map((value) => value.replaceAll('\0', ''))
}

/** In the order of the parameters of registerWebhook. */
export function valuesOf(draft: Draft): unknown[] {
  return [
    draft.url,
    orNull(draft.description),
    draft.events,
    orNull(draft.filter),
    orNull(draft.body_template),
    draft.format,
    headersOf(draft),
    orNull(draft.tenant),
    draft.ordered,
    draft.hub_signature,
    orNull(draft.max_in_flight),
    orNull(draft.rate_limit),
    orNull(draft.timeout),
    waitsOf(draft.retry_schedule),
  ]
}

export function orNull(text: string): string | null {
  return text === '' ? null : text
}

/** Put together as text: an object would keep only the last of two headers of one name, instead of having them refused. */
function headersOf({ headers }: Draft): string | null {
  if (headers.length === 0) return null
  return `{${headers.map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`).join(', ')}}`
}

function waitsOf(schedule: string): string[] | null {
  if (schedule === '') return null
  if (schedule.toLowerCase() === NONE) return []
  return schedule
    .split(/[,\n]/)
    .map((wait) => wait.trim())
    .filter((wait) => wait !== '')
}

/** A value that is no such thing at all: refused with the name of its field. */
export class WrongField extends Error {
  readonly refusal: Refusal
  constructor(refusal: Refusal) {
    super(refusal.message)
    this.refusal = refusal
  }
}

const HINTS: Readonly<Record<keyof typeof casts, string>> = {
  filter: 'It is a jsonpath, such as $.record.priority == "high". Text stands in double quotes.',
  max_in_flight: 'Give a whole number from 1 to 1000.',
  rate_limit: 'Give a whole number from 1 to 100000, or leave it empty.',
  timeout: 'Give a time such as 10 s, or leave it empty.',
  retry_schedule: 'List waits, such as 5 s, 5 min, 2 h; none for no second attempt.',
}

export async function checkCasts(query: Query, draft: Draft): Promise<void> {
  for (const [name, statement] of Object.entries(casts) as [keyof typeof casts, string][]) {
    const value = name === 'retry_schedule' ? waitsOf(draft[name]) : orNull(draft[name])
    try {
      await query(statement, [value])
    } catch (error) {
      const refusal = refusalOf(error)
      if (refusal === null) throw error
      throw new WrongField({ ...refusal, field: name, hint: HINTS[name] })
    }
  }
}

/** Null: this is no refusal. */
export function faultOf(error: unknown): Refusal | null {
  return error instanceof WrongField ? error.refusal : refusalOf(error)
}
