/** Words of the desk. */
import { catalogue } from '../words.ts'

export const DESK = catalogue(
  {
    title: '工作台',
    queues: '队列',
    empty: '这里没有办件',
    caseNo: '办件编号',
    applicant: '申请人',
    item: '事项',
    way: '收件 → 办理',
    state: '状态',
    due: '期限',
    more: '更多',
    shown: (rows: number, all: string) => `已列出 ${rows}，共 ${all}`,
  },
  {
    title: 'Desk',
    queues: 'Queues',
    empty: 'No cases here',
    caseNo: 'Case number',
    applicant: 'Applicant',
    item: 'Item',
    way: 'From → to',
    state: 'State',
    due: 'Due',
    more: 'More',
    shown: (rows: number, all: string) => `${rows} listed of ${all}`,
  },
)
