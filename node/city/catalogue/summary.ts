/** What the search knows of an item, kept beside its bucket so that no item is unpacked to find it. */
import type { ServiceItem } from '../../../protocol/service/item.ts'

/** What a hit shows of an item. Audience and modes as text of their digits, ascending where they come from the index. */
export type Shown = readonly [
  code: string,
  name: string,
  department: string,
  type: string,
  level: string,
  audience: string,
  modes: string,
  state: string,
  projectType: string,
  promiseDay: number,
  taskVersion: number,
]
/** One row of JSON: a tuple, for 100,000 of them are read when a list is first searched. */
export type Summary = readonly [...Shown, otherCodes: string]

export const summaryOf = (item: ServiceItem): Summary => [
  item.taskCode,
  item.taskName,
  item.deptName,
  item.taskType,
  item.useLevel,
  [...new Set(item.serverType)].join(''),
  [...new Set(item.modes)].join(''),
  item.taskState,
  item.projectType,
  item.promiseDay,
  item.taskVersion,
  [item.localTaskCode, item.catalogCode, item.localCatalogCode, item.taskHandleItem].filter(Boolean).join(' '),
]
