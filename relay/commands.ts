/** `outbox relay` and `outbox listen`. */
import { databaseUrl, integerOption, jsonOption, print, untilStopped, type Command } from '../sql/cli.ts'
import { createLog } from '../sql/log.ts'
import { readRelayConfig } from './config.ts'
import { createReceiver } from './listen.ts'
import { createRelay } from './relay.ts'
import { localSecrets } from './secrets.ts'

export const relayCommand: Command = {
  usage: 'relay',
  summary: 'send what the log holds, until it is stopped',
  async run() {
    const given = readRelayConfig()
    const database_url = await databaseUrl(given.database_url)
    const config = { ...given, database_url, listen_url: given.listen_url ?? database_url }
    const relay = createRelay({ config, log: createLog(config.log_level) })
    untilStopped(() => relay.stop())
    await relay.start()
    print('relay ready')
  },
}

export const listenCommand: Command = {
  usage: 'listen [--port N] [--secret whsec_…]… [--status N] [--json]',
  summary: 'a local receiver that verifies and prints what arrives',
  options: {
    ...jsonOption,
    port: { type: 'string' },
    status: { type: 'string' },
    secret: { type: 'string', multiple: true },
  },
  async run(values) {
    const port = integerOption(values, 'port', 4000, 0, 65_535)
    const given = (values['secret'] ?? []) as string[]
    // Without --secret the secrets of webhooks that point here are looked up, where there is a database to ask.
    const database =
      given.length > 0
        ? null
        : await databaseUrl(readRelayConfig().database_url).then(
            (url) => ({ url }),
            () => null,
          )
    const receiver = await createReceiver({
      port,
      secrets: () => (database === null ? given : localSecrets(database.url, receiver.port)),
      write: print,
      color: process.stdout.isTTY,
      json: values['json'] === true,
      status: integerOption(values, 'status', 200, 100, 599),
    })
    untilStopped(() => receiver.close())
    if (values['json'] !== true) print(`listening on ${receiver.url}`)
  },
}
