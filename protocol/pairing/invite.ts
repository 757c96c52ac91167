/** The invite (邀请) to pair: a text with a one-time secret, made for one city. SPEC.md §10.1. */
import * as jose from 'jose'
import * as z from 'zod'
import { isBase64url } from '../jws.ts'
import { LIMITS } from '../limits.ts'
import { INVITE_LINK, INVITE_PREFIX } from '../names.ts'
import { DivisionCode, parseJson, Seconds, Sha256, sha256, text } from '../primitives.ts'
import { type Refused, refuse } from '../problem.ts'

export const Invite = z.strictObject({
  v: z.literal(2),
  city: DivisionCode,
  name: text(100),
  for: DivisionCode.describe('the city that it invites; no other may use it'),
  addresses: z.array(z.string().max(300)).min(1).max(16).describe('multiaddrs with the peer id'),
  fingerprint: Sha256.describe('SHA-256 of the city certificate (DER)'),
  secret: z
    .string()
    .regex(/^[A-Za-z0-9_-]{22}$/)
    .describe('16 random bytes, base64url; one use'),
  exp: Seconds,
})
export type Invite = z.infer<typeof Invite>

export const writeInvite = (invite: Invite): string => INVITE_PREFIX + jose.base64url.encode(JSON.stringify(invite))

/** The same invite as a link, and in a QR code. */
export const linkOf = (invite: string): string => INVITE_LINK + invite.slice(INVITE_PREFIX.length)

/**
 * Reads an invite, as text or as link; blanks and line breaks that a chat program added do not matter.
 * Problems: `invite.malformed`, `invite.expired`.
 */
export function readInvite(written: string, now: number): { ok: true; invite: Invite } | Refused {
  const encoded = encodedIn(written)
  if (encoded === null || !isBase64url(encoded)) return refuse('invite.malformed')
  const parsed = parseJson(Invite, jose.base64url.decode(encoded), 'invite.malformed')
  if (!parsed.ok) return parsed
  return parsed.value.exp < now ? refuse('invite.expired') : { ok: true, invite: parsed.value }
}

/**
 * The invite within what somebody sent, such as a greeting before it and a line after it: it may be folded, and then what follows
 * it begins with a letter that none of it has. Null when there is none, or more than one might be.
 */
function encodedIn(written: string): string | null {
  if (written.length > 2 * LIMITS.inviteBytes) return null
  const whole = written.replaceAll(/\s+/g, '')
  const [begin, ...more] = [INVITE_PREFIX, INVITE_LINK].flatMap(mark => {
    const at = whole.indexOf(mark)
    return at < 0 ? [] : [at + mark.length]
  })
  if (begin === undefined || more.length > 0) return null
  const [encoded = ''] = /^[A-Za-z0-9_-]*/.exec(whole.slice(begin)) ?? []
  return encoded.length > LIMITS.inviteBytes - INVITE_PREFIX.length ? null : encoded
}

/** How the inviting node finds the invite without the secret being sent. */
export const inviteId = (secret: string): Promise<string> => sha256(`tongban invite ${secret}`)
