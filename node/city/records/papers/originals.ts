/** The hand-over list of materials (材料交接清单): each original, where it lies, and each hand-over between applicant and cities. Pure. */
import {
  ORIGINAL_EVENTS,
  ORIGINAL_PLACES,
  type Original,
  type OriginalMove,
} from '../../../../protocol/case/originals.ts'
import { type Block, chineseInstant, NUMBERED, type Sheet } from './sheet.ts'
import { organOf, type PaperView, what, who } from './view.ts'

/** Between whom the originals went. */
function parties({ city, collecting, handling }: PaperView, { event, city: own }: OriginalMove): string {
  const other = own === collecting ? handling : collecting
  const here = city(own).authority
  switch (event) {
    case 'taken':
      return `申请人 → ${here}`
    case 'sent':
      return `${here} → ${city(other).authority}`
    case 'received':
      return `${city(other).authority} → ${here}`
    case 'returned':
      return `${here} → 申请人`
    case 'kept':
      return here
  }
}

const placeOf = (view: PaperView, { place, city, since }: Original): string => {
  const { authority } = view.city(city)
  const of = place === 'applicant' ? ORIGINAL_PLACES.applicant.zh : `${authority}（${ORIGINAL_PLACES[place].zh}）`
  return `${of} ${chineseInstant(since)}`
}

const moveBlocks = (view: PaperView, move: OriginalMove, at: number): Block[] => [
  { heading: `第 ${at + 1} 次交接：${ORIGINAL_EVENTS[move.event].zh}` },
  {
    rows: [
      ['交接双方', parties(view, move)],
      ['时间', chineseInstant(move.at)],
      ['运单', move.waybill === undefined ? null : `${move.waybill.carrier} ${move.waybill.number}`],
      ['交出人', move.by],
      ['接收人', move.to],
      ['备注', move.note],
    ],
  },
  {
    table: {
      head: [NUMBERED, '材料（原件）', '份数'],
      rows: move.items.map(({ name, copies = 1 }, index) => [String(index + 1), name, String(copies)]),
    },
  },
]

export function originalsList(view: PaperView): Omit<Sheet, 'title'> {
  const { items, moves } = view.originals
  return {
    number: view.submit.caseNo,
    copies: ['第一联　交出方留存', '第二联　接收方留存'],
    blocks: [
      who(view),
      what(view),
      { heading: '原件现况' },
      {
        table: {
          head: [NUMBERED, '材料（原件）', '份数', '现在何处'],
          rows: items.map((item, at) => [String(at + 1), item.name, String(item.copies), placeOf(view, item)]),
        },
      },
      ...moves.flatMap((move, at) => moveBlocks(view, move, at)),
      { paragraphs: ['交接双方应当面清点或者开封核对，份数、名称与本清单一致后签名；不一致的，在备注中写明。'] },
      { signatures: ['交出人签名', '接收人签名', '日期', '申请人签名（收取、退还时）'] },
      organOf(view, view.collecting, null),
    ],
  }
}
