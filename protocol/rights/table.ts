/**
 * What each role may do (权限表): action → the roles that may, and within which cases. Every operation of the API names its action;
 * docs/rights.md prints the matrix of both. Pure data, for the node and for a console alike.
 */
import type { CaseKind } from '../case/kinds.ts'
import type { Role } from './roles.ts'

/** Within which cases a role may act; several of one cell add up. */
export const SCOPES = {
  all: { en: 'every case', zh: '全部办件' },
  collecting: { en: 'cases that this city took in', zh: '本市收件的办件' },
  handling: { en: 'cases that this city handles', zh: '本市办理的办件' },
  window: { en: 'cases that the own windows took in', zh: '本人窗口收件的办件' },
  department: { en: 'cases of items of the own departments', zh: '本人部门事项的办件' },
  assigned: { en: 'cases assigned to oneself', zh: '分派给本人的办件' },
  asked: { en: 'cases in which one is asked to countersign', zh: '请本人或本部门会签的办件' },
} as const satisfies Record<string, { en: string; zh: string }>
export type Scope = keyof typeof SCOPES

/** `yes`: the action is of no case. */
type Cell = 'yes' | readonly [Scope, ...Scope[]]
/** When a look at personal data names its purpose. A case is one that somebody works on when it is assigned to them, or of their windows or departments. */
export const PURPOSE_RULES = {
  beyond: { en: 'at a case that one does not work on', zh: '查阅非本人经办的办件时' },
  search: {
    en: 'in a search by name, number or phone that reaches beyond the cases that one works on',
    zh: '按姓名、证件号码或电话检索，且范围超出本人经办的办件时',
  },
  always: { en: 'always', zh: '每次' },
} as const satisfies Record<string, { en: string; zh: string }>
export type PurposeRule = keyof typeof PURPOSE_RULES
type Row = { en: string; zh: string; purpose?: PurposeRule; may: { readonly [R in Role]?: Cell } }

const EVERYBODY = {
  'window-clerk': 'yes',
  examiner: 'yes',
  leader: 'yes',
  'window-lead': 'yes',
  'business-administrator': 'yes',
  'system-administrator': 'yes',
  'security-administrator': 'yes',
  'audit-administrator': 'yes',
  integrator: 'yes',
  adapter: 'yes',
} as const
/** Those who are concerned with the cases of the city. */
const CONCERNED = {
  'window-clerk': ['window', 'assigned'],
  examiner: ['department', 'assigned'],
  leader: ['handling', 'assigned'],
  'window-lead': ['collecting', 'assigned'],
} as const
/** The same, and those whose word is asked for: they find the case among what waits for them, not in lists. */
const HEARD = {
  ...CONCERNED,
  examiner: ['department', 'assigned', 'asked'],
  leader: ['handling', 'assigned', 'asked'],
} as const
const OVERSEERS = {
  'business-administrator': ['all'],
  'audit-administrator': ['all'],
} as const

export const RIGHTS = {
  'self.use': { en: 'read oneself, own views and exports', zh: '查看本人信息、本人的视图和导出', may: EVERYBODY },
  'reference.read': {
    en: 'read partners, lists, agreements, organisations, holidays',
    zh: '查看合作城市、事项清单、协议、组织机构、节假日',
    may: EVERYBODY,
  },
  'statistics.read': {
    en: 'read statistics',
    zh: '查看统计',
    may: {
      'window-clerk': 'yes',
      examiner: 'yes',
      leader: 'yes',
      'window-lead': 'yes',
      'business-administrator': 'yes',
      'audit-administrator': 'yes',
      integrator: 'yes',
    },
  },
  'case.list': {
    en: 'find cases, names masked: lists, queues, counts, search, exports, events',
    zh: '查找办件（姓名脱敏）：列表、队列、计数、检索、导出、事件',
    purpose: 'search',
    may: { ...CONCERNED, ...OVERSEERS, integrator: ['all'] },
  },
  'case.read': {
    en: 'read a case with its timeline and its parcels',
    zh: '查看办件详情、时间线和寄递',
    may: { ...HEARD, ...OVERSEERS, integrator: ['all'] },
  },
  'case.content': {
    en: 'read what was written in a case, its scans, and print its papers',
    zh: '查看办件正文和扫描件，打印文书',
    purpose: 'beyond',
    may: { ...HEARD, leader: ['department', 'assigned', 'asked'], integrator: ['all'] },
  },
  'case.export': {
    en: 'export the evidence or the archive of a case, with what was written in it',
    zh: '导出办件的证据包和档案（含正文）',
    purpose: 'beyond',
    may: { ...CONCERNED, leader: ['department', 'assigned'], ...OVERSEERS, integrator: ['all'] },
  },
  'case.take-in': {
    en: 'take cases in: guide, prefill, drafts, pre-flight, submission',
    zh: '收件：预填、草稿、预检、转办',
    may: { 'window-clerk': 'yes', 'window-lead': 'yes', integrator: 'yes' },
  },
  'case.serve': {
    en: 'take the steps of the window: supplement, ship, withdraw, remind, hand over, rate',
    zh: '窗口步骤：补正、寄送、撤回、催办、送达、评价',
    may: {
      'window-clerk': ['window', 'assigned'],
      'window-lead': ['collecting', 'assigned'],
      integrator: ['all'],
    },
  },
  'case.accept': {
    en: 'receive, pre-check, ask for a supplement, accept or refuse',
    zh: '接收、预审、通知补正、受理或不予受理',
    may: {
      'window-clerk': ['window', 'assigned'],
      examiner: ['department'],
      leader: ['department'],
      'window-lead': ['collecting', 'assigned'],
      integrator: ['all'],
    },
  },
  'case.examine': {
    en: 'examine: progress, pause, extend, send the result, close',
    zh: '审核：进展、特别程序、延期、送达结果、办结',
    may: {
      'window-clerk': ['window'],
      examiner: ['department'],
      leader: ['department'],
      'window-lead': ['collecting'],
      integrator: ['all'],
    },
  },
  'case.decide': {
    en: 'decide, and revoke a decision',
    zh: '作出决定、撤销决定',
    may: { leader: ['department'], 'window-lead': ['collecting'], integrator: ['all'] },
  },
  'case.pass-on': {
    en: 'pass a case on to another department or person, send it back, ask others to countersign',
    zh: '内部转办、退回办件，发起会签',
    may: { examiner: ['department', 'assigned'], leader: ['department', 'assigned'] },
  },
  'case.countersign': {
    en: 'countersign before a decision: agree or not',
    zh: '会签：同意或不同意',
    may: { examiner: ['asked'], leader: ['asked'] },
  },
  'case.contribute': {
    en: 'write to the other city, mail, correct, answer ratings and inquiries, object',
    zh: '沟通、寄递、更正、答复评价和督办、提出异议',
    may: {
      'window-clerk': ['window', 'assigned'],
      examiner: ['department'],
      leader: ['department'],
      'window-lead': ['collecting', 'assigned'],
      integrator: ['all'],
    },
  },
  'case.claim': {
    en: 'take a case for oneself, or give it back',
    zh: '领取或退回办件',
    may: { ...CONCERNED, 'business-administrator': ['all'] },
  },
  'case.assign': {
    en: 'give cases to others',
    zh: '分派办件',
    may: {
      leader: ['handling'],
      'window-lead': ['collecting'],
      'business-administrator': ['all'],
    },
  },
  'case.preview-purge': {
    en: 'see what a purge would delete',
    zh: '查看清除范围',
    may: { ...CONCERNED, ...OVERSEERS },
  },
  'case.purge': {
    en: 'purge the personal data of a case',
    zh: '清除办件的个人信息',
    may: { 'business-administrator': ['all'] },
  },
  'material.keep': {
    en: 'upload scans, count their pages',
    zh: '上传扫描件、校页',
    may: {
      'window-clerk': 'yes',
      examiner: 'yes',
      leader: 'yes',
      'window-lead': 'yes',
      integrator: 'yes',
    },
  },
  'instant.manage': {
    en: 'write the conditions of instant approval, switch them on and off',
    zh: '维护秒批条件，启用和停用秒批',
    may: { 'business-administrator': 'yes' },
  },
  'phrase.manage': {
    en: 'keep the phrases that departments share, whoever made them',
    zh: '维护各部门共用的常用语',
    may: { 'business-administrator': 'yes' },
  },
  'mapping.manage': {
    en: 'say how items of partners correspond',
    zh: '维护事项对照',
    may: { 'window-lead': 'yes', 'business-administrator': 'yes' },
  },
  'catalogue.read': {
    en: 'read drafts of the list',
    zh: '查看事项草稿',
    may: { 'business-administrator': 'yes', 'audit-administrator': 'yes', integrator: 'yes' },
  },
  'catalogue.manage': {
    en: 'write and publish the list, organisations, samples, holidays',
    zh: '维护和发布事项清单、组织机构、样表、节假日',
    may: { 'business-administrator': 'yes' },
  },
  'agreement.oversee': {
    en: 'see what agreements would change, templates and acts that wait',
    zh: '查看协议影响、模板和待签事项',
    may: { 'business-administrator': 'yes', 'audit-administrator': 'yes' },
  },
  'agreement.manage': {
    en: 'draft, sign, suspend and end agreements',
    zh: '起草、签署、暂停和终止协议',
    may: { 'business-administrator': 'yes' },
  },
  'partner.oversee': {
    en: 'see invites, authorities and directories',
    zh: '查看邀请、认可的签发机构和目录',
    may: { 'business-administrator': 'yes', 'security-administrator': 'yes', 'audit-administrator': 'yes' },
  },
  'partner.manage': {
    en: 'pair with cities, suspend and end it, test partners',
    zh: '与城市配对、暂停和终止，测试合作城市',
    may: { 'business-administrator': 'yes' },
  },
  'trust.manage': {
    en: 'say whom the node trusts, rotate and revoke its keys',
    zh: '管理信任对象，轮换和吊销本市密钥',
    may: { 'security-administrator': 'yes' },
  },
  'operation.read': {
    en: 'see parked work, the approval system and reminders',
    zh: '查看挂起事务、审批系统状态和提醒',
    may: {
      'business-administrator': 'yes',
      'system-administrator': 'yes',
      'security-administrator': 'yes',
      'audit-administrator': 'yes',
      integrator: 'yes',
    },
  },
  'operation.manage': {
    en: 'retry and end parked work',
    zh: '处理挂起事务',
    may: { 'system-administrator': 'yes', integrator: 'yes' },
  },
  'adapter.work': {
    en: 'take packets into the approval system and tell its answers, as the adapter of the node',
    zh: '作为节点的适配器，把数据包交给审批系统并转告其答复',
    may: { adapter: 'yes' },
  },
  'operation.look': {
    en: 'read what the approval system was sent, and what it answered',
    zh: '查看与审批系统的往来内容',
    purpose: 'always',
    may: { 'system-administrator': 'yes', integrator: 'yes' },
  },
  'system.manage': {
    en: 'switch the trace, build lists anew',
    zh: '开关往来跟踪，重建列表',
    may: { 'system-administrator': 'yes' },
  },
  'webhook.read': {
    en: 'see webhooks and their log',
    zh: '查看事件推送及其记录',
    may: { 'system-administrator': 'yes', 'audit-administrator': 'yes', integrator: 'yes' },
  },
  'webhook.manage': {
    en: 'add, change and remove webhooks',
    zh: '管理事件推送',
    may: { 'system-administrator': 'yes', integrator: 'yes' },
  },
  'metrics.read': {
    en: 'read metrics',
    zh: '查看运行指标',
    may: { 'system-administrator': 'yes', 'audit-administrator': 'yes' },
  },
  'account.read': {
    en: 'list accounts with their roles, how they sign in, and their tokens',
    zh: '查看账号及其角色、登录情况和令牌',
    may: { 'system-administrator': 'yes', 'security-administrator': 'yes', 'audit-administrator': 'yes' },
  },
  'account.manage': {
    en: 'make accounts, give new tokens, end accounts',
    zh: '开设和停用账号、换发令牌',
    may: { 'system-administrator': 'yes' },
  },
  'account.grant': {
    en: 'give roles, departments and windows',
    zh: '授予角色、部门和窗口',
    may: { 'security-administrator': 'yes' },
  },
  'audit.read': { en: 'read and check the audit log', zh: '查看和核验审计日志', may: { 'audit-administrator': 'yes' } },
} as const satisfies Record<string, Row>

export type Action = keyof typeof RIGHTS
export const ACTIONS = Object.keys(RIGHTS) as [Action, ...Action[]]

/** Packet kind → the action of whoever takes that step by hand; submission and purge are operations of their own. */
export const STEP_ACTIONS = {
  'case.submit': 'case.take-in',
  'case.supplement': 'case.serve',
  'case.commit': 'case.serve',
  'case.hand-in': 'case.serve',
  'case.ship': 'case.serve',
  'case.withdraw': 'case.serve',
  'case.remind': 'case.serve',
  'case.result-received': 'case.serve',
  'case.evaluate': 'case.serve',
  'case.message': 'case.contribute',
  'case.arrived': 'case.accept',
  'case.precheck': 'case.accept',
  'case.request-supplement': 'case.accept',
  'case.accept': 'case.accept',
  'case.refuse': 'case.accept',
  'case.request-payment': 'case.examine',
  'case.progress': 'case.examine',
  'case.pause': 'case.examine',
  'case.resume': 'case.examine',
  'case.extend': 'case.examine',
  'case.decide': 'case.decide',
  'case.send-result': 'case.examine',
  'case.close': 'case.examine',
  'case.answer-evaluation': 'case.contribute',
  'case.appeal-evaluation': 'case.contribute',
  'case.supervise': 'case.contribute',
  'case.answer': 'case.contribute',
  'case.record-payment': 'case.contribute',
  'case.verify-remote': 'case.contribute',
  'case.mail': 'case.contribute',
  'case.originals': 'case.contribute',
  'case.purge': 'case.purge',
  'case.object': 'case.contribute',
  'case.correct': 'case.contribute',
  'case.revoke': 'case.decide',
} as const satisfies Record<CaseKind, Action>
