import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { headersOf, parseTarget } from '../../relay/target.ts'

describe('parseTarget', () => {
  test.each([
    ['https://example.com', 'https://example.com', '/'],
    ['https://EXAMPLE.com:443/a', 'https://example.com', '/a'],
    ['http://example.com:8080?x=1#part', 'http://example.com:8080', '/?x=1'],
    ['https://example.com/a/../b/%7Euser?q=%2f&r=a+b', 'https://example.com', '/a/../b/%7Euser?q=%2f&r=a+b'],
    ['https://example.com/grün weg', 'https://example.com', '/gr%C3%BCn%20weg'],
    ['https://example.com\\@other.test/x', 'https://example.com', '/@other.test/x'],
    ['http://2130706433/x', 'http://127.0.0.1', '/x'],
    ['http://[::1]:9000/x', 'http://[::1]:9000', '/x'],
  ])('of %s has its origin, and its path as written where a request can carry it', (url, origin, path) => {
    expect(parseTarget(url)).toMatchObject({ origin, path })
  })

  test.each([
    ['not a url', 'the URL cannot be parsed'],
    ['ftp://example.com/s3cret', 'the URL must be http or https'],
    ['https://user:s3cret@example.com/', 'the URL must not hold a user name or password'],
  ])('refuses %s without repeating it', (url, message) => {
    expect(() => parseTarget(url)).toThrow(new Error(message))
  })

  test('names this version as the user agent', () => {
    const { name, version }: Record<string, string> = JSON.parse(readFileSync('package.json', 'utf8'))
    for (const template_id of [null, 0, 1]) expect(headersOf({ template_id })).toContain(`${name}/${version}`)
  })
})
