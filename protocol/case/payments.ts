/**
 * Fees (缴费): the city that moves a case tells what is to be paid under which number, and either city notes that it was. Nothing is
 * paid here. Where the item lists the payment among its special procedures, its time is not counted. SPEC.md §6.2.
 */
import { type Refused, refuse } from '../problem.ts'
import type { ServiceItem } from '../service/item.ts'
import type { CaseState } from './fold.ts'
import type { CaseContent, Settlement } from './kinds.ts'

/** What is to be paid, as it stands. Seconds; `told` where the receipt gives another day. What was purged is null. */
export type Payment = {
  /** id of the packet that asks for it */
  packet: string
  number: string | null
  amount: string | null
  payBy: string | null
  at: number
  told?: number
  /** null while nobody noted what became of it */
  settled: { result: Settlement | null; at: number; told?: number } | null
}

/** Payments that nobody noted as made, waived or cancelled. */
export const openPayments = ({ payments }: Pick<CaseState, 'payments'>): Payment[] =>
  payments.filter(({ settled }) => settled === null)

/** Whether another payment of the case stands under this number: one that is to be paid, or was. */
export const chargedTwice = (payments: readonly Payment[], number: string): boolean =>
  payments.some(payment => payment.number === number && (payment.settled === null || payment.settled.result === 'paid'))

/** Type of a special procedure (A.7) that is no extension. */
const NO_EXTENSION = '2'

/** Why the item, in the version of the case, knows of no such fee; null when it does. */
export function chargesBeyond(
  { procedure }: CaseContent<'case.request-payment'>,
  { isFee, specialProcedures = [] }: Pick<ServiceItem, 'isFee' | 'specialProcedures'>,
): Refused | null {
  if (!isFee) return refuse('case.content', 'amount: the item has no fee')
  if (procedure === undefined) return null
  const listed = specialProcedures.some(
    ({ specialType, specialName }) => specialType === NO_EXTENSION && specialName === procedure,
  )
  return listed ? null : refuse('case.content', 'procedure: no special procedure of the item')
}
