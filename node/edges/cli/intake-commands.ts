/** Declares `tongban case guide`, `prefill`, `draft …` and `parcel …`; what they do is imported when one runs. */
import type { Command } from 'commander'
import { declareCaseDrafts } from './case-drafts.ts'
import { collect, type Declare } from './declare.ts'
import { declareParcels } from './parcels.ts'
import { MATERIAL_FLAG } from './uploads.ts'

export function declareIntake(cases: Command, declare: Declare): void {
  const { add, does, example } = declare
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
  example(
    does(
      add(drafts, 'save <file>', 'save a case file, whole or not, as a draft')
        .option('--id <id>', 'over this one')
        .option('--seen <version>', 'only over this version of it, as `draft show` told')
        .option(`--material ${MATERIAL_FLAG}`, 'a material to upload, and how it was handed in', collect, [])
        .option('--own-codes', 'the codes of materials are those of the own list 材料编码为本市编码'),
      async () => {
        const { saveDraft } = await import('./intake.ts')
        return (context, flags, file) => saveDraft(context, file ?? '', flags)
      },
    ),
    'tongban case draft save case.json --material M01=id-card.pdf',
  )
  does(add(drafts, 'check <id>', 'what keeps it from being sent 预检'), async () => {
    const { checkDraft } = await import('./intake.ts')
    return (context, _, id) => checkDraft(context, id ?? '')
  })
  declareCaseDrafts(drafts, declare)
  declareParcels(cases, declare)
}
