/** Vectors of city certificates: the profile of SPEC.md §4.1, and each of its rules broken. Made of the fixed keys, with fixed numbers. */
import {
  authorityConstraints,
  buildCertificate,
  type CertificateInput,
  cityAltName,
  cityConstraints,
  cityName,
  type ExtensionInput,
  keyIdOf,
  keyIds,
  usage,
} from '../../certs/build.ts'
import { octets, oid, printable, sequence, set, utf8, writeDer } from '../../certs/der.ts'
import { signingKeyOf } from '../../certs/key.ts'
import { readPem } from '../../certs/pem.ts'
import { OID } from '../../certs/profile.ts'
import { fingerprintOf, thumbprintOf } from '../../certs/public-key.ts'
import { certificateKeyPem, type VectorCity } from './vector-keys.ts'
import { type Add, DAY, NOW, refused } from './vector-writer.ts'

const CITY = { code: '610900', name: '安康市', authority: '安康市行政审批服务局' }
const CITIES = [CITY, { code: '420300', name: '十堰市', authority: '十堰市行政审批局' }]
type Attribute = readonly [type: string, value: string]

/** A name of these attributes, in this order. */
const nameOf = (attributes: readonly Attribute[]): string =>
  writeDer(
    sequence(
      ...attributes.map(([type, value]) =>
        set(sequence(oid(type), type === OID.country || type === OID.serialNumber ? printable(value) : utf8(value))),
      ),
    ),
  )

const SUBJECT: readonly Attribute[] = [
  [OID.country, 'CN'],
  [OID.organization, CITY.authority],
  [OID.commonName, CITY.name],
  [OID.serialNumber, CITY.code],
]
const without = (type: string): string => nameOf(SUBJECT.filter(([of]) => of !== type))
const withValue = (type: string, value: string): string =>
  nameOf(SUBJECT.map(([of, was]): Attribute => [of, of === type ? value : was]))

/** Lowercase hex. */
export const fingerprintOfPem = (pem: string): string => fingerprintOf(readPem(pem, 'CERTIFICATE'))

/** The certificate of a city of the vectors, as a hello names it. */
export function cityPem({ code }: Pick<VectorCity, 'code'>, change: Partial<CertificateInput> = {}): string {
  const city = CITIES.find(one => one.code === code)
  if (city === undefined) throw new Error(`no city ${code}`)
  const signer = signingKeyOf(certificateKeyPem(code))
  const subject = change.subject ?? cityName(city)
  return buildCertificate({
    serial: '\u0007'.repeat(16),
    issuer: subject,
    subject,
    notBefore: (NOW - 30 * DAY) * 1000,
    notAfter: (NOW + 1000 * DAY) * 1000,
    publicKey: signer.publicKeyJwk,
    extensions: extensionsOf(keyIdOf(signer.publicKeyJwk), code),
    signer,
    ...change,
  })
}

const extensionsOf = (keyId: string, code: string): ExtensionInput[] => [
  cityConstraints(),
  usage('digitalSignature'),
  cityAltName(code),
  ...keyIds(keyId, keyId),
]

export function addCertificates(add: Add, ankang: VectorCity): void {
  const keyId = keyIdOf(signingKeyOf(certificateKeyPem(ankang.code)).publicKeyJwk)
  const all = extensionsOf(keyId, CITY.code)
  const lacking = (id: string) => all.filter(extension => extension.id !== id)
  const changed = (id: string, change: Partial<ExtensionInput>) =>
    all.map(extension => (extension.id === id ? { ...extension, ...change } : extension))
  const good = (path: string, description: string, change: Partial<CertificateInput> = {}) => {
    const pem = cityPem(ankang, change)
    const { publicKeyJwk } = signingKeyOf(certificateKeyPem(ankang.code))
    add(
      `certificate/valid/${path}`,
      description,
      { pem },
      {
        ok: true,
        city: CITY.code,
        fingerprint: fingerprintOfPem(pem),
        kid: thumbprintOf(publicKeyJwk),
      },
    )
  }
  good('self-issued', 'As the profile asks')
  good('signs-documents-too', 'nonRepudiation beside digitalSignature', {
    extensions: changed(OID.keyUsage, usage('digitalSignature', 'nonRepudiation')),
  })
  good('without-key-of-issuer', 'Self-issued without authorityKeyIdentifier', {
    extensions: lacking(OID.authorityKeyIdentifier),
  })
  good('in-another-order', 'Attributes of the subject in another order', { subject: nameOf(SUBJECT.toReversed()) })
  for (const [path, description, change] of [
    ['no-country', 'The subject has no C', { subject: without(OID.country) }],
    ['another-country', 'C is not CN', { subject: withValue(OID.country, 'US') }],
    ['no-authority', 'The subject has no O', { subject: without(OID.organization) }],
    ['unit-too', 'The subject has an attribute more', { subject: nameOf([...SUBJECT, ['2.5.4.11', '大厅']]) }],
    ['two-names', 'The subject has two CN', { subject: nameOf([...SUBJECT, [OID.commonName, '安康']]) }],
    ['no-division-code', 'serialNumber is no division code', { subject: withValue(OID.serialNumber, '061090') }],
    ['long-name', 'CN of 65 characters', { subject: withValue(OID.commonName, '安'.repeat(65)) }],
    [
      'unseen-character',
      'CN with a character that nobody sees',
      { subject: withValue(OID.commonName, '安康\u200b市') },
    ],
    [
      'constraints-not-critical',
      'basicConstraints is not critical',
      { extensions: changed(OID.basicConstraints, { critical: false }) },
    ],
    [
      'authority',
      'basicConstraints of an authority',
      { extensions: changed(OID.basicConstraints, authorityConstraints(0)) },
    ],
    ['usage-not-critical', 'keyUsage is not critical', { extensions: changed(OID.keyUsage, { critical: false }) }],
    [
      'signs-certificates',
      'keyUsage allows to sign certificates',
      { extensions: changed(OID.keyUsage, usage('digitalSignature', 'keyCertSign')) },
    ],
    ['no-name-of-the-city', 'No subjectAltName', { extensions: lacking(OID.subjectAltName) }],
    [
      'name-of-another-city',
      'subjectAltName of another city',
      { extensions: changed(OID.subjectAltName, cityAltName('420300')) },
    ],
    ['no-key-identifier', 'No subjectKeyIdentifier', { extensions: lacking(OID.subjectKeyIdentifier) }],
    [
      'free-key-identifier',
      'subjectKeyIdentifier is not made from the key',
      {
        extensions: [
          cityConstraints(),
          usage('digitalSignature'),
          cityAltName(CITY.code),
          ...keyIds('\u0001'.repeat(20), '\u0001'.repeat(20)),
        ],
      },
    ],
    [
      'unknown-critical',
      'A critical extension that is not named',
      { extensions: [...all, { id: '1.2.3.4', critical: true, value: octets('x') }] },
    ],
    [
      'unknown-self-issued',
      'Self-issued with an extension that is not named',
      { extensions: [...all, { id: '1.2.3.4', critical: false, value: octets('x') }] },
    ],
    ['ends-before-it-begins', 'Validity that ends before it begins', { notAfter: (NOW - 31 * DAY) * 1000 }],
  ] as const satisfies readonly (readonly [string, string, Partial<CertificateInput>])[])
    add(`certificate/invalid/${path}`, description, { pem: cityPem(ankang, change) }, refused('certificate.profile'))
  const pem = cityPem(ankang)
  for (const [path, description, text] of [
    ['two', 'Two certificates', `${pem}${pem}`],
    ['cut', 'The end is missing', pem.slice(0, -80)],
    ['no-pem', 'Something else', 'MIIE'],
  ] as const)
    add(`certificate/invalid/${path}`, description, { pem: text }, refused('certificate.malformed'))
}
