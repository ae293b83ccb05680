/** The secrets that a local receiver verifies with, read from the database by a role that may. */
import { withClient } from '../sql/db.ts'
import { secretsByPort, secretsOf } from './queries.ts'

/** Those of one webhook. */
export function webhookSecrets(url: string | undefined, webhook_id: string): Promise<string[]> {
  return read(url, secretsOf.text, [webhook_id])
}

/** Those of all webhooks that point at this port of this machine. */
export function localSecrets(url: string | undefined, port: number): Promise<string[]> {
  return read(url, secretsByPort.text, [port])
}

function read(url: string | undefined, text: string, values: unknown[]): Promise<string[]> {
  return withClient({ url, name: 'listen' }, async (client) => {
    const result = await client.query<{ secret: string }>(text, values)
    return result.rows.map((row) => row.secret)
  })
}
