/** The fields of an item in the groups in which an office thinks of them. Pure. */
import type { Item } from '../item-type.ts'

export type Field = keyof Item

/** Groups with their fields; materials and the application form have editors of their own. */
export const GROUPS = {
  basics: [
    'taskCode',
    'taskName',
    'taskState',
    'taskType',
    'useLevel',
    'projectType',
    'deptName',
    'deptCode',
    'deptType',
    'entrustName',
    'serverType',
    'catalogCode',
    'localTaskCode',
    'localCatalogCode',
    'taskHandleItem',
    'powerSource',
  ],
  way: [
    'modes',
    'handleType',
    'acceptCondition',
    'handleFlow',
    'handleLinks',
    'isOnline',
    'onlineLevel',
    'onlineHandleDepth',
    'onlineHandleUrl',
    'isSchedule',
    'isHandle',
    'handleArea',
    'limitExplain',
  ],
  limits: [
    'anticipateDay',
    'promiseDay',
    'anticipateExplain',
    'promiseExplain',
    'limitSceneNum',
    'limitSceneExplain',
    'specialProcedures',
    'specialProcedure',
  ],
  materials: ['materials'],
  fees: ['isFee', 'isPayOnline', 'feeBasis', 'fees'],
  result: ['resultType', 'resultName', 'resultGuid', 'isMailMaterial', 'isMailResult', 'isExpress'],
  form: ['form', 'formUi', 'sharedFields', 'consent'],
  contact: [
    'linkWay',
    'superviseWay',
    'contacts',
    'transactAddr',
    'transactTime',
    'isEntryCenter',
    'isServiceTerminals',
    'offeredAt',
    'reviewContact',
    'litigationContact',
  ],
  law: ['byLaw', 'legalBases', 'faqs'],
  other: [
    'planEffectiveDate',
    'planCancelDate',
    'otherDept',
    'serviceType',
    'centralDept',
    'isHandleByDeptSys',
    'deptSysName',
    'deptSysUrl',
    'deptSysType',
    'userTopicType',
    'corpTopicType',
    'townName',
    'townCode',
    'villageName',
    'villageCode',
    'auditStatus',
    'rowGuid',
  ],
} as const satisfies Readonly<Record<string, readonly Field[]>>

export type Group = keyof typeof GROUPS
export const GROUP_NAMES = Object.keys(GROUPS) as Group[]

/** What the node counts by itself, or what can be said in one way alone. */
export const UNASKED: readonly Field[] = ['taskVersion', 'anticipateType', 'promiseType']

/** The group of a path of a finding: `materials.0.isNeed`. */
export function groupOf(path: string): Group {
  const [field = ''] = path.split('.')
  return GROUP_NAMES.find(group => (GROUPS[group] as readonly string[]).includes(field)) ?? 'basics'
}
