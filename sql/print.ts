/** Rows for a terminal, aligned as psql does it. */
export function formatTable(rows: readonly Record<string, unknown>[]): string {
  const [first] = rows
  if (first === undefined) return '(no rows)'
  const columns = Object.keys(first)
  const cells = rows.map((row) => columns.map((column) => formatValue(row[column])))
  const widths = columns.map((column, index) =>
    Math.max(column.length, ...cells.map((line) => line[index]?.length ?? 0)),
  )
  const line = (values: readonly string[]) =>
    ` ${values.map((value, index) => value.padEnd(widths[index] ?? 0)).join(' | ')}`.trimEnd()
  const rule = widths.map((width) => '-'.repeat(width + 2)).join('+')
  const count = `(${rows.length} row${rows.length === 1 ? '' : 's'})`
  return [line(columns), rule, ...cells.map(line), count].join('\n')
}

function formatValue(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (value instanceof Date) return value.toISOString()
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.replaceAll(/[\p{Cc}]/gu, ' ')
}

/** Words in lines of at most `width` characters, each after `indent`. A word that is longer stays whole. */
export function wrapText(text: string, width: number, indent: string): string {
  const lines: string[] = []
  let line = indent
  for (const word of text.split(/\s+/)) {
    if (line.length > indent.length && line.length + 1 + word.length > width) {
      lines.push(line)
      line = indent
    }
    line += line.length > indent.length ? ` ${word}` : word
  }
  return [...lines, line].join('\n')
}
