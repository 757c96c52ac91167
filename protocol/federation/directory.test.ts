import * as jose from 'jose'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { fc } from '../../test/support/properties.ts'
import { LIMITS } from '../limits.ts'
import { PACKET_ALG, TYP } from '../names.ts'
import { type PacketSigner, signCompact } from '../packet/envelope.ts'
import { sha256 } from '../primitives.ts'
import {
  Directory,
  directoryStanding,
  entryWith,
  type HeldDirectory,
  signDirectory,
  verifyDirectory,
} from './directory.ts'
import { decodeDirectoryFrame, encodeDirectoryFrame } from './frames.ts'

const NOW = Date.UTC(2026, 10, 23) / 1000
const DAY = 86_400
let signer: PacketSigner
let operator: Directory['operator']

beforeAll(async () => {
  const { publicKey, privateKey } = await jose.generateKeyPair(PACKET_ALG, { extractable: true })
  const { x = '' } = await jose.exportJWK(publicKey)
  const key = { kty: 'OKP', crv: 'Ed25519', x } as const
  signer = { kid: await jose.calculateJwkThumbprint(key), key: privateKey }
  operator = { name: '秦巴通办联盟', key }
})

const hash = (no: number): string => no.toString(16).padStart(64, '0')
const entry = (no: number, change: object = {}) => ({
  city: String(100_000 + no),
  name: `城市${no}`,
  certificates: [hash(no)],
  peers: [],
  addresses: [],
  since: '2026-10-01',
  ...change,
})
const directory = (change: Partial<Directory> = {}): Directory => ({
  v: 1,
  operator,
  version: 1,
  iat: NOW,
  nextUpdate: NOW + 30 * DAY,
  grace: 14 * DAY,
  entries: [entry(1)],
  revocations: [],
  ...change,
})
const trusts = (kid: string): boolean => kid === signer.kid
const codeOf = (result: { ok: true } | { ok: false; problem: { code: string } }) =>
  result.ok ? 'ok' : result.problem.code

describe('a directory', () => {
  test('comes out as it was signed', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.integer({ min: 0, max: 800_000 }), { maxLength: 20 }),
        fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
        fc.integer({ min: 1, max: LIMITS.directorySeconds }),
        fc.integer({ min: 0, max: LIMITS.directorySeconds }),
        async (numbers, version, lasts, grace) => {
          const [gone, ...members] = numbers
          const made = directory({
            version,
            nextUpdate: NOW + lasts,
            grace,
            entries: members.map(no => entry(no)),
            revocations: gone === undefined ? [] : [{ certificate: hash(gone), revokedAt: NOW, reason: '已更换' }],
          })
          const jws = await signDirectory(made, signer)
          const verified = await verifyDirectory(jws, { trusts, now: NOW })
          expect(verified).toEqual({
            ok: true,
            directory: made,
            operator: signer.kid,
            sha256: await sha256(jws),
            known: false,
          })
          for (const no of members) expect(entryWith(made, String(100_000 + no), hash(no))).toEqual(entry(no))
        },
      ),
      { numRuns: 40 },
    )
  })

  test('with any change of any character is refused, and never throws', async () => {
    const jws = await signDirectory(directory(), signer)
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.={"\n\u4e00'
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: jws.length - 1 }),
        fc.constantFrom(...letters),
        fc.constantFrom('replace', 'insert', 'cut'),
        async (at, letter, how) => {
          const rest = how === 'insert' ? jws.slice(at) : how === 'cut' ? '' : jws.slice(at + 1)
          const changed = `${jws.slice(0, at)}${letter}${rest}`
          fc.pre(changed !== jws)
          const code = codeOf(await verifyDirectory(changed, { trusts, now: NOW }))
          expect(['directory.malformed', 'directory.signature', 'directory.operator']).toContain(code)
        },
      ),
      { numRuns: 500 },
    )
  })

  test('that is anything at all is refused by name', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string(), fc.json(), fc.base64String()), async written => {
        expect(codeOf(await verifyDirectory(written, { trusts: () => true }))).toMatch(/^directory\./)
      }),
    )
  })

  test('is not parsed before its signature holds, nor what stands before it', async () => {
    const [header = '', , signature = ''] = (await signDirectory(directory(), signer)).split('.')
    const written = (text: string) => `${header}.${jose.base64url.encode(text)}.${signature}`
    const key = JSON.stringify(operator.key)
    const parse = vi.spyOn(JSON, 'parse')
    try {
      for (const text of [
        `{"operator":{"key":${key}},"entries":[${'{},'.repeat(500_000)}{}]}`,
        `{"operator":{"key":${key}},"entries":${'['.repeat(1_000_000)}`,
        `{${Array.from({ length: 100_000 }, (_, no) => `"k${no}":1`).join()},"key":${key}}`,
      ])
        expect(codeOf(await verifyDirectory(written(text), { trusts, now: NOW }))).toBe('directory.signature')
      const long = jose.base64url.encode(`{"alg":"Ed25519","x":[${'[],'.repeat(200_000)}[]]}`)
      expect(codeOf(await verifyDirectory(`${long}.e30.${signature}`, { trusts }))).toBe('directory.malformed')
      expect(Math.max(...parse.mock.calls.map(([text]) => String(text).length))).toBeLessThan(512)
    } finally {
      parse.mockRestore()
    }
  })

  test('is verified by the key that is held, and a document that names another key is not of this operator', async () => {
    const other = await jose.exportJWK((await jose.generateKeyPair(PACKET_ALG, { extractable: true })).publicKey)
    const named = directory({ operator: { name: 'x', key: { kty: 'OKP', crv: 'Ed25519', x: other.x ?? '' } } })
    const key = (kid: string) => (kid === signer.kid ? operator.key : undefined)
    const jws = await signDirectory(named, signer)
    expect(codeOf(await verifyDirectory(jws, { trusts }))).toBe('directory.signature')
    expect(codeOf(await verifyDirectory(jws, { trusts, key }))).toBe('directory.signature')
    expect(codeOf(await verifyDirectory(await signDirectory(directory(), signer), { trusts, key }))).toBe('ok')
  })

  test('in whatever order versions come, and however often: the highest is held, and nothing goes back', async () => {
    // Two documents under each version: the operator's key is in other hands.
    const documents = await Promise.all(
      Array.from({ length: 10 }, async (_, no) => {
        const jws = await signDirectory(directory({ version: 1 + (no >> 1), entries: [entry(no)] }), signer)
        return { jws, version: 1 + (no >> 1), sha256: await sha256(jws) }
      }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...documents), { minLength: 1, maxLength: 30 }), async arriving => {
        let held: HeldDirectory | undefined
        for (const { jws, version, sha256 } of arriving) {
          const before = held
          const given = { trusts, now: NOW, held: () => before }
          const verified = await verifyDirectory(jws, given)
          const expected =
            before === undefined || version > before.version || sha256 === before.sha256
              ? 'ok'
              : version < before.version
                ? 'directory.rollback'
                : 'directory.fork'
          expect(codeOf(verified)).toBe(expected)
          if (!verified.ok) continue
          expect(verified.known).toBe(sha256 === before?.sha256)
          held = { version: verified.directory.version, sha256: verified.sha256 }
        }
        const highest = arriving.reduce((most, { version }) => Math.max(most, version), 0)
        expect(held).toEqual(
          (({ version, sha256 }) => ({ version, sha256 }))(
            arriving.find(({ version }) => version === highest) ?? { version: 0, sha256: '' },
          ),
        )
      }),
      { numRuns: 60 },
    )
  })

  test('counts to its next update, is overdue in the grace time, and lapses after it', () => {
    const made = directory({ nextUpdate: NOW + 10, grace: 5 })
    const standings = [0, 10, 11, 15, 16].map(after => directoryStanding(made, NOW + after))
    expect(standings).toEqual(['current', 'current', 'overdue', 'overdue', 'lapsed'])
  })

  test('may be ahead of the own clock by the allowed skew and no more', async () => {
    const jws = await signDirectory(directory({ iat: NOW + LIMITS.clockSkewSeconds, revocations: [] }), signer)
    expect(codeOf(await verifyDirectory(jws, { trusts, now: NOW }))).toBe('ok')
    expect(codeOf(await verifyDirectory(jws, { trusts, now: NOW - 1 }))).toBe('envelope.clock')
  })

  test('vouches for a certificate of the very city alone', () => {
    const made = directory({ entries: [entry(1), entry(2, { certificates: [hash(2), hash(3)] })] })
    expect(entryWith(made, '100002', hash(3))?.city).toBe('100002')
    expect(entryWith(made, '100001', hash(3))).toBeUndefined()
  })
})

describe('limits', () => {
  const fits = (change: Partial<Directory>) => Directory.safeParse(directory(change)).success
  const many = <T>(count: number, make: (no: number) => T): T[] => Array.from({ length: count }, (_, no) => make(no))

  test('of entries, revocations and times, at n and one more', () => {
    const { directoryEntries: entries, directoryRevocations: revocations, directorySeconds: seconds } = LIMITS
    const gone = (no: number) => ({ certificate: hash(10_000_000 + no), revokedAt: NOW, reason: '已更换' })
    expect([entries, entries + 1].map(n => fits({ entries: many(n, no => entry(no)) }))).toEqual([true, false])
    expect([revocations, revocations + 1].map(n => fits({ revocations: many(n, gone) }))).toEqual([true, false])
    expect([seconds, seconds + 1].map(n => fits({ nextUpdate: NOW + n }))).toEqual([true, false])
    expect([seconds, seconds + 1].map(grace => fits({ grace }))).toEqual([true, false])
  })

  test('of the document in bytes', async () => {
    const made = await signDirectory(directory(), signer)
    const at = (size: number) => made.replace('.', `.${'A'.repeat(size - made.length)}`)
    expect(await verifyDirectory(at(LIMITS.directoryBytes), { trusts })).toMatchObject({
      problem: { code: 'directory.signature' },
    })
    expect(await verifyDirectory(at(LIMITS.directoryBytes + 1), { trusts })).toMatchObject({
      problem: { code: 'directory.malformed', detail: `${LIMITS.directoryBytes} bytes at most` },
    })
  })

  test('of the keys in it that may be its operator’s, and of its header', async () => {
    const behind = async (others: number) => {
      const text = JSON.stringify({
        keys: Array.from({ length: others }, () => ({ x: 'A'.repeat(43) })),
        ...directory(),
      })
      return codeOf(await verifyDirectory(await signCompact(text, TYP.directory, signer), { trusts }))
    }
    // Found, it is verified: then only the schema refuses what stands before it.
    expect([await behind(7), await behind(8)]).toEqual(['directory.malformed', 'directory.signature'])
    // 384 bytes are 512 characters.
    const spaced = (bytes: number) => {
      const header = JSON.stringify({ alg: PACKET_ALG, typ: TYP.directory, kid: signer.kid })
      return `${jose.base64url.encode(header.padEnd(bytes))}.e30.${'A'.repeat(86)}`
    }
    const codes = [384, 385].map(async bytes => codeOf(await verifyDirectory(spaced(bytes), { trusts })))
    expect(await Promise.all(codes)).toEqual(['directory.signature', 'directory.malformed'])
  })

  test('of what one side says it holds', () => {
    const held = (count: number) =>
      decodeDirectoryFrame(
        encodeDirectoryFrame({
          type: 'have',
          held: many(count, no => ({ operator: String(no).padStart(43, 'A'), version: 0, sha256: null })),
        }),
      ).ok
    expect([LIMITS.directoryOperators, LIMITS.directoryOperators + 1].map(held)).toEqual([true, false])
  })
})
