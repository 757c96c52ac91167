/**
 * Other words that offices write in tables (异写词): for headings, codes, yes and no, nothing, and limits. Data alone; what reads
 * a table looks here, and nowhere else, for what is meant by a word that the template does not have.
 * Over 450 lines: one table of all words that are read, which grows by what offices write.
 */
import { ENGLISH_CODES } from './synonyms-english.ts'

/**
 * Other names of a column: `sure` ones tell by themselves; `short` ones (名称, 类型) are taken once it is known what the table holds,
 * and when no other column is called so in full.
 */
export type OtherNames = { sure?: readonly string[]; short?: readonly string[] }

/** By field, or by part and field. */
export const HEADINGS: Readonly<Record<string, OtherNames>> = {
  taskCode: {
    sure: [
      '实施清单编码',
      '实施清单代码',
      '实施清单编号',
      '实施编号',
      '实施代码',
      '事项实施编码',
      '事项编码',
      '业务编码',
      '业务代码',
      '事项代码',
      '事项编号',
      '政务服务事项编码',
      '所属事项编码',
      '对应事项编码',
    ],
    short: ['编码', '代码', '项目编码'],
  },
  taskName: {
    sure: [
      '事项',
      '事项标题',
      '子项名称',
      '业务事项名称',
      '办理项名称',
      '实施事项名称',
      '实施清单名称',
      '政务服务事项',
      '政务服务事项名称',
      '服务事项名称',
      '服务事项',
      '办理事项',
      '办理事项名称',
      '所属事项',
      '所属事项名称',
      '对应事项',
      '对应事项名称',
    ],
    short: ['名称', '项目名称', '业务名称', '主项名称'],
  },
  taskHandleItem: { sure: ['办理项编码'] },
  catalogCode: { sure: ['基本目录编码', '基本目录代码'] },
  deptName: {
    sure: [
      '实施部门',
      '实施单位',
      '实施机关',
      '实施机构',
      '实施主体名称',
      '主管部门',
      '责任部门',
      '责任单位',
      '责任处室',
      '责任科室',
      '承办处室',
      '承办科室',
      '主办单位',
      '主管单位',
      '办理机构',
      '审批机关',
      '承办单位',
      '承办部门',
      '办理单位',
      '办理部门',
      '审批部门',
      '牵头部门',
      '所属部门',
    ],
    short: ['部门', '单位', '部门名称', '单位名称'],
  },
  deptCode: {
    sure: [
      '统一社会信用代码',
      '实施主体代码',
      '实施主体统一社会信用代码',
      '部门代码',
      '部门编码',
      '单位代码',
      '单位编码',
    ],
  },
  deptType: { sure: ['实施主体类型'] },
  taskVersion: { short: ['版本', '版本号'] },
  taskState: { short: ['状态'] },
  taskType: {
    sure: ['事项类别', '事项性质', '权力性质', '职权类别', '事项分类', '权力类型', '权力类别', '职权类型'],
    short: ['类型', '类别'],
  },
  useLevel: { sure: ['实施层级', '行政层级', '办理层级', '事项层级'], short: ['层级', '级别'] },
  serverType: {
    sure: ['服务对象类型', '服务对象类别', '办理对象', '申请对象', '面向对象', '受理对象', '申请人类型'],
    short: ['对象'],
  },
  projectType: { sure: ['办件类别', '办件性质'], short: ['办理类型'] },
  modes: {
    sure: ['通办模式', '通办方式', '跨省通办模式', '跨省通办方式', '异地通办模式', '异地通办方式', '通办业务模式'],
  },
  anticipateDay: {
    sure: [
      '法定时限',
      '法定期限',
      '法定办理时限',
      '法定办理期限',
      '法定办结期限',
      '法定办结时间',
      '法定办理时间',
      '法定审批时限',
      '法定工作日',
      '法定天数',
    ],
  },
  anticipateType: { sure: ['法定时限单位', '法定办理时限单位'] },
  anticipateExplain: { sure: ['法定时限说明'] },
  promiseDay: {
    sure: [
      '承诺时限',
      '承诺期限',
      '承诺办理时限',
      '承诺办理期限',
      '承诺办结期限',
      '承诺办结时间',
      '承诺办理时间',
      '承诺审批时限',
      '承诺工作日',
      '承诺天数',
    ],
  },
  promiseType: { sure: ['承诺时限单位', '承诺办理时限单位'] },
  promiseExplain: { sure: ['承诺时限说明'] },
  acceptCondition: { sure: ['申请条件', '办理条件', '申报条件'] },
  handleFlow: { sure: ['办事流程', '办理程序', '审批流程'], short: ['流程'] },
  handleType: { sure: ['办理途径', '办理渠道', '申请方式', '受理方式'] },
  limitSceneNum: {
    sure: [
      '跑动次数',
      '最多跑动次数',
      '跑腿次数',
      '到场次数',
      '现场次数',
      '到窗口次数',
      '到大厅次数',
      '到办事现场次数',
      '到现场办理次数',
      '办事者到办事现场次数',
      '申请人到现场次数',
    ],
  },
  limitSceneExplain: { sure: ['必须现场办理原因说明', '到现场原因', '必须到现场原因'] },
  byLaw: { sure: ['法律依据', '政策依据', '实施依据', '办理依据', '法定依据'], short: ['依据'] },
  isFee: { sure: ['收费情况', '是否需要收费', '是否涉及收费', '是否收取费用'], short: ['收费'] },
  transactAddr: {
    sure: ['办理地址', '办理场所', '办事地点', '办事地址', '受理地点', '受理地址', '窗口地址'],
    short: ['地点', '地址', '办公地址'],
  },
  transactTime: { sure: ['受理时间', '办事时间'], short: ['办公时间', '工作时间'] },
  linkWay: {
    sure: ['咨询方式', '咨询热线', '咨询电话号码', '咨询联系电话'],
    short: ['联系电话', '联系方式', '电话', '办公电话'],
  },
  superviseWay: {
    sure: [
      '监督电话',
      '监督方式',
      '监督热线',
      '投诉举报电话',
      '投诉渠道',
      '投诉方式',
      '投诉热线',
      '监督投诉电话',
      '投诉监督电话',
      '监督投诉方式',
      '监督投诉渠道',
    ],
  },
  planEffectiveDate: { sure: ['生效日期', '生效时间', '启用日期', '实施日期'] },
  planCancelDate: { sure: ['失效日期', '取消日期', '停用日期', '有效期至'] },
  isEntryCenter: { sure: ['是否进驻大厅', '是否进驻政务服务大厅', '是否进驻政务服务中心', '是否进驻中心'] },
  handleArea: { sure: ['通办区域'] },
  isHandle: { sure: ['是否通办', '是否跨省通办', '是否支持跨省通办', '是否可跨省通办', '是否纳入跨省通办'] },
  otherDept: { sure: ['联办部门', '联办单位'] },
  isOnline: { sure: ['是否网办', '是否可网办', '是否支持网办', '是否可网上办理', '能否网上办理', '网上办理'] },
  onlineHandleUrl: { sure: ['网办地址', '网上办理链接', '办理网址', '在线办理地址'] },
  isSchedule: { sure: ['是否预约', '是否可预约', '网上预约'] },
  isPayOnline: { sure: ['网上支付', '是否支持网上支付'] },
  isExpress: { sure: ['物流快递', '是否支持快递', '是否支持物流'] },
  isMailMaterial: { sure: ['材料可否邮寄', '材料能否邮寄'] },
  isMailResult: { sure: ['结果可否邮寄', '结果能否邮寄'] },
  isServiceTerminals: { sure: ['是否支持自助办理'] },
  resultType: { sure: ['办理结果类型', '结果类型'] },
  resultName: { sure: ['办理结果名称', '办理结果', '结果名称', '审批结果'] },

  'materials.materialCode': { sure: ['材料代码', '材料编号', '申请材料编码'], short: ['编码', '编号'] },
  'materials.materialName': {
    sure: [
      '申请材料',
      '申请材料名称',
      '申报材料',
      '申报材料名称',
      '所需材料',
      '所需材料名称',
      '提交材料',
      '提交材料名称',
      '材料目录',
      '材料清单',
      '要件名称',
    ],
    short: ['材料', '名称'],
  },
  'materials.isNeed': {
    sure: ['材料必要性', '是否必要', '是否必须', '是否必需', '是否必备', '是否必交', '是否必须提供', '必要程度'],
    short: ['必须', '必需'],
  },
  'materials.materialType': {
    sure: ['原件/复印件', '原件或复印件', '原件复印件', '材料类别'],
    short: ['类型', '类别'],
  },
  'materials.materialFormat': {
    sure: ['纸质/电子', '纸质或电子', '材料格式', '材料介质', '材料载体'],
    short: ['形式', '介质'],
  },
  'materials.sourceType': { sure: ['材料来源', '材料出处', '材料来源渠道', '获取渠道'], short: ['来源'] },
  'materials.issuer': {
    sure: ['出具单位', '出具部门', '材料出具单位', '材料出具机构', '核发机构', '核发部门', '发证机关', '签发机关'],
  },
  'materials.issueRequirement': { sure: ['出具时间'] },
  'materials.pageNum': { sure: ['材料份数', '材料数量', '提交份数'], short: ['数量'] },
  'materials.pageNumY': { sure: ['原件数量', '原件数'], short: ['原件'] },
  'materials.pageNumF': { sure: ['复印件数量', '复印件数'], short: ['复印件'] },
  'materials.pageFormat': { sure: ['纸张规格', '材料规格'], short: ['规格'] },
  'materials.acceptStand': { sure: ['受理要求', '材料要求'], short: ['要求'] },
  'materials.fillExplain': { sure: ['填写说明', '填表说明', '填报说明'] },
  'materials.reviewPoints': { sure: ['审核要点', '审查要求', '审核要求'] },
  'materials.exampleGuid': { sure: ['示例样表', '填写样例'] },
  'materials.formGuid': { sure: ['空白表格', '空白表', '空白样表'] },

  'fees.feeName': { sure: ['收费项目', '收费名称', '费用名称'], short: ['名称', '项目名称'] },
  'fees.feeStand': { sure: ['费用标准', '收费金额'], short: ['标准', '金额'] },
  'fees.byLaw': { sure: ['收费文件'], short: ['依据'] },
  'fees.isDesc': { sure: ['是否减免', '可否减免'] },

  'faqs.question': { sure: ['常见问题', '问题描述'], short: ['问'] },
  'faqs.answer': { sure: ['解答内容', '答案', '回答'], short: ['答'] },

  'contacts.role': { sure: ['联系人类型', '联系人角色'], short: ['职责', '类型'] },
  'contacts.name': { sure: ['联系人', '联系人姓名'] },
  'contacts.department': { short: ['所在部门', '单位'] },
  'contacts.phone': { sure: ['联系人电话'], short: ['联系电话', '联系方式', '手机', '办公电话'] },
  'contacts.email': { sure: ['邮箱', '电子邮件'] },
  'contacts.note': { short: ['说明'] },

  'handleLinks.linkName': { sure: ['办理环节名称', '环节', '办理环节'], short: ['步骤', '名称'] },
  'handleLinks.handleDay': { sure: ['环节办理时限'], short: ['办理时限', '时限'] },
  'handleLinks.explain': { sure: ['环节内容'], short: ['工作内容', '内容', '说明'] },

  'specialProcedures.specialType': { sure: ['特别程序类型'], short: ['种类', '类型'] },
  'specialProcedures.specialName': { sure: ['程序名称'], short: ['名称'] },
  'specialProcedures.specialDay': { short: ['时限'] },

  'legalBases.lawName': {
    sure: ['依据名称', '法律名称', '法规名称', '设定依据名称', '法律法规'],
    short: ['名称', '文件名称'],
  },
  'legalBases.lawNumber': { sure: ['发文字号', '依据文号', '文件号'] },
  'legalBases.article': { sure: ['依据条款', '条款'], short: ['条'] },
  'legalBases.content': { sure: ['依据内容', '条文内容', '条文'], short: ['内容'] },

  'offeredAt.unit': { sure: ['办理点编码', '办理机构编码'], short: ['单位编码'] },
  'offeredAt.below': { sure: ['是否含下级', '包含下级'] },
  'offeredAt.windows': { sure: ['窗口编号'] },

  'units.code': {
    sure: ['机构代码', '机构编号', '单位编码', '单位代码', '部门编码', '部门代码'],
    short: ['编码', '代码'],
  },
  'units.name': { sure: ['单位名称', '部门名称', '机构全称'], short: ['名称', '机构', '单位', '部门'] },
  'units.level': { sure: ['机构层级', '行政层级', '机构级别'], short: ['级别'] },
  'units.parent': { sure: ['上级编码', '上级机构', '上级机构代码', '上级单位编码', '上级部门编码', '所属机构编码'] },
  'units.address': { sure: ['办公地址', '机构地址', '详细地址'] },
  'units.hours': { sure: ['工作时间'] },
  'units.phone': { sure: ['联系电话', '办公电话'] },
  'windows.unit': { sure: ['所属机构编码', '所属机构', '机构代码', '单位编码', '部门编码'] },
  'windows.code': { sure: ['窗口编号', '窗口号', '窗口代码'] },
  'windows.name': { sure: ['窗口'], short: ['名称'] },
  'windows.place': { sure: ['窗口位置', '地点'] },
  'windows.phone': { sure: ['联系电话', '窗口电话'] },
  'windows.hours': { sure: ['工作时间'] },
}

/** Columns for the eye alone, which are left out without a word. */
export const UNREAD_HEADINGS: ReadonlySet<string> = new Set(['序号', '序', '行号', '栏次', 'no', 'no.', '#'])

/** Words in the names that offices give to sheets and to groups of columns, such as 材料清单; the first that stands in a name tells. */
export const PART_WORDS = [
  [/材料|要件|documents?|materials?/i, 'materials'],
  [/收费|费用/, 'fees'],
  [/问题|问答|faq/i, 'faqs'],
  [/联系/, 'contacts'],
  [/环节/, 'handleLinks'],
  [/特别程序/, 'specialProcedures'],
  [/依据|法律|法规/, 'legalBases'],
  [/办理点|网点/, 'offeredAt'],
  [/事项|清单|指南|目录|^items?$|^services?$/i, null],
] as const

/** A sheet that is called like a department holds the items of that department. */
export const DEPARTMENT = /^[\p{Script=Han}()]{1,28}(局|委|委员会|办|办公室|厅|中心|院|银行|支队|大队|公司|分局)$/u

/** Other names of codes, by the names that the template has; several are divided by commas. */
type Also = Readonly<Record<string, string>>
export const ALSO_AUDIENCE: Also = {
  ...ENGLISH_CODES.audience,
  个人: '1',
  公民: '1',
  居民: '1',
  群众: '1',
  企业: '2',
  非法人企业: '6',
  事业单位: '3',
  社会组织: '4',
  社会团体: '4',
  社团法人: '4',
  行政单位: '5',
  机关: '5',
  其他: '6',
  // Civil Code, art. 76, 87: those that seek profit, and those that do not.
  法人: '2,3,4',
  非法人组织: '6',
  其它组织: '6',
}
export const ALSO_LEVEL: Also = {
  ...ENGLISH_CODES.level,
  国家: '1',
  省: '2',
  自治区级: '2',
  直辖市级: '2',
  市: '3',
  市本级: '3',
  地市: '3',
  地市级: '3',
  地级市: '3',
  设区的市级: '3',
  设区市级: '3',
  市州级: '3',
  县: '4',
  区: '4',
  区县级: '4',
  区县: '4',
  县区: '4',
  县区级: '4',
  区级: '4',
  县市区级: '4',
  县本级: '4',
  乡级: '5',
  镇: '5',
  乡镇: '5',
  街道: '5',
  乡镇级: '5',
  镇级: '5',
  街道级: '5',
  镇街: '5',
  乡镇街道: '5',
  乡镇街道级: '5',
  '乡镇(街道)级': '5',
  '县(市、区)级': '4',
  村: '6',
  社区: '6',
  村级: '6',
  社区级: '6',
  村社区: '6',
  '村(社区)级': '6',
}
export const ALSO_MODE: Also = {
  ...ENGLISH_CODES.mode,
  网办: '0',
  全流程网办: '0',
  全程网上办理: '0',
  全程网上办: '0',
  异地代收代办: '1',
  代收代办: '1',
  异地收件: '1',
  '异地受理、本地办理': '1',
  异地代办: '1',
  异地办理: '2',
  授权办理: '2',
  多地联办: '3',
  联办: '3',
}
export const ALSO_TASK_TYPE: Also = {
  ...ENGLISH_CODES.taskType,
  许可: '01',
  处罚: '02',
  强制: '03',
  征收: '04',
  给付: '05',
  检查: '06',
  确认: '07',
  奖励: '08',
  裁决: '09',
  其他权力: '10',
  其他职权: '10',
  其它行政权力: '10',
  其他类: '10',
  公共服务事项: '20',
  公共服务类: '20',
}
export const ALSO_PROJECT_TYPE: Also = {
  ...ENGLISH_CODES.projectType,
  即办: '1',
  即时办结: '1',
  当场: '1',
  当场办结: '1',
  马上办: '1',
  承诺: '2',
  承诺办件: '2',
  上报件: '9',
  转报件: '9',
}
export const ALSO_STATE: Also = {
  有效: '1',
  启用: '1',
  正常: '1',
  已发布: '1',
  停用: '2',
  已暂停: '2',
  已取消: '3',
  废止: '3',
  作废: '3',
}
export const ALSO_HANDLE_TYPE: Also = {
  窗口办理: '1',
  窗口申请: '1',
  现场: '1',
  现场办理: '1',
  线下: '1',
  线下办理: '1',
  大厅办理: '1',
  网上: '2',
  网上办理: '2',
  网上申请: '2',
  线上: '2',
  线上办理: '2',
  电脑: '2',
  PC端: '2',
  手机: '3',
  手机端: '3',
  掌上: '3',
  移动终端: '3',
  APP: '3',
  小程序: '3',
  微信: '3',
  快递: '4',
  邮寄: '4',
  邮寄申请: '4',
  信函: '4',
}
export const ALSO_NEED: Also = {
  ...ENGLISH_CODES.need,
  必须: '1',
  必需: '1',
  必备: '1',
  必交: '1',
  必须提供: '1',
  应当提供: '1',
  是: '1',
  '√': '1',
  非必须: '2',
  非必需: '2',
  不必要: '2',
  可选: '2',
  选交: '2',
  否: '2',
  '×': '2',
  容缺: '3',
  可容缺: '3',
  容缺受理: '3',
  容缺材料: '3',
}
export const ALSO_MATERIAL_TYPE: Also = {
  ...ENGLISH_CODES.materialType,
  正本: '1',
  复印: '2',
  副本: '2',
  影印件: '2',
  原件及复印件: '3',
  '原件、复印件': '3',
  '原件,复印件': '3',
  '原件+复印件': '3',
  原件或者复印件: '4',
  '原件/复印件': '4',
}
export const ALSO_MATERIAL_FORMAT: Also = {
  ...ENGLISH_CODES.materialFormat,
  纸质版: '1',
  纸质件: '1',
  纸质材料: '1',
  书面: '1',
  电子版: '2',
  电子件: '2',
  电子文档: '2',
  电子材料: '2',
  '纸质/电子': '3',
  '纸质、电子': '3',
  '纸质,电子': '3',
  纸质或电子版: '3',
  纸质版或电子版: '3',
  '纸质版/电子版': '3',
  电子或纸质: '3',
  '电子/纸质': '3',
  均可: '3',
  不限: '3',
}
export const ALSO_SOURCE: Also = {
  ...ENGLISH_CODES.source,
  自备: '10',
  自行准备: '10',
  自行提供: '10',
  申请人: '10',
  申请人提供: '10',
  申请人自行准备: '10',
  本人提供: '10',
  政府核发: '20',
  部门核发: '20',
  行政机关核发: '20',
  其它: '99',
}
export const ALSO_ROLE: Also = {
  咨询人: 'consult',
  咨询电话: 'consult',
  投诉: 'complaint',
  监督: 'complaint',
  收件: 'receive',
  收件人: 'receive',
  审批: 'approve',
  审批人: 'approve',
  寄递: 'mail',
  邮寄: 'mail',
  技术: 'technical',
}
export const ALSO_OPERATION: Also = { 增加: 'I', 添加: 'I', 变更: 'U', 更新: 'U', 取消: 'D' }

/** What a cell of yes or no says. */
export const YES: ReadonlySet<string> = new Set(
  '1 是 y yes true 有 √ ✓ ✔ ☑ 对 支持 可 可以 能 允许 提供 需要 需 收费 收取 已进驻 进驻 涉及'.split(' '),
)
export const NO: ReadonlySet<string> = new Set(
  '0 否 n no false 无 × ✗ ✘ ✕ x 不 非 不支持 不可 不可以 不能 不允许 不提供 不需要 不需 无需 没有 不收费 不收取 不收 免费 无收费 未进驻 不进驻 不涉及 0元'.split(
    ' ',
  ),
)

/** Marks and words by which a cell that must be a code, a number, a day or an attachment says that there is none. */
export const NONE = /^(?:[/\\\-—–―_]{1,4}|无|暂无|没有|不涉及|不适用|未填|n\/?a|none)[。.]?$/i
/** A day that does not come. */
export const NO_END = /^(?:长期|长期有效|永久|永久有效|无期限)$/
/** What stands above counts here as well. */
export const DITTO = /^(?:同上|同前|〃|″|["“”]|''|,,)$/
/** What is meant stands elsewhere. */
export const ELSEWHERE =
  /^[(（【[]?(?:详?见|参见|参照)(?:附件|附表|附录|备注|另表|文件|官网|网站|办事指南)[^。]{0,20}[)）】\]]?[。.]?$/

/** Limits of what is done at once: no working day. */
export const AT_ONCE =
  /^(?:即办|即办件|即时|即时办理|即时办结|即刻办结|当场|当场办|当场办理|当场办结|现场办结|当即办结|立等可取|立即办理|马上办|马上办结|随到随办|即来即办|即收即办|秒批|秒办)$/
/** No visit. */
export const NO_VISIT =
  /^(?:零|0)?(?:不用跑|一次不用跑|一次都?不跑|零跑动|0跑动|零跑腿|0跑腿|无需到场|无需到现场|不需到现场|无需现场|不见面|不见面办理)$/
