/** A reason why the embedded PostgreSQL cannot serve, as one plain sentence for the person at the terminal. */
export class EmbeddedError extends Error {
  override name = 'EmbeddedError'
}
