/** The commands of `tongban`; each imports what it needs only when it runs. */
import { Command } from 'commander'
import { VERSION } from '../version.ts'
import { declareAgreements } from './agreement-commands.ts'
import { declareCaseLists } from './case-list-commands.ts'
import { createContext, type GlobalFlags } from './context.ts'
import { declareFederation } from './federation-commands.ts'
import { declareIntake } from './intake-commands.ts'
import { declareMappings } from './mapping-commands.ts'
import { fail } from './output.ts'
import { declareServices } from './services-commands.ts'
import { declareWebhooks } from './webhook-commands.ts'

type Action = (context: ReturnType<typeof createContext>, flags: never, ...args: string[]) => Promise<unknown>

/** The program; `run` gets the parsed command and reports its failure. */
export function createProgram(): Command {
  const program = new Command('tongban')
    .description('通办: get done at the own window what another city decides')
    .version(VERSION)
    .option('--config <file>', 'config of the local node (default: ./tongban.json or TONGBAN_CONFIG)')
    .option('--url <url>', 'API of the node to talk to (default: the local one, or TONGBAN_URL)')
    .option('--token <token>', 'bearer token (default: TONGBAN_TOKEN or the local administrator)')
    .option('--json', 'print one JSON document')
    .showHelpAfterError('(tongban --help lists all commands)')

  /** Global flags may stand before or behind the command. */
  const add = (parent: Command, name: string, description: string): Command =>
    parent
      .command(name)
      .description(description)
      .option('--config <file>')
      .option('--url <url>')
      .option('--token <token>')
      .option('--json', 'print one JSON document')
  const does = (command: Command, action: () => Promise<Action>): Command =>
    command.action(async (...received: unknown[]) => {
      const flags = command.optsWithGlobals<GlobalFlags>()
      const args = received.slice(0, -2) as string[]
      try {
        await (await action())(createContext(flags), flags as never, ...args)
      } catch (error) {
        fail(error, flags.json === true)
      }
    })
  const example = (command: Command, text: string): Command =>
    command.addHelpText('after', `\nExample 示例:\n  ${text}`)

  add(program, 'start', 'start the node')
  example(
    does(
      add(program, 'init', 'make a node: config, keys, certificate, store, first accounts')
        .option('--code <code>', 'division code 行政区划代码')
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
      add(program, 'backup <folder>', 'copy store, keys, materials and config while the node runs').option(
        '--previous <folder>',
        'an older backup: its materials are linked, not copied',
      ),
      async () => {
        const { backup } = await import('./keeping.ts')
        return (context, flags, folder) => backup(context, folder ?? '', flags)
      },
    ),
    'tongban backup /srv/backup/2026-11-23 --previous /srv/backup/2026-11-22',
  )
  does(
    add(program, 'restore <backup>', 'make a node from a backup').option('--folder <folder>', 'where', '.'),
    async () => {
      const { restore } = await import('./keeping.ts')
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

  const invites = does(
    add(program, 'invite', 'make an invite for one partner city')
      .option('--hours <n>', 'how long it is good', '24')
      .option('--qr', 'show it as a QR code too 二维码'),
    async () => {
      const { invite } = await import('./partners.ts')
      return (context, flags) => invite(context, flags)
    },
  )
  example(invites, 'tongban invite --hours 48 --qr')
  does(add(invites, 'list', 'invites of the last month'), async () => {
    const { invites: list } = await import('./partners.ts')
    return context => list(context)
  })
  does(add(invites, 'cancel <id>', 'take an open invite back; the beginning of its id is enough'), async () => {
    const { cancelInvite } = await import('./partners.ts')
    return (context, _, id) => cancelInvite(context, id ?? '')
  })
  does(
    add(invites, 'qr <id>', 'write an open invite as a QR code').option('--out <file>', 'where', 'invite.svg'),
    async () => {
      const { invitePicture } = await import('./partners.ts')
      return (context, flags, id) => invitePicture(context, id ?? '', flags)
    },
  )
  example(
    does(add(program, 'accept <invite>', "accept a partner's invite (- reads it from standard input)"), async () => {
      const { accept } = await import('./partners.ts')
      return (context, _, text) => accept(context, text ?? '')
    }),
    'tongban accept tongban-invite:eyJ2Ijox…',
  )
  const partners = does(add(program, 'partners', 'partner cities and the state of delivery'), async () => {
    const { partners: list } = await import('./partners.ts')
    return context => list(context)
  })
  example(
    does(
      add(
        partners,
        'join <code>',
        'pair with a city that the directory of a trusted operator names: no invite, no words',
      ),
      async () => {
        const { join } = await import('./partners.ts')
        return (context, _, code) => join(context, code ?? '')
      },
    ),
    'tongban partners join 420300',
  )
  for (const [verb, description] of [
    ['confirm', 'the six words are the same: begin to exchange'],
    ['reject', 'the words differ: forget the pairing'],
    ['suspend', 'exchange nothing until resumed'],
    ['resume', 'exchange again'],
  ] as const) {
    does(add(partners, `${verb} <code>`, description), async () => {
      const { changePartner } = await import('./partners.ts')
      return (context, _, code) => changePartner(context, verb, code ?? '')
    })
  }

  example(
    does(
      add(partners, 'show <code>', 'one partner: how it is and was, what is wrong and who must act').option(
        '--step <step>',
        'minute (kept for a day), hour (14 days) or day (90 days)',
        'hour',
      ),
      async () => {
        const { showPartner } = await import('./partner-show.ts')
        return (context, flags, code) => showPartner(context, code ?? '', flags)
      },
    ),
    'tongban partners show 420300 --step day',
  )
  example(
    does(
      add(partners, 'test <code>', 'try the whole way to a partner, hop by hop; no agreement is needed 测试'),
      async () => {
        const { testPartner } = await import('./partner-test.ts')
        return (context, _, code) => testPartner(context, code ?? '')
      },
    ),
    'tongban partners test 420300',
  )

  does(add(program, 'reminders', 'what must be seen to before a day comes 提醒'), async () => {
    const { reminders } = await import('./reminders.ts')
    return context => reminders(context)
  })

  declareServices(program.command('services').description('service lists 事项清单'), { add, does, example })

  declareMappings(program.command('mappings').description('comparison of items 事项比对'), { add, does, example })
  declareWebhooks(program.command('webhooks').description('events told to other programs 事件推送'), {
    add,
    does,
    example,
  })
  declareFederation(program.command('federation').description('directories of federations 联盟名录'), {
    add,
    does,
    example,
  })
  declareAgreements(program.command('agreement').description('agreements 合作协议'), { add, does, example })

  const cases = program.command('case').description('cases 办件')
  const collect = (value: string, before: string[]) => [...before, value]
  example(
    does(
      add(cases, 'submit <file>', 'submit a case; uploads its materials first')
        .option('--material <CODE=PATH>', 'a material to upload', collect, [])
        .option('--own-codes', 'the codes of materials are those of the own list 材料编码为本市编码')
        .option('--again', 'another case, though the same was submitted within a day'),
      async () => {
        const { submit } = await import('./cases.ts')
        return (context, flags, file) => submit(context, file ?? '', flags)
      },
    ),
    'tongban case submit case.json --material M01=id-card.pdf --material M02=form.pdf',
  )
  declareIntake(cases, { add, does, example })
  does(add(cases, 'joint <file>', 'submit several items at once 多地联办/一件事: { shared, items }'), async () => {
    const { submitJoint } = await import('./cases.ts')
    return (context, _, file) => submitJoint(context, file ?? '')
  })
  does(
    add(cases, 'hand-over <thread>', 'hand all results of a joint case over at once').option('--by <name>', 'who did'),
    async () => {
      const { handOver } = await import('./cases.ts')
      return (context, flags, thread) => handOver(context, thread ?? '', flags)
    },
  )
  does(
    add(cases, 'preflight <file>', 'what would keep a case from being sent')
      .option('--material <CODE=PATH>', 'a material to upload', collect, [])
      .option('--own-codes', 'the codes of materials are those of the own list 材料编码为本市编码'),
    async () => {
      const { preflight } = await import('./cases.ts')
      return (context, flags, file) => preflight(context, file ?? '', flags)
    },
  )
  does(add(cases, 'bodies <thread>', 'what both cities wrote in it: personal data, and an audit row'), async () => {
    const { bodies } = await import('./cases.ts')
    return (context, _, thread) => bodies(context, thread ?? '')
  })
  example(
    does(
      add(
        cases,
        'scans <thread>',
        'its scans and documents with their pages 扫描件与校页: personal data, and an audit row',
      ).option('--out <folder>', 'write the files there'),
      async () => {
        const { scans } = await import('./scans.ts')
        return (context, flags, thread) => scans(context, thread ?? '', flags)
      },
    ),
    'tongban case scans THREAD --out scans',
  )
  does(
    add(cases, 'list', 'cases, last changed first')
      .option('--state <state>')
      .option('--number <number>', 'case number or local case number')
      .option('--limit <n>', 'at most', '50'),
    async () => {
      const { list } = await import('./cases.ts')
      return (context, flags) => list(context, flags)
    },
  )
  does(add(cases, 'show <thread>', 'one case with its timeline and the steps possible now'), async () => {
    const { show } = await import('./cases.ts')
    return (context, _, thread) => show(context, thread ?? '')
  })
  example(
    does(
      add(cases, 'step <name> <thread>', 'take a step, such as accept or withdraw')
        .option('--body <json>', 'its body, or @file', '{}')
        .option('--material <CODE=PATH>', 'a material to upload, for supplement', collect, []),
      async () => {
        const { step } = await import('./cases.ts')
        return (context, flags, name, thread) => step(context, name ?? '', thread ?? '', flags)
      },
    ),
    `tongban case step withdraw THREAD --body '{"reason":"申请人撤回"}'`,
  )

  example(
    does(
      add(cases, 'queue [name]', 'how many cases wait in each queue, or those of one 待办队列')
        .option('--window <name>', 'whose window queue')
        .option('--view <name>', 'the cases of a saved view')
        .option('--limit <n>', 'at most', '50'),
      async () => {
        const { queue } = await import('./queues.ts')
        return (context, flags, name) => queue(context, name, flags)
      },
    ),
    'tongban case queue overdue',
  )
  example(
    does(
      add(cases, 'search [words]', 'find cases by number, ID number, whole name, words of the item 检索')
        .option('--partner <code>')
        .option('--item <code>')
        .option('--mode <mode>')
        .option('--state <state>')
        .option('--window <name>')
        .option('--from <day>', 'submitted on this day or later')
        .option('--to <day>')
        .option('--limit <n>', 'at most', '50'),
      async () => {
        const { search } = await import('./queues.ts')
        return (context, flags, words) => search(context, words, flags)
      },
    ),
    'tongban case search 失业保险 --partner 420300 --state accepted',
  )
  does(add(cases, 'assign <thread> <account>', 'give a case to an account, to `me`, or to `nobody`'), async () => {
    const { assign } = await import('./queues.ts')
    return (context, _, thread, account) => assign(context, thread ?? '', account ?? '')
  })
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
  does(add(cases, 'papers <thread>', 'papers for the applicant, and what they wait for 窗口文书'), async () => {
    const { papers } = await import('./papers.ts')
    return (context, _, thread) => papers(context, thread ?? '')
  })
  example(
    does(
      add(cases, 'print <thread> <paper>', 'write a paper as a page to be printed').requiredOption(
        '--out <file>',
        'where',
      ),
      async () => {
        const { print } = await import('./papers.ts')
        return (context, flags, thread, paper) => print(context, thread ?? '', paper ?? '', flags)
      },
    ),
    'tongban case print THREAD receipt --out receipt.html',
  )
  example(
    does(
      add(cases, 'purge <thread>', 'delete the personal data of an ended case now 清除个人信息')
        .option('--dry-run', 'only say what would be deleted, and which backups hold it')
        .option('--cause <cause>', 'request 申请人要求, or law 法律规定', 'request'),
      async () => {
        const { purge } = await import('./cases.ts')
        return (context, flags, thread) => purge(context, thread ?? '', flags)
      },
    ),
    'tongban case purge THREAD --dry-run',
  )

  declareCaseLists(cases, { add, does, example })

  const calendar = does(add(program, 'calendar', 'holiday tables 节假日表, and what they cover'), async () => {
    const { show } = await import('./calendar.ts')
    return context => show(context)
  })
  example(
    does(add(calendar, 'import <file>', 'import the table of a year, when its notice is out'), async () => {
      const { importTable } = await import('./calendar.ts')
      return (context, _, file) => importTable(context, file ?? '')
    }),
    'tongban calendar import cn-2027.json',
  )
  does(
    add(calendar, 'count <from> <days>', 'the day so many working days after another one').option(
      '--city <code>',
      'whose calendar; the own one by default',
    ),
    async () => {
      const { count } = await import('./calendar.ts')
      return (context, flags, from, days) => count(context, from ?? '', days ?? '', flags)
    },
  )

  const evidence = program.command('evidence').description('evidence bundles 证据包')
  example(
    does(
      add(evidence, 'export <thread>', 'write the evidence of a case as a ZIP').requiredOption('--out <file>', 'where'),
      async () => {
        const { exportEvidence } = await import('./evidence.ts')
        return (context, flags, thread) => exportEvidence(context, thread ?? '', flags)
      },
    ),
    'tongban evidence export THREAD --out evidence.zip',
  )
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

  const ca = program.command('ca').description('federation CA, and city certificates that it issues')
  does(
    add(ca, 'create', 'make a CA').requiredOption('--name <name>').option('--folder <folder>', 'where', 'ca'),
    async () => {
      const { caCreate } = await import('./ca.ts')
      return (context, flags) => caCreate(context, flags)
    },
  )
  does(add(ca, 'request', "a request for this city's key").option('--out <file>', 'where', 'request.pem'), async () => {
    const { caRequest } = await import('./ca.ts')
    return (context, flags) => caRequest(context, flags)
  })
  does(
    add(ca, 'issue <request>', 'issue a city certificate')
      .option('--folder <folder>', 'of the CA', 'ca')
      .option('--out <file>', 'where', 'city.pem'),
    async () => {
      const { caIssue } = await import('./ca.ts')
      return (context, flags, request) => caIssue(context, request ?? '', flags)
    },
  )
  does(add(ca, 'install <certificate> <ca>', 'put an issued certificate into the key store'), async () => {
    const { caInstall } = await import('./ca.ts')
    return (context, _, certificate, authority) => caInstall(context, certificate ?? '', authority ?? '')
  })
  example(
    does(
      add(
        ca,
        'accept <certificate>',
        'pair with cities whose certificate this CA issued; shows its fingerprint first',
      ).option('--fingerprint <hex>', 'as the operator of the CA told it'),
      async () => {
        const { caAccept } = await import('./ca.ts')
        return (context, flags, certificate) => caAccept(context, certificate ?? '', flags)
      },
    ),
    'tongban ca accept ca.pem --fingerprint HEX',
  )
  does(add(ca, 'accepted', 'CAs that this node accepts'), async () => {
    const { caAccepted } = await import('./ca.ts')
    return context => caAccepted(context)
  })
  does(add(ca, 'unaccept <fingerprint>', 'take a CA off the list; the beginning is enough'), async () => {
    const { caUnaccept } = await import('./ca.ts')
    return (context, _, fingerprint) => caUnaccept(context, fingerprint ?? '')
  })

  const identity = program.command('identity').description('who this node is')
  for (const [verb, description] of [
    ['show', 'fingerprint, keys, addresses'],
    ['rotate', 'let a new packet key take over'],
  ] as const) {
    does(add(identity, verb, description), async () => {
      const operation = await import('./operation.ts')
      return context => operation.identity(context, verb)
    })
  }
  does(add(identity, 'revoke <kid>', 'end a retired packet key that somebody may have'), async () => {
    const { revokeKey } = await import('./operation.ts')
    return (context, _, kid) => revokeKey(context, kid ?? '')
  })
  const person = program.command('person').description('accounts 账号')
  does(
    add(person, 'add <name>', 'make an account; its token is shown once').requiredOption(
      '--role <role>',
      'administrator, clerk, integrator or auditor; may be repeated',
      collect,
      [],
    ),
    async () => {
      const { addPerson } = await import('./operation.ts')
      return (context, flags, name) => addPerson(context, name ?? '', flags)
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
  const parked = does(add(program, 'parked', 'work that waits for a person 挂起'), async () => {
    const operation = await import('./operation.ts')
    return context => operation.parked(context)
  })
  does(
    add(parked, 'retry', 'try it again')
      .option('--packet <no>')
      .option('--case <localCaseNo>')
      .option('--material <sha256>'),
    async () => {
      const { retryParked } = await import('./operation.ts')
      return (context, flags) => retryParked(context, flags)
    },
  )
  does(
    add(parked, 'dismiss <localCaseNo>', 'give up answers of the approval system for a case that is not of this node'),
    async () => {
      const { dismissParked } = await import('./operation.ts')
      return (context, _, localCaseNo) => dismissParked(context, localCaseNo ?? '')
    },
  )
  return program
}
