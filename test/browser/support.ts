/** A person at a real browser: Chromium, and an admin on a port of its own over the test's database. */
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core'
import { expect } from 'vitest'
import { createAdmin } from '../../admin/server.ts'
import { test as base } from '../support/world.ts'
import { createTestLog } from '../admin/support.ts'

export { describe, expect } from 'vitest'
export { ask, makeWebhook } from '../support/world.ts'

export const ADMIN_TOKEN = 'a-token-of-the-tests-with-32-characters-and-more'
const PLACES = [
  process.env['CHROME_PATH'],
  '/usr/bin/chromium',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]
const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

function chrome(): string {
  const found = PLACES.find((place) => place !== undefined && existsSync(place))
  if (found === undefined) throw new Error('no Chromium here: apt-get install chromium, or set CHROME_PATH')
  return found
}

export interface Person {
  /** Opens a page, logged in as admin. */
  open: (path: string, options?: BrowserContextOptions) => Promise<Page>
}

export const test = base.extend<{ browser: Browser; site: { url: string }; person: Person }>({
  // oxlint-disable-next-line no-empty-pattern -- vitest reads the dependencies of a fixture from this pattern
  browser: async ({}, use) => {
    const browser = await chromium.launch({ executablePath: chrome(), args: ARGS })
    await use(browser)
    await browser.close()
  },
  site: async ({ database }, use) => {
    const config = {
      database_url: database.url,
      host: '127.0.0.1',
      port: 0,
      log_level: 'info' as const,
      admin_token: ADMIN_TOKEN,
      admin_url: null,
    }
    const admin = createAdmin({ config, log: createTestLog().log })
    await use(await admin.start())
    await admin.stop()
  },
  person: async ({ browser, site }, use) => {
    await use({
      open: async (path, options = {}) => {
        const page = await browser.newPage(options)
        await page.goto(`${site.url}/login?next=${encodeURIComponent(path)}`)
        await page.getByLabel('Token').fill(ADMIN_TOKEN)
        await page.getByRole('button', { name: 'Log in' }).click()
        await page.waitForURL(`${site.url}${path}`)
        return page
      },
    })
  },
})

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** What axe-core finds on the page, of the kinds that keep somebody from using it. */
export async function barriers(page: Page): Promise<string[]> {
  // Evaluated by the debugger, so that the page's own Content-Security-Policy stays as strict as it is.
  await page.evaluate(axe)
  return page.evaluate(async () => {
    const { axe: runner } = globalThis as unknown as {
      axe: { run: () => Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }> }
    }
    const { violations } = await runner.run()
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)
  })
}

/** Every page that the navigation leads to. */
export async function paths(page: Page): Promise<string[]> {
  const links = await page.locator('aside .nav a').all()
  const found = await Promise.all(
    links.map(async (link) => new URL((await link.getAttribute('href')) ?? '', page.url()).pathname),
  )
  expect(found.length).toBeGreaterThan(2)
  return found
}

/** By how many pixels the page is wider than its window. */
export async function spilled(page: Page): Promise<number> {
  return Number(await page.evaluate('Math.max(0, document.documentElement.scrollWidth - innerWidth)'))
}
