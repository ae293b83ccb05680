/** All pages, as different people come upon them. */
import { barriers, describe, expect, makeWebhook, paths, spilled, test } from './support.ts'

describe('every page', () => {
  test.for([
    ['light, wide', { colorScheme: 'light', viewport: { width: 1280, height: 900 } }],
    ['dark, wide', { colorScheme: 'dark', viewport: { width: 1280, height: 900 } }],
    ['light, on a phone', { colorScheme: 'light', viewport: { width: 390, height: 800 } }],
  ] as const)('has no barrier that axe-core knows, and fits (%s)', async ([, look], { db, person }) => {
    await makeWebhook(db, { url: 'https://example.com/hook' })
    await db.query(`select outbox.emit('invoice.paid', '{"number": 17}')`)
    const page = await person.open('/', look)
    for (const path of await paths(page)) {
      await page.goto(new URL(path, page.url()).href)
      expect({ path, barriers: await barriers(page) }).toEqual({ path, barriers: [] })
      const spill = await spilled(page)
      expect({ path, spill }).toEqual({ path, spill: 0 })
    }
  })

  test('can be read without script', async ({ person }) => {
    const page = await person.open('/', { javaScriptEnabled: false })
    const links = await page.locator('aside .nav a').all()
    const names = await Promise.all(links.map((link) => link.innerText()))
    for (const name of names) {
      await page.locator('aside .nav').getByRole('link', { name, exact: true }).click()
      expect(await page.title()).toContain('Outbox')
      expect(await page.locator('h1').count()).toBe(1)
    }
  })

  test('runs no script of its own making, and asks nobody else for anything', async ({ person, site }) => {
    const page = await person.open('/')
    const asked: string[] = []
    const complaints: string[] = []
    page.on('request', (request) => void asked.push(request.url()))
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text())
    })
    for (const path of await paths(page)) await page.goto(new URL(path, page.url()).href)
    expect(complaints).toEqual([])
    expect(asked.filter((url) => !url.startsWith(site.url))).toEqual([])
  })
})

describe('logging in', () => {
  test('leads to the page that was asked for, and logging out back to the login', async ({ person, site }) => {
    const page = await person.open('/audit')
    await page.locator('aside').getByRole('button', { name: 'Log out' }).click()
    await page.waitForURL(`${site.url}/login`)
    await page.goto(`${site.url}/audit`)
    expect(new URL(page.url()).pathname).toBe('/login')
  })
})
