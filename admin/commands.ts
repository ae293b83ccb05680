/** `outbox admin`. */
import { databaseUrl, print, untilStopped, type Command } from '../sql/cli.ts'
import { createLog } from '../sql/log.ts'
import { readAdminConfig } from './config.ts'
import { createAdmin } from './server.ts'

export const adminCommand: Command = {
  usage: 'admin',
  summary: 'serve the page',
  async run() {
    const given = readAdminConfig()
    const config = { ...given, database_url: await databaseUrl(given.database_url) }
    const admin = createAdmin({ config, log: createLog(config.log_level) })
    untilStopped(() => admin.stop())
    print(`admin ready ${(await admin.start()).url}`)
  },
}
