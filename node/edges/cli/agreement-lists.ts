/** `tongban agreement`: what one call does, and the lists. */
import type { Command } from 'commander'
import type {
  Agreement,
  AgreementOutcome,
  CounterAgreementRequest,
  ListActsAnswer,
  ProposeAgreementRequest,
} from '../client/api.generated.ts'
import type { Declare } from './declare.ts'
import { everyAgreement } from './named.ts'
import { outline } from './outline.ts'
import { china, inOneLine, table } from './output.ts'
import { readJson } from './services.ts'

export const agreementLine = ({ thread, partner, title, state, pendingBy }: Agreement): string =>
  `${thread}  ${partner}  ${state}  ${title}${pendingBy === null ? '' : `  (waits for a signature 待签署, written by ${pendingBy})`}`

/** What was done, or that another administrator is to sign it. */
export const outcomeText = ({ agreements, prepared }: AgreementOutcome, done: string): string =>
  prepared === null
    ? [done, ...agreements.map(agreementLine)].join('\n')
    : `Prepared 已拟办: another administrator signs it with 由另一名管理员签署:\n  tongban agreement act sign ${prepared.no}`

const stateOf = ({ state, expired, terminatedOn }: Agreement): string => {
  if (expired) return `${state} (expired 已到期)`
  const today = china(new Date().toISOString()).slice(0, 10)
  return terminatedOn !== null && terminatedOn >= today ? `${state} (cases begin until 收件至 ${terminatedOn})` : state
}

/** The threads of one agreement between many stand one after another. */
function together(found: readonly Agreement[]): Agreement[] {
  const byRoot = Map.groupBy(found, ({ root, parties, thread }) => (parties > 2 ? root : thread))
  return [...byRoot.values()].flat()
}

const agreementRow = (value: Agreement) => ({
  thread: value.thread,
  partner: value.partner,
  between: value.parties > 2 ? `${value.parties} cities 多方 #${value.root.slice(0, 8)}` : '',
  state: stateOf(value),
  signs: value.pendingBy === null ? '' : value.pendingBy === value.partner ? 'you 本市' : 'partner 对方',
  from: value.validFrom,
  to: value.endsOn ?? 'renews 自动续期',
  items: value.items,
  title: value.title,
})

const actRow = (value: ListActsAnswer['items'][number]) => ({
  no: value.no,
  kind: value.kind,
  title: value.title,
  partner: value.partners.join(' '),
  thread: value.thread,
  by: value.preparedByName ?? value.preparedBy,
  at: value.preparedAt,
  problem:
    value.problem === null ? '' : `cannot be signed 不能签署: ${inOneLine(value.problem)} (act discard ${value.no})`,
})

/** Texts that go to the partner, and those taken back. */
export function declareTexts(agreement: Command, { call }: Declare): void {
  call(agreement, 'propose <file>', 'sign and send a proposal', {
    example: 'tongban agreement propose agreement.json',
    ask: async (client, [path = '']) =>
      client.proposeAgreement({ body: (await readJson(path)) as ProposeAgreementRequest }),
    text: outcome => outcomeText(outcome, 'Proposed 已提出'),
  })
  call(agreement, 'counter <agreement> <file>', "answer the partner's proposal with an own text", {
    options: command => command.option('--reason <text>', 'what was changed, and why'),
    ask: async (client, [thread = '', path = ''], { reason }: { reason?: string }) => {
      const document = (await readJson(path)) as CounterAgreementRequest['document']
      return client.counterAgreement({ params: { thread }, body: { document, reason } })
    },
    text: outcome => outcomeText(outcome, 'Answered 已提出修改文本'),
  })
  call(
    agreement,
    'confirm <agreement> <city>',
    'the certificate of a city that is no partner, compared with it by phone: its signature counts 确认证书',
    {
      options: command =>
        command.requiredOption('--fingerprint <hex>', 'as that city told it; `agreement show` names the one that came'),
      example: 'tongban agreement confirm AGREEMENT 420300 --fingerprint HEX',
      ask: (client, [thread = '', city = ''], flags: { fingerprint: string }) => {
        const fingerprint = flags.fingerprint.replaceAll(/[\s:]/g, '').toLowerCase()
        return client.confirmAgreementCertificate({ params: { thread }, body: { city, fingerprint } })
      },
      text: outcome => outcomeText(outcome, 'Confirmed 已确认'),
    },
  )
  for (const [verb, description] of [
    ['decline', "decline the partner's text"],
    ['withdraw', 'withdraw an own text'],
  ] as const)
    call(agreement, `${verb} <agreement>`, description, {
      options: command => command.requiredOption('--reason <text>', 'why'),
      ask: (client, [thread = ''], { reason }: { reason: string }) =>
        client[`${verb}Agreement`]({ params: { thread }, body: { reason } }),
      text: agreementLine,
    })
}

/** The lists; what is done to an act that waits is declared under the command that is returned. */
export function declareAgreementLists(agreement: Command, { call }: Declare): Command {
  const acts = call(agreement, 'act', 'acts that wait for another administrator 双人复核', {
    ask: async client => (await client.listActs()).items,
    text: items => table(items.map(actRow)),
  })
  call(acts, 'discard <no>', 'take a prepared act back', {
    ask: (client, [no]) => client.discardAct({ params: { no: Number(no) } }),
    text: () => 'Taken back 已撤回拟办',
  })
  call(agreement, 'list', 'all agreements', {
    ask: everyAgreement,
    text: found => table(together(found).map(agreementRow)),
  })
  call(agreement, 'show <agreement>', 'one agreement with its document', {
    ask: (client, [thread = '']) => client.getAgreement({ params: { thread } }),
    text: found => outline(found),
  })
  return acts
}
