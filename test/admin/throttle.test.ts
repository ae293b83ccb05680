import { describe, expect, test } from 'vitest'
import { createThrottle } from '../../admin/access/throttle.ts'

function throttleAt(start_ms = 5_000) {
  const clock = { ms: start_ms }
  const throttle = createThrottle(() => clock.ms)
  const fail = (address: string | null, times: number) => {
    for (let time = 0; time < times; time += 1) throttle.failed(address)
  }
  return { clock, throttle, fail }
}

describe('the throttle', () => {
  test('shuts an address out after ten failures, until the minute is over', () => {
    const { clock, throttle, fail } = throttleAt()
    fail('10.0.0.5', 9)
    expect(throttle.wait('10.0.0.5')).toBeNull()
    clock.ms += 20_000
    fail('10.0.0.5', 1)
    expect(throttle.wait('10.0.0.5')).toBe(40)
    expect(throttle.wait('10.0.0.6')).toBeNull()
    clock.ms += 39_999
    expect(throttle.wait('10.0.0.5')).toBe(1)
    clock.ms += 1
    expect(throttle.wait('10.0.0.5')).toBeNull()
  })

  test('shuts everybody out after a hundred failures, from wherever', () => {
    const { clock, throttle, fail } = throttleAt()
    for (let host = 1; host < 100; host += 1) fail(`10.0.0.${host}`, 1)
    expect(throttle.wait('192.0.2.1')).toBeNull()
    fail(null, 1)
    expect(throttle.wait('192.0.2.1')).toBe(60)
    clock.ms += 60_000
    expect(throttle.wait('192.0.2.1')).toBeNull()
  })
})
