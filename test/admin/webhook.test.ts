import { describe, expect, test } from '../support/fixture.ts'
import type { Client } from '../../sql/db.ts'
import { makeDelivery, makePending, makeWebhook, testApp } from './support.ts'

const HOSTILE = `"'><script>alert(1)</script>&`

/** An event that came while the webhook was disabled, and was read. */
async function makeMissed(db: Client, webhook_id: string): Promise<void> {
  await db.query('update outbox.webhooks set enabled = false where id = $1', [webhook_id])
  await db.query(`select outbox.emit('ticket.created', '{}')`)
  await db.query(`select outbox.register_relay('test:1', '0.1.0', '1 day')`)
  await db.query('select count(*) from outbox.next_batch(1)')
  await db.query('delete from outbox.batches')
  await db.query('update outbox.webhooks set enabled = true where id = $1', [webhook_id])
}

async function auditOf(db: Client): Promise<string[]> {
  const { rows } = await db.query<{ action: string }>(
    `select action from outbox.audit_log where actor = 'ada' order by id`,
  )
  return rows.map(({ action }) => action)
}

describe('the page of a webhook', () => {
  test('shows what it is set to, its deliveries, and how to verify them', async ({ database, db }) => {
    const id = await makeWebhook(db, { url: 'https://example.com/hook/secret-path', description: 'the desk' })
    await db.query(
      `update outbox.webhooks set events = '{ticket.*}', filter = '$.x == 1', hub_signature = true,
       headers = '{"X-Token":"kept-back"}', retry_schedule = '{5 s,1 min}' where id = $1`,
      [id],
    )
    await makeDelivery(db, { webhook_id: id, type: 'ticket.closed' })
    await makeDelivery(db, { webhook_id: await makeWebhook(db), type: 'other.closed' })
    const { status, text } = await testApp(database, { scope: 'write' }).page(`/webhooks/${id}`)
    expect(status).toBe(200)
    for (const shown of ['https://example.com/hook/secret-path', 'the desk', '>ticket.*<', 'X-Token: ***', '00:00:05'])
      expect(text).toContain(shown)
    expect(text).toContain('ticket.closed')
    expect(text).not.toMatch(/other\.closed<\/bdi>|kept-back/)
    for (const language of ['node', 'python', 'go', 'ruby', 'php', 'java', 'sql'])
      expect(text).toContain(`id="verify-${language}"`)
    expect(text).toContain('x-hub-signature-256')
  })

  test('has nothing for a viewer to press, and refuses them', async ({ database, db }) => {
    const id = await makeWebhook(db, { url: 'https://example.com/hook/secret-path' })
    const { page, post } = testApp(database, { scope: 'read' })
    const { text } = await page(`/webhooks/${id}`)
    expect(text).not.toContain('secret-path')
    expect(text).not.toContain(`action="./${id}/`)
    for (const act of ['enable', 'disable', 'pause', 'resume', 'test', 'delete', 'replay-missed', 'resend-dead'])
      expect([act, (await post(`/webhooks/${id}/${act}`)).status]).toEqual([act, 403])
    expect((await post(`/webhooks/${id}/replays/1/cancel`)).status).toBe(403)
  })

  test('rotates and reveals the secret for admins only, and the audit log tells', async ({ database, db }) => {
    const id = await makeWebhook(db)
    const { post, page } = testApp(database)
    expect((await post(`/webhooks/${id}/rotate`, { overlap: '0' })).location).toBe(`../../webhooks/${id}`)
    await post(`/webhooks/${id}/rotate`, { overlap: '1 hour' })
    const { rows } = await db.query<{ secret: string }>(
      'select secret from outbox.webhook_secrets where expires_at is null',
    )
    const { text } = await post(`/webhooks/${id}/secret`)
    expect(text).toContain(rows[0]?.secret)
    expect(text).toContain('signs until')
    expect(await auditOf(db)).toEqual(expect.arrayContaining(['secret.rotated', 'secret.revealed']))
    expect((await page(`/webhooks/${id}`)).text).not.toContain('whsec_c')
    await db.query(`update outbox.admin_sessions set scope = 'write'`)
    expect((await post(`/webhooks/${id}/secret`)).status).toBe(403)
    expect((await post(`/webhooks/${id}/rotate`, { overlap: '0' })).status).toBe(403)
    expect((await page(`/webhooks/${id}`)).text).not.toContain(`action="./${id}/secret"`)
  })

  test('disables, enables, pauses, resumes and deletes', async ({ database, db }) => {
    const id = await makeWebhook(db)
    const { page, post } = testApp(database, { scope: 'write' })
    const state = async () => {
      const sql = 'select enabled, paused_at is not null as paused from outbox.webhooks where id = $1'
      return (await db.query<{ enabled: boolean; paused: boolean }>(sql, [id])).rows[0]
    }
    for (const [act, then, next] of [
      ['pause', { enabled: true, paused: true }, 'resume'],
      ['resume', { enabled: true, paused: false }, 'disable'],
      ['disable', { enabled: false, paused: false }, 'enable'],
      ['enable', { enabled: true, paused: false }, 'pause'],
    ] as const) {
      expect((await post(`/webhooks/${id}/${act}`)).location).toBe(`../../webhooks/${id}`)
      expect(await state()).toEqual(then)
      const { text } = await page(`/webhooks/${id}`)
      expect(text).toContain(`action="./${id}/${next}"`)
      expect(text).not.toContain(`action="./${id}/${act}"`)
    }
    expect((await post(`/webhooks/${id}/delete`)).location).toBe('../../webhooks')
    expect(await state()).toBeUndefined()
    expect((await page(`/webhooks/${id}`)).status).toBe(404)
    expect((await post(`/webhooks/${id}/delete`)).status).toBe(404)
  })

  test('sends a test of a chosen type, and says when the filter drops it', async ({ database, db }) => {
    const id = await makeWebhook(db)
    const { post, page } = testApp(database, { scope: 'write' })
    const { location } = await post(`/webhooks/${id}/test`, { event_type: 'ticket.closed' })
    const { rows } = await db.query<{ id: string; type: string }>('select id, type from outbox.events')
    expect(rows[0]?.type).toBe('ticket.closed')
    expect(location).toMatch(new RegExp(`^../../deliveries/[0-9a-f-]{36}\\?event=${rows[0]?.id}$`))
    await db.query(`update outbox.webhooks set filter = '$.never == 1'`)
    expect((await post(`/webhooks/${id}/test`)).location).toBe(`../../webhooks/${id}`)
    expect((await post(`/webhooks/${id}/test`, { event_type: 'no type' })).location).toBe(`../../webhooks/${id}`)
    expect((await db.query('select from outbox.events')).rowCount).toBe(2)
    expect((await page(`/webhooks/${id}`)).text).toContain('<option value="" selected>the first that it wants')
  })
})

describe('what is sent again', () => {
  test('is what was missed, as a replay that can be watched and cancelled', async ({ database, db }) => {
    const id = await makeWebhook(db)
    await makeMissed(db, id)
    const { page, post } = testApp(database, { scope: 'write' })
    expect((await page(`/webhooks/${id}`)).text).toContain('Replay the 1 missed')
    await post(`/webhooks/${id}/replay-missed`)
    const { rows } = await db.query<{ id: string }>('select id, which, total::integer as total from outbox.replays')
    expect(rows).toMatchObject([{ which: 'missed', total: 1 }])
    const { text } = await page(`/webhooks/${id}`)
    expect(text).toContain(`hx-get="./${id}/replays"`)
    expect((await page(`/webhooks/${id}/replays`)).text).toContain('0 of 1')
    await post(`/webhooks/${id}/replays/${rows[0]?.id}/cancel`)
    expect((await page(`/webhooks/${id}`)).text).toMatch(/cancelled\s+<time/)
    expect((await page(`/webhooks/${id}`)).text).not.toContain('hx-trigger')
  })

  test('is what was given up: all of it by a replay, or what a search leaves', async ({ database, db }) => {
    const id = await makeWebhook(db)
    await makeDelivery(db, { webhook_id: id, status: 'dead', response_status: 503 })
    const other = await makeDelivery(db, { webhook_id: id, status: 'dead', response_status: 404 })
    const { page, post } = testApp(database, { scope: 'write' })
    expect((await page(`/webhooks/${id}`)).text).toContain('Resend all 2 dead')
    expect((await page(`/webhooks/${id}?response=404`)).text).toContain('Resend the 1 dead of this search')
    await post(`/webhooks/${id}/resend-dead`, { response: '404' })
    const { rows } = await db.query('select id from outbox.pending_deliveries')
    expect(rows).toEqual([{ id: other }])
    await post(`/webhooks/${id}/resend-dead`)
    expect((await db.query('select which from outbox.replays')).rows).toEqual([{ which: 'dead' }])
  })
})

describe('the page of a webhook that cannot be shown as asked', () => {
  test('shows a refusal of the search at its field, and everything else', async ({ database, db }) => {
    const id = await makeWebhook(db)
    await makePending(db, id)
    const { page } = testApp(database)
    const { status, text } = await page(`/webhooks/${id}?response=50%3F`)
    expect(status).toBe(422)
    expect(text).toMatch(/id="response-fault">argument &quot;response&quot; is &#39;50\?&#39;/)
    expect(text).toContain('value="50?"')
    expect(text).toContain('Send test')
  })

  test('is not there for an id that no webhook has, or that is none', async ({ database }) => {
    const { page } = testApp(database)
    for (const id of ['01998f0e-0000-7000-8000-000000000001', 'x', '%00', '<script>'])
      expect([id, (await page(`/webhooks/${id}`)).status]).toEqual([id, 404])
  })

  test('escapes what others wrote', async ({ database, db }) => {
    const id = await makeWebhook(db, { url: 'http://<b>.test/', description: HOSTILE })
    await db.query(
      `update outbox.webhooks set tenant = $1, body_template = to_json($1::text), filter = '$.x == "<script>"', enabled = false`,
      [HOSTILE],
    )
    await db.query('update outbox.webhooks set disabled_reason = $1', [HOSTILE])
    await db.query(`insert into outbox.event_types (type) values ('ticket.created') on conflict do nothing`)
    await makeDelivery(db, { webhook_id: id, type: HOSTILE, key: HOSTILE, response_status: null, error: HOSTILE })
    const { status, text } = await testApp(database).page(`/webhooks/${id}`)
    expect(status).toBe(200)
    expect(text).not.toMatch(/<script>(?:alert|&)|<b>/)
    expect(text.split('&lt;script&gt;alert(1)').length).toBeGreaterThan(7)
  })
})
