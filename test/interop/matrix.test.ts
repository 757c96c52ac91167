/**
 * One reading of every signed text (SPEC.md §1): each text of a matrix, signed as it stands, comes to a node, stands in a bundle for
 * the evidence verifier, and in the same bundle for the second verifier in Python. All three say the same.
 */
import * as jose from 'jose'
import { beforeAll, describe, expect, test } from 'vitest'
import { verifyAgreementSignature } from '../../protocol/agreement/signature.ts'
import { openAgreementBody } from '../../protocol/agreement/thread.ts'
import { readHolidayTable } from '../../protocol/calendar/calendar.ts'
import { openCaseBody } from '../../protocol/case/admit.ts'
import { type CertificateKey, verifyDelegation, verifyRevocation } from '../../protocol/keys/delegation.ts'
import { TYP } from '../../protocol/names.ts'
import type { PacketClaims } from '../../protocol/packet/claims.ts'
import { commit, type KeyResolver, verifyPacket } from '../../protocol/packet/envelope.ts'
import { verifyReceipt } from '../../protocol/packet/receipt.ts'
import { encodeUtf8, sha256 } from '../../protocol/primitives.ts'
import { bundleBytes, bundleInputOf } from '../support/play-bundle.ts'
import { type PlayedCase, playSetting, submitContentOf } from '../support/play-case.ts'
import { PLAY_BEGIN, type PlayCity, playCity, playKey, revoke, trusting } from '../support/play-city.ts'
import { headerSpellings, type Spelling, spellings } from '../support/spellings.ts'
import { judge, type Verdict } from './judges.ts'
import { type Files, only, pack, relist, take, unpack } from './tamper.ts'

type Bytes = Uint8Array<ArrayBuffer>
/** One text: the bundle that holds it, and whether a node takes it when it arrives; null where it never arrives by itself. */
type Entry = Spelling & { part: string; files: Files; arrives: boolean | null }

let played: PlayedCase
let base: Files
let cities: { collecting: PlayCity; handling: PlayCity }
let resolveKey: KeyResolver
let fingerprints: string[]

beforeAll(async () => {
  const pair: [PlayCity, PlayCity] = [await playCity('610900'), await playCity('420300')]
  played = await playSetting({ cities: pair })
  const { collecting, handling, play, agreement, caseNo } = played
  cities = { collecting, handling }
  fingerprints = [collecting.fingerprint, handling.fingerprint]
  resolveKey = await trusting(collecting, handling)
  await play.say(collecting, 'case.submit', submitContentOf(caseNo, 1, []), { agreement: agreement.id })
  base = unpack(await bundleBytes(bundleInputOf(played)))
  delete base['timeline.html']
  await relist(base)
})

const text = (bytes: Uint8Array): string => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
const part = (jws: string, index: 0 | 1): string => text(jose.base64url.decode(jws.split('.')[index] ?? ''))

const byPacketKey = (city: PlayCity) => async (input: Bytes) =>
  new Uint8Array(await crypto.subtle.sign('Ed25519', city.packetSigner.key, input))
const byCertificate = (city: PlayCity) => (input: Bytes) => city.certificateSigner.sign(input)

async function compact(
  sign: (input: Bytes) => Promise<Uint8Array>,
  header: Uint8Array | string,
  claims: Uint8Array | string,
): Promise<string> {
  const input = `${jose.base64url.encode(header)}.${jose.base64url.encode(claims)}`
  return `${input}.${jose.base64url.encode(await sign(encodeUtf8(input)))}`
}

const PACKETS = /^packets\//
const RECEIPTS = /^receipts\//

/** The bundle with another first packet, and the receipt that it then has. */
async function withPacket(jws: string, body?: Bytes): Promise<Files> {
  const files = { ...base }
  files[only(files, PACKETS)] = encodeUtf8(jws)
  const receipt = text(base[only(base, RECEIPTS)] ?? new Uint8Array())
  const claims = JSON.parse(part(receipt, 1)) as { items: { id: string }[] }
  claims.items = [{ ...claims.items[0], id: await sha256(jws) }]
  files[only(files, RECEIPTS)] = encodeUtf8(
    await compact(byPacketKey(cities.handling), part(receipt, 0), JSON.stringify(claims)),
  )
  if (body !== undefined) {
    take(files, only(files, /^bodies\//))
    files[`bodies/${await sha256(body)}`] = body
  }
  return files
}

const packetOf = () => text(base[only(base, PACKETS)] ?? new Uint8Array())
const arrives = async (jws: string, body: Uint8Array): Promise<boolean> => {
  const verified = await verifyPacket(jws, { resolveKey, audience: '420300', now: PLAY_BEGIN + 9 })
  return verified.ok && (await openCaseBody(verified.claims, body)).ok
}
const bodyOf = () => base[only(base, /^bodies\//)] as Bytes

type Part = {
  made: () => Promise<Spelling[]> | Spelling[]
  put: (bytes: Bytes) => Promise<{ files: Files; arrives: boolean | null }>
}

/** More of a text: other values of one member, as JSON, and whether they are taken. */
const values = (object: string, member: string, given: readonly [string, boolean][]): Spelling[] =>
  given.map(([json, reads]) => ({
    name: `${member} ${json}`.slice(0, 80),
    description: '',
    reads,
    bytes: encodeUtf8(
      JSON.stringify({ ...(JSON.parse(object) as object), [member]: '\u0001' }).replace('"\\u0001"', () => json),
    ),
  }))

const STRINGS: readonly [string, boolean][] = [
  ['""', false],
  ['" "', false],
  ['"\u3000\ufeff"', false],
  ['"\u0085"', true],
  ['"a\\tb\\nc"', true],
  ['"a\\u0007"', false],
  ['"a\\u007f"', false],
  ['"\u202e"', true],
  ['7', false],
  ['null', false],
  ['["a"]', false],
]
const CODES: readonly [string, boolean][] = [
  ['"\u202eA1"', false],
  ['"A\u200b1"', false],
  ['"A1\\n"', false],
  ['"A\ufeff"', false],
  ['"甲〔2026〕1 号"', true],
  [`"${'\u{20000}'.repeat(64)}"`, true],
  [`"${'\u{20000}'.repeat(64)}1"`, false],
]
const FORMS: readonly [string, boolean][] = [
  ['{"数":0.1,"大":9007199254740991,"小":1e-7,"负":-0.5}', true],
  ['{"数":0.10}', false],
  ['{"数":1.5e300}', false],
  ['{"数":1e-07}', false],
  ['{"数":[9007199254740992]}', false],
  ['{"字":"\\u0001\u202e"}', true],
  ['{"字":"\\ud800"}', false],
  ['{"字":{"__proto__":1}}', false],
  ['{"constructor":{"toString":[]}}', true],
  ['{"":""}', true],
  [`{"${'\u{20000}'.repeat(100)}":1}`, true],
  [`{"${'\u{20000}'.repeat(100)}1":1}`, false],
  [`{"深":${'['.repeat(63)}${']'.repeat(63)}}`, true],
  [`{"深":${'['.repeat(64)}${']'.repeat(64)}}`, false],
  ['[]', false],
]
const DAYS: readonly [string, boolean][] = [
  ['"2028-02-29"', true],
  ['"2027-02-29"', false],
  ['"2028-1-1"', false],
  ['"2028-12-3\u0661"', false],
  ['"2028-12-31\\n"', false],
]

const PARTS: Record<string, Part> = {
  'header of a packet': {
    made: () => headerSpellings(part(packetOf(), 0)),
    async put(header) {
      const jws = await compact(byPacketKey(cities.collecting), header, part(packetOf(), 1))
      return { files: await withPacket(jws), arrives: await arrives(jws, bodyOf()) }
    },
  },
  'claims of a packet': {
    made() {
      const claims = part(packetOf(), 1)
      return [
        ...spellings(claims, { number: 'seq' }),
        ...values(claims, 'v', [
          ['true', false],
          ['"1"', false],
          ['1.0', false],
        ]),
        ...values(claims, 'iat', [
          [`${PLAY_BEGIN / 1e6}e6`, false],
          ['-1', false],
          [`${PLAY_BEGIN + 1}`, true],
        ]),
        ...values(claims, 'agreement', [
          [`"${'AB'.repeat(32)}"`, false],
          ['null', false],
        ]),
        ...values(claims, 'kind', [['"case.submit\\n"', false]]),
        ...values(claims, 'materials', [
          ['null', false],
          ['{}', false],
        ]),
      ]
    },
    async put(claims) {
      const jws = await compact(byPacketKey(cities.collecting), part(packetOf(), 0), claims)
      return { files: await withPacket(jws), arrives: await arrives(jws, bodyOf()) }
    },
  },
  'a body': {
    made() {
      const body = text(bodyOf())
      return [
        ...spellings(body, { number: 'mode', letters: 'window' }),
        ...values(body, 'salt', [
          ['"AAAAAAAAAAAAAAAAAAAAAA\\n"', false],
          [`"${'盐'.repeat(22)}"`, false],
          ['"AAAAAAAAAAAAAAAAAAAAAAA"', false],
          ['"AAAAAAAAAAAAAAAAAAAAAA"', true],
        ]),
        ...values(body, 'window', STRINGS),
        ...values(body, 'form', FORMS),
        ...values(body, 'receivedAt', [
          ['"2026-11-02T08:40:00Z"', true],
          ['"2026-11-02T08:40:00.125+08:00"', true],
          ['"2026-11-02T08:40:00"', false],
          ['"2026-11-02t08:40:00Z"', false],
          ['"2026-11-0\u0662T08:40:00Z"', false],
        ]),
        ...values(body, 'mode', [
          ['true', false],
          ['4', false],
          ['"1"', false],
        ]),
        ...values(body, 'applicant', [
          ['{}', false],
          ['{"type":"1","name":"陈","idType":"111","idNumber":"x\u200b"}', false],
        ]),
      ]
    },
    put: withBody,
  },
  'the number of a case': {
    // What the manifest says of it would have to be changed too where it is taken.
    made: () =>
      values(
        text(bodyOf()),
        'caseNo',
        CODES.filter(([, reads]) => !reads),
      ),
    put: withBody,
  },
  'claims of a receipt': {
    made() {
      const claims = part(text(base[only(base, RECEIPTS)] ?? new Uint8Array()), 1)
      const [item] = (JSON.parse(claims) as { items: object[] }).items
      const items = (more: object) => JSON.stringify([item, { id: 'cd'.repeat(32), status: 'refused', ...more }])
      return [
        ...spellings(claims, { number: 'iat' }),
        ...values(claims, 'v', [['true', false]]),
        ...values(claims, 'items', [
          [items({ problem: 'chain.gap', detail: '缺少前序数据包' }), true],
          [items({ problem: 'chain.gap', detail: '\ud800' }), false],
          [items({ problem: 'no.such' }), false],
          [items({}), false],
          [items({ problem: 'chain.gap', detail: 'x'.repeat(501) }), false],
          [JSON.stringify([{ ...item, status: 'lost' }]), false],
          [JSON.stringify([{ ...item, problem: 'chain.gap' }]), false],
          ['[]', false],
        ]),
      ]
    },
    async put(claims) {
      const receipt = text(base[only(base, RECEIPTS)] ?? new Uint8Array())
      const jws = await compact(byPacketKey(cities.handling), part(receipt, 0), claims)
      const verified = await verifyReceipt(jws, { resolveKey, issuer: '420300', audience: '610900' })
      return { files: { ...base, [only(base, RECEIPTS)]: encodeUtf8(jws) }, arrives: verified.ok }
    },
  },
  'header of a delegation': {
    made: () => headerSpellings(part(delegationOf(), 0)),
    put: header => withDelegation(header, part(delegationOf(), 1)),
  },
  'claims of a delegation': {
    made() {
      const claims = part(delegationOf(), 1)
      const [key] = (JSON.parse(claims) as { keys: object[] }).keys
      const keys = (change: object) => JSON.stringify([{ ...key, ...change }])
      return [
        ...spellings(claims, { number: 'iat' }),
        ...values(claims, 'v', [['true', false]]),
        ...values(claims, 'keys', [
          [keys({ use: 'sig' }), false],
          [keys({ purpose: 'other' }), false],
          [keys({ kid: 'A'.repeat(43) }), false],
          [JSON.stringify([]), false],
        ]),
      ]
    },
    put: claims => withDelegation(part(delegationOf(), 0), claims),
  },
  'claims of a revocation': {
    async made() {
      // Of another key than the one that signed.
      const { jwk } = await playKey('packet')
      const claims = { v: 1, iss: '610900', iat: PLAY_BEGIN, kid: jwk.kid, revokedAt: PLAY_BEGIN }
      return [
        ...spellings(JSON.stringify(claims), { number: 'v' }),
        ...values(JSON.stringify(claims), 'kid', [
          [`"${'A'.repeat(43)}\\n"`, false],
          [`"${'A'.repeat(43)}"`, true],
        ]),
        ...values(JSON.stringify(claims), 'revokedAt', [
          ['1.7e9', false],
          ['32503680001', false],
        ]),
      ]
    },
    async put(claims) {
      const city = { ...cities.collecting, revocations: [] }
      const header = part(await revoke(city, city.packetKey.kid, PLAY_BEGIN), 0)
      const jws = await compact(byCertificate(city), header, claims)
      const files = { ...base, 'revocations/610900-other.jws': encodeUtf8(jws) }
      return { files, arrives: (await verifyRevocation(jws, city.certificateKey)).ok }
    },
  },
  'header of a signature of an agreement': {
    made: () => headerSpellings(part(`${played.agreement.signatures[1]?.signature.protected}.`, 0)),
    put: header => withAgreement(encodeUtf8(played.agreement.text), header),
  },
  'the text of an agreement': {
    made: () => [
      ...spellings(played.agreement.text, { number: 'purgeDays', letters: 'title' }),
      ...values(played.agreement.text, 'v', [
        ['true', false],
        ['2', false],
      ]),
      ...values(played.agreement.text, 'title', STRINGS),
      ...values(played.agreement.text, 'validTo', DAYS),
      ...values(played.agreement.text, 'text', [
        ['"\\u0000"', false],
        ['"\\u0001 "', true],
        ['7', false],
      ]),
    ],
    put: bytes => withAgreement(bytes),
  },
  'the manifest': {
    made: () => headerSpellings(JSON.stringify(JSON.parse(text(base['manifest.json'] ?? new Uint8Array())))),
    put: async manifest => ({ files: { ...base, 'manifest.json': manifest }, arrives: null }),
  },
  'a holiday table': {
    made: () => spellings(text(base[TABLE] ?? new Uint8Array()), { number: 'year', letters: 'source' }),
    put: async bytes => ({ files: { ...base, [TABLE]: bytes }, arrives: readHolidayTable(bytes).ok }),
  },
}

const TABLE = 'calendars/CN-2026.json'

async function withBody(bytes: Bytes): Promise<{ files: Files; arrives: boolean }> {
  const claims = { ...(JSON.parse(part(packetOf(), 1)) as PacketClaims), body: await commit(bytes) }
  const jws = await compact(byPacketKey(cities.collecting), part(packetOf(), 0), JSON.stringify(claims))
  return { files: await withPacket(jws, bytes), arrives: await arrives(jws, bytes) }
}

const DELEGATION = /^delegations\/610900/
const delegationOf = () => text(base[only(base, DELEGATION)] ?? new Uint8Array())

/** Besides the genuine one, so that nothing else of the bundle depends on it. */
async function withDelegation(header: Uint8Array | string, claims: Uint8Array | string) {
  const jws = await compact(byCertificate(cities.collecting), header, claims)
  const files = { ...base, 'delegations/610900-other.jws': encodeUtf8(jws) }
  return { files, arrives: (await verifyDelegation(jws, cities.collecting.certificateKey)).ok }
}

/** An agreement in another text, signed by both, and a submit under it; its proposal as it would come. */
async function withAgreement(bytes: Bytes, header?: Uint8Array) {
  const id = await sha256(bytes)
  const sides = [cities.handling, cities.collecting] as const
  const signatures = await Promise.all(
    sides.map(async (city, index) => {
      const own = index === 1 && header !== undefined ? header : JSON.stringify(headerOf(city.certificateKey))
      const [head = '', , signature = ''] = (await compact(byCertificate(city), own, bytes)).split('.')
      return { protected: head, signature }
    }),
  )
  const claims = { ...(JSON.parse(part(packetOf(), 1)) as PacketClaims), agreement: id }
  const jws = await compact(byPacketKey(cities.collecting), part(packetOf(), 0), JSON.stringify(claims))
  const files = await withPacket(jws)
  take(files, only(files, /^agreements\//))
  files[`agreements/${id}.json`] = encodeUtf8(JSON.stringify({ payload: jose.base64url.encode(bytes), signatures }))
  return { files, arrives: await proposed(bytes, signatures[1]) }
}

const headerOf = ({ kid }: CertificateKey) => ({ alg: 'RS256', typ: TYP.agreement, kid })

async function proposed(
  bytes: Bytes,
  signature: { protected: string; signature: string } | undefined,
): Promise<boolean> {
  const deflated = new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate-raw'))
  const packed = jose.base64url.encode(await new Response(deflated).bytes())
  const body = encodeUtf8(JSON.stringify({ salt: 'A'.repeat(22), text: packed, signature }))
  const claims = JSON.parse(part(packetOf(), 1)) as PacketClaims
  const opened = await openAgreementBody({ ...claims, kind: 'agreement.propose', body: await commit(body) }, body)
  if (!opened.ok || signature === undefined) return false
  return (await verifyAgreementSignature(text(bytes), signature, cities.collecting.certificateKey)).ok
}

/** Judges every text of a part in one go: one process of the second verifier. */
async function judged(name: string): Promise<{ entry: Entry; verdict: Verdict }[]> {
  const given = PARTS[name]
  if (given === undefined) throw new Error(name)
  const entries: Entry[] = []
  for (const spelling of await given.made())
    entries.push({ ...spelling, part: name, ...(await given.put(spelling.bytes)) })
  const zips: Uint8Array[] = []
  for (const { files } of entries) {
    if (name !== 'the manifest') await relist(files)
    zips.push(pack(files))
  }
  const verdicts = await judge(zips, fingerprints)
  return entries.map((entry, index) => ({ entry, verdict: verdicts[index] as Verdict }))
}

describe('the node, the evidence verifier and the second verifier say the same of', () => {
  test.each(Object.keys(PARTS))('%s', async name => {
    const all = await judged(name)
    expect(all.length).toBeGreaterThan(4)
    const told = all.map(({ entry, verdict: { first, second } }) => ({
      text: entry.name,
      arrives: entry.arrives ?? entry.reads,
      evidence: first.ok,
      python: second?.ok ?? entry.reads,
      why: [
        ...first.findings
          .filter(({ level }) => level === 'error')
          .map(({ file, problem }) => `${file} ${problem.code} ${problem.detail ?? ''}`),
        ...(second?.errors ?? []),
      ],
    }))
    const differs = told.filter(({ arrives, evidence, python }, index) => {
      const reads = all[index]?.entry.reads
      return arrives !== reads || evidence !== reads || python !== reads
    })
    expect(differs).toEqual([])
    expect(all.some(({ entry }) => entry.reads)).toBe(name !== 'the number of a case')
  })
})
