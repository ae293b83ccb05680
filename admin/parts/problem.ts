/** What is shown when a page cannot be. It says what the reader can do something about, and nothing else. */
import type { Context } from 'hono'
import { html } from 'hono/html'
import { layout, root } from './layout.ts'

const TITLES = {
  403: 'Not allowed',
  404: 'Not found',
  500: 'Error',
  503: 'Database unavailable',
} as const

export function problem(c: Context, status: keyof typeof TITLES, sentence: string): Response | Promise<Response> {
  const title = TITLES[status]
  const content = html`<h1>${title}</h1>
    <p>${sentence}</p>
    <p><a href="${root(c)}">To the overview</a></p>`
  return c.html(layout(c, { title: `${title} · Outbox`, content, refresh: null, reads: [] }), status)
}
