/**
 * The papers that a counter gives to an applicant (窗口文书), with what the law asks of each (行政许可法 §32, 38, 42–45, 82; 行政复议法 §20;
 * 行政诉讼法 §46). Each says when it can be written. Pure.
 */

import { dayOf } from '../../../../protocol/agreement/document.ts'
import { type CaseContent, type CaseKind, type CaseMaterial, MODE_NAMES } from '../../../../protocol/case/kinds.ts'
import { OUTCOME_NAMES } from '../../../../protocol/case/names.ts'
import { chineseDay } from '../../agreements/paper-articles.ts'
import {
  commitment,
  endsWithout,
  extension,
  laterReceipt,
  paymentNotice,
  specialProcedure,
  termination,
  withdrawal,
} from './course.ts'
import { labelsOf } from './labels.ts'
import { originalsList } from './originals.ts'
import { type Block, CASE_NUMBER, chineseInstant, NUMBERED, type Sheet } from './sheet.ts'
import {
  basis,
  byLaw,
  lastDay,
  maskNumber,
  materialRow,
  nameOf,
  organOf,
  type PaperView,
  remedies,
  what,
  who,
} from './view.ts'

export const PAPERS = {
  receipt: '收件回执',
  'supplement-notice': '补正告知书',
  acceptance: '受理通知书',
  refusal: '不予受理通知书',
  decision: '决定书',
  'supplement-receipt': '补正材料回执',
  commitment: '容缺受理承诺书',
  'hand-in-receipt': '容缺材料补交回执',
  'special-procedure': '特别程序告知书',
  extension: '延长办理期限告知书',
  'payment-notice': '缴费通知书',
  withdrawal: '撤回申请书',
  termination: '终止办理通知书',
  delivery: '送达回证',
  'originals-list': '材料交接清单',
  'mailing-label': '邮寄面单',
} as const satisfies Record<string, string>
export type PaperName = keyof typeof PAPERS
export const PAPER_NAMES = Object.keys(PAPERS) as PaperName[]

const SEALS = { none: '无签章', external: '外部签章，未验' } as const

/** What is known of the seal and the signature of a result: a seal inside a PDF or OFD is not verified here, the packet of the decision is. */
function proofs(view: PaperView): readonly (readonly [string, string])[] {
  const sent = view.body('case.send-result')
  const seal =
    sent === null ? '结果尚未发出' : sent.content.seal === undefined ? '未注明，未验' : SEALS[sent.content.seal]
  const { decisionHolds: holds } = view
  const signature = holds === null ? '没有已签名的决定' : holds ? '数据包签名已验' : '数据包签名未通过验证'
  return [
    ['结果文件签章', seal],
    ['决定的签名', signature],
  ]
}
const DELIVERY = { 'e-licence': '电子证照', mail: '邮寄', collecting: '收件地领取', handling: '办理地领取' } as const

const recipientOf = (recipient: NonNullable<CaseContent<'case.submit'>['delivery']>['recipient']): string | null =>
  recipient === undefined
    ? null
    : [recipient.name, recipient.phone, recipient.address, recipient.postcode].filter(Boolean).join(' ')

/** Where the person gets the result: at their address, where they fetch it, else at the window. */
function deliveryPlace({ body, city, collecting, handling, submit }: PaperView): string {
  const { method, recipient } = body('case.send-result')?.content ?? {}
  const chosen = submit.delivery?.method
  if (method === 'mail' && chosen !== 'collecting' && recipient !== undefined) return recipient.address
  if (method === 'pickup' && chosen === 'handling') return city(handling).name
  return `${city(collecting).name} ${submit.window ?? ''}`
}

/** One receipt for all items of a joint case: what each is, under which number, and who handles it. */
function jointBlocks({ joint, city }: PaperView): Block[] {
  if (joint.length === 0) return []
  const rows = joint.map(({ submit: { item, caseNo }, handling }, at) => [
    String(at + 1),
    item.name,
    caseNo,
    city(handling).authority,
    item.promiseDay === undefined ? '' : `受理之日起 ${item.promiseDay} 个工作日`,
  ])
  return [{ heading: '联办事项' }, { table: { head: [NUMBERED, '事项', CASE_NUMBER, '办理机关', '承诺时限'], rows } }]
}

/** Each file once; of a joint case with the items that it is for. */
function receivedTable(view: PaperView): { head: string[]; rows: string[][] } {
  const { submit, joint } = view
  const rowOf = (material: CaseMaterial, at: number) => materialRow(view, material, at)
  const head = [NUMBERED, '材料', '形式', '份数或页数']
  if (joint.length === 0) return { head, rows: submit.materials.map(rowOf) }
  const files = new Map<string, { material: CaseMaterial; items: number[] }>()
  for (const [index, { submit: of }] of joint.entries())
    for (const material of of.materials) {
      const { items = [] } = files.get(material.sha256) ?? {}
      const first = files.get(material.sha256)?.material ?? material
      files.set(material.sha256, { material: first, items: [...items, index + 1] })
    }
  return {
    head: [...head, '用于事项'],
    rows: [...files.values()].map(({ material, items }, at) => [
      ...rowOf(material, at),
      [...new Set(items)].join('、'),
    ]),
  }
}

type Write = (view: PaperView) => Omit<Sheet, 'title'> & { title?: string }
/** Each paper with the packet that it needs; null when every case has it. */
const WRITERS: Record<PaperName, { needs: CaseKind | null; write: Write }> = {
  receipt: {
    needs: null,
    write: view => {
      const { submit, item } = view
      const atCounter = submit.mode !== 0 || submit.window !== undefined
      const signers = submit.agent === undefined || submit.agent.kind === 'assistant' ? '申请人' : '申请人（代办人）'
      return {
        number: submit.caseNo,
        blocks: [
          ...(view.progress === null ? [] : [{ picture: view.progress.picture, caption: '扫码查询进度' }]),
          who(view),
          what(view),
          {
            rows: [
              ['办理方式', MODE_NAMES[submit.mode].zh],
              ['收件窗口', [view.city(view.collecting).name, submit.window].filter(Boolean).join(' ')],
              ['办理机关', view.city(view.handling).authority],
              ['收件人员', submit.clerk?.name],
              ['窗口电话', submit.clerk?.phone],
              ['收件时间', chineseInstant(submit.receivedAt)],
              ['结果送达方式', submit.delivery === undefined ? null : DELIVERY[submit.delivery.method]],
              ['结果收件人', recipientOf(submit.delivery?.recipient)],
              [
                '承诺时限',
                submit.item.promiseDay === undefined ? null : `受理之日起 ${submit.item.promiseDay} 个工作日`,
              ],
              ['法定时限', submit.item.anticipateDay === undefined ? null : `${submit.item.anticipateDay} 个工作日`],
              ['用证事由', submit.purpose],
              ['咨询电话', item?.linkWay],
              ['监督电话', item?.superviseWay],
            ],
          },
          ...jointBlocks(view),
          { heading: '收到的材料' },
          { table: receivedTable(view) },
          {
            paragraphs: [
              `${atCounter ? '材料已当面清点。' : '材料由申请人在网上提交。'}本回执证明收到上述材料，不代表已经受理；是否受理由办理机关依法决定。`,
              '材料不齐全或者不符合法定形式的，办理机关应当当场或者在五个工作日内一次告知需要补正的全部内容；逾期不告知的，自收到材料之日起即为受理。',
              view.progress === null
                ? '凭办件编号和证件号码后四位可向收件窗口查询进度。'
                : `查询进度：扫描二维码，或者打开 ${view.progress.url} 输入办件编号和证件号码后四位。`,
            ],
          },
          ...(atCounter ? [{ signatures: [`${signers}签名`, '收件人签名'] }] : []),
          organOf(view, view.collecting, dayOf(Date.parse(submit.receivedAt) / 1000)),
        ],
      }
    },
  },
  'supplement-notice': {
    needs: 'case.request-supplement',
    write: view => {
      const notice = view.body('case.request-supplement')
      const names = new Map(view.item?.materials.map(material => [material.materialCode, material.materialName]))
      return {
        number: view.submit.caseNo,
        blocks: [
          { to: view.submit.applicant.name },
          {
            paragraphs: [
              `您提出的“${view.submit.item.name}”申请收悉。经审查，申请材料不齐全或者不符合法定形式，${byLaw(view, '第三十二条')}，现一次性告知如下：`,
              notice?.content.notice ?? '',
            ],
          },
          {
            table: {
              head: [NUMBERED, '材料或申请表项目', '需要补正的内容'],
              rows: [
                ...(notice?.content.materials ?? []).map(({ code, reason }) => [names.get(code) ?? code, reason]),
                ...(notice?.content.form ?? []).map(({ field, reason }) => [`申请表：${field}`, reason]),
              ].map((cells, at) => [String(at + 1), ...cells]),
            },
          },
          {
            paragraphs: [
              notice?.content.deadline === undefined
                ? '请尽快补正。'
                : `请于 ${chineseDay(notice.content.deadline)} 前补正；逾期未补正的，可以终止办理，您可以重新申请。`,
              '补正的材料可以交到原收件窗口，不必前往办理地。补正所需时间不计入办理时限。',
            ],
          },
          { rows: basis(view) },
          organOf(view, notice?.issuer ?? view.handling, notice?.day ?? null),
        ],
      }
    },
  },
  acceptance: {
    needs: 'case.accept',
    write: view => {
      const accepted = view.body('case.accept')
      const deferred = view.committed?.missing ?? []
      const named = accepted?.content.promisedBy
      const until = named === undefined ? view.promised : { day: named, provisional: false }
      return {
        number: accepted?.content.acceptanceNo ?? view.submit.caseNo,
        blocks: [
          { to: view.submit.applicant.name },
          {
            paragraphs: [
              deferred.length === 0
                ? `您提出的“${view.submit.item.name}”申请，申请材料齐全、符合法定形式，现予以受理。`
                : `您提出的“${view.submit.item.name}”申请，主要材料齐全、符合法定形式，根据您的承诺，现予以容缺受理。`,
              ...(deferred.length === 0 || view.committed?.until == null
                ? []
                : [
                    `请于 ${chineseDay(view.committed.until)} 前补交：${deferred.map(code => nameOf(view, code)).join('、')}。补交齐全前不发出准予的结果；逾期未补交的，可以终止办理。`,
                  ]),
              until === null
                ? '我机关将在承诺的时限内作出决定。'
                : `我机关将于 ${lastDay(until)} 前作出决定；依法需要听证、检验、检测、检疫、鉴定、专家评审等的，所需时间不计算在内，并另行书面告知。`,
            ],
          },
          what(view),
          organOf(view, accepted?.issuer ?? view.handling, accepted?.day ?? null),
        ],
      }
    },
  },
  refusal: {
    needs: 'case.refuse',
    write: view => {
      const refused = view.body('case.refuse')
      return {
        number: view.submit.caseNo,
        blocks: [
          { to: view.submit.applicant.name },
          {
            paragraphs: [
              `您提出的“${view.submit.item.name}”申请，经审查不予受理。`,
              `理由：${refused?.content.reason ?? ''}`,
              `依据：${refused?.content.basis ?? ''}`,
              refused?.content.remedy ?? remedies(view),
            ],
          },
          what(view),
          organOf(view, refused?.issuer ?? view.handling, refused?.day ?? null),
        ],
      }
    },
  },
  decision: {
    needs: 'case.decide',
    write: view => {
      const decided = view.body('case.decide')
      const outcome = decided?.content.outcome ?? 'granted'
      const { reason, documentNo, decidedOn } = decided?.content ?? {}
      return {
        title: outcome === 'granted' ? '准予决定书' : outcome === 'denied' ? '不予决定书' : '转报决定书',
        number: documentNo ?? view.submit.caseNo,
        blocks: [
          { to: view.submit.applicant.name },
          {
            paragraphs: [
              `您提出的“${view.submit.item.name}”申请，经审查，决定：${OUTCOME_NAMES[outcome].zh}。`,
              ...(reason === undefined ? [] : [`${outcome === 'granted' ? '说明' : '理由'}：${reason}`]),
              ...(outcome === 'granted' ? [] : [remedies(view)]),
              ...(view.body('case.revoke') === null ? [] : ['本决定已依法撤销，自始不再作为办理依据。']),
            ],
          },
          what(view),
          { rows: proofs(view) },
          organOf(view, decided?.issuer ?? view.handling, decidedOn ?? decided?.day ?? null),
          { note: '本页为决定的送达用封面。电子结果文件、电子证照以办理机关出具的为准。' },
        ],
      }
    },
  },
  delivery: {
    needs: 'case.send-result',
    write: view => {
      const sent = view.body('case.send-result')
      const received = view.body('case.result-received')
      const methods = { 'e-licence': '电子证照', file: '电子文件', mail: '邮寄', pickup: '领取' } as const
      const { method, waybill, licence } = sent?.content ?? {}
      return {
        number: view.submit.caseNo,
        copies: ['第一联　存卷', '第二联　交受送达人'],
        blocks: [
          {
            rows: [
              ['送达文书', `“${view.submit.item.name}”办理结果`],
              ['文书编号', view.body('case.decide')?.content.documentNo],
              ['受送达人', view.submit.applicant.name],
              ['证件号码', maskNumber(view.submit.applicant.idNumber)],
              ['送达方式', method === undefined ? null : methods[method]],
              ['运单', waybill === undefined ? null : `${waybill.carrier} ${waybill.number}`],
              ['电子证照', licence === undefined ? null : [licence.name, licence.id].filter(Boolean).join(' ')],
              ...proofs(view),
              ['送达地点', deliveryPlace(view)],
              ['签收时间', received === null ? null : chineseInstant(received.content.receivedAt)],
              ['签收人', received?.content.by],
            ],
          },
          { paragraphs: ['受送达人收到文书后，请在本回证上签名或者盖章并注明日期；代收的，注明与受送达人的关系。'] },
          { signatures: ['受送达人签名', '送达人签名', '代收人签名及关系', '日期'] },
          organOf(view, view.collecting, null),
        ],
      }
    },
  },
  'supplement-receipt': { needs: 'case.supplement', write: view => laterReceipt(view, 'case.supplement') },
  commitment: { needs: 'case.commit', write: commitment },
  'hand-in-receipt': { needs: 'case.hand-in', write: view => laterReceipt(view, 'case.hand-in') },
  'special-procedure': { needs: 'case.pause', write: specialProcedure },
  extension: { needs: 'case.extend', write: extension },
  'payment-notice': { needs: 'case.request-payment', write: paymentNotice },
  withdrawal: { needs: 'case.withdraw', write: withdrawal },
  termination: { needs: 'case.close', write: termination },
  'originals-list': { needs: 'case.originals', write: originalsList },
  'mailing-label': {
    needs: null,
    write: view => ({
      number: null,
      blocks: [{ labels: labelsOf(view) }, { note: '面单含个人信息，用后请按规定处理。' }],
    }),
  },
}

/** The packet that a paper needs and the case does not have; null when it can be written. */
export function lacking(name: PaperName, view: PaperView): CaseKind | 'recipient' | null {
  const { needs } = WRITERS[name]
  if (needs !== null && view.body(needs) === null) return needs
  if (name === 'termination' && !endsWithout(view.body('case.close')?.content ?? { outcome: 'void' }))
    return 'case.close'
  return name === 'mailing-label' && labelsOf(view).length === 0 ? 'recipient' : null
}

export function paperOf(name: PaperName, view: PaperView): Sheet {
  const read = new Set<CaseKind>(['case.submit'])
  const watched: PaperView = {
    ...view,
    body(kind) {
      read.add(kind)
      return view.body(kind)
    },
  }
  const sheet = { title: PAPERS[name], ...WRITERS[name].write(watched) }
  // What a paper says of a step is said as it was corrected; the paper tells so of each step that it was written from.
  const notes = [...read]
    .flatMap(kind => view.corrected(kind))
    .map(({ day, issuer, statement }) => ({
      note: `有关内容已由${view.city(issuer).authority}于 ${chineseDay(day)} 更正${statement === null ? '' : `：${statement}`}。`,
    }))
  return { ...sheet, blocks: [...sheet.blocks, ...notes] }
}
