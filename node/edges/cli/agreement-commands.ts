/** Declares `tongban agreement …`; what they do is imported when one runs. */
import type { Command } from 'commander'
import { declareAgreementLists, declareTexts } from './agreement-lists.ts'
import { collect, type Declare } from './declare.ts'

export function declareAgreements(agreement: Command, declare: Declare): void {
  const { add, does, example } = declare
  declareTexts(agreement, declare)
  example(
    does(
      add(agreement, 'amend <agreement> <file>', 'propose a change of items or terms').option(
        '--yes',
        'do not ask 不再询问',
      ),
      async () => {
        const { amend } = await import('./agreements.ts')
        return (context, flags, thread, file) => amend(context, thread ?? '', file ?? '', flags)
      },
    ),
    'tongban agreement amend AGREEMENT amendment.json',
  )
  does(
    add(
      agreement,
      'sign <agreement>',
      'show what the text that the partner wrote last would touch, and sign it',
    ).option('--yes', 'do not ask 不再询问'),
    async () => {
      const { sign } = await import('./agreements.ts')
      return (context, flags, thread) => sign(context, thread ?? '', flags)
    },
  )
  for (const [verb, description] of [
    ['suspend', 'let no new case begin until resumed'],
    ['resume', 'let new cases begin again'],
    ['terminate', 'end it; cases under way finish under it'],
  ] as const) {
    const command = add(agreement, `${verb} <agreement>`, description)
      .requiredOption('--reason <text>', 'why')
      .option('--yes', 'do not ask 不再询问')
    if (verb === 'terminate') command.requiredOption('--on <day>', 'last day on which new cases begin, YYYY-MM-DD')
    does(command, async () => {
      const { end } = await import('./agreements.ts')
      return (context, flags, thread) => end(context, verb, thread ?? '', flags)
    })
  }
  const acts = declareAgreementLists(agreement, declare)
  does(
    add(acts, 'sign <no>', 'sign what another administrator prepared').option('--yes', 'do not ask 不再询问'),
    async () => {
      const { signAct } = await import('./agreements.ts')
      return (context, flags, no) => signAct(context, no ?? '', flags)
    },
  )
  example(
    does(
      add(agreement, 'diff <agreement>', 'what the text that waits for a signature changes 文本比对')
        .option('--before <id>', 'a text by the beginning of its id, in place of the one that stands')
        .option('--after <id>', 'a text by the beginning of its id, in place of the one that waits'),
      async () => {
        const { diff } = await import('./agreement-texts.ts')
        return (context, flags, thread) => diff(context, thread ?? '', flags)
      },
    ),
    'tongban agreement diff AGREEMENT',
  )
  example(
    does(
      add(agreement, 'print <agreement>', 'the agreement as a Chinese document for paper 打印')
        .option('--out <file>', 'where', 'agreement.html')
        .option('--text <id>', 'a text by the beginning of its id, in place of the newest that was signed'),
      async () => {
        const { print } = await import('./agreement-texts.ts')
        return (context, flags, thread) => print(context, thread ?? '', flags)
      },
    ),
    'tongban agreement print AGREEMENT --out agreement.html',
  )
  example(
    does(
      add(agreement, 'attach <file>', 'upload a file that a text is to name, such as the scan of the sealed paper 附件')
        .option('--name <name>', 'its name in the text; absent: that of the file')
        .option('--to <json>', 'write it into this document or amendment'),
      async () => {
        const { attach } = await import('./agreement-texts.ts')
        return (context, flags, file) => attach(context, file ?? '', flags)
      },
    ),
    'tongban agreement attach sealed.pdf --name 盖章扫描件.pdf --to agreement.json',
  )
  does(
    add(agreement, 'attachments <agreement>', 'attachments of every text, and whether they are here').option(
      '--save <sha256>',
      'write one to a file of its name; the beginning is enough',
    ),
    async () => {
      const { attachments } = await import('./agreement-texts.ts')
      return (context, flags, thread) => attachments(context, thread ?? '', flags)
    },
  )
  does(add(agreement, 'templates', 'templates that a draft can begin with 协议范本'), async () => {
    const { templates } = await import('./agreement-drafts.ts')
    return context => templates(context)
  })
  example(
    does(
      add(agreement, 'draft', 'fill a template with parties, the items of their published lists, and dates 拟稿')
        .requiredOption('--template <name>', 'see agreement templates')
        .requiredOption('--partner <city>', 'another party; several times for several', collect, [])
        .option(
          '--items <CITY=CODES>',
          'items that a city handles: codes with commas, all, or @file; absent: all of all',
          collect,
          [],
        )
        .option('--title <text>', 'title; absent: that of the template')
        .option('--from <day>', 'first day, YYYY-MM-DD; absent: tomorrow')
        .option('--to <day>', 'last day; absent: as long as the template says')
        .option('--out <file>', 'where', 'agreement.json'),
      async () => {
        const { draft } = await import('./agreement-drafts.ts')
        return (context, flags) => draft(context, flags)
      },
    ),
    'tongban agreement draft --template adjacent --partner 610900 --items 420300=all --items 610900=@codes.txt',
  )
  example(
    does(
      add(
        agreement,
        'impact <agreement-or-file>',
        'what a step would touch: items, open cases, mappings, the approval system 影响预览',
      )
        .option('--act <step>', 'sign, suspend, resume, terminate or expire', 'sign')
        .option('--on <day>', 'last day on which new cases begin, for terminate')
        .option(
          '--amendment <file>',
          'an amendment that is not proposed yet; or give a document in place of an agreement',
        ),
      async () => {
        const { impact } = await import('./agreement-impact.ts')
        return (context, flags, thread) => impact(context, thread ?? '', flags)
      },
    ),
    'tongban agreement impact AGREEMENT --act terminate --on 2026-12-31',
  )
  example(
    does(
      add(agreement, 'renew <agreement>', 'write what stands with new dates, to read and propose 续签')
        .option('--as <kind>', 'amendment (换文) or proposal (new agreement); absent: as its terms say')
        .option('--to <day>', 'last day; absent: as long again')
        .option('--out <file>', 'where', 'renewal.json'),
      async () => {
        const { renew } = await import('./agreement-drafts.ts')
        return (context, flags, thread) => renew(context, thread ?? '', flags)
      },
    ),
    'tongban agreement renew AGREEMENT --out renewal.json',
  )
}
