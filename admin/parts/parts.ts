/** Small pieces that many pages are made of. */
import type { Context } from 'hono'
import { html } from 'hono/html'
import { root, type Html } from './layout.ts'

export type Tone = 'good' | 'wait' | 'bad' | ''

export function badge(text: string, tone: Tone): Html {
  return html`<span class="badge ${tone}">${text}</span>`
}

/** The head of a page: where it stands, what it is, what can be done. */
export function head(given: {
  title: string | Html
  about?: string | Html
  crumbs?: Html
  actions?: readonly (Html | '')[]
}): Html {
  const { title, about, crumbs, actions } = given
  return html`<div class="head">
    <div>
      ${crumbs === undefined ? '' : html`<div class="crumbs">${crumbs}</div>`}
      <h1>${title}</h1>
      ${about === undefined ? '' : html`<p>${about}</p>`}
    </div>
    ${actions === undefined ? '' : html`<div class="actions">${actions}</div>`}
  </div>`
}

/** A part of a page under a heading of its own. */
export function part(title: string, content: Html, beside: Html | '' = ''): Html {
  return html`<section class="part">
    <header>
      <h2>${title}</h2>
      ${beside}
    </header>
    ${content}
  </section>`
}

export function facts(rows: readonly (readonly [name: string, value: string | Html] | null)[]): Html {
  return html`<dl class="facts">
    ${rows.map((row) =>
      row === null
        ? ''
        : html`<dt>${row[0]}</dt>
            <dd>${row[1]}</dd>`,
    )}
  </dl>`
}

/** What would be here, and how it gets there. */
export function empty(title: string, content: Html): Html {
  return html`<div class="empty">
    <h2>${title}</h2>
    ${content}
  </div>`
}

/** Text to copy. */
export function code(text: string | Html): Html {
  return html`<div class="code">
    <pre>${text}</pre>
    <button type="button" class="button small copy" data-copy hidden>Copy</button>
  </div>`
}

/** Below a list: the older part, the newest again, and how far a search has looked. */
export function pager(c: Context, given: { next: string | null; note?: string | Html }): Html | '' {
  const { next, note } = given
  const query = new URL(c.req.url).searchParams
  const paged = query.has('before')
  if (next === null && !paged && note === undefined) return ''
  const address = (before: string | null) => {
    query.delete('before')
    if (before !== null) query.set('before', before)
    return `${root(c)}${c.req.path.slice(1)}?${query.toString()}`
  }
  return html`<div class="pager">
    <span>${note ?? ''}</span>
    <span
      >${paged ? html`<a class="button small" href="${address(null)}">Newest</a>` : ''}
      ${next === null ? '' : html`<a class="button small" href="${address(next)}" rel="next">Older</a>`}</span
    >
  </div>`
}
