/** The pairing stream (结对): one request by the city that accepts an invite, one answer by the city that gave it. SPEC.md §10. */
import { type CityCertificate, keyThumbprint } from '../../certs/index.ts'
import type { Identity } from '../../protocol/exchange/frames.ts'
import {
  type CertificateKey,
  type DelegatedKey,
  verifyDelegation,
  verifyRevocation,
} from '../../protocol/keys/delegation.ts'
import { spanOfMs } from '../../protocol/keys/spans.ts'
import {
  type Invite,
  inviteId,
  PairingAnswer,
  PairingByDirectory,
  PairingRequest,
  pairingProof,
  verificationNumbers,
} from '../../protocol/pairing/invite.ts'
import { encodeUtf8, parseJson, sha256 } from '../../protocol/primitives.ts'
import { isProblemCode, type Problem, ProblemError, type Refused, type Result, refuse } from '../../protocol/problem.ts'
import type { Wire } from '../exchange/wire.ts'

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
  /** who vouches for the certificate in place of the words */ vouched: string | null
  /** numbers of the verification words */ numbers: number[]
}

export type OwnSide = {
  city: string
  name: string
  fingerprint: string
  identity: Identity
  addresses: string[]
  peer: string
}

/** Verifies certificate, delegations, and that the libp2p peer at the other end is the one that they name. */
async function verifySide(
  side: { city: string; name: string; identity: Identity; addresses: string[] },
  peer: string,
  { judge, now: clock, peerIdOf }: PairingContext,
): Promise<{ ok: true; side: Omit<PairedSide, 'numbers'> } | Refused> {
  const judged = await judge(side.identity.certificates, side.city)
  if (!judged.ok) return judged
  const { certificate, vouched } = judged
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
    const verified = await verifyRevocation(jws, key, validity)
    if (!verified.ok) return verified
    papers.push({ id: await sha256(jws), type: 'revocation', jws, iat: verified.claims.iat })
    revoked.add(verified.claims.kid)
  }
  let named = false
  for (const jws of side.identity.delegations) {
    const verified = await verifyDelegation(jws, key, validity)
    if (!verified.ok) return verified
    papers.push({ id: await sha256(jws), type: 'delegation', jws, iat: verified.claims.iat })
    const names = (entry: DelegatedKey) =>
      entry.purpose === 'peer' && !revoked.has(entry.kid) && peerIdOf(entry) === peer
    named ||= verified.claims.exp * 1000 > now && verified.claims.keys.some(names)
  }
  if (!named) return refuse('certificate.mismatch', 'the certificate does not name this libp2p peer')
  return {
    ok: true,
    side: {
      city: side.city,
      name: certificate.name,
      fingerprint: certificate.fingerprint,
      pem: certificate.pem,
      addresses: side.addresses,
      papers,
      vouched,
    },
  }
}

export type PairingContext = {
  own: OwnSide
  now: () => number
  judge: Voucher
  /** whether the directory of an operator counts and names the certificate for the city */
  names: (operator: string, city: string, fingerprint: string) => boolean
  peerIdOf: (jwk: { kty: 'OKP'; crv: 'Ed25519'; x: string }) => string
}

const shown = ({ city, name, identity, addresses }: OwnSide) => ({ city, name, identity, addresses })

/** Runs the accepting side on an open stream; what the inviting city showed. Throws ProblemError. */
export async function requestPairing(context: PairingContext, wire: Wire, invite: Invite): Promise<PairedSide> {
  const { own } = context
  const mine = { fingerprint: own.fingerprint, peer: own.peer }
  const theirs = { fingerprint: invite.fingerprint, peer: wire.peer }
  const request: PairingRequest = {
    v: 1,
    invite: await inviteId(invite.secret),
    ...shown(own),
    proof: await pairingProof(invite.secret, 'accepting', mine, theirs),
  }
  await wire.send(encodeUtf8(JSON.stringify(request)))
  const frame = await firstFrame(wire)
  const problem = problemOf(frame)
  if (problem !== null) throw new ProblemError(problem.code, problem.detail)
  const answer = parseJson(PairingAnswer, frame, 'frame.malformed')
  if (!answer.ok) throw new ProblemError(answer.problem.code, answer.problem.detail)
  const verified = await verifySide(answer.value, wire.peer, context)
  if (!verified.ok) throw new ProblemError(verified.problem.code, verified.problem.detail)
  if (verified.side.fingerprint !== invite.fingerprint || verified.side.city !== invite.city)
    throw new ProblemError('certificate.mismatch')
  if (answer.value.proof !== (await pairingProof(invite.secret, 'inviting', theirs, mine)))
    throw new ProblemError('invite.rejected', 'proof')
  return { ...verified.side, numbers: await verificationNumbers(invite.secret, [own.fingerprint, invite.fingerprint]) }
}

/** What a side showed that the directory of `operator` must name. Problems: `certificate.*`, `directory.none`. */
async function verifyListed(
  shown: PairingByDirectory,
  operator: string,
  peer: string,
  context: PairingContext,
): Promise<PairedSide> {
  const verified = await verifySide(shown, peer, context)
  if (!verified.ok) throw new ProblemError(verified.problem.code, verified.problem.detail)
  const { side } = verified
  if (shown.operator !== operator || !context.names(operator, side.city, side.fingerprint))
    throw new ProblemError('directory.none', side.city)
  return { ...side, vouched: `directory:${operator}`, numbers: [] }
}

/** Asks a city that a directory names, on an open stream to a peer of its entry; what it showed. Throws ProblemError. SPEC.md §17.2. */
export async function requestByDirectory(
  context: PairingContext,
  wire: Wire,
  { operator, city }: { operator: string; city: string },
): Promise<PairedSide> {
  const request: PairingByDirectory = { v: 1, operator, ...shown(context.own) }
  await wire.send(encodeUtf8(JSON.stringify(request)))
  const frame = await firstFrame(wire)
  const problem = problemOf(frame)
  if (problem !== null) throw new ProblemError(problem.code, problem.detail)
  const answer = parseJson(PairingByDirectory, frame, 'frame.malformed')
  if (!answer.ok) throw new ProblemError(answer.problem.code, answer.problem.detail)
  if (answer.value.city !== city) throw new ProblemError('certificate.mismatch')
  return verifyListed(answer.value, operator, wire.peer, context)
}

/**
 * Serves the inviting side. `invites` finds the secret and, with the verified side, spends the invite and stores
 * the partner in one transaction; what it refuses is told to the other side. `listed` stores a city that asked without an
 * invite because a directory names both.
 */
export async function answerPairing(
  context: PairingContext,
  wire: Wire,
  invites: {
    secret(id: string): Promise<{ ok: true; secret: string } | Refused>
    spend(id: string, side: PairedSide): Promise<void>
  },
  listed: (side: PairedSide) => Promise<void>,
): Promise<void> {
  try {
    const { own } = context
    const frame = await firstFrame(wire)
    const byDirectory = parseJson(PairingByDirectory, frame, 'frame.malformed')
    if (byDirectory.ok) {
      const { operator } = byDirectory.value
      const side = await verifyListed(byDirectory.value, operator, wire.peer, context)
      if (side.city === own.city) throw new ProblemError('request.conflict', 'a city does not pair with itself')
      await listed(side)
      const answer: PairingByDirectory = { v: 1, operator, ...shown(own) }
      await wire.send(encodeUtf8(JSON.stringify(answer)))
      await wire.close()
      return
    }
    const request = parseJson(PairingRequest, frame, 'frame.malformed')
    if (!request.ok) throw new ProblemError(request.problem.code, request.problem.detail)
    const found = await invites.secret(request.value.invite)
    if (!found.ok) throw new ProblemError(found.problem.code, found.problem.detail)
    const verified = await verifySide(request.value, wire.peer, context)
    if (!verified.ok) throw new ProblemError(verified.problem.code, verified.problem.detail)
    const mine = { fingerprint: own.fingerprint, peer: own.peer }
    const theirs = { fingerprint: verified.side.fingerprint, peer: wire.peer }
    if (request.value.proof !== (await pairingProof(found.secret, 'accepting', theirs, mine)))
      throw new ProblemError('invite.rejected', 'proof')
    if (verified.side.city === own.city) throw new ProblemError('request.conflict', 'a city does not pair with itself')
    const numbers = await verificationNumbers(found.secret, [own.fingerprint, theirs.fingerprint])
    await invites.spend(request.value.invite, { ...verified.side, numbers })
    const answer: PairingAnswer = {
      v: 1,
      ...shown(own),
      proof: await pairingProof(found.secret, 'inviting', mine, theirs),
    }
    await wire.send(encodeUtf8(JSON.stringify(answer)))
    await wire.close()
  } catch (error) {
    await refusePairing(wire, error instanceof ProblemError ? error.problem : { code: 'internal' })
    if (!(error instanceof ProblemError)) throw error
  }
}

/** Tells the other side why there is no pairing. */
export async function refusePairing(wire: Wire, problem: Problem): Promise<void> {
  await wire.send(encodeUtf8(JSON.stringify({ problem }))).catch(() => {})
  await wire.close().catch(() => {})
}

async function firstFrame(wire: Wire): Promise<Uint8Array> {
  for await (const frame of wire.frames()) return frame
  throw new ProblemError('frame.truncated', 'pairing')
}

function problemOf(frame: Uint8Array): Problem | null {
  try {
    const { problem } = JSON.parse(new TextDecoder().decode(frame)) as {
      problem?: { code?: unknown; detail?: unknown }
    }
    if (typeof problem?.code !== 'string' || !isProblemCode(problem.code)) return null
    return typeof problem.detail === 'string'
      ? { code: problem.code, detail: problem.detail.slice(0, 500) }
      : { code: problem.code }
  } catch {
    return null
  }
}
