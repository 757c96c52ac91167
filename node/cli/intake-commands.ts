/** Declares `tongban case guide`, `prefill`, `draft …` and `parcel …`; what they do is imported when one runs. */
import type { Command } from 'commander'
import type { Declare } from './services-commands.ts'
import { MATERIAL_FLAG } from './uploads.ts'

const collect = (value: string, before: string[]): string[] => [...before, value]

export function declareIntake(cases: Command, { add, does, example }: Declare): void {
  example(
    does(add(cases, 'guide <city> <item>', 'what an item of a partner asks for at this counter 办理指引'), async () => {
      const { guide } = await import('./intake.ts')
      return (context, _, city, item) => guide(context, city ?? '', item ?? '')
    }),
    'tongban case guide 420300 11420300MB0000000X4200000117001',
  )
  example(
    does(
      add(cases, 'prefill <file>', 'fill a case file in from the ID number, the credit code and earlier cases 预填')
        .option('--write', 'write it over the file')
        .option('--out <file>', 'write it into another'),
      async () => {
        const { prefill } = await import('./intake.ts')
        return (context, flags, file) => prefill(context, file ?? '', flags)
      },
    ),
    'tongban case prefill case.json --write',
  )
  const drafts = add(cases, 'draft', 'applications that are not sent yet, and those that a partner refused 草稿')
  does(
    add(drafts, 'list', 'own drafts, and what partners refused')
      .option('--window <name>', "the window's besides")
      .option('--limit <n>', 'how many', '50'),
    async () => {
      const { listDrafts } = await import('./intake.ts')
      return (context, flags) => listDrafts(context, flags)
    },
  )
  example(
    does(
      add(drafts, 'save <file>', 'save a case file, whole or not, as a draft')
        .option('--id <id>', 'over this one')
        .option(`--material ${MATERIAL_FLAG}`, 'a material to upload, and how it was handed in', collect, [])
        .option('--own-codes', 'the codes of materials are those of the own list 材料编码为本市编码'),
      async () => {
        const { saveDraft } = await import('./intake.ts')
        return (context, flags, file) => saveDraft(context, file ?? '', flags)
      },
    ),
    'tongban case draft save case.json --material M01=id-card.pdf',
  )
  does(
    add(drafts, 'show <id>', 'a draft with its content: personal data, and an audit row').option(
      '--out <file>',
      'write the content into a file',
    ),
    async () => {
      const { showDraft } = await import('./intake.ts')
      return (context, flags, id) => showDraft(context, id ?? '', flags)
    },
  )
  does(add(drafts, 'check <id>', 'what keeps it from being sent 预检'), async () => {
    const { checkDraft } = await import('./intake.ts')
    return (context, _, id) => checkDraft(context, id ?? '')
  })
  does(add(drafts, 'submit <id>', 'send it, once 转办'), async () => {
    const { submitDraft } = await import('./intake.ts')
    return (context, _, id) => submitDraft(context, id ?? '')
  })
  does(add(drafts, 'delete <id>', 'delete it'), async () => {
    const { deleteDraft } = await import('./intake.ts')
    return (context, _, id) => deleteDraft(context, id ?? '')
  })
  const parcels = add(cases, 'parcel', 'originals and results that are mailed 寄递')
  example(
    does(
      add(parcels, 'order <thread> <parcel>', 'order that `originals` or a `result` are picked up')
        .requiredOption('--name <name>', 'recipient')
        .requiredOption('--phone <phone>', "the recipient's")
        .requiredOption('--address <address>', "the recipient's")
        .option('--postcode <code>')
        .requiredOption('--content <what>', 'what is in it; may be repeated', collect, [])
        .option('--payer <who>', 'collecting, handling or applicant; as the agreement says by default'),
      async () => {
        const { order } = await import('./parcels.ts')
        return (context, flags, thread, parcel) => order(context, thread ?? '', parcel ?? '', flags)
      },
    ),
    'tongban case parcel order THREAD originals --name 十堰市民中心 --phone 0719-8100001 --address 十堰市… --content 身份证复印件',
  )
  does(add(parcels, 'list <thread>', 'parcels of a case, and where they are'), async () => {
    const { list } = await import('./parcels.ts')
    return (context, _, thread) => list(context, thread ?? '')
  })
  does(
    add(parcels, 'settle <thread>', 'what is wrong with parcels of the case was seen to 寄递异常已处理'),
    async () => {
      const { settle } = await import('./parcels.ts')
      return (context, _, thread) => settle(context, thread ?? '')
    },
  )
  for (const [verb, description] of [
    ['cancel', 'take an order back'],
    ['retry', 'try again what failed'],
  ] as const)
    does(add(parcels, `${verb} <thread> <id>`, description), async () => {
      const { change } = await import('./parcels.ts')
      return (context, _, thread, id) => change(context, verb, thread ?? '', id ?? '')
    })
}
