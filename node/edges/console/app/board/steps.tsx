/** How long each step of a case took, in natural days. */
import { Shown } from '../ui/page.tsx'
import { useWords } from '../words.ts'
import { Block } from './block.tsx'
import { useSums } from './read.ts'
import { spanOf, type Wanted } from './wanted.ts'
import { BOARD } from './words.ts'

const STEPS = [
  'forward',
  'recheck',
  'accept',
  'supplement',
  'mail',
  'decide',
  'send',
  'receive',
  'close',
  'whole',
] as const

export function Steps({ wanted, today }: { wanted: Wanted; today: string }) {
  const words = useWords(BOARD)
  const read = useSums(wanted, today, 'all')
  const days = read.data?.items[0]?.days
  const text = (value: number | undefined) => (value === undefined ? words.none : words.days(String(value)))
  const cells = () => [
    [words.step, words.p50, words.p95],
    ...STEPS.map(step => [words[step], days?.[step]?.p50 ?? null, days?.[step]?.p95 ?? null]),
  ]
  const { item, department, ...rest } = wanted.narrow
  const several = Object.values(rest).filter(value => value !== undefined).length > 1
  const partly = spanOf(wanted, today).grain === 'month' && (item !== undefined || department !== undefined || several)
  return (
    <Block id="steps" title={words.steps} cells={read.data === undefined ? undefined : cells}>
      <Shown read={read}>
        {() => (
          <>
            <table className="board-table">
              <thead>
                <tr>
                  <th scope="col">{words.step}</th>
                  <th scope="col">{words.p50}</th>
                  <th scope="col">{words.p95}</th>
                </tr>
              </thead>
              <tbody>
                {STEPS.map(step => (
                  <tr key={step}>
                    <th scope="row">{words[step]}</th>
                    <td className="figure">{text(days?.[step]?.p50)}</td>
                    <td className="figure">{text(days?.[step]?.p95)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
            <p className="muted">{words.stepsHint}</p>
            {partly ? <p className="muted">{words.stepsYear}</p> : null}
          </>
        )}
      </Shown>
    </Block>
  )
}
