/** `tongban case`: submit, look up, take a step. */
import type { CaseKind } from '../../../protocol/case/kinds.ts'
import { TITLES } from '../../../protocol/case/names.ts'
import { CURES } from '../../../protocol/case/preflight.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import type {
  Case,
  Finding,
  ListCasesQuery,
  PreviewPurgeAnswer,
  PurgeCaseRequest,
  SubmitCaseRequest,
  SubmitJointCaseRequest,
  SubmittedCase,
} from '../client/api.generated.ts'
import { cityNames } from './cities.ts'
import type { CommandContext } from './context.ts'
import { withKnown } from './known.ts'
import { outline } from './outline.ts'
import { china, inBothLanguages, inOneLine, table } from './output.ts'
import { readJson } from './services.ts'
import { type CaseFlags, type Given, keyOf, withMaterials } from './uploads.ts'

/** One case in one line. */
export const line = (value: Case) =>
  `${value.thread}  ${value.caseNo}  ${value.stateName} ${value.state}${value.outcome === null ? '' : ` ${value.outcome}`}`

/** Other open cases of the same person for the same item: perhaps it was taken in twice. */
export const others = ({ alsoOpen }: Pick<SubmittedCase, 'alsoOpen'>): string[] =>
  alsoOpen.length === 0
    ? []
    : [
        `  open already, of the same person for the same item 该申请人同一事项另有未办结的办件，请确认是否重复收件: ${alsoOpen.join(', ')}`,
      ]

/** Uploads the materials, then submits. The same case within a day is the same request, so that one cut off can be repeated. */
export async function submit(
  context: CommandContext,
  path: string,
  flags: CaseFlags & { again?: boolean },
): Promise<void> {
  const client = await context.client()
  const given = await withMaterials(client, context.out, (await readJson(path)) as Given, flags)
  // Of what was given: a clerk of another window, or another minute, makes no other request of it.
  const key = flags.again === true ? undefined : keyOf(given)
  context.out.result(
    await client.submitCase({ body: (await withKnown(client, given)) as SubmitCaseRequest, key }),
    value => ['Submitted 已提交', line(value), ...others(value)].join('\n'),
  )
}

/** Submits the cases of a joint one with their shared materials; the same within a day is the same request. */
export async function submitJoint(
  context: CommandContext,
  path: string,
  flags: CaseFlags & { again?: boolean },
): Promise<void> {
  const client = await context.client()
  const read = (await readJson(path)) as Given
  if (read?.shared === undefined) throw new ProblemError('request.invalid', `${path}: { "shared": …, "items": […] }`)
  const given = await withMaterials(client, context.out, read, flags)
  const key = flags.again === true ? undefined : keyOf(given)
  const { cases } = await client.submitJointCase({ body: given as unknown as SubmitJointCaseRequest, key })
  context.out.result(cases, list =>
    ['Submitted 已提交', ...list.flatMap(value => [line(value), ...others(value)])].join('\n'),
  )
}

export async function handOver(context: CommandContext, thread: string, flags: { by?: string }): Promise<void> {
  const client = await context.client()
  const params = { thread }
  const done = await client.handOverJointCase({ params, body: { by: flags.by } })
  const name = context.out.json ? String : await cityNames(client)
  context.out.result(done, ({ handedOver, missing }) =>
    [
      `Handed over 已送达: ${handedOver}`,
      ...missing.map(entry => `  no result yet 尚无结果: ${name(entry.partner)} ${entry.item.name} ${entry.stateName}`),
    ].join('\n'),
  )
}

/** Prints what a clerk must cure; exit code 1 when there is anything. */
export async function preflight(context: CommandContext, path: string, flags: CaseFlags): Promise<void> {
  const client = await context.client()
  const given = await withMaterials(client, context.out, (await readJson(path)) as Given, flags)
  const { findings } = await (given?.shared === undefined
    ? client.preflightCase({ body: await withKnown(client, given) })
    : client.preflightJointCase({ body: given }))
  printFindings(context, findings)
}

const READY = {
  sent: { en: 'Ready to be sent', zh: '可以发送', after: '核对以上提示后可以发送' },
  taken: { en: 'Ready to be taken', zh: '可以办理', after: '核对以上提示后可以办理' },
} as const

/** Prints findings of what would be sent or taken, errors first; exit code 1 when there is an error. */
export function printFindings(
  context: CommandContext,
  findings: readonly Finding[],
  what: keyof typeof READY = 'sent',
): void {
  const { en, zh, after } = READY[what]
  const errors = findings.filter(({ level }) => level === 'error')
  if (errors.length > 0) process.exitCode = 1
  const line = ({ field, level, cure, reason, reasonZh }: Finding): string =>
    `${level === 'error' ? '✗' : '·'} ${field === '' ? '' : `${field}: `}${reasonZh} ${reason} → ${CURES[cure].zh} ${CURES[cure].en}`
  context.out.result(findings, list =>
    [
      ...[...errors, ...list.filter(({ level }) => level === 'notice')].map(line),
      ...(errors.length > 0
        ? []
        : list.length > 0
          ? [`${en}, once you have looked at the above ${after}`]
          : [`${en} ${zh}`]),
    ].join('\n'),
  )
}

const titleOf = (kind: string): string =>
  Object.hasOwn(TITLES, kind) ? `${TITLES[kind as CaseKind].zh} ${TITLES[kind as CaseKind].en}` : kind

export async function bodies(context: CommandContext, thread: string): Promise<void> {
  const client = await context.client()
  const read = await client.readCaseBodies({ params: { thread } })
  context.out.result(read.bodies, list =>
    list
      .map(
        ({ kind, city, body, refused }) =>
          `${titleOf(kind)} ${city}${refused ? ' refused 被拒' : ''}\n${body === null || typeof body !== 'object' ? '— purged 已清除' : outline(body, ['salt'])}`,
      )
      .join('\n\n'),
  )
}

export async function list(
  context: CommandContext,
  flags: Pick<ListCasesQuery, 'state' | 'limit'> & { number?: string },
): Promise<void> {
  const client = await context.client()
  const { number, state, limit } = flags
  const { items } = await client.listCases({ query: { limit, state, numberPrefix: number } })
  context.out.result(items, found =>
    table(
      found.map(value => ({
        thread: value.thread,
        number: value.caseNo,
        local: value.localCaseNo,
        partner: value.partner,
        state: `${value.stateName} ${value.state}`,
        due: value.due === null ? '' : `${value.due.day} ${value.due.dutyName} ${value.due.level}`,
        item: value.item.name,
        parked: value.parked?.code ?? '',
      })),
    ),
  )
}

export async function show(context: CommandContext, thread: string): Promise<void> {
  const client = await context.client()
  const found = await client.getCase({ params: { thread } })
  const name = context.out.json ? String : await cityNames(client)
  context.out.result(found, value =>
    [
      line(value),
      `  ${value.item.name}`,
      `  version 版本  ${value.version}`,
      `  local number 本地编号  ${value.localCaseNo ?? '-'}`,
      ...(value.parked === null ? [] : [`  waits for a person 待处理  ${inOneLine(value.parked)}`]),
      `  held by 当前持有方  ${value.holder === null ? '-' : name(value.holder)}`,
      ...(value.deemedAccepted === null ? [] : [`  accepted by law since 视为受理  ${value.deemedAccepted}`]),
      ...(value.lacking === null || value.state !== 'supplementing'
        ? []
        : [
            `  to be supplied 待补正  ${[...value.lacking.materials, ...value.lacking.form].join(', ') || 'see case bodies'}`,
          ]),
      ...(value.withdrawRequested && value.holder !== null
        ? ['  withdrawal asked for 已申请撤回  close as 请以此办结: withdrawn']
        : []),
      ...(value.committed === null || value.committed.missing?.length === 0
        ? []
        : [
            `  to be handed in later 容缺后补  ${value.committed.missing?.join(', ') ?? '— purged 已清除'}, ${value.committed.until ?? ''}`,
            ...(value.deadlines.some(({ duty, done }) => duty === 'lapse' && done === null)
              ? [
                  value.state !== 'decided'
                    ? '  the promise was missed 承诺逾期未补  hand-in, decide, or close as 或以此办结: lapsed'
                    : '  the promise was missed 承诺逾期未补  hand-in, or close as 或以此办结: void',
                ]
              : []),
          ]),
      ...(value.originals === null
        ? []
        : [`  originals 原件未退  ${value.originals.ours}, here 在本市 ${value.originals.here}: case originals`]),
      ...value.payments.map(
        ({ packet, number, amount, payBy, result, settledAt }) =>
          `  fee 缴费  ${number ?? '— purged 已清除'} ${amount ?? ''} ${settledAt === null ? `open 待缴 ${payBy ?? ''}` : (result ?? 'settled 已处理')}  ${packet}`,
      ),
      ...value.questions.map(
        ({ packet, kind, answerBy }) => `  to be answered 待答复  ${kind} ${packet} ${answerBy ?? ''}`,
      ),
      ...value.linked.map(
        entry =>
          `  joint 联办  ${entry.thread} ${name(entry.partner)} ${entry.item.name} ${entry.stateName}${entry.lead ? ' *' : ''}`,
      ),
      `  possible now 可办步骤  ${value.steps.map(step => step.slice(5)).join(', ') || '-'}`,
      '',
      table(
        value.deadlines.map(({ dutyName, city, due, done, level, provisional }) => ({
          duty: dutyName,
          city: name(city),
          due: `${due ?? '-'}${provisional ? ' 暂定' : ''}`,
          done,
          level,
        })),
      ),
      ...(value.refused.length === 0
        ? []
        : [
            '',
            table(
              value.refused.map(({ at, kind, problem }) => ({
                'refused 被拒': at,
                kind,
                problem: problem.code,
                detail: inBothLanguages(problem.detail ?? ''),
              })),
            ),
          ]),
      '',
      table(
        value.timeline.map(({ at, actedAt, city, kind, packet, receiptedAt, differs, late, correctedBy }) => ({
          at,
          city: name(city),
          kind,
          receipted: receiptedAt ?? 'not yet',
          note: [
            ...(late ? ['too late'] : differs ? ['counts by receipt 按回执计'] : []),
            ...(actedAt === null ? [] : [`officer acted 经办 ${actedAt}`]),
            ...(correctedBy.length > 0 ? ['corrected 已更正'] : []),
          ].join(', '),
          packet,
        })),
      ),
    ].join('\n'),
  )
}

/** Deletes what this city holds of an ended case, or says what that would be. */
export async function purge(
  context: CommandContext,
  thread: string,
  flags: { dryRun?: boolean; yes?: boolean } & PurgeCaseRequest,
): Promise<void> {
  const client = await context.client()
  const params = { thread }
  const preview = await client.previewPurge({ params })
  const held = (value: PreviewPurgeAnswer): string[] =>
    value.backups.map(
      ({ folder, at, keys }) =>
        `  still in the backup 备份中仍有: ${folder}  ${china(at)}${keys === null ? '' : `, until the next backup replaces 下次备份将替换密钥文件: ${keys}`}`,
    )
  if (flags.dryRun === true) {
    context.out.result(preview, value =>
      [
        value.purgedAt === null
          ? `Held until 保留至: ${value.purgeOn ?? (value.ended ? 'somebody purges it: this city handled the case, and keeps its file 有人清除为止：本市为办理地，保存案卷' : 'the case has not ended 办件未结束')}`
          : `Purged 已清除: ${china(value.purgedAt)}`,
        `  bodies 正文 ${value.bodies}, files 材料文件 ${value.materials}, drafts 草稿 ${value.drafts}, list entries 列表记录 ${value.projections}, search keys 检索索引 ${value.search}`,
        ...(value.laterDrafts === 0
          ? []
          : [`  drafts worked on since, not deleted 之后仍在编辑的草稿（不清除）: ${value.laterDrafts}`]),
        ...(value.problem === null ? [] : [`  not now 暂不能清除: ${inOneLine(value.problem)}`]),
        ...held(value),
      ].join('\n'),
    )
    return
  }
  if (flags.yes !== true) {
    const what = `bodies 正文 ${preview.bodies}, files 材料文件 ${preview.materials}`
    await context.confirm(`Delete for good? 确认清除，不可恢复？ ${what}`, 'purge deletes for good: give --yes')
  }
  const done = await client.purgeCase({ params, body: { cause: flags.cause } })
  context.out.result({ ...done, backups: preview.backups }, value =>
    [`Purged 已清除: bodies 正文 ${value.bodies}, files 材料文件 ${value.materials}`, ...held(preview)].join('\n'),
  )
}
