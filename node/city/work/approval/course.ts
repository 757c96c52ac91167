/**
 * The course of a case within the city (内部流转): what was done to it, and what that makes of it: whither it goes when it is sent back (退回), and
 * how each request to countersign (会签) stands. Pure.
 */
import type { RoundState } from '../../cases/countersigns.ts'

/** Who has a case: a department, and one of its people or none. */
export type Desk = { department: string; person: string | null }
/** Who is asked to countersign: a person, or anybody of a department. */
export type Signer = { person: string } | { department: string }
/** Whether all who are asked must agree, or one is enough. */
export const RULES = ['all', 'any'] as const
export type Rule = (typeof RULES)[number]

export type Done =
  | { kind: 'passed-on' | 'sent-back'; from: Desk; to: Desk }
  | { kind: 'asked'; rule: Rule; of: readonly Signer[] }
  | { kind: 'countersigned'; as: Signer; agrees: boolean }
  | { kind: 'withdrawn' }
/** `no`: rises; `by`: account; `at`: ms */
export type Act = Done & { no: number; by: string; at: number }

export type Answer = { of: Signer; agrees: boolean | null; by: string | null; at: number | null }
export type Round = { no: number; rule: Rule; by: string; at: number; state: RoundState; answers: readonly Answer[] }

export type Course = {
  /** from whom it came, the last one at the end: it is sent back to that one */
  back: readonly Desk[]
  /** the last one tells whether a decision may go out */
  rounds: readonly Round[]
}

export const BEGUN: Course = { back: [], rounds: [] }

export const isSame = (a: Signer, b: Signer): boolean =>
  'person' in a ? 'person' in b && a.person === b.person : 'department' in b && a.department === b.department

/** What the answers so far make of a request. */
function stateOf(rule: Rule, answers: readonly Answer[]): RoundState {
  const said = (word: boolean): number => answers.filter(({ agrees }) => agrees === word).length
  if (rule === 'all') return said(false) > 0 ? 'disagreed' : said(true) === answers.length ? 'agreed' : 'open'
  return said(true) > 0 ? 'agreed' : said(false) === answers.length ? 'disagreed' : 'open'
}

function answered(round: Round, as: Signer, agrees: boolean, by: string, at: number): Round {
  const answers = round.answers.map(answer => (isSame(answer.of, as) ? { ...answer, agrees, by, at } : answer))
  return { ...round, answers, state: stateOf(round.rule, answers) }
}

/** What one more act makes of a course. */
export function courseOn({ back, rounds }: Course, act: Act): Course {
  const before = rounds.slice(0, -1)
  const last = rounds.at(-1)
  switch (act.kind) {
    case 'passed-on':
      return { back: [...back, act.from], rounds }
    case 'sent-back':
      return { back: back.slice(0, -1), rounds }
    case 'asked': {
      const { no, rule, by, at } = act
      const answers = act.of.map(of => ({ of, agrees: null, by: null, at: null }))
      return { back, rounds: [...rounds, { no, rule, by, at, state: 'open', answers }] }
    }
    case 'countersigned':
      return last === undefined
        ? { back, rounds }
        : { back, rounds: [...before, answered(last, act.as, act.agrees, act.by, act.at)] }
    case 'withdrawn':
      return last === undefined ? { back, rounds } : { back, rounds: [...before, { ...last, state: 'withdrawn' }] }
  }
}

export const courseOf = (acts: readonly Act[]): Course => acts.reduce(courseOn, BEGUN)
