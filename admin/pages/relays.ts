/** `/relays`: who is at work, what waits, what holds it up, and the pause of everything. */
import type { Context, Hono } from 'hono'
import { html } from 'hono/html'
import { allows, type Env } from '../access/actor.ts'
import { needs } from '../access/needs.ts'
import { act } from '../parts/flash.ts'
import { actionButton, confirmButton } from '../parts/form.ts'
import { show, type Html } from '../parts/layout.ts'
import { head, part } from '../parts/parts.ts'
import { fullTime } from '../parts/time.ts'
import type { Pool } from '../pool.ts'
import { databaseTime, forPsql } from '../queries.ts'
import * as queries from '../queries/relays.ts'
import { backlogTable, blockerList, relayTable, storageTable } from './relay-tables.ts'
import { settingsPages } from './settings.ts'

export function relayPages(app: Hono<Env>, pool: Pool): void {
  app.get('/relays', (c) => page(c, pool))
  for (const [path, statement, done] of [
    ['/relays/pause', queries.pause, 'Everything is paused. Events are kept, and are sent when you resume.'],
    ['/relays/resume', queries.resume, 'The pause is over: relays take work again.'],
  ] as const)
    app.post(path, needs('write'), (c) => act(c, pool, { path: 'relays', done, work: (query) => query(statement) }))
  settingsPages(app, pool)
}

async function page(c: Context<Env>, pool: Pool): Promise<Response> {
  const data = await pool.read(async (query) => ({
    now: (await query<{ now: Date }>(databaseTime))[0]?.now ?? new Date(),
    paused_at: (await query<{ paused_at: Date | null }>(queries.pausedAt))[0]?.paused_at ?? null,
    relays: await query<queries.RelayRow>(queries.relays),
    backlog: await query<queries.BacklogRow>(queries.backlog),
    blockers: await query<queries.BlockerRow>(queries.blockers),
    storage: await query<queries.StorageRow>(queries.storage),
  }))
  const { now, paused_at } = data
  const content = html`${head({
    title: 'Relays',
    about: 'Processes that read the log, match events with webhooks, and send them.',
    actions: [
      allows(c.get('actor'), 'admin') ? html`<a class="button" href="./relays/settings">Settings</a>` : '',
      allows(c.get('actor'), 'write') ? steer(c, paused_at) : '',
    ],
  })}
  ${
    paused_at === null
      ? ''
      : html`<p class="note wait">
          Everything is paused since ${fullTime(paused_at, now)}. Nothing is lost, nothing is sent.
        </p>`
  }
  ${relayTable(data.relays, now)} ${part('Backlog', backlogTable(c, data.backlog, now))}
  ${part('Blockers', blockerList(data.blockers, now))} ${part('Storage', storageTable(data.storage, now))}`
  const reads = [queries.relays, queries.backlog, queries.blockers, queries.storage].map((each) => forPsql(each))
  return show(c, { title: 'Relays · Outbox', content, refresh: './relays', reads })
}

function steer(c: Context<Env>, paused_at: Date | null): Html {
  if (paused_at !== null) return actionButton(c, { action: './relays/resume', label: 'Resume', tone: 'primary' })
  return confirmButton(c, {
    action: './relays/pause',
    label: 'Pause everything',
    explain:
      'No relay will take any work until you resume. Requests under way are finished, events are kept, your application goes on writing.',
    sure: 'Pause everything',
    tone: 'danger',
  })
}
