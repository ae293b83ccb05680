/** Replays: asking for one, looking how far it is, ending it. */
import { z } from '@hono/zod-openapi'
import { cancelReplay, replay, replays, type AskedReplayRow, type ReplayRow } from '../queries/steering.ts'
import { cursorOf, positionOf } from './cursor.ts'
import { define, type Api } from './operation.ts'
import { Problem } from './problem.ts'
import { idParams, instant, page, pageOf, text, uuid } from './schemas.ts'

const tag = 'Replays'
const params = z.object({ id: z.string().regex(/^\d{1,18}$/) })
const count = z.string().regex(/^\d+$/).openapi({ description: 'A number, as text: it may be beyond 2^53.' })

const asked = z.strictObject({
  since: instant,
  until: instant.optional().openapi({ description: 'Left out: now.' }),
  event_types: z.array(text).min(1).max(100).optional(),
  which: z.enum(['all', 'missed', 'dead']).optional(),
  dry_run: z.boolean().optional().openapi({ description: 'Only counts.' }),
  rate_limit: z.int().optional().openapi({ description: 'Deliveries a second. Left out: 100.' }),
})
const askedReplay = z.object({ id: z.string().nullable(), webhook_id: uuid, deliveries: count, dry_run: z.boolean() })
const replaySchema = z
  .object({
    id: z.string(),
    webhook_id: uuid,
    since: instant,
    until: instant,
    event_types: z.array(z.string()).nullable(),
    which: z.string(),
    rate_limit: z.int(),
    total: count,
    deliveries: count,
    requested_by: z.string(),
    requested_at: instant,
    finished_at: instant.nullable(),
    cancelled_at: instant.nullable(),
  })
  .openapi('Replay')

export function replayOperations(api: Api): void {
  define(
    api,
    {
      method: 'post',
      path: '/webhooks/{id}/replay',
      scope: 'write',
      tag,
      summary: 'Send the events of a span again',
      description: 'As far as they match now. 202: relays carry it out. 200: a dry run.',
      params: idParams,
      body: asked,
      answers: { 200: askedReplay, 202: askedReplay },
    },
    ({ change, params: { id }, body: { since, until, event_types, dry_run = false, which, rate_limit } }) =>
      change(async (query) => {
        const [row] = await query<AskedReplayRow>(replay, [id, since, until, event_types, dry_run, which, rate_limit])
        const replay_id = row?.replay_id ?? null
        const body = { id: replay_id, webhook_id: id, deliveries: row?.deliveries ?? '0', dry_run }
        return replay_id === null
          ? { status: 200, body }
          : { status: 202, body, headers: { location: `/api/v1/replays/${replay_id}` } }
      }),
  )
  readOperations(api)
  define(
    api,
    {
      method: 'delete',
      path: '/replays/{id}',
      scope: 'write',
      tag,
      summary: 'End a replay',
      params,
      answers: { 204: null },
    },
    ({ change, params: { id } }) =>
      change(async (query) => {
        await query(cancelReplay, [id])
        return { status: 204 }
      }),
  )
}

function readOperations(api: Api): void {
  define(
    api,
    {
      method: 'get',
      path: '/replays',
      scope: 'read',
      tag,
      summary: 'List replays, the newest first',
      query: z.object({ webhook_id: uuid.optional(), ...page }),
      answers: { 200: pageOf(replaySchema) },
    },
    async ({ read, query: { webhook_id, limit, cursor } }) => {
      const values = [null, webhook_id, positionOf('replays', cursor), limit + 1]
      const rows = await read((query) => query<ReplayRow>(replays, values))
      const data = rows.slice(0, limit).map((row) => ({ ...row }))
      const next = rows.length > limit ? (data.at(-1)?.id ?? null) : null
      return { status: 200, body: { data, next_cursor: cursorOf('replays', next) } }
    },
  )
  define(
    api,
    {
      method: 'get',
      path: '/replays/{id}',
      scope: 'read',
      tag,
      summary: 'Read a replay',
      params,
      answers: { 200: replaySchema },
    },
    async ({ read, params: { id } }) => {
      const [row] = await read((query) => query<ReplayRow>(replays, [id, null, null, 1]))
      if (row === undefined) throw new Problem(404, `There is no replay ${id}.`)
      return { status: 200, body: { ...row } }
    },
  )
}
