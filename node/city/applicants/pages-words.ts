/** Words of the pages for applicants, Chinese and English. */
import { OUTCOME_NAMES, SATISFACTION_NAMES, TITLES } from '../../../protocol/case/names.ts'
import type { State } from '../../../protocol/case/table.ts'
import { chineseDay } from '../agreements/paper-articles.ts'

export const LANGUAGES = ['zh', 'en'] as const
export type Language = (typeof LANGUAGES)[number]

/** 好差评 levels, the best one first. */
export const LEVELS = Object.values(SATISFACTION_NAMES).map(({ zh }) => zh)

const zh = {
  lang: 'zh-CN',
  other: 'English',
  title: '办件进度',
  large: '大字版',
  normal: '标准字',
  impersonal: '本页不显示姓名、证件号码等个人信息。如有疑问，请向收件窗口咨询。',
  levels: LEVELS as readonly string[],
  targets: { window: '收件窗口', department: '办理部门' },
  states: {
    submitted: '已转送，等待办理地接收',
    arrived: '办理地已收到，正在审核材料',
    prechecked: '材料预审通过',
    supplementing: '需要补正材料',
    accepted: '已受理，正在办理',
    paused: '正在进行听证、检验等特别程序',
    decided: '已作出决定',
    sending: '结果正在送达',
    closed: '已办结',
    refused: '不予受理',
  } satisfies Record<State, string> as Record<State, string>,
  outcome: (outcome: keyof typeof OUTCOME_NAMES): string => `（${OUTCOME_NAMES[outcome].zh}）`,
  step: (kind: keyof typeof TITLES): string => TITLES[kind].zh,
  day: chineseDay,
  before: (day: string) => `${day} 前`,
  provisional: '（暂定）',
  provisionalWhy: '节假日安排公布后可能变动',
  caseNo: '办件编号',
  where: '在收件回执标题下方，“编号”之后。',
  last4: '申请人或代办人证件号码后四位',
  ask: '查询',
  later: '请您补交承诺后补的材料',
  laterBy: (by: string | null) =>
    `${by === null ? '请尽快' : `请在 ${by} 前`}交到原收件窗口。补交齐全前不发出准予的结果。`,
  pay: '请您缴费',
  payHow: (amount: string, number: string, by: string | null) =>
    `金额 ${amount} 元，缴款单号 ${number}${by === null ? '' : `，期限 ${by}`}。缴费方式见缴费通知书。`,
  supplement: '请您补正材料',
  supplementBy: (by: string | null) =>
    `${by === null ? '请尽快' : `请在 ${by} 前`}交到原收件窗口，具体要求见补正告知书。不必前往办理地。`,
  supplementAsked: '请按补正告知书的要求，把材料交到原收件窗口。',
  sent: '结果已发出，请留意领取或者签收。',
  purged: '办件已结束，个人信息已按规定删除。',
  collecting: '收件地',
  handling: '办理地',
  promised: '承诺办结',
  steps: '办理过程',
  rate: (target: string) => `请评价${target}`,
  rating: '您的评价',
  opinion: '意见（可不填）',
  realName: '实名评价，工作人员可以回访我',
  send: '提交评价',
  another: '查询另一办件',
  back: '返回',
  notFound: '没有查到：请核对办件编号和证件号码后四位。',
  tooOften: '查询过于频繁，请稍后再试。',
  choose: '请选择一项评价。',
  thanks: '谢谢您的评价。',
  expired: '链接已失效。',
  rated: '已经评价过，或者现在不能评价。',
  noPage: '没有这个页面。',
  failed: '暂时不能处理，请稍后再试。',
}
export type SiteWords = typeof zh

const en: SiteWords = {
  lang: 'en',
  other: '中文',
  title: 'Progress of a case',
  large: 'Large text',
  normal: 'Normal text',
  impersonal:
    'This page shows no names, ID numbers or other personal data. If you have a question, ask the window that took your case.',
  levels: ['Very satisfied', 'Satisfied', 'Fairly satisfied', 'Dissatisfied', 'Very dissatisfied'],
  targets: { window: 'the window', department: 'the department that decides' },
  states: {
    submitted: 'Forwarded; the handling city has still to take it',
    arrived: 'The handling city has it and checks the materials',
    prechecked: 'The materials passed the first check',
    supplementing: 'Materials are missing',
    accepted: 'Accepted; it is being handled',
    paused: 'A special procedure, such as a hearing or an inspection, is under way',
    decided: 'Decided',
    sending: 'The result is on its way',
    closed: 'Closed',
    refused: 'Not accepted',
  },
  outcome: outcome => ` (${OUTCOME_NAMES[outcome].en})`,
  step: kind => TITLES[kind].en,
  day: day => day,
  before: day => `by ${day}`,
  provisional: ' (provisional)',
  provisionalWhy: 'may change when the holidays are announced',
  caseNo: 'Case number',
  where: 'Below the title of your receipt, after “编号”.',
  last4: 'Last four characters of the ID number of the applicant or agent',
  ask: 'Look up',
  later: 'Please hand in what you promised to bring later',
  laterBy: by =>
    `Bring it to the window that took your case${by === null ? ' soon' : ` by ${by}`}. A result in your favour is not given out before all of it is there.`,
  pay: 'Please pay',
  payHow: (amount, number, by) =>
    `${amount} yuan, payment number ${number}${by === null ? '' : `, by ${by}`}. How to pay stands in the notice of payment.`,
  supplement: 'Please bring what is missing',
  supplementBy: by =>
    `Bring it to the window that took your case${by === null ? ' soon' : ` by ${by}`}; the notice says what exactly. You need not travel to the handling city.`,
  supplementAsked: 'Please bring what the notice asks for to the window that took your case.',
  sent: 'The result was sent: please collect it or sign for it.',
  purged: 'The case has ended, and personal data was deleted as the rules demand.',
  collecting: 'Taken in at',
  handling: 'Handled by',
  promised: 'Promised',
  steps: 'What was done',
  rate: target => `Please rate ${target}`,
  rating: 'Your rating',
  opinion: 'Your opinion (may be left out)',
  realName: 'With my name: staff may call me back',
  send: 'Send',
  another: 'Look up another case',
  back: 'Back',
  notFound: 'Nothing was found: check the case number and the last four characters of the ID number.',
  tooOften: 'Too many questions: try again later.',
  choose: 'Choose one of the ratings.',
  thanks: 'Thank you for your rating.',
  expired: 'The link is no longer valid.',
  rated: 'It was rated already, or cannot be rated now.',
  noPage: 'There is no such page.',
  failed: 'This does not work at the moment: try again later.',
}

export const SITE_WORDS: Record<Language, SiteWords> = { zh, en }
