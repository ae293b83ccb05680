/** Deliveries: finding, reading, sending again. */
import { expect, test } from '../../support/fixture.ts'
import { ask } from '../../support/world.ts'
import { makeDelivery, makePending, makeWebhook } from '../support.ts'
import { testApi } from './support.ts'

const BIG = '{"n": 12345678901234567890.10, "s": "a\\u0000b"}'

test('a delivery is read with its attempts, and its payload with every digit', async ({ database, db }) => {
  const { get } = testApi(database)
  const id = await makeDelivery(db, { webhook_id: await makeWebhook(db), data: BIG, response_body: 'fine' })
  const told = await get(`/deliveries/${id}`)
  expect(told.status).toBe(200)
  expect(told.text).toContain(`"data":${BIG}`)
  expect(told.body).toMatchObject({
    id,
    status: 'delivered',
    attempts_made: [{ attempt: 1, response_status: 200, response_body: 'fine' }],
  })
  expect((await get(`/deliveries/${id.replace(/^./, 'f')}`)).status).toBe(404)
})

test('deliveries are found by what they are about, page by page', async ({ database, db }) => {
  const { get } = testApi(database)
  const webhook_id = await makeWebhook(db)
  const other = await makeWebhook(db, { url: 'https://example.com/other' })
  const dead = await makeDelivery(db, {
    webhook_id,
    status: 'dead',
    response_status: 503,
    type: 'ticket.updated',
    key: '9',
  })
  const fine = await makeDelivery(db, { webhook_id, data: '{"a":"needle"}' })
  await makeDelivery(db, { webhook_id: other })
  const ids = async (query: string) =>
    (await get(`/webhooks/${webhook_id}/deliveries?${query}`)).body.data.map((row: { id: string }) => row.id)
  expect(await ids('')).toEqual([fine, dead])
  expect(await ids('status=dead,held')).toEqual([dead])
  expect(await ids('status=dead&status=delivered')).toEqual([fine, dead])
  expect(await ids('response=5xx')).toEqual([dead])
  expect(await ids('event_types=ticket.updated')).toEqual([dead])
  expect(await ids('key=9')).toEqual([dead])
  expect(await ids('contains=needle')).toEqual([fine])
  expect(await ids('since=2999-01-01T00:00:00Z')).toEqual([])
  const first = await get('/deliveries?limit=2')
  const second = await get(`/deliveries?limit=2&cursor=${first.body.next_cursor}`)
  expect([first.body.data.length, second.body.data.map((row: { id: string }) => row.id)]).toEqual([2, [dead]])
  expect(second.body.next_cursor).toBeNull()
  for (const [query, field] of [
    ['status=lost', 'status'],
    ['response=abc', 'response'],
    ['since=monday', 'since'],
    ['event_types=a..b', 'event_types'],
  ])
    expect((await get(`/deliveries?${query}`)).body.errors[0].field).toMatch(new RegExp(`^${field}`))
  // A cursor of another list is none of this one.
  expect((await get(`/events?cursor=${first.body.next_cursor}`)).body.errors[0].field).toBe('cursor')
})

test('a delivery is sent again, and so are all dead ones that are meant', async ({ database, db }) => {
  const { post } = testApi(database)
  const webhook_id = await makeWebhook(db)
  const pending = await makePending(db, webhook_id)
  expect((await post(`/deliveries/${pending}/resend`)).body).toEqual({ id: pending, status: 'pending' })
  expect(await ask(db, 'select next_attempt_at <= clock_timestamp() from outbox.pending_deliveries')).toBe(true)
  await makeDelivery(db, { webhook_id, status: 'dead', key: '1' })
  await makeDelivery(db, { webhook_id, status: 'dead', key: '2' })
  expect((await post(`/webhooks/${webhook_id}/resend`, { dry_run: true })).body).toEqual({ deliveries: 2, more: false })
  expect((await post(`/webhooks/${webhook_id}/resend`, { key: '2' })).body).toEqual({ deliveries: 1, more: false })
  expect((await post(`/webhooks/${webhook_id}/resend`, { status: 'x' })).body.errors[0].field).toBe('status')
  await db.query('update outbox.webhooks set enabled = false')
  expect((await post(`/deliveries/${pending}/resend`)).status).toBe(422)
})

test('the events of a span are replayed, looked at, and left off', async ({ database, db }) => {
  const { get, post, send } = testApi(database)
  const webhook_id = await makeWebhook(db)
  await makeDelivery(db, { webhook_id, status: 'dead' })
  const since = new Date(Date.now() - 3_600_000).toISOString()
  const until = new Date(Date.now() + 3_600_000).toISOString()
  const dry = await post(`/webhooks/${webhook_id}/replay`, { since, until, which: 'dead', dry_run: true })
  expect([dry.status, dry.body]).toEqual([200, { id: null, webhook_id, deliveries: '1', dry_run: true }])
  const asked = await post(`/webhooks/${webhook_id}/replay`, { since, until, which: 'dead' })
  expect(asked.status).toBe(202)
  const path = asked.headers.get('location')?.replace('/api/v1', '') ?? ''
  expect((await get(path)).body).toMatchObject({ webhook_id, total: '1', which: 'dead', rate_limit: 100 })
  expect((await send('DELETE', path)).status).toBe(204)
  expect((await get('/replays')).body.data[0].cancelled_at).not.toBeNull()
  expect((await send('DELETE', '/replays/999')).status).toBe(404)
  expect((await post(`/webhooks/${webhook_id}/replay`, { since: until, until: since })).status).toBe(422)
  expect((await post(`/webhooks/${webhook_id}/replay`, { since, rate_limit: 0 })).body.errors[0].field).toBe(
    'rate_limit',
  )
})
