/** The text of an agreement between Ankang (610900) and Shiyan (420300), with as many items as a test wants. */
import type { AgreementDocumentInput } from '../../protocol/agreement/document.ts'

const NAMES = ['社会保险登记', '住房公积金提取', '道路货物运输经营许可', '食品经营许可', '不动产登记资料查询']

/** `items`: half of them handled by each city. */
export function playAgreement(more: Partial<AgreementDocumentInput> = {}, items = 4): AgreementDocumentInput {
  const ankang = '610900'
  const shiyan = '420300'
  return {
    v: 1,
    title: '十堰市与安康市政务服务“跨省通办”合作协议',
    parties: [
      { code: shiyan, name: '十堰市', authority: '十堰市行政审批局', authorityCode: '11420300011437389D' },
      { code: ankang, name: '安康市', authority: '安康市行政审批服务局' },
    ],
    items: Array.from({ length: items }, (_, no) => ({
      taskCode: `11${no % 2 === 0 ? shiyan : ankang}011437389D44201${String(no).padStart(7, '0')}`,
      taskName: NAMES[no % NAMES.length] ?? '',
      handling: no % 2 === 0 ? shiyan : ankang,
      collecting: [no % 2 === 0 ? ankang : shiyan],
      modes: no % 3 === 0 ? [0 as const] : [0 as const, 1 as const],
    })),
    clock: {},
    mailing: 'handling',
    archive: 'handling',
    purgeDays: 90,
    dispute: '双方协商解决；协商不成的，报请共同的上级政务服务管理机构处理',
    validFrom: '2026-01-01',
    validTo: '2027-12-31',
    ...more,
  }
}
