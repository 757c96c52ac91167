/** PKCS#12 in and out: the city key and its certificates in one file under a passphrase (RFC 7292, AES-256). */
import forge from 'node-forge'
import { ProblemError } from '../protocol/problem.ts'
import { privateKeyOf } from './forge.ts'
import { PROFILE } from './profile.ts'

export function toPkcs12(options: {
  keyPem: string
  chain: readonly string[]
  passphrase: string
  name: string
}): Uint8Array {
  const asn1 = forge.pkcs12.toPkcs12Asn1(privateKeyOf(options.keyPem), options.chain.map(pem => forge.pki.certificateFromPem(pem)), options.passphrase, {
    algorithm: 'aes256',
    count: 20_000,
    friendlyName: options.name,
  })
  return Uint8Array.from(Buffer.from(forge.asn1.toDer(asn1).getBytes(), 'binary'))
}

/** Problems: `keystore.malformed`, `keystore.passphrase`. */
export function fromPkcs12(bytes: Uint8Array, passphrase: string): { keyPem: string; chain: string[] } {
  if (bytes.byteLength > PROFILE.maxPkcs12Bytes) throw new ProblemError('keystore.malformed', 'size')
  let asn1: forge.asn1.Asn1
  try {
    asn1 = forge.asn1.fromDer(forge.util.createBuffer(Buffer.from(bytes).toString('binary')))
  } catch {
    throw new ProblemError('keystore.malformed', 'not a PKCS#12 file')
  }
  let p12: forge.pkcs12.Pkcs12Pfx
  try {
    p12 = forge.pkcs12.pkcs12FromAsn1(asn1, passphrase)
  } catch (error) {
    const wrong = error instanceof Error && /MAC|password|decrypt/i.test(error.message)
    throw new ProblemError(
      wrong ? 'keystore.passphrase' : 'keystore.malformed',
      wrong ? undefined : 'not a PKCS#12 file',
    )
  }
  const bag = (type: string) => p12.getBags({ bagType: type })[type] ?? []
  const keys = [...bag(forge.pki.oids.pkcs8ShroudedKeyBag ?? ''), ...bag(forge.pki.oids.keyBag ?? '')]
  const chain = bag(forge.pki.oids.certBag ?? '').flatMap(entry =>
    entry.cert === undefined ? [] : [forge.pki.certificateToPem(entry.cert)],
  )
  const [key] = keys
  if (keys.length !== 1 || key?.key == null || chain.length === 0)
    throw new ProblemError('keystore.malformed', 'one key and its certificate')
  const keyPem = forge.pki.privateKeyInfoToPem(forge.pki.wrapRsaPrivateKey(forge.pki.privateKeyToAsn1(key.key)))
  return { keyPem, chain }
}
