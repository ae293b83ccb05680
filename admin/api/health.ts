/** Who asks, how the outbox fares, and what it captures. */
import { z } from '@hono/zod-openapi'
import { scopes } from '../access/actor.ts'
import { health, watches, type FindingRow, type WatchRow } from '../queries/installation.ts'
import { define, type Api } from './operation.ts'
import { instant } from './schemas.ts'

const severity = z.enum(['error', 'warning', 'info', 'ok'])
const finding = z.object({
  severity,
  subject: z.string(),
  finding: z.string(),
  since: instant.nullable(),
  mend: z.string().nullable().openapi({ description: 'What to run, or to do.' }),
})
const names = z.array(z.string()).nullable()
const watchSchema = z
  .object({
    id: z.string(),
    relation: z.string(),
    event_type: z.string(),
    operation: z.string(),
    condition: z.string().nullable(),
    columns: names,
    except_columns: names,
    key_columns: names,
    ignore_columns: names,
    tenant_column: z.string().nullable(),
    enrich: z.string().nullable(),
    coalesce_for: z.number().nullable().openapi({ description: 'Seconds.' }),
    created_at: instant,
  })
  .openapi('Watch')

export function healthOperations(api: Api): void {
  const tag = 'Installation'
  define(
    api,
    {
      method: 'get',
      path: '/me',
      scope: 'read',
      tag,
      summary: 'Tell whose token this is',
      answers: { 200: z.object({ name: z.string(), scope: z.enum(scopes) }) },
    },
    ({ actor: { name, scope } }) => Promise.resolve({ status: 200, body: { name, scope } }),
  )
  define(
    api,
    {
      method: 'get',
      path: '/health',
      scope: 'read',
      tag,
      summary: 'Tell what is wrong, the worst first',
      answers: { 200: z.object({ status: severity, findings: z.array(finding) }) },
    },
    async ({ read }) => {
      const rows = await read((query) => query<FindingRow>(health))
      return { status: 200, body: { status: rows[0]?.severity ?? 'ok', findings: rows.map((row) => ({ ...row })) } }
    },
  )
  define(
    api,
    {
      method: 'get',
      path: '/watches',
      scope: 'read',
      tag,
      summary: 'List what is captured from which table',
      answers: { 200: z.object({ data: z.array(watchSchema) }) },
    },
    async ({ read }) => {
      const rows = await read((query) => query<WatchRow>(watches))
      return { status: 200, body: { data: rows.map((row) => ({ ...row })) } }
    },
  )
}
