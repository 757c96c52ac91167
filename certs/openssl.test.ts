/** Both ways against OpenSSL: it takes what is made here, and what it makes is taken here. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { caPem, cityPem, FEDERATION, NOW, SHIYAN, serial } from './fixture.ts'
import {
  checkCertificate,
  checkChain,
  createCa,
  createRequest,
  fromPkcs12,
  issue,
  readCertificate,
  readRequest,
  selfIssue,
  toPkcs12,
} from './index.ts'

/** Another OpenSSL can be named by OPENSSL. */
const COMMAND = process.env.OPENSSL ?? 'openssl'
const version = spawnSync(COMMAND, ['version'], { encoding: 'utf8' }).stdout ?? ''
const missing = /^OpenSSL [3-9]/.test(version) ? '' : ' (skipped: needs the command openssl, 3.0 or later)'
if (missing !== '') console.warn(`OpenSSL cross-check${missing}`)

const folder = mkdtempSync(join(tmpdir(), 'tongban-openssl-'))
afterAll(() => rmSync(folder, { recursive: true }))

function save(name: string, data: string | Uint8Array): string {
  const path = join(folder, name)
  writeFileSync(path, data)
  return path
}
const openssl = (...args: string[]): string => execFileSync(COMMAND, args, { encoding: 'utf8', stdio: 'pipe' })

const time = String(NOW / 1000)
const options = { now: NOW, serial: serial() }
const ca = createCa({ ...FEDERATION, ...options, keyPem: caPem })
const requestPem = createRequest(SHIYAN, cityPem)
const issued = issue({ ...options, requestPem, caPem: ca, caKeyPem: caPem })
const own = selfIssue(SHIYAN, { ...options, keyPem: cityPem })

const CONFIG = `
[req]
prompt = no
string_mask = utf8only
utf8 = yes
distinguished_name = name
req_extensions = city
[name]
C = CN
O = ${SHIYAN.authority}
CN = ${SHIYAN.name}
serialNumber = ${SHIYAN.code}
[city]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature, nonRepudiation
subjectAltName = URI:urn:tongban:city:${SHIYAN.code}
[issued]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
subjectAltName = URI:urn:tongban:city:${SHIYAN.code}
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
`

describe.skipIf(missing !== '')(`OpenSSL${missing}`, () => {
  test('verifies the chain strictly, and the self-issued certificate against itself', () => {
    const leaf = save('issued.pem', issued)
    const verify = (authority: string, pem: string) =>
      openssl('verify', '-x509_strict', '-attime', time, '-CAfile', authority, pem)
    expect(verify(save('ca.pem', ca), leaf)).toContain('OK')
    const self = save('own.pem', own)
    expect(openssl('verify', '-attime', time, '-partial_chain', '-CAfile', self, self)).toContain('OK')
  })

  test('shows names, extensions and the same fingerprint', () => {
    const path = save('own.pem', own)
    const text = openssl('x509', '-in', path, '-noout', '-text', '-nameopt', 'utf8,sep_comma_plus')
    expect(text).toContain(`Subject: C=CN,O=${SHIYAN.authority},CN=${SHIYAN.name},serialNumber=${SHIYAN.code}`)
    expect(text).toMatch(/X509v3 Basic Constraints: critical\s+CA:FALSE/)
    expect(text).toMatch(/X509v3 Key Usage: critical\s+Digital Signature, Non Repudiation/)
    expect(text).toContain('URI:urn:tongban:city:420300')
    expect(text).toContain('sha256WithRSAEncryption')
    const [, shown = ''] = openssl('x509', '-in', path, '-noout', '-fingerprint', '-sha256').trim().split('=')
    const read = readCertificate(own)
    expect(read.ok && read.certificate.fingerprint).toBe(shown.replaceAll(':', '').toLowerCase())
  })

  test('shows an authority that may have none below it', () => {
    const text = openssl('x509', '-in', save('ca.pem', ca), '-noout', '-text')
    expect(text).toMatch(/X509v3 Basic Constraints: critical\s+CA:TRUE, pathlen:0/)
    expect(text).toMatch(/X509v3 Key Usage: critical\s+Certificate Sign, CRL Sign/)
  })

  test('verifies the request', () => {
    const checked = spawnSync(COMMAND, ['req', '-in', save('request.pem', requestPem), '-verify', '-noout'])
    expect(checked.status).toBe(0)
  })

  test('makes a request that is taken, and issues a certificate that is taken', () => {
    const config = save('city.cnf', CONFIG)
    const request = openssl('req', '-new', '-config', config, '-key', save('city.key', cityPem))
    expect(readRequest(request)).toMatchObject({ ok: true, request: SHIYAN })
    expect(checkChain(issue({ ...options, requestPem: request, caPem: ca, caKeyPem: caPem }), [ca], NOW).ok).toBe(true)
    const authority = ['-CA', save('ca.pem', ca), '-CAkey', save('ca.key', caPem)]
    const extensions = ['-extfile', config, '-extensions', 'issued', '-days', '30', '-sha256']
    const pem = openssl('x509', '-req', '-in', save('request.pem', request), ...authority, ...extensions)
    const { certificate } = readCertificate(pem) as { certificate: { notBefore: number } }
    expect(checkChain(pem, [ca], certificate.notBefore)).toMatchObject({ ok: true, certificate: SHIYAN })
  })

  test('issues a self-signed certificate that is taken', () => {
    const config = save('city.cnf', CONFIG)
    const key = save('city.key', cityPem)
    const pem = openssl('req', '-x509', '-new', '-config', config, '-extensions', 'issued', '-key', key, '-days', '30')
    const { certificate } = readCertificate(pem) as { certificate: { notBefore: number } }
    expect(checkCertificate(pem, { now: certificate.notBefore, code: '420300' }).ok).toBe(true)
  })

  test('opens the PKCS#12 file under a Chinese passphrase', () => {
    const file = toPkcs12({ keyPem: cityPem, chain: [issued, ca], passphrase: '十堰口令', name: 'tongban' })
    const opened = openssl('pkcs12', '-in', save('city.p12', file), '-passin', 'pass:十堰口令', '-noenc')
    expect(opened).toContain(cityPem.trim())
    expect(opened).toContain(issued.trim())
    expect(opened).toContain(ca.trim())
  })

  test.each(['十堰口令', 'passphrase'])('writes a PKCS#12 file under %s that is opened', passphrase => {
    const input = [
      '-inkey',
      save('city.key', cityPem),
      '-in',
      save('issued.pem', issued),
      '-certfile',
      save('ca.pem', ca),
    ]
    const path = join(folder, 'theirs.p12')
    openssl('pkcs12', '-export', ...input, '-passout', `pass:${passphrase}`, '-out', path)
    const theirs = new Uint8Array(readFileSync(path))
    expect(fromPkcs12(theirs, passphrase)).toEqual({ keyPem: cityPem, chain: [issued, ca] })
  })
})
