/** Lines over time, as SVG made here: without script, and told in words to those who do not see them. */
import { html, raw } from 'hono/html'
import type { Html } from './layout.ts'

export interface Line {
  name: string
  /** For the style sheet. */
  tone: 'first' | 'second'
  /** One for each step; null: there was nothing. */
  values: readonly (number | null)[]
}

const WIDTH = 720
const HEIGHT = 120
const TOP = 8

/** Whole milliseconds up to a second, then seconds. */
export function milliseconds(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`
}

/** `about` says what is drawn, and over what time. */
export function lineChart(given: { about: string; from: string; to: string; lines: readonly Line[] }): Html {
  const { about, from, to, lines } = given
  const most = Math.max(1, ...lines.flatMap(({ values }) => numbers(values)))
  const words = [about, ...lines.map(inWords)].join('. ')
  return html`<figure class="chart">
    <figcaption>
      ${lines.map(({ name, tone }) => html`<span class="key ${tone}">${name}</span> `)}
      <span class="muted">up to ${milliseconds(most)}</span>
    </figcaption>
    <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${words}">
      <line class="base" x1="0" y1="${HEIGHT - 1}" x2="${WIDTH}" y2="${HEIGHT - 1}" />
      ${lines.map(({ values, tone }) => html`<path class="${tone}" d="${raw(path(values, most))}" />`)}
    </svg>
    <div class="span muted"><span>${from}</span><span>${to}</span></div>
  </figure>`
}

function numbers(values: Line['values']): number[] {
  return values.filter((value) => value !== null)
}

function inWords({ name, values }: Line): string {
  const known = numbers(values)
  if (known.length === 0) return `${name}: nothing`
  const last = known.at(-1) ?? 0
  return `${name}: from ${milliseconds(Math.min(...known))} to ${milliseconds(Math.max(...known))}, last ${milliseconds(last)}`
}

/** Where there was nothing the line is broken; a value between two such steps is a dot. */
function path(values: Line['values'], most: number): string {
  const x = (index: number) => ((index / Math.max(1, values.length - 1)) * WIDTH).toFixed(1)
  const y = (value: number) => (HEIGHT - 1 - (value / most) * (HEIGHT - TOP)).toFixed(1)
  return values
    .map((value, index) => {
      if (value === null) return ''
      const begins = (values[index - 1] ?? null) === null
      const ends = (values[index + 1] ?? null) === null
      const point = `${begins ? 'M' : 'L'}${x(index)} ${y(value)}`
      return begins && ends ? `${point}h0.1` : point
    })
    .join('')
}
