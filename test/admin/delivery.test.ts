import { execFileSync } from 'node:child_process'
import { describe, expect, test } from '../support/fixture.ts'
import { asCurl, sentRequest } from '../../admin/parts/request.ts'
import { makeDelivery, makePending, makeWebhook, testApp } from './support.ts'

const HOSTILE = `"'><script>alert(1)</script>&`

describe('the page of a delivery', () => {
  test('shows each attempt with what came back', async ({ database, db }) => {
    const id = await makePending(db, await makeWebhook(db))
    const { text } = await testApp(database).page(`/deliveries/${id}`)
    expect(text).toContain('31 ms')
    expect(text).toContain('>503<')
    expect(text).toContain('try later')
    expect(text).toContain('retry-after')
    expect(text).toContain('in 10 min')
    expect(text).toContain(`select … from outbox.webhook_deliveries where id = &#39;${id}&#39;`)
  })

  test('shows the payload digit by digit', async ({ database, db }) => {
    const id = await makeDelivery(db, { webhook_id: await makeWebhook(db), data: '{"id":9007199254740993,"x":1.10}' })
    const { text } = await testApp(database).page(`/deliveries/${id}`)
    expect(text).toMatch(/9007199254740993,\s+<span class="name">&quot;x&quot;<\/span>: 1\.10\n/)
  })

  test('shows a payload with an escaped null character', async ({ database, db }) => {
    const id = await makeDelivery(db, { webhook_id: await makeWebhook(db), data: String.raw`{"t":"\u0000"}` })
    const { status, text } = await testApp(database).page(`/deliveries/${id}`)
    expect(status).toBe(200)
    expect(text).toContain(String.raw`\u0000`)
  })

  test('shows the first 256 kB of a larger payload, and says so', async ({ database, db }) => {
    const data = JSON.stringify('x'.repeat(300_000))
    const id = await makeDelivery(db, { webhook_id: await makeWebhook(db), data })
    const { text } = await testApp(database).page(`/deliveries/${id}`)
    expect(text).toMatch(/The first 262,144 of 300,\d\d\d characters\./)
    expect(text.length).toBeLessThan(280_000)
  })

  test('escapes what others wrote', async ({ database, db }) => {
    const id = await makeDelivery(db, {
      webhook_id: await makeWebhook(db, { url: `http://<b>.test/` }),
      // A quotation mark in the type would make the body invalid; none can get there by outbox.emit or a watch.
      type: HOSTILE.slice(1),
      key: HOSTILE,
      data: JSON.stringify({ [HOSTILE]: HOSTILE }),
      response_status: null,
      response_headers: JSON.stringify({ [HOSTILE]: HOSTILE }),
      response_body: `</pre>${HOSTILE}`,
      error: HOSTILE,
    })
    const { status, text } = await testApp(database).page(`/deliveries/${id}`)
    expect(status).toBe(200)
    expect(text).not.toMatch(/<script>alert|<b>|<\/pre>["<]/)
    // Title and heading, key, error and its title, two headers, the body, two in the payload and its type,
    // and these three again as curl.
    expect(text.split('&lt;script&gt;alert(1)&lt;/script&gt;')).toHaveLength(1 + 14)
  })

  test('is refreshed while it goes on, and holds still once it is settled', async ({ database, db }) => {
    const webhook_id = await makeWebhook(db)
    const pending = await makePending(db, webhook_id)
    const settled = await makeDelivery(db, { webhook_id })
    const { page } = testApp(database)
    expect((await page(`/deliveries/${pending}`)).text).toContain(`hx-get="./${pending}"`)
    expect((await page(`/deliveries/${settled}`)).text).not.toContain('hx-get')
  })

  test('is not found for an id that no delivery has, or that is none', async ({ database }) => {
    const { page } = testApp(database)
    for (const id of ['01998f0e-0000-7000-8000-000000000001', 'x', "';select 1", '%00', '%ff', '<script>']) {
      const { status, text } = await page(`/deliveries/${id}`)
      expect([id, status]).toEqual([id, 404])
      expect(text).toContain('There is no such')
      expect(text).not.toContain('<script>')
    }
  })

  test('shows the request with the names of own headers, and no value', async ({ database, db }) => {
    const webhook_id = await makeWebhook(db, { url: 'https://example.com/hook/secret-path' })
    await db.query(`update outbox.webhooks set headers = '{"Authorization":"Bearer kept-back"}'`)
    const id = await makePending(db, webhook_id)
    const { text } = await testApp(database, { scope: 'write' }).page(`/deliveries/${id}`)
    expect(text).toContain('POST https://example.com/hook/secret-path')
    expect(text).toMatch(/<span class="name">Authorization<\/span>: \*\*\*/)
    expect(text).toMatch(/<span class="name">webhook-timestamp<\/span>: \d{10}\n/)
    expect(text).not.toContain('kept-back')
  })

  test('keeps the path of the URL from a viewer, and has no button for them', async ({ database, db }) => {
    const id = await makePending(db, await makeWebhook(db, { url: 'https://example.com/hook/secret-path' }))
    const { page, post } = testApp(database, { scope: 'read' })
    const { text } = await page(`/deliveries/${id}`)
    expect(text).toContain('POST https://example.com/…')
    expect(text).not.toContain('secret-path')
    expect(text).not.toContain('/resend')
    expect((await post(`/deliveries/${id}/resend`)).status).toBe(403)
  })

  test('sends again what was given up, until its webhook is disabled', async ({ database, db }) => {
    const id = await makeDelivery(db, { webhook_id: await makeWebhook(db), status: 'dead', response_status: 500 })
    const { page, post } = testApp(database, { scope: 'write' })
    expect((await page(`/deliveries/${id}`)).text).toContain(`action="./${id}/resend"`)
    expect((await post(`/deliveries/${id}/resend`)).location).toBe(`../../deliveries/${id}`)
    const { rows } = await db.query('select status from outbox.webhook_deliveries where id = $1', [id])
    expect(rows).toEqual([{ status: 'pending' }])
    await db.query('update outbox.webhooks set enabled = false')
    expect((await page(`/deliveries/${id}`)).text).not.toContain('/resend')
  })

  test('waits for a test that no relay has read', async ({ database, db }) => {
    const { rows } = await db.query<{ event_id: string; delivery_id: string }>(
      'select event_id, delivery_id from outbox.send_test($1)',
      [await makeWebhook(db)],
    )
    const { event_id = '', delivery_id = '' } = rows[0] ?? {}
    const { page } = testApp(database)
    const { status, text } = await page(`/deliveries/${delivery_id}?event=${event_id}`)
    expect(status).toBe(200)
    expect(text).toContain(`hx-get="./${delivery_id}?event=${event_id}"`)
    expect((await page(`/deliveries/${delivery_id}`)).status).toBe(404)
  })
})

describe('a request as curl', () => {
  test('comes out of a shell as it went in', () => {
    const payload = `{"a":"it's $HOME \\n \`id\` #!\n"}`
    const url = `https://example.com/?a='&b=$(id)`
    const request = sentRequest({
      url,
      event_id: 'e-1',
      attempted_at: new Date(1_700_000_000_500),
      payload,
      header_names: ['X-Env'],
      hub_signature: true,
    })
    const shell = `curl() { printf '%s\\0' "$@"; }\n${asCurl(request, payload)}`
    const given = execFileSync('/bin/sh', ['-c', shell], { encoding: 'utf8' }).split('\0')
    expect(given).toContain(url)
    expect(given).toContain(payload)
    expect(given).toContain('webhook-timestamp: 1700000000')
    expect(given).toContain('X-Env: ***')
  })
})
