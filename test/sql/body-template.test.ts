/** Bodies of a webhook's own shape: what a template becomes, byte for byte, and which templates are refused. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as fc from 'fast-check'
import type { Client } from '../../sql/db.ts'
import { ask, describe, emit, expect, makeWebhook, only, test } from '../support/world.ts'

const BODY = {
  id: '01a209d0-6ce8-79d9-b608-2b51612e3aaf',
  type: 'ticket.created',
  timestamp: '2026-11-23T19:09:44.040623Z',
  data: {
    record: { id: 2, title: 'Say "hi"\\\n\u0001ü🌱', tags: ['a', 'b'], nothing: null, ok: true, empty: '' },
    at: '2026-01-01T11:30:00',
  },
}

/** `body` is a JSON text, or null for a body that jsonb cannot hold. */
function render(db: Client, template: string, body: string | null = JSON.stringify(BODY)): Promise<string> {
  return ask(db, 'select outbox.render_template($1, $2)', [template, body])
}

async function expectEach(db: Client, cases: [template: string, rendered: string][]): Promise<void> {
  const seen: typeof cases = []
  for (const [template] of cases) seen.push([template, await render(db, template)])
  expect(seen).toEqual(cases)
}

function setTemplate(db: Client, template: string | null, format = 'standard'): Promise<unknown> {
  return db.query('update outbox.webhooks set body_template = $1, format = $2', [template, format])
}

describe('a string of a template', () => {
  test('that is nothing but a path becomes the value', async ({ db }) => {
    await expectEach(db, [
      ['{"a":"{{ $.type }}"}', '{"a":"ticket.created"}'],
      ['{"a":"{{$.type}}"}', '{"a":"ticket.created"}'],
      ['{"a":"{{ $.data.record.id }}"}', '{"a":2}'],
      ['{"a":"{{ $.data.record.ok }}"}', '{"a":true}'],
      ['{"a":"{{ $.data.record.tags }}"}', '{"a":["a", "b"]}'],
      ['{"a":"{{ $.data.record.nothing }}"}', '{"a":null}'],
      ['{"a":"{{ $.data.record.missing }}"}', '{"a":null}'],
      ['{"a":"{{ $.data.record.empty }}"}', '{"a":""}'],
      ['{"a":"{{ $.data.record.title }}"}', '{"a":"Say \\"hi\\"\\\\\\n\\u0001ü🌱"}'],
      ['["{{ $.data.record.tags[*] }}","{{ $.data.record.id + 1 }}"]', '["a",3]'],
      ['{"a":"{{ $.data.record.id == 2 }}"}', '{"a":true}'],
    ])
  })

  test('that holds more becomes text', async ({ db }) => {
    await expectEach(db, [
      ['{"a":"[{{ $.type }}]"}', '{"a":"[ticket.created]"}'],
      ['{"a":" {{ $.data.record.id }}"}', '{"a":" 2"}'],
      ['{"a":"{{ $.data.record.id }} "}', '{"a":"2 "}'],
      ['{"a":"{{ $.data.record.id }}{{ $.data.record.ok }}"}', '{"a":"2true"}'],
      ['{"a":"<{{ $.data.record.nothing }}{{ $.data.record.missing }}>"}', '{"a":"<>"}'],
      ['{"a":"tags: {{ $.data.record.tags }}"}', '{"a":"tags: [\\"a\\", \\"b\\"]"}'],
      ['{"a":"-{{ $.data.record.title }}-"}', '{"a":"-Say \\"hi\\"\\\\\\n\\u0001ü🌱-"}'],
      ['{"a":"\\"{{ $.type }}\\""}', '{"a":"\\"ticket.created\\""}'],
      ['{"a":"\\"{{ $.type }}"}', '{"a":"\\"ticket.created"}'],
      ['{"a":"\\"{{ $.data.record.id }}"}', '{"a":"\\"2"}'],
      ['{"a":"{{ $.type }}\\""}', '{"a":"ticket.created\\""}'],
      ['{"a":"\\\\{{ $.type }}"}', '{"a":"\\\\ticket.created"}'],
      ['{"a":"{{ \\"\\\\\\"\\" }}{{ \\"x\\" }}"}', '{"a":"\\"x"}'],
    ])
  })

  test('may be the whole template', async ({ db }) => {
    await expectEach(db, [
      ['"{{ $.data.record.id }}"', '2'],
      [' "{{ $.data.record.tags }}"\n', ' ["a", "b"]\n'],
      ['"{{ $.type }}!"', '"ticket.created!"'],
      ['"nothing"', '"nothing"'],
      ['null', 'null'],
    ])
  })

  test('writes a quote, a line feed or a letter of its path as JSON does', async ({ db }) => {
    await expectEach(db, [
      ['["{{ $.data.record.tags[*] ? (@ != \\"a\\") }}"]', '["b"]'],
      ['["{{ $.data.record.tags[*] ? (@ like_regex \\"^B$\\" flag \\"i\\") }}"]', '["b"]'],
      ['["{{ $.data.record.tags[*]\\n ? (@ like_regex \\"b{1,2\\u007d\\") }}"]', '["b"]'],
      ['["{{ $.t\\u0079pe }}"]', '["ticket.created"]'],
      ['["{{ strict $.type }}"]', '["ticket.created"]'],
    ])
  })

  test('holds two braces when they are escaped, and what closes nothing', async ({ db }) => {
    await expectEach(db, [
      ['["\\u007b{ $.type }}"]', '["\\u007b{ $.type }}"]'],
      ['["}} {{ $.type }}}} { { $.type"]', '["}} ticket.created}} { { $.type"]'],
    ])
  })
})

describe('a template', () => {
  test('keeps order, blanks, escapes and doubled keys of what it does not fill', async ({ db }) => {
    const template =
      '\n{ "z" : 1.50 ,\t"a":"\\u00fc\\/\\ud800","a":"{{ $.type }}" , "z":[ ], "e":1e400,"n":"\\u0000" , "{":{"}":{}}}\r\n'
    await makeWebhook(db, { url: 'http://127.0.0.1:9' })
    await setTemplate(db, template)
    expect(await render(db, template)).toBe(template.replace('{{ $.type }}', 'ticket.created'))
  })

  test('keeps digits that a double would lose', async ({ db }) => {
    const body = '{"data":{"n":9007199254740993,"d":1.10,"e":123456789012345678901234567890.5}}'
    expect(await render(db, '["{{ $.data.n }}","{{ $.data.d }}","{{ $.data.e }}","{{ $.data.n }}!"]', body)).toBe(
      '[9007199254740993,1.10,123456789012345678901234567890.5,"9007199254740993!"]',
    )
  })

  test('finds everything missing in a body that jsonb cannot hold', async ({ db }) => {
    expect(await render(db, '["{{ $.type }}","<{{ $.id }}>"]', null)).toBe('[null,"<>"]')
    await makeWebhook(db, { url: 'http://127.0.0.1:9' })
    await setTemplate(db, '["{{ $.type }}","<{{ $.id }}>"]')
    const id = await emit(db, 'ticket.created', '{"s":"\\u0000"}')
    const body = `select outbox.delivery_body(e, w.template_id) from outbox.events as e, outbox.webhooks as w where e.id = $1`
    expect(await ask(db, body, [id])).toBe('[null,"<>"]')
  })

  test('takes a path that cannot be evaluated for one that finds nothing', async ({ db }) => {
    const paths = [
      '$.type / 0',
      '$.type.double()',
      'strict $.a.b',
      '$.type.datetime()',
      '$.type.datetime(\\"aaa\\")',
      '$.type[9999999999]',
      // What the trigger refuses, too, should it ever get there.
      '$variable',
      'type',
      '\\u0000',
      '',
    ]
    const strings = paths.map((path) => `"{{ ${path} }}"`).join(',')
    expect(await render(db, `[${strings}]`)).toBe(`[${paths.map(() => 'null').join(',')}]`)
    expect(await render(db, `["<${paths.map((path) => `{{ ${path} }}`).join('')}>"]`)).toBe('["<>"]')
  })

  test('makes the same body in every time zone', async ({ db }) => {
    const template = '["{{ $.data.at.datetime() < \\"2026-01-01T12:00:00+00:00\\".datetime() }}"]'
    const seen: string[] = []
    for (const zone of ['UTC', 'Pacific/Auckland', 'America/Los_Angeles']) {
      await db.query(`select set_config('timezone', $1, false)`, [zone])
      seen.push(await render(db, template))
    }
    expect(seen).toEqual(['[true]', '[true]', '[true]'])
  })

  test('cannot blow an event up: what is longer than eight times the event, or 64 KiB, is missing', async ({ db }) => {
    const times = (n: number) => `[${Array.from({ length: n }, () => '"{{ $.s }}"').join(',')}]`
    const body = (length: number) => JSON.stringify({ s: 'x'.repeat(length) })
    const kept = async (n: number, length: number) =>
      (JSON.parse(await render(db, times(n), body(length))) as unknown[]).filter((item) => item !== null).length
    expect(await kept(100, 600)).toBe(100)
    expect(await kept(100, 6_000)).toBe(10)
    expect(await kept(100, 200_000)).toBe(8)
    expect(await render(db, '["{{ $.n }}"]', '{"n":1e131071}')).toBe('[null]')
    expect(await kept(1, 5_000_000)).toBe(1)
  })
})

/** JSON as people and fuzzers write it, without U+0000, which jsonb cannot hold. */
const json = fc
  .oneof(
    fc.jsonValue({ stringUnit: 'binary' }).map((value) => JSON.stringify(value)),
    fc.bigInt().map(String),
    fc.constantFrom('"\\""', '"\\\\"', '"{{ $.type }}"', '"}}"', '[{"a\\"b":"\\n"}]', '1.10', '-0', '1e2'),
  )
  .map((text) => text.replaceAll('\\u0000', '_'))
const literal = fc
  .oneof(fc.string({ unit: 'binary' }), fc.constantFrom('', '"', '\\', '\\"', '}}', '{', ': ', ',"a":1'))
  .map((text) => JSON.stringify(text.replaceAll('\0', '').replaceAll('{', '(')).slice(1, -1))
const gap = fc.constantFrom('', ' ', '\n\t', '  ')

/** Each value of the template: nothing but the path, texts around and between paths, or no path at all. */
const values = fc.array(
  fc.oneof(
    fc.constant<string[] | null>(null),
    fc.array(literal, { minLength: 1, maxLength: 4 }).filter((texts) => texts.length !== 2 || texts.join('') !== ''),
  ),
  { maxLength: 6 },
)

describe('any value in any template', () => {
  test('stands where the path stood, as it is, and nothing else changes', async ({ db }) => {
    await fc.assert(
      fc.asyncProperty(json, values, gap, gap, async (value, kinds, before, after) => {
        const path = `{{${before}$.data.x${after}}}`.replaceAll('\n\t', '\\n\\t')
        const fill = (whole: string, part: string) =>
          `${before}{${kinds
            .map((texts, n) => `${before}"k${n}"${after}:${texts === null ? whole : `"${texts.join(part)}"`}`)
            .join(`${before},`)}}${after}`
        const template = fill(`"${path}"`, path)
        const { rows } = await db.query<{ value: string; text: string; rendered: string; checked: unknown }>(
          `select $1::jsonb::text as value, coalesce($1::jsonb #>> '{}', '') as text, outbox.check_body_template('standard', $2) as checked,
                  outbox.render_template($2, jsonb_build_object('type', 'no', 'data', jsonb_build_object('x', $1::jsonb))) as rendered`,
          [value, template],
        )
        const { value: as_jsonb, text, rendered } = only(rows)
        expect(rendered).toBe(fill(as_jsonb, JSON.stringify(text).slice(1, -1)))
        const parsed: unknown = JSON.parse(rendered)
        const expected = kinds.map((texts, n) => [
          `k${n}`,
          texts === null
            ? (JSON.parse(as_jsonb) as unknown)
            : (JSON.parse(`"${texts.join('\\u0000')}"`) as string).replaceAll('\0', () => text),
        ])
        expect(parsed).toEqual(Object.fromEntries(expected))
      }),
      { numRuns: 400 },
    )
  })

  test('makes valid JSON of every template that is not refused', async ({ db }) => {
    const words = [
      '{{',
      '}}',
      '"',
      '\\"',
      '\\\\',
      '$',
      '.type',
      '.data',
      ' ',
      '{',
      '}',
      ':',
      ',',
      '[',
      ']',
      '\\u007b',
      '1',
      '"{{ $.type }}"',
    ]
    await db.query(`
      create function pg_temp.rendered(template text, body jsonb) returns text language plpgsql as $$
      begin
        perform outbox.check_body_template('standard', template);
        return outbox.render_template(template, body);
      exception when sqlstate 'OB001' then return null;
      end $$`)
    const template = fc
      .tuple(
        fc.constantFrom(['', ''], ['"', '"'], ['["', '"]'], ['{"a":"', '"}']),
        fc.array(fc.constantFrom(...words), { maxLength: 12 }),
      )
      .map(([[open, close], inner]) => `${open}${inner.join('')}${close}`)
    let accepted = 0
    await fc.assert(
      fc.asyncProperty(fc.array(template, { minLength: 50, maxLength: 50 }), json, async (templates, value) => {
        const { rows } = await db.query<{ rendered: string | null }>(
          `select pg_temp.rendered(u.template, jsonb_build_object('type', $2::jsonb, 'data', $2::jsonb)) as rendered from unnest($1::text[]) as u (template)`,
          [templates, value],
        )
        for (const { rendered } of rows) {
          if (rendered === null) continue
          accepted += 1
          JSON.parse(rendered)
        }
      }),
      { numRuns: 60 },
    )
    expect(accepted).toBeGreaterThan(100)
  })
})

describe('outbox.webhooks.body_template', () => {
  test('refuses what could not be rendered, and says why', async ({ db }) => {
    const refused: [template: string, message: string | RegExp][] = [
      ['{"a": {{ $.type }} }', /^column "body_template" is no JSON: .+line 1: \{"a": \{/],
      ['{\n  "a": 1,\n  "b": tru\n}', /is no JSON: .+line 3: .*tru/],
      ['', 'is no JSON: '],
      ['['.repeat(60_000), 'is no JSON: '],
      ['{"a":"{{ $.type", "b":{"c":{}}}', 'has {{ without }} in the string "{{ $.type"'],
      ['{"a":"{{ $.type }} {{"}', 'has {{ without }} in the string'],
      ['{"a":"{{ {{ $.type }} }}"}', 'has {{ without }}'],
      ['{"a":1,"b {{ $.type }}" : 1}', 'has {{ in the key "b {{ $.type }}"'],
      ['{"{{": 1}', 'has {{ in the key'],
      ['{"a":"{{ type }}"}', 'has {{ type }}, which is no jsonpath: syntax error'],
      ['{"a":"{{ }}"}', 'has {{ }}, which is no jsonpath: '],
      ['["{{ $.a like_regex \\"(\\" }}"]', /no jsonpath: invalid regular expression/],
      ['["{{ \\u0000 }}"]', 'has {{ \\u0000 }}, which is no jsonpath: '],
      ['["{{ $.a ? (@ == $foo) }}"]', 'has {{ $.a ? (@ == $foo) }}, which uses the variable $foo'],
      [`"${'x'.repeat(65_535)}"`, 'has 65537 characters'],
      [`"${'{{$}}'.repeat(101)}"`, 'has 101 paths'],
    ]
    await makeWebhook(db, { url: 'http://127.0.0.1:9' })
    for (const [template, message] of refused)
      await expect(setTemplate(db, template), template.slice(0, 100)).rejects.toMatchObject({
        code: 'OB001',
        column: 'body_template',
        message: typeof message === 'string' ? expect.stringContaining(message) : expect.stringMatching(message),
        hint: expect.stringMatching(/\w.+\.$/),
      })
  })

  test('goes with the format standard only', async ({ db }) => {
    await makeWebhook(db, { url: 'http://127.0.0.1:9' })
    const error = { code: 'OB001', column: 'body_template', message: expect.stringContaining('cloudevents') }
    await expect(setTemplate(db, '{}', 'cloudevents')).rejects.toMatchObject(error)
    await setTemplate(db, '{}')
    await expect(db.query(`update outbox.webhooks set format = 'cloudevents'`)).rejects.toMatchObject(error)
    await expect(setTemplate(db, null, 'xml')).rejects.toMatchObject({ code: 'OB001', column: 'format' })
  })

  test('takes the bounds themselves, and strings that only look like more', async ({ db }) => {
    await makeWebhook(db, { url: 'http://127.0.0.1:9' })
    for (const template of [
      `"${'x'.repeat(65_534)}"`,
      `"${'{{$}}'.repeat(100)}"`,
      '["US$","{{ $.type == \\"US$\\" }}"]',
      '{"}}":"}}","{":{"a":{"b":{}}}}',
      '["{{ $.type }}",":"]',
    ])
      await setTemplate(db, template)
  })

  test('warns of a path outside the body, once', async ({ db }) => {
    const notices: { message?: string | undefined; hint?: string | undefined }[] = []
    db.on('notice', (notice) => notices.push(notice))
    await makeWebhook(db, { url: 'http://127.0.0.1:9' })
    await setTemplate(db, '["{{ $.type }}","{{ $.record.title }}","{{ $.data.id }}"]')
    await db.query(`update outbox.webhooks set description = 'x'`)
    expect(notices).toMatchObject([
      {
        message: 'the body template has {{ $.record.title }}, but no body has $.record',
        hint: expect.stringContaining('$.data.record'),
      },
    ])
  })

  test('is kept once for all who have it, and as long as a delivery began with it', async ({ db }) => {
    await makeWebhook(db, { url: 'http://127.0.0.1:9' })
    await makeWebhook(db, { url: 'http://127.0.0.1:9' })
    const numbers = async () =>
      (await db.query<{ template_id: number | null }>('select template_id from outbox.webhooks')).rows.map(
        (row) => row.template_id,
      )
    expect(await numbers()).toEqual([null, null])
    await setTemplate(db, '["{{ $.type }}"]')
    const [first] = await numbers()
    expect(await numbers()).toEqual([first, first])
    await db.query('update outbox.webhooks set template_id = 0')
    expect(await numbers()).toEqual([first, first])
    await setTemplate(db, '["{{ $.type }}" ]')
    const [second] = await numbers()
    expect(second).not.toBe(first)
    await setTemplate(db, '["{{ $.type }}"]')
    expect(await numbers()).toEqual([first, first])
    await setTemplate(db, null)
    expect(await numbers()).toEqual([null, null])
    expect(await ask(db, `select count(*)::int from outbox.body_templates where format = 'standard'`)).toBe(2)
  })

  test('shapes each event of a batch, in the order of the batch', async ({ db }) => {
    await makeWebhook(db, { url: 'http://127.0.0.1:9' })
    await setTemplate(db, '["{{ $.data.n }}","{{ $.id }}"]')
    for (let n = 0; n < 5; n += 1) await emit(db, 'ticket.created', { n })
    await db.query('select outbox.cut_batches(1)')
    const { rows } = await db.query<{ event_ids: string[]; bodies: string[] }>(
      'select event_ids, bodies from outbox.batch_matches((select b.id from outbox.batches as b))',
    )
    const { event_ids, bodies } = only(rows)
    expect(bodies.map((body) => (JSON.parse(body) as unknown[])[1])).toEqual(event_ids)
    expect(new Set(bodies.map((body) => (JSON.parse(body) as unknown[])[0]))).toEqual(new Set([0, 1, 2, 3, 4]))
    const stranger = '00000000-0000-7000-8000-000000000000'
    expect(
      await ask(db, 'select outbox.templated_bodies($1, template_id) from outbox.webhooks', [[stranger, ...event_ids]]),
    ).toEqual([null, ...bodies])
  })
})

interface Example {
  name: string
  template: string
  event: string
  result: string
}

async function documented(): Promise<Example[]> {
  const text = await readFile(join(import.meta.dirname, '../../sql/templates.md'), 'utf8')
  return text
    .split('\n### ')
    .slice(1)
    .map((section) => {
      const [template, event, result] = Array.from(section.matchAll(/^```json\n(.*?)\n```$/gms), ([, block]) => block)
      if (template === undefined || event === undefined || result === undefined)
        throw new Error(`no example: ${section}`)
      return { name: /^\w+/.exec(section)?.[0] ?? '', template, event, result }
    })
}

describe('sql/templates.md', () => {
  test('documents what is sent, byte for byte', async ({ db }) => {
    const examples = await documented()
    expect(examples.map(({ name }) => name)).toEqual(['Slack', 'Microsoft', 'Discord'])
    await makeWebhook(db, { url: 'http://127.0.0.1:9' })
    for (const { template, event, result } of examples) {
      await setTemplate(db, template)
      const { id, type, timestamp } = JSON.parse(event) as typeof BODY
      const data = event.slice(event.indexOf('"data":') + 7, -1)
      await db.query('delete from outbox.events')
      await db.query('insert into outbox.events (id, type, data, occurred_at) values ($1, $2, $3, $4)', [
        id,
        type,
        data,
        timestamp,
      ])
      const { rows } = await db.query(
        'select outbox.body(e) as event, outbox.delivery_body(e, w.template_id) as result from outbox.events as e, outbox.webhooks as w',
      )
      expect(rows).toEqual([{ event, result }])
    }
  })
})
