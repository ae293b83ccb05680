/** PREPARE TRANSACTION needs a server of its own: elsewhere it is switched off. */
import { join } from 'node:path'
import { withClient } from '../../sql/db.ts'
import { migrate } from '../../sql/migrate.ts'
import { defaults, describe, expect, test } from '../support/embedded.ts'
import { events, refusal, watchAll } from '../support/events.ts'

describe('PREPARE TRANSACTION', () => {
  test('goes through with captured and emitted events, because nobody rings the bell there', async ({
    directory,
    start,
  }) => {
    const { url } = await start({
      data_dir: join(directory, 'pg'),
      settings: { ...defaults.settings, max_prepared_transactions: '5' },
    })
    await migrate({ url })
    await withClient({ url, name: 'test' }, async (db) => {
      await db.query('create table thing (id integer primary key)')
      await watchAll(db, 'thing')
      await db.query(`begin; insert into thing values (1); select outbox.emit('a.b', '{}'); prepare transaction 'one'`)
      expect(await events(db)).toEqual([])
      await db.query(`commit prepared 'one'`)
      await db.query(`begin; insert into thing values (2); prepare transaction 'two'`)
      await db.query(`rollback prepared 'two'`)
      expect((await events(db)).map((event) => event.type)).toEqual(['thing.inserted', 'a.b'])
      // What the bell would do.
      expect(
        await refusal(db.query(`begin; select pg_notify('outbox', ''); prepare transaction 'three'`)),
      ).toMatchObject({
        code: '0A000',
        message: expect.stringContaining('NOTIFY'),
      })
    })
  })
})
