/** What an adapter was shown to do, and what nobody could see: the whole contract played, as a document and as text. */
import { type ContractOptions, type ContractOutcome, type ContractSubject, runContractTest } from './conformance.ts'
import { WAY_BACK } from './conformance-back.ts'
import { WAY_IN } from './conformance-in.ts'
import { LATER } from './conformance-later.ts'
import { STATES } from './conformance-state.ts'

/** Every test of the contract. */
export const CONTRACT = [...WAY_IN, ...WAY_BACK, ...LATER, ...STATES]

export type Certificate = {
  adapter: string
  /** when it was made, ISO 8601 */
  at: string
  /** every test proved, wholly or in what could be seen */
  passed: boolean
  counts: Record<ContractOutcome['outcome'], number>
  tests: readonly ContractOutcome[]
}

/** Plays the contract, one test after another; each gets an adapter and a system of its own from `make`. */
export async function certify(
  adapter: string,
  make: () => Promise<ContractSubject>,
  options: ContractOptions & {
    now: () => number
    /** told of each test as it ends */
    told?: (outcome: ContractOutcome) => void
  },
): Promise<Certificate> {
  const { outside, now, told } = options
  const tests: ContractOutcome[] = []
  for (const test of CONTRACT) {
    if (test.outside && !outside) continue
    const outcome = await runContractTest(test, make, options)
    tests.push(outcome)
    told?.(outcome)
  }
  const count = (wanted: ContractOutcome['outcome']) => tests.filter(({ outcome }) => outcome === wanted).length
  const counts = {
    proved: count('proved'),
    partly: count('partly'),
    'not-proved': count('not-proved'),
    failed: count('failed'),
  }
  const passed = counts.failed === 0 && counts.proved + counts.partly > 0
  return { adapter, at: new Date(now()).toISOString(), passed, counts, tests }
}

const MARKS = { proved: '✓', partly: '◐', 'not-proved': '–', failed: '✗' } as const

export const certificateLine = ({ name, zh, outcome, why }: ContractOutcome): string =>
  `${MARKS[outcome]} ${zh} ${name}${why === null ? '' : `\n    ${why}`}`

/** The last lines of a certificate as text: how many of each, and what that comes to. */
export const certificateEnd = ({ adapter, at, passed, counts }: Certificate): string =>
  [
    `${passed ? 'Passed 通过' : 'Not passed 未通过'}: ${adapter}, ${at}`,
    `  ${MARKS.proved} proved 已证明 ${counts.proved}, ${MARKS.partly} in part 部分证明 ${counts.partly}, ${MARKS['not-proved']} not proved 未证明 ${counts['not-proved']}, ${MARKS.failed} failed 未通过 ${counts.failed}`,
  ].join('\n')
