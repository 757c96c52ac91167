/**
 * The papers of what comes between the application and its decision, or ends it without one: 容缺受理承诺书, receipts of what came later,
 * 特别程序告知书, 延长办理期限告知书, 缴费通知书, 撤回申请书, 终止办理通知书. Pure.
 */
import { type CaseContent, DECISIONS, type Outcome } from '../../../../protocol/case/kinds.ts'
import { PROCEDURE_NAMES, SETTLEMENT_NAMES } from '../../../../protocol/case/names.ts'
import { chineseDay } from '../../agreements/paper-articles.ts'
import { type Block, NUMBERED, type Sheet } from './sheet.ts'
import { basis, byLaw, materialRow, nameOf, organOf, type PaperView, remedies, what, who } from './view.ts'

type Content = Omit<Sheet, 'title'>
/** Whom a notice is written to, and what of. */
const address = ({ submit }: PaperView): Block => ({ to: submit.applicant.name })

/** Division code of the city that moves the case. */
const moverOf = ({ submit, collecting, handling }: PaperView): string => (submit.mode === 2 ? collecting : handling)

const applicantSigns = ({ submit: { agent } }: PaperView): string =>
  agent === undefined || agent.kind === 'assistant' ? '申请人签名' : '申请人（代办人）签名'

/** What was handed in later, when it was asked for (补正) or as it was committed to (容缺后补): the receipt proves it as that of the application does. */
export function laterReceipt(view: PaperView, kind: 'case.supplement' | 'case.hand-in'): Content {
  const { submit } = view
  const asked = kind === 'case.supplement'
  const supplement = asked ? view.body(kind) : null
  const given = supplement ?? view.body('case.hand-in')
  const { materials = [], note } = given?.content ?? {}
  const form = supplement?.content.form ?? {}
  const committed = asked ? null : view.committed
  const missing = committed?.missing ?? []
  const rows = materials.map((material, at) => materialRow(view, material, at))
  const fields = Object.keys(form)
  const signs = submit.mode !== 0 || submit.window !== undefined
  return {
    number: submit.caseNo,
    blocks: [
      who(view),
      what(view),
      {
        rows: [
          [asked ? '补正日期' : '补交日期', given === null ? null : chineseDay(given.day)],
          ['收件窗口', [view.city(view.collecting).name, submit.window].filter(Boolean).join(' ')],
          ['说明', note],
          ['重新填写的项目', fields.join('、')],
        ],
      },
      ...(rows.length === 0
        ? []
        : [
            { heading: asked ? '收到的补正材料' : '收到的后补材料' },
            { table: { head: [NUMBERED, '材料', '形式', '份数或页数'], rows } },
          ]),
      {
        paragraphs: [
          asked
            ? '本回执证明收到上述补正内容，不代表已经受理；是否受理由办理机关依法决定。'
            : missing.length === 0
              ? '承诺后补的材料已经全部补交。'
              : `尚须补交：${missing.map(code => nameOf(view, code)).join('、')}${committed?.until == null ? '' : `，期限 ${chineseDay(committed.until)}`}。`,
          `上述材料已转送${view.city(view.handling).authority}。`,
        ],
      },
      ...(signs ? [{ signatures: ['申请人签名', '收件人签名'] }] : []),
      organOf(view, given?.issuer ?? view.collecting, given?.day ?? null),
    ],
  }
}

/** What the applicant signs when materials come later: which, by which day, and what follows when they do not come. */
export function commitment(view: PaperView): Content {
  const { submit } = view
  const made = view.body('case.commit')
  const { materials = [], until, text } = made?.content ?? {}
  const day = until === undefined ? '' : chineseDay(until)
  return {
    number: submit.caseNo,
    blocks: [
      who(view),
      what(view),
      { to: view.city(moverOf(view)).authority },
      {
        paragraphs: [
          `本人（单位）申请办理“${submit.item.name}”，下列材料暂不能提交，申请容缺后补，并承诺于 ${day} 前补交齐全：`,
        ],
      },
      {
        table: {
          head: [NUMBERED, '后补材料', '补交期限'],
          rows: materials.map((code, at) => [String(at + 1), nameOf(view, code), day]),
        },
      },
      {
        paragraphs: [
          ...(text === undefined ? [] : [text]),
          '已提交的材料真实、有效；后补材料与申请内容一致。',
          '知悉：上述材料补交齐全前，办理机关不发出准予的结果；逾期未补交的，可以终止办理，由此产生的后果由本人（单位）承担。',
        ],
      },
      { rows: [['承诺日期', made === null ? null : chineseDay(made.day)]] },
      { signatures: [applicantSigns(view), '日期'] },
    ],
  }
}

/** The time of a special procedure does not count, and the applicant is told of it in writing (of licences by 行政许可法 45). */
export function specialProcedure(view: PaperView): Content {
  const paused = view.body('case.pause')
  const { procedure, reason, expectedUntil } = paused?.content ?? {}
  const name = procedure === undefined ? '特别程序' : PROCEDURE_NAMES[procedure].zh
  return {
    number: view.submit.caseNo,
    blocks: [
      address(view),
      {
        paragraphs: [
          `您提出的“${view.submit.item.name}”申请，依法需要进行${name}。理由：${reason ?? ''}`,
          `${paused === null ? '' : `自 ${chineseDay(paused.day)} 起，`}${name}所需时间${byLaw(view, '第四十五条')}不计算在办理期限内${
            expectedUntil === undefined ? '' : `，预计至 ${chineseDay(expectedUntil)}`
          }；结束后继续计算。`,
        ],
      },
      what(view),
      { rows: basis(view) },
      organOf(view, paused?.issuer ?? view.handling, paused?.day ?? null),
    ],
  }
}

/** Who leads the organ approves an extension, and the applicant is told why (of licences by 行政许可法 42). */
export function extension(view: PaperView): Content {
  const extended = view.body('case.extend')
  const { until, reason, approver } = extended?.content ?? {}
  return {
    number: view.submit.caseNo,
    blocks: [
      address(view),
      {
        paragraphs: [
          `您提出的“${view.submit.item.name}”申请，不能在规定的期限内作出决定。${byLaw(view, '第四十二条')}，经本机关负责人批准，办理期限延长至 ${until === undefined ? '' : chineseDay(until)}。`,
          `延长期限的理由：${reason ?? ''}`,
        ],
      },
      what(view),
      { rows: [...basis(view), ['批准人', approver]] },
      organOf(view, extended?.issuer ?? view.handling, extended?.day ?? null),
    ],
  }
}

/** What is to be paid, under which number; nothing is paid by this program. */
export function paymentNotice(view: PaperView): Content {
  const asked = view.body('case.request-payment')
  const { number, amount, name, payBy, procedure, note } = asked?.content ?? {}
  const settled = asked === null ? null : view.settled(asked.packet)
  return {
    number: number ?? view.submit.caseNo,
    blocks: [
      address(view),
      {
        paragraphs: [
          `您提出的“${view.submit.item.name}”申请，请按下列内容缴费${payBy === undefined ? '' : `，期限 ${chineseDay(payBy)}`}。`,
          ...(procedure === undefined ? [] : [`缴费时间（${procedure}）按事项规定不计算在办理期限内。`]),
        ],
      },
      {
        rows: [
          ['缴款单号', number],
          ['收费项目', name],
          ['金额', amount === undefined ? null : `人民币 ${amount} 元`],
          ['收费依据', view.item?.feeBasis],
          ['缴费方式', note],
          ['缴费情况', settled === null ? '待缴' : SETTLEMENT_NAMES[settled].zh],
        ],
      },
      what(view),
      organOf(view, asked?.issuer ?? view.handling, asked?.day ?? null),
    ],
  }
}

export function withdrawal(view: PaperView): Content {
  const { submit } = view
  const asked = view.body('case.withdraw')
  return {
    number: submit.caseNo,
    blocks: [
      who(view),
      what(view),
      { to: view.city(moverOf(view)).authority },
      {
        paragraphs: [
          `本人（单位）申请撤回上述申请。理由：${asked?.content.reason ?? ''}`,
          '撤回后该申请终止办理；本人（单位）知悉可以重新提出申请。',
        ],
      },
      { rows: [['申请日期', asked === null ? null : chineseDay(asked.day)]] },
      { signatures: [applicantSigns(view), '日期'] },
    ],
  }
}

const ENDS: Readonly<Record<Exclude<Outcome, (typeof DECISIONS)[number]>, string>> = {
  withdrawn: '根据您的撤回申请，准予撤回，现终止办理。您可以重新申请。',
  returned: '现予退件，终止办理。您可以重新申请。',
  lapsed: '因未在期限内补正或者补交承诺后补的材料，现终止办理。您可以重新申请。',
  void: '该办件作废，现终止办理。',
}

/** Whether a case ended without a decision, so that its end has a paper of its own. */
export const endsWithout = ({ outcome }: CaseContent<'case.close'>): boolean =>
  !(DECISIONS as readonly string[]).includes(outcome)

export function termination(view: PaperView): Content {
  const closed = view.body('case.close')
  const { outcome, note } = closed?.content ?? {}
  const decided = view.body('case.decide')
  const asked = outcome === 'withdrawn' ? view.body('case.withdraw') : null
  const later = (['case.supplement', 'case.hand-in'] as const).map(kind => view.body(kind)?.content.materials ?? [])
  const given = [...view.submit.materials, ...later.flat()]
  const missing = view.committed?.missing ?? []
  const originals = given.some(({ form }) => form === 'original')
  return {
    number: view.submit.caseNo,
    blocks: [
      address(view),
      {
        paragraphs: [
          `您提出的“${view.submit.item.name}”申请，${(ENDS as Partial<Record<Outcome, string>>)[outcome ?? 'void'] ?? ''}`,
          // A decision that was made ends with the case; who has it in hand is told that it counts no more.
          ...(outcome === 'void' && decided !== null
            ? [
                `此前作出的决定${decided.content.documentNo === undefined ? '' : `（${decided.content.documentNo}）`}一并撤销，不再执行。`,
              ]
            : []),
          // What the city says of it goes before.
          ...(outcome === 'lapsed' && missing.length > 0 && note === undefined
            ? [
                `承诺于 ${view.committed?.until == null ? '' : chineseDay(view.committed.until)} 前补交而未补交的材料：${missing.map(code => nameOf(view, code)).join('、')}。`,
              ]
            : []),
          ...(asked === null ? [] : [`撤回申请日期：${chineseDay(asked.day)}`]),
          ...(note === undefined ? [] : [`说明：${note}`]),
          ...(originals ? ['交来的原件，请凭收件回执到原收件窗口取回。'] : []),
          // Who withdrew has what was asked for.
          ...(outcome === 'withdrawn' ? [] : [remedies(view)]),
        ],
      },
      what(view),
      organOf(view, closed?.issuer ?? view.handling, closed?.day ?? null),
    ],
  }
}
