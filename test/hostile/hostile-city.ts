/**
 * A paired city whose keys are in hostile hands: it speaks the transport and the frames as any node does, signs with the keys that
 * its partner trusts, and keeps to no other rule. Made of the folder of a node that was paired, and stopped.
 */
import { Database } from 'bun:sqlite'
import { createPrivateKey, randomBytes, sign } from 'node:crypto'
import { join } from 'node:path'
import * as jose from 'jose'
import { keyThumbprint, readCertificate } from '../../certs/index.ts'
import { currentKey, type KeyStore, newKey, openKeyStore } from '../../node/kernel/keys/keystore.ts'
import { claimsOf } from '../../node/spine/exchange/thread-store.ts'
import type { Wire } from '../../node/spine/exchange/wire.ts'
import { createP2pHost, type P2pHost } from '../../node/spine/p2p/host.ts'
import type { PrivatePeerKey } from '../../node/spine/p2p/peer-id.ts'
import type { CaseMaterial } from '../../protocol/case/kinds.ts'
import { decodeFrame, encodeFrame, type Frame, type Hello, NO_PACKETS } from '../../protocol/exchange/frames.ts'
import { type CertificateSigner, type DelegatedKey, signDelegation } from '../../protocol/keys/delegation.ts'
import { LIMITS } from '../../protocol/limits.ts'
import { PACKET_ALG, PROTOCOL_VERSION, STREAM } from '../../protocol/names.ts'
import type { PacketClaims } from '../../protocol/packet/claims.ts'
import { commit, type PacketSigner, signPacket } from '../../protocol/packet/envelope.ts'
import { type Commitment, encodeUtf8, fromHex, sha256, toHex } from '../../protocol/primitives.ts'
import { PASSPHRASE } from '../support/node-folder.ts'

/** What the attacker knows of its victim. */
export type Victim = {
  code: string
  addresses: readonly string[]
  /** id of the agreement under which the city may submit cases */
  agreement: string
  /** content of a `case.submit` that it took */
  model: object
  /** an operator of directories that it trusts */
  operator: string
}

export type HostileOptions = {
  /** data folder of the node that was paired */
  data: string
  code: string
  listen: string
  victim: Victim
}

/** A packet with its body, as it goes over the wire. */
export type Written = { id: string; jws: string; body: Uint8Array; claims: PacketClaims }

export class HostileCity {
  readonly code: string
  readonly victim: Victim
  readonly host: P2pHost
  readonly signer: PacketSigner
  readonly certificateSigner: CertificateSigner
  readonly identity: Hello['identity']
  /** how many packets it sent on the link, and the running hash over them */
  sent: Hello['sent']
  readonly #peer: string
  /** materials of the model */
  readonly named: readonly Commitment[]

  private constructor(
    parts: Pick<
      HostileCity,
      'code' | 'victim' | 'host' | 'signer' | 'certificateSigner' | 'identity' | 'sent' | 'named'
    >,
  ) {
    this.code = parts.code
    this.victim = parts.victim
    this.host = parts.host
    this.signer = parts.signer
    this.certificateSigner = parts.certificateSigner
    this.identity = parts.identity
    this.sent = parts.sent
    this.named = parts.named
    this.#peer = /\/p2p\/([A-Za-z0-9]+)$/.exec(parts.victim.addresses[0] ?? '')?.[1] ?? ''
  }

  static async open({ data, code, listen, victim }: HostileOptions): Promise<HostileCity> {
    const store = await openKeyStore(join(data, 'keys'), PASSPHRASE)
    const keys = store.keys()
    const packetKey = currentKey(keys)
    const host = await createP2pHost({ key: keys.peerKey, listen: [listen], gate: () => true })
    const db = new Database(join(data, 'tongban.db'), { readonly: true })
    const papers = db
      .query<{ type: string; jws: string }, [string]>('SELECT type, jws FROM delegations WHERE city = ? ORDER BY iat')
      .all(code)
    const link = db
      .query<{ n: number; hash: Uint8Array }, [string]>(
        `SELECT n, hash FROM links WHERE partner = ? AND direction = 'out'`,
      )
      .get(victim.code)
    const submit = db
      .query<{ jws: string }, []>(
        `SELECT jws FROM packets WHERE kind = 'case.submit' AND direction = 'out' ORDER BY no DESC LIMIT 1`,
      )
      .get()
    db.close()
    const of = (type: string) => papers.filter(paper => paper.type === type).map(paper => paper.jws)
    return new HostileCity({
      code,
      victim,
      host,
      signer: { kid: packetKey.kid, key: (await jose.importJWK(packetKey, PACKET_ALG)) as jose.CryptoKey },
      certificateSigner: await certificateSignerOf(store),
      identity: {
        certificates: [...store.certificates()],
        delegations: of('delegation'),
        revocations: of('revocation'),
      },
      named: submit === null ? [] : claimsOf(submit.jws).materials,
      sent: link === null ? NO_PACKETS : { n: link.n, hash: toHex(link.hash) },
    })
  }

  start = (): Promise<void> => this.host.start()
  stop = (): Promise<void> => this.host.stop()

  /** A stream to the victim; `host` speaks by another peer key. */
  wire(protocol: string, host: P2pHost = this.host): Promise<Wire> {
    return host.open(this.#peer, this.victim.addresses, protocol, { maxFrame: LIMITS.frameBytes })
  }

  hello(change: Partial<Hello> = {}): Hello {
    return {
      v: PROTOCOL_VERSION,
      city: this.code,
      software: 'hostile',
      at: Date.now(),
      identity: this.identity,
      addresses: this.host.addresses().slice(0, 16),
      sent: this.sent,
      received: NO_PACKETS,
      list: null,
      ...change,
    }
  }

  /** An exchange stream after both hellos: it is read on, so that the victim is never held up by what it sends. */
  async exchange(
    change: Partial<Hello> = {},
  ): Promise<{ wire: Wire; hello: Hello; ended: Promise<void>; frames: Frame[] }> {
    const wire = await this.wire(STREAM.exchange)
    await wire.send(encodeFrame({ type: 'hello', hello: this.hello(change) }))
    const reader = wire.frames()[Symbol.asyncIterator]()
    const first = await reader.next()
    const decoded = first.done === true ? null : decodeFrame(first.value)
    if (decoded?.ok !== true || decoded.frame.type !== 'hello') {
      wire.abort(new Error('no hello'))
      throw new Error(`no hello: ${JSON.stringify(decoded)}`)
    }
    const frames: Frame[] = []
    const ended = (async () => {
      try {
        for (let next = await reader.next(); next.done !== true; next = await reader.next()) {
          const frame = decodeFrame(next.value)
          // The last ones are enough: an attack gets as many answers as it asks for.
          if (frames.length === 1000) frames.shift()
          if (frame.ok) frames.push(frame.frame)
        }
      } catch {
        // The victim ended it.
      }
    })()
    return { wire, hello: decoded.frame.hello, ended, frames }
  }

  /** Signs a packet of a chain: the first of a new thread, or the one that follows `after`. */
  async write(
    kind: string,
    content: object,
    {
      after,
      materials = [],
      iat = Math.floor(Date.now() / 1000),
      seen = null,
    }: { after?: Written; materials?: readonly Commitment[]; iat?: number; seen?: string | null } = {},
  ): Promise<Written> {
    const body = encodeUtf8(JSON.stringify({ salt: randomBytes(16).toString('base64url'), ...content }))
    const claims: PacketClaims = {
      v: PROTOCOL_VERSION,
      iss: this.code,
      aud: this.victim.code,
      thread: after?.claims.thread ?? randomBytes(16).toString('hex'),
      kind,
      seq: (after?.claims.seq ?? 0) + 1,
      prev: after?.id ?? null,
      seen,
      iat,
      ...(kind === 'case.submit' ? { agreement: this.victim.agreement } : {}),
      body: await commit(body),
      materials: [...materials],
    }
    return { ...(await signPacket(claims, this.signer)), body, claims }
  }

  #cases = 0
  /** A case that holds in everything; `scans` come on top of the materials that are needed. */
  async submit(scans: readonly Commitment[], options: { iat?: number } = {}): Promise<Written> {
    const { materials, ...model } = this.victim.model as { materials: CaseMaterial[] }
    const [first] = materials
    const more = scans.map(({ sha256 }, at) => ({ ...first, sha256, name: `${at}.pdf` }))
    const caseNo = `${this.code}H${String(++this.#cases).padStart(6, '0')}`
    const named = materials.map(({ sha256 }) => this.named.find(commitment => commitment.sha256 === sha256))
    return this.write(
      'case.submit',
      { ...model, caseNo, materials: [...materials, ...more] },
      { materials: [...named.filter(commitment => commitment !== undefined), ...scans], ...options },
    )
  }

  /** Sends a packet at the next place of the link. */
  async send(wire: Wire, packet: Pick<Written, 'id' | 'jws' | 'body'>): Promise<void> {
    this.sent = { n: this.sent.n + 1, hash: await sha256(Buffer.concat([fromHex(this.sent.hash), fromHex(packet.id)])) }
    await wire.send(encodeFrame({ type: 'packet', n: this.sent.n, jws: packet.jws, body: packet.body }))
  }

  /** A delegation of `count` further peer keys, and the keys. */
  async morePeers(count: number): Promise<{ delegation: string; keys: PrivatePeerKey[] }> {
    const made = await Promise.all(Array.from({ length: count }, () => newKey()))
    const now = Math.floor(Date.now() / 1000)
    const keys = made.map(({ d, ...key }): DelegatedKey => ({ ...key, purpose: 'peer' }))
    const claims = { v: PROTOCOL_VERSION, iss: this.code, iat: now, nbf: now - 60, exp: now + 86_400, keys } as const
    return { delegation: await signDelegation({ ...claims, keys }, this.certificateSigner), keys: made }
  }
}

async function certificateSignerOf(store: KeyStore): Promise<CertificateSigner> {
  const { keyPem, chain } = await store.openCityKey()
  const read = readCertificate(chain[0] ?? '')
  if (!read.ok) throw new Error(read.problem.code)
  const key = createPrivateKey(keyPem)
  return { kid: await keyThumbprint(read.certificate), sign: async bytes => new Uint8Array(sign('sha256', bytes, key)) }
}
