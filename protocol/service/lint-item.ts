/** Lint rules of an item itself: codes, limits, visits, fees, phones, places. */
import { readCreditCode } from '../codes/credit-code.ts'
import { plainText } from '../codes/spelling.ts'
import type { Commitment } from '../primitives.ts'
import type { ServiceItem } from './item.ts'
import { each, isBlank, type Rule, when } from './lint-rule.ts'

/** Fields that the national tables `up_task_general_basic` and `_extend` require and an exchange does not. */
const UPLOAD_FIELDS = [
  'catalogCode',
  'powerSource',
  'deptCode',
  'deptType',
  'acceptCondition',
  'handleFlow',
  'transactAddr',
  'transactTime',
  'linkWay',
  'superviseWay',
  'isEntryCenter',
  'isOnline',
  'isExpress',
  'resultType',
] as const satisfies readonly (keyof ServiceItem)[]

const CODE_31 = /^[0-9A-HJ-NP-RTUWXY]{18}[1-7][0-9A-Z]{12}$/
const isNothing = (text: string | undefined): boolean =>
  isBlank(text) || /^(无|无需|没有|none|-)[。.]?$/i.test(text?.trim() ?? '')

/** 转, or a hyphen, and the number of the extension. */
const EXTENSION = /(?: ?转 ?|-)\d{1,6}$/
/**
 * With area code, mobile, 400 or 800, each in groups or not; of another country with its code. What begins with 86 alone may be a number
 * of a city without its area code (8651234): that of the country is meant where a whole number follows.
 */
const DIALLED = [
  /^(?:\+86[- ]?\(?0?|\(?0)\d{2,3}\)?[- ]?(?:\d{3,8}|\d{3,4}[- ]\d{4})$/,
  /^86[- ]?\(?0?\d{2,3}\)?[- ]?(?:\d{7,8}|\d{3,4}[- ]\d{4})$/,
  /^(?:(?:\+86|86)[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}$/,
  /^[48]00[- ]?(?:\d{3,4}[- ]?\d{3,4}|\d[- ]?\d{3}[- ]?\d{3})$/,
  /^\+(?!86)\d{1,3}(?:[- ]?\d{2,5}){2,4}$/,
]
/** A second number under the area code of the one before it. */
const LOCAL = /^\d{7,8}$/

/** The numbers of a text, without what is said of them: labels, hours (工作日), 或 between them. */
const phonesOf = (text: string): string[] =>
  plainText(text)
    .replaceAll(/[‐-―−]/g, '-')
    .replaceAll(/(?<!\d)00(?=[1-9])/g, '+')
    .replaceAll(/分机号?|内线|ext\.?/gi, '转')
    .replaceAll(
      /\((?=[^()]*\p{Script=Han})(转 ?\d{1,6})?[^()]*\)/gu,
      (_, extension) => (extension as string | undefined) ?? ' ',
    )
    .split(/[,、;/|\n]|[或和及]/)
    .map(part =>
      part
        .replaceAll(/[^\P{Script=Han}转]+[:：]?/gu, ' ')
        .replaceAll(/ *- */g, '-')
        .replaceAll(/\s+/g, ' ')
        .trim(),
    )
    .filter(part => part !== '')

const isDialled = (phone: string): boolean =>
  [phone, phone.replace(EXTENSION, '')].some(each => DIALLED.some(form => form.test(each)))

/** Several may stand beside each other, divided by a blank. */
const allDialled = (phone: string): boolean => {
  if (isDialled(phone)) return true
  const [first = '', ...others] = phone.split(' ')
  return others.length > 0 && isDialled(first) && others.every(other => isDialled(other) || LOCAL.test(other))
}
const canBeDialled = (text: string): boolean => {
  const phones = phonesOf(text)
  return phones.length > 0 && phones.every((phone, index) => allDialled(phone) || (index > 0 && LOCAL.test(phone)))
}

const VAGUE =
  /视情|按(照)?(有关|相关)规定|另行通知|等(相关|有关)材料|其他(相关|有关)?(材料|条件)|(相关|有关)(证明)?材料|法律法规规定的其他/
const vague = (text: string | undefined): boolean => text !== undefined && VAGUE.test(text)

/** Text that was read in the wrong encoding. */
const GARBLED = /\ufffd|锟斤拷|烫烫烫|ï¿½|Ã[\u0080-\u00bf]/
/** Beyond the Basic Multilingual Plane. */
const RARE = /[\u{10000}-\u{10ffff}]/u

/** Paths of all text in a value that fits the pattern. */
function* textsLike(value: unknown, pattern: RegExp, path: string): Generator<string> {
  if (typeof value === 'string') {
    if (pattern.test(value)) yield path
  } else if (typeof value === 'object' && value !== null)
    for (const [key, entry] of Object.entries(value))
      yield* textsLike(entry, pattern, path === '' ? key : `${path}.${key}`)
}

export const ITEM_RULES: readonly Rule[] = [
  {
    rule: 'text.garbled',
    level: 'error',
    zh: '文字疑似乱码：导入时编码可能有误，请以 UTF-8 或 GB18030 重新导入',
    en: 'The text was read in a wrong encoding: import it again as UTF-8 or GB18030',
    check: item => textsLike(item, GARBLED, ''),
  },
  {
    rule: 'text.rare',
    level: 'warning',
    zh: '含生僻字：仅支持 GB 2312 或 GBK 的旧系统会丢失该字',
    en: 'A rare character: older systems that know GB 2312 or GBK alone lose it',
    check: item => textsLike(item, RARE, ''),
  },
  {
    rule: 'code.form',
    level: 'warning',
    zh: '实施编码不是 31 位（18 位统一社会信用代码 + 行使层级 + 12 位基本编码），GB/T 39554',
    en: 'The code has not the 31 characters of GB/T 39554: credit code, level, catalogue code',
    check: ({ taskCode }) => when(!CODE_31.test(taskCode), 'taskCode'),
  },
  {
    rule: 'code.credit-code',
    level: 'warning',
    zh: '实施编码前 18 位不是有效的统一社会信用代码（校验码不符），GB 32100',
    en: 'The first 18 characters of the code are no credit code: a check character differs (GB 32100)',
    check: ({ taskCode }) => when(CODE_31.test(taskCode) && readCreditCode(taskCode.slice(0, 18)) === null, 'taskCode'),
  },
  {
    rule: 'code.level',
    level: 'warning',
    zh: '实施编码第 19 位与行使层级不一致',
    en: 'Character 19 of the code is not the level of the item',
    check: ({ taskCode, useLevel }) => when(CODE_31.test(taskCode) && taskCode[18] !== useLevel, 'useLevel'),
  },
  {
    rule: 'code.catalogue',
    level: 'warning',
    zh: '基本编码与实施编码后 12 位不一致',
    en: 'The catalogue code is not the last 12 characters of the code',
    check: ({ taskCode, catalogCode }) =>
      when(CODE_31.test(taskCode) && catalogCode?.length === 12 && taskCode.slice(19) !== catalogCode, 'catalogCode'),
  },
  {
    rule: 'code.type',
    level: 'warning',
    zh: '事项类型与编码中的类型不一致',
    en: 'The type is not the one in the code',
    check: ({ taskCode, taskType }) => when(CODE_31.test(taskCode) && taskCode.slice(21, 23) !== taskType, 'taskType'),
  },
  {
    rule: 'dept.credit-code',
    level: 'warning',
    zh: '实施主体的统一社会信用代码无效（校验码不符），GB 32100',
    en: "The department's credit code does not hold: a check character differs (GB 32100)",
    check: ({ deptCode }) => when(deptCode !== undefined && readCreditCode(deptCode) === null, 'deptCode'),
  },
  {
    rule: 'dept.entrusted',
    level: 'error',
    zh: '实施主体为受委托组织的，必须填写委托部门',
    en: 'An entrusted organisation names the department that entrusts it',
    check: ({ deptType, entrustName }) => when(deptType === '3' && isBlank(entrustName), 'entrustName'),
  },
  {
    rule: 'limit.promise',
    level: 'error',
    zh: '承诺办结时限不得超过法定办结时限',
    en: 'The promised limit is longer than the legal one',
    check: ({ promiseDay, anticipateDay }) => when(promiseDay > anticipateDay, 'promiseDay'),
  },
  {
    rule: 'limit.instant',
    level: 'warning',
    zh: '即办件的承诺办结时限应不超过 1 个工作日',
    en: 'An item done at once promises one working day at most',
    check: ({ projectType, promiseDay }) => when(projectType === '1' && promiseDay > 1, 'promiseDay'),
  },
  {
    rule: 'limit.links',
    level: 'warning',
    zh: '各环节时限之和超过承诺办结时限',
    en: 'The steps together take longer than promised',
    check: ({ handleLinks, promiseDay }) =>
      when(
        (handleLinks ?? []).reduce((sum, link) => sum + (link.isSpecial === true ? 0 : (link.handleDay ?? 0)), 0) >
          promiseDay,
        'handleLinks',
      ),
  },
  {
    rule: 'visits.reason',
    level: 'error',
    zh: '到现场次数不为 0 时，必须填写必须现场办理原因',
    en: 'An item that needs a visit says why',
    check: ({ limitSceneNum, limitSceneExplain }) =>
      when(limitSceneNum > 0 && isNothing(limitSceneExplain), 'limitSceneExplain'),
  },
  {
    rule: 'visits.none',
    level: 'error',
    zh: '到现场次数为 0 时，必须现场办理原因应为“无”',
    en: 'An item that needs no visit gives no reason for one',
    check: ({ limitSceneNum, limitSceneExplain }) =>
      when(limitSceneNum === 0 && !isNothing(limitSceneExplain), 'limitSceneExplain'),
  },
  {
    rule: 'visits.level-4',
    level: 'error',
    zh: '网办等级为 Ⅳ级（全程网办）的，到现场次数必须为 0',
    en: 'An item of online level Ⅳ needs no visit',
    check: ({ onlineLevel, limitSceneNum }) => when(onlineLevel === '4' && limitSceneNum > 0, 'limitSceneNum'),
  },
  {
    rule: 'visits.online-mode',
    level: 'error',
    zh: '仅支持全程网办的事项，到现场次数必须为 0',
    en: 'An item handled online alone needs no visit',
    check: ({ modes, limitSceneNum }) => when(modes.every(mode => mode === 0) && limitSceneNum > 0, 'limitSceneNum'),
  },
  {
    rule: 'visits.how',
    level: 'error',
    zh: '到现场次数为 0 且不能网上办理的，办理形式必须包含快递（邮寄）申请',
    en: 'An item without a visit and without online handling is applied for by mail',
    check: ({ limitSceneNum, isOnline, handleType }) =>
      when(limitSceneNum === 0 && isOnline === false && !(handleType ?? []).includes('4'), 'handleType'),
  },
  {
    rule: 'mode.online',
    level: 'error',
    zh: '办理模式含全程网办，但“是否网上办理”为否',
    en: 'Mode 0 is handling online, but the item is not offered online',
    check: ({ modes, isOnline }) => when(modes.includes(0) && isOnline === false, 'isOnline'),
  },
  {
    rule: 'mode.repeated',
    level: 'error',
    zh: '办理模式重复',
    en: 'A mode stands twice',
    check: ({ modes }) => when(new Set(modes).size !== modes.length, 'modes'),
  },
  {
    rule: 'mode.contact',
    level: 'warning',
    zh: '异地收件的事项应有收件或审批对接联系人，便于对方窗口直接联系部门',
    en: 'An item taken in another city names whom that counter asks: a contact to receive or to approve',
    check: ({ modes, contacts }) =>
      when(
        modes.some(mode => mode !== 0) &&
          !(contacts ?? []).some(({ role, phone }) => (role === 'receive' || role === 'approve') && !isBlank(phone)),
        'contacts',
      ),
  },
  {
    rule: 'fee.basis',
    level: 'error',
    zh: '收费事项必须填写收费依据',
    en: 'An item with a fee gives its legal basis',
    check: ({ isFee, feeBasis, fees }) => when(isFee && isBlank(feeBasis) && (fees ?? []).length === 0, 'feeBasis'),
  },
  {
    rule: 'fee.list',
    level: 'error',
    zh: '收费事项必须填写收费项目和标准',
    en: 'An item with a fee names each fee and its rate',
    check: ({ isFee, fees }) => when(isFee && (fees ?? []).length === 0, 'fees'),
  },
  {
    rule: 'fee.online',
    level: 'error',
    zh: '收费事项必须填写是否支持网上支付',
    en: 'An item with a fee says whether it can be paid online',
    check: ({ isFee, isPayOnline }) => when(isFee && isPayOnline === undefined, 'isPayOnline'),
  },
  {
    rule: 'fee.none',
    level: 'error',
    zh: '不收费的事项不应有收费项目',
    en: 'An item without a fee lists fees',
    check: ({ isFee, fees }) => when(!isFee && (fees ?? []).length > 0, 'fees'),
  },
  {
    rule: 'fee.reduction',
    level: 'warning',
    zh: '可减免的收费项目应说明减免条件',
    en: 'A fee that can be reduced says when',
    check: ({ fees }) => each(fees, 'fees', fee => fee.isDesc === true && isBlank(fee.descExplain)),
  },
  {
    rule: 'phone.area-code',
    level: 'error',
    zh: '电话须带区号，能从其他省份直接拨打：固定电话写区号和号码，多个号码用“、”分开',
    en: 'Not a number that can be dialled from another province: area code and number, several divided by commas',
    check: ({ linkWay, superviseWay, contacts }) => [
      ...when(linkWay !== undefined && !canBeDialled(linkWay), 'linkWay'),
      ...when(superviseWay !== undefined && !canBeDialled(superviseWay), 'superviseWay'),
      ...each(contacts, 'contacts', ({ phone }) => phone !== undefined && !canBeDialled(phone)),
    ],
  },
  {
    rule: 'phone.same',
    level: 'error',
    zh: '咨询电话与投诉电话不得相同',
    en: 'Questions and complaints have the same phone number',
    check: ({ linkWay, superviseWay }) =>
      when(
        linkWay !== undefined &&
          superviseWay !== undefined &&
          digits(linkWay) !== '' &&
          digits(linkWay) === digits(superviseWay),
        'superviseWay',
      ),
  },
  {
    rule: 'result.type',
    level: 'error',
    zh: '结果名称为“批复”的，审批结果类型应为“审批办结”',
    en: 'A result named 批复 is of type 审批办结',
    check: ({ resultName, resultType }) =>
      when(/批复/.test(resultName ?? '') && resultType !== '审批办结', 'resultType'),
  },
  {
    rule: 'text.vague',
    level: 'warning',
    zh: '表述含糊（如“视情”“按相关规定”“另行通知”“其他材料”），窗口无法据此收件',
    en: 'Vague words (视情, 按相关规定, 另行通知, 其他材料): no counter can check by them',
    check: item => [
      ...when(vague(item.acceptCondition), 'acceptCondition'),
      ...when(vague(item.handleFlow), 'handleFlow'),
      ...when(vague(item.limitExplain), 'limitExplain'),
      ...when(vague(item.transactTime), 'transactTime'),
      ...item.materials.flatMap((material, index) => [
        ...when(vague(material.materialName), `materials.${index}.materialName`),
        ...when(vague(material.acceptStand), `materials.${index}.acceptStand`),
        ...when(vague(material.fillExplain), `materials.${index}.fillExplain`),
        ...each(material.reviewPoints, `materials.${index}.reviewPoints`, vague),
      ]),
    ],
  },
  {
    rule: 'dates.order',
    level: 'error',
    zh: '计划取消日期早于计划生效日期',
    en: 'The item ends before it begins',
    check: ({ planEffectiveDate: from, planCancelDate: to }) =>
      when(from !== undefined && to !== undefined && to < from, 'planCancelDate'),
  },
  {
    rule: 'basis.missing',
    level: 'warning',
    zh: '未填写设定依据',
    en: 'The legal basis is missing',
    check: ({ byLaw, legalBases }) => when(isBlank(byLaw) && (legalBases ?? []).length === 0, 'byLaw'),
  },
  {
    rule: 'upload.missing',
    level: 'warning',
    zh: '国家平台上报表要求填写该字段',
    en: 'The national upload tables require this field',
    check: item => UPLOAD_FIELDS.filter(field => item[field] === undefined),
  },
  {
    rule: 'sample.missing',
    level: 'error',
    zh: '样表、空表或结果样本的文件尚未上传到本节点，合作城市无法取得',
    en: 'The file of a sample or blank form was not uploaded here: no partner can fetch it',
    check: ({ resultGuid, materials }, { samples }) => {
      if (samples === undefined) return []
      const absent = (named: Commitment | undefined): boolean => named !== undefined && !samples.has(named.sha256)
      return [
        ...when(absent(resultGuid), 'resultGuid'),
        ...materials.flatMap(({ exampleGuid, formGuid }, index) => [
          ...when(absent(exampleGuid), `materials.${index}.exampleGuid`),
          ...when(absent(formGuid), `materials.${index}.formGuid`),
        ]),
      ]
    },
  },
  {
    rule: 'place.unknown',
    level: 'error',
    zh: '办理点或窗口不在已发布的组织机构树中',
    en: 'The organisation tree has no such unit or window',
    check: ({ offeredAt }, { units }) =>
      units === undefined
        ? []
        : each(offeredAt, 'offeredAt', ({ unit, windows }) => {
            const known = units.get(unit)
            return known === undefined || (windows ?? []).some(window => !known.has(window))
          }),
  },
]

function digits(text: string): string {
  return plainText(text).replaceAll(/\D/g, '')
}
