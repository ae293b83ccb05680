/**
 * Where the files lie. A server that runs as another user must be able to walk to its files; below /root, and in many
 * CI homes, it cannot. Then a directory of ours in /var/tmp (which, unlike /tmp, survives a reboot) stands in.
 */
import { createHash } from 'node:crypto'
import { access, chmod, chown, constants, lstat, mkdir, realpath, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { EmbeddedError } from './error.ts'
import { nearestExisting, serverIdentity } from './identity.ts'
import type { Identity } from './identity.ts'
import { run } from './run.ts'

export interface Place {
  data_dir: string
  identity: Identity
}

/** Decides the directory and the user, and makes the parent directories. */
export async function placeData(wanted: string): Promise<Place> {
  const asked = resolve(wanted)
  const asking = await serverIdentity(asked)
  const data_dir = (await canEnter(asking, dirname(asked))) ? await makeParents(asked, asking) : await standIn(asked)
  // An existing directory keeps its user, also when an account that we prefer appeared since.
  const identity = await serverIdentity(data_dir)
  await takeOver(data_dir, identity)
  return { data_dir, identity }
}

async function canEnter(identity: Identity, dir: string): Promise<boolean> {
  const existing = await nearestExisting(dir)
  // Asked as that user, not computed from mode bits: access lists and mount options count too.
  return (await run(identity.as, '/bin/sh', ['-c', 'cd "$0"', existing])).ok
}

async function makeParents(asked: string, identity: Identity): Promise<string> {
  const parent = dirname(asked)
  try {
    const first = await mkdir(parent, { recursive: true })
    if (first !== undefined) await openUp(first, parent, identity)
    await access(parent, constants.W_OK)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new EmbeddedError(
      `We may not write in ${parent}: run in a directory of yours, or set DATABASE_URL. ${reason}`,
    )
  }
  return join(await realpath(parent), basename(asked))
}

/** Directories we made are entered by the server's user whatever the umask, and belong to whom the project belongs. */
async function openUp(first: string, last: string, identity: Identity): Promise<void> {
  await chmod(last, 0o755)
  if (identity.uid === (await stat(dirname(first))).uid) await chown(last, identity.uid, identity.gid)
  if (last !== first) await openUp(first, dirname(last), identity)
}

async function standIn(asked: string): Promise<string> {
  const hash = createHash('sha256').update(asked).digest('hex').slice(0, 12)
  return join(await ownTemporary(), `${basename(asked)}-${hash}`)
}

/**
 * A directory of our own below the world-writable /var/tmp. Anybody could have made one of this name first and wait
 * for us to run the binaries in it, so its owner is checked.
 */
export async function ownTemporary(): Promise<string> {
  const uid = process.getuid?.() ?? 0
  const dir = `/var/tmp/outbox-${uid}`
  await mkdir(dir, { mode: 0o755 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
  const found = await lstat(dir)
  if (!found.isDirectory() || found.uid !== uid) {
    throw new EmbeddedError(`${dir} does not belong to us (uid ${uid}): remove it, or set DATABASE_URL to a server.`)
  }
  if ((found.mode & 0o777) !== 0o755) await chmod(dir, 0o755)
  return dir
}

async function takeOver(data_dir: string, identity: Identity): Promise<void> {
  const found = await stat(data_dir).catch(() => null)
  if (found === null) return
  if (found.uid !== identity.uid) {
    if (process.getuid?.() !== 0) {
      throw new EmbeddedError(`${data_dir} belongs to another user (uid ${found.uid}): start as that user or as root.`)
    }
    // A copy made by root, say: PostgreSQL insists on owning its files.
    await run({}, 'chown', ['-R', `${identity.uid}:${identity.gid}`, data_dir])
  }
  if ((found.mode & 0o777) !== 0o700) await chmod(data_dir, 0o700)
}
