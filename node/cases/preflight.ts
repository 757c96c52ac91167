/** Pre-flight (预检): what a clerk can cure before a case is sent, all findings at once. Pure. */
import type { CaseContent } from '../../protocol/case/kinds.ts'
import { readCreditCode } from '../../protocol/codes/credit-code.ts'
import { readResidentId } from '../../protocol/codes/resident-id.ts'
import type { ServiceItem } from '../../protocol/service/item.ts'

/** `field` is a path into the request; `reason` never repeats its value. */
export type Finding = { field: string; reason: string; reasonZh: string }

/** How one material is called in the own list and in the partner's. */
export type MaterialNames = { collecting: string; collectingName: string; handling: string; handlingName: string }

/** Checks a case against the partner's published item; `names` are those of its materials at this counter. */
export function preflight(
  submit: Omit<CaseContent<'case.submit'>, 'caseNo'>,
  item: ServiceItem,
  names: readonly MaterialNames[] = [],
): Finding[] {
  const findings: Finding[] = []
  const find = (field: string, reason: string, reasonZh: string) => findings.push({ field, reason, reasonZh })
  if (item.taskState !== '1') find('item', 'the item is not in use', '事项未启用')
  if (submit.item.version !== item.taskVersion)
    find('item.version', `the published version is ${item.taskVersion}`, `现行版本为 ${item.taskVersion}`)
  if (!item.modes.includes(submit.mode)) find('mode', 'the item does not allow this mode', '事项不支持该办理模式')
  if (!item.serverType.includes(submit.applicant.type))
    find('applicant.type', 'the item is not for this kind of applicant', '服务对象不符')
  for (const [field, holder] of [
    ['applicant', submit.applicant],
    ['agent', submit.agent],
  ] as const) {
    if (holder === undefined) continue
    if (holder.idType === '111' && readResidentId(holder.idNumber) === null)
      find(`${field}.idNumber`, 'not a valid resident identity number', '身份证号码校验不通过')
    if (holder.idType === '001' && readCreditCode(holder.idNumber) === null)
      find(`${field}.idNumber`, 'not a valid unified social credit code', '统一社会信用代码校验不通过')
  }
  const given = new Set(submit.materials.map(material => material.code))
  const known = new Set(item.materials.map(material => material.materialCode))
  for (const material of item.materials) {
    if (material.isNeed === '1' && !given.has(material.materialCode)) {
      const own = names.find(({ handling }) => handling === material.materialCode)
      find(
        `materials.${material.materialCode}`,
        own === undefined
          ? 'a necessary material is missing'
          : `a necessary material is missing: ${own.collecting} of the own list`,
        `缺少必要材料：${material.materialName}${own === undefined ? '' : `（本市称“${own.collectingName}”）`}`,
      )
    }
  }
  for (const [index, material] of submit.materials.entries()) {
    if (!known.has(material.code)) find(`materials.${index}.code`, "not in the item's list", '不在事项材料清单内')
  }
  return findings
}
