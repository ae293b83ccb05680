/** What the figures were taken on: without it they mean nothing. */
import { availableParallelism, cpus, totalmem } from 'node:os'
import type { Client } from '../../sql/db.ts'

export interface Machine {
  cpu: string
  cores: number
  memory_gb: number
  platform: string
  node: string
  postgres: string
  fsync: string
  synchronous_commit: string
  server: string
}

export async function describeMachine(client: Client, server: string): Promise<Machine> {
  const settings = await client.query<{ version: string; fsync: string; synchronous_commit: string }>(
    `select current_setting('server_version') as version, current_setting('fsync') as fsync,
            current_setting('synchronous_commit') as synchronous_commit`,
  )
  const { version = '', fsync = '', synchronous_commit = '' } = settings.rows[0] ?? {}
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memory_gb: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform} ${process.arch}`,
    node: process.versions.node,
    postgres: version,
    fsync,
    synchronous_commit,
    server,
  }
}

export function machineText(machine: Machine): string {
  const { cpu, cores, memory_gb, platform, node, postgres, fsync, synchronous_commit, server } = machine
  return [
    `${cpu}, ${cores} cores, ${memory_gb} GB, ${platform}`,
    `Node ${node}, Postgres ${postgres} (${server}), fsync ${fsync}, synchronous_commit ${synchronous_commit}`,
  ].join('\n')
}
