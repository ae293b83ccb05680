import { describe, expect, test } from '../support/fixture.ts'
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
    // Title and heading, key, error and its title, two headers, the body, two in the payload and its type.
    expect(text.split('&lt;script&gt;alert(1)&lt;/script&gt;')).toHaveLength(1 + 11)
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
})
