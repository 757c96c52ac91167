/** The commands of `tongban`; each imports what it needs only when it runs. */
import { Command } from 'commander'
import { VERSION } from '../../version.ts'
import { declareAdapters } from './adapter-commands.ts'
import { declareAgreements } from './agreement-commands.ts'
import { declareApproval } from './approval.ts'
import { declareCaseLists } from './case-list-commands.ts'
import { type CommandContext, createContext, type GlobalFlags } from './context.ts'
import { collect, type Declare } from './declare.ts'
import { declareFederation } from './federation-commands.ts'
import { declareIdentity } from './identity-commands.ts'
import { declareInstant } from './instant.ts'
import { declareIntake } from './intake-commands.ts'
import { declareListening } from './listen-commands.ts'
import { declareReload } from './mapping-versions.ts'
import { declareMappings } from './mappings.ts'
import { resolveNames } from './named-arguments.ts'
import { declareOperation } from './operation-commands.ts'
import { fail } from './output.ts'
import { declarePapers } from './papers.ts'
import { declarePartners } from './partner-commands.ts'
import { declarePhrases } from './phrases.ts'
import { boxFlags } from './queue-flags.ts'
import { declareReminders } from './reminders.ts'
import { declareReuse } from './reuse.ts'
import { declareSandbox, type Serve } from './sandbox-commands.ts'
import { declareServices } from './services-commands.ts'
import { declareSms } from './sms.ts'
import { declareSteps } from './steps-commands.ts'
import { MATERIAL_FLAG } from './uploads.ts'
import { declareWebhooks } from './webhooks.ts'

export type ProgramParts = {
  /** serves until the process is told to end */
  start: (context: CommandContext) => Promise<void>
  /** the same for a node that a command makes */
  serve: Serve
  /** what a command gets for its flags; tests look at them */
  contextOf?: (flags: GlobalFlags) => CommandContext
}

export function createProgram({ start, serve, contextOf = createContext }: ProgramParts): Command {
  const program = new Command('tongban')
    .description('通办: get done at the own window what another city decides')
    .version(VERSION)
    .option('--config <file>', 'config of the local node (default: ./tongban.json or TONGBAN_CONFIG)')
    .option('--url <url>', 'API of the node to talk to (default: the local one, or TONGBAN_URL)')
    .option(
      '--token <token>',
      'bearer token; whoever lists processes sees it: better TONGBAN_TOKEN (default: that, or the local administrator)',
    )
    .option('--purpose <purpose>', 'what a look beyond the own cases is for 查阅目的 (docs/rights.md); TONGBAN_PURPOSE')
    .option('--json', 'print one JSON document')
    .showHelpAfterError('(tongban --help lists all commands)')

  /** As it is typed. */
  const pathOf = (command: Command): string =>
    command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`
  /** Global flags may stand before or behind the command. */
  const add: Declare['add'] = (parent, name, description) =>
    parent
      .command(name)
      .description(description)
      .option('--config <file>')
      .option('--url <url>')
      .option('--token <token>')
      .option('--purpose <purpose>')
      .option('--json', 'print one JSON document')
      .showHelpAfterError(`(${pathOf(parent)} ${name.split(' ')[0]} --help lists its options)`)
  const does: Declare['does'] = (command, action) =>
    command.action(async (...received: unknown[]) => {
      const flags = command.optsWithGlobals<GlobalFlags & Record<string, unknown>>()
      const args = received.slice(0, -2) as (string | string[] | undefined)[]
      try {
        const context = contextOf(flags)
        await resolveNames(command, args, flags, () => context.client())
        await (await action())(context, flags as never, ...(args as string[]))
      } catch (error) {
        fail(error, flags.json === true)
      }
    })
  const example: Declare['example'] = (command, text) => command.addHelpText('after', `\nExample 示例:\n  ${text}`)
  const call: Declare['call'] = (parent, name, description, { options, example: shown, ask, text }) => {
    const added = add(parent, name, description)
    const command = does(options?.(added) ?? added, async () => async (context, flags, ...args) => {
      context.out.result(await ask(await context.client(), args.flat(), flags), answer => text(answer, flags))
    })
    return shown === undefined ? command : example(command, shown)
  }
  const declare: Declare = { add, does, example, call }

  does(add(program, 'start', 'start the node'), async () => start)
  example(
    does(
      add(program, 'init', 'make a node: config, keys, certificate, store, first accounts')
        .option('--code <code>', 'division code 行政区划代码')
        .option('--unlisted', 'take a code that is in no table of GB/T 2260 yet')
        .option('--name <name>', 'name of the city')
        .option('--authority <name>', 'approval authority 审批机构')
        .option('--folder <folder>', 'where tongban.json and data go', '.')
        .option('--http-port <port>', 'port of the HTTP API')
        .option('--p2p-listen <multiaddr>', 'where partners connect')
        .option('--p2p-announce <multiaddr>', 'address told to partners in place of it')
        .option('--with-clerk', 'make a clerk account too'),
      async () => {
        const { init } = await import('./init.ts')
        return (context, flags) => init(context, flags)
      },
    ),
    'TONGBAN_PASSPHRASE_FILE=passphrase tongban init --code 420300 --name 十堰市 --authority 十堰市行政审批局',
  )
  example(
    does(add(program, 'doctor', 'check config, keys, clock, disk, ports and partners; say who must act'), async () => {
      const { doctor } = await import('./doctor.ts')
      return context => doctor(context)
    }),
    'tongban doctor --json',
  )

  example(
    does(
      add(program, 'backup <folder>', 'copy store, keys, materials and config while the node runs')
        .option('--previous <folder>', 'an older backup: its materials are linked, not copied')
        .option('--keys <file>', 'where the keys of the cases go, in place of the older ones (beside the folder)'),
      async () => {
        const { backup } = await import('./backup.ts')
        return (context, flags, folder) => backup(context, folder ?? '', flags)
      },
    ),
    'tongban backup /srv/backup/2026-11-23 --previous /srv/backup/2026-11-22',
  )
  does(
    add(program, 'restore <backup>', 'make a node from a backup and the newest keys of its cases')
      .option('--folder <folder>', 'where', '.')
      .option('--keys <file>', 'the newest keys of the cases (beside the backup)')
      .option('--without-keys', 'go on when keys are missing; what they opened is lost'),
    async () => {
      const { restore } = await import('./backup.ts')
      return (context, flags, from) => restore(context, from ?? '', flags)
    },
  )
  does(add(program, 'passphrase', 'change the passphrase of the key store; the node must be stopped'), async () => {
    const { passphrase } = await import('./keeping.ts')
    return context => passphrase(context)
  })
  does(add(program, 'recover', 'a new administrator when every token is lost; the node must be stopped'), async () => {
    const { recover } = await import('./keeping.ts')
    return context => recover(context)
  })

  declarePartners(program, declare)

  declareReminders(program, declare)

  declareServices(program.command('services').description('service lists 事项清单'), declare)

  declareInstant(program, declare)
  declareMappings(program.command('mappings').description('comparison of items 事项比对'), declare)
  declareWebhooks(program.command('webhooks').description('events told to other programs 事件推送'), declare)
  declareListening(program, declare)
  declareSandbox(program, declare, serve)
  declareFederation(program.command('federation').description('directories of federations 联盟名录'), declare)
  declareAgreements(program.command('agreement').description('agreements 合作协议'), declare)

  const cases = program.command('case').description('cases 办件')
  example(
    does(
      add(cases, 'submit <file>', 'submit a case; uploads its materials first')
        .option(`--material ${MATERIAL_FLAG}`, 'a material to upload, and how it was handed in', collect, [])
        .option('--own-codes', 'the codes of materials are those of the own list 材料编码为本市编码')
        .option('--again', 'another case, though the same was submitted within a day'),
      async () => {
        const { submit } = await import('./cases.ts')
        return (context, flags, file) => submit(context, file ?? '', flags)
      },
    ),
    'tongban case submit case.json --material M01=id-card.pdf --material M02=form.pdf',
  )
  declareIntake(cases, declare)
  declareSms(cases, declare)
  declareReuse(cases, declare)
  declarePhrases(program, cases, declare)
  declareApproval(cases, declare)
  does(
    add(cases, 'joint <file>', 'submit several items at once 多地联办/一件事: { shared, items }')
      .option(`--material ${MATERIAL_FLAG}`, 'a material of all items to upload', collect, [])
      .option('--own-codes', 'the codes of materials are those of the own list 材料编码为本市编码')
      .option('--again', 'another one, though the same was submitted within a day'),
    async () => {
      const { submitJoint } = await import('./cases.ts')
      return (context, flags, file) => submitJoint(context, file ?? '', flags)
    },
  )
  does(add(cases, 'upload <file...>', 'upload files; prints the SHA-256 that a body names them by'), async () => {
    const { uploadFiles } = await import('./uploads.ts')
    return (context, _, files) => uploadFiles(context, [files ?? []].flat())
  })
  does(
    add(cases, 'hand-over <case>', 'hand all results of a joint case over at once').option('--by <name>', 'who did'),
    async () => {
      const { handOver } = await import('./cases.ts')
      return (context, flags, thread) => handOver(context, thread ?? '', flags)
    },
  )
  does(
    add(cases, 'preflight <file>', 'what would keep a case from being sent')
      .option(`--material ${MATERIAL_FLAG}`, 'a material to upload, and how it was handed in', collect, [])
      .option('--own-codes', 'the codes of materials are those of the own list 材料编码为本市编码'),
    async () => {
      const { preflight } = await import('./cases.ts')
      return (context, flags, file) => preflight(context, file ?? '', flags)
    },
  )
  does(add(cases, 'bodies <case>', 'what both cities wrote in it: personal data, and an audit row'), async () => {
    const { bodies } = await import('./cases.ts')
    return (context, _, thread) => bodies(context, thread ?? '')
  })
  example(
    does(
      add(
        cases,
        'scans <case>',
        'its scans and documents with their pages 扫描件与校页: personal data, and an audit row',
      ).option('--out <folder>', 'write the files there'),
      async () => {
        const { scans } = await import('./scans.ts')
        return (context, flags, thread) => scans(context, thread ?? '', flags)
      },
    ),
    'tongban case scans CASE --out scans',
  )
  does(
    add(cases, 'list', 'cases, last changed first')
      .option('--state <state>')
      .option('--number <number>', 'case number or local case number')
      .option('--limit <n>', 'at most', Number, 50),
    async () => {
      const { list } = await import('./cases.ts')
      return (context, flags) => list(context, flags)
    },
  )
  does(add(cases, 'show <case>', 'one case with its timeline and the steps possible now'), async () => {
    const { show } = await import('./cases.ts')
    return (context, _, thread) => show(context, thread ?? '')
  })
  declareSteps(cases, declare)
  example(
    does(
      boxFlags(add(cases, 'queue [name]', 'how many cases wait in each queue, or those of one 待办队列'))
        .option('--window <name>', 'whose window queue; without it that of your windows')
        .option('--role <role>', 'collecting or handling')
        .option('--partner <city>')
        .option('--item <code>')
        .option('--state <state>')
        .option('--assignee <account>', '`me`, or `nobody`')
        .option('--view <name>', 'the cases of a saved view')
        .option('--limit <n>', 'at most', Number, 50),
      async () => {
        const { queue } = await import('./queues.ts')
        return (context, flags, name) => queue(context, name, flags)
      },
    ),
    'tongban case queue overdue',
  )
  example(
    does(
      add(cases, 'search [words]', 'find cases by number, ID or phone number, whole name, words of the item 检索')
        .option('--partner <city>')
        .option('--item <code>')
        .option('--mode <mode>')
        .option('--state <state>')
        .option('--window <name>')
        .option('--from <day>', 'submitted on this day or later')
        .option('--to <day>')
        .option('--limit <n>', 'at most', Number, 50),
      async () => {
        const { search } = await import('./queues.ts')
        return (context, flags, words) => search(context, words, flags)
      },
    ),
    'tongban case search 失业保险 --partner 420300 --state accepted',
  )
  example(
    does(
      add(
        cases,
        'assign <cases-and-account...>',
        'give up to 200 cases to the account named last, to `me`, or to `nobody`',
      )
        .usage('[options] <case...> <account>')
        .option('--from <account>', 'only from this account, `me`, or `nobody`'),
      async () => {
        const { assign } = await import('./queues.ts')
        return (context, flags, named) => assign(context, [named ?? []].flat(), flags)
      },
    ),
    'tongban case assign CASE CASE me --from nobody',
  )
  example(
    does(
      add(cases, 'stats', 'counts and times of cases 统计')
        .option('--by <dimension>', 'all, role, partner, mode, item, window or department', 'all')
        .option('--grain <grain>', 'day, month or year', 'month')
        .option('--from <period>', 'as the grain: 2026-11-01, 2026-11, 2026; the present one by default')
        .option('--to <period>')
        .option('--key <key>', 'one partner, mode, item …'),
      async () => {
        const { stats } = await import('./queues.ts')
        return (context, flags) => stats(context, flags)
      },
    ),
    'tongban case stats --by partner --from 2026-01 --to 2026-12',
  )
  does(add(program, 'rebuild', 'write lists, queues and statistics of cases anew from their threads'), async () => {
    const { rebuild } = await import('./queues.ts')
    return context => rebuild(context)
  })
  example(
    does(
      add(cases, 'purge <case>', 'delete the personal data of an ended case now 清除个人信息')
        .option('--dry-run', 'only say what would be deleted, and which backups hold it')
        .option('--cause <cause>', 'request 申请人要求, or law 法律规定', 'request')
        .option('--yes', 'without asking'),
      async () => {
        const { purge } = await import('./cases.ts')
        return (context, flags, thread) => purge(context, thread ?? '', flags)
      },
    ),
    'tongban case purge CASE --dry-run',
  )

  declareCaseLists(cases, declare)

  const evidence = program.command('evidence').description('evidence bundles 证据包')
  declarePapers(cases, evidence, declare)
  example(
    does(
      add(evidence, 'verify <file>', 'verify a bundle offline').option(
        '--fingerprint <hex>',
        'fingerprint of a city certificate, as the city publishes it',
        collect,
        [],
      ),
      async () => {
        const { verifyEvidence } = await import('./evidence.ts')
        return (context, flags, file) => verifyEvidence(context, file ?? '', flags)
      },
    ),
    'tongban evidence verify evidence.zip --fingerprint HEX --fingerprint HEX',
  )

  declareReload(declareAdapters(program, declare), declare)
  declareIdentity(program, declare)
  declareOperation(program, declare)
  return program
}
