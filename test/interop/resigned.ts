/** A genuine bundle of one submit, any text of which is put in another form and signed anew, so that nothing but the text is wrong with it. */
import * as jose from 'jose'
import { openAgreementBody } from '../../protocol/agreement/body.ts'
import { verifyAgreementSignature } from '../../protocol/agreement/signature.ts'
import { openCaseBody } from '../../protocol/case/admit.ts'
import { verifyDelegation, verifyRevocation } from '../../protocol/keys/delegation.ts'
import { TYP } from '../../protocol/names.ts'
import type { PacketClaims } from '../../protocol/packet/claims.ts'
import { commit, type KeyResolver, verifyPacket } from '../../protocol/packet/envelope.ts'
import { verifyReceipt } from '../../protocol/packet/receipt.ts'
import { encodeUtf8, sha256 } from '../../protocol/primitives.ts'
import { bundleBytes, bundleInputOf } from '../support/play-bundle.ts'
import { type PlayedCase, playSetting, submitContentOf } from '../support/play-case.ts'
import { PLAY_BEGIN, type PlayCity, playCity, trusting } from '../support/play-city.ts'
import { judge } from './judges.ts'
import { type Files, only, pack, relist, setManifest, take, unpack } from './tamper.ts'

export type Bytes = Uint8Array<ArrayBuffer>
type Text = Uint8Array | string
/** A bundle with a text in it, and whether a node takes the text when it arrives; null where it never arrives by itself. */
export type Placed = { files: Files; arrives: boolean | null }

/** What the three readers say of one text, and why not. */
export type Told = { text: string; arrives: boolean | null; evidence: boolean; python: boolean | null; why: string[] }

const PACKETS = /^packets\//
const RECEIPTS = /^receipts\//
const BODIES = /^bodies\//
const DELEGATION = /^delegations\/610900/
const AGREEMENTS = /^agreements\//

export const textOf = (bytes: Uint8Array): string => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
/** Header (0) or claims (1) of a compact JWS. */
export const partOf = (jws: string, index: 0 | 1): string => textOf(jose.base64url.decode(jws.split('.')[index] ?? ''))

async function compact(sign: (input: Bytes) => Promise<Uint8Array>, header: Text, claims: Text): Promise<string> {
  const input = `${jose.base64url.encode(header)}.${jose.base64url.encode(claims)}`
  return `${input}.${jose.base64url.encode(await sign(encodeUtf8(input)))}`
}
const byPacketKey = (city: PlayCity) => async (input: Bytes) =>
  new Uint8Array(await crypto.subtle.sign('Ed25519', city.packetSigner.key, input))
const byCertificate = (city: PlayCity) => (input: Bytes) => city.certificateSigner.sign(input)

export class Resigned {
  readonly played: PlayedCase
  /** Path → bytes of the genuine bundle; the page for people is left out. */
  readonly base: Files
  readonly #resolveKey: KeyResolver

  private constructor(played: PlayedCase, base: Files, resolveKey: KeyResolver) {
    this.played = played
    this.base = base
    this.#resolveKey = resolveKey
  }

  static async make(): Promise<Resigned> {
    const played = await playSetting({ cities: [await playCity('610900'), await playCity('420300')] })
    const { collecting, handling, play, agreement, caseNo } = played
    await play.say(collecting, 'case.submit', submitContentOf(caseNo, 1, []), { agreement: agreement.id })
    const base = unpack(await bundleBytes(bundleInputOf(played)))
    delete base['timeline.html']
    await relist(base)
    return new Resigned(played, base, await trusting(collecting, handling))
  }

  #text(pattern: RegExp): string {
    return textOf(this.base[only(this.base, pattern)] ?? new Uint8Array())
  }
  get packet(): string {
    return this.#text(PACKETS)
  }
  get receipt(): string {
    return this.#text(RECEIPTS)
  }
  get body(): string {
    return this.#text(BODIES)
  }
  get delegation(): string {
    return this.#text(DELEGATION)
  }

  /** The bundle with another first packet, and the receipt that it then has. `purged`: materials of the packet, which are not there. */
  async withPacket(header: Text, claims: Text, body?: Bytes, purged: readonly string[] = []): Promise<Placed> {
    const { collecting, handling } = this.played
    const jws = await compact(byPacketKey(collecting), header, claims)
    const files = { ...this.base }
    files[only(files, PACKETS)] = encodeUtf8(jws)
    const told = JSON.parse(partOf(this.receipt, 1)) as { items: { id: string }[] }
    told.items = [{ ...told.items[0], id: await sha256(jws) }]
    const receipt = await compact(byPacketKey(handling), partOf(this.receipt, 0), JSON.stringify(told))
    files[only(files, RECEIPTS)] = encodeUtf8(receipt)
    if (body !== undefined) {
      take(files, only(files, BODIES))
      files[`bodies/${await sha256(body)}`] = body
    }
    if (purged.length > 0) setManifest(files, { purged: purged.map(hash => `materials/${hash}`) })
    const verified = await verifyPacket(jws, {
      resolveKey: this.#resolveKey,
      audience: handling.code,
      now: PLAY_BEGIN + 9,
    })
    const opened = verified.ok && (await openCaseBody(verified.claims, body ?? encodeUtf8(this.body))).ok
    return { files, arrives: opened }
  }

  withClaims(claims: Text): Promise<Placed> {
    return this.withPacket(partOf(this.packet, 0), claims)
  }

  /** Another body, with the claims changed to fit. */
  async withBody(body: Bytes, materials: PacketClaims['materials'] = []): Promise<Placed> {
    const claims = { ...this.#claims(), body: await commit(body), materials }
    const purged = materials.map(material => material.sha256)
    return this.withPacket(partOf(this.packet, 0), JSON.stringify(claims), body, purged)
  }

  #claims(): PacketClaims {
    return JSON.parse(partOf(this.packet, 1)) as PacketClaims
  }

  async withReceipt(claims: Text): Promise<Placed> {
    const { collecting, handling } = this.played
    const jws = await compact(byPacketKey(handling), partOf(this.receipt, 0), claims)
    const options = { resolveKey: this.#resolveKey, issuer: handling.code, audience: collecting.code }
    const verified = await verifyReceipt(jws, options)
    return { files: { ...this.base, [only(this.base, RECEIPTS)]: encodeUtf8(jws) }, arrives: verified.ok }
  }

  /** Besides the genuine one, so that nothing else of the bundle depends on it. */
  async withDelegation(header: Text, claims: Text): Promise<Placed> {
    const { collecting } = this.played
    const jws = await compact(byCertificate(collecting), header, claims)
    const files = { ...this.base, 'delegations/610900-other.jws': encodeUtf8(jws) }
    return { files, arrives: (await verifyDelegation(jws, collecting.certificateKey)).ok }
  }

  async withRevocation(claims: Text): Promise<Placed> {
    const { collecting } = this.played
    const header = { alg: 'RS256', typ: TYP.revocation, kid: collecting.certificateKey.kid }
    const jws = await compact(byCertificate(collecting), JSON.stringify(header), claims)
    const files = { ...this.base, 'revocations/610900-other.jws': encodeUtf8(jws) }
    return { files, arrives: (await verifyRevocation(jws, collecting.certificateKey)).ok }
  }

  /** An agreement in another text, signed by both, the collecting city under `header`; and a submit under it. It arrives as a proposal. */
  async withAgreement(bytes: Bytes, header?: Uint8Array, more: readonly object[] = []): Promise<Placed> {
    const { collecting, handling } = this.played
    const signed = await Promise.all(
      [handling, collecting].map(async city => {
        const usual = JSON.stringify({ alg: 'RS256', typ: TYP.agreement, kid: city.certificateKey.kid })
        const own = city === collecting && header !== undefined ? header : usual
        const [head = '', , signature = ''] = (await compact(byCertificate(city), own, bytes)).split('.')
        return { protected: head, signature }
      }),
    )
    const id = await sha256(bytes)
    const { files } = await this.withClaims(JSON.stringify({ ...this.#claims(), agreement: id }))
    take(files, only(files, AGREEMENTS))
    files[`agreements/${id}.json`] = encodeUtf8(
      JSON.stringify({ payload: jose.base64url.encode(bytes), signatures: [...signed, ...more] }),
    )
    return { files, arrives: await this.#proposed(bytes, signed[1]) }
  }

  /** The agreement with the signature of a third city, whose certificate is not in the bundle: of it the header alone is judged. */
  async withThirdSignature(header: Uint8Array): Promise<Placed> {
    const third = { protected: jose.base64url.encode(header), signature: 'A'.repeat(512) }
    const placed = await this.withAgreement(encodeUtf8(this.played.agreement.text), undefined, [third])
    return { ...placed, arrives: null }
  }

  async #proposed(bytes: Bytes, signature: { protected: string; signature: string } | undefined): Promise<boolean> {
    const deflated = new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate-raw'))
    const text = jose.base64url.encode(await new Response(deflated).bytes())
    const body = encodeUtf8(JSON.stringify({ salt: 'A'.repeat(22), text, signature }))
    const claims = { ...this.#claims(), kind: 'agreement.propose', body: await commit(body) }
    const opened = await openAgreementBody(claims, body)
    if (!opened.ok || signature === undefined) return false
    return (await verifyAgreementSignature(textOf(bytes), signature, this.played.collecting.certificateKey)).ok
  }

  /** Packs and judges many bundles in one go: one process of the second verifier. The manifest of a bundle is written anew unless it is the text. */
  async judged(entries: readonly (Placed & { name: string; ownManifest?: boolean })[]): Promise<Told[]> {
    const zips: Uint8Array[] = []
    for (const { files, ownManifest } of entries) {
      if (ownManifest !== true) await relist(files)
      zips.push(pack(files, { level: 1 }))
    }
    const { collecting, handling } = this.played
    const verdicts = await judge(zips, [collecting.fingerprint, handling.fingerprint])
    return entries.map(({ name, arrives }, index): Told => {
      const verdict = verdicts[index]
      if (verdict === undefined) throw new Error('no verdict')
      const { first, second } = verdict
      const errors = first.findings.filter(({ level }) => level === 'error')
      const why = errors.map(({ file, problem }) => `${file} ${problem.code} ${problem.detail ?? ''}`)
      return {
        text: name,
        arrives,
        evidence: first.ok,
        python: second?.ok ?? null,
        why: [...why, ...(second?.errors ?? [])],
      }
    })
  }
}

/** Those of which a reader says otherwise than expected; null is no word. */
export const differing = (told: readonly Told[], reads: readonly boolean[]): Told[] =>
  told.filter(({ arrives, evidence, python }, index) =>
    [arrives, evidence, python].some(word => word !== null && word !== reads[index]),
  )
