/** What to do while there is nothing to see: the two statements that make a first delivery. */
import { html } from 'hono/html'
import type { Html } from '../parts/layout.ts'

const REGISTER = `insert into outbox.webhooks (url, events)
values ('https://example.com/webhook', '{ticket.*}');`

const WATCH = `select outbox.watch('public.tickets', 'ticket.created', 'insert');`

export function firstSteps(has_webhooks: boolean): Html {
  return html`<section class="steps">
    <h2>No deliveries yet</h2>
    <p>Two statements, and every new row is POSTed to a URL of yours.</p>
    <ol>
      <li class="${has_webhooks ? 'done' : ''}">
        Register a webhook: where to, and which events. ${has_webhooks ? html`<strong>Done.</strong>` : ''}
        <pre>${REGISTER}</pre>
      </li>
      <li>
        Watch a table: which change makes which event.
        <pre>${WATCH}</pre>
      </li>
    </ol>
    <p>Then insert a row into that table: its delivery appears here.</p>
  </section>`
}
