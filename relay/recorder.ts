/**
 * Writes results down, many at a time. It clocks itself: while one write is under way the next one gathers, and after a
 * write it waits a moment, so that at full speed a statement carries hundreds of results and at leisure only one.
 *
 * Every statement is fenced (sql/functions/record_*.sql), so writing the same results again after a lost connection
 * changes nothing, and neither do results of deliveries that another relay has taken over.
 */
import { plainArray, textArray } from './arrays.ts'
import type { Delivery } from './delivery.ts'
import type { Outcome } from './outcome.ts'
import { finishBatches, recordAttempts, recordDelivered, recordPending, releaseDeliveries } from './queries.ts'
import type { Persistence } from './insist.ts'
import type { Leases } from './leases.ts'
import type { Session } from './session.ts'

const GATHER_MS = 15

/** A result and when its attempt began (performance.now). */
export interface Attempted {
  delivery: Delivery
  outcome: Outcome
  delivered: boolean
  began_at: number
}

/** What became of a delivery that was not delivered at once. */
export interface Moved {
  id: string
  webhook_id: string
  status: 'pending' | 'delivered' | 'dead'
  next_attempt_at: Date | null
}

export interface Recorder {
  attempted(result: Attempted): void
  /** A delivery of a batch is to wait in the database; a claimed one goes back there. */
  parked(delivery: Delivery): void
  /** A batch without deliveries is done. */
  finished(batch: { id: string; relay: number }): void
  /** Resolves when all that was handed in is written. */
  drain(): Promise<void>
}

interface Pile {
  first_try: Attempted[]
  attempts: Attempted[]
  parked: Delivery[]
  finished: { id: string; relay: number }[]
}

const emptyPile = (): Pile => ({ first_try: [], attempts: [], parked: [], finished: [] })

export function createRecorder(deps: {
  session: Session
  persistence: Persistence
  leases: Leases
  /** The relay's present number. */
  relay: () => number
  /** Told what became of deliveries that needed more than one attempt, or will. */
  onMoved: (moved: Moved[]) => void
  /** Told that deliveries wait in the database now. */
  onParked: () => void
}): Recorder {
  let pile = emptyPile()
  let writing: Promise<void> | null = null

  const isEmpty = () => pile.first_try.length + pile.attempts.length + pile.parked.length + pile.finished.length === 0

  const kick = (gather_ms: number) => {
    writing ??= new Promise<void>((resolve) => setTimeout(resolve, gather_ms)).then(write).finally(() => {
      writing = null
      if (!isEmpty()) kick(GATHER_MS)
    })
  }

  const write = async () => {
    const current = pile
    pile = emptyPile()
    countDown(current)
    dropForeign(current, deps.relay())
    let readable = current
    await deps.persistence.insist('record', async () => {
      try {
        await writePile(deps.session, deps.relay(), readable, deps.onMoved)
      } catch (error) {
        // Text that the database cannot hold (class 22) would be refused for ever: the outcome matters more.
        if (error instanceof Error && (error as { code?: string }).code?.startsWith('22'))
          readable = withoutAnswers(current)
        throw error
      }
    })
    forget(deps.leases, current)
    if (current.parked.length > 0) deps.onParked()
  }

  return {
    attempted(result) {
      const fast = result.delivered && result.delivery.pending_id === null
      ;(fast ? pile.first_try : pile.attempts).push(result)
      kick(GATHER_MS)
    },
    parked(delivery) {
      pile.parked.push(delivery)
      kick(GATHER_MS)
    },
    finished(batch) {
      pile.finished.push(batch)
      kick(GATHER_MS)
    },
    async drain() {
      while (writing !== null || !isEmpty()) {
        kick(0)
        await writing
      }
    },
  }
}

/** What is written down is no longer leased. */
function forget(leases: Leases, pile: Pile): void {
  for (const batch of pile.finished) leases.batches.delete(batch.id)
  for (const { delivery } of pile.attempts)
    if (delivery.pending_id !== null) leases.deliveries.delete(delivery.pending_id)
  for (const { pending_id } of pile.parked) if (pending_id !== null) leases.deliveries.delete(pending_id)
}

/** What was leased under a number that others took for dead is theirs now. */
function dropForeign(pile: Pile, relay: number): void {
  pile.first_try = pile.first_try.filter(({ delivery }) => delivery.relay === relay)
  pile.attempts = pile.attempts.filter(({ delivery }) => delivery.relay === relay)
  pile.parked = pile.parked.filter((delivery) => delivery.relay === relay)
  pile.finished = pile.finished.filter((batch) => batch.relay === relay)
}

/** Adds the batches that these results complete. */
function countDown(pile: Pile): void {
  const deliveries = [...pile.first_try.map((a) => a.delivery), ...pile.attempts.map((a) => a.delivery), ...pile.parked]
  for (const { batch, relay } of deliveries) {
    if (batch === null) continue
    batch.unrecorded -= 1
    if (batch.unrecorded === 0) pile.finished.push({ id: batch.id, relay })
  }
}

async function writePile(
  session: Session,
  relay: number,
  pile: Pile,
  onMoved: (moved: Moved[]) => void,
): Promise<void> {
  const finished = plainArray(pile.finished.map((batch) => batch.id))
  if (pile.attempts.length === 0 && pile.parked.length === 0) {
    if (pile.first_try.length > 0)
      await session.query(recordDelivered, [relay, ...deliveredColumns(pile.first_try), finished])
    else if (pile.finished.length > 0) await session.query(finishBatches, [relay, finished])
    return
  }
  let moved: Moved[] = []
  await session.transaction(async (query) => {
    const waiting = pile.parked.filter((delivery) => delivery.batch !== null)
    if (waiting.length > 0) await query(recordPending, [relay, ...pendingColumns(waiting), false])
    const returned = pile.parked.flatMap((delivery) => delivery.pending_id ?? [])
    if (returned.length > 0) await query(releaseDeliveries, [relay, returned])
    const failed = pile.attempts.filter(({ delivery }) => delivery.batch !== null)
    if (failed.length > 0) await query(recordPending, [relay, ...pendingColumns(failed.map((a) => a.delivery)), true])
    if (pile.attempts.length > 0) moved = await query<Moved>(recordAttempts, [relay, ...attemptColumns(pile.attempts)])
    await query(recordDelivered, [relay, ...deliveredColumns(pile.first_try), finished])
  })
  if (pile.attempts.length > 0) onMoved(moved)
}

function withoutAnswers(pile: Pile): Pile {
  const bare = (result: Attempted): Attempted => ({
    ...result,
    outcome:
      result.outcome.kind === 'answered'
        ? { ...result.outcome, headers: '{}', body: '(the answer could not be stored)' }
        : { ...result.outcome, error: 'the reason could not be stored' },
  })
  return { ...pile, first_try: pile.first_try.map(bare), attempts: pile.attempts.map(bare) }
}

function pendingColumns(deliveries: readonly Delivery[]): string[] {
  return [
    plainArray(deliveries.map((d) => d.batch?.id ?? null)),
    plainArray(deliveries.map((d) => d.webhook_id)),
    plainArray(deliveries.map((d) => d.event.id)),
    plainArray(deliveries.map((d) => d.event.type)),
    plainArray(deliveries.map((d) => d.template_id)),
  ]
}

function deliveredColumns(results: readonly Attempted[]): string[] {
  const now = performance.now()
  return [
    ...pendingColumns(results.map((a) => a.delivery)),
    plainArray(results.map((a) => Math.round(now - a.began_at))),
    plainArray(results.map((a) => a.outcome.duration_ms)),
    plainArray(results.map((a) => (a.outcome.kind === 'answered' ? a.outcome.status : null))),
    textArray(results.map((a) => (a.outcome.kind === 'answered' ? a.outcome.headers : null))),
    textArray(results.map((a) => (a.outcome.kind === 'answered' ? a.outcome.body : null))),
  ]
}

function attemptColumns(results: readonly Attempted[]): string[] {
  const now = performance.now()
  const answered = results.map(({ outcome }) => (outcome.kind === 'answered' ? outcome : null))
  return [
    plainArray(results.map((a) => a.delivery.event.id)),
    plainArray(results.map((a) => a.delivery.webhook_id)),
    plainArray(results.map((a) => a.delivery.attempt)),
    plainArray(results.map((a) => a.delivered)),
    plainArray(results.map((a) => Math.round(now - a.began_at))),
    plainArray(results.map((a) => a.outcome.duration_ms)),
    plainArray(answered.map((outcome) => outcome?.status ?? null)),
    textArray(answered.map((outcome) => outcome?.headers ?? null)),
    textArray(answered.map((outcome) => outcome?.body ?? null)),
    textArray(results.map(({ outcome }) => (outcome.kind === 'no_answer' ? outcome.error : null))),
    plainArray(answered.map((outcome) => outcome?.retry_after_seconds ?? null)),
  ]
}
