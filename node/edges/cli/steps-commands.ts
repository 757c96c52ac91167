/** Declares `tongban case step` and `rate`; what they do is imported when one runs. */
import type { Command } from 'commander'
import { collect, type Declare } from './declare.ts'
import { MATERIAL_FLAG, STEPS_WITH_FILES } from './uploads.ts'

export function declareSteps(cases: Command, { add, does, example }: Declare): void {
  example(
    does(
      add(cases, 'step <names> <case>', 'take a step, such as accept, or several in turn, such as mail,accept')
        .option('--set <field=value>', 'a field of its body, such as outcome=granted; may be repeated', collect, [])
        .option('--body <json>', 'its whole body, or @file; what is known of the step is not filled in then')
        .option(`--material ${MATERIAL_FLAG}`, `a file to upload: ${STEPS_WITH_FILES.join(', ')}`, collect, [])
        .option('--check', 'only say what would keep it from being taken 试办')
        .option('--seen <version>', 'only while the case is as `case show` told: refused when anybody acted since'),
      async () => {
        const { step } = await import('./steps.ts')
        return (context, flags, names, thread) => step(context, names ?? '', thread ?? '', flags)
      },
    ),
    'tongban case step decide CASE --set outcome=granted --set documentNo=十审准字第1001号 --material decision.pdf',
  )
  example(
    does(
      add(
        cases,
        'rate <case> <window> <department>',
        "record the applicant's ratings of both, 1 best to 5 worst 好差评",
      )
        .option('--channel <channel>', 'where they were given', '窗口')
        .option('--real-name', 'the applicant may be called back 实名评价'),
      async () => {
        const { rate } = await import('./steps.ts')
        return (context, flags, thread, window, department) =>
          rate(context, thread ?? '', [window ?? '', department ?? ''], flags)
      },
    ),
    'tongban case rate CASE 1 2',
  )
}
