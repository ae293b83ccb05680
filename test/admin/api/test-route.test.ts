/** POST /webhooks/{id}/test, with a real relay and a real receiver. */
import { onTestFinished } from 'vitest'
import { expect, test } from '../../support/fixture.ts'
import { startReceiver } from '../../support/receiver.ts'
import { localRelay } from '../../support/relay.ts'
import { testApi } from './support.ts'

test('a test tells what the receiver answered', async ({ database }) => {
  const receiver = await startReceiver({
    answer: () => ({ status: 418, headers: { 'x-pot': 'tea' }, body: 'short and stout' }),
  })
  onTestFinished(() => receiver.close())
  const relay = localRelay(database.url)
  onTestFinished(() => relay.stop())
  await relay.start()
  const { post } = testApi(database)
  const { id } = (await post('/webhooks', { url: `${receiver.url}/hook` })).body
  const told = await post(
    `/webhooks/${id}/test`,
    '{"event_type": "order.shipped", "data": {"n": 12345678901234567890}}',
  )
  expect(told.status).toBe(200)
  expect(told.body).toMatchObject({
    sent: true,
    attempt: {
      attempt: 1,
      response_status: 418,
      response_headers: { 'x-pot': 'tea' },
      response_body: 'short and stout',
    },
  })
  expect(receiver.requests[0]?.body).toContain('12345678901234567890')
  expect(receiver.requests[0]?.id).toBe(told.body.event_id)
})

test('a test that the filter drops is not sent, and says why', async ({ database }) => {
  const { post } = testApi(database)
  const { id } = (await post('/webhooks', { url: 'https://example.com', filter: '$.data.a == 1' })).body
  const told = await post(`/webhooks/${id}/test`, { data: { a: 2 } })
  expect(told.status).toBe(200)
  expect(told.body).toMatchObject({ sent: false, attempt: null, reason: expect.stringContaining('filter') })
})

test('a test that nobody sends in time is told as such', async ({ database }) => {
  const { post } = testApi(database)
  const { id } = (await post('/webhooks', { url: 'https://example.com' })).body
  const told = await post(`/webhooks/${id}/test`, { wait_seconds: 0 })
  expect(told.status).toBe(202)
  expect(told.body).toMatchObject({ sent: false, attempt: null, delivery_id: expect.any(String) })
  expect((await post(`/webhooks/${id}/test`, { wait_seconds: 31 })).body.errors[0].field).toBe('wait_seconds')
})
