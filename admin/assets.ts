/**
 * The files that pages load: htmx as its package ships it, our style and script, the icon. Read once; the hash in the path changes
 * with the content, so browsers may keep them for ever.
 */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { packageRoot } from '../sql/package.ts'

export interface Asset {
  path: string
  type: string
  content: string
}

const htmx = dirname(createRequire(import.meta.url).resolve('htmx.org'))
const own = join(packageRoot, 'admin/assets')

export const assets = {
  htmx: readAsset(htmx, 'htmx.min.js', 'text/javascript; charset=utf-8'),
  script: readAsset(own, 'admin.js', 'text/javascript; charset=utf-8'),
  style: asset('admin.css', 'text/css; charset=utf-8', readStyle()),
  icon: readAsset(own, 'icon.svg', 'image/svg+xml'),
} as const

/** The path is relative to the root of the admin: it may be served below a prefix. */
function readAsset(folder: string, name: string, type: string): Asset {
  return asset(name, type, readFileSync(join(folder, name), 'utf8'))
}

function asset(name: string, type: string, content: string): Asset {
  const hash = createHash('sha256').update(content).digest('hex').slice(0, 12)
  return { path: `assets/${hash}/${name}`, type, content }
}

/** One file a matter: what all pages share comes first, so that a page may depart from it. */
function readStyle(): string {
  const shared = ['base.css', 'frame.css', 'parts.css']
  const files = readdirSync(join(own, 'css')).filter((name) => name.endsWith('.css') && !shared.includes(name))
  return [...shared, ...files.toSorted()].map((name) => readFileSync(join(own, 'css', name), 'utf8')).join('\n')
}
