/** What can be done with a webhook: each act is a form that is answered with 303, back to the page, which says what was done. */
import type { Context, Hono } from 'hono'
import { needs } from '../access/needs.ts'
import type { Env } from '../access/actor.ts'
import type { Pool, Query } from '../pool.ts'
import { refusalOf } from '../refusal.ts'
import * as queries from '../queries/webhook.ts'
import type { ChangedRow, ReplayedRow, ResentRow, RotatedRow, TestRow } from '../queries/webhook.ts'
import { filterOf, isNarrowed, isRefusal, writtenFilter } from '../parts/delivery-filter.ts'
import { act, redirect } from '../parts/flash.ts'
import { problem } from '../parts/problem.ts'
import { absolute } from '../parts/time.ts'
import { secretPage } from './webhook-secret.ts'
import { resendValues } from './webhook-data.ts'

/** Other pages of webhooks have names in this place. */
export const ONE = '/webhooks/:id{[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}}'
const GONE = 'There is no such webhook; it may have been deleted.'

export function webhookActs(app: Hono<Env>, pool: Pool): void {
  const on = (name: string, done: (changed: boolean) => string, work: (query: Query, id: string) => Promise<boolean>) =>
    app.post(`${ONE}/${name}`, needs('write'), (c) => {
      const id = c.req.param('id')
      return act(c, pool, { path: `webhooks/${id}`, done, work: (query) => work(query, id) })
    })
  on('enable', said('It is enabled: events are matched and sent.', 'It was enabled already.'), enabling(true))
  on('disable', said('It is disabled: nothing is sent.', 'It was disabled already.'), enabling(false))
  on('pause', said('It is paused: its events wait.', 'It was paused already.'), changing(queries.pauseWebhook))
  on('resume', said('It goes on: what waited is sent.', 'It was not paused.'), changing(queries.resumeWebhook))
  app.post(`${ONE}/test`, needs('write'), (c) => test(c, pool))
  app.post(`${ONE}/delete`, needs('write'), (c) => remove(c, pool))
  app.post(`${ONE}/replay-missed`, needs('write'), (c) => replay(c, pool, queries.replayMissed))
  app.post(`${ONE}/resend-dead`, needs('write'), (c) => resendDead(c, pool))
  app.post(`${ONE}/replays/:replay{[0-9]{1,18}}/cancel`, needs('write'), (c) =>
    act(c, pool, {
      path: `webhooks/${idOf(c)}`,
      done: said('The replay is cancelled; what it had queued is sent.', 'The replay had ended before.'),
      work: (query) => changing(queries.cancelReplay)(query, c.req.param('replay')),
    }),
  )
  app.post(`${ONE}/rotate`, needs('admin'), (c) => rotate(c, pool))
  app.post(`${ONE}/secret`, needs('admin'), (c) => secretPage(c, pool, idOf(c)))
}

function idOf(c: Context<Env>): string {
  return c.req.param('id') ?? ''
}

function said(done: string, was_so: string) {
  return (changed: boolean) => (changed ? done : was_so)
}

function changing(statement: string) {
  return async (query: Query, id: string) => (await query<ChangedRow>(statement, [id]))[0]?.changed ?? false
}

function enabling(enabled: boolean) {
  return async (query: Query, id: string) => (await query(queries.setEnabled, [id, enabled])).length > 0
}

async function fieldOf(c: Context, name: string): Promise<string> {
  const value = (await c.req.parseBody())[name]
  return typeof value === 'string' ? value.trim() : ''
}

/** Leads to the delivery, where the answer will be. A test that the filter drops has none. */
async function test(c: Context<Env>, pool: Pool): Promise<Response> {
  const id = idOf(c)
  const event_type = (await fieldOf(c, 'event_type')) || null
  try {
    const { result } = await pool.change(c.get('actor'), (query) => query<TestRow>(queries.sendTest, [id, event_type]))
    const [row] = result
    if (row?.will_be_sent === true) return redirect(c, `deliveries/${row.delivery_id}?event=${row.event_id}`)
    return redirect(c, `webhooks/${id}`, 'wait', `The test is not sent: ${row?.reason ?? ''}.`)
  } catch (error) {
    const refusal = refusalOf(error)
    if (refusal === null) throw error
    return redirect(c, `webhooks/${id}`, 'bad', `${refusal.message}. ${refusal.hint ?? ''}`)
  }
}

async function remove(c: Context<Env>, pool: Pool): Promise<Response> {
  const { result } = await pool.change(c.get('actor'), (query) => query(queries.deleteWebhook, [idOf(c)]))
  if (result.length === 0) return problem(c, 404, GONE)
  return redirect(c, 'webhooks', 'good', 'The webhook is deleted.')
}

async function replay(c: Context<Env>, pool: Pool, statement: string): Promise<Response> {
  const id = idOf(c)
  return act(c, pool, {
    path: `webhooks/${id}`,
    done: (row: ReplayedRow | undefined) =>
      row === undefined
        ? 'There is nothing to be replayed.'
        : `Replay ${row.replay_id} sends ${row.deliveries.toLocaleString('en')} deliveries.`,
    work: async (query) => (await query<ReplayedRow>(statement, [id]))[0],
  })
}

/** Without a search all of them, by a replay, which shows how far it is; else those that the search leaves. */
async function resendDead(c: Context<Env>, pool: Pool): Promise<Response> {
  const id = idOf(c)
  const body = await c.req.parseBody()
  const written = writtenFilter((name) => {
    const value = body[name]
    return typeof value === 'string' ? value : undefined
  })
  if (!isNarrowed({ ...written, status: '' })) return replay(c, pool, queries.replayDead)
  const path = `webhooks/${id}?${new URLSearchParams({ ...written }).toString()}`
  const filter = filterOf(written)
  if (isRefusal(filter)) return redirect(c, path, 'bad', `${filter.message}. ${filter.hint ?? ''}`)
  return act(c, pool, {
    path,
    done: ({ deliveries, more }: ResentRow) =>
      `${deliveries.toLocaleString('en')} deliveries are sent again.${more ? ' There are more: resend again.' : ''}`,
    work: async (query) => {
      const [row] = await query<ResentRow>(queries.resendAll, [id, ...resendValues(filter), false])
      return row ?? { deliveries: 0, more: false }
    },
  })
}

async function rotate(c: Context<Env>, pool: Pool): Promise<Response> {
  const id = idOf(c)
  const overlap = await fieldOf(c, 'overlap')
  return act(c, pool, {
    path: `webhooks/${id}`,
    done: ({ ends_at }: RotatedRow) =>
      ends_at === null || overlap === '0'
        ? 'A new secret signs from now on, alone. Reveal it to configure the receiver.'
        : `A new secret signs from now on; the old ones sign beside it until ${absolute(ends_at)}.`,
    work: async (query) => (await query<RotatedRow>(queries.rotateSecret, [id, overlap]))[0] ?? { ends_at: null },
  })
}
