import type { AgreementTemplate } from './template.ts'

export const adjacent = {
  name: 'adjacent',
  zh: '省际毗邻城市全程网办',
  en: 'neighbouring cities across a province border, wholly online',
  useZh: '两地往来密切、事项多可在网上办结，纸质材料少；收件地窗口帮办，申请人不跑办理地。',
  useEn: 'Two cities with much traffic between them whose items end online; the window helps, nobody travels.',
  parties: 2,
  title: '{parties}政务服务“跨省通办”合作协议',
  modes: [0],
  years: 3,
  terms: {
    clock: { forwardDays: 1, mailDays: 2, recheckDays: 1, resultMailDays: 1, supplementNoticeDays: 5 },
    mailing: 'handling',
    resultMailing: 'handling',
    originals: 'applicant',
    archive: 'handling',
    purgeDays: 30,
    evaluationDays: 5,
    dispute: '因履行本协议发生分歧的，双方联络员先行协商；协商不成的，分别报请各自省级政务服务管理机构协调处理。',
    renewal: { kind: 'auto', noticeDays: 30 },
    text: `（一）双方在政务服务大厅设立“跨省通办”专窗，公布窗口位置、联系电话和可办事项，安排专人提供咨询、帮办和进度查询。
（二）能够通过数据共享或者电子证照核验的材料，不要求申请人提交纸质件；确须核对原件的，当场核对后退还。
（三）双方各指定联络员一名，负责日常对接；一方提出的问题，另一方在两个工作日内答复。
（四）双方按季度交换办件数量、平均用时和差评情况，每半年共同检查一次事项清单，清理长期没有办件的事项，补充群众需要的事项。`,
  },
} as const satisfies AgreementTemplate
