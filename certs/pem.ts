/** PEM, one block at a time and nothing beside it: a second block is how a wrong certificate gets past a check of the first. */
import { malformed, toBinary } from './der.ts'
import { PROFILE } from './profile.ts'

type Label = 'CERTIFICATE' | 'CERTIFICATE REQUEST' | 'PRIVATE KEY'

/** DER of exactly one block of this label, as a binary string. Throws ProblemError `certificate.malformed`. */
export function readPem(pem: string, label: Label): string {
  if (pem.length > PROFILE.maxPemBytes) throw malformed('the PEM is too large')
  const text = pem.trim()
  const begin = `-----BEGIN ${label}-----`
  const end = `-----END ${label}-----`
  if (!text.startsWith(begin) || !text.endsWith(end)) throw malformed(`not one PEM block of ${label}`)
  const inner = text.slice(begin.length, -end.length)
  if (inner.includes('-----')) throw malformed('more than one PEM block')
  return readBase64(inner.replaceAll(/[\r\n]/g, ''))
}

/**
 * The one block of this label in a file that a person gives, which may say more around it, as `openssl x509 -text` does (RFC 7468
 * §2). Throws ProblemError `certificate.malformed`, with more than one block of any label too.
 */
export function pemIn(text: string, label: Exclude<Label, 'PRIVATE KEY'>): string {
  const begin = `-----BEGIN ${label}-----`
  const end = `-----END ${label}-----`
  const from = text.indexOf(begin)
  const to = text.indexOf(end, from)
  if (from < 0 || to < 0) throw malformed(`no PEM block of ${label}`)
  if (text.split('-----BEGIN ').length > 2) throw malformed('more than one PEM block')
  return `${text.slice(from, to)}${end}\n`
}

function readBase64(base64: string): string {
  let der = ''
  try {
    der = atob(base64)
  } catch {
    throw malformed('the PEM is not base64')
  }
  if (der === '' || btoa(der) !== base64) throw malformed('the PEM is not base64')
  return der
}

export function writePem(der: string | Uint8Array, label: Label): string {
  const base64 = btoa(typeof der === 'string' ? der : toBinary(der))
  return `-----BEGIN ${label}-----\n${base64.replaceAll(/.{64}(?!$)/g, '$&\n')}\n-----END ${label}-----\n`
}

/** The blocks of a file that holds a chain. Throws ProblemError `certificate.malformed`. */
export function splitChain(text: string): string[] {
  if (text.length > PROFILE.maxPemBytes * PROFILE.maxChain) throw malformed('the chain is too large')
  const end = '-----END CERTIFICATE-----'
  const blocks = text.trim().split(end)
  if (blocks.pop() !== '' || blocks.length === 0) throw malformed('not a chain of PEM certificates')
  if (blocks.length > PROFILE.maxChain) throw malformed('the chain is too long')
  return blocks.map(block => writePem(readPem(block + end, 'CERTIFICATE'), 'CERTIFICATE'))
}
