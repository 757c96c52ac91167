/** What somebody may do in this case, by the table that the node asks. */
import { CheckOutlined } from '@ant-design/icons'
import { RIGHTS } from '../../../../../../protocol/rights/table.ts'
import { useMe } from '../../session.ts'
import { usePair, useWords } from '../../words.ts'
import { mayInCase } from '../subject.ts'
import { CASE } from '../words.ts'
import type { Held } from './tabs.tsx'

export function Rights({ detail }: Held) {
  const words = useWords(CASE)
  const pair = usePair()
  const me = useMe()
  const actions = me.rights
    .map(({ action }) => action)
    .filter(action => action.startsWith('case.') && mayInCase(me, action, detail))
  return (
    <>
      <p>{words.yourRights}</p>
      <ul className="ticks">
        {actions.map(action => (
          <li key={action}>
            <CheckOutlined /> {pair(RIGHTS[action])}
          </li>
        ))}
      </ul>
      <p className="muted">{words.notYours}</p>
      {detail.agreement === null ? null : (
        <p>
          {words.agreement} <code className="hash">{detail.agreement}</code>
        </p>
      )}
    </>
  )
}
