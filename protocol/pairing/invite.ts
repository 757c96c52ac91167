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
  const given = written.replaceAll(/\s+/g, '')
  const compact = given.startsWith(INVITE_LINK) ? INVITE_PREFIX + given.slice(INVITE_LINK.length) : given
  if (compact.length > LIMITS.inviteBytes || !compact.startsWith(INVITE_PREFIX)) return refuse('invite.malformed')
  const encoded = compact.slice(INVITE_PREFIX.length)
  if (!isBase64url(encoded)) return refuse('invite.malformed')
  const parsed = parseJson(Invite, jose.base64url.decode(encoded), 'invite.malformed')
  if (!parsed.ok) return parsed
  return parsed.value.exp < now ? refuse('invite.expired') : { ok: true, invite: parsed.value }
}

/** How the inviting node finds the invite without the secret being sent. */
export const inviteId = (secret: string): Promise<string> => sha256(`tongban invite ${secret}`)
