/** /tokens: who may use the API. */
import { z } from '@hono/zod-openapi'
import { scopes } from '../access/actor.ts'
import { liveTokens, revokeToken, type TokenRow } from '../queries/access.ts'
import { createToken, tokenByName } from '../queries/tokens.ts'
import { define, type Api } from './operation.ts'
import { idParams, instant, text, uuid } from './schemas.ts'

const tag = 'Tokens'
const tokenSchema = z
  .object({
    id: uuid,
    name: z.string(),
    scope: z.enum(scopes),
    beginning: z.string().openapi({ description: 'Its first characters, to recognise it by.' }),
    created_by: z.string(),
    created_at: instant,
    expires_at: instant.nullable(),
    last_used_at: instant.nullable(),
  })
  .openapi('Token')
const newToken = z.strictObject({
  name: text.min(1).max(100),
  scope: z.enum(scopes).default('read'),
  expires_at: instant.nullish().openapi({ description: 'Null: it does not expire.' }),
})

export function tokenOperations(api: Api): void {
  define(
    api,
    {
      method: 'get',
      path: '/tokens',
      scope: 'admin',
      tag,
      summary: 'List tokens, the newest first',
      answers: { 200: z.object({ data: z.array(tokenSchema) }) },
    },
    async ({ read }) => {
      const rows = await read((query) => query<TokenRow>(liveTokens))
      return { status: 200, body: { data: rows.map((row) => ({ ...row })) } }
    },
  )
  define(
    api,
    {
      method: 'post',
      path: '/tokens',
      scope: 'admin',
      tag,
      summary: 'Make a token',
      description: 'Answers the token, once.',
      body: newToken,
      answers: { 201: tokenSchema.extend({ token: z.string().optional() }) },
    },
    ({ change, body: { name, scope, expires_at } }) =>
      change(async (query) => {
        const [made] = await query<{ token: string }>(createToken, [name, scope, expires_at])
        const [row] = await query<TokenRow>(tokenByName, [name])
        return { status: 201, body: { ...row }, told_once: { token: made?.token ?? '' } }
      }),
  )
  define(
    api,
    {
      method: 'delete',
      path: '/tokens/{id}',
      scope: 'admin',
      tag,
      summary: 'Revoke a token, and end the sessions opened with it',
      params: idParams,
      answers: { 204: null },
    },
    ({ change, params: { id } }) =>
      change(async (query) => {
        await query(revokeToken, [id])
        return { status: 204 }
      }),
  )
}
