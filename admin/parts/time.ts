/** Instants, as `<time>`. "Now" is the database's: the clock of this machine may differ from the one that wrote them. */
import { html } from 'hono/html'
import type { Html } from './layout.ts'

const UNITS: readonly (readonly [seconds: number, name: string])[] = [
  [86_400, 'd'],
  [3_600, 'h'],
  [60, 'min'],
  [1, 's'],
]

/** `12 s`, `4 min`, `3 h`, `2 d`: the largest unit of which there are two, so that it is never off by half. */
function span(seconds: number): string {
  const [size, name] = UNITS.find(([unit]) => seconds >= (unit === 1 ? 0 : 2 * unit)) ?? [1, 's']
  return `${Math.floor(seconds / size)} ${name}`
}

/** `12 s ago`, `in 4 min`. */
export function relative(at: Date, now: Date): string {
  const seconds = (at.getTime() - now.getTime()) / 1000
  if (seconds >= 1) return `in ${span(seconds)}`
  return seconds > -1 ? 'now' : `${span(-seconds)} ago`
}

/** `2026-11-23 10:00:00.123 UTC`. */
export function absolute(at: Date): string {
  return `${at.toISOString().replace('T', ' ').slice(0, -1)} UTC`
}

/** `10:00:00`, with the date where that is another day. */
export function clock(at: Date, now: Date): string {
  const text = at.toISOString()
  const same_day = text.slice(0, 10) === now.toISOString().slice(0, 10)
  return `${same_day ? '' : `${text.slice(5, 10)} `}${text.slice(11, 19)}`
}

export function relativeTime(at: Date, now: Date): Html {
  return html`<time datetime="${at.toISOString()}" title="${absolute(at)}">${relative(at, now)}</time>`
}

/** The clock for those who compare with a log, and how long ago for everybody else. */
export function clockTime(at: Date, now: Date): Html {
  return html`<time datetime="${at.toISOString()}" title="${absolute(at)}" data-show="clock"
    ><span class="clock at">${clock(at, now)}</span> <span class="ago">${relative(at, now)}</span></time
  >`
}

export function fullTime(at: Date, now: Date): Html {
  return html`<time datetime="${at.toISOString()}" title="${absolute(at)}" data-show="full"
      ><span class="at">${absolute(at)}</span></time
    >
    <span class="ago">${relative(at, now)}</span>`
}

/** Counts down, once a second, where there is script. */
export function countdown(at: Date, now: Date): Html {
  return html`<time datetime="${at.toISOString()}" title="${absolute(at)}" data-now="${now.toISOString()}"
    ><span class="in">${at <= now ? 'due' : relative(at, now)}</span></time
  >`
}
