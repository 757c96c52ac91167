/** `tongban agreement impact`, and the question that commands ask before they sign, amend, suspend or terminate. */
import type {
  PreviewAmendmentRequest,
  PreviewProposalRequest,
  PreviewStepAnswer,
  PreviewStepQuery,
} from '../client/api.generated.ts'
import type { Client } from '../client/client.ts'
import { describeDiff } from './agreement-texts.ts'
import { goOn } from './ask.ts'
import type { CommandContext } from './context.ts'
import { agreementThread } from './named.ts'
import { table } from './output.ts'
import { readJson } from './services.ts'

type Touched = PreviewStepAnswer['gained'][number]
type Mapped = PreviewStepAnswer['mappings']['touched'][number]
type Step = NonNullable<PreviewStepQuery['act']>

const SHOWN = 20
const ELSEWHERE = '(another agreement covers it too 另有协议覆盖)'

const items = (title: string, list: readonly Touched[]): string[] =>
  list.length === 0
    ? []
    : [
        `${title}: ${list.length}`,
        ...list
          .slice(0, SHOWN)
          .map(({ handling, taskCode, taskName, elsewhere }) =>
            `  ${handling} ${taskCode} ${taskName} ${elsewhere ? ELSEWHERE : ''}`.trimEnd(),
          ),
        ...(list.length > SHOWN ? [`  … ${list.length - SHOWN} more, with --json 其余见 --json`] : []),
      ]

const mapped = (title: string, list: readonly Mapped[]): string[] =>
  list.length === 0
    ? []
    : [
        `${title}: ${list.length}`,
        ...list
          .slice(0, SHOWN)
          .map(
            ({ partner, taskCode, taskName, own }) =>
              `  ${partner} ${taskCode} ${taskName}${own === null ? '' : ` ↔ ${own}`}`,
          ),
      ]

export function describeImpact({
  from,
  changes,
  gained,
  lost,
  cases,
  mappings,
  faults,
  adapter,
}: PreviewStepAnswer): string {
  return [
    from === null
      ? 'Nothing ends: the agreement renews itself 自动续期，不受影响'
      : `For new cases from ${from} on 自 ${from} 起对新收办件生效`,
    // The first signature makes everything new: the lists below say it.
    ...(changes === null ? [] : [describeDiff(changes)]),
    ...items('Cases can begin 可新收办件的事项', gained),
    ...items('Cases can begin no longer 不再收件的事项', lost),
    cases.open === 0
      ? 'Open cases 在办件: 0'
      : `Open cases 在办件: ${cases.open}, each finishes under the text it began with 按收件时的文本办结; ${cases.touched} of items that are lost or changed 件涉及移除或变更的事项`,
    ...(cases.shown.length === 0
      ? []
      : [
          table(
            cases.shown
              .slice(0, SHOWN)
              .map(({ caseNo, partner, state, itemName }) => ({ case: caseNo, partner, state, item: itemName })),
          ),
        ]),
    ...mapped('Saved mappings touched 涉及的已存事项比对', mappings.touched),
    ...mapped('Mappings to compare again 需重新比对', mappings.stale),
    ...mapped('Items without a mapping 尚未比对的事项', mappings.missing),
    ...(faults.length === 0
      ? []
      : [
          `Does not hold and cannot be signed 不符合清单或证书，不能签署: ${faults.length}`,
          ...faults.slice(0, SHOWN).map(({ path, why, whyZh }) => `  ${path}: ${why} ${whyZh}`),
        ]),
    ...(adapter.lacking.length === 0
      ? []
      : [
          `Not set up in the approval system 审批系统未配置 (${adapter.kind}): ${adapter.lacking.length}`,
          ...adapter.lacking.slice(0, SHOWN).map(({ taskCode, lacks }) => `  ${taskCode}: ${lacks}`),
        ]),
  ].join('\n')
}

/** A file by its ending, or as it lies there; else an agreement. */
const isFile = async (subject: string): Promise<boolean> =>
  subject === '-' || /\.json$/i.test(subject) || (await Bun.file(subject).exists())

/** Of a step, of an amendment in a file, or, without an agreement, of a document that is to be proposed. */
export async function impact(
  context: CommandContext,
  subject: string,
  flags: { act: Step; on?: string; amendment?: string },
): Promise<void> {
  const client = await context.client()
  if (await isFile(subject)) {
    const body = (await readJson(subject)) as PreviewProposalRequest
    context.out.result(await client.previewProposal({ body }), describeImpact)
    return
  }
  const thread = await agreementThread(client, subject)
  const what =
    flags.amendment === undefined
      ? { thread, step: flags.act, on: flags.on }
      : { thread, amendment: await readJson(flags.amendment) }
  context.out.result(await previewOf(client, what), describeImpact)
}

type Previewed = { thread: string; step: Step; on?: string | undefined } | { thread: string; amendment: unknown }

const previewOf = (client: Client, what: Previewed): Promise<PreviewStepAnswer> =>
  'step' in what
    ? client.previewStep({ params: { thread: what.thread }, query: { act: what.step, on: what.on } })
    : client.previewAmendment({ params: { thread: what.thread }, body: what.amendment as PreviewAmendmentRequest })

/**
 * Shows what a step would touch and, on a terminal, asks whether to go on; with `--json` it only looks. Gives the preview back,
 * with the version of the agreement, so that what is signed is what was shown. Problem: `request.conflict` when the person says no.
 */
export async function preview(
  context: CommandContext,
  client: Client,
  what: Previewed,
  yes: boolean,
): Promise<PreviewStepAnswer & { version: string }> {
  // Read before: what is done meanwhile makes the version differ, never the other way round.
  const { version } = await client.getAgreement({ params: { thread: what.thread } })
  const found = { ...(await previewOf(client, what)), version }
  if (context.out.json) return found
  context.out.print(describeImpact(found))
  await goOn(yes)
  return found
}
