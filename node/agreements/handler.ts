/** What packets of an agreement mean to this node: admission with the certificates' signatures, projection, audit. */
import { type AgreementSignature, verifyAgreementSignature } from '../../protocol/agreement/signature.ts'
import {
  type AgreementBody,
  type AgreementState,
  admitAgreement,
  foldAgreement,
  latest,
  openAgreementBody,
} from '../../protocol/agreement/thread.ts'
import type { Commitment } from '../../protocol/primitives.ts'
import { type Refused, refuse } from '../../protocol/problem.ts'
import type { Audit } from '../audit/audit.ts'
import type { EventLog } from '../audit/events.ts'
import type { Applied, OwnIdentity, ThreadHandler } from '../exchange/ports.ts'
import type { Transaction } from '../store/database.ts'
import type { CertificateOf } from './certificates.ts'
import type { AgreementRecords } from './records.ts'

export type AgreementHandlerParts = {
  identity: OwnIdentity
  records: AgreementRecords
  certificateOf: CertificateOf
  /** whether the city is paired, so that its trusted certificates are here */ knows: (city: string) => Promise<boolean>
  audit: Audit
  events: EventLog
  materials: { want(tx: Transaction, partner: string, materials: readonly Commitment[]): Promise<void> }
  /** after the commit: a text between many parties got another signature */ signed: (id: string) => void
}

export function createAgreementHandler(parts: AgreementHandlerParts): ThreadHandler {
  const { audit, events, records } = parts

  /** By any certificate that was trusted for the city: it may have a newer one by now. `at` in seconds: when it was told. */
  async function verify(
    text: string,
    city: string,
    signature: AgreementSignature,
    at: number,
  ): Promise<Refused | null> {
    const certificate = await parts.certificateOf(city, kidOf(signature) ?? '')
    if (certificate === null)
      return refuse('agreement.signature', `of ${city}: no certificate of it that is trusted here`)
    if (certificate.revokedAt !== null && certificate.revokedAt <= at)
      return refuse('agreement.signature', `of ${city}: its certificate was revoked`)
    const verified = await verifyAgreementSignature(text, signature, certificate.key)
    return verified.ok ? null : verified
  }

  /** Every signature of a text between many: of a city that is not paired, by the certificate that came along. */
  async function verifyAll(
    state: AgreementState,
    body: AgreementBody<'agreement.complete'>,
    at: number,
  ): Promise<Refused | null> {
    const version = state.versions.find(entry => entry.id === body.agreement)
    if (version === undefined) return refuse('agreement.signature', 'another text')
    const { keyThumbprint, readCertificate } = await import('../../certs/index.ts')
    for (const { city, signature, certificate } of body.signatures) {
      if (await parts.knows(city)) {
        const refused = await verify(version.text, city, signature, at)
        if (refused !== null) return refused
        continue
      }
      const read = readCertificate(certificate)
      if (!read.ok || read.certificate.code !== city) return refuse('agreement.signature', `${city}: certificate`)
      const key = { city, kid: await keyThumbprint(read.certificate), jwk: read.certificate.publicKeyJwk }
      const verified = await verifyAgreementSignature(version.text, signature, key)
      if (!verified.ok) return verified
    }
    return null
  }

  async function project(tx: Transaction, applied: Applied): Promise<AgreementState | null> {
    const state = await foldAgreement(applied.packets)
    await records.save(tx, applied, state)
    await events.append(tx, { type: 'agreement.changed', subject: applied.thread })
    return state
  }

  return {
    type: 'agreement',
    openBody: openAgreementBody,

    async admit(_, packets, candidate) {
      const admitted = await admitAgreement(packets, candidate)
      if (!admitted.ok) return admitted
      const { kind, iss, iat } = candidate.claims
      const { state } = admitted
      switch (kind) {
        case 'agreement.propose':
        case 'agreement.counter':
        case 'agreement.amend': {
          // One that came too late is kept without effect, so its text is not the pending one.
          const { signature } = candidate.body as AgreementBody<'agreement.propose'>
          const own = state.pending?.signatures[0]?.signature.signature === signature.signature
          return (
            (own && state.pending !== null ? await verify(state.pending.text, iss, signature, iat) : null) ?? {
              ok: true,
            }
          )
        }
        case 'agreement.sign': {
          const { agreement, signature } = candidate.body as AgreementBody<'agreement.sign'>
          const version = state.versions.find(entry => entry.id === agreement)
          return (version === undefined ? null : await verify(version.text, iss, signature, iat)) ?? { ok: true }
        }
        case 'agreement.complete':
          return (await verifyAll(state, candidate.body as AgreementBody<'agreement.complete'>, iat)) ?? { ok: true }
        default:
          return { ok: true }
      }
    },

    async apply(tx, applied) {
      const state = await project(tx, applied)
      if (applied.packet === null || state === null) return
      const { kind, iss, materials } = applied.packet.claims
      if (applied.packet.direction === 'in' && materials.length > 0)
        await parts.materials.want(tx, applied.partner, materials)
      const { id, document } = latest(state)
      await audit.append(tx, {
        actor: `city:${iss}`,
        action: kind,
        subject: applied.thread,
        detail: { agreement: id, state: state.state, packet: applied.packet.id },
      })
      if (kind === 'agreement.sign' && document.parties.length > 2 && state.proposer === parts.identity.city)
        tx.afterCommit(() => parts.signed(id))
    },

    async refused(tx, applied, kind, problem) {
      await project(tx, applied)
      await audit.append(tx, {
        actor: `city:${applied.partner}`,
        action: `${kind}.refused`,
        subject: applied.thread,
        detail: { problem: problem.code, detail: problem.detail ?? null },
      })
    },

    async unwritten(tx, applied) {
      await project(tx, applied)
    },
  }
}

/** The certificate key that a signature names. */
export function kidOf({ protected: header }: AgreementSignature): string | null {
  try {
    const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString()) as { kid?: unknown }
    return typeof kid === 'string' ? kid : null
  } catch {
    return null
  }
}
