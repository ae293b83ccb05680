/** Where the package lies and what it is called: sources run from the root, compiled files from `dist/`. */
import { readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

const here = dirname(import.meta.dirname)

/** The folder that holds package.json and sql/. */
export const packageRoot = basename(here) === 'dist' ? dirname(here) : here

export const version = (JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { version: string })
  .version
