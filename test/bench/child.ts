/**
 * Receivers, writers and the raw sender run in processes of their own, so that what they cost is not the relay's. A
 * child is a file of this folder; the bench calls its functions by message and gets their results back.
 */
import { fork, type ChildProcess } from 'node:child_process'
import { extname, join } from 'node:path'

export type Calls = Record<string, (argument: never) => unknown>

export interface Child<C extends Calls> {
  call<N extends keyof C & string>(name: N, argument: Parameters<C[N]>[0]): Promise<Awaited<ReturnType<C[N]>>>
  kill(): void
}

interface Question {
  id: number
  name: string
  argument: unknown
}

interface Reply {
  id: number
  result?: unknown
  error?: string
}

/** Sources and compiled files start their like. */
export function sibling(...path: string[]): string {
  return join(import.meta.dirname, ...path) + extname(import.meta.filename)
}

/** Starts the file of this name. */
export function startChild<C extends Calls>(name: string): Child<C> {
  const started = fork(sibling(name), { serialization: 'advanced', execArgv: [] })
  const waiting = new Map<number, (reply: Reply) => void>()
  let calls = 0
  started.on('message', (reply: Reply) => {
    waiting.get(reply.id)?.(reply)
    waiting.delete(reply.id)
  })
  started.on('exit', () => {
    for (const [id, answer] of waiting) answer({ id, error: `the ${name} ended` })
    waiting.clear()
  })
  return {
    call: (called, argument) =>
      new Promise((resolve, reject) => {
        calls += 1
        waiting.set(calls, ({ error, result }) =>
          error === undefined ? resolve(result as never) : reject(new Error(`${name}: ${error}`)),
        )
        started.send({ id: calls, name: called, argument } satisfies Question)
      }),
    kill: () => end(started),
  }
}

export function end(started: ChildProcess): void {
  started.kill('SIGKILL')
}

/** The child's side: answers calls until the bench is gone. */
export function serve(calls: Calls): void {
  process.on('disconnect', () => process.exit(0))
  // Ctrl-C reaches the whole group; the bench decides who ends when.
  process.on('SIGINT', () => {})
  const answer = async ({ id, name, argument }: Question) => {
    try {
      process.send?.({ id, result: await calls[name]?.(argument as never) } satisfies Reply)
    } catch (error) {
      process.send?.({ id, error: error instanceof Error ? error.message : String(error) } satisfies Reply)
    }
  }
  process.on('message', (question: Question) => void answer(question))
}
