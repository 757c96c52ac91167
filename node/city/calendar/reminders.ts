/** Reminders where the holiday tables of two cities differ (节假日表不一致): until they are the same, deadlines may not be. Pure. */
import type { TableDifference } from '../../../protocol/calendar/notice.ts'
import type { Reminder } from '../../kernel/reminder.ts'
import type { WaitingDays } from './partner-calendars.ts'

export function calendarReminder(
  partner: { code: string; name: string },
  { region, year, kind }: TableDifference,
): Reminder {
  const place = region === 'CN' ? { en: 'the country', zh: '全国' } : { en: `region ${region}`, zh: `地区 ${region}` }
  const how = {
    own: {
      act: 'you' as const,
      en: `${partner.name} counts by a holiday table of ${place.en} for ${year} that this city has not imported`,
      zh: `${partner.name}已导入 ${year} 年${place.zh}节假日表，本市尚未导入`,
      cure: `Import the table of the same notice: tongban calendar import FILE (region ${region}, year ${year})`,
    },
    partner: {
      act: 'partner' as const,
      en: `${partner.name} has not imported the holiday table of ${place.en} for ${year}`,
      zh: `${partner.name}尚未导入 ${year} 年${place.zh}节假日表`,
      cure: `Ask ${partner.name} to import the same table (tongban calendar import FILE); tongban calendar --json shows it`,
    },
    differs: {
      act: 'you' as const,
      en: `The holiday table of ${place.en} for ${year} is not the one of ${partner.name}`,
      zh: `${year} 年${place.zh}节假日表与${partner.name}的不一致`,
      cure: 'Both cities compare it with the notice that it names as its source; who erred imports it anew',
    },
  }[kind]
  return {
    id: `calendar:${partner.code}:${region}:${year}:${kind}`,
    kind: 'calendar',
    subject: partner.code,
    dueAt: Date.UTC(year, 0, 1) - 8 * 3_600_000,
    level: 'warn',
    ...how,
  }
}

export const COVERAGE_LIMITS = {
  /** days ahead that holiday tables are to cover: a limit of 20 working days that begins today, its extension, and a promise beyond them */
  ahead: 62,
  /** days that are holidays in every year (全国年节及纪念日放假办法, 2025, art. 2): a national table of fewer is not whole */
  statutory: 13,
} as const

const DAY = 86_400_000

/** The own holiday tables end before limits do: those of `beyond` open cases, or those that may begin today. */
export function coverageReminder(through: string | null, beyond: number, now: number): Reminder | null {
  // In China the day after begins at 16:00 UTC.
  const end = through === null ? now : Date.parse(through) + DAY - 8 * 3_600_000
  if (beyond === 0 && end - now > COVERAGE_LIMITS.ahead * DAY) return null
  const known = { en: `Holidays are known through ${through ?? 'no day'}`, zh: `节假日表覆盖至 ${through ?? '无'}` }
  return {
    id: `calendar:coverage:${through ?? ''}`,
    kind: 'calendar',
    subject: 'coverage',
    dueAt: end,
    level: 'warn',
    act: 'you',
    ...(beyond === 0
      ? {
          en: `${known.en}: limits that begin now may end beyond it, and are provisional then`,
          zh: `${known.zh}，新起算的期限可能在其后，届时为暂定`,
        }
      : {
          en: `${known.en}: ${beyond} open cases are due beyond it, provisionally`,
          zh: `${known.zh}，已有 ${beyond} 件未结办件的期限在其后，为暂定`,
        }),
    cure: "Import next year's table once its notice is out: tongban calendar import FILE",
  }
}

/** A national table that was imported with fewer days than the law alone makes holidays. */
export const thinTableReminder = (year: number, off: number, now: number): Reminder => ({
  id: `calendar:thin:${year}`,
  kind: 'calendar',
  subject: `CN ${year}`,
  dueAt: now,
  level: 'warn',
  act: 'you',
  en: `The national holiday table of ${year} that was imported names ${off} days off: by law there are ${COVERAGE_LIMITS.statutory} at least`,
  zh: `已导入的 ${year} 年全国节假日表只有 ${off} 个放假日，法定节假日至少 ${COVERAGE_LIMITS.statutory} 天`,
  cure: `Import the whole table of the notice, every day of every holiday: tongban calendar import FILE; or take this one back: tongban calendar remove CN ${year}`,
})

/** A partner tells days that are over otherwise than they counted: nothing that was missed is mended by it unless the administrator consents. */
export const pastDaysReminder = (
  partner: { code: string; name: string },
  { region, year, days }: WaitingDays,
): Reminder => ({
  id: `calendar:${partner.code}:${region}:${year}:past`,
  kind: 'calendar',
  subject: partner.code,
  dueAt: Date.UTC(year, 0, 1) - 8 * 3_600_000,
  level: 'warn',
  act: 'you',
  en: `${partner.name} tells ${days.length} days of ${year} that were over by then otherwise than its limits were counted: ${shown(days)}`,
  zh: `${partner.name}告知 ${year} 年 ${days.length} 个已过日期的节假日安排与此前计算所用的不同：${shown(days)}`,
  cure: `Compare them with the notice of that region; if they hold: tongban calendar accept ${partner.code}`,
})

const shown = (days: readonly string[]): string => `${days.slice(0, 5).join(' ')}${days.length > 5 ? ' …' : ''}`

/** A partner told tables that do not hold: none of them counts. */
export const malformedCalendarReminder = (partner: { code: string; name: string }, now: number): Reminder => ({
  id: `calendar:${partner.code}:malformed`,
  kind: 'calendar',
  subject: partner.code,
  dueAt: now,
  level: 'warn',
  act: 'partner',
  en: `${partner.name} tells holiday tables that do not hold; its limits are counted without them`,
  zh: `${partner.name}告知的节假日表无效，其期限未按该表计算`,
  cure: `Ask ${partner.name} to update its node and to import the table anew`,
})
