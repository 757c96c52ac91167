/**
 * One reading of every signed text (SPEC.md §1): each text of a matrix, signed as it stands, comes to a node, stands in a bundle for
 * the evidence verifier, and in the same bundle for the second verifier in Python. All three say the same.
 */
import { beforeAll, describe, expect, test } from 'vitest'
import { readHolidayTable } from '../../protocol/calendar/calendar.ts'
import { TYP } from '../../protocol/names.ts'
import { encodeUtf8 } from '../../protocol/primitives.ts'
import { PLAY_BEGIN, playKey } from '../support/play-city.ts'
import { headerSpellings, type Spelling, spellings } from '../support/spellings.ts'
import { type Bytes, differing, type Placed, partOf, Resigned, textOf } from './resigned.ts'

let genuine: Resigned
beforeAll(async () => {
  genuine = await Resigned.make()
})

type Part = {
  made: () => Promise<Spelling[]> | Spelling[]
  put: (bytes: Bytes) => Promise<Placed>
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
  ['{"数":[-0.0000012345678901234567,-2.2250738585072014e-308,123456789.12345679]}', true],
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
    made: () => headerSpellings(partOf(genuine.packet, 0)),
    put: header => genuine.withPacket(header, partOf(genuine.packet, 1)),
  },
  'claims of a packet': {
    made() {
      const claims = partOf(genuine.packet, 1)
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
    put: claims => genuine.withClaims(claims),
  },
  'a body': {
    made() {
      const body = genuine.body
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
    put: body => genuine.withBody(body),
  },
  'the number of a case': {
    // What the manifest says of it would have to be changed too where it is taken.
    made: () =>
      values(
        genuine.body,
        'caseNo',
        CODES.filter(([, reads]) => !reads),
      ),
    put: body => genuine.withBody(body),
  },
  'claims of a receipt': {
    made() {
      const claims = partOf(genuine.receipt, 1)
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
    put: claims => genuine.withReceipt(claims),
  },
  'header of a delegation': {
    made: () => headerSpellings(partOf(genuine.delegation, 0)),
    put: header => genuine.withDelegation(header, partOf(genuine.delegation, 1)),
  },
  'claims of a delegation': {
    made() {
      const claims = partOf(genuine.delegation, 1)
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
    put: claims => genuine.withDelegation(partOf(genuine.delegation, 0), claims),
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
    put: claims => genuine.withRevocation(claims),
  },
  'header of a signature of an agreement': {
    made: () => headerSpellings(partOf(`${genuine.played.agreement.signatures[1]?.signature.protected}.`, 0)),
    put: header => genuine.withAgreement(encodeUtf8(genuine.played.agreement.text), header),
  },
  'header of a signature of a third city': {
    made: () => headerSpellings(JSON.stringify({ alg: 'RS256', typ: TYP.agreement, kid: 'A'.repeat(43) })),
    put: header => genuine.withThirdSignature(header),
  },
  'the text of an agreement': {
    made: () => [
      ...spellings(genuine.played.agreement.text, { number: 'purgeDays', letters: 'title' }),
      ...values(genuine.played.agreement.text, 'v', [
        ['true', false],
        ['2', false],
      ]),
      ...values(genuine.played.agreement.text, 'title', STRINGS),
      ...values(genuine.played.agreement.text, 'validTo', DAYS),
      ...values(genuine.played.agreement.text, 'text', [
        ['"\\u0000"', false],
        ['"\\u0001 "', true],
        ['7', false],
      ]),
    ],
    put: bytes => genuine.withAgreement(bytes),
  },
  'the manifest': {
    made: () => headerSpellings(JSON.stringify(JSON.parse(textOf(genuine.base['manifest.json'] ?? new Uint8Array())))),
    put: async manifest => ({ files: { ...genuine.base, 'manifest.json': manifest }, arrives: null }),
  },
  'a holiday table': {
    made: () => spellings(textOf(genuine.base[TABLE] ?? new Uint8Array()), { number: 'year', letters: 'source' }),
    put: async bytes => ({ files: { ...genuine.base, [TABLE]: bytes }, arrives: readHolidayTable(bytes).ok }),
  },
}

const TABLE = 'calendars/CN-2026.json'

describe('the node, the evidence verifier and the second verifier say the same of', () => {
  test.each(Object.keys(PARTS))('%s', async name => {
    const { made, put } = PARTS[name] as Part
    const entries = []
    for (const spelling of await made())
      entries.push({ ...spelling, ...(await put(spelling.bytes)), ownManifest: name === 'the manifest' })
    expect(entries.length).toBeGreaterThan(4)
    const reads = entries.map(entry => entry.reads)
    expect(differing(await genuine.judged(entries), reads)).toEqual([])
    expect(reads.includes(true)).toBe(name !== 'the number of a case')
  })
})
