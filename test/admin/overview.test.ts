import { describe, expect, test } from '../support/fixture.ts'
import { makeDelivery, makePending, makeWebhook, testApp } from './support.ts'

const HOSTILE = `"'><script>alert(1)</script>&`
const ESCAPED = '&quot;&#39;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;'

describe('the overview without deliveries', () => {
  test('teaches the two statements that make a first one, and they work', async ({ database, db }) => {
    const { page } = testApp(database)
    const { status, text } = await page('/')
    expect(status).toBe(200)
    expect(text).toContain('No relay is at work.')
    const statements = [...text.matchAll(/<li[^>]*>.*?<pre>(.*?)<\/pre>/gs)].map(([, sql = '']) =>
      sql.replaceAll('&#39;', "'"),
    )
    expect(statements).toHaveLength(2)
    await db.query('create table public.tickets (id integer primary key)')
    for (const statement of statements) await db.query(statement)
    await db.query('insert into public.tickets values (1)')
    expect((await db.query(`select type from outbox.events`)).rows).toEqual([{ type: 'ticket.created' }])
  })

  test('ticks the first step off once a webhook is registered', async ({ database, db }) => {
    await makeWebhook(db)
    const { text } = await testApp(database).page('/')
    expect(text).toMatch(/Register a webhook[^<]*<strong>Done\.<\/strong>/)
  })
})

describe('the overview', () => {
  test('shows the newest 25 deliveries, newest first, each with a link', async ({ database, db }) => {
    const webhook_id = await makeWebhook(db)
    for (let i = 0; i < 27; i++) await makeDelivery(db, { webhook_id })
    const { rows } = await db.query<{ id: string }>(
      'select id from outbox.settled_deliveries order by id desc limit 25',
    )
    const { text } = await testApp(database).page('/')
    const links = [...text.matchAll(/href="\.\/deliveries\/([^"]+)"/g)].map(([, id]) => id)
    expect(links).toEqual(rows.map(({ id }) => id))
  })

  test('shows type, key, host, status, attempts, response and next attempt', async ({ database, db }) => {
    const webhook_id = await makeWebhook(db, { url: 'https://hooks.example.com/services/secret' })
    await makePending(db, webhook_id)
    const { text } = await testApp(database).page('/')
    const row = /<tr id="d-.*?<\/tr>/s.exec(text)?.[0] ?? ''
    expect(words(row)).toMatch(
      /^\d\d:\d\d:\d\d (now|\d+ s ago) ticket\.created 7 hooks\.example\.com pending 1 503 in 10 min$/,
    )
    expect(text).not.toContain('secret')
  })

  test('counts by webhook and status', async ({ database, db }) => {
    const webhook_id = await makeWebhook(db)
    await makeDelivery(db, { webhook_id })
    await makeDelivery(db, { webhook_id })
    await makeDelivery(db, { webhook_id, status: 'dead', response_status: null, error: 'no answer within 15 s' })
    await makePending(db, webhook_id)
    const { page } = testApp(database)
    const row = async () => words(/<tr id="w-.*?<\/tr>/s.exec((await page('/')).text)?.[0] ?? '')
    // delivered, pending, held, dead
    expect(await row()).toBe('example.com 2 1 0 1')
    await db.query(`select outbox.disable_webhook($1, 'The receiver answered 410 Gone.')`, [webhook_id])
    expect(await row()).toBe('example.com disabled The receiver answered 410 Gone. 2 0 1 1')
  })

  test('names the relays at work, and those that fell silent', async ({ database, db }) => {
    await db.query(`select outbox.register_relay('fresh:1', '0.1.0', '60 s')`)
    await db.query(`select outbox.register_relay('stuck:2', '0.1.0', '-5 min')`)
    const { text } = await testApp(database).page('/')
    expect(text).toContain('1 relay at work')
    expect(words(text)).toContain('stuck:2 is silent, its lease ended 5 min ago')
  })

  test('outlives the webhook of a delivery', async ({ database, db }) => {
    const webhook_id = await makeWebhook(db)
    await makeDelivery(db, { webhook_id })
    await db.query('delete from outbox.webhooks')
    expect((await testApp(database).page('/')).text).toContain('deleted webhook')
  })

  test('escapes what others wrote', async ({ database, db }) => {
    const webhook_id = await makeWebhook(db, { url: `http://<b>'"&.test/`, description: HOSTILE })
    await db.query('update outbox.webhooks set enabled = false, disabled_reason = $1', [HOSTILE])
    await db.query(`select outbox.register_relay($1, $1, '60 s')`, [HOSTILE])
    await makeDelivery(db, { webhook_id, type: HOSTILE, key: HOSTILE, response_status: null, error: HOSTILE })
    const { status, text } = await testApp(database).page('/')
    expect(status).toBe(200)
    expect(text).not.toContain('<script>alert')
    expect(text).not.toContain('<b>')
    expect(text).toContain('&lt;b&gt;&#39;&quot;&amp;.test')
    // Relay name and version, reason, type, key and error, the last two also as titles.
    expect(text.split(ESCAPED)).toHaveLength(1 + 8)
  })

  test('is refreshed by htmx with the inside of main alone', async ({ database }) => {
    const { page } = testApp(database)
    const full = (await page('/')).text
    expect(full).toMatch(/<main\s+id="main"\s+hx-get="\.\/"\s+hx-trigger="every 2s"\s+hx-swap="innerMorph"/)
    const part = (await page('/', { 'HX-Request': 'true', 'HX-Request-Type': 'partial' })).text
    expect(part).not.toMatch(/<html|<main|<footer/)
    expect(part).toContain('No deliveries yet')
  })

  test('holds still when asked to', async ({ database }) => {
    expect((await testApp(database).page('/?refresh=off')).text).not.toContain('hx-get')
  })

  test('prints statements that run as they are', async ({ database, db }) => {
    await makeDelivery(db, { webhook_id: await makeWebhook(db) })
    const { text } = await testApp(database).page('/')
    expect(text).toContain('<code>select … from outbox.webhook_deliveries order by id desc limit 25;</code>')
    const printed = (/<pre>(select.*?)<\/pre>\s*<\/details>/s.exec(text)?.[1] ?? '').replaceAll('&#39;', "'")
    const results = [await db.query(printed.replaceAll('&gt;', '>'))].flat()
    expect(results.map((result) => result.rowCount)).toEqual([1, 60, 1, 1, 1, 0])
  })
})

function words(html: string): string {
  return html
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim()
}
