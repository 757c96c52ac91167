/** The cases of a joint one (多地联办, 一件事), as each of them is shown beside the others. */
import * as z from 'zod'
import { OUTCOMES } from '../../../protocol/case/kinds.ts'
import { STATES, type State } from '../../../protocol/case/table.ts'
import { DivisionCode, ThreadId } from '../../../protocol/primitives.ts'
import type { LinkedCase } from './joint.ts'

const states = Object.keys(STATES) as [State, ...State[]]

export const Linked = z.strictObject({
  thread: ThreadId,
  partner: DivisionCode,
  item: z.strictObject({ code: z.string(), name: z.string() }),
  lead: z.boolean(),
  state: z.enum(states),
  stateName: z.string(),
  outcome: z.enum(OUTCOMES).nullable(),
})

export const toLinked = ({ sent, handedOver, ...entry }: LinkedCase): z.input<typeof Linked> => ({
  ...entry,
  state: entry.state as State,
  stateName: STATES[entry.state as State],
  outcome: entry.outcome as (typeof OUTCOMES)[number] | null,
})
