import { describe, expect, test } from 'vitest'
import { prettyJson } from '../../admin/parts/json.ts'
import { hostOf } from '../../admin/parts/delivery.ts'
import { relative } from '../../admin/parts/time.ts'
import { forPsql } from '../../admin/queries.ts'

/** As the reader sees it: without the tags, the escapes undone. */
async function shown(text: string): Promise<string> {
  return String(await prettyJson(text))
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
}

describe('prettyJson', () => {
  test('indents by two, and keeps what is empty on one line', async () => {
    expect(await shown('{"a":[1,true,null],"b":{},"c":[ ]}')).toBe(
      ['{', '  "a": [', '    1,', '    true,', '    null', '  ],', '  "b": {},', '  "c": []', '}'].join('\n'),
    )
  })

  test('keeps digits, escapes and doubled keys as they were sent', async () => {
    expect(await shown(String.raw`{"n":9007199254740993.10,"s":"\u0000 \" {[,:","n":1}`)).toBe(
      String.raw`{
  "n": 9007199254740993.10,
  "s": "\u0000 \" {[,:",
  "n": 1
}`,
    )
  })

  test('escapes names and values', async () => {
    const html = String(await prettyJson('{"<b>":"</pre><script>"}'))
    expect(html).not.toMatch(/<b>|<script>|<\/pre>/)
    expect(await shown('{"<b>":"</pre><script>"}')).toBe('{\n  "<b>": "</pre><script>"\n}')
  })

  test('shows a text that was cut off as far as it goes', async () => {
    expect(await shown('{"a":"be')).toBe('{\n  "a": "be')
  })

  test('copes with a quarter of a megabyte of brackets or of escapes', async () => {
    // 24 levels of two spaces are the widest indentation: below 50 characters a bracket.
    expect((await shown('['.repeat(262_144))).length).toBeLessThan(262_144 * 51)
    const escapes = `"${String.raw`\n`.repeat(131_000)}"`
    expect(await shown(escapes)).toBe(escapes)
  })
})

describe('relative', () => {
  const now = new Date('2026-11-23T10:00:00Z')
  test.each([
    [0, 'now'],
    [-12, '12 s ago'],
    [-119, '119 s ago'],
    [-120, '2 min ago'],
    [-7_200, '2 h ago'],
    [-200_000, '2 d ago'],
    [300, 'in 5 min'],
  ])('tells %d seconds as "%s"', (seconds, text) => {
    expect(relative(new Date(now.getTime() + seconds * 1000), now)).toBe(text)
  })
})

describe('hostOf', () => {
  test('shows host and port, and hides the path, which is often the password', () => {
    expect(hostOf('https://hooks.example.com:8443/services/T0/secret?token=x')).toBe('hooks.example.com:8443')
  })
})

describe('forPsql', () => {
  test('puts the id in place of the parameter', () => {
    expect(forPsql('\nselect a\nfrom b\nwhere id = $1', 'x')).toBe("select a\nfrom b\nwhere id = 'x';")
  })
})
