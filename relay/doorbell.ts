/**
 * The relay's side of the doorbell: an advisory lock that writers probe after inserting an event. While the relay holds
 * it they do not ring (NOTIFY makes every committing transaction of the cluster wait for the one before it).
 *
 * Taking it is a blocking call on a connection of its own: a queued waiter makes every probe fail at once, so writers
 * cannot starve it. Before the relay may stop polling it gives the lock back, draws a transaction id and waits until no
 * older transaction is running: only a writer that already had its id can have found the lock taken.
 */
import type { Persistence } from './insist.ts'
import { allEndedBefore, drawTransactionId, releaseBell, takeBell } from './queries.ts'
import type { Session } from './session.ts'

/** What lock_timeout raises: the lock is held by a long transaction, or by another relay. */
const LOCK_NOT_AVAILABLE = '55P03'

export interface Doorbell {
  /** Asks for silence: writers stop ringing as soon as the lock is held. Does not wait for it. */
  mute(): void
  /** Lets writers ring again. Does not wait either: `quiet` tells when that has come true. */
  unmute(): void
  /** Whether, since unmuting, every transaction that can have found the bell muted has ended. */
  quiet(): Promise<boolean>
  /** The lock went with its connection. */
  lost(): void
}

export function createDoorbell(deps: { session: Session; lock_session: Session; persistence: Persistence }): Doorbell {
  const { session, lock_session, persistence } = deps
  let wanted = false
  let held = false
  let taking = false
  /** A transaction id drawn after the lock was given back. */
  let mark: string | null = null

  const take = async (): Promise<void> => {
    while (wanted && !held) {
      try {
        await lock_session.query(takeBell)
        held = true
      } catch (error) {
        if ((error as { code?: string }).code !== LOCK_NOT_AVAILABLE) throw error
      }
    }
  }

  const mute = () => {
    wanted = true
    mark = null
    if (held || taking) return
    taking = true
    void persistence.insist('mute the doorbell', take).finally(() => {
      taking = false
    })
  }

  return {
    mute,
    unmute() {
      wanted = false
      mark = null
    },
    async quiet() {
      // A wait for the lock ends by itself within its time-out; until then it may still be granted.
      if (taking) return false
      if (held) {
        held = false
        await lock_session.query(releaseBell)
      }
      if (mark === null) {
        const [drawn] = await session.query<{ txid: string }>(drawTransactionId)
        mark = drawn?.txid ?? null
        return false
      }
      const [row] = await session.query<{ ended: boolean }>(allEndedBefore, [mark])
      return row?.ended ?? false
    },
    lost() {
      held = false
      if (wanted) mute()
    },
  }
}
