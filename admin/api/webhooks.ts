/** /webhooks: registering, reading, changing and deleting them. */
import { z } from '@hono/zod-openapi'
import { createSecret } from '../../sql/secret.ts'
import type { Query } from '../pool.ts'
import {
  addFirstSecret,
  deleteWebhook,
  insertWebhook,
  webhookResources,
  type WebhookResourceRow,
} from '../queries/webhooks.ts'
import { cursorOf, positionOf } from './cursor.ts'
import { define, type Answer, type Api } from './operation.ts'
import { Problem } from './problem.ts'
import { flag, idParams, page, pageOf, text } from './schemas.ts'
import { patchWebhook, writing } from './webhook-patch.ts'
import { createdWebhook, newWebhook, webhookPatch, webhookSchema } from './webhook-schema.ts'

const tag = 'Webhooks'
const filter = { enabled: flag, tenant: text.optional() }
const ifMatch = z.object({
  'if-match': z.string().optional().openapi({ description: 'The ETag that the change is based on.' }),
})

export function webhookOperations(api: Api): void {
  readOperations(api)
  define(
    api,
    {
      method: 'post',
      path: '/webhooks',
      scope: 'write',
      tag,
      summary: 'Register a webhook',
      description: 'Answers the signing secret, once.',
      body: newWebhook,
      answers: { 201: createdWebhook },
    },
    ({ change, body: { secret = createSecret(), ...given } }) =>
      change(async (query) => {
        const inserted = await writing(given, () => query<{ id: string }>(insertWebhook, [JSON.stringify(given)]))
        const id = inserted[0]?.id ?? ''
        await query(addFirstSecret, [id, secret])
        const answer = answerWith(await webhookById(query, id))
        return {
          ...answer,
          status: 201,
          told_once: { secret },
          headers: { ...answer.headers, location: `/api/v1/webhooks/${id}` },
        }
      }),
  )
  define(
    api,
    {
      method: 'patch',
      path: '/webhooks/{id}',
      scope: 'write',
      tag,
      summary: 'Change a webhook',
      description: 'A merge patch (RFC 7396): what is left out stays, null is the default.',
      params: idParams,
      headers: ifMatch,
      body: webhookPatch,
      answers: { 200: webhookSchema },
      problems: [409, 412],
    },
    ({ c, change, params: { id }, body }) =>
      change(async (query) => {
        await patchWebhook(query, { id, patch: body, if_match: c.req.header('if-match') })
        return answerWith(await webhookById(query, id))
      }),
  )
  define(
    api,
    {
      method: 'delete',
      path: '/webhooks/{id}',
      scope: 'write',
      tag,
      summary: 'Delete a webhook',
      description: 'Its deliveries stay readable until retention ends.',
      params: idParams,
      answers: { 204: null },
    },
    ({ change, params: { id } }) =>
      change(async (query) => {
        if ((await query(deleteWebhook, [id])).length === 0) throw noWebhook(id)
        return { status: 204 }
      }),
  )
}

function readOperations(api: Api): void {
  define(
    api,
    {
      method: 'get',
      path: '/webhooks',
      scope: 'read',
      tag,
      summary: 'List webhooks, the newest first',
      query: z.object({ ...filter, ...page }),
      answers: { 200: pageOf(webhookSchema) },
    },
    async ({ read, query: { enabled, tenant, limit, cursor } }) => {
      const position = positionOf('webhooks', cursor)
      const values = [null, enabled, tenant, position, limit + 1]
      const rows = await read((query) => query<WebhookResourceRow>(webhookResources, values))
      const shown = rows.slice(0, limit)
      const next = rows.length > limit ? (shown.at(-1)?.position ?? null) : null
      return { status: 200, body: { data: shown.map(resource), next_cursor: cursorOf('webhooks', next) } }
    },
  )
  define(
    api,
    {
      method: 'get',
      path: '/webhooks/{id}',
      scope: 'read',
      tag,
      summary: 'Read a webhook',
      params: idParams,
      answers: { 200: webhookSchema },
    },
    async ({ read, params: { id } }) => answerWith(await read((query) => webhookById(query, id))),
  )
}

/** Raises 404. */
export async function webhookById(query: Query, id: string): Promise<WebhookResourceRow> {
  const [row] = await query<WebhookResourceRow>(webhookResources, [id, null, null, null, 1])
  if (row === undefined) throw noWebhook(id)
  return row
}

function noWebhook(id: string): Problem {
  return new Problem(404, `There is no webhook ${id}.`)
}

export function answerWith(row: WebhookResourceRow): Answer {
  return { status: 200, body: resource(row), headers: { etag: `"${row.version}"` } }
}

function resource(row: WebhookResourceRow) {
  return { ...row, position: undefined }
}
