/**
 * The articles (条款) of the printed agreement. Each says what the signed text holds in its fields, what the protocol makes of
 * every case (SPEC.md §6, §7), or what the law asks of any such agreement: nothing else, for the text alone was signed. Pure.
 */

import { citiesOf } from '../../../protocol/agreement/diff.ts'
import type { AgreementDocument } from '../../../protocol/agreement/document.ts'
import type { Mode } from '../../../protocol/case/kinds.ts'

/** Paragraphs as plain text. */
export type Article = { title: string; paragraphs: string[] }

const DIGITS = '零一二三四五六七八九'
const STEMS = '甲乙丙丁戊己庚辛壬癸'

/** 1 … 999 in Chinese: 十一, 一百零二. */
export function chineseNumber(n: number): string {
  if (n < 10) return DIGITS[n] ?? ''
  if (n < 20) return `十${n === 10 ? '' : DIGITS[n - 10]}`
  if (n < 100) return `${DIGITS[Math.floor(n / 10)]}十${n % 10 === 0 ? '' : DIGITS[n % 10]}`
  const rest = n % 100
  const tail = rest === 0 ? '' : rest < 10 ? `零${DIGITS[rest]}` : `${rest < 20 ? '一' : ''}${chineseNumber(rest)}`
  return `${DIGITS[Math.floor(n / 100)]}百${tail}`
}

/** 甲方, 乙方 … 癸方, then 第十一方. */
export const partyName = (place: number): string =>
  place < STEMS.length ? `${STEMS[place]}方` : `第${chineseNumber(place + 1)}方`

/** 2026-01-02 as 2026年1月2日. */
export function chineseDay(day: string): string {
  const [year, month, date] = day.split('-')
  return `${year}年${Number(month)}月${Number(date)}日`
}

const MODE_TEXTS: Readonly<Record<Mode, string>> = {
  0: '全程网办：申请人在收件地提出申请，申请与材料以电子方式送达办理地，由办理地受理、审核、决定，申请人无须到办理地现场。',
  1: '异地委托·本地代收：收件地专窗代为收件，进行身份核验和材料形式审查后转送办理地，由办理地受理、审核、决定；不改变原有办理事权。',
  2: '异地授权·本地办理：办理地授权收件地按办理地的统一标准受理、办理并出具结果；办理地可在约定期限内提出异议。',
  3: '多地联办：由一地统一收件，各办理地分别办理本地事项，结果由收件地一次交付。',
}
const PAYERS = { collecting: '收件地', handling: '办理地', applicant: '申请人' } as const

/** Names in a row: 甲方、乙方. */
const listed = (names: readonly string[]): string => names.join('、')

export function articlesOf(document: AgreementDocument): Article[] {
  const { clock, items, parties } = document
  const names = parties.map((_, index) => partyName(index))
  const modes = [...new Set(items.flatMap(item => item.modes))].sort()
  const has = (mode: Mode) => modes.includes(mode)
  const days = (n: number) => (n === 0 ? '当日' : `${n}个工作日内`)
  return [
    {
      title: '合作目的与原则',
      paragraphs: [
        `为方便企业和群众异地办事，${listed(names)}就政务服务“跨省通办”开展合作，使申请人在收件地即可办理由办理地行使权力的事项。`,
        '合作遵循依法依规、自愿平等、就近便民、权责清晰的原则。除本协议载明授权的事项外，各方原有的办理事权不变。',
        '本协议所称“收件地”，指申请人提出申请、由其窗口收件的一方；“办理地”，指依法行使该事项权力、作出决定的一方。',
      ],
    },
    {
      title: '合作事项',
      paragraphs: [
        `合作事项共${items.length}项，以附件一《合作事项清单》为准：${listed(shares(document))}。`,
        '事项以办理地和实施编码确定。清单未列明的事项、方向和办理方式，不适用本协议。',
      ],
    },
    { title: '办理方式', paragraphs: ['合作事项按清单载明的下列方式办理：', ...modes.map(mode => MODE_TEXTS[mode])] },
    {
      title: '职责分工',
      paragraphs: [
        '收件地负责咨询引导、身份核验、材料形式审查、收件和转送，并将办理地的告知和结果送达申请人；对移交时材料的齐全和申请人身份的核验负责。',
        '办理地负责公布事项的办理条件、材料和审查要点，负责受理、审核、决定和出具结果；对受理和决定负责。',
        '每一环节以签名数据包移交，并由对方以签名回执确认；移交时间以回执为据。',
      ],
    },
    {
      title: '办理时限',
      paragraphs: [
        `收件地自收件之日起${days(clock.forwardDays)}转送办理地；须留存纸质材料的，${days(clock.mailDays)}寄出。`,
        `办理地自收到之日起${days(clock.recheckDays)}完成复核并转审批部门；审批时限按办理地公布的承诺时限执行，清单另有约定的从其约定。`,
        `办理地自办结之日起${days(clock.resultMailDays)}寄送结果。`,
        ...(has(2)
          ? [
              `授权办理的事项，办理地自收到决定之日起${days(clock.objectionDays)}可以提出异议；逾期未提出的，视为无异议。`,
            ]
          : []),
        '期限以工作日计，开始之日不计算在内；法定节假日和调休以国务院公布的安排为准。',
      ],
    },
    {
      title: '一次性告知与补正',
      paragraphs: [
        `材料不齐全或者不符合要求的，办理地应当在${clock.supplementNoticeDays}个工作日内一次性告知需要补正的全部内容，期限${
          clock.supplementClockStart === 'arrival' ? '自材料到达办理地之日起' : '自收件地收件之日起'
        }计算；逾期不告知的，按已受理处理。`,
        '补正由收件地通知申请人并转送。补正期间不计入办理时限。',
      ],
    },
    {
      title: '寄递与费用',
      paragraphs: [
        `申请材料寄往办理地的费用由${PAYERS[document.mailing]}承担；办理结果寄送的费用由${PAYERS[document.resultMailing]}承担。`,
        '寄递单号应当记入办件记录，寄出方和收到方各自确认。',
      ],
    },
    {
      title: '原件保管与归档',
      paragraphs: [
        document.originals === 'applicant'
          ? '材料原件核验后当场退还申请人。'
          : `材料原件由${PAYERS[document.originals]}保管。`,
        `办件案卷由${PAYERS[document.archive]}按照档案管理规定归档。`,
      ],
    },
    {
      title: '数据共享与个人信息保护',
      paragraphs: [
        '各方仅为办理合作事项共享申请人信息，限于事项申请表所必需的数据项；清单载明共享数据项的，以清单为准。',
        `办结后${document.purgeDays}日内，收件地清除本次办件的个人信息，依法应当归档保存的除外。办件的签名和摘要予以保留，用于核验。`,
        '各方对在合作中知悉的国家秘密、商业秘密和个人信息负有保密义务。',
      ],
    },
    {
      title: '监督评价',
      paragraphs: [
        `收件窗口和办理部门分别接受申请人的“好差评”。差评由被评价方在${document.evaluationDays}个工作日内核实、处理并反馈。`,
      ],
    },
    {
      title: '变更、暂停与终止',
      paragraphs: [
        '清单和条款经各方共同签署变更文本后可以调整，未变更的部分无须重新签署；变更自其载明的生效日起适用于新收的办件。',
        '任何一方可以暂停本协议，暂停期间不收新件，由作出暂停的一方恢复；任何一方可以书面终止本协议并载明最后收件日。',
        '暂停、变更或者终止前已收的办件，按照收件时的文本办结。',
      ],
    },
    { title: '争议解决', paragraphs: [document.dispute] },
    { title: '有效期与续签', paragraphs: [validity(document)] },
    ...(document.text === undefined || document.text.trim() === ''
      ? []
      : [{ title: '其他约定', paragraphs: document.text.split('\n').filter(line => line.trim() !== '') }]),
    {
      title: '签署与生效',
      paragraphs: [
        `本协议由${listed(names)}以各自的城市证书对同一文本进行电子签名。全部签署后，自${chineseDay(document.validFrom)}起生效。`,
        '本文书由签署文本生成，供阅读、盖章和归档。各方权利义务以“协议编号”所指的签署文本为准。',
      ],
    },
  ]
}

function validity({ validFrom, validTo, renewal }: AgreementDocument): string {
  const term = `本协议有效期自${chineseDay(validFrom)}起至${chineseDay(validTo)}止。`
  switch (renewal.kind) {
    case 'none':
      return `${term}期满自行终止；续签的，各方另行签署。`
    case 'auto':
      return `${term}期满前${renewal.noticeDays}日，任何一方未提出终止的，自动续期。`
    case 'letters':
      return `${term}期满前${renewal.noticeDays}日，各方可以换文方式续期。`
  }
}

/** How many items each city handles. */
function shares(document: AgreementDocument): string[] {
  const cities = citiesOf(document)
  const counts = new Map<string, number>()
  for (const { handling } of document.items) counts.set(handling, (counts.get(handling) ?? 0) + 1)
  return [...counts].map(([code, count]) => `由${cities.get(code) ?? code}办理的${count}项`)
}
