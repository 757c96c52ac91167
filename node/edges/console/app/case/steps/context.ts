/** What the fields of a step know besides their own value. */
import type { AnswerOf } from '../../query.ts'
import type { Detail } from '../duties.ts'
import type { StepKind } from './kinds.ts'

export type ItemMaterial = AnswerOf<'getItem'>['materials'][number]
export type StepContext = {
  kind: StepKind
  detail: Detail
  /** of the item; empty when it is not held any more */
  materials: readonly ItemMaterial[]
  /** Counts files that are on their way: nothing is sent without them. */
  uploads: (count: (before: number) => number) => void
}
