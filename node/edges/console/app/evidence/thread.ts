/** What page and thread of a verification tell each other. */
import type { BundleReport } from '../../../../city/records/evidence/verify-source.ts'
import type { RootFile } from './roots.ts'
import type { Root } from './trust.ts'

export type Order =
  | { kind: 'verify'; bundle: Blob }
  | {
      kind: 'roots'
      files: readonly RootFile[]
      certificates: readonly { fingerprint: string; pem: string }[]
      at: number
    }

export type Told =
  | { kind: 'progress'; done: number; total: number }
  /** `sha256`: of the whole file; null of one too large to be held */
  | { kind: 'report'; report: BundleReport; sha256: string | null }
  | { kind: 'roots'; roots: readonly Root[] }
