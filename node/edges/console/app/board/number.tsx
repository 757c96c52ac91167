/** A number of the board: a link to the cases behind it, for those who may find cases. */
import { mayDo, useMe } from '../session.ts'
import { To } from '../ui/to.tsx'
import { type Behind, casesAddress } from './wanted.ts'

export function CaseNumber({ count, behind }: { count: number; behind: Behind }) {
  const me = useMe()
  if (count === 0 || !mayDo(me, 'case.list')) return <>{count}</>
  return <To address={casesAddress(behind)}>{count}</To>
}
