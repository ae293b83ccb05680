/** The OpenAPI document. */
import SwaggerParser from '@apidevtools/swagger-parser'
import { OpenAPIHono } from '@hono/zod-openapi'
import { createApi } from '../../../admin/api/api.ts'
import { createPool } from '../../../admin/pool.ts'
import { expect, test } from '../../support/fixture.ts'
import { createTestLog } from '../support.ts'
import { testApi } from './support.ts'

const METHODS = ['get', 'post', 'patch', 'delete'] as const

test('the document is valid, and open to everybody', async ({ database }) => {
  const { app } = testApi(database)
  const response = await app.request('/api/v1/openapi.json')
  expect(response.status).toBe(200)
  // oxlint-disable-next-line typescript/no-explicit-any -- the validator says what it is
  const document: any = await response.json()
  expect(document.openapi).toBe('3.1.0')
  await SwaggerParser.validate(structuredClone(document))
})

test('every route stands in the document, and nothing else does', async ({ database }) => {
  const { body: document } = await testApi(database).get('/openapi.json')
  const api: OpenAPIHono<never> = createApi({
    pool: createPool({ url: database.url }),
    log: createTestLog().log,
  }) as never
  const documented = Object.entries<Record<string, unknown>>(document.paths).flatMap(([path, item]) =>
    METHODS.filter((method) => method in item).map((method) => `${method.toUpperCase()} ${path}`),
  )
  const routed = api.routes
    .filter(({ method, path }) => method !== 'ALL' && path !== '/openapi.json')
    .map(({ method, path }) => `${method} ${path.replace(/:([a-z_]+)/g, '{$1}')}`)
  expect(documented.toSorted()).toEqual([...new Set(routed)].toSorted())
})

test('every operation says who may, what it answers and what can go wrong', async ({ database }) => {
  const { body: document } = await testApi(database).get('/openapi.json')
  for (const item of Object.values<Record<string, any>>(document.paths)) {
    for (const operation of METHODS.flatMap((method) => item[method] ?? [])) {
      expect(operation.security).toEqual([{ token: [] }])
      expect(operation.summary).toBeTruthy()
      expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining(['401', '403', '422', '500', '503']))
    }
  }
})
