/** `/watches/new`: a table, and then the rule, tried on a real row before it is made. */
import type { Context, Hono } from 'hono'
import { html } from 'hono/html'
import type { Env } from '../access/actor.ts'
import { needs } from '../access/needs.ts'
import { act, redirect } from '../parts/flash.ts'
import { root, show } from '../parts/layout.ts'
import { head } from '../parts/parts.ts'
import { problem } from '../parts/problem.ts'
import type { Pool } from '../pool.ts'
import { forPsql } from '../queries.ts'
import * as queries from '../queries/watches.ts'
import type { ColumnRow, Preset, PreviewRow, TableRow } from '../queries/watches.ts'
import { refusalOf, type Refusal } from '../refusal.ts'
import { draftOf, valuesOf, watchForm, type Draft } from './watch-form.ts'
import { presetOffer, tablePicker } from './watch-tables.ts'
import { preview } from './watch-preview.ts'

interface Shown {
  draft: Draft
  refusal?: Refusal
  preview?: PreviewRow
}

export function newWatchPages(app: Hono<Env>, pool: Pool): void {
  app.use('/watches/new', needs('admin'))
  app.use('/watches/preset', needs('admin'))
  app.get('/watches/new', (c) => page(c, pool, { draft: draftOf({ relation: c.req.query('relation') ?? '' }) }))
  app.post('/watches/new', (c) => submit(c, pool))
  app.post('/watches/preset', (c) => preset(c, pool))
}

async function preset(c: Context<Env>, pool: Pool): Promise<Response> {
  const { relation, name } = await c.req.parseBody()
  if (typeof name !== 'string' || !Object.hasOwn(queries.presets, name))
    return problem(c, 404, 'There is no such preset.')
  return act(c, pool, {
    path: 'watches',
    done: (types: string[]) => `The table is watched: ${types.join(', ')}.`,
    work: async (query) => {
      const [row] = await query<{ event_types: string[] }>(queries.presets[name as Preset], [relation])
      return row?.event_types ?? []
    },
  })
}

/** Two buttons: one shows what the rule would make, the other makes the rule. */
async function submit(c: Context<Env>, pool: Pool): Promise<Response> {
  const body = await c.req.parseBody({ all: true })
  const draft = draftOf(body)
  const values = valuesOf(draft)
  try {
    if (body['do'] === 'preview') {
      const [row] = await pool.read((query) => query<PreviewRow>(queries.previewWatch, values))
      return await page(c, pool, row === undefined ? { draft } : { draft, preview: row })
    }
    const { warnings } = await pool.change(c.get('actor'), (query) => query(queries.watch, values))
    const more = warnings.map(({ message, hint }) => ` Warning: ${message}. ${hint ?? ''}`).join('')
    return redirect(c, 'watches', more === '' ? 'good' : 'wait', `${draft.event_type} is captured from now on.${more}`)
  } catch (error) {
    const refusal = refused(error)
    if (refusal === null) throw error
    c.status(422)
    return page(c, pool, { draft, refusal })
  }
}

function refused(error: unknown): Refusal | null {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (code === '55P03')
    return {
      kind: 'conflict',
      message: 'The table is busy: somebody holds a lock on it',
      hint: 'Nothing was changed, and nobody had to wait. Try again.',
      field: null,
    }
  const refusal = refusalOf(error)
  // The only value that Postgres reads by itself.
  if (refusal !== null && /^2200[78]$/.test(code)) return { ...refusal, field: 'coalesce_for', hint: 'Such as 5 s.' }
  return refusal
}

async function page(c: Context<Env>, pool: Pool, shown: Shown): Promise<Response> {
  const { relation } = shown.draft
  const { tables, columns } = await pool.read(async (query) => ({
    tables: await query<TableRow>(queries.tables),
    columns: await query<ColumnRow>(queries.columns, [relation]),
  }))
  const table = tables.find((one) => one.relation === relation)
  const content = html`${head({
    title: table === undefined ? 'Watch a table' : html`Watch <bdi>${relation}</bdi>`,
    about:
      table === undefined
        ? 'Which table? Its columns come next, and nothing is made before you have seen an event of it.'
        : 'The first watch of a table installs its triggers and needs a moment without a long transaction on it.',
    crumbs: html`<a href="${root(c)}watches">Watches</a>${
        table === undefined ? '' : html` / <a href="${root(c)}watches/new">Watch a table</a>`
      }`,
  })}
  ${relation !== '' && table === undefined ? html`<p class="note bad" role="alert">There is no table <bdi>${relation}</bdi> that can be watched.</p>` : ''}
  ${
    table === undefined
      ? tablePicker(c, tables)
      : html`${presetOffer(c, table, columns)} ${shown.preview === undefined ? '' : preview(shown.preview, shown.draft)}
        ${watchForm(c, { draft: shown.draft, refusal: shown.refusal ?? null, columns })}`
  }`
  const reads = [
    table === undefined ? forPsql(queries.tables) : forPsql(queries.columns, relation.replaceAll("'", "''")),
  ]
  return show(c, { title: 'Watch a table · Outbox', content, refresh: null, reads })
}
