/** Once a run: the server, a migrated template that every test's database is cloned from, and the compiled command. */
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { connect } from '../../sql/db.ts'
import type { Client } from '../../sql/db.ts'
import { migrate } from '../../sql/migrate.ts'
import { dropDatabases, runName } from './leftovers.ts'
import { databaseUrl } from './names.ts'
import { startTestServer } from './postgres.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    admin_url: string
    template: string
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startTestServer()
  console.log(`tests run on ${server.description}`)
  const run = randomBytes(4).toString('hex')
  const admin = await connect({ url: server.url, name: runName(run) })
  const teardown = async (): Promise<void> => {
    try {
      await dropDatabases(admin, run)
      await admin.end()
    } finally {
      await server.stop()
    }
  }
  try {
    await dropDatabases(admin, null)
    const template = `outbox_test_${run}_template`
    await Promise.all([makeTemplate(admin, server.url, template), build()])
    project.provide('admin_url', server.url)
    project.provide('template', template)
  } catch (error) {
    await teardown()
    throw error
  }
  return teardown
}

async function makeTemplate(admin: Client, url: string, template: string): Promise<void> {
  await admin.query(`create database "${template}"`)
  await migrate({ url: databaseUrl(url, template) })
}

/** Tests of the command spawn dist/outbox.js. A type error does not stop tsc from writing, nor us: `tsc` reports it. */
function build(): Promise<void> {
  const root = join(import.meta.dirname, '../..')
  const tsc = join(root, 'node_modules/.bin/tsc')
  return new Promise((resolve) => {
    execFile(tsc, ['-p', 'tsconfig.build.json'], { cwd: root }, (error, stdout) => {
      if (error !== null) console.warn(`the build has errors:\n${stdout || error.message}`)
      resolve()
    })
  })
}
