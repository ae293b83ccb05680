/** An application: many connections, each changing one ticket at a time, found by its id. */
import { connect, type Client } from '../../sql/db.ts'
import { serve } from './child.ts'
import { now } from './clock.ts'

let clients: Client[] = []
let series = 0

/** The statement an ordinary application sends; prepared once for each table and connection. */
function change(client: Client, table: string, title: string, id: number): Promise<unknown> {
  const text = `update ${table} set title = $1, updated_at = now() where id = $2`
  return client.query({ name: `change ${table}`, text, values: [title, id] })
}

const anyOf = (rows: number) => 1 + Math.floor(Math.random() * rows)

const calls = {
  async connect({ url, count }: { url: string; count: number }) {
    clients = await Promise.all(Array.from({ length: count }, () => connect({ url, name: 'bench writer' })))
  },

  /** Each client as fast as it can. Returns changes a second. */
  async flood({ table, rows, seconds }: { table: string; rows: number; seconds: number }) {
    const began_at = now()
    const ends_at = began_at + seconds * 1_000
    let changes = 0
    const flood = async (client: Client) => {
      while (now() < ends_at) {
        await change(client, table, `flood ${changes}`, anyOf(rows))
        changes += 1
      }
    }
    await Promise.all(clients.map(flood))
    return (changes * 1_000) / (now() - began_at)
  },

  /**
   * So many changes a second, evenly. Returns when each commit was acknowledged; the title ends in the place in that
   * list and begins with the number of the series: the same title again would be no change, and so no event.
   */
  pace({ table, rows, rate, seconds }: { table: string; rows: number; rate: number; seconds: number }) {
    const count = rate * seconds
    const acknowledged = new Float64Array(count)
    series += 1
    const idle = [...clients]
    const began_at = now()
    return new Promise<Float64Array>((resolve, reject) => {
      let started = 0
      let ended = 0
      const run = async (client: Client, place: number) => {
        await change(client, table, `${series}/${place}`, anyOf(rows))
        acknowledged[place] = now()
        idle.push(client)
        ended += 1
        if (ended === count) resolve(acknowledged)
      }
      const timer = setInterval(() => {
        const due = Math.min(count, Math.floor(((now() - began_at) * rate) / 1_000))
        while (started < due && idle.length > 0) {
          run(idle.shift() as Client, started).catch(reject)
          started += 1
        }
        if (started === count) clearInterval(timer)
      }, 1)
    })
  },
}

export type WriterCalls = typeof calls

serve(calls)
