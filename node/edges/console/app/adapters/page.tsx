/** How the approval system is: whether it can be used, when it last gave its answers, what hangs, and how much work is parked. */
import { Alert, Button } from 'antd'
import { useNode } from '../query.ts'
import { instantText } from '../time.ts'
import { Shown } from '../ui/page.tsx'
import { To } from '../ui/to.tsx'
import { SHARED } from '../ui/words.ts'
import { useLanguage, usePair, useWords } from '../words.ts'
import { AdaptersFrame } from './frame.tsx'
import { ADAPTERS } from './words.ts'

/** Pieces that are counted one by one. */
const COUNTED = 100

export function Page() {
  const words = useWords(ADAPTERS)
  const shared = useWords(SHARED)
  const pair = usePair()
  const language = useLanguage()
  const system = useNode('checkApprovalSystem')
  const parked = useNode('listParked', { query: { limit: COUNTED } })
  const again = (
    <Button loading={system.isFetching} onClick={() => void system.refetch()}>
      {words.again}
    </Button>
  )
  return (
    <AdaptersFrame part="state" aside={again}>
      <Shown read={system}>
        {({ kind, name, ok, detail, detailZh, polling, slow }) => (
          <>
            <Alert
              showIcon
              type={ok ? 'success' : 'error'}
              title={`${kind === 'workbench' ? words.workbench : words.outside(name)} · ${ok ? words.ok : words.bad}`}
              description={
                <>
                  {detail === undefined ? null : <p>{pair({ zh: detailZh ?? detail, en: detail })}</p>}
                  {polling === null ? null : (
                    <p>
                      {polling.lastGood === null
                        ? words.neverGood
                        : words.lastGood(instantText(polling.lastGood, language))}
                      {polling.failures === 0 ? '' : ` · ${words.failures(polling.failures)}`}
                    </p>
                  )}
                  <p style={{ margin: 0 }}>{kind === 'workbench' ? words.workbenchHint : words.nothingLost}</p>
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
          </>
        )}
      </Shown>
      <Shown read={parked}>
        {({ items, next }) => (
          <section className="card">
            <strong>
              {items.length === 0
                ? `✓ ${words.none}`
                : `! ${words.parkedCount(next === null ? String(items.length) : shared.more(COUNTED))}`}
            </strong>{' '}
            {items.length === 0 ? null : <To address="/adapters/parked">{words.toParked}</To>}
          </section>
        )}
      </Shown>
    </AdaptersFrame>
  )
}
