/** Names on the desk: queues, how urgent a case is, what this city is in it. Pure data. */
import type { Case, CountQueuesAnswer } from '../../../client/api.generated.ts'

export type QueueName = CountQueuesAnswer['items'][number]['queue']
type Pair = { zh: string; en: string }

/** Each queue by its name, what stands in it, and what an empty one means. In the order in which they are shown. */
export const QUEUES = {
  mine: {
    name: { zh: '我的办件', en: 'Mine' },
    what: { zh: '未办结且由本人经办', en: 'open, and I work on it' },
    empty: {
      zh: '没有由您经办的办件。到“本窗口”或“待本市办理”选一件，按 c 领取。',
      en: 'No open case is yours. Choose one of the window or of this city, and take it with c.',
    },
  },
  window: {
    name: { zh: '本窗口', en: 'My window' },
    what: { zh: '本人窗口收件且未办结', en: 'open, and taken in at my window' },
    empty: { zh: '本窗口没有未办结的办件。按 n 新办一件。', en: 'Nothing of the window is open. Take one in with n.' },
  },
  ours: {
    name: { zh: '待本市办理', en: 'Ours to do' },
    what: { zh: '轮到本市办理', en: 'open, and it is our turn' },
    empty: { zh: '没有轮到本市的办件。', en: 'No case waits for this city.' },
  },
  waiting: {
    name: { zh: '等待对方', en: 'Theirs to do' },
    what: { zh: '轮到对方城市办理', en: 'open, and it is the turn of the other city' },
    empty: { zh: '没有等待对方的办件。', en: 'No case waits for another city.' },
  },
  paused: {
    name: { zh: '特别程序中', en: 'Paused' },
    what: { zh: '特别程序进行中，期限停止计算', en: 'a special procedure runs and the clock stands still' },
    empty: { zh: '没有处于特别程序的办件。', en: 'No special procedure runs.' },
  },
  'due-today': {
    name: { zh: '今日到期', en: 'Due today' },
    what: { zh: '本市须于今日办理', en: 'this city must act today' },
    empty: { zh: '今天没有到期的办件。', en: 'Nothing is due today.' },
  },
  overdue: {
    name: { zh: '已逾期', en: 'Overdue' },
    what: { zh: '本市已逾期', en: 'this city is late' },
    empty: { zh: '没有逾期的办件。', en: 'Nothing is late.' },
  },
  unread: {
    name: { zh: '未读留言', en: 'Unread' },
    what: { zh: '对方留言，本市无人读过', en: 'messages that nobody here has read' },
    empty: { zh: '没有未读留言。', en: 'Every message was read.' },
  },
  'to-print': {
    name: { zh: '待打印', en: 'To print' },
    what: { zh: '须交申请人、尚未打印的文书', en: 'papers for the applicant that nobody has printed' },
    empty: { zh: '没有待打印的文书。', en: 'Every paper was printed.' },
  },
  'to-hand-out': {
    name: { zh: '待发放', en: 'To hand out' },
    what: { zh: '结果已到窗口，无人领取', en: 'the result is at the window and nobody has it' },
    empty: { zh: '没有待发放的结果。', en: 'No result waits to be fetched.' },
  },
  withdrawals: {
    name: { zh: '申请撤回', en: 'Withdrawals' },
    what: { zh: '申请人申请撤回，待本市答复', en: 'the applicant asks to withdraw, and this city must answer' },
    empty: { zh: '没有待答复的撤回申请。', en: 'No withdrawal waits for an answer.' },
  },
  parked: {
    name: { zh: '已挂起', en: 'Parked' },
    what: {
      zh: '有步骤被对方退回，或送不进审批系统',
      en: 'a step was refused, or cannot be brought to the approval system',
    },
    empty: { zh: '没有挂起的办件。', en: 'Nothing is parked.' },
  },
  parcels: {
    name: { zh: '寄递异常', en: 'Parcels' },
    what: { zh: '寄件丢失、退回或无消息', en: 'a parcel is lost, came back or is silent' },
    empty: { zh: '寄递没有异常。', en: 'No parcel is in trouble.' },
  },
  originals: {
    name: { zh: '原件待退', en: 'Originals' },
    what: { zh: '申请人的原件尚未退还', en: 'originals that are not back with their owner' },
    empty: { zh: '没有待退的原件。', en: 'Every original is back.' },
  },
  'bad-ratings': {
    name: { zh: '差评待整改', en: 'Bad ratings' },
    what: { zh: '对本市的差评尚未回复', en: 'a bad rating of this city has no answer' },
    empty: { zh: '没有待整改的差评。', en: 'No bad rating waits for an answer.' },
  },
  done: {
    name: { zh: '近期办结', en: 'Done' },
    what: { zh: '最近 30 日办结，后办结的在前', en: 'ended within 30 days, the last one first' },
    empty: { zh: '最近 30 日没有办结的办件。', en: 'Nothing ended within 30 days.' },
  },
} as const satisfies Record<QueueName, { name: Pair; what: Pair; empty: Pair }>
export const QUEUE_ORDER = Object.keys(QUEUES) as QueueName[]

type Level = NonNullable<Case['due']>['level']
/** How urgent: a sign and a word, never the colour alone. */
export const LEVELS = {
  overdue: { sign: '▲', name: { zh: '逾期', en: 'late' } },
  red: { sign: '◆', name: { zh: '紧急', en: 'urgent' } },
  yellow: { sign: '●', name: { zh: '临近', en: 'soon' } },
  green: { sign: '○', name: { zh: '正常', en: 'in time' } },
} as const satisfies Record<Level, { sign: string; name: Pair }>

export const ROLES = {
  collecting: { zh: '本市收件', en: 'taken in here' },
  handling: { zh: '本市办理', en: 'handled here' },
} as const satisfies Record<Case['role'], Pair>
