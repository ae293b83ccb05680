/** The page of relays, and the settings. */
import { describe, expect, test } from '../support/fixture.ts'
import { ask } from '../support/world.ts'
import { makePending, makeWebhook, PERSON, testApp } from './support.ts'

const XSS = '<img src=x onerror=alert(1)>'

describe('the page of relays', () => {
  test('shows relays, backlog, blockers and storage', async ({ database, db }) => {
    await db.query(`select outbox.register_relay($1, '1.0', interval '1 min')`, [XSS])
    const id = await makeWebhook(db, { url: 'https://example.com/secret-path' })
    await makePending(db, id)
    const { status, text } = await testApp(database, { scope: 'read' }).page('/relays')
    expect(status).toBe(200)
    expect(text).toContain('&lt;img src=x')
    expect(text).not.toContain('<img src=x')
    expect(text).toMatch(/class="badge \w*">(gone|at work|hung)</)
    expect(text).toContain(`href="./webhooks/${id}"`)
    expect(text).not.toContain('secret-path')
    expect(text).toContain('Nothing holds events back')
    expect(text).toContain('outbox.event_types')
    expect(text).not.toContain('Pause everything')
    expect(text).not.toContain('relays/settings')
  })

  test('teaches how a relay is started where there is none', async ({ database }) => {
    expect((await testApp(database).page('/relays')).text).toContain('<pre>outbox relay</pre>')
  })

  test('pauses everything and resumes it, in the name of the person', async ({ database, db }) => {
    const { page, post } = testApp(database, { scope: 'write' })
    expect(await post('/relays/pause')).toMatchObject({ status: 303, location: '../relays' })
    expect(await ask(db, 'select paused_at is not null from outbox.settings')).toBe(true)
    expect((await page('/relays')).text).toContain('Everything is paused since')
    expect((await post('/relays/resume')).status).toBe(303)
    expect(await ask(db, 'select paused_at is not null from outbox.settings')).toBe(false)
    expect(await ask(db, `select array_agg(distinct actor) from outbox.audit_log`)).toEqual([PERSON])
  })

  test('is steered by no viewer', async ({ database, db }) => {
    const { post } = testApp(database, { scope: 'read' })
    expect((await post('/relays/pause')).status).toBe(403)
    expect(await ask(db, 'select paused_at is not null from outbox.settings')).toBe(false)
  })
})

const GOOD = {
  notify: 'false',
  strict_event_types: 'true',
  max_payload_bytes: '4096',
  retention: '14 days',
  retry_schedule: '5 s, 2 min',
  max_retry_after: '1 h',
  max_cause_depth: '7',
}

describe('the settings', () => {
  test('are shown with their comments, and saved', async ({ database, db }) => {
    const { page, post } = testApp(database)
    const { text } = await page('/relays/settings')
    expect(text).toContain('How long events, deliveries and attempts are kept.')
    expect(text).toMatch(/name="retention"\s+type="text"\s+value="30 days"/)
    expect(await post('/relays/settings', GOOD)).toMatchObject({ status: 303, location: '../relays/settings' })
    const { rows } = await db.query(
      `select notify, strict_event_types, max_payload_bytes, retention::text, retry_schedule::text[],
              max_retry_after::text, max_cause_depth from outbox.settings`,
    )
    expect(rows).toEqual([
      {
        notify: false,
        strict_event_types: true,
        max_payload_bytes: 4096,
        retention: '14 days',
        retry_schedule: ['00:00:05', '00:02:00'],
        max_retry_after: '01:00:00',
        max_cause_depth: 7,
      },
    ])
  })

  test.for([
    ['max_payload_bytes', '12', 'Between 1024 and 16777216'],
    ['max_payload_bytes', 'many', 'invalid input syntax'],
    ['retention', '1 h', 'At least 1 day'],
    ['retention', '"><img src=x onerror=alert(1)>', 'invalid input syntax'],
    ['retry_schedule', '5 s, soon', 'invalid input syntax'],
    ['retry_schedule', '-5 s', 'negative'],
    ['max_retry_after', '8 days', 'Between 0 s and 7 days'],
    ['max_cause_depth', '0', 'Between 1 and 1000'],
  ] as const)('refuse %s = %s at its field, and keep what was typed', async ([name, value, why], { database, db }) => {
    const { status, text } = await testApp(database).post('/relays/settings', { ...GOOD, [name]: value })
    expect(status).toBe(422)
    expect(new RegExp(`id="${name}-fault">([^<]*)<`).exec(text)?.[1]).toContain(why)
    expect(text).toMatch(/name="max_cause_depth"\s+type="text"\s+value="(7|0)"/)
    expect(text).not.toContain('settings_')
    expect(text).not.toContain('<img src=x')
    expect(await ask(db, 'select retention::text from outbox.settings')).toBe('30 days')
  })

  test('are not for the scope write', async ({ database }) => {
    const { page, post } = testApp(database, { scope: 'write' })
    expect((await page('/relays/settings')).status).toBe(403)
    expect((await post('/relays/settings', GOOD)).status).toBe(403)
  })
})
