/** The list of webhooks, and the form that registers and changes one. */
import type { Client } from '../../sql/db.ts'
import { describe, expect, test } from '../support/fixture.ts'
import { ask } from '../support/world.ts'
import { makeWebhook, PERSON, testApp } from './support.ts'

const URL = 'https://example.com/hook'

/** What a browser sends of a form that nothing was filled in of but this. */
function filled(fields: Record<string, string> = {}): Record<string, string> {
  return { url: URL, events: 'ticket.*', format: 'standard', max_in_flight: '10', ...fields }
}

function emit(db: Client, type: string, data: string, tenant: string | null = null): Promise<unknown> {
  return db.query(`select outbox.emit($1, $2::json, null, $3)`, [type, data, tenant])
}

describe('the list of webhooks', () => {
  test('teaches how to register the first one, in a form only who may', async ({ database }) => {
    const { text } = await testApp(database, { scope: 'write' }).page('/webhooks')
    expect(text).toContain('No webhooks yet')
    expect(text).toContain('href="./webhooks/new"')
    expect(text).toContain('insert into outbox.webhooks (url, events)')
  })

  test('shows a viewer no way to change', async ({ database, db }) => {
    const id = await makeWebhook(db)
    const { page, post } = testApp(database, { scope: 'read' })
    expect((await page('/webhooks')).text).not.toContain('webhooks/new')
    for (const path of ['/webhooks/new', `/webhooks/${id}/edit`]) {
      expect((await page(path)).status).toBe(403)
      expect((await post(path, filled())).status).toBe(403)
    }
    expect((await post('/webhooks/try-filter', filled())).status).toBe(403)
    expect((await post('/webhooks/try-body', filled())).status).toBe(403)
    expect(await ask(db, `select count(*)::int from outbox.webhooks`)).toBe(1)
  })

  test('tells how each is doing, failing ones first, and the path of no URL', async ({ database, db }) => {
    const fine = await makeWebhook(db, { url: 'https://a.example/T0/secret-path' })
    const failing = await makeWebhook(db, { url: 'https://b.example/hook' })
    await makeWebhook(db, { url: 'https://c.example/hook' })
    await db.query(
      `insert into outbox.webhook_activity (webhook_id, last_attempt_at, last_success_at, failing_since, last_failure)
       values ($1, now(), now(), null, null), ($2, now(), now() - interval '3 h', now() - interval '2 h', '503')`,
      [fine, failing],
    )
    await db.query(
      `insert into outbox.activity_hours (hour, webhook_id, delivered, failed, dead, durations)
       select date_trunc('hour', now(), 'UTC'), $1, 6, 2, 0, '{}'`,
      [failing],
    )
    const { text } = await testApp(database).page('/webhooks')
    const at = (part: string) => text.indexOf(part)
    expect(at('b.example')).toBeLessThan(at('a.example'))
    expect(text).toMatch(/badge bad">failing/)
    expect(text).toMatch(/badge good">healthy/)
    expect(text).toContain('no deliveries yet')
    expect(text).toContain('75 %')
    expect(text).toContain('<title>Attempts of 24 hours: 6 delivered, 2 failed</title>')
    expect(text).toContain('<title>No attempts in 24 hours</title>')
    expect(text).not.toContain('secret-path')
  })

  test('is searched by host and description, and not by path', async ({ database, db }) => {
    await makeWebhook(db, { url: 'https://desk.example/needle', description: 'Helpdesk' })
    await makeWebhook(db, { url: 'https://ci.example/hook', description: 'Builds' })
    const { page } = testApp(database)
    expect((await page('/webhooks?q=HELP')).text).toContain('desk.example')
    expect((await page('/webhooks?q=HELP')).text).not.toContain('ci.example')
    expect((await page('/webhooks?q=ci.ex')).text).toContain('Builds')
    expect((await page('/webhooks?q=needle')).text).toContain('No webhook is like this')
    expect((await page('/webhooks?q=%00%27')).status).toBe(200)
  })

  test('goes on where a page ended', async ({ database, db }) => {
    await db.query(
      `insert into outbox.webhooks (url) select format('https://n%s.example/hook', to_char(n, 'FM000')) from generate_series(1, 60) as n`,
    )
    const { page } = testApp(database)
    const first = (await page('/webhooks?q=example')).text
    const next = /href="\.\/webhooks(\?q=example&amp;after=[0-9a-f-]+)" rel="next"/.exec(first)?.[1] ?? ''
    const second = (await page(`/webhooks${next.replaceAll('&amp;', '&')}`)).text
    const hosts = (text: string) => text.match(/n\d{3}\.example/g) ?? []
    expect(hosts(first)).toHaveLength(50)
    expect(hosts(second)).toHaveLength(10)
    expect(hosts(second)[0]).toBe('n051.example')
    expect(second).not.toContain('rel="next"')
  })
})

describe('the form of a new webhook', () => {
  test('offers the event types by noun, and the default schedule', async ({ database }) => {
    const { text } = await testApp(database, { scope: 'write' }).page('/webhooks/new')
    for (const value of ['*', 'ticket.*', 'ticket.created', 'test.run_created'])
      expect(text).toContain(`value="${value}"`)
    expect(text).toContain('5 s, 5 min, 30 min, 2 h')
  })

  test('registers it, in the name of the person, and shows the secret this once', async ({ database, db }) => {
    const { page, post } = testApp(database, { scope: 'write' })
    const { status, text } = await post(
      '/webhooks/new',
      filled({
        description: 'Desk',
        patterns: 'invoice.*, test.run_created',
        filter: '$.record.priority == "high"',
        body_template: '{"text": "{{ $.type }}"}',
        header_name: 'Authorization',
        header_value: 'Bearer 4f2a',
        tenant: 'acme',
        ordered: 'yes',
        rate_limit: '5',
        timeout: '10 s',
        retry_schedule: '5 s, 2 h',
      }),
    )
    expect(status).toBe(200)
    const { rows } = await db.query<{ id: string }>(
      `select w.id, description, events, filter::text, body_template, headers::text, tenant, ordered, hub_signature, max_in_flight,
              rate_limit, timeout::text, retry_schedule::text, s.secret, h.value
       from outbox.webhooks as w
       join outbox.webhook_secrets as s on s.webhook_id = w.id
       join outbox.webhook_headers as h on h.webhook_id = w.id`,
    )
    expect(rows).toEqual([
      {
        id: expect.any(String) as string,
        description: 'Desk',
        events: ['ticket.*', 'invoice.*', 'test.run_created'],
        filter: '($."record"."priority" == "high")',
        body_template: '{"text": "{{ $.type }}"}',
        headers: '{"Authorization": "***"}',
        tenant: 'acme',
        ordered: true,
        hub_signature: false,
        max_in_flight: 10,
        rate_limit: 5,
        timeout: '00:00:10',
        retry_schedule: '{00:00:05,02:00:00}',
        secret: /whsec_[A-Za-z0-9+/=]+/.exec(text)?.[0],
        value: 'Bearer 4f2a',
      },
    ])
    expect(text).toContain('pattern &#39;invoice.*&#39; matches no event type so far')
    expect(await ask(db, `select actor from outbox.audit_log where action = 'webhook.created'`)).toBe(PERSON)
    const again = (await page(`/webhooks/${rows[0]?.id}/edit`)).text
    expect(again).not.toMatch(/whsec_|4f2a/)
  })

  test('leaves the defaults where nothing is filled in; none is no second attempt', async ({ database, db }) => {
    const { post } = testApp(database)
    await post('/webhooks/new', filled())
    await post('/webhooks/new', filled({ retry_schedule: 'none' }))
    const { rows } = await db.query(
      `select filter, body_template, headers, tenant, timeout, retry_schedule::text from outbox.webhooks order by created_at`,
    )
    const nothing = { filter: null, body_template: null, headers: null, tenant: null, timeout: null }
    expect(rows).toEqual([
      { ...nothing, retry_schedule: null },
      { ...nothing, retry_schedule: '{}' },
    ])
  })

  test.for([
    ['url', 'ftp://x', 'url', 'which is no address for a webhook'],
    ['events', '', 'events', 'column &quot;events&quot;'],
    ['patterns', 'a..b', 'events', 'which is no pattern'],
    ['filter', '$.a ==', 'filter', 'syntax error'],
    ['filter', '$.a like_regex "("', 'filter', 'regular expression'],
    ['filter', '$x == 1', 'filter', 'uses the variable $x'],
    ['body_template', '{"a": {{ $.type }}}', 'body_template', 'is no JSON'],
    ['format', 'xml', 'format', 'is one of standard and cloudevents'],
    ['header_name', 'Content-Type', 'headers', 'not yours to set'],
    ['max_in_flight', 'many', 'max_in_flight', 'whole number from 1 to 1000'],
    ['max_in_flight', '', 'max_in_flight', 'Give 1 to 1000'],
    ['rate_limit', '99999999999', 'rate_limit', 'out of range'],
    ['timeout', 'soon', 'timeout', 'Give a time such as 10 s'],
    ['timeout', '1 h', 'timeout', 'Give 100 ms to 5 min'],
    ['retry_schedule', '5 s, later', 'retry_schedule', 'List waits'],
    ['retry_schedule', '99999999999 years', 'retry_schedule', 'List waits'],
  ] as const)('refuses %s "%s" at its field, and keeps it', async ([name, value, at, sentence], { database, db }) => {
    const { status, text } = await testApp(database).post(
      '/webhooks/new',
      filled({ description: 'kept', header_value: 'text', [name]: value }),
    )
    expect(status).toBe(422)
    expect(new RegExp(`<p class="fault" id="${at}-fault">([^<]*)</p>`).exec(text)?.[1]).toContain(sentence)
    expect(text).toMatch(/value="kept"/)
    if (!['events', 'format'].includes(name)) expect(text.replaceAll('&quot;', '"')).toContain(value)
    expect(await ask(db, `select count(*)::int from outbox.webhooks`)).toBe(0)
  })
})

describe('the form of a webhook that is there', () => {
  const version = (db: Client, id: string) =>
    ask<string>(db, `select version::text from outbox.webhooks where id = '${id}'`)

  test('holds its values, and saves changes; header values that are not touched stay', async ({ database, db }) => {
    const id = await makeWebhook(db)
    await db.query(`update outbox.webhooks set headers = '{"X-Key": "4f2a"}', retry_schedule = '{00:00:05,24:00:00}'`)
    const { page, post } = testApp(database, { scope: 'write' })
    const { text } = await page(`/webhooks/${id}/edit`)
    expect(text).toMatch(/name="header_value"\s+value="\*\*\*"/)
    expect(text).toContain('value="5 s, 24 h"')
    const fields = { version: await version(db, id), header_name: 'X-Key', header_value: '***', description: 'new' }
    expect(await post(`/webhooks/${id}/edit`, filled(fields))).toMatchObject({
      status: 303,
      location: `../../webhooks/${id}`,
    })
    expect(await ask(db, `select description || ' ' || events::text from outbox.webhooks`)).toBe('new {ticket.*}')
    expect(await ask(db, `select value from outbox.webhook_headers`)).toBe('4f2a')
  })

  test('overwrites nothing that was changed meanwhile: shows what it is now, and what was entered', async ({
    database,
    db,
  }) => {
    const id = await makeWebhook(db)
    const before = await version(db, id)
    await db.query(`update outbox.webhooks set description = 'theirs'`)
    const { post } = testApp(database)
    const { status, text } = await post(`/webhooks/${id}/edit`, filled({ version: before, description: 'mine' }))
    expect(status).toBe(409)
    expect(text).toMatch(/name="description"\s+type="text"\s+value="theirs"/)
    expect(text).toContain('<code>mine</code>')
    expect(text).toContain(`name="version" value="${await version(db, id)}"`)
    expect(await ask(db, `select description from outbox.webhooks`)).toBe('theirs')
  })

  test('is not there for a webhook that is not', async ({ database }) => {
    const { page, post } = testApp(database)
    for (const id of ['00000000-0000-0000-0000-000000000000', '------------------------------------', 'no-uuid']) {
      expect((await page(`/webhooks/${id}/edit`)).status).toBe(404)
      expect((await post(`/webhooks/${id}/edit`, filled({ version: '1' }))).status).toBe(404)
    }
  })
})

describe('trying out', () => {
  const partial = { 'HX-Request-Type': 'partial' }

  test('a filter tells which of the newest events it lets through, and why not', async ({ database, db }) => {
    await emit(db, 'ticket.created', '{"record": {"priority": "low"}}')
    await emit(db, 'ticket.created', '{"record": {"priority": "high"}}')
    await emit(db, 'test.run_created', '{"record": {"priority": "high"}}')
    const { post } = testApp(database, { scope: 'write' })
    const fields = filled({ url: '', filter: '$.record.priority == "high"' })
    const { status, text } = await post('/webhooks/try-filter', fields, partial)
    expect(status).toBe(200)
    expect(text).not.toContain('<html')
    expect(text).toContain('<strong>1 of 2</strong>')
    expect(text).toContain('(it is &quot;low&quot;)')
    const other = await post('/webhooks/try-filter', { ...fields, filter: '$.a ==' }, partial)
    expect(other.text).toContain('syntax error')
    expect((await post('/webhooks/try-filter', { ...fields, tenant: 'acme' }, partial)).text).toContain(
      'None of the newest',
    )
    expect((await post('/webhooks/try-filter', { filter: '$.a' }, partial)).text).toContain('Choose events first')
  })

  test('without script the page comes back with everything kept', async ({ database, db }) => {
    const id = await makeWebhook(db)
    await emit(db, 'ticket.created', '{}')
    const { post } = testApp(database)
    const { text } = await post('/webhooks/try-filter', filled({ id, version: '7', description: 'kept' }))
    expect(text).toContain('<strong>1 of 1</strong>')
    expect(text).toContain('value="kept"')
    expect(text).toContain('name="version" value="7"')
    expect(text).toContain(`action="../webhooks/${id}/edit"`)
  })

  test('a template is filled from the newest event, else from an example', async ({ database, db }) => {
    const { post } = testApp(database)
    const fields = filled({ body_template: '{"n": "{{ $.data.n }}"}' })
    const body = async (more: Record<string, string> = {}) =>
      (await post('/webhooks/try-body', { ...fields, ...more }, partial)).text
    expect(await body({ events: 'invoice.*' })).toContain('There is no event of these types yet')
    await db.query(
      `insert into outbox.event_types (type, example) values ('invoice.paid', '{"n": 12345678901234567890}')`,
    )
    expect(await body({ events: 'invoice.*' })).toContain('12345678901234567890')
    await emit(db, 'invoice.paid', '{"n": 7}')
    expect(await body({ events: 'invoice.*' })).toMatch(/the newest <bdi>invoice\.paid<\/bdi>.*<\/span>: 7/s)
    expect(await body({ events: 'invoice.*', body_template: '', format: 'cloudevents' })).toContain('specversion')
    expect(await body({ events: 'invoice.*', body_template: '{' })).toContain('is no JSON')
  })
})

test('what others wrote comes out as text everywhere', async ({ database, db }) => {
  const bad = `"><img src=x onerror=alert(1)><script>alert(1)</script>`
  await db.query(`insert into outbox.event_types (type, description) values ('ticket.bad', $1)`, [bad])
  const { rows } = await db.query<{ id: string }>(
    `insert into outbox.webhooks (url, description, tenant, body_template, filter) values ($1, $2, $2, to_json($2::text)::text, $3) returning id`,
    ['https://example.com/<script>alert(1)</script>', bad, `$.a == ${JSON.stringify(bad)}`],
  )
  await emit(db, 'ticket.created', JSON.stringify({ a: `${bad}!` }), bad)
  const { page, post } = testApp(database)
  const id = rows[0]?.id ?? ''
  const stale = await post(`/webhooks/${id}/edit`, filled({ description: bad, tenant: bad, version: '0', url: bad }))
  const fields = filled({ filter: `$.a == ${JSON.stringify(bad)}`, tenant: bad, body_template: JSON.stringify(bad) })
  const texts = [
    (await page('/webhooks')).text,
    (await page(`/webhooks/${id}/edit`)).text,
    stale.text,
    (await post('/webhooks/try-filter', fields)).text,
    (await post('/webhooks/try-body', fields)).text,
    (await post('/webhooks/new', { ...fields, header_name: bad, header_value: bad, patterns: bad })).text,
  ]
  for (const text of texts) {
    expect(text).toContain('&lt;script&gt;')
    expect(text).not.toMatch(/<script>|<img src=x/)
  }
})
