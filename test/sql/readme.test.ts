/**
 * The examples of the documents are run, in their order, in one database with the sample application, and their output
 * is compared. `OUTBOX_WRITE_DOCS=1 npx vitest run test/sql/readme.test.ts` writes the present output into them.
 *
 * An example is a block of the language console with psql's prompts (=> and, on the next line, ->). What prepares it and
 * is not to be seen stands in a comment: <!-- sql … -->.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Client } from '../../sql/db.ts'
import { installDemo } from '../../sql/demo/demo.ts'
import { psql } from '../support/psql.ts'
import { describe, expect, test } from '../support/world.ts'

const root = join(import.meta.dirname, '../..')
const EXAMPLE = /```console\n(?<text>=> [^]*?)\n```|<!-- sql\s(?<hidden>[^]*?)-->/g

/** The text of a block with the output that its statements have now. */
async function answered(db: Client, text: string): Promise<string> {
  const lines: string[] = []
  let statement: string[] | null = null
  for (const line of text.split('\n')) {
    if (line.startsWith('=> ')) statement = []
    if (statement === null) continue
    lines.push(line)
    statement.push(line.slice(3))
    if (!line.endsWith(';')) continue
    lines.push(await psql(db, statement.join('\n')), '')
    statement = null
  }
  return lines.join('\n').trimEnd()
}

async function rewritten(db: Client, document: string): Promise<string> {
  let result = ''
  let end = 0
  for (const match of document.matchAll(EXAMPLE)) {
    const { text, hidden } = match.groups ?? {}
    result += document.slice(end, match.index)
    end = match.index + match[0].length
    // Each in a transaction of its own.
    for (const statement of hidden?.split(/;\n/) ?? []) await db.query(statement)
    result += text === undefined ? match[0] : `\`\`\`console\n${await answered(db, text)}\n\`\`\``
  }
  return result + document.slice(end)
}

/** What differs from run to run: ids, instants, and the widths of columns that follow from them. */
function stable(text: string): string {
  return text
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'an-id')
    .replace(/\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?(\+00|Z)?/g, 'an-instant')
    .replace(/ {2,}/g, ' ')
    .replace(/-{3,}/g, '---')
}

describe('the examples', () => {
  test.for(['sql/README.md'])('of %s print what it says', async (file, { db, database }) => {
    await installDemo(database.url)
    await db.query(`set timezone = 'UTC'`)
    const document = await readFile(join(root, file), 'utf8')
    const now = await rewritten(db, document)
    if (process.env['OUTBOX_WRITE_DOCS'] === '1') await writeFile(join(root, file), now)
    expect(document.match(EXAMPLE)?.length).toBeGreaterThan(10)
    expect(stable(document)).toBe(stable(now))
  })
})
