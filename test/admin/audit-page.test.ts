/** The page of the audit log. */
import { describe, expect, test } from '../support/fixture.ts'
import { makeWebhook, testApp } from './support.ts'

/** The actions shown, in their order. */
function actions(text: string): string[] {
  return Array.from(text.matchAll(/<th>([a-z_]+\.[a-z_]+)<\/th>/g), ([, action]) => action ?? '')
}

/** Without tags, and without the spaces between them. */
function plain(text: string): string {
  return text
    .replace(/<[^>]*>/g, '')
    .replace(/&quot;/g, '"')
    .replace(/\s+/g, ' ')
}

describe('the page of the audit log', () => {
  test('shows what changed, from which value to which, and by whom', async ({ database, db }) => {
    const { page } = testApp(database)
    const id = await makeWebhook(db, { url: 'http://127.0.0.1:9' })
    await db.query(`begin; set local outbox.actor = 'bob'; set local outbox.door = 'page'; set local outbox.address = '10.0.0.5';
      update outbox.webhooks set description = 'for <b>bob</b>', max_in_flight = 12; commit`)
    const { text } = await page('/audit')
    expect(actions(text)).toEqual(['webhook.updated', 'webhook.created'])
    expect(plain(text)).toContain('max_in_flight: 10 → 12')
    expect(plain(text)).toContain('description: null → "for &lt;b&gt;bob&lt;/b&gt;"')
    expect(plain(text)).toContain('bob by page from 10.0.0.5')
    expect(text).toContain(`href="./webhooks/${id}"`)
  })

  test.for([
    ['?actor=bob', ['settings.updated']],
    ['?action=webhook', ['webhook.updated', 'webhook.created']],
    ['?action=webhook.created', ['webhook.created']],
    ['?action=web', []],
    ['?object=a.b', ['event_type.created']],
    ['?actor=%20', ['settings.updated', 'event_type.created', 'webhook.updated', 'webhook.created']],
  ] as const)('is filtered by its address: %s', async ([query, expected], { database, db }) => {
    const { page } = testApp(database)
    await makeWebhook(db)
    await db.query(`update outbox.webhooks set description = 'x'; insert into outbox.event_types (type) values ('a.b');
      begin; set local outbox.actor = 'bob'; update outbox.settings set retention = '40 days'; commit`)
    expect(actions((await page(`/audit${query}`)).text)).toEqual(expected)
  })

  test('goes on by id, with its filter', async ({ database, db }) => {
    const { page } = testApp(database)
    await db.query(`insert into outbox.audit_log (actor, door, db_role, action, object_id)
      select 'ada', 'sql', 'ada', 'webhook.updated', n from generate_series(1, 101) as n`)
    const first = (await page('/audit?actor=ada')).text
    expect(actions(first)).toHaveLength(50)
    const next = /rel="next" href="([^"]+)"/.exec(first)?.[1]?.replaceAll('&amp;', '&') ?? ''
    expect(next).toBe('?actor=ada&before=52')
    const second = (await page(`/audit${next}`)).text
    expect(actions(second)).toHaveLength(50)
    expect(second).toContain('>51</bdi>')
    const last = (await page('/audit?before=2')).text
    expect([actions(last).length, last.includes('rel="next"'), last.includes('>Newest</a>')]).toEqual([1, false, true])
  })

  test('teaches what would stand there', async ({ database }) => {
    const { page } = testApp(database)
    expect((await page('/audit')).text).toContain('Nothing was changed yet')
    expect((await page('/audit?actor=nobody')).text).toContain('Nothing like that')
    expect((await page('/audit?before=x')).status).toBe(200)
  })
})
