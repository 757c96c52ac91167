/** When a delegated key may sign: the times of its delegations, each within its certificate's. For live checks and for evidence alike. SPEC.md §4.2. */
import type { DelegationClaims } from './delegation.ts'

/** From `begins` to `ends`, both included; seconds. */
export type Span = { begins: number; ends: number }

/** How long a delegation lets its keys sign: within the validity of the certificate. None when it was signed outside of that. */
export function spanOf(
  { iat, nbf, exp }: Pick<DelegationClaims, 'iat' | 'nbf' | 'exp'>,
  certificate: Span,
): Span | null {
  if (!within([certificate], iat)) return null
  const span = { begins: Math.max(nbf, certificate.begins), ends: Math.min(exp, certificate.ends) }
  return span.begins <= span.ends ? span : null
}

/** In ascending order; those that overlap or follow each other without a second between them become one. */
export function joinSpans(spans: readonly Span[]): Span[] {
  const result: Span[] = []
  for (const span of spans.toSorted((a, b) => a.begins - b.begins)) {
    const last = result.at(-1)
    if (last === undefined || span.begins > last.ends + 1) result.push(span)
    else result[result.length - 1] = { begins: last.begins, ends: Math.max(last.ends, span.ends) }
  }
  return result
}

/** Whether a key was delegated at a time, seconds. */
export const within = (spans: readonly Span[], at: number): boolean =>
  spans.some(({ begins, ends }) => begins <= at && at <= ends)

/** A validity in milliseconds, such as a certificate's, in whole seconds. */
export const spanOfMs = (notBefore: number, notAfter: number): Span => ({
  begins: Math.ceil(notBefore / 1000),
  ends: Math.floor(notAfter / 1000),
})
