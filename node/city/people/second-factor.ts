/** The second factor (动态验证码): TOTP (RFC 6238), six digits of thirty seconds, as authenticator apps know it. */
import { createRequire } from 'node:module'
import type { Secret } from 'otpauth'

const load = createRequire(import.meta.url)
/** Loaded at the first code, and at once then: codes are looked at within a step. */
const library = () => load('otpauth') as typeof import('otpauth')

export const TOTP_LIMITS = {
  /** bytes of a secret, as RFC 4226 wants them */
  secret: 20,
  /** steps by which the clock of a phone may be off, before and after */
  skew: 1,
  /** seconds of a step */
  step: 30,
} as const

const DIGITS = 6
const FORM = { algorithm: 'SHA1', digits: DIGITS, period: TOTP_LIMITS.step } as const

const secretOf = (secret: Uint8Array): Secret => new (library().Secret)({ buffer: new Uint8Array(secret).buffer })

/** What an authenticator app reads, as text or as a QR code. `issuer`: who asks for the code. */
export function enrolment(secret: Uint8Array, issuer: string, account: string): { secret: string; uri: string } {
  const { TOTP } = library()
  const held = secretOf(secret)
  return { secret: held.base32, uri: new TOTP({ ...FORM, issuer, label: account, secret: held }).toString() }
}

/** The step that the code is of, within the skew at `now` in ms; null when it is of none. */
export function stepOf(secret: Uint8Array, code: string, now: number): number | null {
  if (!/^\d{6}$/.test(code)) return null
  const { TOTP } = library()
  const { skew: window, step: period } = TOTP_LIMITS
  const delta = TOTP.validate({ ...FORM, token: code, secret: secretOf(secret), timestamp: now, window })
  return delta === null ? null : TOTP.counter({ period, timestamp: now }) + delta
}
