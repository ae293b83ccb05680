/** A bell that one waiter hears: raised before the wait, it ends the wait at once. */
export interface Signal {
  raise(): void
  /** Resolves when raised, or after this many milliseconds. True: it was raised. */
  wait(timeout_ms: number): Promise<boolean>
}

export function createSignal(): Signal {
  let raised = false
  let wake: (() => void) | null = null
  return {
    raise() {
      raised = true
      wake?.()
    },
    async wait(timeout_ms) {
      if (!raised && timeout_ms > 0) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, timeout_ms)
          wake = () => {
            clearTimeout(timer)
            resolve()
          }
        })
        wake = null
      }
      const was_raised = raised
      raised = false
      return was_raised
    },
  }
}
