import forge from 'node-forge'
import { describe, expect, test } from 'vitest'
import { ProblemError } from '../protocol/problem.ts'
import { authority, city, cityPem, issuedCity, otherPem, tamper } from './fixture.ts'
import { fromPkcs12, PROFILE, toPkcs12 } from './index.ts'

const PASSPHRASE = '十堰 passphrase 𠮷'
const chain = [issuedCity(), authority()]
const file = toPkcs12({ keyPem: cityPem, chain, passphrase: PASSPHRASE, name: 'tongban' })

function thrown(make: () => unknown) {
  try {
    make()
  } catch (error) {
    if (error instanceof ProblemError) return error.problem
    throw error
  }
  return 'accepted'
}

const wrong = { code: 'keystore.passphrase', detail: 'PKCS#12 file' }
const malformed = (detail: string) => ({ code: 'keystore.malformed', detail })

/** A file as node-forge alone writes it. */
function byForge(passphrase: string, options: object, key = cityPem, certificates = chain): Uint8Array {
  const certificate = certificates.map(pem => forge.pki.certificateFromPem(pem))
  const pfx = forge.pkcs12.toPkcs12Asn1(forge.pki.privateKeyFromPem(key), certificate, passphrase, options)
  return Buffer.from(forge.asn1.toDer(pfx).getBytes(), 'latin1')
}

describe('PKCS#12', () => {
  test('gives back the key and the chain, whatever the characters of the passphrase', () => {
    expect(fromPkcs12(file, PASSPHRASE)).toEqual({ keyPem: cityPem, chain })
  })

  test('keeps the key under AES-256 and writes no SHA-1', () => {
    const hex = Buffer.from(file).toString('hex')
    const aes256 = '60864801650304012a'
    const hmacSha256 = '2a864886f70d0209'
    const sha1 = '06052b0e03021a'
    expect(hex).toContain(aes256)
    expect(hex).toContain(hmacSha256)
    expect(hex).not.toContain(sha1)
  })

  test('costs whoever guesses all rounds, unless it is asked for fewer, and opens by those that it names', () => {
    /** of the MAC and of the key, as DER writes them */
    const costly = (bytes: Uint8Array) =>
      ['020300c350', '02024e20'].map(rounds => Buffer.from(bytes).toString('hex').includes(rounds))
    const few = toPkcs12({ keyPem: cityPem, chain, passphrase: PASSPHRASE, name: 'tongban', rounds: 1000 })
    expect([costly(file), costly(few)]).toEqual([
      [true, true],
      [false, false],
    ])
    expect(fromPkcs12(few, PASSPHRASE)).toEqual({ keyPem: cityPem, chain })
  })

  test('differs each time', () => {
    const again = toPkcs12({ keyPem: cityPem, chain, passphrase: PASSPHRASE, name: 'tongban' })
    expect(Buffer.compare(again, file)).not.toBe(0)
  })

  test('is read as other tools write it: older ciphers, any order, certificates that lead elsewhere', () => {
    const options = { algorithm: '3des', count: 10 }
    expect(fromPkcs12(byForge('geheim', options), 'geheim')).toEqual({ keyPem: cityPem, chain })
    const mixed = byForge('口令', options, cityPem, [authority(), issuedCity()])
    expect(fromPkcs12(mixed, '口令')).toEqual({ keyPem: cityPem, chain })
    const elsewhere = byForge('geheim', options, cityPem, [city(), authority()])
    expect(fromPkcs12(elsewhere, 'geheim')).toEqual({ keyPem: cityPem, chain: [city()] })
  })
})

describe('PKCS#12 is refused', () => {
  test.each(['', 'passphrase', `${PASSPHRASE} `, PASSPHRASE.slice(0, -1)])('with the passphrase %j', passphrase => {
    expect(thrown(() => fromPkcs12(file, passphrase))).toEqual(wrong)
  })

  test('when a byte of its contents was changed', () => {
    const changed = Uint8Array.from(file)
    changed[1000] = (changed[1000] ?? 0) ^ 1
    expect(thrown(() => fromPkcs12(changed, PASSPHRASE))).toEqual(wrong)
  })

  test.each([0, 1, 100, 2000, -1])('when it is cut at %i', end => {
    expect(thrown(() => fromPkcs12(file.subarray(0, end), PASSPHRASE))).toEqual(malformed('not a PKCS#12 file'))
  })

  test('when it is something else, or too large', () => {
    const text = new TextEncoder().encode(cityPem)
    expect(thrown(() => fromPkcs12(text, PASSPHRASE))).toEqual(malformed('not a PKCS#12 file'))
    const huge = new Uint8Array(PROFILE.maxPkcs12Bytes + 1)
    expect(thrown(() => fromPkcs12(huge, PASSPHRASE))).toEqual(malformed('the PKCS#12 file is too large'))
  })

  test('without a MAC, or with one that would take hours', () => {
    const open = byForge('geheim', { useMac: false, count: 10 })
    expect(thrown(() => fromPkcs12(open, 'geheim'))).toEqual(malformed('the PKCS#12 file has no MAC'))
    const endless = Buffer.from(byForge('geheim', { algorithm: '3des', count: 0x7fff }))
    const at = endless.length - 2
    expect(endless.readUInt16BE(at)).toBe(0x7fff)
    const pfx = forge.asn1.fromDer(endless.toString('latin1'))
    const rounds = (((pfx.value as forge.asn1.Asn1[])[2] as forge.asn1.Asn1).value as forge.asn1.Asn1[])[2]
    if (rounds === undefined) throw new Error('no MAC')
    rounds.value = '\u007f\u00ff\u00ff\u00ff'
    const file = Buffer.from(forge.asn1.toDer(pfx).getBytes(), 'latin1')
    expect(thrown(() => fromPkcs12(file, 'geheim'))).toEqual(malformed('unknown kind of MAC'))
  })

  test('when its keys would take hours to derive', () => {
    for (const [options, bytes] of [
      [{ algorithm: 'aes256', count: 0x7fff }, '\u0002\u0002\u007f\u00ff'],
      [{ algorithm: '3des', count: 0x7fff }, '\u0002\u0002\u007f\u00ff'],
    ] as const) {
      const file = Buffer.from(byForge('geheim', options)).toString('latin1')
      expect(file).toContain(bytes)
      const pfx = forge.asn1.fromDer(file)
      const grow = (node: forge.asn1.Asn1): void => {
        if (Array.isArray(node.value)) for (const each of node.value) grow(each)
        else if (node.type === forge.asn1.Type.INTEGER && node.value === '\u007f\u00ff')
          node.value = '\u007f\u00ff\u00ff\u00ff'
        else if (node.type === forge.asn1.Type.OCTETSTRING && node.tagClass === forge.asn1.Class.UNIVERSAL) {
          try {
            const inner = forge.asn1.fromDer(node.value)
            grow(inner)
            node.value = forge.asn1.toDer(inner).getBytes()
          } catch {
            // Bytes of another kind.
          }
        }
      }
      // The MAC keeps its count: the contents are looked at first.
      grow((pfx.value as forge.asn1.Asn1[])[1] as forge.asn1.Asn1)
      const endless = Buffer.from(forge.asn1.toDer(pfx).getBytes(), 'latin1')
      expect(thrown(() => fromPkcs12(endless, 'geheim'))).toEqual(
        malformed('more than 1000000 rounds of key derivation'),
      )
    }
  })

  test('when its certificates are not of its key, or are spoilt', () => {
    const alien = byForge('geheim', { count: 10 }, otherPem)
    expect(thrown(() => fromPkcs12(alien, 'geheim'))).toEqual(
      malformed('the PKCS#12 file holds no usable certificate of its key'),
    )
    const make =
      (pems: string[], keyPem = cityPem) =>
      () =>
        toPkcs12({ keyPem, chain: pems, passphrase: PASSPHRASE, name: 'tongban' })
    expect(thrown(make(chain, otherPem))).toEqual(malformed('the first certificate is not of the key'))
    expect(thrown(make([...chain].reverse()))).toEqual(malformed('the first certificate is not of the key'))
    expect(thrown(make([]))).toMatchObject({ code: 'certificate.malformed' })
    expect(thrown(make([tamper(city())]))).toBe('accepted')
  })
})
