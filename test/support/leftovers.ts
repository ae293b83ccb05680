/** What a killed test run leaves behind, removed by processes and runs that outlive it. */
import { spawn } from 'node:child_process'
import { Socket } from 'node:net'
import type { Client } from '../../sql/db.ts'

/**
 * Removes a directory when our process ends, also by kill -9: the shell sees the end of a pipe that only we hold. It
 * waits for the server in it to be gone, and looks twice, since an initdb may still be writing.
 */
const script = `read -r end
for i in 1 2 3 4 5 6 7 8 9 10; do
  ls "$0"/postmaster.pid "$0"/*/postmaster.pid >/dev/null 2>&1 || break
  sleep 0.5
done
rm -rf "$0"
sleep 1
rm -rf "$0"`

/** Returns what calls it off. */
export function removeWhenWeDie(path: string): () => void {
  const guard = spawn('/bin/sh', ['-c', script, path], {
    detached: true,
    cwd: '/',
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  guard.unref()
  if (guard.stdin instanceof Socket) guard.stdin.unref()
  return () => void guard.kill('SIGKILL')
}

/** The application name that marks a run as alive: who still sees one leaves its databases alone. */
export function runName(run: string): string {
  return `test run ${run}`
}

/** Drops the databases of this run, or with null those of all runs that are over. */
export async function dropDatabases(admin: Client, run: string | null): Promise<void> {
  const { rows } = await admin.query<{ name: string }>(
    `select datname as name
       from pg_database
      where datname like 'outbox\\_test\\_%' and datdba = current_user::regrole
        and case when $1::text is null
                 then not exists (select from pg_stat_activity
                                   where application_name = 'outbox test run ' || split_part(datname, '_', 3))
                 else split_part(datname, '_', 3) = $1 end`,
    [run],
  )
  for (const { name } of rows) await admin.query(`drop database if exists "${name}" with (force)`)
}
