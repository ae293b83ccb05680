/** What a real receiver sees of a webhook's own headers, of its rotated secrets, and of X-Hub-Signature-256. */
import { createHmac } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import type { Client } from '../../sql/db.ts'
import { createSecret } from '../../sql/secret.ts'
import { isSigned } from '../support/ledger.ts'
import type { Receiver, Received } from '../support/receiver.ts'
import { ask, describe, emit, expect, makeWebhook, settled, test } from '../support/world.ts'

async function nextRequest(db: Client, receiver: Receiver): Promise<Received> {
  const id = await emit(db)
  return receiver.next((request) => request.id === id)
}

function setHeaders(db: Client, headers: Record<string, string>): Promise<unknown> {
  return db.query('update outbox.webhooks set headers = $1', [JSON.stringify(headers)])
}

describe('a webhook with headers of its own', () => {
  test('sends their values, the changed ones from the change on, and never the mask', async ({
    db,
    receive,
    relay,
  }) => {
    const receiver = await receive()
    await makeWebhook(db, { url: receiver.url })
    await setHeaders(db, { Authorization: 'Bearer one', 'X-Env': 'prod' })
    await relay()
    expect((await nextRequest(db, receiver)).headers).toMatchObject({ authorization: 'Bearer one', 'x-env': 'prod' })
    await setHeaders(db, { Authorization: 'Bearer two', 'X-Env': '***' })
    expect((await nextRequest(db, receiver)).headers).toMatchObject({ authorization: 'Bearer two', 'x-env': 'prod' })
    await setHeaders(db, { 'X-Env': '***' })
    const { headers } = await nextRequest(db, receiver)
    expect(headers).toMatchObject({ 'x-env': 'prod' })
    expect(headers).not.toHaveProperty('authorization')
    expect(JSON.stringify(receiver.requests)).not.toContain('***')
  })

  test('sends them with every body and in every format, beside ours and signed', async ({ db, receive, relay }) => {
    const receiver = await receive()
    const id = await makeWebhook(db, { url: receiver.url })
    await setHeaders(db, { 'X-Env': 'prod' })
    await db.query(`update outbox.webhooks set format = 'cloudevents', hub_signature = true`)
    await relay()
    const request = await nextRequest(db, receiver)
    expect(request.headers).toMatchObject({ 'content-type': 'application/cloudevents+json', 'x-env': 'prod' })
    const secret = await ask<string>(db, 'select secret from outbox.webhook_secrets where webhook_id = $1', [id])
    expect(isSigned(request, new Webhook(secret))).toBe(true)
  })

  test('cannot smuggle in a header past the check: the attempt fails, and tells no value', async ({
    db,
    receive,
    relay,
  }) => {
    const receiver = await receive()
    const id = await makeWebhook(db, { url: receiver.url, retry_schedule: [] })
    await setHeaders(db, { 'X-Env': 'prod' })
    await db.query(`alter table outbox.webhook_headers drop constraint webhook_headers_value;
      update outbox.webhook_headers set value = E'canary\\r\\nX-Injected: canary'`)
    const { lines } = await relay()
    await emit(db)
    const [delivery] = await settled(db, id, (seen) => seen[0]?.status === 'dead')
    expect(delivery?.response).toMatchObject({ status: null, error: expect.stringContaining('header') })
    expect(JSON.stringify([delivery, lines])).not.toContain('canary')
    expect(receiver.requests).toEqual([])
  })

  test('keeps values and secrets out of the log of the relay', async ({ db, receive, relay }) => {
    const receiver = await receive(() => ({ status: 500 }))
    const id = await makeWebhook(db, { url: receiver.url, retry_schedule: [] })
    await setHeaders(db, { 'X-Env': 'canary' })
    const { lines } = await relay()
    await emit(db)
    await settled(db, id, (seen) => seen[0]?.status === 'dead')
    expect(receiver.requests[0]?.headers).toMatchObject({ 'x-env': 'canary' })
    expect(JSON.stringify(lines)).not.toMatch(/canary|whsec_/)
  })
})

describe('a rotated secret', () => {
  test('signs from the rotation on, beside the old one as long as they overlap', async ({ db, receive, relay }) => {
    const receiver = await receive()
    const id = await makeWebhook(db, { url: receiver.url })
    const [old, current, last] = [createSecret(), createSecret(), createSecret()]
    await db.query('select outbox.add_first_secret($1, $2)', [id, old])
    await relay()
    const signedBy = async () => {
      const request = await nextRequest(db, receiver)
      const by = [old, current, last].map((secret) => isSigned(request, new Webhook(secret)))
      return { by, signatures: request.signature.split(' ').length }
    }
    expect(await signedBy()).toEqual({ by: [true, false, false], signatures: 1 })
    await db.query('select outbox.rotate_secret($1, secret => $2)', [id, current])
    expect(await signedBy()).toEqual({ by: [true, true, false], signatures: 2 })
    await db.query(`select outbox.rotate_secret($1, '0', $2)`, [id, last])
    expect(await signedBy()).toEqual({ by: [false, false, true], signatures: 1 })
  })
})

describe('hub_signature', () => {
  test('adds the HMAC of the body, keyed with the text of the newest secret, and only when asked for', async ({
    db,
    receive,
    relay,
  }) => {
    const receiver = await receive()
    const id = await makeWebhook(db, { url: receiver.url })
    const [old, current] = [createSecret(), createSecret()]
    await db.query('select outbox.add_first_secret($1, $2)', [id, old])
    await relay()
    expect((await nextRequest(db, receiver)).headers).not.toHaveProperty('x-hub-signature-256')
    await db.query('update outbox.webhooks set hub_signature = true')
    const isHubSigned = async (secret: string) => {
      const { headers, body } = await nextRequest(db, receiver)
      return headers['x-hub-signature-256'] === `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`
    }
    expect(await isHubSigned(old)).toBe(true)
    await db.query('select outbox.rotate_secret($1, secret => $2)', [id, current])
    expect(await isHubSigned(current)).toBe(true)
  })
})

describe('a secret that is none', () => {
  test('fails the deliveries of its webhook with the reason, and no others', async ({ db, receive, relay }) => {
    const receiver = await receive()
    const id = await makeWebhook(db, { url: receiver.url, retry_schedule: [] })
    await makeWebhook(db, { url: `${receiver.url}/other` })
    await db.query(`insert into outbox.webhook_secrets (webhook_id, secret) values ($1, 'whsec_abcd')`, [id])
    await relay()
    await emit(db)
    const [delivery] = await settled(db, id, (seen) => seen[0]?.status === 'dead')
    expect(delivery?.response?.error).toBe('a signing secret holds 24 to 64 bytes, this one 3')
    expect((await receiver.next()).path).toBe('/other')
  })
})
