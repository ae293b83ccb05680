/**
 * Who runs the server. PostgreSQL refuses to run as root, so root hands it to the owner of the project, or to one of
 * the accounts every system has; no account is created on the user's machine.
 */
import { stat } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { dirname } from 'node:path'
import { EmbeddedError } from './error.ts'
import { run } from './run.ts'

export interface Identity {
  uid: number
  gid: number
  /** What spawn needs to become this user; empty when we are it. */
  as: { uid?: number; gid?: number }
}

const accounts = ['postgres', '_postgres', 'nobody']

/** `path` may not exist yet: the owner of its nearest existing ancestor counts. */
export async function serverIdentity(path: string): Promise<Identity> {
  const uid = process.getuid?.()
  const gid = process.getgid?.()
  if (uid === undefined || gid === undefined) {
    throw new EmbeddedError(`There is no embedded PostgreSQL for ${process.platform}: set DATABASE_URL to a server.`)
  }
  if (uid !== 0) {
    refuseUnnamedUser(uid)
    return { uid, gid, as: {} }
  }
  const owner = await ownerOf(path)
  const candidates = owner === 0 ? accounts : [String(owner), ...accounts]
  for (const candidate of candidates) {
    const identity = await account(candidate)
    if (identity !== null) return identity
  }
  throw new EmbeddedError(
    `PostgreSQL refuses to run as root, and this system has no account ${accounts.join(' or ')}: ` +
      'start as another user, or set DATABASE_URL to a server.',
  )
}

/** initdb looks itself up by uid; in a container that was started with an arbitrary uid it finds nothing. */
function refuseUnnamedUser(uid: number): void {
  try {
    userInfo()
  } catch {
    throw new EmbeddedError(
      `The user with id ${uid} has no entry in /etc/passwd, and PostgreSQL refuses to run without one: ` +
        'run as a named user, or set DATABASE_URL to a server.',
    )
  }
}

async function account(user: string): Promise<Identity | null> {
  const [uid, gid] = await Promise.all([run({}, 'id', ['-u', user]), run({}, 'id', ['-g', user])])
  if (!uid.ok || !gid.ok || uid.stdout === '0') return null
  const as = { uid: Number(uid.stdout), gid: Number(gid.stdout) }
  return { ...as, as }
}

async function ownerOf(path: string): Promise<number> {
  return (await stat(await nearestExisting(path))).uid
}

export async function nearestExisting(path: string): Promise<string> {
  const found = await stat(path).catch(() => null)
  return found === null && dirname(path) !== path ? nearestExisting(dirname(path)) : path
}
