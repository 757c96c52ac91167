/** What the node answers of a comparison. */
import type { AnswerOf } from '../../query.ts'

export type ComparisonOf = AnswerOf<'compareItems'>
export type SavedMapping = AnswerOf<'getMapping'>
