/** `tongban agreement impact`, and the question that commands ask before they sign, amend, suspend or terminate. */
import { type Diff, describeDiff } from './agreement-texts.ts'
import { goOn } from './ask.ts'
import type { Client } from './client.ts'
import type { CommandContext } from './context.ts'
import { table } from './output.ts'
import { readJson } from './services.ts'

type Touched = { handling: string; taskCode: string; taskName: string; elsewhere: boolean }
type Mapped = { partner: string; taskCode: string; taskName: string; own: string | null }
export type Impact = {
  text: string | null
  from: string | null
  changes: Diff | null
  gained: Touched[]
  lost: Touched[]
  cases: {
    open: number
    touched: number
    shown: { caseNo: string; itemName: string; state: string; partner: string }[]
  }
  mappings: Record<'touched' | 'stale' | 'missing', Mapped[]>
  faults: { path: string; why: string }[]
  adapter: { kind: string; lacking: { taskCode: string; lacks: string }[] }
}
export type Step = 'sign' | 'suspend' | 'resume' | 'terminate' | 'expire'

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

export function describeImpact({ from, changes, gained, lost, cases, mappings, faults, adapter }: Impact): string {
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
          ...faults.slice(0, SHOWN).map(({ path, why }) => `  ${path}: ${why}`),
        ]),
    ...(adapter.lacking.length === 0
      ? []
      : [
          `Not set up in the approval system 审批系统未配置 (${adapter.kind}): ${adapter.lacking.length}`,
          ...adapter.lacking.slice(0, SHOWN).map(({ taskCode, lacks }) => `  ${taskCode}: ${lacks}`),
        ]),
  ].join('\n')
}

const pathOf = (thread: string, step: Step, on?: string): string =>
  `/api/v1/agreements/${thread}/impact?${new URLSearchParams({ act: step, ...(on === undefined ? {} : { on }) })}`

/** Of a step, of an amendment in a file, or, without a thread, of a document that is to be proposed. */
export async function impact(
  context: CommandContext,
  subject: string,
  flags: { act: Step; on?: string; amendment?: string },
): Promise<void> {
  const client = await context.client()
  const found = !/^[0-9a-f]{32}$/.test(subject)
    ? await client.post<Impact>('/api/v1/agreements/impact', await readJson(subject))
    : flags.amendment !== undefined
      ? await client.post<Impact>(`/api/v1/agreements/${subject}/impact`, await readJson(flags.amendment))
      : await client.get<Impact>(pathOf(subject, flags.act, flags.on))
  context.out.result(found, describeImpact)
}

/**
 * Shows what a step would touch and, on a terminal, asks whether to go on; with `--json` it only looks. Gives the preview back,
 * so that what is signed is what was shown. Problem: `request.conflict` when the person says no.
 */
export async function preview(
  context: CommandContext,
  client: Client,
  what: { thread: string; step: Step; on?: string } | { thread: string; amendment: unknown },
  yes: boolean,
): Promise<Impact> {
  const found =
    'step' in what
      ? await client.get<Impact>(pathOf(what.thread, what.step, what.on))
      : await client.post<Impact>(`/api/v1/agreements/${what.thread}/impact`, what.amendment)
  if (context.out.json) return found
  context.out.say(describeImpact(found))
  await goOn(yes)
  return found
}
