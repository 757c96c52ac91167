/** Versions in the headers of requests and answers (RFC 9110 §8.8.3, §13.1). */
import { ProblemError } from '../../../protocol/problem.ts'
import { ANY, type Seen } from '../../kernel/seen.ts'

const TAG = /(W\/)?"([\x21\x23-\x7e]*)"/g
const TAGS = /^(?:W\/)?"[\x21\x23-\x7e]*"(?:[ \t]*,[ \t]*(?:W\/)?"[\x21\x23-\x7e]*")*$/

export const tagOf = (version: string): string => `"${version}"`

/**
 * What a request that changes something says of what it has seen. A weak tag is compared as RFC 9110 compares it: it is never the same.
 * Problem: `request.invalid`, also where an operation takes no version: whoever sends one relies on it.
 */
export function seenBy(headers: Headers, method: string, guarded: boolean): Seen {
  // A proxy may ask so of what is only read, which no version keeps from being read.
  if (method === 'GET') return undefined
  const match = headers.get('if-match')?.trim()
  const noneMatch = headers.get('if-none-match')?.trim()
  if (match === undefined && noneMatch === undefined) return undefined
  if (!guarded)
    throw new ProblemError('request.invalid', 'If-Match, If-None-Match: this operation compares no versions')
  if (noneMatch !== undefined) {
    if (noneMatch !== ANY || match !== undefined)
      throw new ProblemError('request.invalid', 'If-None-Match: * alone expected, without If-Match')
    return null
  }
  if (match === ANY) return [ANY]
  if (match === undefined || !TAGS.test(match))
    throw new ProblemError('request.invalid', 'If-Match: entity tags expected, as ETag of an answer gave them')
  return [...match.matchAll(TAG)].flatMap(([, weak, version]) =>
    weak === undefined && version !== undefined && version !== ANY ? [version] : [],
  )
}
