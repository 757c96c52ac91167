/** The numbers of the period: taken in, decided, in time, satisfied. */
import type { CountedAs } from '../../../../../protocol/case/counted.ts'
import { SATISFACTION_NAMES } from '../../../../../protocol/case/names.ts'
import { useNode } from '../query.ts'
import { mayDo, useMe } from '../session.ts'
import { Shown } from '../ui/page.tsx'
import { To } from '../ui/to.tsx'
import { usePair, useWords } from '../words.ts'
import { Block } from './block.tsx'
import { CaseNumber } from './number.tsx'
import { onTimeShare, satisfiedShare } from './numbers.ts'
import { useSums } from './read.ts'
import { daysOf, spanOf, type Wanted } from './wanted.ts'
import { BOARD } from './words.ts'

const LEVELS = [1, 2, 3, 4, 5] as const
const PLAIN = ['submitted', 'accepted', 'decided', 'ended'] as const

/** Bad ratings that nobody answered yet; of all time, for they wait until somebody does. */
function OpenBad() {
  const words = useWords(BOARD)
  const me = useMe()
  const { data } = useNode(
    'listBadRatings',
    { query: { state: 'open', city: 'own', limit: 200 } },
    { when: mayDo(me, 'case.list') },
  )
  if (data === undefined) return null
  const count = data.next === null ? String(data.items.length) : `${data.items.length}+`
  return (
    <p>
      {words.openBad}: {data.items.length === 0 ? count : <To address="/?queue=bad-ratings">{count}</To>}
    </p>
  )
}

export function Summary({ wanted, today }: { wanted: Wanted; today: string }) {
  const words = useWords(BOARD)
  const pair = usePair()
  const read = useSums(wanted, today, 'all')
  const days = daysOf(spanOf(wanted, today))
  const counts: Record<string, number> = read.data?.items[0]?.counts ?? {}
  const of = (name: string) => counts[name] ?? 0
  const link = (counted: CountedAs) => (
    <CaseNumber count={of(counted)} behind={{ counted, ...days, narrow: wanted.narrow }} />
  )
  const onTime = onTimeShare(counts) ?? words.none
  const satisfied = satisfiedShare(counts) ?? words.none
  const cells = () => [
    [words.summary, `${days.from} – ${days.to}`],
    ...PLAIN.map(name => [words[name], of(name)]),
    [words.onTime, onTime],
    [words.kept, of('on-time')],
    [words.late, of('late')],
    [words.satisfaction, satisfied],
    [words.rated, of('rated')],
    ...LEVELS.map(level => [pair(SATISFACTION_NAMES[level]), of(`level.${level}`)]),
  ]
  return (
    <Block id="summary" title={words.summary} cells={read.data === undefined ? undefined : cells}>
      <Shown read={read}>
        {() => (
          <div className="board-figures">
            {PLAIN.map(name => (
              <div key={name}>
                <div className="muted">{words[name]}</div>
                <div className="figure">{link(name)}</div>
              </div>
            ))}
            <div>
              <div className="muted">{words.onTime}</div>
              <div className="figure">{onTime}</div>
              <div>
                {words.kept} {link('on-time')} · {words.late} {link('late')}
              </div>
            </div>
            <div>
              <div className="muted">{words.satisfaction}</div>
              <div className="figure">{satisfied}</div>
              <div>
                {words.rated} {link('rated')} · {words.bad} {link('bad')}
              </div>
              {of('rated') === 0 ? null : (
                <div>
                  {LEVELS.map(level => (
                    <div key={level}>
                      {pair(SATISFACTION_NAMES[level])} {link(`level.${level}`)}
                    </div>
                  ))}
                </div>
              )}
              <OpenBad />
            </div>
          </div>
        )}
      </Shown>
    </Block>
  )
}
