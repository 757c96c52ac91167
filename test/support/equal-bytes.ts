/** For all tests: bytes are compared by the runtime, for `toEqual` would look at each of a million of them in JavaScript. */
import { expect } from 'vitest'

expect.addEqualityTesters([
  (one: unknown, other: unknown): boolean | undefined =>
    one instanceof Uint8Array && other instanceof Uint8Array
      ? one.constructor === other.constructor && Buffer.compare(one, other) === 0
      : undefined,
])
