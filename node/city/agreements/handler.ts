/** What packets of an agreement mean to this node: admission with the certificates' signatures, projection, audit. */

import { judgeAgreementBody, openAgreementBody } from '../../../protocol/agreement/body.ts'
import type { AgreementBody, AgreementKind } from '../../../protocol/agreement/kinds.ts'
import { readNotice } from '../../../protocol/agreement/notice.ts'
import {
  type AgreementSignature,
  type SignedType,
  verifyAgreementSignature,
} from '../../../protocol/agreement/signature.ts'
import { type AgreementState, isBetweenMany, latest, rootOf } from '../../../protocol/agreement/state.ts'
import { admitAgreement, foldAgreement } from '../../../protocol/agreement/thread.ts'
import { TYP } from '../../../protocol/names.ts'
import type { Packet } from '../../../protocol/packet/claims.ts'
import { type Refused, refuse } from '../../../protocol/problem.ts'
import type { Audit } from '../../kernel/records/audit.ts'
import type { EventLog } from '../../kernel/records/events.ts'
import type { Transaction } from '../../kernel/store/database.ts'
import type { Applied, NamedMaterials, OwnIdentity, ThreadHandler } from '../../spine/exchange/ports.ts'
import type { CertificateOf, PinnedOf, TrustedCertificate } from './certificates.ts'
import type { AgreementRecords } from './records.ts'
import { kidOf, type ToldSignatures } from './told.ts'

export type AgreementHandlerParts = {
  identity: OwnIdentity
  records: AgreementRecords
  certificateOf: CertificateOf
  pinnedOf: PinnedOf
  /** since when a directory revoked a certificate, seconds */
  revokedAt: (fingerprint: string) => number | undefined
  told: ToldSignatures
  audit: Audit
  events: EventLog
  materials: NamedMaterials
  /** after the commit, at the proposer: a party of one between many said something that concerns the others */
  settle: (root: string) => void
}

export function createAgreementHandler(parts: AgreementHandlerParts): ThreadHandler {
  const { audit, events, records } = parts

  /** By the certificate that is pinned now: one that was replaced or revoked signs nothing that is new here, whatever date it writes. */
  async function verify(
    text: string,
    city: string,
    signature: AgreementSignature,
    typ: SignedType = TYP.agreement,
  ): Promise<Refused | null> {
    const pinned = await parts.pinnedOf(city)
    if (pinned === null || pinned.key.kid !== kidOf(signature))
      return refuse('agreement.signature', `of ${city}: not by the certificate that is trusted now`)
    return verifyBy(pinned, text, signature, typ)
  }

  async function verifyBy(
    { key, revokedAt }: Pick<TrustedCertificate, 'key' | 'revokedAt'>,
    text: string,
    signature: AgreementSignature,
    typ: SignedType = TYP.agreement,
  ): Promise<Refused | null> {
    if (revokedAt !== null) return refuse('agreement.signature', `of ${key.city}: its certificate was revoked`)
    const verified = await verifyAgreementSignature(text, signature, key, typ)
    return verified.ok ? null : verified
  }

  /**
   * A signature that the proposer tells must verify. By what: the certificate that is pinned; one that was trusted before; of a city
   * that is no partner here, the one that came along. Whether it counts is another question (`told.ts`).
   */
  async function verifyTold(
    text: string,
    { city, signature, certificate }: AgreementBody<'agreement.complete'>['signatures'][number],
    typ: SignedType = TYP.agreement,
  ): Promise<Refused | null> {
    const kid = kidOf(signature) ?? ''
    const pinned = await parts.pinnedOf(city)
    const held = pinned?.key.kid === kid ? pinned : await parts.certificateOf(city, kid)
    if (held !== null) return verifyBy(held, text, signature, typ)
    if (pinned !== null) return refuse('agreement.signature', `of ${city}: no certificate of it that is trusted here`)
    const { keyThumbprint, readPlain } = await import('../../../certs/index.ts')
    const read = readPlain(certificate)
    if (!read.ok || read.certificate.code !== city) return refuse('agreement.signature', `${city}: certificate`)
    const key = { city, kid: await keyThumbprint(read.certificate), jwk: read.certificate.publicKeyJwk }
    return verifyBy({ key, revokedAt: parts.revokedAt(read.certificate.fingerprint) ?? null }, text, signature, typ)
  }

  /**
   * A notice that the proposer passes on. Of a city that is no partner here it must be by the key that signed the agreement: nobody
   * leaves in the name of another.
   */
  async function verifyNotice(
    packets: readonly Packet[],
    { text, signature, certificate }: AgreementBody<'agreement.notice'>,
  ): Promise<Refused | null> {
    const read = readNotice(text)
    if (!read.ok) return read
    const { city, kind } = read.notice
    if (kind === 'standing' && (await parts.pinnedOf(city)) === null) {
      const signed = (await foldAgreement(packets))?.versions[0]?.signatures.find(entry => entry.city === city)
      if (signed !== undefined && kidOf(signed.signature) !== kidOf(signature))
        return refuse('agreement.signature', `of ${city}: not by the key that signed the agreement`)
    }
    return verifyTold(text, { city, signature, certificate }, TYP.agreementNotice)
  }

  /** Every signature of a text between many; those that came before, from the city itself, were verified then. */
  async function verifyAll(
    packets: readonly Packet[],
    body: AgreementBody<'agreement.complete'>,
  ): Promise<Refused | null> {
    const version = (await foldAgreement(packets))?.versions.find(entry => entry.id === body.agreement)
    if (version === undefined) return refuse('agreement.signature', 'another text')
    for (const told of body.signatures) {
      const before = version.signatures.find(entry => entry.city === told.city && entry.own)
      if (
        before?.signature.signature === told.signature.signature &&
        before.signature.protected === told.signature.protected
      )
        continue
      if (before !== undefined) return refuse('agreement.signature', `of ${told.city}: another one than it gave`)
      const refused = await verifyTold(version.text, told)
      if (refused !== null) return refused
    }
    return null
  }

  async function project(tx: Transaction, applied: Applied): Promise<AgreementState | null> {
    const folded = await foldAgreement(applied.packets)
    const state = folded === null ? null : await parts.told.judge(tx, applied.threadNo, folded)
    await records.save(tx, applied, state)
    await events.append(tx, {
      type: 'agreement.changed',
      subject: applied.thread,
      kind: applied.packet?.claims.kind,
    })
    return state
  }

  return {
    type: 'agreement',
    openBody: openAgreementBody,
    judgeBody: judgeAgreementBody,

    async admit(store, packets, candidate) {
      const admitted = await admitAgreement(packets, candidate)
      if (!admitted.ok) return admitted
      const { kind, iss, materials } = candidate.claims
      if (iss !== parts.identity.city && materials.length > 0) {
        const room = await parts.materials.room(store, iss, materials.length)
        if (!room.ok) return room
      }
      const { state } = admitted
      switch (kind) {
        case 'agreement.propose':
        case 'agreement.counter':
        case 'agreement.amend': {
          // One that came too late is kept without effect, so its text is not the pending one.
          const { signature } = candidate.body as AgreementBody<'agreement.propose'>
          const own = state.pending?.signatures[0]?.signature.signature === signature.signature
          return (
            (own && state.pending !== null ? await verify(state.pending.text, iss, signature) : null) ?? {
              ok: true,
            }
          )
        }
        case 'agreement.sign': {
          const { agreement, signature } = candidate.body as AgreementBody<'agreement.sign'>
          const version = state.versions.find(entry => entry.id === agreement)
          return (version === undefined ? null : await verify(version.text, iss, signature)) ?? { ok: true }
        }
        case 'agreement.complete':
          return (await verifyAll(packets, candidate.body as AgreementBody<'agreement.complete'>)) ?? { ok: true }
        case 'agreement.decline':
        case 'agreement.suspend':
        case 'agreement.resume':
        case 'agreement.terminate': {
          const { notice } = candidate.body as AgreementBody<'agreement.suspend'>
          const refused =
            notice === undefined ? null : await verify(notice.text, iss, notice.signature, TYP.agreementNotice)
          return refused ?? { ok: true }
        }
        case 'agreement.notice':
          return (await verifyNotice(packets, candidate.body as AgreementBody<'agreement.notice'>)) ?? { ok: true }
        default:
          return { ok: true }
      }
    },

    async apply(tx, applied) {
      const { packet } = applied
      if (packet?.claims.kind === 'agreement.complete') {
        const { agreement } = packet.body as AgreementBody<'agreement.complete'>
        const version = (await foldAgreement(applied.packets))?.versions.find(entry => entry.id === agreement)
        const by = { own: packet.direction === 'out', at: applied.at }
        if (version?.complete === true) await parts.told.keep(tx, applied.threadNo, version, by)
      }
      const state = await project(tx, applied)
      if (applied.packet === null || state === null) return
      const { direction } = applied.packet
      const { kind, iss, materials } = applied.packet.claims
      if (direction === 'in' && materials.length > 0) await parts.materials.want(tx, applied.partner, materials)
      const { id } = latest(state)
      await audit.append(tx, {
        actor: `city:${iss}`,
        action: kind as AgreementKind,
        subject: applied.thread,
        detail: { agreement: id, state: state.state, packet: applied.packet.id },
      })
      if (direction === 'in' && isBetweenMany(state) && state.proposer === parts.identity.city)
        tx.afterCommit(() => parts.settle(rootOf(state)))
    },

    async refused(tx, applied, kind, problem) {
      await project(tx, applied)
      await audit.append(tx, {
        actor: `city:${applied.partner}`,
        action: `${kind as AgreementKind}.refused`,
        subject: applied.thread,
        detail: { problem: problem.code, detail: problem.detail ?? null },
      })
    },

    async unwritten(tx, applied) {
      await project(tx, applied)
    },
  }
}
