import { describe, expect, onTestFinished, test } from 'vitest'
import { createReceiver } from '../../relay/listen.ts'
import type { ReceiverOptions } from '../../relay/listen.ts'
import { parseSecret, sign } from '../../relay/sign.ts'
import { createSecret } from '../../sql/secret.ts'

const SECRET = createSecret()
const ID = '01998f0e-0000-7000-8000-000000000001'

async function listening(change: Partial<ReceiverOptions> = {}) {
  const lines: string[] = []
  const options = { port: 0, secrets: () => [SECRET], write: (line: string) => void lines.push(line), color: false }
  const receiver = await createReceiver({ ...options, ...change })
  onTestFinished(() => receiver.close())
  return { receiver, lines }
}

function post(url: string, body: string, secret = SECRET): Promise<Response> {
  const timestamp = Math.floor(Date.now() / 1000)
  const signature = sign([parseSecret(secret)], ID, timestamp, Buffer.from(body))
  const headers = { 'webhook-id': ID, 'webhook-timestamp': String(timestamp), 'webhook-signature': signature }
  return fetch(url, { method: 'POST', body, headers })
}

/** Without the column of the time. */
function right(lines: string[]): string[] {
  return lines.map((line) => line.slice('12:34:56  '.length))
}

describe('the answer', () => {
  test('is 200 when the signature is good', async () => {
    const { receiver } = await listening()
    const response = await post(receiver.url, '{"type":"ticket.closed"}')
    expect([response.status, await response.text()]).toEqual([200, '{"received":true}'])
  })

  test('is 400 with the reason when no known secret made the signature', async () => {
    const { receiver, lines } = await listening()
    const response = await post(receiver.url, '{"type":"ticket.closed"}', createSecret())
    expect([response.status, await response.json()]).toEqual([400, { error: 'no signature matches' }])
    expect(right(lines)[0]).toBe('ticket.closed  ✗ NOT VERIFIED (no signature matches)')
  })

  test('is the status that was asked for', async () => {
    const { receiver } = await listening({ status: 503 })
    expect((await post(receiver.url, '{}')).status).toBe(503)
  })

  test('is given unchecked while no secret is known, and checked as soon as one is', async () => {
    const secrets: string[] = []
    const { receiver, lines } = await listening({ secrets: async () => secrets })
    expect((await post(receiver.url, '{"type":"a"}', createSecret())).status).toBe(200)
    expect(right(lines)[0]).toBe('a  not checked (no secret known)')
    secrets.push(SECRET)
    expect((await post(receiver.url, '{"type":"a"}', createSecret())).status).toBe(400)
  })

  test('refuses a body of more than 10 MB', async () => {
    const { receiver, lines } = await listening()
    const response = await post(receiver.url, 'x'.repeat(10 * 1024 * 1024 + 1))
    expect(response.status).toBe(413)
    expect(lines).toEqual(['a request larger than 10 MB was refused'])
  })

  test('tells a browser what this is', async () => {
    const { receiver, lines } = await listening()
    expect((await fetch(receiver.url)).status).toBe(405)
    expect(lines).toEqual([])
  })

  test('is 500 when the secrets cannot be had, and the reason is printed', async () => {
    const { receiver, lines } = await listening({ secrets: () => Promise.reject(new Error('no database')) })
    expect((await post(receiver.url, '{}')).status).toBe(500)
    expect(lines).toEqual(['a request could not be handled: no database'])
  })
})

describe('what is printed', () => {
  test('is aligned, and keeps digits as they were sent', async () => {
    const { receiver, lines } = await listening()
    await post(
      `${receiver.url}/hook`,
      '{"type":"ticket.closed","data":{"id":9007199254740993,"price":1.10,"tags":[],"n":[1]}}',
    )
    expect(lines[0]).toMatch(/^\d\d:\d\d:\d\d {2}ticket\.closed {2}✓ verified$/)
    expect(right(lines).slice(1)).toEqual([
      `${ID} · 86 B · /hook`,
      '{',
      '  "type": "ticket.closed",',
      '  "data": {',
      '    "id": 9007199254740993,',
      '    "price": 1.10,',
      '    "tags": [],',
      '    "n": [',
      '      1',
      '    ]',
      '  }',
      '}',
      '',
    ])
  })

  test('is raw text when the body is not JSON', async () => {
    const { receiver, lines } = await listening()
    await post(receiver.url, 'first, {"a":\r\n\tsecond')
    expect(right(lines)).toEqual([
      'POST without an event type  ✓ verified',
      `${ID} · 21 B`,
      'first, {"a":',
      '  second',
      '',
    ])
  })

  // U+009B starts an escape sequence in one character, U+202E turns the direction of what follows.
  test.each(['{"type":"a\u009b2J","b":"\u202e"}', 'not JSON \u001b]0;title\u0007 \u009b2J \u202e'])(
    'never holds a control character of the body: %j',
    async (body) => {
      for (const json of [true, false]) {
        const { receiver, lines } = await listening({ json })
        await post(receiver.url, body)
        expect(lines.join('')).not.toMatch(/[\p{Cc}\p{Cf}]/u)
        expect(lines.join('')).toContain('\\u009b2J')
      }
    },
  )

  test('is coloured on demand, and only by colours', async () => {
    const { receiver, lines } = await listening({ color: true })
    await post(receiver.url, '{"type":"a","b":[true]}')
    const text = lines.join('\n')
    expect(text).toContain('\u001b[32m✓ verified\u001b[0m')
    // 0 ends a colour, 1 and 2 are bold and dim.
    const sequences = text.split('\u001b').slice(1)
    for (const sequence of sequences) expect(sequence).toMatch(/^\[(0|1|2|3[1-6])m/)
  })

  test('is cut when it is long, by lines and within a line, and says so', async () => {
    const { receiver, lines } = await listening()
    await post(receiver.url, JSON.stringify({ type: 'a', rows: Array.from({ length: 5_000 }, (_, i) => i) }))
    // Two lines of heading, 200 of the body, the note and the empty line.
    expect(lines).toHaveLength(204)
    expect(right(lines).at(-2)).toBe('… cut here; with --json everything is printed')
    lines.length = 0
    await post(receiver.url, JSON.stringify('\n'.repeat(1_000_000)))
    expect(lines.join('\n').length).toBeLessThan(1_000)
    expect(right(lines).at(-2)).toBe('… cut here; with --json everything is printed')
  })

  test('is one JSON line per request with --json, the body as it was sent', async () => {
    const { receiver, lines } = await listening({ json: true })
    const body = '{"type":"ticket.closed","n":9007199254740993}\n'
    await post(`${receiver.url}/x`, body)
    expect(lines).toHaveLength(1)
    const expected = {
      type: 'ticket.closed',
      id: ID,
      verified: true,
      reason: null,
      method: 'POST',
      path: '/x',
      bytes: 46,
      body,
    }
    expect(JSON.parse(lines[0] ?? '')).toMatchObject(expected)
  })
})

describe('createReceiver', () => {
  test('says in a sentence that the port is in use', async () => {
    const { receiver } = await listening()
    const second = createReceiver({ port: receiver.port, secrets: () => [], write: () => {}, color: false })
    await expect(second).rejects.toThrow(
      `port ${receiver.port} on 127.0.0.1 is already in use: choose another with --port`,
    )
  })

  test('closes twice without a fault', async () => {
    const { receiver } = await listening()
    await receiver.close()
    await expect(receiver.close()).resolves.toBeUndefined()
  })
})
