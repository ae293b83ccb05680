import { once } from 'node:events'
import { mkdir, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { withClient } from '../../sql/db.ts'
import { EmbeddedError } from '../../sql/embedded/error.ts'
import { beyondAnyPid, copyWithoutLinks, describe, end, expect, isAlive } from '../support/embedded.ts'
import { defaults, startElsewhere, test } from '../support/embedded.ts'

describe('startEmbedded', () => {
  test('starts a server that answers on loopback, with a password only its owner can read', async ({ start }) => {
    const server = await start()
    expect(await ask(server.url, `select current_setting('listen_addresses') as answer`)).toBe('127.0.0.1')
    expect((await stat(join(server.data_dir, 'outbox-password'))).mode & 0o777).toBe(0o600)
    const guess = new URL(server.url)
    guess.password = 'postgres'
    await expect(ask(guess.href, 'select 1 as answer')).rejects.toThrow('password authentication failed')
  })

  test('keeps data, password and port over a restart', async ({ start }) => {
    const first = await start()
    await ask(first.url, `create table kept as select 'still here' as note; select null as answer`)
    await first.stop()
    await first.stop()
    const second = await start()
    expect(second).toMatchObject({ url: first.url, adopted: false })
    expect(await ask(second.url, 'select note as answer from kept')).toBe('still here')
  })

  test('adopts the server that already runs, and stops it', async ({ start }) => {
    const first = await start()
    const second = await start()
    expect(second).toMatchObject({ url: first.url, pid: first.pid, adopted: true })
    await second.stop()
    await expect(ask(first.url, 'select 1 as answer')).rejects.toThrow('ECONNREFUSED')
    await first.stop()
  })

  test('gives two starts at once the same server', async ({ start, directory }) => {
    const servers = await Promise.all([start(), start()])
    expect(new Set(servers.map((server) => server.adopted))).toEqual(new Set([false, true]))
    expect(servers[0]?.pid).toBe(servers[1]?.pid)
    expect(await readdir(directory)).toEqual(['pg'])
  })

  test('keeps its server from Ctrl-C, and leaves it to the next start when it is killed', async ({
    start,
    directory,
  }) => {
    const { child, pid } = await startElsewhere({ ...defaults, data_dir: join(directory, 'pg') })
    await end(child, 'SIGINT')
    expect(await start()).toMatchObject({ pid, adopted: true })
  })

  test('with a guard leaves no server when it is killed by kill -9', async ({ directory }) => {
    const { child, pid } = await startElsewhere({ ...defaults, data_dir: join(directory, 'pg'), guard: true })
    await end(child, 'SIGKILL')
    await expect.poll(() => isAlive(pid), { timeout: 5_000 }).toBe(false)
  })

  test('starts after the server was killed by kill -9', async ({ start }) => {
    const killed = await start()
    process.kill(killed.pid, 'SIGKILL')
    await expect.poll(() => isAlive(killed.pid)).toBe(false)
    expect(await start()).toMatchObject({ adopted: false, url: killed.url })
  })

  test('starts when the lock of a dead server names a process that is somebody else by now', async ({ start }) => {
    const dead = await start()
    const lock = await readFile(join(dead.data_dir, 'postmaster.pid'), 'utf8')
    await dead.stop()
    await writeFile(join(dead.data_dir, 'postmaster.pid'), lock.replace(/^\d+/, String(process.pid)))
    expect(await start()).toMatchObject({ adopted: false })
  })

  test('takes another port when its own is taken', async ({ start }) => {
    const first = await start()
    await first.stop()
    const squatter = createServer().listen(Number(new URL(first.url).port), '127.0.0.1')
    await once(squatter, 'listening')
    expect((await start()).url).not.toBe(first.url)
    squatter.close()
  })

  test('sweeps what a crash half way through initdb left', async ({ start, directory }) => {
    await mkdir(join(directory, `.pg.init-${beyondAnyPid}-abc`, 'data'), { recursive: true })
    await start()
    expect(await readdir(directory)).toEqual(['pg'])
  })

  test('refuses data of another major version and says which it is', async ({ start, directory }) => {
    await mkdir(join(directory, 'pg'), { mode: 0o700 })
    await writeFile(join(directory, 'pg', 'PG_VERSION'), '12\n')
    await expect(start()).rejects.toThrow(/pg holds data of PostgreSQL 12, and this server is PostgreSQL \d+: dump it/)
    await expect(start()).rejects.toBeInstanceOf(EmbeddedError)
  })

  test('refuses a directory that holds something else', async ({ start, directory }) => {
    await mkdir(join(directory, 'pg'))
    await writeFile(join(directory, 'pg', 'thesis.txt'), '')
    await expect(start()).rejects.toThrow('pg is not empty and holds no PostgreSQL data')
  })

  test('ends the message of a failed start with what the server said', async ({ start }) => {
    const failed = start({ settings: { max_connections: 'many' } })
    await expect(failed).rejects.toThrow(/did not start:\n.*invalid value for parameter "max_connections": "many"$/s)
  })

  test('makes the links that an install without scripts leaves out', async ({ start, directory }) => {
    const binaries = await copyWithoutLinks(directory)
    const server = await start({ binaries })
    expect(server.bin_dir).toBe(join(binaries, 'bin'))
  })

  test.skipIf(process.getuid?.() !== 0)(
    'as root below a directory only root may enter moves binaries and data to /var/tmp',
    async ({ start, directory }) => {
      const home = join(directory, 'home')
      await mkdir(home, { mode: 0o700 })
      const binaries = await copyWithoutLinks(home)
      const server = await start({ binaries, data_dir: join(home, 'project/.outbox/pg') })
      try {
        expect(server.bin_dir).toMatch(/^\/var\/tmp\/outbox-0\/binaries-copied-[^/]*\/native\/bin$/)
        expect(server.data_dir).toMatch(/^\/var\/tmp\/outbox-0\/pg-[0-9a-f]{12}$/)
        expect(await start({ binaries, data_dir: join(home, 'project/.outbox/pg') })).toMatchObject({ adopted: true })
      } finally {
        await server.stop('immediate')
        for (const path of [server.data_dir, join(server.bin_dir, '../..')]) await rm(path, { recursive: true })
      }
    },
  )
})

async function ask(url: string, sql: string): Promise<unknown> {
  return withClient({ url, name: 'test' }, async (client) => {
    // Of several statements the last one's answer counts.
    const results = [await client.query<{ answer: unknown }>(sql)].flat()
    return results.at(-1)?.rows[0]?.answer
  })
}
