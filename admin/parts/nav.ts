/** The way around: every page that has a place of its own, and who is logged in. */
import type { Context } from 'hono'
import { html } from 'hono/html'
import { allows, roleOf, type Env, type Scope } from '../access/actor.ts'
import { assets } from '../assets.ts'
import { csrfField } from './form.ts'
import { root, type Html } from './layout.ts'

interface Entry {
  /** Relative to the root of the admin. */
  path: string
  name: string
  scope: Scope
}

const groups: readonly (readonly Entry[])[] = [
  [
    { path: '', name: 'Overview', scope: 'read' },
    { path: 'webhooks', name: 'Webhooks', scope: 'read' },
    { path: 'deliveries', name: 'Deliveries', scope: 'read' },
    { path: 'events', name: 'Events', scope: 'read' },
    { path: 'event-types', name: 'Event types', scope: 'read' },
  ],
  [
    { path: 'watches', name: 'Watches', scope: 'read' },
    { path: 'relays', name: 'Relays', scope: 'read' },
    { path: 'doctor', name: 'Doctor', scope: 'read' },
  ],
  [
    { path: 'access', name: 'Tokens', scope: 'admin' },
    { path: 'audit', name: 'Audit log', scope: 'admin' },
  ],
]

/** Beside the page; on a narrow screen, where the side is hidden, a menu above it. */
export function navigation(c: Context<Env>): Html {
  return html`<aside class="side">${home(c)} ${links(c)} ${who(c)}</aside>
    <div class="bar">
      ${home(c)}
      <details>
        <summary class="button">Menu</summary>
        ${links(c)} ${who(c)}
      </details>
    </div>`
}

function home(c: Context<Env>): Html {
  const base = root(c)
  return html`<a class="home" href="${base}"
    ><img src="${base}${assets.icon.path}" alt="" width="20" height="20" />Outbox</a
  >`
}

function links(c: Context<Env>): Html {
  const actor = c.get('actor')
  const here = c.req.path.split('/')[1] ?? ''
  const link = ({ path, name }: Entry) =>
    html`<li><a href="${root(c)}${path}" ${path === here ? html`aria-current="page"` : ''}>${name}</a></li>`
  return html`<nav class="nav" aria-label="Pages">
    ${groups.map(
      (group) =>
        html`<ul>
          ${group.filter((entry) => allows(actor, entry.scope)).map(link)}
        </ul> `,
    )}
  </nav>`
}

function who(c: Context<Env>): Html {
  const { name, scope } = c.get('actor')
  return html`<div class="who">
    <bdi>${name}</bdi> ${roleOf[scope]}
    <form class="inline" method="post" action="${root(c)}logout">
      ${csrfField(c)}<button class="link">Log out</button>
    </form>
  </div>`
}
