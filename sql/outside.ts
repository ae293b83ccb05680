/** What only a client can find out about an installation: whether it is there at all, the clocks, and whether notifications arrive. */
import { randomBytes } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { withClient, type Client } from './db.ts'
import { compareSchema } from './migrate.ts'

export interface Finding {
  severity: 'error' | 'warning' | 'info' | 'ok'
  subject: string
  finding: string
  /** Statements that can be run as they are; else a sentence, which begins with a capital letter. */
  mend: string | null
}

/** How long a notification may take. */
const NOTIFY_MS = 2_000
const CONNECT_MS = 5_000
const SKEW_WARNING_MS = 1_000
const SKEW_ERROR_MS = 5_000
/** The quickest of so many round trips tells the clocks apart best. */
const CLOCK_READINGS = 3

/** Whether the schema is there, and the one that this program works with. */
export async function schemaFindings(client: Client): Promise<Finding[]> {
  const schema = await compareSchema(client)
  const subject = 'schema outbox'
  const mend = 'Run outbox migrate with this DATABASE_URL.'
  if (!schema.installed)
    return [{ severity: 'error', subject, finding: 'The outbox is not installed in this database.', mend }]
  if (schema.newer !== null)
    return [
      {
        severity: 'error',
        subject,
        finding: `It has migration ${schema.newer}, which this program does not know: a newer version installed it.`,
        mend: 'Update this program.',
      },
    ]
  if (schema.missing.length > 0)
    return [
      {
        severity: 'error',
        subject,
        finding: `It is older than this program and lacks ${schema.missing.join(', ')}.`,
        mend,
      },
    ]
  if (schema.code_is_current) return []
  return [
    {
      severity: 'warning',
      subject,
      finding: 'Its functions and views are of another version than this program.',
      mend,
    },
  ]
}

/** How far this machine's clock is from the database's, as far as that can be told for certain. */
export async function clockFindings(client: Client): Promise<Finding[]> {
  let best = { skew_ms: 0, unsure_ms: Infinity }
  for (let reading = 0; reading < CLOCK_READINGS; reading += 1) {
    const asked_at = Date.now()
    const { rows } = await client.query<{ now: number }>(
      'select (extract(epoch from clock_timestamp()) * 1000)::float8 as now',
    )
    const answered_at = Date.now()
    const unsure_ms = (answered_at - asked_at) / 2
    const skew_ms = (asked_at + answered_at) / 2 - (rows[0]?.now ?? answered_at)
    if (unsure_ms < best.unsure_ms) best = { skew_ms, unsure_ms }
  }
  const apart_ms = Math.abs(best.skew_ms) - best.unsure_ms
  if (apart_ms <= SKEW_WARNING_MS) return []
  return [
    {
      severity: apart_ms > SKEW_ERROR_MS ? 'error' : 'warning',
      subject: 'clock',
      finding:
        `The clock of this machine is ${(Math.abs(best.skew_ms) / 1_000).toFixed(1)} s ` +
        `${best.skew_ms > 0 ? 'ahead of' : 'behind'} the database's. A relay signs with the time of its machine, and receivers refuse what is too old or too new.`,
      mend: 'Let both machines take their time from the same source (NTP).',
    },
  ]
}

/** Whether a notification of our own arrives where a relay would listen. */
export async function listenFindings(
  client: Client,
  listen: { url: string | undefined; variable: string },
): Promise<Finding[]> {
  const found = (severity: Finding['severity'], finding: string, mend: string): Finding[] => [
    { severity, subject: `LISTEN over ${listen.variable}`, finding, mend },
  ]
  try {
    return await withClient(
      { url: listen.url, name: 'doctor listen', connect_timeout_ms: CONNECT_MS, query_timeout_ms: CONNECT_MS },
      async (listener) => {
        if ((await identity(listener)) !== (await identity(client)))
          return found(
            'error',
            'It leads to another database than DATABASE_URL: relays hear nobody ring there, and take each other for dead.',
            'Set OUTBOX_LISTEN_URL to a direct connection to the same database.',
          )
        if (await hears(listener, client)) return []
        return found(
          'warning',
          `A notification did not arrive within ${NOTIFY_MS / 1_000} s, as behind a pooler in transaction mode: relays poll instead of being woken, and cannot tell reliably which of them are alive.`,
          'Set OUTBOX_LISTEN_URL to a direct connection to the same database, or one through a pooler in session mode.',
        )
      },
    )
  } catch (error) {
    return found(
      'error',
      `It does not work: ${reasonOf(error)}. A relay cannot start without it.`,
      `Correct ${listen.variable}.`,
    )
  }
}

/** The same for two connections to one database, wherever they lead through. */
async function identity(client: Client): Promise<string> {
  const { rows } = await client.query<{ identity: string }>(
    `select concat(c.system_identifier, ' ', current_database(), ' ', pg_is_in_recovery()) as identity from pg_control_system() as c`,
  )
  return rows[0]?.identity ?? ''
}

async function hears(listener: Client, client: Client): Promise<boolean> {
  const channel = `outbox_doctor_${randomBytes(6).toString('hex')}`
  const giving_up = new AbortController()
  const arrived = new Promise<boolean>((resolve) => {
    listener.on('notification', (notification) => {
      if (notification.channel === channel) resolve(true)
    })
  })
  await listener.query(`listen ${channel}`)
  await client.query('select pg_notify($1, $2)', [channel, ''])
  const late = wait(NOTIFY_MS, false, { signal: giving_up.signal }).catch(() => false)
  const heard = await Promise.race([arrived, late])
  giving_up.abort()
  return heard
}

/** A refused connection to a name with several addresses has no message, only a code. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { code } = error as { code?: unknown }
  return error.message === '' && typeof code === 'string' ? code : error.message
}
