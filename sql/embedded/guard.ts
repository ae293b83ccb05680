/**
 * A process that outlives ours by a moment: it reads a pipe whose other end only we hold, and when that end closes,
 * however we died, it stops the server. `kill -9` runs no handler of ours, but the kernel closes the pipe.
 */
import { spawn } from 'node:child_process'
import { Socket } from 'node:net'
import { join } from 'node:path'
import type { Identity } from './identity.ts'
import { serverEnv } from './run.ts'

export interface Guard {
  dismiss(): void
}

/** Tries for a while: we may die in the moment in which the server has not yet written its postmaster.pid. */
const script = `read -r end
for i in 1 2 3 4 5 6 7 8 9 10; do
  "$0" -D "$1" -m immediate stop && exit
  sleep 0.2
done`

export function startGuard(bin_dir: string, data_dir: string, identity: Identity): Guard {
  const guard = spawn('/bin/sh', ['-c', script, join(bin_dir, 'pg_ctl'), data_dir], {
    ...identity.as,
    cwd: '/',
    env: serverEnv,
    detached: true, // Ctrl-C goes to our whole process group
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  guard.unref()
  // Typed as a plain stream, but pipes of child processes are sockets: an open one keeps the event loop alive.
  if (guard.stdin instanceof Socket) guard.stdin.unref()
  guard.on('error', () => {})
  // Killed, not told the end: that is what it acts on.
  return { dismiss: () => void guard.kill('SIGKILL') }
}
