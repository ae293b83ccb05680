/** `outbox doctor`: outbox.doctor(), and what only a client can find out. */
import { z } from 'zod'
import { databaseUrl, exitCode, jsonOption, print, type Command } from './cli.ts'
import { databaseUrlVariable, readConfig } from './config.ts'
import { withClient, type Client } from './db.ts'
import { clockFindings, listenFindings, reasonOf, schemaFindings, type Finding } from './outside.ts'
import { wrapText } from './print.ts'

const variables = z.object({ DATABASE_URL: databaseUrlVariable, OUTBOX_LISTEN_URL: databaseUrlVariable })

const titles = { error: 'Errors', warning: 'Warnings', info: 'Notes', ok: 'All is well' } as const
const severities = ['error', 'warning', 'info', 'ok'] as const

const NARROWEST = 80
const WIDEST = 120

export const doctorCommand: Command = {
  usage: 'doctor [--json]',
  summary: 'examine the installation and say what mends it; exits with 1 when it finds an error',
  options: jsonOption,
  async run(values) {
    const given = readConfig(variables, process.env)
    const url = await databaseUrl(given.DATABASE_URL)
    const findings = await examine(url, given.OUTBOX_LISTEN_URL)
    print(values['json'] === true ? JSON.stringify(findings) : formatFindings(findings, process.stdout.columns))
    if (findings.some(({ severity }) => severity === 'error')) process.exitCode = exitCode.failed
  },
}

/** Worst first; of one severity, what is seen from outside comes first. One finding with `ok` when there is no other. */
async function examine(url: string | undefined, listen_url: string | undefined): Promise<Finding[]> {
  const listen =
    listen_url === undefined ? { url, variable: 'DATABASE_URL' } : { url: listen_url, variable: 'OUTBOX_LISTEN_URL' }
  const found = await withClient({ url, name: 'doctor' }, async (client) => [
    ...(await attempt('schema outbox', () => schemaFindings(client))),
    ...(await attempt('clock', () => clockFindings(client))),
    ...(await attempt(`LISTEN over ${listen.variable}`, () => listenFindings(client, listen))),
    ...(await attempt('outbox.doctor()', () => insideFindings(client))),
  ]).catch((error: unknown): Finding[] => [
    {
      severity: 'error',
      subject: 'DATABASE_URL',
      finding: `The database does not answer: ${reasonOf(error)}.`,
      mend: 'Correct DATABASE_URL, or start the server.',
    },
  ])
  const faults = found.filter(({ severity }) => severity !== 'ok')
  return (faults.length > 0 ? faults : found).toSorted(
    (a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity),
  )
}

/** What cannot be examined must not hide the rest. */
async function attempt(subject: string, work: () => Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await work()
  } catch (error) {
    return [
      {
        severity: 'warning',
        subject,
        finding: `It could not be examined: ${reasonOf(error)}.`,
        mend: 'Ask as the owner of the schema outbox, or as a superuser.',
      },
    ]
  }
}

/** Nothing where the schema is missing or too old to examine itself. */
async function insideFindings(client: Client): Promise<Finding[]> {
  const { rows } = await client.query<{ able: boolean }>(`select to_regproc('outbox.doctor') is not null as able`)
  if (rows[0]?.able !== true) return []
  return (await client.query<Finding>('select severity, subject, finding, mend from outbox.doctor()')).rows
}

export function formatFindings(findings: readonly Finding[], columns = WIDEST): string {
  const width = Math.min(WIDEST, Math.max(NARROWEST, columns))
  const blocks = severities.flatMap((severity) => {
    const some = findings.filter((finding) => finding.severity === severity)
    return some.length > 0 ? [[titles[severity], ...some.map((one) => formatFinding(one, width))].join('\n\n')] : []
  })
  return [...blocks, countFindings(findings)].join('\n\n')
}

function formatFinding({ subject, finding, mend }: Finding, width: number): string {
  const lines = [`  ${subject}`, wrapText(finding, width, '    ')]
  if (mend !== null) lines.push(isStatement(mend) ? indent(mend) : wrapText(mend, width, '      '))
  return lines.join('\n')
}

/** A sentence begins with a capital letter. */
function isStatement(mend: string): boolean {
  return /^[a-z]/.test(mend)
}

/** Never wrapped: to be copied as it is. */
function indent(statements: string): string {
  return `${statements};`.replaceAll(/^/gm, '      ')
}

function countFindings(findings: readonly Finding[]): string {
  const count = (severity: Finding['severity'], name: string) => {
    const number = findings.filter((finding) => finding.severity === severity).length
    return `${number} ${name}${number === 1 ? '' : 's'}`
  }
  return `${count('error', 'error')}, ${count('warning', 'warning')}, ${count('info', 'note')}`
}
