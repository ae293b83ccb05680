/** `/doctor`: what is wrong with the installation, gravest first, and what mends it. */
import type { Context, Hono } from 'hono'
import { html } from 'hono/html'
import type { Env } from '../access/actor.ts'
import { show, type Html } from '../parts/layout.ts'
import { badge, code, empty, head, type Tone } from '../parts/parts.ts'
import type { Pool } from '../pool.ts'
import { forPsql } from '../queries.ts'
import { doctor, type FindingRow } from '../queries/doctor.ts'

const TONES = { error: 'bad', warning: 'wait', info: '', ok: 'good' } as const satisfies Record<string, Tone>

export function doctorPages(app: Hono<Env>, pool: Pool): void {
  app.get('/doctor', async (c) => page(c, await examine(pool)))
}

/** Null: it took longer than a read may. */
async function examine(pool: Pool): Promise<FindingRow[] | null> {
  try {
    return await pool.read((query) => query<FindingRow>(doctor))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === '57014') return null
    throw error
  }
}

function page(c: Context<Env>, rows: FindingRow[] | null): Response | Promise<Response> {
  const content = html`${head({
    title: 'Doctor',
    about: html`Looks at triggers, watched tables, rights, server settings, retention and relays. The command
      <code>outbox doctor</code> also looks from outside: at clocks, and at poolers in the way.`,
    actions: [html`<a class="button" href="./doctor">Examine again</a>`],
  })}
  ${rows === null ? tooLong() : findings(rows)}`
  return show(c, { title: 'Doctor · Outbox', content, refresh: null, reads: [forPsql(doctor)] })
}

export function findings(rows: FindingRow[]): Html {
  const found = rows.filter((row) => row.severity !== 'ok')
  if (found.length === 0)
    return empty(
      'Nothing was found',
      html`<p>
        Everything that was looked at is as it should be. Come back after a migration, or when an event is missed.
      </p>`,
    )
  return html`<ol class="findings">
    ${found.map(
      (row) =>
        html`<li class="finding">
          <h2>${badge(row.severity, TONES[row.severity])} <bdi>${row.subject}</bdi></h2>
          <p><bdi>${row.finding}</bdi></p>
          ${row.mend === null ? '' : code(row.mend)}
        </li>`,
    )}
  </ol>`
}

function tooLong(): Html {
  return html`<div class="note wait" role="status">
    <p>
      The examination took longer than the 5 s that a page may take, and was stopped. In psql it may take its time:
      <code>${forPsql(doctor)}</code>
    </p>
  </div>`
}
