/**
 * Which 32 bytes are an Ed25519 public key that can be used: anything else verifies signatures that nobody made, or is judged
 * differently by different libraries. RFC 8032 §5.1.3, §5.1.7; SPEC.md §4.2.
 */

/** Field prime 2^255 − 19, and the order of the base point (RFC 8032 §5.1). */
const P = 2n ** 255n - 19n
/** What the order L has above 2^252. */
const L_LOW = 27742317777372353535851937790883648493n
const D = 37095705934669439343138083508754565189542113879843219016388785533085940283555n
const SQRT_MINUS_ONE = 19681161376707505956807079304988542015446066515923890162744021073123829784752n

const mod = (value: bigint): bigint => {
  const rest = value % P
  return rest < 0n ? rest + P : rest
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n
  let square = base
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) result = mod(result * square)
    square = mod(square * square)
  }
  return result
}

/** Extended homogeneous coordinates (RFC 8032 §5.1.4). */
type Point = readonly [x: bigint, y: bigint, z: bigint, t: bigint]

function add([x1, y1, z1, t1]: Point, [x2, y2, z2, t2]: Point): Point {
  const a = mod((y1 - x1) * (y2 - x2))
  const b = mod((y1 + x1) * (y2 + x2))
  const c = mod(2n * D * mod(t1 * t2))
  const d = mod(2n * z1 * z2)
  const e = b - a
  const f = d - c
  const g = d + c
  const h = b + a
  return [mod(e * f), mod(g * h), mod(f * g), mod(e * h)]
}

function double([x, y, z]: Point): Point {
  const a = mod(x * x)
  const b = mod(y * y)
  const h = a + b
  const e = h - mod((x + y) * (x + y))
  const g = a - b
  const f = 2n * mod(z * z) + g
  return [mod(e * f), mod(g * h), mod(f * g), mod(e * h)]
}

const isNeutral = ([x, y, z]: Point): boolean => x === 0n && y === z

/** The point that the bytes encode canonically; undefined when they encode none. */
function decode(bytes: Uint8Array): Point | undefined {
  if (bytes.byteLength !== 32) return undefined
  let encoded = 0n
  for (const byte of bytes.toReversed()) encoded = (encoded << 8n) | BigInt(byte)
  const sign = encoded >> 255n
  const y = encoded & (2n ** 255n - 1n)
  if (y >= P) return undefined
  const u = mod(y * y - 1n)
  const v = mod(D * mod(y * y) + 1n)
  const v3 = mod(mod(v * v) * v)
  let x = mod(mod(u * v3) * power(mod(u * mod(mod(v3 * v3) * v)), (P - 5n) / 8n))
  const square = mod(v * mod(x * x))
  if (square !== u) {
    if (square !== mod(-u)) return undefined
    x = mod(x * SQRT_MINUS_ONE)
  }
  if (x === 0n && sign === 1n) return undefined
  if ((x & 1n) !== sign) x = mod(-x)
  return [x, y, 1n, mod(x * y)]
}

/** L times the point: L = 2^252 + L_LOW. */
function timesOrder(point: Point): Point {
  let low: Point = [0n, 1n, 1n, 0n]
  let doubled = point
  for (let bit = 0n; bit < 252n; bit++) {
    if (((L_LOW >> bit) & 1n) === 1n) low = add(low, doubled)
    doubled = double(doubled)
  }
  return add(low, doubled)
}

/** Keys that were judged usable, so that a key in many delegations costs its milliseconds once. */
const USABLE_KEPT = 1024
const usable = new Set<string>()

/**
 * Whether an Ed25519 public key (32 bytes) is the canonical encoding of a point of the curve of prime order L: not the neutral
 * point, no point of small order, none with a part of small order.
 */
export function isUsableKey(bytes: Uint8Array): boolean {
  const name = bytes.join()
  if (usable.has(name)) return true
  const point = decode(bytes)
  if (point === undefined || isNeutral(point) || !isNeutral(timesOrder(point))) return false
  if (usable.size >= USABLE_KEPT) usable.clear()
  usable.add(name)
  return true
}
