/** Words of acts on many cases, and names of the papers. */
import type { PrintPapersRequest } from '../../../client/api.generated.ts'
import { catalogue } from '../catalogue.ts'

export type PaperName = PrintPapersRequest['paper']

/** As the papers themselves are headed. */
export const PAPERS = {
  receipt: { zh: '收件回执', en: 'receipt of the application' },
  'supplement-notice': { zh: '补正告知书', en: 'notice of what is missing' },
  acceptance: { zh: '受理通知书', en: 'notice of acceptance' },
  refusal: { zh: '不予受理通知书', en: 'notice of refusal' },
  decision: { zh: '决定书', en: 'decision' },
  'supplement-receipt': { zh: '补正材料回执', en: 'receipt of what was missing' },
  commitment: { zh: '容缺受理承诺书', en: 'promise of materials' },
  'hand-in-receipt': { zh: '容缺材料补交回执', en: 'receipt of promised materials' },
  'special-procedure': { zh: '特别程序告知书', en: 'notice of a special procedure' },
  extension: { zh: '延长办理期限告知书', en: 'notice of an extension' },
  'payment-notice': { zh: '缴费通知书', en: 'notice of a fee' },
  withdrawal: { zh: '撤回申请书', en: 'withdrawal' },
  termination: { zh: '终止办理通知书', en: 'notice of termination' },
  delivery: { zh: '送达回证', en: 'proof of delivery' },
  'originals-list': { zh: '材料交接清单', en: 'list of originals' },
  'mailing-label': { zh: '邮寄面单', en: 'mailing label' },
} as const satisfies Record<PaperName, { zh: string; en: string }>

export const BATCH = catalogue(
  {
    pickAll: '全选',
    pick: (caseNo: string) => `选择 ${caseNo}`,
    caseNo: '办件编号',
    applicant: '申请人',
    item: '事项',
    partner: '对方城市',
    picked: (count: number, of: string) => `已选 ${count} 件，共 ${of} 件`,
    first: (count: number) => `先列最早到期的 ${count} 件，办完后显示其余`,
    results: '本次结果',
    result: '结果',
    reason: '原因与处理办法',
    waiting: '等待',
    running: '正在办理',
    done: '完成',
    failed: '未办成',
    stopped: '已停止，未办',
    stop: '停止',
    again: '再次打印',
    preview: '打印预览',
    printed: '已标记为已打印。打印机未出纸时，按“再次打印”。',
  },
  {
    pickAll: 'Choose all',
    pick: (caseNo: string) => `Choose ${caseNo}`,
    caseNo: 'Case number',
    applicant: 'Applicant',
    item: 'Item',
    partner: 'Other city',
    picked: (count: number, of: string) => `${count} chosen of ${of}`,
    first: (count: number) => `of those due first ${count}; the others follow when these are done`,
    results: 'Results',
    result: 'Result',
    reason: 'Why, and what to do',
    waiting: 'waits',
    running: 'runs',
    done: 'done',
    failed: 'not done',
    stopped: 'stopped, not done',
    stop: 'Stop',
    again: 'Print again',
    preview: 'What is printed',
    printed: 'It is marked as printed. If no paper came, print again.',
  },
)
