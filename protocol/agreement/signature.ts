/** Signatures under an agreement: JWS General JSON (RFC 7515 §7.2.1), one by each party's city certificate over the same payload. */
import * as jose from 'jose'
import * as z from 'zod'
import { isBase64url, readHeader } from '../jws.ts'
import type { CertificateKey, CertificateSigner } from '../keys/delegation.ts'
import { CERTIFICATE_ALG, TYP } from '../names.ts'
import { encodeUtf8, KeyId } from '../primitives.ts'
import { type Refused, refuse } from '../problem.ts'

const base64url = (max: number) =>
  z
    .string()
    .max(max)
    .regex(/^[A-Za-z0-9_-]+$/)
    .refine(isBase64url)

export const AgreementSignature = z.strictObject({
  protected: base64url(500),
  signature: base64url(1000),
})
export type AgreementSignature = z.infer<typeof AgreementSignature>

/** What a city certificate signs: a text (§7.1), or a notice under one (§7.4). */
export type SignedType = typeof TYP.agreement | typeof TYP.agreementNotice
const headerOf = (typ: SignedType) =>
  z.strictObject({ alg: z.literal(CERTIFICATE_ALG), typ: z.literal(typ), kid: KeyId })
const HEADERS = { [TYP.agreement]: headerOf(TYP.agreement), [TYP.agreementNotice]: headerOf(TYP.agreementNotice) }

export async function signAgreement(
  text: string,
  signer: CertificateSigner,
  typ: SignedType = TYP.agreement,
): Promise<AgreementSignature> {
  const header = jose.base64url.encode(JSON.stringify({ alg: CERTIFICATE_ALG, typ, kid: signer.kid }))
  const signed = await signer.sign(encodeUtf8(`${header}.${jose.base64url.encode(text)}`))
  return { protected: header, signature: jose.base64url.encode(signed) }
}

/** The certificate key that a signature names, of a header in its one form. Problem: `agreement.signature`. */
export function signatureKid(
  { protected: encoded }: AgreementSignature,
  typ: SignedType = TYP.agreement,
): { ok: true; kid: string } | Refused {
  const header = readHeader(encoded, HEADERS[typ], 'agreement.signature')
  return header.ok ? { ok: true, kid: header.value.kid } : header
}

/** Verifies one party's signature over the text of a document, an amendment, or a notice. Problem: `agreement.signature`. */
export async function verifyAgreementSignature(
  text: string,
  signature: AgreementSignature,
  certificate: CertificateKey,
  typ: SignedType = TYP.agreement,
): Promise<{ ok: true } | Refused> {
  try {
    const named = signatureKid(signature, typ)
    if (!named.ok) return named
    if (named.kid !== certificate.kid) return refuse('agreement.signature', 'kid is not of the city certificate')
    const key = await jose.importJWK(certificate.jwk, CERTIFICATE_ALG)
    const flattened = { ...signature, payload: jose.base64url.encode(text) }
    await jose.flattenedVerify(flattened, key, { algorithms: [CERTIFICATE_ALG] })
    return { ok: true }
  } catch {
    return refuse('agreement.signature')
  }
}

/** The whole signed agreement as one JSON document that any JOSE library verifies. */
export const generalJws = (text: string, signatures: readonly AgreementSignature[]): jose.GeneralJWS => ({
  payload: jose.base64url.encode(text),
  signatures: [...signatures],
})
