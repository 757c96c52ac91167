/**
 * Free space where the data lies (剩余空间): under a floor nothing new is taken from partners, so that what is held keeps its
 * receipts, and this city its own work.
 */
import { statfsSync } from 'node:fs'
import type { Problem } from '../../../protocol/problem.ts'

export const SPACE_LIMITS = {
  /** ms for which one look at the file system counts */
  look: 1_000,
} as const

export type SpaceParts = {
  /** bytes that are free now */
  free: () => number
  /** bytes that stay free */
  floor: number
  /** ms */
  now: () => number
}

export function createSpace({ free, floor, now }: SpaceParts) {
  let looked = -Infinity
  let bytes = 0

  return {
    /** `store.full` while less than the floor is free; null when there is room. A file system that does not answer has room: writing tells. */
    problem(): Problem | null {
      const at = now()
      if (at - looked >= SPACE_LIMITS.look || at < looked) {
        looked = at
        try {
          bytes = free()
        } catch {
          bytes = Number.POSITIVE_INFINITY
        }
      }
      if (bytes >= floor) return null
      return { code: 'store.full', detail: `less than ${Math.round(floor / 1e6)} MB are free` }
    },
  }
}

/** Bytes that whoever runs this may still write to the file system of a folder. */
export function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize
}
