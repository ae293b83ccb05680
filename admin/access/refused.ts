/** How the API refuses a request before it looks at what is asked. */
import { Problem } from '../api/problem.ts'

export class Refused extends Problem {
  constructor(status: 401 | 403 | 429 | 500 | 503, detail: string, headers: Record<string, string> = {}) {
    super(status, detail, { headers })
  }
}
