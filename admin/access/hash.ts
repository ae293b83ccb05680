/** Tokens, cookies and codes are kept, looked up and compared as their SHA-256: what leaks is of no use, and takes no time that tells. */
import { createHash, timingSafeEqual } from 'node:crypto'

export function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

export function isSame(a: string, b: string): boolean {
  return timingSafeEqual(sha256(a), sha256(b))
}
