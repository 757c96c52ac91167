/** Certificates that the reader of evidence trusts, as the thread of the browser reads them. */
import { randomBytes } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { createCa, createRequest, issue, readCertificate, selfIssue } from '../../certs/index.ts'
import { pemIn } from '../../certs/pem.ts'
import { ROOT_LIMITS, readRoots } from '../../node/edges/console/app/evidence/roots.ts'
import { testKey } from '../support/keys.ts'

const NOW = Date.UTC(2026, 10, 23, 4)
const AT = NOW / 1000
const YEAR = 366 * 86_400
const SHIYAN = { code: '420300', name: '十堰市', authority: '十堰市行政审批局' } as const
const ANKANG = { code: '610900', name: '安康市', authority: '安康市行政审批服务局' } as const

let self: Held
let issued: Held
let ca: string
let strange: string
type Held = { fingerprint: string; pem: string }

const held = (pem: string): Held => {
  const read = readCertificate(pem)
  if (!read.ok) throw new Error(read.problem.code)
  return { pem, fingerprint: read.certificate.fingerprint }
}
const file = (content: string | Uint8Array, name = 'root.pem') => ({
  name,
  bytes: typeof content === 'string' ? new TextEncoder().encode(content) : content,
})
const derOf = (pem: string) => new Uint8Array(Buffer.from(pem.replaceAll(/-----.*-----|\s/g, ''), 'base64'))

beforeAll(() => {
  const caKey = testKey()
  const made = () => ({ now: NOW, serial: randomBytes(16) })
  self = held(selfIssue(SHIYAN, { ...made(), keyPem: testKey() }))
  ca = createCa({ ...made(), name: '秦巴通办联盟', keyPem: caKey, years: 1 })
  strange = createCa({ ...made(), name: '秦巴通办联盟', keyPem: testKey() })
  const requestPem = createRequest(ANKANG, testKey())
  issued = held(issue({ ...made(), requestPem, caPem: ca, caKeyPem: caKey, years: 1 }))
})

describe('a file', () => {
  test('with the certificate of a city vouches for that one, in PEM with words around it or in DER', () => {
    const wanted = { kind: 'city', name: '十堰市', vouches: [self.fingerprint] }
    for (const content of [self.pem, `Certificate:\n    Data: …\n${self.pem}\nbye`, derOf(self.pem)])
      expect(readRoots([file(content)], [self, issued], AT)).toMatchObject([wanted])
    expect(readRoots([file(self.pem)], [issued], AT)).toMatchObject([{ kind: 'city', vouches: [] }])
  })

  test('with an authority vouches for what it issued, as long as it was valid', () => {
    expect(readRoots([file(ca)], [self, issued], AT)).toMatchObject([
      { kind: 'authority', name: '秦巴通办联盟', vouches: [issued.fingerprint] },
    ])
    expect(readRoots([file(ca)], [issued], AT + YEAR)).toMatchObject([{ kind: 'authority', vouches: [] }])
    expect(readRoots([file(strange)], [issued], AT)).toMatchObject([{ kind: 'authority', vouches: [] }])
  })

  test('with a chain is read as each of its certificates', () => {
    const roots = readRoots([file(`${pemIn(issued.pem, 'CERTIFICATE')}${ca}`)], [issued], AT)
    expect(roots.map(({ kind }) => kind)).toEqual(['city', 'authority'])
  })

  test.each(['', 'roses are red', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----', '-----BEGIN'])(
    'that is no certificate says so: %j',
    content => {
      expect(readRoots([file(content)], [self], AT)).toMatchObject([
        { kind: 'none', problem: { code: 'certificate.malformed' } },
      ])
    },
  )

  test('is read up to its limit, and no byte beyond', () => {
    const padded = (length: number) => file(self.pem.padEnd(length, ' '))
    expect(readRoots([padded(ROOT_LIMITS.bytes)], [self], AT)).toMatchObject([{ kind: 'city' }])
    expect(readRoots([padded(ROOT_LIMITS.bytes + 1)], [self], AT)).toMatchObject([
      { kind: 'none', problem: { detail: 'larger than 65536 bytes' } },
    ])
  })

  test('is read up to so many certificates, and so are so many files', () => {
    const { files, certificates } = ROOT_LIMITS
    expect(readRoots([file(self.pem.repeat(certificates))], [], AT)).toHaveLength(certificates)
    expect(readRoots([file(self.pem.repeat(certificates + 1))], [], AT).at(-1)).toMatchObject({
      kind: 'none',
      problem: { detail: 'more than 10 certificates' },
    })
    const many = (count: number) => Array.from({ length: count }, () => file(self.pem))
    expect(readRoots(many(files), [], AT)).toHaveLength(files)
    expect(readRoots(many(files + 2), [], AT).map(({ kind }) => kind)).toEqual([
      ...many(files).map(() => 'city'),
      'none',
    ])
  })
})
