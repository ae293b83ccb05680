/** The API as a client sees it. */
import { testApp, type TestAppOptions } from '../support.ts'

export interface Told {
  status: number
  headers: Headers
  text: string
  // oxlint-disable-next-line typescript/no-explicit-any -- what a test reads of it, it says itself
  body: any
}

export function testApi(database: { url: string }, options: TestAppOptions = {}) {
  const { app, api, lines } = testApp(database, options)
  const send = async (
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Told> => {
    const init = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }
    const type = body === undefined ? {} : { 'content-type': 'application/json' }
    const response = await api(`/api/v1${path}`, { method, ...init, headers: { ...type, ...headers } })
    const text = await response.text()
    const isJson = response.headers.get('content-type')?.includes('json') === true
    return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : null }
  }
  return {
    app,
    lines,
    send,
    get: (path: string) => send('GET', path),
    post: (path: string, body: unknown = {}, headers: Record<string, string> = {}) => send('POST', path, body, headers),
  }
}
