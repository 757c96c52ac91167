/** `tongban case guide`, `prefill` and `draft`: what a window does before a case is sent. */
import { writeFile } from 'node:fs/promises'
import { MODE_NAMES } from '../../../protocol/case/kinds.ts'
import { endingOf } from '../../city/records/archive/archive.ts'
import type { CreateCaseDraftRequest, Draft, PrefillCaseRequest } from '../client/api.generated.ts'
import { printFindings } from './cases.ts'
import type { CommandContext } from './context.ts'
import { readJson } from './services.ts'
import { type CaseFlags, type Given, withMaterials } from './uploads.ts'

const NEED = { '1': '必要', '2': '非必要', '3': '容缺后补' } as const

export async function guide(context: CommandContext, city: string, code: string): Promise<void> {
  const client = await context.client()
  const read = await client.readGuide({ params: { code: city, item: code } })
  context.out.result(read, ({ item, modes, agreed, names }) => {
    const lines = [
      `${item.taskName} (${item.taskCode}, version ${item.taskVersion})`,
      `承诺 ${item.promiseDay} / 法定 ${item.anticipateDay} working days 个工作日`,
      modes.length === 0
        ? 'No agreement covers it now 暂无协议覆盖'
        : `Modes 办理模式: ${modes.map(({ mode }) => `${mode} ${MODE_NAMES[mode].zh}`).join('、')}`,
    ]
    if (item.acceptCondition !== undefined) lines.push(`Conditions 受理条件: ${item.acceptCondition}`)
    for (const { feeName, feeStand } of item.fees ?? []) lines.push(`Fee 收费: ${feeName} ${feeStand}`)
    if (item.consent !== undefined) lines.push(`Notice 告知书 ${item.consent.version}: ${item.consent.text}`)
    for (const material of item.materials) {
      const own = names.find(({ handling }) => handling === material.materialCode)
      lines.push(
        `\n${material.materialCode} ${material.materialName} [${NEED[material.isNeed]}]${own === undefined ? '' : ` = ${own.collecting} ${own.collectingName}`}`,
        ...(material.fillExplain === undefined ? [] : [`  ${material.fillExplain}`]),
        ...(material.reviewPoints ?? []).map(point => `  □ ${point}`),
        ...(
          [
            ['sample 样表', material.exampleGuid],
            ['form 空表', material.formGuid],
          ] as const
        ).flatMap(([what, named]) =>
          named === undefined
            ? []
            : [
                `  ${what}: tongban services sample --city ${city} --item ${item.taskCode} --sha256 ${named.sha256} --out ${material.materialCode}${endingOf(named.type)}`,
              ],
        ),
      )
    }
    const fields = Object.entries((item.form?.properties ?? {}) as Record<string, { title?: string }>)
    const required = new Set((item.form?.required ?? []) as string[])
    if (fields.length > 0) lines.push('\nForm 申请表:')
    for (const [name, { title }] of fields) lines.push(`  ${name}${required.has(name) ? ' *' : ''} ${title ?? ''}`)
    const contacts = [
      ...(agreed?.contacts ?? []).map(({ role, name, phone }) => [role, name, phone]),
      ...(item.contacts ?? []).map(({ role, name, phone }) => [role, name, phone]),
    ]
    if (contacts.length > 0) lines.push('\nContacts 联系人:')
    for (const contact of contacts) lines.push(`  ${contact.filter(word => word !== undefined).join(' ')}`)
    return lines.join('\n')
  })
}

/** Fills a case file in; writes it to `--out`, or over itself with `--write`. */
export async function prefill(
  context: CommandContext,
  path: string,
  flags: { out?: string; write?: boolean },
): Promise<void> {
  const client = await context.client()
  const given = (await readJson(path)) as Given & PrefillCaseRequest
  const { to, item, applicant = {}, form = {} } = given
  const { mode, window, clerk, consent, delivery } = given
  const filled = await client.prefillCase({
    body: { to, item, applicant, form, mode, window, clerk, consent, delivery },
  })
  const { from, application, ...rest } = filled
  const values = { ...application, ...rest }
  const target = flags.write === true ? path : flags.out
  if (target !== undefined)
    await writeFile(target, `${JSON.stringify({ ...given, ...values }, null, 2)}\n`, { mode: 0o600 })
  context.out.result(filled, () =>
    Object.keys(from).length === 0
      ? 'Nothing to fill in 没有可预填的内容'
      : Object.entries(from)
          .map(([field, source]) => `${field} ← ${SOURCES[source] ?? source}`)
          .join('\n'),
  )
}

const SOURCES: Record<string, string> = {
  number: '证件号码 identity number',
  applicant: '申请人信息 applicant',
  earlier: '以往办件 earlier case',
}

/** Saves a case file as a new draft, or over `--id`, which must not have changed since it was `seen`. */
export async function saveDraft(
  context: CommandContext,
  path: string,
  flags: CaseFlags & { id?: string; seen?: string },
): Promise<void> {
  const client = await context.client()
  const given = await withMaterials(client, context.out, (await readJson(path)) as Given, flags)
  const content = given as CreateCaseDraftRequest['content']
  let saved: Draft
  if (flags.id === undefined) saved = await client.createCaseDraft({ body: { content } })
  else {
    const params = { id: flags.id }
    const ifMatch = flags.seen ?? String((await client.openCaseDraft({ params })).version)
    saved = await client.saveCaseDraft({ params, body: { content }, ifMatch })
  }
  context.out.result(saved, ({ id, version }) => `${id} version ${version}`)
}

export async function checkDraft(context: CommandContext, id: string): Promise<void> {
  const client = await context.client()
  const { findings } = await client.checkCaseDraft({ params: { id } })
  printFindings(context, findings)
}
