/** `/webhooks/new` and `/webhooks/:id/edit`: registering a webhook, changing it, trying it out before. */
import type { Context, Hono } from 'hono'
import { html } from 'hono/html'
import type { Env } from '../access/actor.ts'
import { needs } from '../access/needs.ts'
import { hostOf } from '../parts/delivery.ts'
import { redirect } from '../parts/flash.ts'
import { root, show, wantsFragment, type Html } from '../parts/layout.ts'
import { code, head } from '../parts/parts.ts'
import { problem } from '../parts/problem.ts'
import type { Changed, Pool, Query, Warning } from '../pool.ts'
import { forPsql } from '../queries.ts'
import * as queries from '../queries/webhook-form.ts'
import type { EventTypeRow, ScheduleRow, WebhookFormRow } from '../queries/webhook-form.ts'
import { createSecret } from '../../sql/secret.ts'
import { all, checkCasts, draftFrom, draftOf, faultOf, newDraft, valuesOf, type Draft } from './webhook-draft.ts'
import { webhookForm, type FormContent } from './webhook-form.ts'
import { attempt, type Trial } from './webhook-trial.ts'

const EDIT = '/webhooks/:id{[0-9a-f-]{36}}/edit'

export function webhookForms(app: Hono<Env>, pool: Pool): void {
  app.use('/webhooks/new', needs('write'))
  app.use(EDIT, needs('write'))
  app.get('/webhooks/new', (c) => page(c, pool, { draft: newDraft, refusal: null }))
  app.post('/webhooks/new', (c) => register(c, pool))
  app.get(EDIT, async (c) => {
    const stored = await storedDraft(pool, c.req.param('id'))
    return stored === null ? missing(c) : page(c, pool, { draft: stored, refusal: null })
  })
  app.post(EDIT, (c) => change(c, pool, c.req.param('id')))
  for (const trial of ['try-filter', 'try-body'] as const)
    app.post(`/webhooks/${trial}`, needs('write'), (c) => tryDraft(c, pool, trial))
}

function missing(c: Context<Env>): Response | Promise<Response> {
  return problem(c, 404, 'There is no such webhook.')
}

async function storedDraft(pool: Pool, id: string): Promise<Draft | null> {
  const [row] = await pool.read((query) => query<WebhookFormRow>(queries.webhookForForm, [id]))
  return row === undefined ? null : draftOf(row)
}

/** The answer is a page and no redirect: it is the one that shows the secret without leaving a row in the audit log. */
async function register(c: Context<Env>, pool: Pool): Promise<Response> {
  const draft = draftFrom(await c.req.parseBody({ all: true }), null)
  const secret = createSecret()
  const saved = await save(c, pool, draft, async (query) => {
    const [row] = await query<{ id: string }>(queries.registerWebhook, valuesOf(draft))
    await query(queries.addFirstSecret, [row?.id, secret])
    return row?.id ?? ''
  })
  if (saved instanceof Response) return saved
  const content = registered(c, { id: saved.result, draft, secret, warnings: saved.warnings })
  return show(c, { title: 'Webhook registered · Outbox', content, refresh: null, reads: [] })
}

function registered(
  c: Context<Env>,
  given: { id: string; draft: Draft; secret: string; warnings: readonly Warning[] },
): Html {
  return html`${head({ title: 'Webhook registered', about: html`<bdi>${hostOf(given.draft.url)}</bdi> gets its events from now on.` })}
    ${given.warnings.map(({ message, hint }) => html`<p class="note wait" role="status">Warning: ${message}. ${hint}</p>`)}
    <div class="note good" role="status">
      <p>This is its signing secret, with which the receiver checks that requests come from here. Keep it now.</p>
      ${code(given.secret)}
      <p class="muted">Seeing it again takes an admin, and leaves a row in the audit log.</p>
    </div>
    <p><a class="button primary" href="${root(c)}webhooks/${given.id}">To the webhook</a></p>`
}

async function change(c: Context<Env>, pool: Pool, id: string): Promise<Response> {
  const draft = draftFrom(await c.req.parseBody({ all: true }), id)
  const saved = await save(c, pool, draft, async (query) => {
    const rows = await query(queries.changeWebhook, [...valuesOf(draft), id, draft.version])
    return rows.length > 0
  })
  if (saved instanceof Response) return saved
  if (!saved.result) return stale(c, pool, draft)
  const warned = saved.warnings.map(({ message, hint }) => ` Warning: ${message}. ${hint ?? ''}`).join('')
  return redirect(c, `webhooks/${id}`, warned === '' ? 'good' : 'wait', `Changes saved.${warned}`)
}

/** A refused draft is shown again, with what is wrong. */
async function save<T>(
  c: Context<Env>,
  pool: Pool,
  draft: Draft,
  work: (query: Query) => Promise<T>,
): Promise<Changed<T> | Response> {
  try {
    return await pool.change(c.get('actor'), async (query) => {
      await checkCasts(query, draft)
      return work(query)
    })
  } catch (error) {
    const refusal = faultOf(error)
    if (refusal === null) throw error
    c.status(422)
    return page(c, pool, { draft, refusal })
  }
}

/** Somebody, or a relay, has changed it since the form was opened: what is stored now is shown, and nothing overwritten. */
async function stale(c: Context<Env>, pool: Pool, draft: Draft): Promise<Response> {
  const stored = await storedDraft(pool, draft.id ?? '')
  if (stored === null) return missing(c)
  c.status(409)
  const note = html`<div class="note wait" role="alert">
    <p>
      This webhook was changed after you had opened the form, so nothing of yours was saved. Below is what it is now.
    </p>
    ${entered(draft, stored)}
  </div>`
  return page(c, pool, { draft: stored, refusal: null }, note)
}

/** What would be lost otherwise. Header values are secrets, and not repeated. */
function entered(draft: Draft, stored: Draft): Html | '' {
  const text = (value: Draft[keyof Draft]) => (Array.isArray(value) ? value.join(' ') : String(value))
  const names = (Object.keys(newDraft) as (keyof Draft)[]).filter(
    (name) => !['id', 'version', 'headers'].includes(name),
  )
  const differing = names.filter((name) => text(draft[name]) !== text(stored[name]))
  if (differing.length === 0) return ''
  return html`<p>You had entered:</p>
    <ul>
      ${differing.map((name) => html`<li>${name}: <code>${text(draft[name]) || '(empty)'}</code></li>`)}
    </ul>`
}

/** A part of the page where htmx asks; the page with everything kept where a browser does. */
async function tryDraft(c: Context<Env>, pool: Pool, trial: Trial): Promise<Response> {
  const body = await c.req.parseBody({ all: true })
  const draft = draftFrom(body, all(body, 'id')[0] || null)
  const outcome = await attempt(pool, trial, draft)
  if (wantsFragment(c)) return c.html(outcome)
  return page(c, pool, { draft, refusal: null, tried: { trial, outcome } })
}

async function page(
  c: Context<Env>,
  pool: Pool,
  given: Pick<FormContent, 'draft' | 'refusal' | 'tried'>,
  note: Html | '' = '',
): Promise<Response> {
  const { types, schedule } = await pool.read(async (query) => ({
    types: await query<EventTypeRow>(queries.eventTypes),
    schedule: await query<ScheduleRow>(queries.defaultSchedule),
  }))
  const { draft } = given
  const title = draft.id === null ? 'Register a webhook' : 'Change a webhook'
  const base = `${root(c)}webhooks`
  const crumbs = html`<a href="${base}">Webhooks</a>${
      draft.id === null ? '' : html` / <a href="${base}/${draft.id}"><bdi>${hostOf(draft.url)}</bdi></a>`
    }`
  const content = html`${head({ title, crumbs })} ${note}
  ${webhookForm(c, { ...given, types, default_schedule: schedule[0]?.retry_schedule ?? [] })}`
  const reads = [queries.eventTypes, queries.defaultSchedule].map((statement) => forPsql(statement))
  if (draft.id !== null) reads.unshift(forPsql(queries.webhookForForm, draft.id.replaceAll("'", "''")))
  return show(c, { title: `${title} · Outbox`, content, refresh: null, reads })
}
