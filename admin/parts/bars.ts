/** A chart of stacked bars, made here as SVG: no script, and read aloud as one sentence. */
import { html } from 'hono/html'
import type { Html } from './layout.ts'

export interface Bar {
  /** What the bar is of, for who points at it. */
  label: string
  good: number
  bad: number
}

const WIDTH = 600
const HEIGHT = 72

export function bars(values: readonly Bar[], summary: string): Html {
  const highest = Math.max(1, ...values.map(({ good, bad }) => good + bad))
  const step = WIDTH / Math.max(1, values.length)
  // What happened at all is seen, however small it is beside the highest.
  const height = (count: number) => (count === 0 ? 0 : Math.max(2, (count / highest) * HEIGHT))
  return html`<figure class="chart">
    <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${summary}">
      ${values.map(({ label, good, bad }, index) => {
        const of_good = height(good)
        const of_bad = height(bad)
        return html`<g
          ><title>${label}</title>
          <rect class="back" x="${at(index * step)}" y="0" width="${at(step)}" height="${HEIGHT}" />
          ${bar('good', index * step, HEIGHT - of_good, step, of_good)}
          ${bar('bad', index * step, Math.max(0, HEIGHT - of_good - of_bad), step, of_bad)}</g
        >`
      })}
    </svg>
    <figcaption><span>highest: ${highest.toLocaleString('en')}</span></figcaption>
  </figure>`
}

function bar(tone: string, x: number, y: number, step: number, height: number): Html | '' {
  if (height === 0) return ''
  return html`<rect
    class="${tone}"
    x="${at(x + step * 0.1)}"
    y="${at(y)}"
    width="${at(step * 0.8)}"
    height="${at(height)}"
  />`
}

function at(value: number): string {
  return value.toFixed(1)
}
