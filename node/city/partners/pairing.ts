/**
 * The pairing stream (结对): both sides prove an invite's secret and commit themselves, then each opens what it committed to; two
 * cities that a directory names exchange one frame each. SPEC.md §10, §17.2.
 */
import { timingSafeEqual } from 'node:crypto'
import * as z from 'zod'
import { type CityCertificate, keyThumbprint } from '../../../certs/index.ts'
import type { Identity } from '../../../protocol/exchange/frames.ts'
import {
  type CertificateKey,
  type DelegatedKey,
  verifyDelegation,
  verifyRevocation,
} from '../../../protocol/keys/delegation.ts'
import { spanOfMs } from '../../../protocol/keys/spans.ts'
import { type Invite, inviteId } from '../../../protocol/pairing/invite.ts'
import {
  type Contribution,
  checkCommitment,
  NONCE_BYTES,
  PairingByDirectory,
  PairingCommitment,
  PairingOpening,
  PairingRequest,
  type PairingRole,
  pairingCommitment,
  pairingProof,
  verificationNumbers,
} from '../../../protocol/pairing/pairing.ts'
import { encodeUtf8, parseJson, sha256 } from '../../../protocol/primitives.ts'
import { isProblemCode, type Problem, ProblemError, type Refused, type Result } from '../../../protocol/problem.ts'
import type { Wire } from '../../spine/exchange/wire.ts'

/** A certificate that may be paired; `vouched`: which accepted authority its chain leads to, null when its words must be compared. */
export type VouchedCertificate = Result<{ certificate: CityCertificate; vouched: string | null }>
/** Judges a certificate with its chain, leaf first, as that of the city. */
export type Voucher = (chain: readonly string[], city: string) => Promise<VouchedCertificate>

/** What a side shows and the other side verified. */
export type PairedSide = {
  city: string
  name: string
  fingerprint: string
  pem: string
  addresses: string[]
  papers: { id: string; type: 'delegation' | 'revocation'; jws: string; iat: number }[]
  /** who vouches for the certificate in place of the words */
  vouched: string | null
  /** numbers of the verification words; none when a directory made the pairing */
  numbers: number[]
  /** what this node was in it; null when a directory made it */
  role: PairingRole | null
}

export type OwnSide = {
  city: string
  name: string
  fingerprint: string
  identity: Identity
  addresses: string[]
  peer: string
}

type Verified = Omit<PairedSide, 'numbers' | 'role'>
type ShownSide = { city: string; name: string; identity: Identity; addresses: string[] }

/** Verifies certificate, delegations, and that the libp2p peer at the other end is the one that they name. Throws ProblemError. */
async function verifySide(
  side: ShownSide,
  peer: string,
  { judge, now: clock, peerIdOf }: PairingContext,
): Promise<Verified> {
  const { certificate, vouched } = orThrow(await judge(side.identity.certificates, side.city))
  const now = clock()
  const key: CertificateKey = {
    city: certificate.code,
    kid: await keyThumbprint(certificate),
    jwk: certificate.publicKeyJwk,
  }
  const validity = spanOfMs(certificate.notBefore, certificate.notAfter)
  const papers: PairedSide['papers'] = []
  const revoked = new Set<string>()
  for (const jws of side.identity.revocations) {
    const { claims } = orThrow(await verifyRevocation(jws, key, validity))
    papers.push({ id: await sha256(jws), type: 'revocation', jws, iat: claims.iat })
    revoked.add(claims.kid)
  }
  let named = false
  for (const jws of side.identity.delegations) {
    const { claims } = orThrow(await verifyDelegation(jws, key, validity))
    papers.push({ id: await sha256(jws), type: 'delegation', jws, iat: claims.iat })
    const names = (entry: DelegatedKey) =>
      entry.purpose === 'peer' && !revoked.has(entry.kid) && peerIdOf(entry) === peer
    named ||= claims.exp * 1000 > now && claims.keys.some(names)
  }
  if (!named) throw new ProblemError('certificate.mismatch', 'the certificate does not name this libp2p peer')
  return {
    city: side.city,
    name: certificate.name,
    fingerprint: certificate.fingerprint,
    pem: certificate.pem,
    addresses: side.addresses,
    papers,
    vouched,
  }
}

export type PairingContext = {
  own: OwnSide
  now: () => number
  judge: Voucher
  /** whether the directory of an operator counts and names the certificate for the city */
  names: (operator: string, city: string, fingerprint: string) => boolean
  peerIdOf: (jwk: { kty: 'OKP'; crv: 'Ed25519'; x: string }) => string
  /** base64url of n random bytes */
  randomText: (bytes: number) => string
}

const shown = ({ city, name, identity, addresses }: OwnSide): ShownSide => ({ city, name, identity, addresses })

/** Own certificate and fresh random bytes, and what binds this side to them. */
async function commit({ own, randomText }: PairingContext, side: PairingRole) {
  const contribution: Contribution = { fingerprint: own.fingerprint, nonce: randomText(NONCE_BYTES) }
  return { contribution, commitment: await pairingCommitment(side, contribution) }
}

/** What the other side opened, verified, and that it is what it had committed to. Throws ProblemError. */
async function verifyOpening(
  context: PairingContext,
  wire: Wire,
  opening: PairingOpening,
  bound: { side: PairingRole; commitment: string },
): Promise<{ verified: Verified; contribution: Contribution }> {
  const verified = await verifySide(opening, wire.peer, context)
  const contribution: Contribution = { fingerprint: verified.fingerprint, nonce: opening.nonce }
  orThrow(await checkCommitment(bound.side, contribution, bound.commitment))
  return { verified, contribution }
}

/** Runs the accepting side on an open stream; what the inviting city showed. Throws ProblemError. */
export async function requestPairing(context: PairingContext, wire: Wire, invite: Invite): Promise<PairedSide> {
  const { own } = context
  const { secret } = invite
  const { contribution: mine, commitment } = await commit(context, 'accepting')
  const ends = { own: own.peer, other: wire.peer }
  const request: PairingRequest = {
    v: 2,
    invite: await inviteId(secret),
    commitment,
    proof: await pairingProof(secret, { side: 'accepting', commitment, ...ends, invited: invite.fingerprint }),
  }
  await sendJson(wire, request)
  const answer = orThrow(parseJson(PairingCommitment, await heard(wire), 'frame.malformed')).value
  const expected = await pairingProof(secret, {
    side: 'inviting',
    commitment: answer.commitment,
    answered: commitment,
    own: wire.peer,
    other: own.peer,
  })
  if (!equalHex(answer.proof, expected)) throw new ProblemError('invite.rejected', 'proof')
  await sendJson(wire, { v: 2, ...shown(own), nonce: mine.nonce } satisfies PairingOpening)
  const opening = orThrow(parseJson(PairingOpening, await heard(wire), 'frame.malformed')).value
  const bound = { side: 'inviting', commitment: answer.commitment } as const
  const { verified, contribution: theirs } = await verifyOpening(context, wire, opening, bound)
  if (verified.fingerprint !== invite.fingerprint || verified.city !== invite.city)
    throw new ProblemError('certificate.mismatch')
  const numbers = await verificationNumbers(secret, { inviting: theirs, accepting: mine })
  return { ...verified, numbers, role: 'accepting' }
}

/** What a side showed that the directory of `operator` must name. Problems: `certificate.*`, `directory.none`. */
async function verifyListed(
  shown: PairingByDirectory,
  operator: string,
  peer: string,
  context: PairingContext,
): Promise<PairedSide> {
  const side = await verifySide(shown, peer, context)
  if (shown.operator !== operator || !context.names(operator, side.city, side.fingerprint))
    throw new ProblemError('directory.none', side.city)
  return { ...side, vouched: `directory:${operator}`, numbers: [], role: null }
}

/** Asks a city that a directory names, on an open stream to a peer of its entry; what it showed. Throws ProblemError. SPEC.md §17.2. */
export async function requestByDirectory(
  context: PairingContext,
  wire: Wire,
  { operator, city }: { operator: string; city: string },
): Promise<PairedSide> {
  await sendJson(wire, { v: 1, operator, ...shown(context.own) } satisfies PairingByDirectory)
  const answer = orThrow(parseJson(PairingByDirectory, await heard(wire), 'frame.malformed')).value
  if (answer.city !== city) throw new ProblemError('certificate.mismatch')
  return verifyListed(answer, operator, wire.peer, context)
}

/** What the answering side does with invites and with cities that a directory names. */
export type PairingDesk = {
  /** the secret of an open invite and the city it is for; problems: `invite.*` */
  find(id: string): Promise<{ ok: true; secret: string; city: string } | Refused>
  /** the other side is no stranger any more: it proved the invite, or a directory names it (null); throws `request.rate` */
  proven(invite: string | null): void
  /** somebody named the invite and could not prove it, or is not whom it is for */
  wrong(id: string): Promise<void>
  /** spends the invite and stores the partner in one transaction */
  spend(id: string, side: PairedSide): Promise<void>
  /** stores a city that asked without an invite */
  listed(side: PairedSide): Promise<void>
}

/** Problems by which the other side shows that it does not speak the protocol, or that the secret is not its own. */
const BROKEN = new Set<Problem['code']>(['frame.malformed', 'frame.truncated', 'frame.oversize'])
const DISPROVED = new Set<Problem['code']>(['invite.recipient', 'pairing.commitment'])

/** Whether what came was no pairing at all. */
export const isBroken = ({ code }: Problem): boolean => BROKEN.has(code)

/**
 * Serves the side that was asked; what it refuses is told to the other side and returned. The accepting side opens first, and
 * the partner is stored before this side opens: so each invite lets whoever stands in between try one pair of random values here.
 */
export async function answerPairing(context: PairingContext, wire: Wire, desk: PairingDesk): Promise<Problem | null> {
  try {
    const frame = await nextFrame(wire)
    const byDirectory = parseJson(PairingByDirectory, frame, 'frame.malformed')
    if (byDirectory.ok) await answerListed(context, wire, desk, byDirectory.value)
    else await answerInvited(context, wire, desk, orThrow(parseJson(PairingRequest, frame, 'frame.malformed')).value)
    await wire.close()
    return null
  } catch (error) {
    const problem: Problem = error instanceof ProblemError ? error.problem : { code: 'internal' }
    await refusePairing(wire, problem)
    if (!(error instanceof ProblemError)) throw error
    return problem
  }
}

async function answerListed(
  context: PairingContext,
  wire: Wire,
  desk: PairingDesk,
  request: PairingByDirectory,
): Promise<void> {
  const { operator } = request
  const side = await verifyListed(request, operator, wire.peer, context)
  if (side.city === context.own.city) throw new ProblemError('request.conflict', 'a city does not pair with itself')
  desk.proven(null)
  await desk.listed(side)
  await sendJson(wire, { v: 1, operator, ...shown(context.own) } satisfies PairingByDirectory)
}

async function answerInvited(
  context: PairingContext,
  wire: Wire,
  desk: PairingDesk,
  { invite: id, commitment: theirCommitment, proof }: PairingRequest,
): Promise<void> {
  const { own } = context
  const { secret, city } = orThrow(await desk.find(id))
  const expected = await pairingProof(secret, {
    side: 'accepting',
    commitment: theirCommitment,
    invited: own.fingerprint,
    own: wire.peer,
    other: own.peer,
  })
  if (!equalHex(proof, expected)) {
    await desk.wrong(id)
    throw new ProblemError('invite.rejected', 'proof')
  }
  desk.proven(id)
  const { contribution: mine, commitment } = await commit(context, 'inviting')
  const answer: PairingCommitment = {
    v: 2,
    commitment,
    proof: await pairingProof(secret, {
      side: 'inviting',
      commitment,
      answered: theirCommitment,
      own: own.peer,
      other: wire.peer,
    }),
  }
  await sendJson(wire, answer)
  try {
    const opening = orThrow(parseJson(PairingOpening, await heard(wire), 'frame.malformed')).value
    const bound = { side: 'accepting', commitment: theirCommitment } as const
    const { verified, contribution: theirs } = await verifyOpening(context, wire, opening, bound)
    if (verified.city !== city) throw new ProblemError('invite.recipient', city)
    const numbers = await verificationNumbers(secret, { inviting: mine, accepting: theirs })
    await desk.spend(id, { ...verified, numbers, role: 'inviting' })
  } catch (error) {
    if (error instanceof ProblemError && DISPROVED.has(error.problem.code)) await desk.wrong(id)
    throw error
  }
  await sendJson(wire, { v: 2, ...shown(own), nonce: mine.nonce } satisfies PairingOpening)
}

/** Tells the other side why there is no pairing. */
export async function refusePairing(wire: Wire, problem: Problem): Promise<void> {
  await sendJson(wire, { problem }).catch(() => {})
  await wire.close().catch(() => {})
}

const sendJson = (wire: Wire, message: object): Promise<void> => wire.send(encodeUtf8(JSON.stringify(message)))

async function nextFrame(wire: Wire): Promise<Uint8Array> {
  for await (const frame of wire.frames()) return frame
  throw new ProblemError('frame.truncated', 'pairing')
}

/** The next frame, unless it tells a problem: that is thrown. */
async function heard(wire: Wire): Promise<Uint8Array> {
  const frame = await nextFrame(wire)
  const problem = problemOf(frame)
  if (problem !== null) throw new ProblemError(problem.code, problem.detail)
  return frame
}

function problemOf(frame: Uint8Array): Problem | null {
  const told = parseJson(RefusalFrame, frame, 'frame.malformed')
  if (!told.ok || !isProblemCode(told.value.problem.code)) return null
  const { code, detail } = told.value.problem
  return detail === undefined ? { code } : { code, detail: detail.slice(0, 500) }
}

const RefusalFrame = z.object({ problem: z.object({ code: z.string(), detail: z.string().optional() }) })

function orThrow<T extends { ok: true }>(result: T | Refused): T {
  if (result.ok) return result
  throw new ProblemError(result.problem.code, result.problem.detail)
}

/** In time that does not depend on where they differ. */
const equalHex = (a: string, b: string): boolean =>
  a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b))
