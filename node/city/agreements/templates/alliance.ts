import type { AgreementTemplate } from './template.ts'

export const alliance = {
  name: 'alliance',
  zh: '多城市“跨省通办”联盟',
  en: 'alliance of several cities under one text',
  useZh: '三个以上城市签署同一文本，互为收件地和办理地；适合城市群、经济圈统一标准。',
  useEn: 'Three cities or more sign one text and take in for each other, with one standard for all.',
  parties: 3,
  title: '{parties}政务服务“跨省通办”联盟合作协议',
  modes: [0, 1],
  years: 3,
  terms: {
    clock: { forwardDays: 1, mailDays: 2, recheckDays: 1, resultMailDays: 1, supplementNoticeDays: 5 },
    mailing: 'handling',
    resultMailing: 'handling',
    originals: 'handling',
    archive: 'handling',
    purgeDays: 60,
    evaluationDays: 5,
    dispute:
      '成员之间的分歧由有关成员协商；协商不成的，提交联盟联席会议研究，仍不能解决的，报请有关省级政务服务管理机构协调。',
    renewal: { kind: 'letters', noticeDays: 90 },
    text: `（一）联盟设联席会议，由各成员轮流召集，每年至少召开一次，研究统一办理标准、事项调整和成员变动；各成员指定联络员组成工作组，负责日常事务。
（二）各成员对同一事项逐步统一申请条件、材料、审查要点和办理时限；暂不能统一的，在清单中列明差异。
（三）任一成员的“跨省通办”专窗均可代收联盟清单内的事项，不得以户籍、居所等理由拒绝收件。
（四）新成员加入或者成员退出，由全体成员另行签署文本；退出前已收的办件继续办结。`,
  },
} as const satisfies AgreementTemplate
