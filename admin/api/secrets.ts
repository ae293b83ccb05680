/** The signing secret of a webhook, and its pause. */
import { z } from '@hono/zod-openapi'
import { createSecret } from '../../sql/secret.ts'
import { pause, resume, revealSecret, rotateSecret, type SecretRow } from '../queries/steering.ts'
import { define, type Api } from './operation.ts'
import { renamed } from './renamed.ts'
import { idParams, instant, text } from './schemas.ts'
import { answerWith, webhookById } from './webhooks.ts'
import { webhookSchema } from './webhook-schema.ts'

const tag = 'Webhooks'
const secretSchema = z.object({ secret: z.string(), created_at: instant, expires_at: instant.nullable() })
const rotation = z.strictObject({
  overlap_seconds: z
    .number()
    .min(0)
    .max(2_592_000)
    .optional()
    .openapi({ description: 'How long old secrets sign beside it. Left out: a day.' }),
  secret: text.max(200).optional().openapi({ description: 'Left out: one is made.' }),
})

export function secretOperations(api: Api): void {
  define(
    api,
    {
      method: 'get',
      path: '/webhooks/{id}/secret',
      scope: 'admin',
      tag,
      summary: 'Reveal the signing secrets',
      description: 'The reading leaves a row in the audit log.',
      params: idParams,
      answers: { 200: z.object({ secrets: z.array(secretSchema).openapi({ description: 'The newest first.' }) }) },
    },
    ({ change, params: { id } }) =>
      change(async (query) => {
        const rows = await query<SecretRow>(revealSecret, [id])
        return { status: 200, body: { secrets: rows.map((row) => ({ ...row })) } }
      }),
  )
  define(
    api,
    {
      method: 'post',
      path: '/webhooks/{id}/rotate-secret',
      scope: 'admin',
      tag,
      summary: 'Give a webhook a new signing secret',
      description: 'Answers the secret, once. It signs at once; the old ones sign beside it until the overlap is over.',
      params: idParams,
      body: rotation,
      optional: true,
      answers: {
        200: z.object({
          webhook_id: z.string(),
          old_secrets_end_at: instant.nullable(),
          secret: z.string().optional(),
        }),
      },
    },
    ({ change, params: { id }, body: { overlap_seconds, secret = createSecret() } }) =>
      change(async (query) => {
        const values = [id, overlap_seconds, secret]
        const [row] = await renamed({ overlap: 'overlap_seconds' }, () =>
          query<{ old_secrets_end_at: Date | null }>(rotateSecret, values),
        )
        return { status: 200, body: { webhook_id: id, ...row }, told_once: { secret } }
      }),
  )
  for (const [name, statement, summary] of [
    ['pause', pause, 'Pause a webhook: its events wait'],
    ['resume', resume, 'End the pause of a webhook'],
  ] as const)
    define(
      api,
      {
        method: 'post',
        path: `/webhooks/{id}/${name}`,
        scope: 'write',
        tag,
        summary,
        params: idParams,
        answers: { 200: webhookSchema },
      },
      ({ change, params: { id } }) =>
        change(async (query) => {
          await query(statement, [id])
          return answerWith(await webhookById(query, id))
        }),
    )
}
