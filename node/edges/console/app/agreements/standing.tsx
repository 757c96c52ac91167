/** Where an agreement stands, as people say it; what is read again after a step. */
import { Tag } from 'antd'
import type { Agreement } from '../../../client/api.generated.ts'
import { useSettings } from '../session.ts'
import { useWords } from '../words.ts'
import { AGREEMENTS } from './words.ts'

export const OF_AGREEMENTS = [
  'listAgreements',
  'getAgreement',
  'diffAgreement',
  'previewStep',
  'listActs',
  'listAgreementDrafts',
] as const

const MARKS = {
  proposed: '◔',
  signed: '◑',
  active: '✓',
  suspended: '‖',
  declined: '✗',
  withdrawn: '✗',
  terminated: '■',
} as const

export function Standing({ agreement }: { agreement: Pick<Agreement, 'state' | 'expired' | 'pendingBy'> }) {
  const words = useWords(AGREEMENTS)
  const { city } = useSettings()
  const { state, expired, pendingBy } = agreement
  return (
    <>
      <Tag>{expired ? `■ ${words.expired}` : `${MARKS[state]} ${words[state]}`}</Tag>
      {pendingBy === null ? null : <strong>{pendingBy === city.code ? words.waitsThere : words.waitsHere}</strong>}
    </>
  )
}

/** From which day to which. */
export function useTerm(): (agreement: Pick<Agreement, 'validFrom' | 'validTo' | 'endsOn' | 'terminatedOn'>) => string {
  const words = useWords(AGREEMENTS)
  return ({ validFrom, validTo, endsOn, terminatedOn }) =>
    terminatedOn !== null
      ? words.lastDay(terminatedOn)
      : endsOn === null
        ? words.renews(validFrom, validTo)
        : words.until(validFrom, endsOn)
}
