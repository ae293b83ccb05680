/** What a relay sends, and to whom: from a commit to a signed request. */
import { Webhook } from 'standardwebhooks'
import type { Client } from '../../sql/db.ts'
import { isSigned } from '../support/ledger.ts'
import { ask, deliveries, describe, emit, emitMany, expect, makeWebhook, settled, test } from '../support/world.ts'

function secretOf(db: Client, webhook_id: string): Promise<string> {
  return ask(db, 'select secret from outbox.webhook_secrets where webhook_id = $1', [webhook_id])
}

describe('a committed event', () => {
  test('arrives signed, as the documented body, and is recorded', async ({ db, receive, relay }) => {
    const receiver = await receive(() => ({ status: 202, headers: { 'x-a': 'b' }, body: 'thanks' }))
    const webhook_id = await makeWebhook(db, { url: `${receiver.url}/hook?a=1`, events: ['ticket.*'] })
    await relay()
    const id = await emit(db, 'ticket.created', '{"n": 9007199254740993,  "s":"ü\\u0000"}')
    const request = await receiver.next()
    expect(request).toMatchObject({ path: '/hook?a=1', id, type: 'ticket.created' })
    expect(request.headers).toMatchObject({
      'content-type': 'application/json',
      'user-agent': expect.stringMatching(/^outbox\/\d/),
    })
    // The data is the text that was emitted, blanks and digits and all.
    expect(request.body).toMatch(
      /^\{"id":"[0-9a-f-]{36}","type":"ticket\.created","timestamp":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z","data":\{"n": 9007199254740993, {2}"s":"ü\\u0000"\}\}$/,
    )
    expect(isSigned(request, new Webhook(await secretOf(db, webhook_id)))).toBe(true)
    const [delivery] = await settled(db, webhook_id, (seen) => seen[0]?.status === 'delivered')
    expect(delivery).toMatchObject({
      event_id: id,
      attempts: 1,
      response: { status: 202, body: 'thanks', error: null },
    })
  })

  test('of a rolled-back transaction or savepoint is never sent', async ({ db, receive, relay }) => {
    const receiver = await receive()
    await makeWebhook(db, { url: receiver.url })
    await relay()
    await db.query('begin')
    await emit(db, 'ticket.rolled_back')
    await db.query('rollback')
    await db.query('begin')
    await emit(db, 'ticket.kept')
    await db.query('savepoint here')
    await emit(db, 'ticket.rolled_back')
    await db.query('rollback to here')
    await db.query('commit')
    await emit(db, 'ticket.last')
    await receiver.next(({ type }) => type === 'ticket.last')
    expect(receiver.requests.map(({ type }) => type).toSorted()).toEqual(['ticket.kept', 'ticket.last'])
  })

  test('goes to each webhook that wants it, once', async ({ db, receive, relay }) => {
    const receiver = await receive()
    await makeWebhook(db, { url: `${receiver.url}/all` })
    await makeWebhook(db, { url: `${receiver.url}/both`, events: ['ticket.*', 'ticket.created'] })
    await makeWebhook(db, { url: `${receiver.url}/other`, events: ['workflow.*'] })
    await makeWebhook(db, { url: `${receiver.url}/off`, enabled: false })
    await relay()
    await emit(db)
    await emit(db, 'workflow.started')
    await receiver.waitFor(4)
    expect(receiver.requests.map(({ path, type }) => `${path} ${type}`).toSorted()).toEqual([
      '/all ticket.created',
      '/all workflow.started',
      '/both ticket.created',
      '/other workflow.started',
    ])
  })

  test('of a type nobody declared enters the catalog', async ({ db, receive, relay }) => {
    const receiver = await receive()
    await makeWebhook(db, { url: receiver.url })
    await relay()
    await emit(db, 'invoice.line.paid')
    await receiver.waitFor(1)
    const known = () => ask(db, `select source from outbox.event_types where type = 'invoice.line.paid'`)
    await settled(db, '00000000-0000-0000-0000-000000000000', () => true)
    await expect.poll(known).toBe('custom')
  })
})

describe('a webhook', () => {
  test('that was inserted by SQL is given a secret by the first relay that meets it', async ({
    db,
    receive,
    relay,
  }) => {
    const receiver = await receive()
    const webhook_id = await makeWebhook(db, { url: receiver.url })
    expect(await ask(db, 'select count(*)::int from outbox.webhook_secrets')).toBe(0)
    await Promise.all([relay(), relay()])
    await emit(db)
    await receiver.waitFor(1)
    expect(await secretOf(db, webhook_id)).toMatch(/^whsec_/)
  })

  test('with two secrets is signed with both, and an expired one signs no more', async ({ db, receive, relay }) => {
    const receiver = await receive()
    const webhook_id = await makeWebhook(db, { url: receiver.url })
    const [old, current, expired] = ['A', 'B', 'C'].map((letter) => `whsec_${letter.repeat(43)}=`) as [
      string,
      string,
      string,
    ]
    await db.query(
      `insert into outbox.webhook_secrets (webhook_id, secret, created_at, expires_at) values
       ($1, $2, now() - interval '1 h', now() + interval '1 h'), ($1, $3, now(), null),
       ($1, $4, now() - interval '2 h', now() - interval '1 h')`,
      [webhook_id, old, current, expired],
    )
    await relay()
    await emit(db)
    const request = await receiver.next()
    expect(request.signature.split(' ')).toHaveLength(2)
    expect([current, old, expired].map((secret) => isSigned(request, new Webhook(secret)))).toEqual([true, true, false])
  })

  test('whose URL cannot be parsed ends its deliveries dead, with the reason', async ({ db, relay }) => {
    const webhook_id = await makeWebhook(db, { url: 'http://[::1', retry_schedule: [] })
    await relay()
    await emit(db)
    const [delivery] = await settled(db, webhook_id, (seen) => seen[0]?.status === 'dead')
    expect(delivery?.response).toMatchObject({ status: null, error: 'the URL cannot be parsed' })
  })

  test('that moves gets what comes next at its new address', async ({ db, receive, relay }) => {
    const receiver = await receive()
    const webhook_id = await makeWebhook(db, { url: `${receiver.url}/old` })
    await relay()
    await emit(db)
    await receiver.waitFor(1)
    await db.query('update outbox.webhooks set url = $2 where id = $1', [webhook_id, `${receiver.url}/new`])
    await emit(db)
    await receiver.waitFor(2)
    expect(receiver.requests.map(({ path }) => path)).toEqual(['/old', '/new'])
  })

  test('that is deleted while its deliveries wait leaves nothing pending', async ({ db, receive, relay }) => {
    const receiver = await receive(() => ({ status: 500 }))
    const webhook_id = await makeWebhook(db, { url: receiver.url, retry_schedule: ['1 h'] })
    await relay()
    await emitMany(db, 3)
    await settled(db, webhook_id, (seen) => seen.length === 3 && seen.every((d) => d.attempts === 1))
    await db.query('delete from outbox.webhooks where id = $1', [webhook_id])
    expect(await deliveries(db, webhook_id)).toEqual([])
    expect(await ask(db, 'select outbox.next_due_at()')).toBeNull()
  })
})
