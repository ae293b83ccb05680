import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { createKeyring } from '../../relay/keyring.ts'
import { hubSignature, sign } from '../../relay/sign.ts'
import { createSecret } from '../../sql/secret.ts'

const BODY = Buffer.from('{"name":"Zoë"}')

describe('a keyring', () => {
  test('drops a secret at the instant of its end, without being read again', () => {
    const [current, old, older] = [createSecret(), createSecret(), createSecret()]
    const keyring = createKeyring(
      [
        { secret: current, ends_in_ms: null },
        { secret: old, ends_in_ms: 2_000 },
        { secret: older, ends_in_ms: 1_000 },
      ],
      10_000,
    )
    const signatures = (now: number) => sign(keyring.keys(now), 'id', 1, BODY).split(' ')
    const all = signatures(10_000)
    expect(new Set(all).size).toBe(3)
    expect(signatures(10_999)).toEqual(all)
    expect(signatures(11_000)).toEqual(all.slice(0, 2))
    expect(signatures(11_999)).toEqual(all.slice(0, 2))
    expect(signatures(12_000)).toEqual(all.slice(0, 1))
    expect(signatures(1e12)).toEqual(all.slice(0, 1))
  })

  test('signs for receivers of GitHub’s kind with the text of the newest secret', () => {
    const [current, old] = [createSecret(), createSecret()]
    const { hub_key } = createKeyring(
      [
        { secret: current, ends_in_ms: null },
        { secret: old, ends_in_ms: 1_000 },
      ],
      0,
    )
    const expected = createHmac('sha256', current).update('{"name":"Zoë"}', 'utf8').digest('hex')
    expect(hub_key === null ? null : hubSignature(hub_key, BODY)).toBe(`sha256=${expected}`)
  })

  test('without secrets has no keys', () => {
    expect(createKeyring([], 0)).toMatchObject({ hub_key: null })
    expect(createKeyring([], 0).keys(0)).toEqual([])
  })
})
