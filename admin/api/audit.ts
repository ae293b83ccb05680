/** /audit: who changed what. */
import { z } from '@hono/zod-openapi'
import { auditResources, type AuditResourceRow } from '../queries/audit.ts'
import { cursorOf, positionOf } from './cursor.ts'
import { raw } from './json.ts'
import { define, type Api } from './operation.ts'
import { instant, json, page, pageOf, text } from './schemas.ts'

const auditSchema = z
  .object({
    id: z.string(),
    at: instant,
    actor: z.string(),
    door: z.string(),
    address: z.string().nullable(),
    db_role: z.string(),
    action: z.string(),
    object_id: z.string().nullable(),
    before: json,
    after: json,
  })
  .openapi('AuditEntry')

export function auditOperation(api: Api): void {
  define(
    api,
    {
      method: 'get',
      path: '/audit',
      scope: 'admin',
      tag: 'Audit log',
      summary: 'List changes and acts, the newest first',
      query: z.object({
        actor: text.optional(),
        action: text.optional().openapi({ description: 'webhook.updated, or webhook for all of them.' }),
        object_id: text.optional(),
        ...page,
      }),
      answers: { 200: pageOf(auditSchema) },
    },
    async ({ read, query: { actor, action, object_id, limit, cursor } }) => {
      const values = [actor, action, object_id, positionOf('audit', cursor), limit + 1]
      const rows = await read((query) => query<AuditResourceRow>(auditResources, values))
      const data = rows.slice(0, limit).map((row) => ({ ...row, before: raw(row.before), after: raw(row.after) }))
      const next = rows.length > limit ? (data.at(-1)?.id ?? null) : null
      return { status: 200, body: { data, next_cursor: cursorOf('audit', next) } }
    },
  )
}
