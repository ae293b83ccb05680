/**
 * LISTEN, through pg-listen. A subscriber lives for one connection here: its own reconnecting gives up for good after
 * three seconds by default, starts behind our back when the first connect fails, and cannot be closed while it runs. So
 * its first sign of reconnecting ends it, and a new one is made until that succeeds.
 */
import pgListen from 'pg-listen'
import { clientConfig } from '../sql/db.ts'
import type { Log } from '../sql/log.ts'
import type { Persistence } from './insist.ts'
import { ring, writersRing } from './queries.ts'
import type { Session } from './session.ts'

const CHANNEL = 'outbox'
/** How long our own notification may take to arrive before LISTEN is taken for deaf. */
const TEST_MS = 2_000
/** How often the connection is checked: a network that swallows bytes breaks it without a sign. */
const CHECK_MS = 3_000
const CLOSE_MS = 1_000
/** How often the settings are asked whether writers ring at all. */
const ASK_MS = 5_000

export interface Wake {
  start(): Promise<void>
  /** Whether writers ring and it arrives; while that is not so, the relay has to poll. */
  readonly hearing: boolean
  stop(): Promise<void>
}

type Subscriber = ReturnType<typeof pgListen.default>

export function createWake(deps: {
  url: string | undefined
  /** Another connection, to ring our own bell with. */
  session: Session
  persistence: Persistence
  log: Log
  /** Called on every ring, and whenever rings may have been missed. */
  onRing: () => void
}): Wake {
  const { session, persistence, log, onRing } = deps
  const config = {
    ...clientConfig({ url: deps.url, name: 'relay listen', connect_timeout_ms: 3_000, query_timeout_ms: 2_000 }),
  }
  let subscriber: Subscriber | null = null
  let hearing = false
  let writers_ring = true
  let timer: NodeJS.Timeout | undefined
  let stopped = false
  let onHeard = () => {}

  const open = async () => {
    // Any role may NOTIFY anything: the payload is never looked at.
    const fresh = pgListen.default(config, { parse: (text) => text, retryTimeout: 0, paranoidChecking: CHECK_MS })
    fresh.notifications.on(CHANNEL, () => {
      onHeard()
      onRing()
    })
    fresh.events.on('error', () => {})
    fresh.events.on('reconnect', () => {
      if (subscriber === fresh) lose()
      throw new Error('a new subscriber takes over')
    })
    await fresh.connect()
    await fresh.listenTo(CHANNEL)
    subscriber = fresh
  }

  /** What was sent while nobody listened is gone, so the log is looked at after every connect. */
  const listen = async () => {
    await persistence.insist('listen', open)
    await persistence.insist('test listening', test)
    onRing()
  }

  const lose = () => {
    subscriber = null
    hearing = false
    onRing()
    if (stopped) return
    log.warn('listen.lost')
    void listen()
  }

  /** Behind a pooler in transaction mode LISTEN succeeds and nothing ever arrives. */
  const test = async () => {
    let patience: NodeJS.Timeout | undefined
    const arrived = new Promise<boolean>((resolve) => {
      onHeard = () => resolve(true)
      patience = setTimeout(() => resolve(false), TEST_MS)
    })
    await session.query(ring)
    hearing = await arrived
    clearTimeout(patience)
    onHeard = () => {}
    if (!hearing && !stopped)
      log.warn('listen.deaf', {
        hint: 'Notifications do not arrive, so the relay polls. Give OUTBOX_LISTEN_URL a direct connection, not a pooler.',
      })
  }

  const ask = async () => {
    const [row] = await session.query<{ ring: boolean }>(writersRing)
    const changed = row !== undefined && row.ring !== writers_ring
    writers_ring = row?.ring ?? true
    if (changed) onRing()
  }

  return {
    async start() {
      await listen()
      await persistence.insist('ask whether writers ring', ask)
      // An answer that fails to come is as good as the last one.
      timer = setInterval(() => void ask().catch(() => {}), ASK_MS)
    },
    get hearing() {
      return hearing && writers_ring
    },
    async stop() {
      stopped = true
      hearing = false
      clearInterval(timer)
      const last = subscriber
      subscriber = null
      let patience: NodeJS.Timeout | undefined
      await Promise.race([last?.close(), new Promise((resolve) => (patience = setTimeout(resolve, CLOSE_MS)))])
      clearTimeout(patience)
    },
  }
}
