/** Milliseconds on the machine's monotonic clock, which processes of one machine share (on Linux and macOS). */
export function now(): number {
  const [seconds, nanoseconds] = process.hrtime()
  return seconds * 1_000 + nanoseconds / 1_000_000
}
