/**
 * PKCS#12 (RFC 7292) in and out: a key and its certificates in one file under a passphrase. Written with PBES2, AES-256 and
 * HMAC-SHA-256; read in whatever node-forge knows, so that files of other tools come in.
 */
import { createHmac } from 'node:crypto'
import { createRequire } from 'node:module'
import type forge from 'node-forge'
import { ProblemError } from '../protocol/problem.ts'
import {
  asn1,
  attempt,
  type DerNode,
  integer,
  membersOf,
  nothing,
  octets,
  oid,
  readInteger,
  readOctets,
  readOid,
  readSequence,
  sequence,
  smallInteger,
  toBinary,
  toBytes,
  writeDer,
} from './der.ts'
import { derivingFast, HASHES, type Hash, macKey } from './derive.ts'
import { signingKeyOf } from './key.ts'
import { readPem, splitChain, writePem } from './pem.ts'
import { PROFILE } from './profile.ts'
import { type RsaPublicJwk, thumbprintOf } from './public-key.ts'
import { isSelfIssued } from './read.ts'
import { parseCertificate, type X509 } from './x509.ts'

/** node-forge whole, with every cipher and TLS: a start does without, for it opens no city key. */
const load = createRequire(import.meta.url)
const whole = () => derivingFast(load('node-forge') as typeof forge)

/** A private key (PKCS#8 PEM) and its certificates (PEM), leaf first. */
export type KeyAndChain = { keyPem: string; chain: string[] }

/** Rounds of the key derivation and of the MAC: some 20 ms at each end, and the same for an attacker's each guess. */
const ROUNDS = { key: 20_000, mac: 50_000 } as const
/** Largest count of rounds that is worked through, of the MAC and of each key; OpenSSL writes 2048, others up to 600,000. */
const MAX_ROUNDS = 1_000_000

/** Throws ProblemError `keystore.malformed` when the first certificate is not of the key. */
export function toPkcs12(options: {
  keyPem: string
  chain: readonly string[]
  passphrase: string
  /** friendly name that tools show */
  name: string
  /** of the key derivation and of the MAC alike, in place of `ROUNDS` */
  rounds?: number | undefined
}): Uint8Array {
  const { keyPem, passphrase } = options
  const { key: keyRounds, mac: macRounds } =
    options.rounds === undefined ? ROUNDS : { key: options.rounds, mac: options.rounds }
  const { pkcs12, pki, random, util } = whole()
  const chain = splitChain(options.chain.join('\n'))
  const [leaf] = chain.map(pem => parseCertificate(readPem(pem, 'CERTIFICATE')))
  if (leaf === undefined || !isSameKey(signingKeyOf(keyPem).publicKeyJwk, leaf.key.jwk)) {
    throw new ProblemError('keystore.malformed', 'the first certificate is not of the key')
  }
  const encryption = {
    algorithm: 'aes256',
    prfAlgorithm: 'sha256',
    count: keyRounds,
    saltSize: 16,
    friendlyName: options.name,
    // node-forge's own MAC is SHA-1.
    useMac: false,
  } as const
  const pfx = pkcs12.toPkcs12Asn1(
    pki.privateKeyFromPem(keyPem),
    chain.map(pem => pki.certificateFromPem(pem)),
    util.encodeUtf8(passphrase),
    encryption,
  )
  const [version, content] = readSequence(pfx, 'PKCS#12')
  if (version === undefined || content === undefined) throw new TypeError('node-forge wrote no PFX')
  const salt = random.getBytesSync(16)
  const digest = macOf('sha256', passphrase, salt, macRounds, contentsOf(content))
  const digestInfo = sequence(sequence(oid(HASH_IDS.sha256), nothing()), octets(digest))
  return toBytes(writeDer(sequence(version, content, sequence(digestInfo, octets(salt), smallInteger(macRounds)))))
}

/**
 * Opens a file that holds one RSA key and its certificate. A certificate that does not lead up from the key's is left out.
 * Throws ProblemError `keystore.passphrase`; `keystore.malformed` for anything else.
 */
export function fromPkcs12(bytes: Uint8Array, passphrase: string): KeyAndChain {
  if (bytes.byteLength > PROFILE.maxPkcs12Bytes) throw malformed('the PKCS#12 file is too large')
  const read = attempt(() => {
    const [version, content, mac, ...rest] = readSequence(asn1.fromDer(toBinary(bytes)), 'PKCS#12')
    if (version === undefined || content === undefined || rest.length > 0) throw malformed('not a PKCS#12 file')
    if (mac === undefined) throw malformed('the PKCS#12 file has no MAC')
    const contents = contentsOf(content)
    if (Math.max(0, ...roundsIn(asn1.fromDer(contents))) > MAX_ROUNDS)
      throw malformed(`more than ${MAX_ROUNDS} rounds of key derivation`)
    return { version, content, right: isMacRight(mac, passphrase, contents) }
  })
  if (!read.ok) {
    throw malformed(read.problem.code === 'keystore.malformed' ? read.problem.detail : 'not a PKCS#12 file')
  }
  if (!read.value.right) throw new ProblemError('keystore.passphrase', 'PKCS#12 file')
  return keyAndChainOf(bagsOf(sequence(read.value.version, read.value.content), passphrase))
}

const malformed = (detail: string | undefined) => new ProblemError('keystore.malformed', detail)

// --- integrity

const HASH_IDS: Readonly<Record<Hash, string>> = {
  sha1: '1.3.14.3.2.26',
  sha256: '2.16.840.1.101.3.4.2.1',
  sha384: '2.16.840.1.101.3.4.2.2',
  sha512: '2.16.840.1.101.3.4.2.3',
}
const HASH_NAMES = Object.keys(HASHES) as Hash[]

/** Octets of the AuthenticatedSafe; other tools also write them in pieces (BER). */
function contentsOf(content: DerNode): string {
  const [, explicit] = readSequence(content, 'PKCS#12')
  const [data] = explicit === undefined ? [] : membersOf(explicit, 'PKCS#12')
  if (data?.constructed !== true) return readOctets(data, 'PKCS#12')
  return membersOf(data, 'PKCS#12')
    .map(piece => readOctets(piece, 'PKCS#12'))
    .join('')
}

/** PBKDF2, and the schemes of PKCS#12 itself: a salt and a count of rounds follow. */
const DERIVES = /^1\.2\.840\.113549\.1\.(?:5\.12|12\.1\.[1-6])$/

/** The counts of rounds of every key that is derived, as deep as they stand in the clear. */
function roundsIn(node: DerNode): number[] {
  if (!node.constructed) {
    if (node.tagClass !== asn1.Class.UNIVERSAL || node.type !== asn1.Type.OCTETSTRING) return []
    const inner = attempt(() => asn1.fromDer(node.value as string))
    return inner.ok ? roundsIn(inner.value) : []
  }
  const members = node.value as DerNode[]
  const [id, given] = members
  const named = id?.type === asn1.Type.OID && DERIVES.test(asn1.derToOid(id.value as string))
  const [, rounds] = named && given?.constructed === true ? (given.value as DerNode[]) : []
  const own =
    rounds === undefined ? [] : [Number.parseInt(Buffer.from(String(rounds.value), 'latin1').toString('hex'), 16)]
  return [...own, ...members.flatMap(roundsIn)]
}

function isMacRight(mac: DerNode, passphrase: string, contents: string): boolean {
  const [digestInfo, salt, rounds = integer('\u0001')] = readSequence(mac, 'MAC')
  const [algorithm, digest] = readSequence(digestInfo, 'MAC')
  const id = readOid(readSequence(algorithm, 'MAC')[0], 'MAC')
  const hash = HASH_NAMES.find(name => HASH_IDS[name] === id)
  const count = Number.parseInt(Buffer.from(readInteger(rounds, 'MAC'), 'latin1').toString('hex'), 16)
  if (hash === undefined || !(count >= 1 && count <= MAX_ROUNDS)) throw malformed('unknown kind of MAC')
  return macOf(hash, passphrase, readOctets(salt, 'MAC'), count, contents) === readOctets(digest, 'MAC')
}

function macOf(hash: Hash, passphrase: string, salt: string, rounds: number, contents: string): string {
  const key = Buffer.from(macKey(hash, passphrase, salt, rounds), 'latin1')
  return createHmac(hash, key).update(contents, 'latin1').digest('latin1')
}

// --- contents

/**
 * Opens the bags of a file whose MAC was right. PBES2 takes the passphrase as UTF-8, the older schemes as UTF-16, and
 * node-forge turns it into octets for neither; the two differ only beyond ASCII.
 */
function bagsOf(pfx: DerNode, passphrase: string): forge.pkcs12.Bag[] {
  const { pkcs12, util } = whole()
  for (const password of new Set([util.encodeUtf8(passphrase), passphrase])) {
    try {
      return pkcs12.pkcs12FromAsn1(pfx, true, password).safeContents.flatMap(safe => safe.safeBags)
    } catch {
      // Of the other scheme, or of none that node-forge knows.
    }
  }
  throw malformed('contents of the PKCS#12 file')
}

function keyAndChainOf(bags: readonly forge.pkcs12.Bag[]): KeyAndChain {
  const { pki } = whole()
  const keys = bags.filter(bag => bag.type !== pki.oids.certBag)
  const [key] = keys
  if (keys.length !== 1 || key?.key == null) throw malformed('the PKCS#12 file holds not just one RSA key')
  const keyPem = writePem(writeDer(pki.wrapRsaPrivateKey(pki.privateKeyToAsn1(key.key))), 'PRIVATE KEY')
  const own = signingKeyOf(keyPem).publicKeyJwk
  const certificates = bags.flatMap(bag => {
    if (bag.type !== pki.oids.certBag) return []
    const parsed = attempt(() =>
      parseCertificate(writeDer(bag.cert == null ? bag.asn1 : pki.certificateToAsn1(bag.cert))),
    )
    return parsed.ok ? [parsed.value] : []
  })
  const leaf = certificates.find(certificate => isSameKey(certificate.key.jwk, own))
  if (leaf === undefined) throw malformed('the PKCS#12 file holds no usable certificate of its key')
  return { keyPem, chain: buildPath(leaf, certificates).map(({ der }) => writePem(der, 'CERTIFICATE')) }
}

const isSameKey = (one: RsaPublicJwk, other: RsaPublicJwk) => thumbprintOf(one) === thumbprintOf(other)

/** The certificate and those above it, by name; the order in the file means nothing. */
function buildPath(leaf: X509, certificates: readonly X509[]): X509[] {
  const path = [leaf]
  for (let child = leaf; path.length < PROFILE.maxChain && !isSelfIssued(child); ) {
    const issuer = certificates.find(({ subject }) => subject.der === child.issuer.der)
    if (issuer === undefined) break
    path.push(issuer)
    child = issuer
  }
  return path
}
