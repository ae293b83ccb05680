/** A day in 24 bars, as SVG: no script, and as sharp as the screen. */
import { html } from 'hono/html'
import type { Html } from './layout.ts'

const HEIGHT = 24
const STEP = 4
const BAR = 3

/** Both from the oldest hour to the present one. */
export interface Day {
  delivered: readonly number[]
  failed: readonly number[]
}

/** Each is as high as its own busiest hour: it shows the course of a day, the number beside it how much that was. */
export function sparkline(day: Day): Html {
  const highest = Math.max(...day.delivered.map((count, hour) => count + (day.failed[hour] ?? 0)), 1)
  return html`<svg
    class="sparkline"
    role="img"
    viewBox="0 0 ${day.delivered.length * STEP} ${HEIGHT}"
    width="${day.delivered.length * STEP}"
    height="${HEIGHT}"
  >
    <title>${inWords(day)}</title>
    ${day.delivered.map((count, hour) => bars(hour, count, day.failed[hour] ?? 0, highest))}
  </svg>`
}

/** What failed stands at the bottom, where every bar begins; the least of it is still a line to be seen. */
function bars(hour: number, delivered: number, failed: number, highest: number): Html {
  const tall = (count: number) => (count === 0 ? 0 : Math.max(1.5, (count / highest) * HEIGHT))
  const low = tall(failed)
  const high = Math.min(tall(delivered), HEIGHT - low)
  const rect = (name: string, y: number, height: number) =>
    height <= 0
      ? ''
      : html`<rect
          class="${name}"
          x="${hour * STEP}"
          y="${y.toFixed(1)}"
          width="${BAR}"
          height="${height.toFixed(1)}"
        />`
  if (delivered + failed === 0)
    return html`<rect class="none" x="${hour * STEP}" y="${HEIGHT - 1}" width="${BAR}" height="1" />`
  return html`${rect('failed', HEIGHT - low, low)}${rect('delivered', HEIGHT - low - high, high)}`
}

function inWords({ delivered, failed }: Day): string {
  const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0)
  const [fine, wrong] = [sum(delivered), sum(failed)]
  if (fine + wrong === 0) return 'No attempts in 24 hours'
  return `Attempts of 24 hours: ${fine.toLocaleString('en')} delivered, ${wrong.toLocaleString('en')} failed`
}
