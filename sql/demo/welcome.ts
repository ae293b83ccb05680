/** What `outbox start` says once everything runs: where things are, and what to try next. */
import { spawnSync } from 'node:child_process'
import { print } from '../cli.ts'

export function welcome(about: { url: string | undefined; login_url: string; demo: boolean; own: boolean }): void {
  const { url, login_url, demo, own } = about
  const statement = demo
    ? `update tickets set status = 'closed' where id = 1`
    : `select outbox.emit('hello.said', '{"to": "world"}')`
  const psql = spawnSync('psql', ['--version']).status === 0
  const by_psql = psql && url !== undefined
  print('')
  print('  The outbox runs: the relay sends, a local receiver prints below what arrives.')
  print('')
  print(`  The page       ${login_url}`)
  print('                 logs you in, once, within 15 minutes; another link: npm run -s outbox -- login')
  // The address of a given database holds its password and is known already.
  if (own && url !== undefined) print(`  The database   ${url}`)
  print('  Try            in another terminal:')
  print(
    `                 ${by_psql && own ? `psql '${url}' -c` : 'npm run -s outbox -- sql'} "${statement.replaceAll('"', '\\"')}"`,
  )
  print('  Stop           Ctrl-C')
  print('')
}
