/** Cases whose pre-check was passed, accepted several at once (批量受理): each is a step for itself. What is decided is decided one by one. */
import { STATE_NAMES } from '../../../../../protocol/case/names.ts'
import type { AcceptCaseRequest, Case } from '../../../client/api.generated.ts'
import { printAll } from '../batch/papers.ts'
import { BatchRoom, type RoomAct } from '../batch/room.tsx'
import type { Told } from '../batch/rows.tsx'
import { type Outcome, runEach } from '../batch/run.ts'
import { PAPERS } from '../batch/words.ts'
import { node } from '../session.ts'
import { usePair, useWords } from '../words.ts'
import { ACCEPTANCE } from './words.ts'

/** Accepted as the form of the step proposes it, as long as nobody did anything since the row was read. */
async function acceptOne({ thread, version }: Case): Promise<unknown> {
  const { defaults } = await node.getCaseStep({ params: { thread, kind: 'case.accept' } })
  return node.acceptCase({ params: { thread }, body: defaults as AcceptCaseRequest, ifMatch: version })
}

export function Page() {
  const words = useWords(ACCEPTANCE)
  const pair = usePair()

  const accept: RoomAct = async (rows, { stop, tell }) => {
    const outcomes = new Map<string, Outcome>()
    const accepted = (): Told[] =>
      rows.map(row => ({ row, what: words.accepting, outcome: outcomes.get(row.thread) ?? { state: 'waiting' } }))
    await runEach(rows, acceptOne, {
      stop,
      tell: (row: Case, outcome) => {
        outcomes.set(row.thread, outcome)
        tell(accepted())
      },
    })
    const done = rows.filter(({ thread }) => outcomes.get(thread)?.state === 'done')
    const unprinted: Told[] = []
    return printAll(
      done.map(({ thread }) => ({ thread, paper: 'acceptance' })),
      {
        // What is accepted stays so: a notice that is not printed is told, and printed from the case.
        tell: printed => {
          for (const { thread, error } of printed) {
            const row = done.find(one => one.thread === thread)
            if (row !== undefined && error !== null)
              unprinted.push({ row, what: pair(PAPERS.acceptance), outcome: { state: 'failed', error } })
          }
          tell(accepted().concat(unprinted))
        },
      },
    )
  }
  return (
    <BatchRoom
      name="acceptance"
      queue="ours"
      filter={{ state: 'prechecked' }}
      texts={{ title: words.title, hint: words.hint, empty: words.empty, act: words.accept }}
      column={{ title: words.passed, cell: ({ state }) => pair(STATE_NAMES[state]) }}
      act={accept}
    />
  )
}
