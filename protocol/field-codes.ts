/**
 * What can be wrong with one field (字段问题), for programs: a screen decides by the code, and shows the words that come with it. SPEC.md §6.4.
 * Beside these a finding may have the code of a problem, which then keeps the whole from being done. Pure.
 */
/** Who can cure what is found; `caller`: who made the request. */
export type CuredBy = 'caller' | 'clerk' | 'applicant' | 'administrator' | 'partner'

type Told = { cure: CuredBy; en: string; zh: string }

/** What a schema finds: that of a request, and that of the form of an item, where it is the clerk who cures it. */
const SHAPES = {
  required: { cure: 'caller', en: 'Nothing is there', zh: '必填而未填' },
  type: { cure: 'caller', en: 'Of another type', zh: '类型不符' },
  format: { cure: 'caller', en: 'Of another form', zh: '格式不符' },
  value: { cure: 'caller', en: 'None of the values that it may have', zh: '不在可填的取值内' },
  'too-large': { cure: 'caller', en: 'Too large, too long or too many', zh: '过大、过长或过多' },
  'too-small': { cure: 'caller', en: 'Too small, too short or too few', zh: '过小、过短或过少' },
  unknown: { cure: 'caller', en: 'No such field', zh: '没有这个字段' },
  invalid: { cure: 'caller', en: 'Not as it is described', zh: '不符合说明' },
  'password-classes': { cure: 'caller', en: 'Characters of too few classes', zh: '密码字符种类不足' },
  'password-name': { cure: 'caller', en: 'The password holds the name or the account', zh: '密码包含姓名或账号' },
  'password-reused': { cure: 'caller', en: 'A password of before', zh: '与以前的密码相同' },
} as const satisfies Record<string, Told>

/** What the rules find that both cities know. */
const RULES = {
  'item-unused': { cure: 'partner', en: 'The item is not in use', zh: '事项未启用' },
  'item-version': { cure: 'clerk', en: 'Another version of the item is published', zh: '事项已有新版本' },
  'item-name': { cure: 'clerk', en: 'The item is published under another name', zh: '事项名称与公布的不一致' },
  'item-limit': { cure: 'clerk', en: 'The item says other working days', zh: '办理时限与事项规定不一致' },
  'mode-excluded': { cure: 'clerk', en: 'The item does not allow this mode', zh: '事项不支持该办理模式' },
  'applicant-type': { cure: 'clerk', en: 'The item is not for this kind of applicant', zh: '服务对象不符' },
  'resident-id': { cure: 'clerk', en: 'Not a valid resident identity number', zh: '身份证号码校验不通过' },
  'resident-id-date': { cure: 'clerk', en: 'Born after the application was received', zh: '出生日期晚于收件日期' },
  'credit-code': { cure: 'clerk', en: 'Not a valid unified social credit code', zh: '统一社会信用代码校验不通过' },
  'agent-document': { cure: 'clerk', en: 'The agent shows no identity document', zh: '未填写代办人的证件' },
  'authorisation-missing': { cure: 'applicant', en: 'The agent has no authorisation', zh: '缺少授权委托书' },
  'authorisation-unlisted': {
    cure: 'clerk',
    en: 'The authorisation is not among the materials',
    zh: '授权委托书未列入申请材料',
  },
  'consent-missing': { cure: 'applicant', en: 'The notice was not accepted', zh: '申请人尚未确认告知书' },
  'form-unknown': { cure: 'clerk', en: 'Not a field of the form', zh: '申请表没有该字段' },
  'form-unusable': { cure: 'partner', en: 'The form of the item cannot be used', zh: '事项申请表的模式有误' },
  'not-shared': { cure: 'clerk', en: 'Must not leave the collecting city', zh: '不在共享字段内，不得传出本市' },
  'material-unlisted': { cure: 'clerk', en: "Not in the item's list of materials", zh: '不在事项材料清单内' },
  'material-original': { cure: 'applicant', en: 'The original is asked for', zh: '须提交原件' },
  'material-purpose': { cure: 'clerk', en: 'A licence without what it is used for', zh: '使用证照未填写用证事由' },
  'material-missing': { cure: 'applicant', en: 'A necessary material is missing', zh: '缺少必要材料' },
  'material-later': { cure: 'applicant', en: 'A material that may be handed in later', zh: '可容缺后补的材料' },
  'material-twice': { cure: 'clerk', en: 'The same scan as of another material', zh: '与另一份材料是同一扫描件' },
  'recipient-missing': { cure: 'clerk', en: 'Mailed, and to nobody', zh: '未填写邮寄收件人' },
  'mail-excluded': { cure: 'clerk', en: 'The result is not mailed', zh: '事项结果不支持邮寄' },
} as const satisfies Record<string, Told>

/** What the collecting city finds beside them. */
const OWN_RULES = {
  'kept-here': { cure: 'administrator', en: 'Stays in this city: not shared', zh: '不共享，仅留存本市' },
  'date-implausible': { cure: 'clerk', en: 'Later than now, or long ago', zh: '日期明显有误' },
  'item-twice': { cure: 'clerk', en: 'The same as an item before it', zh: '与前面的事项相同' },
  'commitment-until': { cure: 'clerk', en: 'Not a day within the next year', zh: '补交期限有误' },
  'commitment-material': { cure: 'clerk', en: 'A material that cannot come later', zh: '该材料不能容缺后补' },
  'scan-missing': { cure: 'clerk', en: 'The scan was not uploaded', zh: '扫描件尚未上传' },
  'scan-unreadable': { cure: 'clerk', en: 'The scan cannot be opened', zh: '扫描件无法打开' },
  'scan-uncounted': { cure: 'clerk', en: 'Its pages cannot be counted', zh: '无法核对扫描件页数' },
  'scan-pages': { cure: 'clerk', en: 'The scan has other pages than are written', zh: '扫描件页数不符' },
  'scan-reused': {
    cure: 'applicant',
    en: 'A scan of an earlier case, without consent',
    zh: '复用以往扫描件未登记同意',
  },
  'case-open': {
    cure: 'clerk',
    en: 'The same person has an open case of the item',
    zh: '同一申请人有未办结的同一事项',
  },
  'fee-open': { cure: 'clerk', en: 'A fee is open: nobody noted that it was paid', zh: '有费用尚未缴清' },
  'sms-phone': { cure: 'clerk', en: 'No mobile number, to which SMS go', zh: '不是可接收短信的号码' },
  'sms-time': { cure: 'clerk', en: 'Consent to SMS later than now', zh: '短信同意时间有误' },
} as const satisfies Record<string, Told>

export const FIELD_CODES = { ...SHAPES, ...RULES, ...OWN_RULES } as const

export type FieldCode = keyof typeof FIELD_CODES
/** Codes of the rules, each with who can cure it. */
export type RuleCode = keyof typeof RULES | keyof typeof OWN_RULES
