/** Words of what waits for one's word before a case is decided. */
import { catalogue } from '../catalogue.ts'

export const COUNTERSIGNS = catalogue(
  {
    title: '待会签',
    empty: '没有等待您会签的办件。其他部门发起会签后，会出现在这里。',
    hint: '打开办件，查看后填写会签意见。发起部门在会签同意前不能作出决定。',
    case: '办件',
    item: '事项',
    applicant: '申请人',
    asked: '发起',
    askedBy: (name: string, at: string) => `${name} ${at}`,
    as: '会签方',
    yourself: '本人',
    rule: '会签规则',
    all: '须全部同意',
    any: '一方同意即可',
    more: '更多',
  },
  {
    title: 'To countersign',
    empty: 'Nothing waits for your word. When another department asks you to countersign, it shows up here.',
    hint: 'Open the case, look at it, and give your opinion: no decision goes out before who is asked has agreed.',
    case: 'Case',
    item: 'Item',
    applicant: 'Applicant',
    asked: 'Asked',
    askedBy: (name: string, at: string) => `by ${name} ${at}`,
    as: 'For',
    yourself: 'yourself',
    rule: 'Rule',
    all: 'all must agree',
    any: 'one is enough',
    more: 'More',
  },
)
