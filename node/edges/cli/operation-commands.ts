/** Declares `tongban person …`, `audit …`, `parked …`, `trace …`, `calendar …`; what they do is imported when one runs. */
import type { Command } from 'commander'
import { declareAudit } from './audit.ts'
import { declareCalendar } from './calendar.ts'
import { collect, type Declare } from './declare.ts'

export function declareOperation(program: Command, declare: Declare): void {
  const { add, does, example } = declare
  const person = program.command('person').description('accounts 账号')
  does(
    add(person, 'add <name>', 'make an account; its token is shown once')
      .requiredOption('--role <role>', 'as docs/rights.md names them; may be repeated', collect, [])
      .option('--department <code>', 'organ whose items it examines or decides; may be repeated', collect)
      .option('--window <name>', 'window that it works at; may be repeated', collect)
      .option('--until <day>', 'last day on which its token counts; without end by default'),
    async () => {
      const { addPerson } = await import('./operation.ts')
      return (context, flags, name) => addPerson(context, name ?? '', flags)
    },
  )
  does(
    add(
      person,
      'grant <id>',
      'give an account roles, departments and windows, and say who it is; what is left out stays',
    )
      .option('--role <role>', 'as docs/rights.md names them; may be repeated', collect)
      .option('--department <code>', 'organ whose items it examines or decides, or `all`; may be repeated', collect)
      .option('--window <name>', 'window that it works at, or `all`; may be repeated', collect)
      .option('--staff-number <number>', 'by which two accounts of one person are known')
      .option('--phone <phone>', 'where the person is reached'),
    async () => {
      const { grantPerson } = await import('./operation.ts')
      return (context, flags, id) => grantPerson(context, id ?? '', flags)
    },
  )
  does(add(person, 'list', 'all accounts'), async () => {
    const { people } = await import('./operation.ts')
    return context => people(context)
  })
  does(add(person, 'revoke <id>', "end an account's token"), async () => {
    const { revokePerson } = await import('./operation.ts')
    return (context, _, id) => revokePerson(context, id ?? '')
  })
  does(
    add(person, 'rotate <id>', 'give an account a new token; the old one ends at once').option(
      '--until <day>',
      'last day on which it counts; as before by default',
    ),
    async () => {
      const { rotatePerson } = await import('./operation.ts')
      return (context, flags, id) => rotatePerson(context, id ?? '', flags)
    },
  )

  declareAudit(program, declare)

  const parked = does(
    add(
      program,
      'parked',
      'work that waits for a person 挂起; steps that a city refused 被退回的步骤: tongban case queue parked',
    ),
    async () => {
      const operation = await import('./operation.ts')
      return context => operation.parked(context)
    },
  )
  does(
    add(parked, 'retry', 'try it again')
      .option('--packet <no>')
      .option('--case <localCaseNo>', 'the answers of a case')
      .option('--event <id>', 'one answer')
      .option('--material <sha256>')
      .option('--code <problem>', 'all that wait for one problem')
      .option('--all', 'all packets and answers'),
    async () => {
      const { retryParked } = await import('./operation.ts')
      return (context, flags) => retryParked(context, flags)
    },
  )
  does(
    add(parked, 'look', 'what would be sent for a packet, without sending it; or an answer as it was given 查看')
      .option('--packet <no>')
      .option('--event <id>'),
    async () => {
      const { lookAtParked } = await import('./operation.ts')
      return (context, flags) => lookAtParked(context, flags)
    },
  )
  const REASON = 'why; it stands in the audit log'
  example(
    does(
      add(parked, 'skip', 'settle one answer of the approval system without signing anything 跳过一条答复')
        .requiredOption('--event <id>', 'as the list names it')
        .requiredOption('--reason <text>', REASON),
      async () => {
        const { skipParked } = await import('./operation.ts')
        return (context, flags) => skipParked(context, flags)
      },
    ),
    'tongban parked skip --event E-20261130-7 --reason "已由窗口人工办理"',
  )
  example(
    does(
      add(parked, 'done', 'a packet has had its effect by other means: hand it over no more 已另行办理')
        .requiredOption('--packet <no>')
        .option('--local-case-no <no>', 'of a case that was keyed in by hand: it arrives under this number')
        .requiredOption('--reason <text>', REASON),
      async () => {
        const { endParked } = await import('./operation.ts')
        return (context, flags) => endParked(context, 'done', flags)
      },
    ),
    'tongban parked done --packet 12 --local-case-no SL-2026-0099 --reason "手工录入"',
  )
  does(
    add(parked, 'give-up', 'hand a packet over no more, without an effect 放弃派发')
      .requiredOption('--packet <no>')
      .requiredOption('--reason <text>', REASON),
    async () => {
      const { endParked } = await import('./operation.ts')
      return (context, flags) => endParked(context, 'give-up', flags)
    },
  )
  does(
    add(parked, 'dismiss <localCaseNo>', 'give up answers of the approval system for a case that is not of this node'),
    async () => {
      const { dismissParked } = await import('./operation.ts')
      return (context, _, localCaseNo) => dismissParked(context, localCaseNo ?? '')
    },
  )

  const trace = does(add(program, 'trace', 'what the approval system was sent and answered 往来跟踪'), async () => {
    const { listTrace } = await import('./operation.ts')
    return context => listTrace(context)
  })
  example(
    does(
      add(trace, 'on', 'trace requests, sealed, for some hours 开始跟踪').requiredOption('--hours <n>', 'from now on'),
      async () => {
        const operation = await import('./operation.ts')
        return (context, flags: { hours: string }) => operation.trace(context, flags.hours)
      },
    ),
    'tongban trace on --hours 8',
  )
  does(add(trace, 'off', 'end it, and delete what is kept 停止并删除'), async () => {
    const operation = await import('./operation.ts')
    return context => operation.trace(context, '0')
  })
  does(add(trace, 'show <no>', 'one exchange: personal data, and the look is audited 查看'), async () => {
    const { showTraced } = await import('./operation.ts')
    return (context, _, no) => showTraced(context, no ?? '')
  })

  declareCalendar(program, declare)
}
