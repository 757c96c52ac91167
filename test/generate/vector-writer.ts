/** What all vectors share: fixed times, the two cities of the examples, and a writer of packets in a thread. */
import * as jose from 'jose'
import type { PacketClaims } from '../../protocol/packet/claims.ts'
import { commit, signPacket } from '../../protocol/packet/envelope.ts'
import { encodeUtf8 } from '../../protocol/primitives.ts'
import type { ProblemCode } from '../../protocol/problem.ts'
import type { VectorCity } from './vector-keys.ts'

/** 2026-11-02 09:00 in China. */
export const NOW = Date.UTC(2026, 10, 2, 1, 0, 0) / 1000
export const DAY = 86_400
export const THREAD = '00112233445566778899aabbccddeeff'
export const SALT = 'AAAAAAAAAAAAAAAAAAAAAA'
export const ITEM = { code: '11420300MB0000000X4200000000029', name: '出具贷款职工住房公积金缴存使用证明', version: 1 }

export type Vector = { description: string; input: object; expect: object }
export type Vectors = Map<string, Vector>

export const b64 = (bytes: Uint8Array): string => jose.base64url.encode(bytes)
export const refused = (problem: ProblemCode) => ({ ok: false, problem })

/** A packet with its body, signed by `by` (default: the issuer's key). */
export type Written = { jws: string; id: string; body: Uint8Array<ArrayBuffer>; claims: PacketClaims }

export class Writer {
  readonly #cities: ReadonlyMap<string, VectorCity>
  readonly #last = new Map<string, Written>()
  #at = NOW

  constructor(cities: readonly VectorCity[]) {
    this.#cities = new Map(cities.map(city => [city.code, city]))
  }

  /** The next packet of `iss` in the thread, having seen all that was written before. */
  async say(
    iss: string,
    aud: string,
    kind: string,
    content: object,
    change: Partial<PacketClaims> = {},
  ): Promise<Written> {
    const city = this.#cities.get(iss)
    if (city === undefined) throw new Error(iss)
    const body = encodeUtf8(JSON.stringify({ salt: SALT, ...content }))
    const own = this.#last.get(iss)
    const other = this.#last.get(aud)
    this.#at += 60
    const claims: PacketClaims = {
      v: 1,
      iss,
      aud,
      thread: THREAD,
      kind,
      seq: (own?.claims.seq ?? 0) + 1,
      prev: own?.id ?? null,
      seen: other?.id ?? null,
      iat: this.#at,
      body: await commit(body),
      materials: [],
      ...change,
    }
    const { jws, id } = await signPacket(claims, city.packet.signer)
    const written = { jws, id, body, claims }
    this.#last.set(iss, written)
    return written
  }
}

export const submitContent = (mode: 0 | 1 | 2): object => ({
  caseNo: '61090020261102000001',
  item: ITEM,
  mode,
  applicant: { type: '1', name: '陈小满', idType: '111', idNumber: '11010519491231002X' },
  form: { reason: '在安康购房' },
  materials: [],
  receivedAt: '2026-11-02T08:40:00+08:00',
})

export type Add = (path: string, description: string, input: object, expect: object) => void
