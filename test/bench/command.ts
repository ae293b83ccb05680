/** `outbox bench`: the figures that this product measures itself by, on this machine. */
import { type Command, jsonOption, print, untilStopped, UsageError, type Values } from '../../sql/cli.ts'
import { connect } from '../../sql/db.ts'
import type { Bench, Scenario, Undo } from './bench.ts'
import { bulk } from './bulk.ts'
import { type Child, type Calls, startChild } from './child.ts'
import { crash } from './crash.ts'
import { drain } from './drain.ts'
import { asData, asTable, type Finding, slowestPlan } from './finding.ts'
import { hanging } from './hanging.ts'
import { latency } from './latency.ts'
import { describeMachine, type Machine, machineText } from './machine.ts'
import { matching } from './matching.ts'
import type { RawCalls } from './raw.ts'
import type { ReceiverCalls } from './receiver.ts'
import { startRelay } from './relays.ts'
import { views } from './views.ts'
import { createWorld } from './world.ts'
import type { WriterCalls } from './writer.ts'
import { writers } from './writers.ts'

const usual: Record<string, Scenario> = { drain, latency, writers, bulk, hanging, matching, crash }
/** `views` writes gigabytes: only for who asks. */
const scenarios: Record<string, Scenario> = { ...usual, views }

const WRITERS = 32

const NOTE =
  'Ratios compare rounds of one run on one machine, taken in turns; other runs and machines give other rates. ' +
  'Dead tuples are the row versions that UPDATE and DELETE left behind, whether or not vacuum has removed them since.'

export const benchCommand: Command = {
  usage: `bench [${Object.keys(scenarios).join('|')}]… [--quick] [--json]`,
  summary: 'measure this machine: the relay beside the raw limit, and what the application pays',
  options: { ...jsonOption, quick: { type: 'boolean' } },
  run,
}

async function run(values: Values, words: string[]): Promise<void> {
  const unknown = words.find((word) => !Object.hasOwn(scenarios, word))
  if (unknown !== undefined) throw new UsageError(`there is no scenario ${JSON.stringify(unknown)}`)
  const undo: Undo = []
  let stopping: Promise<void> | null = null
  const stop = () => (stopping ??= takeBack(undo))
  untilStopped(stop)
  try {
    const bench = await prepare(undo, values['quick'] === true)
    const machine = await describeMachine(bench.client, bench.world.server)
    const findings: Finding[] = []
    for (const name of words.length > 0 ? words : Object.keys(usual))
      findings.push(...((await scenarios[name]?.(bench)) ?? []))
    print(values['json'] === true ? json(machine, findings, bench.rounds) : text(machine, findings, bench.rounds))
  } catch (error) {
    // Ctrl-C takes the database away from under the scenario: that is no news, and the process ends in a moment.
    if (stopping !== null) return await new Promise(() => {})
    throw error
  } finally {
    await stop()
  }
}

async function prepare(undo: Undo, quick: boolean): Promise<Bench> {
  const say = (line: string) => void process.stderr.write(`bench: ${line}\n`)
  say('starting')
  const world = await createWorld(process.env['DATABASE_URL'], undo)
  const client = await connect({ url: world.url, name: 'bench' })
  undo.push(() => client.end().catch(() => {}))
  const child = <C extends Calls>(name: string): Child<C> => {
    const started = startChild<C>(name)
    undo.push(async () => started.kill())
    return started
  }
  const receiver = child<ReceiverCalls>('receiver')
  const origin = `http://127.0.0.1:${await receiver.call('listen', undefined)}`
  const writer = child<WriterCalls>('writer')
  await writer.call('connect', { url: world.url, count: WRITERS })
  return {
    world,
    client,
    rounds: quick ? 1 : 3,
    quick,
    origin,
    receiver,
    writer,
    raw: child<RawCalls>('raw'),
    startRelay: () => startRelay(world.url, undo),
    say,
  }
}

/** In reverse order, and to the end: a step that fails must not leave a directory or a process behind. */
async function takeBack(undo: Undo): Promise<void> {
  for (const step of undo.splice(0).toReversed())
    await step().catch((error: unknown) => process.stderr.write(`bench: ${String(error)}\n`))
}

const json = (machine: Machine, findings: Finding[], rounds: number) =>
  JSON.stringify({ machine, rounds, findings: findings.map(asData), note: NOTE }, null, 2)

const text = (machine: Machine, findings: Finding[], rounds: number) =>
  [
    machineText(machine),
    `Median of ${rounds} round${rounds === 1 ? '' : 's'}.`,
    '',
    asTable(findings),
    '',
    slowestPlan(findings) + NOTE,
  ].join('\n')
