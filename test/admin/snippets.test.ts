/**
 * The verification snippets, run as they are shown: Node and SQL always, the others where this machine has the language.
 * Each is given requests signed by the relay's signer, and others that must not pass.
 */
import { spawnSync } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { snippets } from '../../admin/snippets/snippets.ts'
import { createSecret } from '../../sql/secret.ts'
import { ask, describe, expect, test } from '../support/world.ts'
import { cases, type Case } from './snippets/cases.ts'

interface Program {
  language: string
  /** Prints a version where the language is there. */
  probe: readonly string[]
  /** Where the snippet goes, and the harness that feeds it. */
  snippet: string
  harness: string
  files?: Record<string, string>
  steps: readonly (readonly string[])[]
}

const programs: readonly Program[] = [
  {
    language: 'python',
    probe: ['python3', '--version'],
    snippet: 'webhooks.py',
    harness: 'harness.py',
    steps: [['python3', 'harness.py']],
  },
  {
    language: 'go',
    probe: ['go', 'version'],
    snippet: 'webhooks/webhooks.go',
    harness: 'harness.go',
    files: { 'go.mod': 'module check\n\ngo 1.19\n' },
    // Built first: meanwhile requests would grow old.
    steps: [['go', 'build', '-o', 'harness', '.'], ['./harness']],
  },
  {
    language: 'ruby',
    probe: ['ruby', '--version'],
    snippet: 'webhooks.rb',
    harness: 'harness.rb',
    steps: [['ruby', 'harness.rb']],
  },
  {
    language: 'php',
    probe: ['php', '--version'],
    snippet: 'webhooks.php',
    harness: 'harness.php',
    steps: [['php', 'harness.php']],
  },
  {
    language: 'java',
    probe: ['javac', '-version'],
    snippet: 'Webhooks.java',
    harness: 'Harness.java',
    steps: [
      ['javac', '-encoding', 'UTF-8', 'Webhooks.java', 'Harness.java'],
      ['java', '-cp', '.', 'Harness'],
    ],
  },
]

const present = programs.filter(({ probe: [command = '', ...rest] }) => spawnSync(command, rest).status === 0)
console.log(`snippets run in node, sql${present.map(({ language }) => `, ${language}`).join('')}`)

function textOf(language: string, hub_signature = true): string {
  const snippet = snippets.find((one) => one.language === language)
  if (snippet === undefined) throw new Error(`no snippet for ${language}`)
  return snippet.text({ hub_signature })
}

/** A line for each, in the form that the harnesses read. */
function linesOf(all: readonly Case[]): string {
  const part = (value: string | null) => (value === null ? '-' : Buffer.from(value).toString('base64'))
  return all
    .map(({ id, timestamp, signature, hub, body, secret }) => [id, timestamp, signature, hub, body, secret].map(part))
    .map((parts) => `${parts.join('\t')}\n`)
    .join('')
}

function run(folder: string, [command = '', ...rest]: readonly string[], input = ''): string {
  const ran = spawnSync(command, rest, { cwd: folder, input, encoding: 'utf8' })
  if (ran.status !== 0) throw new Error(`${command} ended with ${ran.status}: ${ran.error?.message ?? ran.stderr}`)
  return ran.stdout
}

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'outbox-snippets-'))
  try {
    await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function said(all: readonly Case[], answers: readonly (readonly [boolean, boolean])[]) {
  return all.map(({ what }, n) => ({ what, said: answers[n] }))
}

function wanted(all: readonly Case[]) {
  return all.map(({ what, expected }) => ({ what, said: [...expected] }))
}

describe('the snippet for', () => {
  test('node accepts what the relay signs, and nothing else', async () => {
    await inFolder(async (folder) => {
      await writeFile(join(folder, 'webhooks.mjs'), textOf('node'))
      const module = await import(/* @vite-ignore */ pathToFileURL(join(folder, 'webhooks.mjs')).href)
      const all = cases()
      const answers = all.map(({ id, timestamp, signature, hub, body, secret }): [boolean, boolean] => {
        const given = { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature }
        const sent = Object.entries({ ...given, 'x-hub-signature-256': hub }).filter(([, value]) => value !== null)
        const headers = Object.fromEntries(sent)
        return [module.verify(headers, Buffer.from(body), secret), module.verifyHub(headers, Buffer.from(body), secret)]
      })
      expect(said(all, answers)).toEqual(wanted(all))
    })
  })

  test('sql accepts what the relay signs, and nothing else, without any extension', async ({ db }) => {
    await db.query(textOf('sql'))
    const all = cases()
    const answers: [boolean, boolean][] = []
    for (const { id, timestamp, signature, hub, body, secret } of all)
      answers.push([
        await ask(db, 'select verify_webhook($1, $2, $3, $4, $5)', [id, timestamp, signature, body, secret]),
        await ask(db, 'select verify_hub_signature($1, $2, $3)', [hub, body, secret]),
      ])
    expect(said(all, answers)).toEqual(wanted(all))
    expect(await ask(db, `select count(*)::int from pg_extension where extname <> 'plpgsql'`)).toBe(0)
  })

  test.for(present)(
    '$language accepts what the relay signs, and nothing else',
    { timeout: 300_000 },
    async ({ language, snippet, harness, files = {}, steps }) => {
      await inFolder(async (folder) => {
        await mkdir(dirname(join(folder, snippet)), { recursive: true })
        await writeFile(join(folder, snippet), textOf(language))
        await copyFile(join(import.meta.dirname, 'snippets', harness), join(folder, harness))
        for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
        for (const step of steps.slice(0, -1)) run(folder, step)
        const all = cases()
        const output = run(folder, steps.at(-1) ?? [], linesOf(all))
        const answers = output.trimEnd().split('\n')
        expect(answers).toHaveLength(all.length)
        const parsed = answers.map((line) => line.split(' ').map((word) => word === 'true') as [boolean, boolean])
        expect(said(all, parsed)).toEqual(wanted(all))
      })
    },
  )

  test.for(present)(
    '$language compiles without the hub signature, too',
    { timeout: 300_000 },
    async ({ language, snippet, files = {} }) => {
      const check: Record<string, readonly string[]> = {
        python: ['python3', '-m', 'py_compile', snippet],
        go: ['go', 'vet', './webhooks'],
        ruby: ['ruby', '-wc', snippet],
        php: ['php', '-l', snippet],
        java: ['javac', '-encoding', 'UTF-8', '-Xlint:all', '-Werror', snippet],
      }
      await inFolder(async (folder) => {
        await mkdir(dirname(join(folder, snippet)), { recursive: true })
        await writeFile(join(folder, snippet), textOf(language, false))
        for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
        run(folder, check[language] ?? [])
      })
    },
  )
})

describe('every snippet', () => {
  test('names the hub’s header only when the webhook sends it, and holds no secret', () => {
    expect(snippets.map(({ language }) => language)).toEqual(['node', 'python', 'go', 'ruby', 'php', 'java', 'sql'])
    for (const { language } of snippets) {
      expect(textOf(language, false), language).not.toMatch(/hub/i)
      expect(textOf(language, true), language).toMatch(/hub.signature.256/i)
      expect(textOf(language, true), language).not.toContain(createSecret().slice(0, 8))
    }
  })
})
