/**
 * Service items (事项, 实施清单): the names and codes of GB/T 39046-2020 and of the national upload tables `up_*`, in camel case,
 * and what a counter in another city needs besides. Required is what an exchange cannot do without; `lint.ts` asks for more
 * before an item is published. All limits are working days (工作日). SPEC.md §8.1.
 */
import * as z from 'zod'
import { Mode } from '../case/kinds.ts'
import { LIMITS } from '../limits.ts'
import { Commitment, code, Day, jsonObject, text } from '../primitives.ts'

const days = z.number().int().min(0).max(3650)
const pages = z.number().int().min(0).max(1000)
/** Offered as a link: nothing that a browser would run. */
const Link = text(1000).regex(/^https?:\/\//i)
const Phone = text(100)
/** 时限单位: the protocol counts in working days alone. */
const DayUnit = z.literal('1').optional().describe('时限单位: 1 工作日, the only one')

/** 事项类型 (A.1). */
const TaskType = z.string().regex(/^(0\d|10|1[1-9]|2\d)$/)

export const ItemMaterial = z.strictObject({
  materialCode: code(64).describe('材料编码, once in an item'),
  materialName: text(300).describe('材料名称'),
  isNeed: z.enum(['1', '2', '3']).describe('必要性: 1 必要, 2 非必要, 3 容缺后补'),
  needExplain: text(1000).optional().describe('必要性说明: when a material of kind 2 or 3 is asked for'),
  materialType: z.enum(['1', '2', '3', '4']).describe('材料类型: 1 原件, 2 复印件, 3 原件和复印件, 4 原件或复印件'),
  materialFormat: z.enum(['1', '2', '3']).describe('材料形式: 1 纸质, 2 电子, 3 纸质或电子'),
  sourceType: z.enum(['10', '20', '99']).describe('来源渠道: 10 申请人自备, 20 政府部门核发, 99 其他'),
  sourceExplain: text(1000).optional().describe('来源渠道说明'),
  issuer: text(300).optional().describe('出具机构: who issues the material'),
  issueRequirement: text(500).optional().describe('出具时间要求, such as 近三个月内'),
  pageNum: pages.optional().describe('份数'),
  pageNumY: pages.optional().describe('原件份数'),
  pageNumF: pages.optional().describe('复印件份数'),
  pageFormat: text(200).optional().describe('介质要求, such as A4'),
  acceptStand: text(2000).optional().describe('受理标准'),
  fillExplain: text(2000).optional().describe('填报须知'),
  reviewPoints: z.array(text(500)).max(50).optional().describe('审查要点: what the counter checks, in order'),
  exampleGuid: Commitment.optional().describe('样表: a filled sample, as a material'),
  formGuid: Commitment.optional().describe('空表: the blank form, as a material'),
  isResultCert: z.boolean().optional().describe('是否结果证照: the result of another item'),
  certCode: code(64).optional().describe('证照类型代码 (GB/T 36903), for fetching it by data sharing'),
  byLaw: text(2000).optional().describe('设定依据'),
  orderNum: z.number().int().min(0).max(9999).optional().describe('排序号'),
})
export type ItemMaterial = z.infer<typeof ItemMaterial>

export const ItemFee = z.strictObject({
  feeName: text(200).describe('收费项目名称'),
  feeStand: text(500).describe('收费标准'),
  byLaw: text(1000).describe('收费依据'),
  isDesc: z.boolean().optional().describe('是否允许减免'),
  descExplain: text(1000).optional().describe('减免依据或说明'),
})
export type ItemFee = z.infer<typeof ItemFee>

export const ItemFaq = z.strictObject({
  question: text(500).describe('常见问题'),
  answer: text(3000).describe('解答'),
})
export type ItemFaq = z.infer<typeof ItemFaq>

export const LegalBasis = z.strictObject({
  lawName: text(300).describe('法律法规名称'),
  lawNumber: text(100).optional().describe('文号'),
  article: text(100).optional().describe('条款号'),
  content: text(3000).optional().describe('条款内容'),
})
export type LegalBasis = z.infer<typeof LegalBasis>

/** What a contact person of an item is there for. */
export const CONTACT_ROLES = {
  consult: '咨询',
  complaint: '投诉监督',
  receive: '收件对接',
  approve: '审批对接',
  mail: '寄递对接',
  technical: '技术对接',
} as const satisfies Record<string, string>

export const ItemContact = z.strictObject({
  role: z
    .enum(Object.keys(CONTACT_ROLES) as (keyof typeof CONTACT_ROLES)[])
    .describe(
      'consult 咨询, complaint 投诉监督, receive 收件对接, approve 审批对接, mail 寄递对接, technical 技术对接',
    ),
  name: text(100).optional().describe('联系人'),
  department: text(200).optional().describe('部门'),
  phone: Phone.optional().describe('电话, with area code'),
  email: text(200).optional().describe('电子邮箱'),
  note: text(300).optional().describe('说明, such as office hours'),
})
export type ItemContact = z.infer<typeof ItemContact>

export const HandleLink = z.strictObject({
  linkName: text(200).describe('环节名称'),
  handleDay: days.optional().describe('环节时限, working days'),
  explain: text(2000).optional().describe('办理内容'),
  isSpecial: z.boolean().optional().describe('是否特别程序'),
})
export type HandleLink = z.infer<typeof HandleLink>

export const SpecialProcedure = z.strictObject({
  specialType: z.enum(['1', '2']).describe('特别程序种类 (A.7): 1 延长审批, 2 除延长审批外'),
  specialName: text(200).describe('特别程序名称, such as 听证, 现场核查'),
  specialDay: days.optional().describe('特别程序时限, working days'),
  explain: text(1000).optional().describe('说明'),
})
export type SpecialProcedure = z.infer<typeof SpecialProcedure>

/** Where an item is offered: a unit of the organisation tree that is published with the list (`organisation.ts`). */
export const OfferedAt = z.strictObject({
  unit: code(50).describe('code of the unit'),
  below: z.boolean().optional().describe('also in every unit below it'),
  windows: z.array(code(50)).min(1).max(100).optional().describe('codes of the windows; without it any window'),
})
export type OfferedAt = z.infer<typeof OfferedAt>

export const ItemConsent = z.strictObject({
  version: code(64).describe('版本: a case records the version that the applicant accepted'),
  text: text(10_000).describe('告知书正文'),
})
export type ItemConsent = z.infer<typeof ItemConsent>

const json = jsonObject(z.string(), LIMITS.formLevels)

export const ServiceItem = z.strictObject({
  // --- basic 基本信息 (up_task_general_basic)
  taskCode: code(50).describe('实施编码: 31 characters by GB/T 39554, older ones as they are'),
  localTaskCode: code(50).optional().describe('地方实施编码'),
  catalogCode: code(50).optional().describe('基本编码: 12 characters by GB/T 39554'),
  localCatalogCode: code(50).optional().describe('地方基本编码'),
  taskHandleItem: code(50).optional().describe('业务办理项编码'),
  taskName: text(1000).describe('事项名称'),
  taskVersion: z.number().int().min(1).describe('事项版本, grows with each published change'),
  taskState: z.enum(['1', '2', '3']).describe('事项状态: 1 在用, 2 暂停, 3 取消'),
  taskType: TaskType.describe('事项类型 (A.1): 01 行政许可, 05 行政给付, 07 行政确认, 10 其他, 20 公共服务'),
  useLevel: z
    .enum(['1', '2', '3', '4', '5', '6', '7'])
    .describe('行使层级 (A.2): 1 国家, 2 省, 3 市, 4 县, 5 镇街, 6 村社区, 7 分级管理'),
  powerSource: text(200).optional().describe('权力来源'),
  deptName: text(200).describe('实施主体'),
  deptCode: code(18).optional().describe('实施主体的统一社会信用代码'),
  deptType: z
    .enum(['1', '2', '3', '9'])
    .optional()
    .describe('实施主体性质 (A.3): 1 法定机关, 2 授权组织, 3 受委托组织, 9 其他'),
  entrustName: text(200).optional().describe('委托部门'),
  serverType: z
    .array(z.enum(['1', '2', '3', '4', '5', '6']))
    .min(1)
    .describe('服务对象 (A.4): 1 自然人, 2 企业法人, 3 事业法人, 4 社会组织法人, 5 行政机关, 6 其他组织'),
  projectType: z.enum(['1', '2', '9']).describe('办件类型 (A.6): 1 即办件, 2 承诺件, 9 其他'),
  modes: z
    .array(Mode)
    .min(1)
    .max(4)
    .describe('办理模式: 0 全程网办, 1 异地委托·本地代收, 2 异地授权·本地办理, 3 多地联办'),
  anticipateDay: days.describe('法定办结时限, working days'),
  anticipateType: DayUnit,
  anticipateExplain: text(1000).optional().describe('法定办结时限说明'),
  promiseDay: days.describe('承诺办结时限, working days'),
  promiseType: DayUnit,
  promiseExplain: text(1000).optional().describe('承诺办结时限说明'),
  acceptCondition: text(5000).optional().describe('受理条件'),
  handleFlow: text(5000).optional().describe('办理流程'),
  handleLinks: z.array(HandleLink).max(50).optional().describe('办理环节'),
  handleType: z
    .array(z.enum(['1', '2', '3', '4', '9']))
    .max(5)
    .optional()
    .describe('办理形式 (A.5): 1 窗口, 2 电脑端, 3 移动端, 4 快递申请, 9 其他'),
  limitSceneNum: z.number().int().min(0).max(20).describe('到现场次数'),
  limitSceneExplain: text(500).optional().describe('必须现场办理原因'),
  specialProcedure: text(1000).optional().describe('特别程序, as one text'),
  specialProcedures: z.array(SpecialProcedure).max(20).optional().describe('特别程序, one by one'),
  byLaw: text(5000).optional().describe('设定依据, as one text'),
  legalBases: z.array(LegalBasis).max(50).optional().describe('设定依据, one by one'),
  isFee: z.boolean().describe('是否收费'),
  feeBasis: text(2000).optional().describe('收费依据'),
  transactAddr: text(1000).optional().describe('办理地点'),
  transactTime: text(500).optional().describe('办理时间'),
  linkWay: Phone.optional().describe('咨询电话, with area code'),
  superviseWay: Phone.optional().describe('投诉电话, with area code'),
  planEffectiveDate: Day.optional().describe('计划生效日期'),
  planCancelDate: Day.optional().describe('计划取消日期'),
  rowGuid: code(64).optional().describe('row_guid of the upload tables'),

  // --- extend 扩展信息 (up_task_general_extend and newer provincial tables)
  isEntryCenter: z.boolean().optional().describe('是否进驻政务大厅'),
  handleArea: text(500).optional().describe('通办范围: 全国, 跨省, 跨市, 跨县, or areas by name'),
  isHandle: z.boolean().optional().describe('是否支持通办'),
  otherDept: text(500).optional().describe('联办机构'),
  serviceType: text(500).optional().describe('中介服务'),
  isOnline: z.boolean().optional().describe('是否网上办理'),
  onlineHandleDepth: z
    .array(z.enum(['1', '2', '3', '4', '5', '6', '7', '8']))
    .max(8)
    .optional()
    .describe('网办深度: 1 咨询, 2 收件, 3 预审, 4 受理, 5 办理, 6 结果信息反馈, 7 电子证照反馈, 8 其他'),
  onlineLevel: z.enum(['1', '2', '3', '4']).optional().describe('网办等级 Ⅰ–Ⅳ: 4 全程网办'),
  onlineHandleUrl: Link.optional().describe('网上办理地址'),
  isSchedule: z.boolean().optional().describe('是否支持预约'),
  isPayOnline: z.boolean().optional().describe('是否网上支付'),
  isExpress: z.boolean().optional().describe('是否支持物流快递'),
  isMailMaterial: z.boolean().optional().describe('材料是否可邮寄'),
  isMailResult: z.boolean().optional().describe('结果是否可邮寄'),
  isServiceTerminals: z.boolean().optional().describe('是否支持自助终端'),
  isHandleByDeptSys: z.boolean().optional().describe('是否由部门业务系统办理'),
  deptSysName: text(200).optional().describe('部门业务系统名称'),
  deptSysUrl: text(1000).optional().describe('部门业务系统地址'),
  deptSysType: text(50).optional().describe('业务系统运行网络'),
  limitExplain: text(1000).optional().describe('数量限制'),
  resultType: text(50).optional().describe('审批结果类型, such as 出证办结, 审批办结'),
  resultName: text(300).optional().describe('审批结果名称'),
  resultGuid: Commitment.optional().describe('审批结果样本, as a material'),
  userTopicType: text(200).optional().describe('面向自然人主题分类'),
  corpTopicType: text(200).optional().describe('面向法人主题分类'),
  townName: text(200).optional().describe('乡镇街道名称'),
  townCode: code(20).optional().describe('乡镇街道代码'),
  villageName: text(200).optional().describe('村社区名称'),
  villageCode: code(20).optional().describe('村社区代码'),
  auditStatus: text(50).optional().describe('审核状态 of the item in the local item system'),
  centralDept: text(200).optional().describe('国家对口部门'),
  reviewContact: text(500).optional().describe('行政复议: organ, address, phone'),
  litigationContact: text(500).optional().describe('行政诉讼: court, address, phone'),

  // --- what belongs to it
  materials: z.array(ItemMaterial).max(64).describe('申请材料'),
  fees: z.array(ItemFee).max(50).optional().describe('收费项目'),
  faqs: z.array(ItemFaq).max(50).optional().describe('常见问题'),
  contacts: z.array(ItemContact).max(30).optional().describe('联系人, by role'),
  offeredAt: z.array(OfferedAt).max(500).optional().describe('办理点: who offers it where'),

  // --- for the counter in another city
  form: json.optional().describe('申请表: JSON Schema of the application form'),
  formUi: json.optional().describe('界面提示: UI hints to `form`, by the names of its properties'),
  consent: ItemConsent.optional().describe('告知书: what the applicant is told and accepts'),
  sharedFields: z
    .array(text(100))
    .max(200)
    .optional()
    .describe(
      '共享字段 (minimisation): what leaves the collecting city: properties of `form`, and `applicant.phone` and the like',
    ),
})
export type ServiceItem = z.infer<typeof ServiceItem>
