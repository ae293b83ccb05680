/** The sample application at work: a small stream of changes, so that a newcomer sees deliveries arrive. */
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { connect, withClient, type Client } from '../db.ts'
import { packageRoot } from '../package.ts'

/** The receiver's port changes from start to start: its webhook is known by its description. */
const RECEIVER = 'The receiver of outbox start'

/** Creates the sample tables and their watches where they are missing. */
export async function installDemo(url: string | undefined): Promise<void> {
  const folder = join(packageRoot, 'sql', 'demo')
  await withClient({ url, name: 'demo' }, async (client) => {
    const files = (await readdir(folder)).filter((name) => name.endsWith('.sql')).toSorted()
    for (const file of files) await client.query(await readFile(join(folder, file), 'utf8'))
  })
}

/** Registers the local receiver, once, and returns its webhook's id. */
export async function registerReceiver(url: string | undefined, receiver_url: string): Promise<string> {
  return withClient({ url, name: 'demo' }, async (client) => {
    const updated = await client.query<{ id: string }>(
      'update outbox.webhooks set url = $1, enabled = true where description = $2 returning id',
      [receiver_url, RECEIVER],
    )
    if (updated.rows[0] !== undefined) return updated.rows[0].id
    const inserted = await client.query<{ id: string }>(
      `insert into outbox.webhooks (url, events, description) values ($1, '{*}', $2) returning id`,
      [receiver_url, RECEIVER],
    )
    return inserted.rows[0]?.id ?? ''
  })
}

/** The receiver goes, so what would be sent to it is held until it comes back. */
export async function retireReceiver(url: string | undefined): Promise<void> {
  await withClient({ url, name: 'demo' }, (client) =>
    client.query('update outbox.webhooks set enabled = false where description = $1', [RECEIVER]),
  )
}

/** What an ordinary day looks like; each step is one transaction of an application that knows nothing of webhooks. */
const steps = [
  `insert into public.tickets (title, priority) values ('Printer on fire', 'high')`,
  `update public.tickets set status = 'in_progress', assignee = 'ada', updated_at = now()
   where id = (select max(id) from public.tickets)`,
  `with w as (insert into public.workflows (name, ticket_id, status) select 'Put it out', max(id), 'running' from public.tickets returning id)
   insert into public.workflow_steps (workflow_id, position, name) select id, 1, 'Find water' from w`,
  `update public.workflow_steps set status = 'completed' where workflow_id = (select max(id) from public.workflows)`,
  `insert into public.test_runs (workflow_id, suite, status) select max(id), 'smoke', 'running' from public.workflows`,
  `update public.test_runs set status = 'passed', passed = 12, failed = 0 where id = (select max(id) from public.test_runs)`,
  `update public.workflows set status = 'completed' where id = (select max(id) from public.workflows)`,
  `update public.tickets set status = 'closed', updated_at = now() where id = (select max(id) from public.tickets)`,
]

export interface Stream {
  stop(): Promise<void>
}

/** Makes a change every `pause_ms`, `rounds` times through the steps, then falls silent. */
export async function streamChanges(
  url: string | undefined,
  { pause_ms, rounds }: { pause_ms: number; rounds: number },
): Promise<Stream> {
  let client: Client | null = await connect({ url, name: 'demo stream' })
  let step = 0
  const stop = async () => {
    clearInterval(timer)
    const open = client
    client = null
    await open?.end().catch(() => {})
  }
  const timer = setInterval(() => {
    const sql = steps[step % steps.length] ?? ''
    step += 1
    // The sample application is not our business: a step that fails is skipped.
    client?.query(sql).catch(() => {})
    if (step === rounds * steps.length) void stop()
  }, pause_ms)
  return { stop }
}
