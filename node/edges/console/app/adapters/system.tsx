/** One approval system: whether it can be used, when it last gave its answers, what hangs, and how much of its work is parked. */
import { Alert } from 'antd'
import type { AnswerOf } from '../query.ts'
import { instantText } from '../time.ts'
import { To } from '../ui/to.tsx'
import { useLanguage, usePair, useWords } from '../words.ts'
import './adapters.css'
import { ADAPTERS } from './words.ts'
import { parkedAddress } from './work.ts'

export type SystemState = Omit<AnswerOf<'checkApprovalSystem'>, 'others'>

/** `parked`: of its work; null while that is not known. `alone`: the city has no other. */
export function SystemCard({ system, parked, alone }: { system: SystemState; parked: string | null; alone: boolean }) {
  const words = useWords(ADAPTERS)
  const pair = usePair()
  const language = useLanguage()
  const { kind, name, ok, detail, detailZh, polling, slow } = system
  // The main one may have no name of its own.
  const named =
    kind !== 'workbench' ? words.outside(name) : name === kind ? words.workbench : `${words.workbench} ${name}`
  return (
    <section aria-label={name} className="system">
      <Alert
        showIcon
        type={ok ? 'success' : 'error'}
        title={`${named} · ${ok ? words.ok : words.bad}`}
        description={
          <>
            {detail === undefined ? null : <p>{pair({ zh: detailZh ?? detail, en: detail })}</p>}
            {polling === null ? null : (
              <p>
                {polling.lastGood === null ? words.neverGood : words.lastGood(instantText(polling.lastGood, language))}
                {polling.failures === 0 ? '' : ` · ${words.failures(polling.failures)}`}
              </p>
            )}
            {parked === null ? null : (
              <p>
                ! {words.parkedCount(parked)} <To address={parkedAddress({ adapter: name })}>{words.toParked}</To>
              </p>
            )}
            <p>{kind !== 'workbench' ? words.nothingLost : alone ? words.workbenchHint : words.workbenchRest}</p>
          </>
        }
      />
      {slow.map(call => (
        <Alert
          key={`${call.kind} ${call.since}`}
          showIcon
          type="warning"
          title={words.slow(words[call.kind], instantText(call.since, language))}
        />
      ))}
    </section>
  )
}
