/** Scans that a draft names (草稿中的扫描件), and those of them that it lets whoever opens it look at. */
import { LIMITS } from '../../../../protocol/limits.ts'
import { ProblemError } from '../../../../protocol/problem.ts'

/** Of these scans, those that are held and the actor's, and those that are held and are not. */
export type ScansOf = (
  hashes: readonly string[],
  actor: string,
) => Promise<{ own: readonly string[]; others: readonly string[] }>

/**
 * The scans that the draft lets whoever opens it look at: those of whoever saves it. A scan that is not here yet is none of them, for somebody
 * else may upload it. Problem: `material.missing` for one of others.
 */
export async function scansFor(scansOf: ScansOf, content: object, actor: string): Promise<readonly string[]> {
  const { own, others } = await scansOf([...hashesIn(content)], actor)
  if (others.length > 0)
    throw new ProblemError('material.missing', 'materials: one that this account did not upload', { act: 'you' })
  return own
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

/** Hashes of materials anywhere in it. */
export function hashesIn(value: unknown, found: Set<string> = new Set()): Set<string> {
  if (!isObject(value) || found.size >= LIMITS.materialsPerPacket * LIMITS.jointCases) return found
  // A list is walked as it is: it may be long, and its places are no names.
  if (Array.isArray(value)) for (const entry of value as unknown[]) hashesIn(entry, found)
  else
    for (const [key, entry] of Object.entries(value))
      if (key === 'sha256' && typeof entry === 'string' && /^[0-9a-f]{64}$/.test(entry)) found.add(entry)
      else hashesIn(entry, found)
  return found
}
