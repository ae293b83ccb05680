/** What every page has around it. */
import type { Context } from 'hono'
import { html } from 'hono/html'
import { version } from '../../sql/package.ts'
import { assets } from '../assets.ts'
import { flash } from './flash.ts'
import { navigation } from './nav.ts'

export type Html = ReturnType<typeof html>

/**
 * No eval, no inline script: the Content-Security-Policy forbids both. A failed request replaces nothing unless the
 * element says so, and a `<details>` that the reader opened stays open when its surroundings are refreshed.
 */
const htmxConfig = JSON.stringify({
  history: false,
  defaultTimeout: 10_000,
  noSwap: [204, 304, '4xx'],
  morphIgnore: ['data-htmx-powered', 'open'],
})

/** Whether htmx asks, and wants what stands inside `<main>` only. */
export function wantsFragment(c: Context): boolean {
  return c.req.header('HX-Request-Type') === 'partial'
}

/** The way to the root of the admin, relative: it may be served below a prefix that we do not know. */
export function root(c: Context): string {
  return '../'.repeat(c.req.path.split('/').length - 2) || './'
}

export interface Page {
  title: string
  content: Html
  /** Where the content is refreshed from every 2 s, relative to the page. Null: it does not change by itself. */
  refresh: string | null
  /** Statements that show the same in psql. */
  reads: readonly string[]
}

/** Answers with the page, or with the inside of its `<main>` where htmx asks for that. */
export function show(c: Context, page: Page): Response | Promise<Response> {
  c.header('Vary', 'HX-Request-Type')
  return c.html(wantsFragment(c) ? inside(page) : layout(c, page))
}

/** Around it the navigation, for those who are logged in. */
export function layout(c: Context, page: Page): Html {
  const base = root(c)
  // A page that changes by itself must be able to hold still; the address says so, so this needs no script.
  const paused = c.req.query('refresh') === 'off'
  const inside_session = c.get('actor') !== undefined
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="htmx-config" content="${htmxConfig}" />
        <title>${page.title}</title>
        <link rel="icon" href="${base}${assets.icon.path}" />
        <link rel="stylesheet" href="${base}${assets.style.path}" />
        <script src="${base}${assets.htmx.path}" defer></script>
        <script src="${base}${assets.script.path}" defer></script>
      </head>
      <body class="${inside_session ? 'framed' : ''}" ${inside_session ? csrfHeader(c) : ''}>
        <a class="skip" href="#main">To the content</a>
        ${inside_session ? navigation(c) : ''}
        <div class="page">
          ${flash(c)}
          ${paused || page.refresh === null ? html`<main id="main">${inside(page)}</main>` : live(page, page.refresh)}
          <footer>
            ${page.reads.length > 0 ? readsOf(page.reads) : ''}
            <p>
              outbox ${version} · <span data-zone>times are UTC</span>, by the clock of the database
              ${page.refresh === null ? '' : pauseLink(paused)}
            </p>
          </footer>
        </div>
      </body>
    </html>`
}

function csrfHeader(c: Context): Html {
  return html`hx-headers:inherited="${JSON.stringify({ 'X-CSRF-Token': c.get('csrf') })}"`
}

function pauseLink(paused: boolean): Html {
  return paused
    ? html`<a class="live" href="?">Paused: refresh every 2 s</a>`
    : html`<a class="live" href="?refresh=off">Live: pause</a>`
}

function live(page: Page, address: string): Html {
  return html`<main
    id="main"
    hx-get="${address}"
    hx-trigger="every 2s"
    hx-swap="innerMorph"
    hx-status:5xx="target:#stale swap:innerHTML"
  >
    ${inside(page)}
  </main>`
}

/** The place for "this is what was read last" comes along, empty, with every refresh that succeeds. */
function inside({ content }: Page): Html {
  return html`<p id="stale" role="status"></p>
    ${content}`
}

function readsOf(reads: readonly string[]): Html {
  return html`<details>
    <summary>This page in psql: <code>${inShort(reads[0] ?? '')}</code></summary>
    <pre>${reads.join('\n\n')}</pre>
  </details>`
}

/** Which view, in what order, how many: on one line. */
function inShort(statement: string): string {
  return statement.replace(/^select .*?\nfrom /s, 'select … from ').replaceAll(/\s+/g, ' ')
}
