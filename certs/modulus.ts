/**
 * Moduli that are no product of two large, unrelated primes. Such keys are cheap to make by the thousand, or can be broken by anyone.
 * No test proves a modulus sound; these find, within some milliseconds, small factors, factors p of which p − 1 has small factors
 * alone (some of many factors of 32 bits), and two factors that are close to each other.
 */
import * as jose from 'jose'
import { rsaPower } from '#certs/runtime'
import { fromHex, toBase64url, toBinary, toBytes, toHex } from './der.ts'
import type { RsaPublicJwk } from './public-key.ts'

export const MODULUS = {
  /** every prime factor below it is found */
  smallFactors: 65_536,
  /** factors p are found when every odd prime power in p − 1 is at most this … */
  smooth: 1024,
  /** … and no more than this many factors of it are 2 */
  twos: 32,
  /** steps of Fermat's method from the square root on */
  closeSteps: 16,
  /** judged moduli that are remembered */
  remembered: 512,
} as const

const judged = new Map<string, string | null>()

/** What is wrong with a modulus; null when nothing was found. `n` as in the JWK. */
export function weaknessOf({ n }: Pick<RsaPublicJwk, 'n'>): string | null {
  const known = judged.get(n)
  if (known !== undefined) return known
  const found = judge(n)
  for (const oldest of judged.keys()) {
    if (judged.size < MODULUS.remembered) break
    judged.delete(oldest)
  }
  judged.set(n, found)
  return found
}

function judge(n: string): string | null {
  const modulus = toNumber(jose.base64url.decode(n))
  if (modulus % 2n === 0n || gcd(oddPrimorial() % modulus, modulus) !== 1n) return 'a small prime factor'
  if (hasCloseFactors(modulus)) return 'two factors that are close to each other'
  return hasSmoothFactor(n, modulus) ? 'a factor that is found at once' : null
}

/** Fermat: n = a² − b² with a near the square root. */
function hasCloseFactors(modulus: bigint): boolean {
  let a = rootOf(modulus)
  if (a * a === modulus) return true
  for (let step = 0; step < MODULUS.closeSteps; step++) {
    a += 1n
    const square = a * a - modulus
    const b = rootOf(square)
    if (b * b === square) return true
  }
  return false
}

/** Pollard's p − 1 method, its powers by the runtime's RSA: in BigInt they would take ten times as long. */
function hasSmoothFactor(n: string, modulus: bigint): boolean {
  const bytes = jose.base64url.decode(n).byteLength
  let power = 3n
  for (let two = 0; two < MODULUS.twos; two++) power = (power * power) % modulus
  let block: Uint8Array = toBytes(fromHex(power.toString(16).padStart(2 * bytes, '0')))
  for (const e of exponents()) block = rsaPower({ kty: 'RSA', n, e }, block)
  // Every factor of which the power is 1; all of them at once when the modulus is nothing but such factors.
  return gcd((toNumber(block) + modulus - 1n) % modulus, modulus) !== 1n
}

let primes: readonly number[] | undefined
function oddPrimes(): readonly number[] {
  if (primes !== undefined) return primes
  const composite = new Uint8Array(MODULUS.smallFactors)
  const found: number[] = []
  for (let candidate = 3; candidate < MODULUS.smallFactors; candidate += 2) {
    if (composite[candidate] === 1) continue
    found.push(candidate)
    for (let multiple = candidate * candidate; multiple < MODULUS.smallFactors; multiple += 2 * candidate)
      composite[multiple] = 1
  }
  primes = found
  return primes
}

let primorial: bigint | undefined
/** The product of all odd primes below `smallFactors`. */
function oddPrimorial(): bigint {
  primorial ??= product(oddPrimes().map(BigInt))
  return primorial
}

let steps: string[] | undefined
/** All odd prime powers up to `smooth`, multiplied to exponents of at most 33 bits, which RSA takes; base64url. */
function exponents(): readonly string[] {
  if (steps !== undefined) return steps
  const found: bigint[] = []
  let exponent = 1n
  for (const prime of oddPrimes()) {
    if (prime > MODULUS.smooth) break
    let power = prime
    while (power * prime <= MODULUS.smooth) power *= prime
    if (exponent * BigInt(power) < 1n << 33n) exponent *= BigInt(power)
    else {
      found.push(exponent)
      exponent = BigInt(power)
    }
  }
  steps = [...found, exponent].map(value => {
    const hex = value.toString(16)
    return toBase64url(fromHex(hex.length % 2 === 0 ? hex : `0${hex}`))
  })
  return steps
}

/** Multiplied in pairs: far faster than one after the other. */
function product(factors: readonly bigint[]): bigint {
  const [first = 1n, second] = factors
  if (second === undefined) return first
  const middle = factors.length >> 1
  return product(factors.slice(0, middle)) * product(factors.slice(middle))
}

const toNumber = (bytes: Uint8Array): bigint => BigInt(`0x${toHex(toBinary(bytes)) || '0'}`)

function gcd(a: bigint, b: bigint): bigint {
  let larger = a
  let smaller = b
  while (smaller !== 0n) [larger, smaller] = [smaller, larger % smaller]
  return larger
}

/** The whole part of the square root (Newton). */
export function rootOf(square: bigint): bigint {
  if (square < 2n) return square
  let root = 1n << BigInt((square.toString(2).length + 1) >> 1)
  for (;;) {
    const next = (root + square / root) >> 1n
    if (next >= root) return root
    root = next
  }
}
