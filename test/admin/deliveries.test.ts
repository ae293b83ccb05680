import { describe, expect, test } from '../support/fixture.ts'
import { makeDelivery, makePending, makeWebhook, testApp } from './support.ts'

const HOSTILE = `"'><script>alert(1)</script>&`

/** The ids of the list, in its order. */
function listed(text: string): string[] {
  return [...text.matchAll(/<tr id="d-([^"]+)"/g)].map(([, id = '']) => id)
}

describe('the list of deliveries', () => {
  test('is narrowed by what stands in the address', async ({ database, db }) => {
    const desk = await makeWebhook(db, { url: 'https://desk.example.com/x' })
    const audit = await makeWebhook(db, { url: 'https://audit.example.com/x' })
    const dead = await makeDelivery(db, { webhook_id: desk, status: 'dead', response_status: 503, key: '17' })
    const run = await makeDelivery(db, { webhook_id: audit, type: 'test.run', response_body: 'Needle' })
    const pending = await makePending(db, desk)
    const { page } = testApp(database, { scope: 'read' })
    const list = async (query: string) => listed((await page(`/deliveries?${query}`)).text)
    expect(await list('')).toEqual([pending, run, dead])
    expect(await list('status=dead')).toEqual([dead])
    expect(await list('type=test.*')).toEqual([run])
    expect(await list('type=test.*,+none.*')).toEqual([run])
    expect(await list('key=17')).toEqual([dead])
    expect(await list('response=5xx')).toEqual([pending, dead])
    expect(await list('text=needle')).toEqual([run])
    expect(await list(`webhook=${desk}&status=dead`)).toEqual([dead])
    expect(await list('until=2020-01-01T00:00')).toEqual([])
    expect(await list('since=2020-01-01T00:00')).toHaveLength(3)
  })

  test('leads on to older deliveries, with the same filter', async ({ database, db }) => {
    const webhook_id = await makeWebhook(db)
    const ids: string[] = []
    for (let i = 0; i < 52; i++) ids.unshift(await makeDelivery(db, { webhook_id }))
    const { page } = testApp(database)
    const { text } = await page('/deliveries?status=delivered')
    expect(listed(text)).toEqual(ids.slice(0, 50))
    const older = /href="\.\/(deliveries\?[^"]+)" rel="next"/.exec(text)?.[1] ?? ''
    expect(older).toContain('status=delivered')
    expect(listed((await page(`/${older.replaceAll('&amp;', '&')}`)).text)).toEqual(ids.slice(50))
  })

  test('is left for the page of a delivery or event whose id is searched', async ({ database, db }) => {
    const id = await makeDelivery(db, { webhook_id: await makeWebhook(db) })
    const { rows } = await db.query<{ event_id: string }>('select event_id from outbox.settled_deliveries')
    const { app, page } = testApp(database)
    await page('/')
    const to = async (text: string) => {
      const response = await app.request(`/deliveries?text=${text}`, {
        headers: { cookie: 'outbox_80=cookie-of-the-tests' },
      })
      return response.headers.get('location')
    }
    expect(await to(id)).toBe(`./deliveries/${id}`)
    expect(await to(rows[0]?.event_id ?? '')).toBe(`./events/${rows[0]?.event_id}`)
    expect(await to('01998f0e-0000-7000-8000-000000000001')).toBeNull()
  })

  test('says what is wrong with a filter, at its field', async ({ database }) => {
    const { page } = testApp(database)
    for (const [query, field] of [
      ['response=50%3F', 'response'],
      ['status=lost', 'status'],
      ['since=soon', 'since'],
      ['key=%00', 'key'],
      ['text=%00', 'text'],
    ] as const) {
      const { status, text } = await page(`/deliveries?${query}`)
      expect([query, status]).toEqual([query, 422])
      expect(text).toContain(`id="${field}-fault"`)
    }
    expect((await page('/deliveries?before=x')).status).toBe(422)
  })

  test('teaches what makes a delivery, and escapes what was searched', async ({ database }) => {
    const { page } = testApp(database)
    expect((await page('/deliveries')).text).toContain('Nothing was sent yet')
    const query = new URLSearchParams({ text: HOSTILE, key: HOSTILE, webhook: HOSTILE, since: HOSTILE, type: HOSTILE })
    expect((await page(`/deliveries?${query.toString()}`)).text).not.toContain('<script>alert')
    const { text } = await page(`/deliveries?${new URLSearchParams({ text: HOSTILE }).toString()}`)
    expect(text).toContain('Nothing like that')
    expect(text).not.toContain('<script>alert')
  })
})
