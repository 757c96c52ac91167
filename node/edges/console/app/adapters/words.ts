/** Words of the pages of the approval system: how it is, parked work, the trace, and what its mapping knows. */
import { catalogue } from '../words.ts'

export const ADAPTERS = catalogue(
  {
    title: '挂起事务',
    hint: '因故停下、需要处理的数据包、审批系统的答复和材料；每项只影响自己的办件。',
    none: '没有挂起的事务',
    packet: '数据包',
    answer: '审批系统的答复',
    material: '材料',
    attempts: (count: number) => `已试 ${count} 次`,
    retry: '重试',
    retryAll: '全部重试',
    done: '已线下办妥',
    giveUp: '不再移交',
    skipAnswer: '跳过这条答复',
    reason: '理由（记入审计日志，勿写个人信息）',
    confirm: '确定',
    open: '打开办件',
  },
  {
    title: 'Parked work',
    hint: 'Packets, answers of the approval system and materials that stopped and need somebody; each holds up its own case alone.',
    none: 'Nothing is parked',
    packet: 'packet',
    answer: 'answer of the approval system',
    material: 'material',
    attempts: (count: number) => `tried ${count} times`,
    retry: 'Try again',
    retryAll: 'Try all again',
    done: 'Done by hand',
    giveUp: 'Give up',
    skipAnswer: 'Skip this answer',
    reason: 'Why (it stands in the audit log: name nobody)',
    confirm: 'OK',
    open: 'Open the case',
  },
)
