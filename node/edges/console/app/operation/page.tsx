/** How the node is: what failed or wants to be seen to, with who must act and how; and what is well. */
import { Alert, Button, Tag } from 'antd'
import type { Check } from '../../../client/api.generated.ts'
import { useNode } from '../query.ts'
import { mayDo, useMe } from '../session.ts'
import { instantText } from '../time.ts'
import { Cure } from '../ui/cure.tsx'
import { Shown } from '../ui/page.tsx'
import { To } from '../ui/to.tsx'
import { SHARED } from '../ui/words.ts'
import { useLanguage, usePair, useWords } from '../words.ts'
import { splitName, urgentFirst, withTimes } from './checks.ts'
import { OperationFrame } from './frame.tsx'
import { OPERATION } from './words.ts'

const MARKS = { ok: '✓', warn: '!', fail: '✗', skip: '–' } as const

function Line({ check }: { check: Check }) {
  const words = useWords(OPERATION)
  const shared = useWords(SHARED)
  const pair = usePair()
  const language = useLanguage()
  const { level, detail, detailZh, act, cure, cureZh } = check
  return (
    <li className={level === 'ok' || level === 'skip' ? undefined : 'card'} style={{ overflowWrap: 'anywhere' }}>
      <Tag className={`level-${level}`} style={{ marginInlineEnd: 8 }}>
        {MARKS[level]} {words[level]}
      </Tag>
      <strong>{pair(splitName(check.check))}</strong> {withTimes(pair({ zh: detailZh, en: detail }), language)}
      {level === 'ok' || cure === undefined ? null : (
        <div>
          {act === undefined ? '' : `${shared.who}: ${shared[act]} · `}
          {shared.cure}: <Cure zh={cureZh ?? cure} en={cure} />
        </div>
      )}
    </li>
  )
}

export function Page() {
  const words = useWords(OPERATION)
  const language = useLanguage()
  const me = useMe()
  const health = useNode('getHealth')
  const again = (
    <Button onClick={() => void health.refetch()} loading={health.isFetching}>
      {words.again}
    </Button>
  )
  return (
    <OperationFrame part="health" aside={again}>
      <p className="muted" style={{ margin: 0 }}>
        {words.healthHint} {mayDo(me, 'reference.read') ? <To address="/partners">{words.partnersToo}</To> : null}
      </p>
      <Shown read={health}>
        {({ at, checks }) => {
          const { wanting, well } = urgentFirst(checks)
          return (
            <>
              <Alert
                showIcon
                type={
                  wanting.length === 0 ? 'success' : wanting.some(({ level }) => level === 'fail') ? 'error' : 'warning'
                }
                title={wanting.length === 0 ? words.allWell : words.toSee(wanting.length)}
                description={words.checkedAt(instantText(at, language))}
              />
              <ul className="rows">
                {wanting.map(check => (
                  <Line key={check.check} check={check} />
                ))}
              </ul>
              <section className="card" aria-labelledby="well">
                <h2 id="well">{words.well(well.length)}</h2>
                <ul className="rows">
                  {well.map(check => (
                    <Line key={check.check} check={check} />
                  ))}
                </ul>
              </section>
            </>
          )
        }}
      </Shown>
    </OperationFrame>
  )
}
