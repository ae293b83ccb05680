/** Secrets and pauses. */
import { expect, test } from '../../support/fixture.ts'
import { ask } from '../../support/world.ts'
import { testApi } from './support.ts'

const webhook = { url: 'https://example.com/hook' }

test('a secret is revealed to admins, and the audit log knows', async ({ database, db }) => {
  const { get, post } = testApi(database)
  const { id, secret } = (await post('/webhooks', webhook)).body
  expect((await get(`/webhooks/${id}/secret`)).body.secrets).toEqual([
    { secret, created_at: expect.any(String), expires_at: null },
  ])
  expect(
    await ask(db, `select actor from outbox.audit_log where action = 'secret.revealed' and object_id = $1`, [id]),
  ).toBe('ada')
})

test('a secret is rotated, with an overlap, and told once', async ({ database }) => {
  const { get, post } = testApi(database)
  const { id } = (await post('/webhooks', webhook)).body
  const key = { 'idempotency-key': 'r' }
  const rotated = await post(`/webhooks/${id}/rotate-secret`, { overlap_seconds: 3600 }, key)
  expect(rotated.body.secret).toMatch(/^whsec_/)
  expect(new Date(rotated.body.old_secrets_end_at).getTime()).toBeGreaterThan(Date.now() + 3_000_000)
  expect((await post(`/webhooks/${id}/rotate-secret`, { overlap_seconds: 3600 }, key)).body).not.toHaveProperty(
    'secret',
  )
  expect((await get(`/webhooks/${id}/secret`)).body.secrets).toHaveLength(2)
  expect((await post(`/webhooks/${id}/rotate-secret`, { overlap_seconds: -1 })).body.errors[0].field).toBe(
    'overlap_seconds',
  )
})

test('whoever is no admin sees no secret', async ({ database, db }) => {
  const { get, post } = testApi(database, { scope: 'write' })
  const { id } = (await post('/webhooks', webhook)).body
  expect((await get(`/webhooks/${id}/secret`)).status).toBe(403)
  expect((await post(`/webhooks/${id}/rotate-secret`)).status).toBe(403)
  expect(await ask(db, `select count(*)::integer from outbox.audit_log where action = 'secret.revealed'`)).toBe(0)
})

test('a webhook is paused and resumed', async ({ database }) => {
  const { post } = testApi(database)
  const { id } = (await post('/webhooks', webhook)).body
  expect((await post(`/webhooks/${id}/pause`, undefined)).body.paused_at).not.toBeNull()
  expect((await post(`/webhooks/${id}/resume`)).body.paused_at).toBeNull()
  expect((await post('/webhooks/019a3c5e-7c1b-7d2f-8a44-0c9b1f6f5a10/pause')).status).toBe(404)
})
