/** What a scenario found: one value for each round, their median, and the bar and aim of the design for it. */
import { formatTable } from '../../sql/print.ts'

export interface Finding {
  what: string
  unit: '' | 'ms' | 's' | 'µs' | 'CPU s' | '/s' | 'tuples'
  /** One value a round. Empty: it could not be measured here. */
  rounds: number[]
  bar?: Bound
  aim?: Bound
  /** The plan of the statement that was measured. */
  explain?: string
}

/** At least, or at most, so much. */
export type Bound = readonly ['≥' | '≤', number]

export const atLeast = (value: number): Bound => ['≥', value]
export const atMost = (value: number): Bound => ['≤', value]

export function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  const upper = sorted[Math.floor(middle)]
  const lower = sorted[Math.ceil(middle) - 1]
  return upper === undefined || lower === undefined ? null : (upper + lower) / 2
}

/** The value below which this share of the values lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

function meets(value: number | null, bound: Bound | undefined): boolean | null {
  if (value === null || bound === undefined) return null
  return bound[0] === '≥' ? value >= bound[1] : value <= bound[1]
}

export function asData({ what, unit, rounds, bar, aim, explain }: Finding): Record<string, unknown> {
  const value = median(rounds)
  return {
    what,
    unit,
    value,
    rounds,
    bar: bar?.join(' ') ?? null,
    aim: aim?.join(' ') ?? null,
    meets_bar: meets(value, bar),
    meets_aim: meets(value, aim),
    ...(explain === undefined ? {} : { explain }),
  }
}

export function asTable(findings: readonly Finding[]): string {
  return formatTable(
    findings.map(({ what, unit, rounds, bar, aim }) => ({
      what,
      measured: measured(rounds, unit),
      bar: boundText(bar, unit, meets(median(rounds), bar)),
      aim: boundText(aim, unit, meets(median(rounds), aim)),
    })),
  )
}

/** Of the statements that were measured, the slowest one with its plan. Empty: there was none. */
export function slowestPlan(findings: readonly Finding[]): string {
  const explained = findings.filter(({ explain }) => explain !== undefined)
  const [slowest] = explained.toSorted((a, b) => (median(b.rounds) ?? 0) - (median(a.rounds) ?? 0))
  return slowest === undefined ? '' : `The slowest: ${slowest.what}\n\n${slowest.explain}\n\n`
}

function measured(rounds: readonly number[], unit: string): string {
  const value = median(rounds)
  if (value === null) return 'not here'
  const text = withUnit(value, unit)
  if (rounds.length === 1) return text
  return `${text}  (${short(Math.min(...rounds))} to ${short(Math.max(...rounds))})`
}

function boundText(bound: Bound | undefined, unit: string, met: boolean | null): string {
  if (bound === undefined) return ''
  return `${bound[0]} ${withUnit(bound[1], unit)}${met === false ? '  missed' : ''}`
}

const withUnit = (value: number, unit: string) => (unit === '' ? short(value) : `${short(value)} ${unit}`)

/** Three digits say all that a median of three rounds knows. */
function short(value: number): string {
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en')
  return String(Number(value.toPrecision(Math.abs(value) < 1 ? 2 : 3)))
}
