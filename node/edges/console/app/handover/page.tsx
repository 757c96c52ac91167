/** The hand-over of results (待发放): to a person, who is noted; the proof of delivery is printed. */
import { Form, Input } from 'antd'
import { STATE_NAMES } from '../../../../../protocol/case/names.ts'
import type { Case } from '../../../client/api.generated.ts'
import { printAll } from '../batch/papers.ts'
import { BatchRoom, type RoomAct } from '../batch/room.tsx'
import type { Told } from '../batch/rows.tsx'
import { type Outcome, runEach } from '../batch/run.ts'
import { PAPERS } from '../batch/words.ts'
import { useKept } from '../case/kept.ts'
import { node } from '../session.ts'
import { usePair, useWords } from '../words.ts'
import { HAND_OVER } from './words.ts'

/** Characters of the name of who collects. */
const NAME = 200

export function Page() {
  const words = useWords(HAND_OVER)
  const pair = usePair()
  const [collector, keep] = useKept<string>('handover', 'collector')
  const by = (collector ?? '').trim()

  const give: RoomAct = async (rows, { stop, tell }) => {
    const outcomes = new Map<string, Outcome>()
    const given = (): Told[] =>
      rows.map(row => ({ row, what: words.giving, outcome: outcomes.get(row.thread) ?? { state: 'waiting' } }))
    await runEach(
      rows,
      ({ thread, version }) =>
        node.resultReceivedCase({
          params: { thread },
          body: { receivedAt: new Date().toISOString(), by },
          ifMatch: version,
        }),
      {
        stop,
        tell: (row: Case, outcome) => {
          outcomes.set(row.thread, outcome)
          tell(given())
        },
      },
    )
    const done = rows.filter(({ thread }) => outcomes.get(thread)?.state === 'done')
    if (done.length === 0) return []
    keep(null)
    const unprinted: Told[] = []
    return printAll(
      done.map(({ thread }) => ({ thread, paper: 'delivery' })),
      {
        // Who has the result is noted: a proof that is not printed is told, and printed from the case.
        tell: printed => {
          for (const { thread, error } of printed) {
            const row = done.find(one => one.thread === thread)
            if (row !== undefined && error !== null)
              unprinted.push({ row, what: pair(PAPERS.delivery), outcome: { state: 'failed', error } })
          }
          tell(given().concat(unprinted))
        },
      },
    )
  }
  return (
    <BatchRoom
      name="handover"
      queue="to-hand-out"
      texts={{ title: words.title, hint: words.hint, empty: words.empty, act: words.give }}
      column={{ title: words.state, cell: ({ state }) => pair(STATE_NAMES[state]) }}
      lacking={by === '' ? words.required : null}
      fields={
        <Form.Item label={words.collector} htmlFor="handover-collector">
          <Input
            id="handover-collector"
            maxLength={NAME}
            placeholder={words.collectorHint}
            autoComplete="off"
            style={{ width: 280 }}
            value={collector ?? ''}
            onChange={({ target }) => keep(target.value)}
          />
        </Form.Item>
      }
      act={give}
    />
  )
}
