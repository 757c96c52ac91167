import type { AgreementTemplate } from './template.ts'

export const collection = {
  name: 'collection',
  zh: '异地代收代办',
  en: 'taken in by the window of one city, decided by the other',
  useZh: '事项依法须到现场或者提交纸质材料；收件地专窗代收、核验身份、寄送材料，办理地审批后寄回结果。',
  useEn: 'Items for which the law asks for presence or paper: one city takes in and mails, the other decides.',
  parties: 2,
  title: '{parties}政务服务事项异地代收代办合作协议',
  modes: [1, 0],
  years: 2,
  terms: {
    clock: { forwardDays: 1, mailDays: 2, recheckDays: 1, resultMailDays: 1, supplementNoticeDays: 5 },
    mailing: 'collecting',
    resultMailing: 'handling',
    originals: 'handling',
    archive: 'handling',
    purgeDays: 90,
    evaluationDays: 5,
    dispute:
      '因履行本协议发生分歧的，双方协商解决；协商不成的，报请共同的上级政务服务管理机构或者各自省级政务服务管理机构协调。',
    renewal: { kind: 'letters', noticeDays: 60 },
    text: `（一）收件地专窗对照办理地公布的审查要点和样表收件，材料影像先行在线传送，经办理地初核后再寄送纸质材料，避免不合格材料往返邮寄。
（二）寄送材料使用可查询轨迹的寄递服务，随件附交接清单；收到后当日核对，缺少或者损毁的，双方共同留存证据并及时告知申请人。
（三）代收不改变办理地的审批权限和法律责任，收件地不就是否准予作出承诺。
（四）材料在寄递途中遗失、损毁的，由寄出方联系承运人处理，并协助申请人补办；责任按寄递合同和本协议的职责分工确定。`,
  },
} as const satisfies AgreementTemplate
