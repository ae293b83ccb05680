/** `test` with a world of its own: every test gets a database that no other test sees and that is gone afterwards. */
import { randomBytes } from 'node:crypto'
import { test as base, inject } from 'vitest'
import { connect, withClient } from '../../sql/db.ts'
import type { Client } from '../../sql/db.ts'
import { databaseUrl } from './names.ts'

export { describe, expect } from 'vitest'

export interface Database {
  url: string
  name: string
}

export interface World {
  /** Cloned from the migrated template. */
  database: Database
  /** Created, not migrated. */
  emptyDatabase: Database
  /** A connection to `database`. */
  db: Client
  /** Opens another connection to `database` (or to another URL), closed when the test ends. */
  connect: (url?: string) => Promise<Client>
}

export const test = base.extend<World & { admin: Client }>({
  admin: [
    // oxlint-disable-next-line no-empty-pattern -- vitest reads the dependencies of a fixture from this pattern
    async ({}, use) => {
      const admin = await connect({ url: inject('admin_url'), name: 'test admin' })
      await use(admin)
      await admin.end()
    },
    { scope: 'worker' },
  ],
  database: async ({ admin }, use) => {
    await withDatabase(admin, inject('template'), async (clone) => {
      await adopt(clone.url)
      await use(clone)
    })
  },
  emptyDatabase: async ({ admin }, use) => {
    await withDatabase(admin, 'template1', use)
  },
  db: async ({ connect: open }, use) => {
    await use(await open())
  },
  connect: async ({ database }, use) => {
    const clients: Client[] = []
    await use(async (url = database.url) => {
      const client = await connect({ url, name: 'test' })
      clients.push(client)
      return client
    })
    await Promise.all(clients.map((client) => client.end()))
  },
})

/** A clone knows that it is one and sends nothing (OB005); the tests' clones are meant to be originals. */
async function adopt(url: string): Promise<void> {
  await withClient({ url, name: 'test adopt' }, (client) =>
    client.query(`
      update outbox.event_cursor as c set seen = pg_current_snapshot(), database_oid = d.oid
      from pg_database as d where d.datname = current_database()`),
  )
}

async function withDatabase(
  admin: Client,
  template: string,
  use: (database: Database) => Promise<void>,
): Promise<void> {
  const name = inject('template').replace(/template$/, randomBytes(6).toString('hex'))
  // Copying files is several times faster than writing every block to the log.
  await admin.query(`create database "${name}" template "${template}" strategy file_copy`)
  try {
    await use({ name, url: databaseUrl(inject('admin_url'), name) })
  } finally {
    await admin.query(`drop database "${name}" with (force)`)
  }
}
