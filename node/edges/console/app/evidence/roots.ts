/** Reads what a reader of a bundle drops as certificates of cities or authorities that they trust. In the thread of the verification. */
import { checkChain } from '../../../../../certs/chain.ts'
import { writePem } from '../../../../../certs/pem.ts'
import { readCa, readCertificate } from '../../../../../certs/read.ts'
import type { Root } from './trust.ts'

export const ROOT_LIMITS = {
  /** bytes of one file */
  bytes: 64 * 1024,
  /** files that are dropped for one bundle */
  files: 20,
  /** certificates in one file */
  certificates: 10,
} as const

export type RootFile = { name: string; bytes: Uint8Array }
/** A certificate of the bundle. */
type Held = { fingerprint: string; pem: string }

const BLOCK = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g

/** Each certificate of a file, PEM with whatever stands around it, or DER. */
function pemsOf(bytes: Uint8Array): string[] {
  const text = new TextDecoder('latin1').decode(bytes)
  if (!text.includes('-----BEGIN')) return [writePem(bytes, 'CERTIFICATE')]
  const blocks = text.match(BLOCK) ?? []
  return blocks.length === 0 ? [text] : blocks
}

/** `at`: seconds, the time at which an authority must have been valid. */
function rootOf(file: string, pem: string, certificates: readonly Held[], at: number): Root {
  const city = readCertificate(pem)
  if (city.ok) {
    const { name, fingerprint } = city.certificate
    const same = certificates.filter(held => held.fingerprint === fingerprint)
    return { file, kind: 'city', name, fingerprint, vouches: same.map(held => held.fingerprint) }
  }
  const authority = readCa(pem)
  if (!authority.ok) return { file, kind: 'none', problem: city.problem }
  const { name, fingerprint } = authority.certificate
  const issued = certificates.filter(held => checkChain(held.pem, [pem], at * 1000).ok)
  return { file, kind: 'authority', name, fingerprint, vouches: issued.map(held => held.fingerprint) }
}

/** What was dropped, as far as the limits go; what lies beyond them is told, too. */
export function readRoots(files: readonly RootFile[], certificates: readonly Held[], at: number): Root[] {
  return files.slice(0, ROOT_LIMITS.files + 1).flatMap(({ name, bytes }, index): Root[] => {
    const beyond = (detail: string): Root => ({
      file: name,
      kind: 'none',
      problem: { code: 'certificate.malformed', detail },
    })
    if (index === ROOT_LIMITS.files) return [beyond(`more than ${ROOT_LIMITS.files} files`)]
    if (bytes.byteLength > ROOT_LIMITS.bytes) return [beyond(`larger than ${ROOT_LIMITS.bytes} bytes`)]
    const pems = pemsOf(bytes)
    const roots = pems.slice(0, ROOT_LIMITS.certificates).map(pem => rootOf(name, pem, certificates, at))
    return pems.length > ROOT_LIMITS.certificates
      ? [...roots, beyond(`more than ${ROOT_LIMITS.certificates} certificates`)]
      : roots
  })
}
