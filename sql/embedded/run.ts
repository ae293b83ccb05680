/** Runs a short command as the server's user and gives back what it said; a failure is a value, not an exception. */
import { execFile } from 'node:child_process'
import type { Identity } from './identity.ts'

export interface Ran {
  ok: boolean
  stdout: string
  /** Standard error, or why the command could not be run at all. */
  stderr: string
}

/**
 * Not our own environment: PG* variables would redirect the server, and secrets of the relay do not belong in the
 * environment of its children. LC_ALL keeps messages in the language we compare with.
 */
export const serverEnv = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' }

/** cwd is `/` because the server's user may not be allowed to enter ours. */
export function run(as: Identity['as'], command: string, args: string[]): Promise<Ran> {
  return new Promise((resolve) => {
    const done = (error: Error | null, stdout: string, stderr: string): void =>
      resolve({ ok: error === null, stdout: stdout.trim(), stderr: stderr.trim() || (error?.message ?? '') })
    try {
      execFile(command, args, { ...as, cwd: '/', env: serverEnv, encoding: 'utf8' }, done)
    } catch (error) {
      // spawn throws instead of reporting when the user may not execute the file at all
      done(error instanceof Error ? error : new Error(String(error)), '', '')
    }
  })
}

/** The last lines of a text, for the end of an error message. */
export function lastLines(text: string, count = 5): string {
  return text.trimEnd().split('\n').slice(-count).join('\n')
}
