/**
 * The columns of an item's tables: one line a field, with its Chinese heading, how its cells read, and the national upload table
 * (`up_*`) that holds it. Headings are taken as Chinese names, as field names (`taskCode`) or as column names (`task_code`).
 */
import { plainText } from '../../../../protocol/codes/spelling.ts'
import { CONTACT_ROLES, type ServiceItem } from '../../../../protocol/service/item.ts'
import type { PartField } from './formats.ts'
import {
  ALSO_AUDIENCE,
  ALSO_HANDLE_TYPE,
  ALSO_LEVEL,
  ALSO_MATERIAL_FORMAT,
  ALSO_MATERIAL_TYPE,
  ALSO_MODE,
  ALSO_NEED,
  ALSO_OPERATION,
  ALSO_PROJECT_TYPE,
  ALSO_ROLE,
  ALSO_SOURCE,
  ALSO_STATE,
  ALSO_TASK_TYPE,
} from './synonyms.ts'

/** code → name; both are read, and names written for people. */
export type Codes = Readonly<Record<string, string>>

/**
 * `id` is a code that people and programs compare, `ids` several, one a line; `lines` are texts one a line; `codes` several codes, separated; `modes` like codes, as numbers;
 * `commitment` a material's `sha256:…;size=…;type=…`.
 */
export type Kind =
  | 'text'
  | 'id'
  | 'ids'
  | 'int'
  | 'bool'
  | 'day'
  | 'code'
  | 'codes'
  | 'modes'
  | 'lines'
  | 'json'
  | 'commitment'

export type Column = {
  /** field of the item or of its part */
  field: string
  heading: string
  kind: Kind
  codes?: Codes
  /** other names of its codes */
  also?: Codes
  /** what may stand behind its number */
  units?: RegExp
  /** how many digits its codes have, or that it holds phone numbers: zeros before them, which spreadsheets drop, are put back */
  zeros?: number | 'phone'
  /** field that takes what the cell says besides, in brackets */
  explain?: string
  /** field that says in which unit the number counts */
  unit?: string
  /** table of the UP dialect that holds it; the part's own by default */
  up?: string
  /** column there, when it is not the field in snake case */
  column?: string
  required?: true
}

export type Part = {
  field: PartField
  /** sheet in XLSX; file name in CSV */
  heading: string
  file: string
  up: string
  /** fields that tell its rows apart, for tables of changes */
  key: readonly string[]
  columns: readonly Column[]
}

export const BASIC = 'up_task_general_basic'
const EXTEND = 'up_task_general_extend'
/** What the national tables have no place for. */
const OWN = 'tongban_task_extend'
/** Tables of the UP dialect that hold an item itself. */
export const ITEM_TABLES: readonly string[] = [BASIC, EXTEND, OWN]
export const ITEMS = { heading: '事项', file: 'items' } as const

const WORKING_DAYS = /^个?(法定)?工作[日天]$/
const TIMES = /^[次趟]$/
const COPIES = /^[份张套本页式]$/
const DAY_UNIT: Codes = { 1: '工作日' }
const AUDIENCE: Codes = { 1: '自然人', 2: '企业法人', 3: '事业法人', 4: '社会组织法人', 5: '行政机关', 6: '其他组织' }
const MODES: Codes = { 0: '全程网办', 1: '异地代收', 2: '异地授权', 3: '多地联办' }
const TASK_TYPE: Codes = {
  '00': '行政权力',
  '01': '行政许可',
  '02': '行政处罚',
  '03': '行政强制',
  '04': '行政征收',
  '05': '行政给付',
  '06': '行政检查',
  '07': '行政确认',
  '08': '行政奖励',
  '09': '行政裁决',
  '10': '其他行政权力',
  '20': '公共服务',
}
const ONLINE_DEPTH: Codes = {
  1: '咨询',
  2: '收件',
  3: '预审',
  4: '受理',
  5: '办理',
  6: '结果信息反馈',
  7: '电子证照反馈',
  8: '其他',
}

type Options = Omit<Partial<Column>, 'field' | 'heading' | 'kind'>
const column = (field: string, heading: string, kind: Kind = 'text', options: Options = {}): Column => ({
  field,
  heading,
  kind,
  ...options,
})
const inTable =
  (up: string) =>
  (field: keyof ServiceItem, heading: string, kind: Kind = 'text', options: Options = {}): Column =>
    column(field, heading, kind, { up, ...options })
const basic = inTable(BASIC)
const extend = inTable(EXTEND)
const own = inTable(OWN)
const required = true as const

export const ITEM_COLUMNS: readonly Column[] = [
  basic('taskCode', '实施编码', 'id', { required }),
  basic('taskName', '事项名称', 'text', { required }),
  basic('localTaskCode', '地方实施编码', 'id'),
  basic('catalogCode', '基本编码', 'id', { zeros: 12 }),
  basic('localCatalogCode', '地方基本编码', 'id'),
  basic('taskHandleItem', '业务办理项编码', 'id'),
  basic('taskVersion', '事项版本', 'int'),
  basic('taskState', '事项状态', 'code', { codes: { 1: '在用', 2: '暂停', 3: '取消' }, also: ALSO_STATE }),
  basic('taskType', '事项类型', 'code', { codes: TASK_TYPE, also: ALSO_TASK_TYPE, required }),
  basic('useLevel', '行使层级', 'code', {
    codes: { 1: '国家级', 2: '省级', 3: '市级', 4: '县级', 5: '镇街级', 6: '村社区级', 7: '分级管理' },
    also: ALSO_LEVEL,
    required,
  }),
  basic('powerSource', '权力来源'),
  basic('deptName', '实施主体', 'text', { required }),
  basic('deptCode', '实施主体编码', 'id'),
  basic('deptType', '实施主体性质', 'code', { codes: { 1: '法定机关', 2: '授权组织', 3: '受委托组织', 9: '其他' } }),
  basic('entrustName', '委托部门'),
  basic('serverType', '服务对象', 'codes', { codes: AUDIENCE, also: ALSO_AUDIENCE, required }),
  basic('projectType', '办件类型', 'code', {
    codes: { 1: '即办件', 2: '承诺件', 9: '其他' },
    also: ALSO_PROJECT_TYPE,
    required,
  }),
  own('modes', '办理模式', 'modes', { codes: MODES, also: ALSO_MODE, required }),
  basic('anticipateDay', '法定办结时限', 'int', {
    required,
    units: WORKING_DAYS,
    explain: 'anticipateExplain',
    unit: 'anticipateType',
  }),
  basic('anticipateType', '法定办结时限单位', 'code', { codes: DAY_UNIT }),
  basic('anticipateExplain', '法定办结时限说明'),
  basic('promiseDay', '承诺办结时限', 'int', {
    required,
    units: WORKING_DAYS,
    explain: 'promiseExplain',
    unit: 'promiseType',
  }),
  basic('promiseType', '承诺办结时限单位', 'code', { codes: DAY_UNIT }),
  basic('promiseExplain', '承诺办结时限说明'),
  basic('acceptCondition', '受理条件'),
  basic('handleFlow', '办理流程'),
  basic('handleType', '办理形式', 'codes', {
    codes: { 1: '窗口', 2: '电脑端', 3: '移动端', 4: '快递申请', 9: '其他' },
    also: ALSO_HANDLE_TYPE,
  }),
  basic('limitSceneNum', '到现场次数', 'int', { required, units: TIMES, explain: 'limitSceneExplain' }),
  extend('limitSceneExplain', '必须现场办理原因'),
  basic('specialProcedure', '特别程序'),
  basic('byLaw', '设定依据'),
  basic('isFee', '是否收费', 'bool', { required }),
  basic('feeBasis', '收费依据'),
  basic('transactAddr', '办理地点'),
  basic('transactTime', '办理时间'),
  basic('linkWay', '咨询电话', 'text', { zeros: 'phone' }),
  basic('superviseWay', '投诉电话', 'text', { zeros: 'phone' }),
  basic('planEffectiveDate', '计划生效日期', 'day'),
  basic('planCancelDate', '计划取消日期', 'day'),
  basic('rowGuid', '行标识', 'id'),
  extend('isEntryCenter', '是否进驻政务大厅', 'bool'),
  extend('handleArea', '通办范围'),
  extend('isHandle', '是否支持通办', 'bool'),
  extend('otherDept', '联办机构'),
  extend('serviceType', '中介服务'),
  extend('isOnline', '是否网上办理', 'bool'),
  extend('onlineHandleDepth', '网办深度', 'codes', { codes: ONLINE_DEPTH }),
  own('onlineLevel', '网办等级', 'code', { codes: { 1: 'Ⅰ级', 2: 'Ⅱ级', 3: 'Ⅲ级', 4: 'Ⅳ级' } }),
  extend('onlineHandleUrl', '网上办理地址'),
  extend('isSchedule', '是否支持预约', 'bool'),
  extend('isPayOnline', '是否网上支付', 'bool'),
  extend('isExpress', '是否支持物流快递', 'bool'),
  extend('isMailMaterial', '材料是否可邮寄', 'bool'),
  extend('isMailResult', '结果是否可邮寄', 'bool'),
  extend('isServiceTerminals', '是否支持自助终端', 'bool'),
  extend('isHandleByDeptSys', '是否部门系统办理', 'bool'),
  extend('deptSysName', '部门业务系统名称'),
  extend('deptSysUrl', '部门业务系统地址'),
  extend('deptSysType', '业务系统运行网络'),
  extend('limitExplain', '数量限制'),
  extend('resultType', '审批结果类型'),
  extend('resultName', '审批结果名称'),
  extend('resultGuid', '审批结果样本', 'commitment'),
  extend('userTopicType', '自然人主题分类'),
  extend('corpTopicType', '法人主题分类'),
  extend('townName', '乡镇街道名称'),
  extend('townCode', '乡镇街道代码', 'id'),
  extend('villageName', '村社区名称'),
  extend('villageCode', '村社区代码', 'id'),
  extend('auditStatus', '审核状态'),
  extend('centralDept', '国家对口部门'),
  own('reviewContact', '行政复议'),
  own('litigationContact', '行政诉讼'),
  own('form', '申请表', 'json'),
  own('formUi', '界面提示', 'json'),
  own('consent', '告知书', 'json'),
  own('sharedFields', '共享字段', 'lines'),
]

export const PARTS: readonly Part[] = [
  {
    field: 'materials',
    heading: '材料',
    file: 'materials',
    up: 'up_task_general_material',
    key: ['materialCode'],
    columns: [
      column('materialCode', '材料编码', 'id'),
      column('materialName', '材料名称', 'text', { required }),
      column('isNeed', '必要性', 'code', {
        codes: { 1: '必要', 2: '非必要', 3: '容缺后补' },
        also: ALSO_NEED,
        explain: 'needExplain',
        required,
      }),
      column('needExplain', '必要性说明'),
      column('materialType', '材料类型', 'code', {
        codes: { 1: '原件', 2: '复印件', 3: '原件和复印件', 4: '原件或复印件' },
        also: ALSO_MATERIAL_TYPE,
        required,
      }),
      column('materialFormat', '材料形式', 'code', {
        codes: { 1: '纸质', 2: '电子', 3: '纸质或电子' },
        also: ALSO_MATERIAL_FORMAT,
        required,
      }),
      column('sourceType', '来源渠道', 'code', {
        codes: { 10: '申请人自备', 20: '政府部门核发', 99: '其他' },
        also: ALSO_SOURCE,
        explain: 'sourceExplain',
        required,
      }),
      column('sourceExplain', '来源渠道说明'),
      column('issuer', '出具机构'),
      column('issueRequirement', '出具时间要求'),
      column('pageNum', '份数', 'int', { units: COPIES }),
      column('pageNumY', '原件份数', 'int', { units: COPIES }),
      column('pageNumF', '复印件份数', 'int', { units: COPIES }),
      column('pageFormat', '介质要求'),
      column('acceptStand', '受理标准'),
      column('fillExplain', '填报须知'),
      column('reviewPoints', '审查要点', 'lines'),
      column('exampleGuid', '样表', 'commitment'),
      column('formGuid', '空表', 'commitment'),
      column('isResultCert', '是否结果证照', 'bool'),
      column('certCode', '证照类型代码', 'id'),
      column('byLaw', '设定依据'),
      column('orderNum', '排序号', 'int'),
    ],
  },
  {
    field: 'fees',
    heading: '收费',
    file: 'fees',
    up: 'up_task_general_fee',
    key: ['feeName'],
    columns: [
      column('feeName', '收费项目名称', 'text', { required }),
      column('feeStand', '收费标准', 'text', { required }),
      column('byLaw', '收费依据', 'text', { required }),
      column('isDesc', '是否允许减免', 'bool'),
      column('descExplain', '减免说明'),
    ],
  },
  {
    field: 'faqs',
    heading: '常见问题',
    file: 'faqs',
    up: 'up_task_general_faq',
    key: ['question'],
    columns: [column('question', '问题', 'text', { required }), column('answer', '解答', 'text', { required })],
  },
  {
    field: 'contacts',
    heading: '联系人',
    file: 'contacts',
    up: 'tongban_task_contact',
    key: ['role', 'name', 'phone'],
    columns: [
      column('role', '角色', 'code', { codes: CONTACT_ROLES, also: ALSO_ROLE, required }),
      column('name', '姓名'),
      column('department', '部门'),
      column('phone', '电话'),
      column('email', '电子邮箱'),
      column('note', '备注'),
    ],
  },
  {
    field: 'handleLinks',
    heading: '办理环节',
    file: 'links',
    up: 'tongban_task_link',
    key: ['linkName'],
    columns: [
      column('linkName', '环节名称', 'text', { required }),
      column('handleDay', '环节时限', 'int', { units: WORKING_DAYS }),
      column('explain', '办理内容'),
      column('isSpecial', '是否特别程序', 'bool'),
    ],
  },
  {
    field: 'specialProcedures',
    heading: '特别程序',
    file: 'procedures',
    up: 'tongban_task_procedure',
    key: ['specialName'],
    columns: [
      column('specialType', '特别程序种类', 'code', { codes: { 1: '延长审批', 2: '其他' }, required }),
      column('specialName', '特别程序名称', 'text', { required }),
      column('specialDay', '特别程序时限', 'int', { units: WORKING_DAYS }),
      column('explain', '说明'),
    ],
  },
  {
    field: 'legalBases',
    heading: '依据',
    file: 'laws',
    up: 'tongban_task_law',
    key: ['lawName', 'article'],
    columns: [
      column('lawName', '法律法规名称', 'text', { required }),
      column('lawNumber', '文号'),
      column('article', '条款号'),
      column('content', '条款内容'),
    ],
  },
  {
    field: 'offeredAt',
    heading: '办理点',
    file: 'places',
    up: 'tongban_task_place',
    key: ['unit'],
    columns: [
      column('unit', '机构编码', 'id', { required }),
      column('below', '含下级', 'bool'),
      column('windows', '窗口编码', 'ids'),
    ],
  },
]

/** Column that joins a part's rows to its item. */
export const KEY = column('taskCode', '实施编码', 'id', { required })
/** 操作 of a row: I 新增, U 修改, D 删除. */
export const OPERATION = column('cdOperation', '操作', 'code', {
  codes: { I: '新增', U: '修改', D: '删除' },
  also: ALSO_OPERATION,
})

export const snake = (field: string): string => field.replaceAll(/[A-Z]/g, letter => `_${letter.toLowerCase()}`)
/** `page_num_y` and the like come out of `pageNumY`. */
export const upColumn = ({ field, column: named }: Column): string => named ?? snake(field)

/** Headings compare without case, spaces, marks of required fields and explanations in brackets. */
export const normalHeading = (heading: string): string =>
  plainText(heading)
    .replaceAll(/\(.*?\)/g, '')
    .replaceAll(/[\s*_"':★▲]/g, '')
    .replace(/^\d{1,2}[.、]/, '')
    .toLowerCase()
