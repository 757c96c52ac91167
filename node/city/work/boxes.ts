/**
 * Boxes (办件队列): one table of what stands in each, and how it is read. Every box is made of ranges of one index, by role, by place or by
 * assignee, so that what ended hides nothing that is open, and a person of few cases looks at no others. Counts and pages are read
 * through the same ranges, and the indexes hold whose a case is, and partner, item and state: counting reads no row of a case
 * (migration 062). Pure: SQL and its parameters.
 */
import type { State } from '../../../protocol/case/table.ts'
import type { Value } from '../../kernel/store/database.ts'
import { IN_TROUBLE } from '../cases/mail/troubles.ts'
import { WITH_ORIGINALS } from '../cases/originals.ts'
import { departmentPlace, type Found, isOf, ofAny, type Source, windowPlace } from '../cases/rights.ts'
import type { CaseRow, Due } from '../cases/rows.ts'

type Box = {
  zh: string
  en: string
  /** conditions that add up to the box, each the first columns of an index after that of a source */
  ranges: readonly string[]
  /** by what it is ordered, before the number of the case; with a plus where no index has that order */
  key: 'desk_due' | 'own_due' | 'ended_on' | '+updated_at'
  /** the last one first */
  down?: true
  /** sources by which there is such an index */
  by: readonly Source['by'][]
  /** whose: asked of these sources alone */
  of?: 'person' | 'window'
}

/** Places of the day in a range. */
const TODAY = ':today'
const DONE_SINCE = ':since'
/** After every day. */
const NEVER = '9999-12-31'

const OWN = `turn = 'own'`
const PARTNER = `turn = 'partner'`
const DESK = { key: 'desk_due', by: ['role', 'place', 'assignee'] } as const
/** Few at a time: an index of their own bounds them, whoever asks. */
const FEW = { key: 'desk_due', by: [] } as const

/** What stands in each box. While a special procedure runs a case is in `paused`, and in none of the four that are somebody's load. */
export const BOXES = {
  mine: { zh: '我的办件', en: 'open and assigned to oneself', ranges: [OWN, PARTNER], ...DESK, of: 'person' },
  window: { zh: '本窗口办件', en: 'open and taken in at the window', ranges: [OWN, PARTNER], ...DESK, of: 'window' },
  ours: { zh: '待本市办理', en: 'open, and this city must act next', ranges: [OWN], ...DESK },
  waiting: { zh: '等待对方', en: 'open, and the other city must act next', ranges: [PARTNER], ...DESK },
  paused: {
    zh: '特别程序中',
    en: 'a special procedure runs, the clock stands still: no load',
    ranges: [`turn = 'paused'`],
    ...DESK,
  },
  'due-today': {
    zh: '今日到期',
    en: 'this city must do something today',
    ranges: [`own_due = ${TODAY}`],
    key: 'own_due',
    by: ['place', 'assignee'],
  },
  overdue: {
    zh: '已逾期',
    en: 'this city is late; a right to object that was not used is nothing late',
    ranges: [`own_due < ${TODAY} AND own_duty <> 'objection'`],
    key: 'own_due',
    by: ['place', 'assignee'],
  },
  unread: {
    zh: '未读留言',
    en: 'messages of the other city that nobody here has read',
    ranges: ['unread > 0'],
    ...FEW,
  },
  'to-print': {
    zh: '待打印',
    en: 'papers for the applicant that nobody has printed',
    ranges: ['to_print > 0'],
    ...FEW,
  },
  'to-hand-out': {
    zh: '待发放',
    en: 'the result was sent to the window and nobody has received it',
    ranges: ['to_hand_out > 0'],
    ...FEW,
  },
  withdrawals: {
    zh: '申请撤回',
    en: 'the applicant asks to withdraw, and this city must answer',
    ranges: ['withdrawal > 0'],
    ...FEW,
  },
  parked: {
    zh: '已挂起',
    en: 'a step was refused, or cannot be brought to the approval system',
    ranges: [
      `thread_no IN (SELECT thread_no FROM cases WHERE parked IS NOT NULL
         UNION ALL SELECT thread_no FROM dispatch_jobs WHERE state = 'parked')`,
    ],
    key: '+updated_at',
    by: [],
  },
  parcels: {
    zh: '寄递异常',
    en: 'a parcel is lost, came back or is silent',
    ranges: [`thread_no IN (${IN_TROUBLE})`],
    key: '+updated_at',
    by: [],
  },
  originals: {
    zh: '原件待退',
    en: 'originals of the case are not back with their owner',
    ranges: [`thread_no IN (${WITH_ORIGINALS})`],
    key: '+updated_at',
    by: [],
  },
  'bad-ratings': { zh: '差评待整改', en: 'a bad rating of this city has no answer', ranges: ['bad > 0'], ...FEW },
  done: {
    zh: '近期办结',
    en: 'ended within the last days, the last one first',
    ranges: [`ended_on >= ${DONE_SINCE}`],
    key: 'ended_on',
    down: true,
    by: ['place', 'assignee'],
  },
} as const satisfies Record<string, Box>
export type QueueName = keyof typeof BOXES
export const QUEUE_NAMES = Object.keys(BOXES) as QueueName[]

export const BOX_LIMITS = {
  /** cases that are counted of one box; what is more is said to be more */
  counted: 1000,
  /** days after its end for which a case stands in `done` */
  doneDays: 30,
  /** sources that are read one by one; those of a person of more places are read as one */
  sources: 12,
} as const

/** Whose boxes: `person` for `mine`, `windows` for `window`. */
export type Asker = {
  person: string
  windows?: readonly string[] | undefined
  /** the cases that the asker finds; null or absent: every one */
  sees?: Found | null | undefined
}

/** What is wanted of a box. */
export type BoxFilter = {
  role?: CaseRow['role'] | undefined
  /** division code of the other city */
  partner?: string | undefined
  /** code of the item */
  item?: string | undefined
  /** code of the department that handles it here */
  department?: string | undefined
  state?: State | undefined
  /** of `due` */
  level?: Due['level'] | undefined
  /** of `ownDue` */
  ownLevel?: Due['level'] | undefined
  /** account; null: nobody's */
  assignee?: string | null | undefined
}

/** The days by which boxes are read. */
export type Days = { today: string; doneSince: string }

const ALL: readonly Source[] = [
  { by: 'role', is: 'collecting' },
  { by: 'role', is: 'handling' },
]
const ORDER: readonly Source['by'][] = ['role', 'place', 'assignee']

const and = (...found: readonly Found[]): Found => ({
  where: found.flatMap(({ where }) => (where === '' ? [] : [where])).join(' AND '),
  params: found.flatMap(({ params }) => params),
})

/** A range with its days in their places. */
function ranged(range: string, { today, doneSince }: Days): Found {
  const params: Value[] = []
  const where = range.replaceAll(/:today|:since/g, name => {
    params.push(name === TODAY ? today : doneSince)
    return '?'
  })
  return { where, params }
}

/**
 * Rows whose limit has this level today, by the days that stand beside it. That there is a day is not said of the column alone: the store
 * would read the index of all cases that are due, and each row of it, in place of the few of the box.
 */
function levelIs(level: Due['level'], of: 'due' | 'own', today: string): Found {
  const [due, yellow, red] = of === 'due' ? ['due', 'due_yellow', 'due_red'] : ['own_due', 'own_yellow', 'own_red']
  switch (level) {
    case 'overdue':
      return { where: `coalesce(${due}, '${NEVER}') < ?`, params: [today] }
    case 'red':
      return { where: `coalesce(${due}, '') >= ? AND ${red} <= ?`, params: [today, today] }
    case 'yellow':
      return { where: `coalesce(${due}, '') >= ? AND ${yellow} <= ? AND ${red} > ?`, params: [today, today, today] }
    case 'green':
      return { where: `coalesce(${due}, '') >= ? AND ${yellow} > ? AND ${red} > ?`, params: [today, today, today] }
  }
}

function filtered(filter: BoxFilter, today: string): Found[] {
  const found: Found[] = []
  for (const [column, value] of [
    ['partner', filter.partner],
    ['item_code', filter.item],
    ['state', filter.state],
  ] as const)
    if (value !== undefined) found.push({ where: `+${column} = ?`, params: [value] })
  if (filter.role !== undefined) found.push(isOf({ by: 'role', is: filter.role }))
  if (filter.department !== undefined) found.push(isOf({ by: 'place', is: departmentPlace(filter.department) }))
  if (filter.assignee === null) found.push({ where: '+assignee IS NULL', params: [] })
  else if (filter.assignee !== undefined) found.push(isOf({ by: 'assignee', is: filter.assignee }))
  if (filter.level !== undefined) found.push(levelIs(filter.level, 'due', today))
  if (filter.ownLevel !== undefined) found.push(levelIs(filter.ownLevel, 'own', today))
  return found
}

/** The fewest cases that hold what is asked for: of whom the box is, or of what the filter names; null when neither is one source. */
function namedSources(box: Box, asker: Asker, filter: BoxFilter): readonly Source[] | null {
  if (box.of === 'person') return [{ by: 'assignee', is: asker.person }]
  if (box.of === 'window') return (asker.windows ?? []).map(window => ({ by: 'place', is: windowPlace(window) }))
  if (filter.assignee != null) return [{ by: 'assignee', is: filter.assignee }]
  if (filter.department !== undefined) return [{ by: 'place', is: departmentPlace(filter.department) }]
  return null
}

/** As `isOf`, for the index that begins with it. */
const isIn = ({ by, is }: Source): Found => ({ where: `${by} = ?`, params: [is] })
const isNot = ({ by, is }: Source): Found => ({ where: `coalesce(${by}, '') <> ?`, params: [is] })

/**
 * The ranges of a box, which have no case in common: each is read through one index, in the order of the box. None when nobody is asked
 * for, as of a person without a window.
 */
export function rangesOf(name: QueueName, asker: Asker, filter: BoxFilter, days: Days): Found[] {
  const box: Box = BOXES[name]
  const named = namedSources(box, asker, filter)
  const sources = (named ?? asker.sees?.of ?? ALL)
    .filter(({ by, is }, at, all) => all.findIndex(other => other.by === by && other.is === is) === at)
    .toSorted((a, b) => ORDER.indexOf(a.by) - ORDER.indexOf(b.by))
  const bounded = sources.length > BOX_LIMITS.sources ? [] : sources.filter(({ by }) => box.by.includes(by))
  const rest = sources.filter(source => !bounded.includes(source))
  const residual = filtered(filter, days.today)
  // What one finds is asked where it is not what is read through anyway.
  if (asker.sees != null && (named !== null || asker.sees.of === undefined)) residual.push(asker.sees)
  const parts: Found[] = bounded.map((source, at) =>
    and(
      isIn(source),
      ...bounded
        .slice(0, at)
        .filter(({ by }) => by !== source.by)
        .map(isNot),
    ),
  )
  if (rest.length > 0) {
    // Both roles are every case.
    const whole = rest.filter(({ by }) => by === 'role').length === ALL.length
    const others = and(...(whole ? [] : [ofAny(rest)]), ...bounded.map(isNot))
    parts.push(...(box.by.includes('role') ? ALL.map(role => and(isIn(role), others)) : [others]))
  }
  return parts.flatMap(part => box.ranges.map(range => and(part, ranged(range, days), ...residual)))
}
