/** What psql prints for a statement, so that documented examples can be run and compared. */
import type { Client } from '../../sql/db.ts'

const NUMBERS = new Set([20, 21, 23, 26, 28, 700, 701, 1700])

interface Field {
  name: string
  dataTypeID: number
}

interface Result {
  command: string | null
  rowCount: number | null
  fields: Field[]
  rows: (string | null)[][]
}

/** Values as the server writes them. */
const asText = { getTypeParser: () => (value: string) => value }

/** Runs statements and returns what psql would have printed, warnings first. */
export async function psql(db: Client, sql: string): Promise<string> {
  const notices: string[] = []
  const onNotice = (notice: Told & { severity?: string | undefined }) =>
    void notices.push(message(notice.severity ?? 'NOTICE', notice))
  db.on('notice', onNotice)
  try {
    const answer: unknown = await db.query({ text: sql, rowMode: 'array', types: asText } as unknown as string)
    const results = (Array.isArray(answer) ? answer : [answer]) as Result[]
    return [...notices, ...results.map(printed)].join('\n')
  } catch (error) {
    return [...notices, message('ERROR', error as Told)].join('\n')
  } finally {
    db.off('notice', onNotice)
  }
}

interface Told {
  message?: string | undefined
  hint?: string | undefined
}

function message(severity: string, { message: text, hint }: Told): string {
  return `${severity}:  ${text}${hint === undefined ? '' : `\nHINT:  ${hint}`}`
}

/** The driver keeps the first word of a tag only. */
const TAGS: Record<string, string> = { ALTER: 'ALTER TABLE' }

function printed({ command, rowCount, fields, rows }: Result): string {
  if (fields.length === 0)
    return rowCount === null
      ? (TAGS[`${command}`] ?? `${command}`)
      : `${command}${command === 'INSERT' ? ' 0' : ''} ${rowCount}`
  const widths = fields.map(({ name }, column) =>
    Math.max(
      name.length,
      ...rows.map((row) => Math.max(...(row[column] ?? '').split('\n').map((line) => line.length))),
    ),
  )
  const header = fields.map(({ name }, column) => centred(name, widths[column] ?? 0)).join('|')
  const rule = widths.map((width) => '-'.repeat(width + 2)).join('+')
  const lines = rows.flatMap((row) => rowLines(row, fields, widths))
  return [header, rule, ...lines, `(${rows.length} row${rows.length === 1 ? '' : 's'})`]
    .map((line) => line.trimEnd())
    .join('\n')
}

/** A value with line breaks takes several lines, each but the last marked with a plus sign. */
function rowLines(row: (string | null)[], fields: Field[], widths: number[]): string[] {
  const cells = row.map((value) => (value ?? '').split('\n'))
  const height = Math.max(...cells.map((lines) => lines.length))
  return Array.from({ length: height }, (_, line) =>
    cells
      .map((lines, column) => {
        const text = lines[line] ?? ''
        const width = widths[column] ?? 0
        const number = NUMBERS.has(fields[column]?.dataTypeID ?? 0)
        return ` ${number ? text.padStart(width) : text.padEnd(width)}${line < lines.length - 1 ? '+' : ' '}`
      })
      .join('|'),
  )
}

function centred(text: string, width: number): string {
  const left = Math.floor((width - text.length) / 2)
  return ` ${' '.repeat(left)}${text}${' '.repeat(width - text.length - left)} `
}
