/** What a receiver needs to verify the requests of a webhook, in the languages that receivers are written in. */
import { go } from './go.ts'
import { java } from './java.ts'
import { node } from './node.ts'
import { php } from './php.ts'
import { python } from './python.ts'
import { ruby } from './ruby.ts'
import { sql } from './sql.ts'
import type { SignedWebhook } from './webhook.ts'

export interface Snippet {
  /** For ids and URLs. */
  language: string
  /** For people. */
  title: string
  /** The whole text, with the standard library alone. It holds no secret. */
  text: (webhook: SignedWebhook) => string
}

export const snippets: readonly Snippet[] = [
  { language: 'node', title: 'Node.js', text: node },
  { language: 'python', title: 'Python', text: python },
  { language: 'go', title: 'Go', text: go },
  { language: 'ruby', title: 'Ruby', text: ruby },
  { language: 'php', title: 'PHP', text: php },
  { language: 'java', title: 'Java', text: java },
  { language: 'sql', title: 'SQL', text: sql },
]
