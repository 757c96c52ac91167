/** Declares what of `tongban case …` is approval within the city (内部审批): passing on, sending back, countersigning. */
import type { Command } from 'commander'
import { ProblemError } from '../../../protocol/problem.ts'
import type { Case, GetApprovalAnswer, ListCountersignsAnswer } from '../client/api.generated.ts'
import { collect, type Declare } from './declare.ts'
import { everyPage } from './named.ts'
import { china, table } from './output.ts'

const ACTS = {
  'passed-on': 'passed on 转办',
  'sent-back': 'sent back 退回',
  asked: 'asked to countersign 发起会签',
  countersigned: 'countersigned 会签',
  withdrawn: 'request withdrawn 撤回会签',
} as const
const STATES = {
  open: 'waits 待会签',
  agreed: 'agreed 同意',
  disagreed: 'not agreed 不同意',
  withdrawn: 'withdrawn 已撤回',
}

const agreement = (agrees: boolean | null): string =>
  agrees === null ? 'has not answered 未答复' : agrees ? 'agrees 同意' : 'does not agree 不同意'

const shown = ({ caseNo, localCaseNo, stateName, passedTo, assigneeName, assignee }: Case): string =>
  table([
    {
      caseNo,
      localCaseNo,
      state: stateName,
      department: passedTo ?? "the item's 事项所属部门",
      person: assigneeName ?? assignee ?? 'nobody 无人',
    },
  ])

type Desk = { department: string | null; person: string | null }

function courseText({ acts, rounds, names, back }: GetApprovalAnswer): string {
  const nameOf = (id: string): string => names[id] ?? id
  const desk = ({ department, person }: Desk): string =>
    [department, person === null ? null : nameOf(person)].filter(Boolean).join(' ')
  return [
    ...acts.map(({ at, kind, byName, by, from, to, as, agrees, words }) =>
      [
        china(at),
        ACTS[kind],
        byName || by,
        ...(from === null || to === null ? [] : [`${desk(from)} → ${desk(to)}`]),
        ...(as === null ? [] : [desk(as), agreement(agrees)]),
        ...(words === null ? [] : [`“${words}”`]),
      ].join('  '),
    ),
    ...rounds
      .slice(-1)
      .flatMap(({ state, rule, answers }) => [
        `Countersigning 会签: ${STATES[state]} (${rule === 'all' ? 'all must agree 须全部同意' : 'one is enough 一方同意即可'})`,
        ...answers.map(answer => `  ${desk(answer)}: ${agreement(answer.agrees)}`),
      ]),
    ...(back === null ? [] : [`Goes back to 可退回: ${desk(back)}`]),
    ...(acts.length === 0 ? ['Nothing was done to it within the city 本市内尚无转办、会签'] : []),
  ].join('\n')
}

const waitingText = (items: ListCountersignsAnswer['items']): string =>
  table(
    items.map(({ case: { caseNo, item }, department, by, at, rule }) => ({
      caseNo,
      item: item.name,
      for: department ?? 'oneself 本人',
      askedBy: by,
      at: china(at),
      rule,
    })),
  )

const withReason = (command: Command): Command => command.requiredOption('--reason <text>', 'why; stays in this city')

export function declareApproval(cases: Command, { call }: Declare): void {
  call(cases, 'pass-on <case>', 'give it to another department or person within the city 转办', {
    options: command =>
      withReason(command)
        .option('--department <code>', 'to which; absent: the present one')
        .option('--to <receiver>', 'a person there; absent: any of the department'),
    example: 'tongban case pass-on CASE --department 11420300MB0000001A --reason 属消防审查',
    ask: (client, [thread = ''], flags: { reason: string; department?: string; to?: string }) =>
      client.passOnCase({
        params: { thread },
        body: { department: flags.department, person: flags.to, reason: flags.reason },
      }),
    text: shown,
  })
  call(cases, 'send-back <case>', 'give it back to whoever passed it on 退回', {
    options: withReason,
    ask: (client, [thread = ''], { reason }: { reason: string }) =>
      client.sendBackCase({ params: { thread }, body: { reason } }),
    text: shown,
  })
  call(cases, 'ask-countersigns <case>', 'ask others to agree before the decision 发起会签', {
    options: command =>
      command
        .option('--department <code>', 'any examiner or leader of it; may be repeated', collect, [])
        .option('--of <receiver>', 'a person; may be repeated', collect, [])
        .option('--any', 'one who agrees is enough; without it all must')
        .option('--question <text>', 'what they are asked'),
    example: 'tongban case ask-countersigns CASE --department 11420300MB0000002B --question 请核消防意见',
    ask: (client, [thread = ''], flags: { department: string[]; of: string[]; any?: boolean; question?: string }) =>
      client.askCountersigns({
        params: { thread },
        body: {
          rule: flags.any === true ? 'any' : 'all',
          departments: flags.department,
          people: flags.of,
          question: flags.question,
        },
      }),
    text: shown,
  })
  call(cases, 'countersign <case> <word>', 'answer who asks: yes, or no with an opinion 会签', {
    options: command =>
      command
        .option('--department <code>', 'for which one is asked; absent: oneself is')
        .option('--opinion <text>', 'needed of a no'),
    example: 'tongban case countersign CASE no --opinion 缺消防验收意见',
    ask: (client, [thread = '', word = ''], flags: { department?: string; opinion?: string }) =>
      client.countersignCase({
        params: { thread },
        body: { department: flags.department, opinion: flags.opinion, agrees: agreesBy(word) },
      }),
    text: shown,
  })
  call(cases, 'withdraw-countersigns <case>', 'take the request to countersign back 撤回会签', {
    options: withReason,
    ask: (client, [thread = ''], { reason }: { reason: string }) =>
      client.withdrawCountersigns({ params: { thread }, body: { reason } }),
    text: shown,
  })
  call(cases, 'countersigns', 'what waits for the own word 待会签', {
    ask: client => everyPage(cursor => client.listCountersigns({ query: { limit: 200, cursor } })),
    text: waitingText,
  })
  call(cases, 'approval <case>', 'what was done to it within the city: an audit row 内部审批经过', {
    ask: (client, [thread = '']) => client.getApproval({ params: { thread } }),
    text: courseText,
  })
}

/** Problem: `request.invalid`. */
function agreesBy(word: string): boolean {
  if (word === 'yes' || word === 'no') return word === 'yes'
  throw new ProblemError('request.invalid', 'word: yes or no')
}
