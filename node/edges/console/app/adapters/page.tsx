/** How the approval systems are, each with a card of its own, and how much work is parked in all. */
import { Button } from 'antd'
import { useNode } from '../query.ts'
import { Shown } from '../ui/page.tsx'
import { To } from '../ui/to.tsx'
import { SHARED } from '../ui/words.ts'
import { useWords } from '../words.ts'
import { AdaptersFrame } from './frame.tsx'
import { SystemCard } from './system.tsx'
import { ADAPTERS } from './words.ts'
import { systemsOf } from './work.ts'

/** Pieces that are counted one by one. */
const COUNTED = 100

export function Page() {
  const words = useWords(ADAPTERS)
  const shared = useWords(SHARED)
  const system = useNode('checkApprovalSystem')
  const parked = useNode('listParked', { query: { limit: COUNTED } })
  const again = (
    <Button loading={system.isFetching} onClick={() => void system.refetch()}>
      {words.again}
    </Button>
  )
  const told = (count: number, more: boolean): string => (more ? shared.more(count) : String(count))
  return (
    <AdaptersFrame part="state" aside={again}>
      <Shown read={system}>
        {({ others, ...main }) => {
          const counts = new Map(systemsOf(parked.data?.items ?? []).map(({ value, count }) => [value, count]))
          return [main, ...others].map(one => {
            const count = others.length === 0 ? 0 : (counts.get(one.name) ?? 0)
            return (
              <SystemCard
                key={one.name}
                system={one}
                alone={others.length === 0}
                parked={count === 0 ? null : told(count, parked.data?.next !== null)}
              />
            )
          })
        }}
      </Shown>
      <Shown read={parked}>
        {({ items, next }) => (
          <section className="card">
            <p>
              <strong>
                {items.length === 0 ? `✓ ${words.none}` : `! ${words.parkedCount(told(items.length, next !== null))}`}
              </strong>{' '}
              {items.length === 0 ? null : <To address="/adapters/parked">{words.toParked}</To>}
            </p>
          </section>
        )}
      </Shown>
    </AdaptersFrame>
  )
}
