/** More databases than the one that a test is given. */
import { randomBytes } from 'node:crypto'
import { inject } from 'vitest'
import { connect } from '../../sql/db.ts'
import { databaseUrl } from './names.ts'

export interface Clones {
  /** Copies the database (default: the migrated template) and returns the copy's URL. */
  copy(name?: string): Promise<string>
  /** A copy that takes itself for the original, as after `outbox adopt`. */
  adopted(): Promise<string>
  drop(): Promise<void>
}

export async function openClones(): Promise<Clones> {
  const admin = await connect({ url: inject('admin_url'), name: 'test clones' })
  const names: string[] = []
  const copy = async (source = inject('template')) => {
    const name = inject('template').replace(/template$/, randomBytes(6).toString('hex'))
    await admin.query(`create database "${name}" template "${source}"`)
    names.push(name)
    return databaseUrl(inject('admin_url'), name)
  }
  return {
    copy,
    async adopted() {
      const url = await copy()
      const db = await connect({ url, name: 'test adopt' })
      await db.query(`
        update outbox.event_cursor as c set seen = pg_current_snapshot(), database_oid = d.oid
        from pg_database as d where d.datname = current_database()`)
      await db.end()
      return url
    },
    async drop() {
      for (const name of names) await admin.query(`drop database "${name}" with (force)`)
      await admin.end()
    },
  }
}
