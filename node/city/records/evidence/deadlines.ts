/**
 * `deadlines.json` (办理时限): what was due in a case, by which day, whether it was done, and which packets show it. Computed by the
 * clock of SPEC.md §6.5 from the thread, the agreement and the holiday tables of the bundle alone, so that anybody can compute it anew.
 */
import * as z from 'zod'
import {
  type AgreementDocument,
  agreedItem,
  amend,
  dayOf,
  readAgreement,
  readAmendment,
} from '../../../../protocol/agreement/document.ts'
import { calendarOf, type HolidayTable } from '../../../../protocol/calendar/calendar.ts'
import { caseClock, DUTIES, type Duty } from '../../../../protocol/case/deadlines.ts'
import type { CaseState } from '../../../../protocol/case/fold.ts'
import type { CaseKind } from '../../../../protocol/case/kinds.ts'
import { DEADLINES_FORMAT } from '../../../../protocol/names.ts'
import { Day, DivisionCode, Instant } from '../../../../protocol/primitives.ts'
import type { TimelineEntry } from './timeline.ts'

const Path = z.string().max(200)

export const DutyRecord = z.strictObject({
  duty: z.enum(Object.keys(DUTIES) as [Duty, ...Duty[]]),
  name: z.string().max(50).describe('its Chinese name'),
  city: DivisionCode.describe('who must act'),
  from: Day.describe('the day on which the limit began, not counted'),
  due: Day.nullable().describe('the last day; null while a special procedure stops the clock'),
  done: Day.nullable(),
  missed: z.boolean().describe('done after the last day, or not done when that was over'),
  provisional: z.boolean().describe('暂定: a day on the way lies past the holiday tables'),
  packets: z.strictObject({
    begun: Path.nullable().describe('the packet from which the limit runs'),
    done: Path.nullable().describe('the packet by which it was done'),
  }),
})
export type DutyRecord = z.infer<typeof DutyRecord>

export const DeadlineRecord = z.strictObject({
  format: z.literal(DEADLINES_FORMAT),
  at: Instant.describe('the instant at which what was open then is judged: that of the export'),
  complete: z
    .boolean()
    .describe('false when a body that limits are counted from was purged: some duties are then missing'),
  deemedAccepted: Day.nullable().describe('视为受理: the day from which the law takes the case as accepted'),
  calendars: z
    .array(
      z.strictObject({
        city: DivisionCode,
        covered: z.strictObject({ from: Day, through: Day }).nullable(),
        tables: z.array(Path).max(512),
      }),
    )
    .max(2),
  duties: z.array(DutyRecord),
})
export type DeadlineRecord = z.infer<typeof DeadlineRecord>

/** Which steps begin a limit, and which end it; where several fall on one day, the first that is named. */
const STEPS: Record<Duty, { begun: readonly CaseKind[]; done: readonly CaseKind[] }> = {
  forward: { begun: [], done: ['case.submit'] },
  mail: { begun: ['case.precheck', 'case.submit'], done: ['case.ship'] },
  recheck: {
    begun: ['case.arrived', 'case.submit'],
    done: ['case.precheck', 'case.accept', 'case.request-supplement', 'case.refuse'],
  },
  notice: {
    begun: ['case.arrived', 'case.submit', 'case.mail', 'case.ship'],
    done: ['case.accept', 'case.request-supplement', 'case.refuse'],
  },
  supplement: { begun: ['case.request-supplement'], done: ['case.supplement'] },
  commitment: { begun: ['case.commit'], done: ['case.hand-in', 'case.supplement'] },
  lapse: {
    begun: ['case.decide', 'case.commit'],
    done: ['case.hand-in', 'case.supplement', 'case.decide', 'case.close'],
  },
  payment: { begun: ['case.request-payment'], done: ['case.record-payment'] },
  review: { begun: ['case.supplement', 'case.mail', 'case.ship'], done: ['case.accept', 'case.refuse'] },
  promise: { begun: ['case.accept', 'case.arrived'], done: ['case.decide'] },
  legal: { begun: ['case.accept', 'case.arrived'], done: ['case.decide'] },
  deliver: { begun: ['case.decide', 'case.hand-in'], done: ['case.send-result', 'case.result-received', 'case.close'] },
  'result-mail': { begun: ['case.decide', 'case.hand-in'], done: ['case.send-result'] },
  objection: { begun: ['case.decide'], done: ['case.object'] },
  'objection-answer': { begun: ['case.object'], done: ['case.answer', 'case.revoke'] },
  'follow-up': { begun: ['case.evaluate'], done: ['case.answer-evaluation', 'case.appeal-evaluation'] },
  answer: { begun: ['case.supervise'], done: ['case.answer'] },
}

/** Bodies from which the clock takes days; without one it cannot tell every duty. */
const COUNTED: readonly CaseKind[] = [
  'case.submit',
  'case.supplement',
  'case.commit',
  'case.hand-in',
  'case.request-payment',
  'case.record-payment',
  'case.mail',
  'case.request-supplement',
  'case.accept',
  'case.extend',
  'case.supervise',
  'case.answer',
  'case.evaluate',
  'case.answer-evaluation',
  'case.appeal-evaluation',
  'case.revoke',
]

/** National tables stand once; those of a region for each city, since two of one region may hold others. */
export const calendarPath = ({ region, year }: Pick<HolidayTable, 'region' | 'year'>, city: string): string =>
  `calendars/${region === 'CN' ? region : city}-${year}.json`

function first(text: string): AgreementDocument | null {
  const read = readAgreement(text)
  return read.ok ? read.document : null
}

function amended(document: AgreementDocument, text: string): AgreementDocument | null {
  const read = readAmendment(text)
  const done = read.ok ? amend(document, read.amendment) : read
  return done.ok ? done.document : null
}

/** What stands after all amendments of an agreement, given the newest text first; null when a text is missing or does not fit. */
export function documentOfTexts(texts: readonly string[]): AgreementDocument | null {
  let document: AgreementDocument | null = null
  for (const text of texts.toReversed()) {
    document = document === null ? first(text) : amended(document, text)
    if (document === null) return null
  }
  return document
}

export function deadlinesOf(input: {
  state: CaseState
  entries: readonly TimelineEntry[]
  paths: ReadonlyMap<string, string>
  document: AgreementDocument
  /** by division code */
  tables: ReadonlyMap<string, readonly HolidayTable[]>
  /** ISO 8601 */
  at: string
}): DeadlineRecord {
  const { state, entries, paths, document } = input
  const cities = [state.collecting, state.handling]
  const tablesOf = (city: string) => input.tables.get(city) ?? []
  const calendars = new Map(cities.map(city => [city, calendarOf(tablesOf(city), city)]))
  const clock = caseClock({
    state,
    terms: document.clock,
    promiseDays: agreedItem(document, state.handling, state.item?.code ?? '')?.promiseDays,
    evaluationDays: document.evaluationDays,
    calendarOf: code => calendars.get(code) ?? calendarOf(tablesOf(code), code),
    now: Math.floor(Date.parse(input.at) / 1000),
  })
  /** Whether a step counts from a day: that of its signing, or that of its receipt. */
  const falls = ({ at, proof: { storedAt } }: TimelineEntry, day: string) =>
    dayOf(at) === day || (storedAt !== null && dayOf(storedAt) === day)
  /** The step of the first of these kinds that was taken on a day that had an effect; of one city alone when both may take it. */
  const stepOn = (kinds: readonly CaseKind[], day: string | null, by?: string): string | null => {
    const found = kinds.flatMap(
      wanted =>
        entries.find(
          entry =>
            !entry.late &&
            entry.kind === wanted &&
            day !== null &&
            falls(entry, day) &&
            (by === undefined || by === entry.city),
        ) ?? [],
    )
    return found[0] === undefined ? null : (paths.get(found[0].proof.packet) ?? null)
  }
  return {
    format: DEADLINES_FORMAT,
    at: input.at,
    complete: !entries.some(({ kind, purged }) => purged && COUNTED.includes(kind)),
    deemedAccepted: clock.deemedAccepted,
    calendars: cities.map(city => ({
      city,
      covered: calendars.get(city)?.covered ?? null,
      tables: tablesOf(city)
        .map(table => calendarPath(table, city))
        .sort(),
    })),
    duties: clock.deadlines.map(({ duty, city, from, due, done, level, provisional }) => ({
      duty,
      name: DUTIES[duty],
      city,
      from,
      due,
      done,
      missed: level === 'missed' || level === 'overdue',
      provisional,
      packets: {
        begun: stepOn(STEPS[duty].begun, from),
        done: stepOn(
          STEPS[duty].done,
          done,
          duty === 'follow-up' || duty === 'answer' || duty === 'objection-answer' ? city : undefined,
        ),
      },
    })),
  }
}

/** A missed step in plain words, told as of the export. */
export function missedWords({ name, duty, due, done, provisional }: DutyRecord): { zh: string; en: string } {
  const tentative = provisional ? { zh: '（期限暂定）', en: ' (provisional)' } : { zh: '', en: '' }
  return {
    zh: `${name}：应于 ${due ?? '—'} 前完成${tentative.zh}，${done === null ? '导出时尚未完成' : `实际于 ${done} 完成`}`,
    en: `${duty}: due by ${due ?? '—'}${tentative.en}, ${done === null ? 'not done when this was exported' : `done on ${done}`}`,
  }
}
