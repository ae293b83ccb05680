/** The relay as it is run in earnest: a process of its own. */
import { fork } from 'node:child_process'
import { end, sibling } from './child.ts'
import type { Undo } from './bench.ts'

export interface RelayProcess {
  pid: number
  /** Ends it in good order. */
  stop(): Promise<void>
  kill(): void
  /** Stops and continues it where it is, while a queue is built for it. */
  freeze(): void
  thaw(): void
}

export async function startRelay(url: string, undo: Undo): Promise<RelayProcess> {
  const child = fork(sibling('..', '..', 'outbox'), ['relay'], {
    env: {
      ...process.env,
      DATABASE_URL: url,
      OUTBOX_LISTEN_URL: '',
      OUTBOX_ALLOW_CIDRS: '127.0.0.0/8',
      OUTBOX_LOG_LEVEL: 'error',
    },
    execArgv: ['--import', sibling('leash')],
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  })
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  undo.push(async () => end(child))
  await new Promise<void>((resolve, reject) => {
    child.stdout?.on('data', (text: Buffer) => {
      if (text.includes('relay ready')) resolve()
    })
    child.once('exit', () => reject(new Error('the relay ended before it was ready')))
  })
  return {
    pid: child.pid ?? 0,
    async stop() {
      child.kill('SIGTERM')
      await exited
    },
    kill: () => end(child),
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
  }
}
