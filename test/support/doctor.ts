/** What the doctor says, what mends it, and the commands that a person types. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import type { Client } from '../../sql/db.ts'
import type { Finding } from '../../sql/outside.ts'

const COMMAND = join(import.meta.dirname, '../../dist/outbox.js')

export async function doctor(db: Client): Promise<Finding[]> {
  return (await db.query<Finding>('select severity, subject, finding, mend from outbox.doctor()')).rows
}

/** What it says about a subject: the findings whose subject and text contain these words. */
export async function findings(db: Client, subject: string, words = ''): Promise<Finding[]> {
  return (await doctor(db)).filter((row) => row.subject.includes(subject) && row.finding.includes(words))
}

/** Runs what mends it, a statement at a time as psql does. */
export async function carryOut(db: Client, mend: string | null | undefined): Promise<void> {
  if (typeof mend !== 'string' || !/^[a-z]/.test(mend)) throw new Error(`no statement: ${mend}`)
  for (const statement of mend.split(';\n')) await db.query(statement)
}

export interface Ran {
  code: number | null
  stdout: string
  stderr: string
}

/** Runs `outbox …` with nothing of the environment that could name another database. */
export function runCommand(args: string[], environment: Record<string, string>): Promise<Ran> {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(OUTBOX_|PG|DATABASE_URL)/.test(name))
  const child = spawn(process.execPath, [COMMAND, ...args], {
    env: { ...Object.fromEntries(inherited), ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ran: Ran = { code: null, stdout: '', stderr: '' }
  child.stdout.on('data', (chunk: Buffer) => (ran.stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (ran.stderr += chunk.toString()))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ ...ran, code }))
  })
}
