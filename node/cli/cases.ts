/** `tongban case`: submit, look up, take a step. */
import { type CaseKind, isCaseKind } from '../../protocol/case/kinds.ts'
import { CURES, type Finding } from '../../protocol/case/preflight.ts'
import { ProblemError } from '../../protocol/problem.ts'
import { cityNames } from './cities.ts'
import type { CommandContext } from './context.ts'
import { china, table } from './output.ts'
import { parseJson, readJson } from './services.ts'
import { type CaseFlags, type Given, keyOf, withMaterials, withStepFiles } from './uploads.ts'

type Case = {
  thread: string
  caseNo: string
  localCaseNo: string | null
  partner: string
  role: string
  state: string
  stateName: string
  outcome: string | null
  item: { name: string }
  updatedAt: string
  parked: { code: string; detail?: string } | null
  holder: string | null
  due: { dutyName: string; city: string; day: string; level: string; left: number; provisional: boolean } | null
}
type Detail = Case & {
  steps: string[]
  deadlines: {
    dutyName: string
    city: string
    due: string | null
    done: string | null
    level: string
    provisional: boolean
  }[]
  deemedAccepted: string | null
  linked: { thread: string; partner: string; item: { name: string }; stateName: string; lead: boolean }[]
  lacking: { materials: string[]; form: string[] } | null
  questions: { packet: string; kind: string; at: string; answerBy: string | null }[]
  timeline: {
    packet: string
    city: string
    kind: string
    at: string
    status: string
    receiptedAt: string | null
    differs: boolean
    late: boolean
    correctedBy: string[]
  }[]
  refused: { kind: string; at: string; problem: { code: string; detail?: string } }[]
}
const line = (value: Case) =>
  `${value.thread}  ${value.caseNo}  ${value.stateName} ${value.state}${value.outcome === null ? '' : ` ${value.outcome}`}`

/** Uploads the materials, then submits. The same case within a day is the same request, so that one cut off can be repeated. */
export async function submit(
  context: CommandContext,
  path: string,
  flags: CaseFlags & { again?: boolean },
): Promise<void> {
  const client = await context.client()
  const given = await withMaterials(client, context.out, (await readJson(path)) as Given, flags)
  const key = flags.again === true ? undefined : keyOf(given)
  context.out.result(await client.post<Case>('/api/v1/cases', given, key), value => `Submitted 已提交\n${line(value)}`)
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
  const { cases } = await client.post<{ cases: Case[] }>('/api/v1/cases/joint', given, key)
  context.out.result(cases, list => ['Submitted 已提交', ...list.map(line)].join('\n'))
}

export async function handOver(context: CommandContext, thread: string, flags: { by?: string }): Promise<void> {
  const client = await context.client()
  const done = await client.post<{ handedOver: number; missing: Detail['linked'] }>(
    `/api/v1/cases/${thread}/hand-over`,
    flags,
  )
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
  const { findings } = await client.post<{ findings: Finding[] }>(
    given?.shared === undefined ? '/api/v1/cases/preflight' : '/api/v1/cases/joint/preflight',
    given,
  )
  tellFindings(context, findings)
}

/** Prints findings, errors first; exit code 1 when there is an error. */
export function tellFindings(context: CommandContext, findings: readonly Finding[]): void {
  const errors = findings.filter(({ level }) => level === 'error')
  if (errors.length > 0) process.exitCode = 1
  const line = ({ field, level, cure, reason, reasonZh }: Finding): string =>
    `${level === 'error' ? '✗' : '·'} ${field}: ${reasonZh} ${reason} → ${CURES[cure].zh} ${CURES[cure].en}`
  context.out.result(findings, list =>
    [
      ...[...errors, ...list.filter(({ level }) => level === 'notice')].map(line),
      ...(errors.length > 0
        ? []
        : list.length > 0
          ? ['Ready to be sent, once you have looked at the above 核对以上提示后可以发送']
          : ['Ready to be sent 可以发送']),
    ].join('\n'),
  )
}

export async function bodies(context: CommandContext, thread: string): Promise<void> {
  const client = await context.client()
  const read = await client.get<{ bodies: { kind: string; city: string; body: unknown; refused: boolean }[] }>(
    `/api/v1/cases/${thread}/bodies`,
  )
  context.out.result(read.bodies, list =>
    list
      .map(
        ({ kind, city, body, refused }) =>
          `${kind} ${city}${refused ? ' refused 被拒' : ''}\n${JSON.stringify(body, null, 2)}`,
      )
      .join('\n\n'),
  )
}

export async function list(
  context: CommandContext,
  flags: { state?: string; number?: string; limit: string },
): Promise<void> {
  const client = await context.client()
  const query = new URLSearchParams({ limit: flags.limit })
  if (flags.state !== undefined) query.set('state', flags.state)
  if (flags.number !== undefined) query.set('number', flags.number)
  const { items } = await client.get<{ items: Case[] }>(`/api/v1/cases?${query}`)
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
  const found = await client.get<Detail>(`/api/v1/cases/${thread}`)
  const name = context.out.json ? String : await cityNames(client)
  context.out.result(found, value =>
    [
      line(value),
      `  ${value.item.name}`,
      `  local number 本地编号  ${value.localCaseNo ?? '-'}`,
      ...(value.parked === null
        ? []
        : [`  waits for a person 待处理  ${value.parked.code} ${value.parked.detail ?? ''}`]),
      `  held by 当前持有方  ${value.holder === null ? '-' : name(value.holder)}`,
      ...(value.deemedAccepted === null ? [] : [`  accepted by law since 视为受理  ${value.deemedAccepted}`]),
      ...(value.lacking === null || value.state !== 'supplementing'
        ? []
        : [
            `  to be supplied 待补正  ${[...value.lacking.materials, ...value.lacking.form].join(', ') || 'see case bodies'}`,
          ]),
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
                ...{ 'refused 被拒': at, kind, problem: problem.code, detail: problem.detail ?? '' },
              })),
            ),
          ]),
      '',
      table(
        value.timeline.map(({ at, city, kind, packet, receiptedAt, differs, late, correctedBy }) => ({
          at,
          city: name(city),
          kind,
          receipted: receiptedAt ?? 'not yet',
          note: [
            ...(late ? ['too late'] : differs ? ['counts by receipt 按回执计'] : []),
            ...(correctedBy.length > 0 ? ['corrected 已更正'] : []),
          ].join(', '),
          packet,
        })),
      ),
    ].join('\n'),
  )
}

/** Takes one step, such as `accept`, with its body as JSON text or `@file`. */
export async function step(
  context: CommandContext,
  name: string,
  thread: string,
  flags: { body: string; material: string[] },
): Promise<void> {
  const kind = `case.${name}`
  if (!isCaseKind(kind) || kind === ('case.submit' satisfies CaseKind))
    throw new ProblemError('request.invalid', `${name} is not a step; see: tongban case show THREAD`)
  const { body: given } = flags
  const body = given.startsWith('@') ? await readJson(given.slice(1)) : parseJson(given, '--body, JSON or @file')
  const client = await context.client()
  const whole = await withStepFiles(client, context.out, kind, body as Given, flags.material)
  context.out.result(await client.post<Case>(`/api/v1/cases/${thread}/${name}`, whole), line)
}

type Purge = {
  purgeOn: string | null
  purgedAt: string | null
  bodies: number
  materials: number
  drafts: number
  laterDrafts: number
  projections: number
  search: number
  backups: { folder: string; at: string; keys: string | null }[]
  problem: { code: string; detail?: string } | null
}

/** Deletes what this city holds of an ended case, or says what that would be. */
export async function purge(
  context: CommandContext,
  thread: string,
  flags: { dryRun?: boolean; yes?: boolean; cause: string },
): Promise<void> {
  const client = await context.client()
  const preview = await client.get<Purge>(`/api/v1/cases/${thread}/purge`)
  const held = (value: Purge): string[] =>
    value.backups.map(
      ({ folder, at, keys }) =>
        `  still in the backup 备份中仍有: ${folder}  ${china(at)}${keys === null ? '' : `, until the next backup replaces 下次备份将替换密钥文件: ${keys}`}`,
    )
  if (flags.dryRun === true) {
    context.out.result(preview, value =>
      [
        value.purgedAt === null
          ? `Held until 保留至: ${value.purgeOn ?? 'the case has not ended 办件未结束'}`
          : `Purged 已清除: ${china(value.purgedAt)}`,
        `  bodies 正文 ${value.bodies}, files 材料文件 ${value.materials}, drafts 草稿 ${value.drafts}, list entries 列表记录 ${value.projections}, search keys 检索索引 ${value.search}`,
        ...(value.laterDrafts === 0
          ? []
          : [`  drafts worked on since, not deleted 之后仍在编辑的草稿（不清除）: ${value.laterDrafts}`]),
        ...(value.problem === null ? [] : [`  not now 暂不能清除: ${value.problem.detail ?? value.problem.code}`]),
        ...held(value),
      ].join('\n'),
    )
    return
  }
  if (flags.yes !== true) {
    const what = `bodies 正文 ${preview.bodies}, files 材料文件 ${preview.materials}`
    await context.confirm(`Delete for good? 确认清除，不可恢复？ ${what}`, 'purge deletes for good: give --yes')
  }
  const done = await client.post<{ bodies: number; materials: number }>(`/api/v1/cases/${thread}/purge`, {
    cause: flags.cause,
  })
  context.out.result({ ...done, backups: preview.backups }, value =>
    [`Purged 已清除: bodies 正文 ${value.bodies}, files 材料文件 ${value.materials}`, ...held(preview)].join('\n'),
  )
}
