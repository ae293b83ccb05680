/** Housekeeping by the clock: partitions ahead, retention, capture functions that a changed table has outdated. */
import { createTask } from 'node-cron'
import type { Log } from '../sql/log.ts'
import { describe } from './insist.ts'
import { dropExpiredPartitions, makePartitions, recompileCaptures } from './queries.ts'
import type { Session } from './session.ts'

export interface Maintenance {
  start(): Promise<void>
  stop(): Promise<void>
}

export function createMaintenance(deps: { session: Session; log: Log }): Maintenance {
  const { session, log } = deps

  /** A failure here is told and tried again at the next slot: nothing of it is urgent, and relays do the same work. */
  const attempt = async (name: string, work: () => Promise<void>) => {
    try {
      await work()
    } catch (error) {
      log.warn('maintenance.failed', { doing: name, ...describe(error) })
    }
  }
  const partitions = () =>
    attempt('make partitions', async () => {
      const [row] = await session.query<{ made: number }>(makePartitions)
      if (row !== undefined && row.made > 0) log.info('partitions.made', { made: row.made })
    })
  const retention = () =>
    attempt('drop expired partitions', async () => {
      for (;;) {
        const [step] = await session.query<{ partition_name: string; outcome: string }>(dropExpiredPartitions)
        if (step === undefined) return
        log.info('partition.expired', { ...step })
        if (step.outcome === 'in use') return
      }
    })
  const captures = () =>
    attempt('recompile captures', async () => {
      for (const row of await session.query(recompileCaptures)) log.info('capture.recompiled', { ...row })
    })

  const tasks = [
    createTask('*/30 * * * * *', captures, { name: 'captures', noOverlap: true }),
    createTask('7 */10 * * * *', partitions, { name: 'partitions', noOverlap: true }),
    createTask('23 */5 * * * *', retention, { name: 'retention', noOverlap: true }),
  ]

  return {
    async start() {
      await partitions()
      await captures()
      for (const task of tasks) await task.start()
    },
    async stop() {
      for (const task of tasks) await task.destroy()
    },
  }
}
