/** An item and a material of it, as the node gives them. */
import type { AnswerOf } from '../query.ts'

export type Item = AnswerOf<'getItem'>
export type Material = Item['materials'][number]
