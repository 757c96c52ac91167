import type { AgreementTemplate } from './template.ts'

export const joint = {
  name: 'joint',
  zh: '多地联办',
  en: 'joint cases of several places',
  useZh: '一件事须由多地分别办理，如户口迁移、企业跨市迁移、社保关系转移；一地收件，各地联动，一次交付。',
  useEn: 'One matter that several cities must each handle, such as a move of a household or a company.',
  parties: 2,
  title: '{parties}政务服务事项多地联办合作协议',
  modes: [3, 0, 1],
  years: 2,
  terms: {
    clock: { forwardDays: 1, mailDays: 2, recheckDays: 1, resultMailDays: 1, supplementNoticeDays: 5 },
    mailing: 'handling',
    resultMailing: 'handling',
    originals: 'handling',
    archive: 'handling',
    purgeDays: 60,
    evaluationDays: 5,
    dispute:
      '联办事项的办理顺序、材料认定等分歧，由牵头收件的一方召集协商；协商不成的，报请共同的上级政务服务管理机构协调。',
    renewal: { kind: 'letters', noticeDays: 60 },
    text: `（一）申请人向任一方提出申请即视为向各办理方提出；收件的一方为牵头方，负责一次收齐材料、分送各方、跟踪进度和一次交付结果。
（二）已经由一方核验的材料，其他各方予以认可，不再要求申请人重复提交。
（三）前一环节的结果是后一环节的条件的，前一方办结当日将结果送达后一方；能够同步办理的环节同步办理。
（四）任何一方不能按期办结的，应当在期限届满前告知牵头方及其原因，由牵头方统一答复申请人。`,
  },
} as const satisfies AgreementTemplate
