/** `outbox migrate`, `outbox adopt` and `outbox sql`. */
import { databaseUrl, jsonOption, print, UsageError, type Command } from './cli.ts'
import { withClient } from './db.ts'
import { migrate } from './migrate.ts'
import { formatTable } from './print.ts'

export const migrateCommand: Command = {
  usage: 'migrate [--json]',
  summary: 'install the schema, or bring it up to date',
  options: jsonOption,
  async run(values) {
    const result = await migrate({ url: await databaseUrl(process.env['DATABASE_URL']) })
    if (values['json'] === true) return print(JSON.stringify(result))
    for (const name of result.migrations) print(`applied ${name}`)
    print(result.code_changed ? 'functions and views re-created' : 'functions and views are up to date')
  },
}

export const adoptCommand: Command = {
  usage: 'adopt --hold | --deliver | --discard [--json]',
  summary: 'take over a restored or cloned database: what is pending is held, sent, or dropped',
  options: { ...jsonOption, hold: { type: 'boolean' }, deliver: { type: 'boolean' }, discard: { type: 'boolean' } },
  async run(values) {
    const [choice, ...more] = ['hold', 'deliver', 'discard'].filter((name) => values[name] === true)
    if (choice === undefined || more.length > 0) throw new UsageError('give one of --hold, --deliver, --discard')
    const url = await databaseUrl(process.env['DATABASE_URL'])
    const result = await withClient({ url, name: 'adopt' }, (client) =>
      client.query<Record<string, unknown>>('select * from outbox.adopt($1)', [choice]),
    )
    print(values['json'] === true ? JSON.stringify(result.rows[0]) : formatTable(result.rows))
  },
}

export const sqlCommand: Command = {
  usage: 'sql "select …" [--json]',
  summary: 'run one statement, for machines without psql',
  options: jsonOption,
  async run(values, words) {
    const [statement, ...more] = words
    if (statement === undefined || more.length > 0) throw new UsageError('give one statement, in quotes')
    const url = await databaseUrl(process.env['DATABASE_URL'])
    await withClient({ url, name: 'sql' }, async (client) => {
      client.on('notice', (notice) => process.stderr.write(`${notice.severity ?? 'NOTICE'}: ${notice.message}\n`))
      // Several statements in one text give several results, whatever the types say.
      for (const result of [await client.query<Record<string, unknown>>(statement)].flat()) {
        if (values['json'] === true) print(JSON.stringify(result.rows))
        else
          print(
            result.fields.length > 0
              ? formatTable(result.rows)
              : `${result.command} ${result.rowCount ?? ''}`.trimEnd(),
          )
      }
    })
  },
}
