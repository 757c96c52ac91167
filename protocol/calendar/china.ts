/** Public holidays of China as the State Council's notices (国务院办公厅关于部分节假日安排的通知) set them. */
import { addDays, type HolidayTable } from './calendar.ts'

/** Each day from `first` to `last`. */
function span(first: string, last: string): string[] {
  const days = [first]
  while ((days.at(-1) ?? last) < last) days.push(addDays(days.at(-1) ?? last, 1))
  return days
}

const table = (
  year: number,
  source: string,
  spans: readonly [string, string][],
  worked: readonly string[],
): HolidayTable => ({
  v: 1,
  region: 'CN',
  year,
  off: spans.flatMap(([first, last]) => span(`${year}-${first}`, `${year}-${last}`)),
  worked: worked.map(day => `${year}-${day}`),
  source,
})

export const CHINA_HOLIDAYS: readonly HolidayTable[] = [
  table(
    2024,
    '国务院办公厅关于2024年部分节假日安排的通知',
    [
      ['01-01', '01-01'],
      ['02-10', '02-17'],
      ['04-04', '04-06'],
      ['05-01', '05-05'],
      ['06-10', '06-10'],
      ['09-15', '09-17'],
      ['10-01', '10-07'],
    ],
    ['02-04', '02-18', '04-07', '04-28', '05-11', '09-14', '09-29', '10-12'],
  ),
  table(
    2025,
    '国务院办公厅关于2025年部分节假日安排的通知',
    [
      ['01-01', '01-01'],
      ['01-28', '02-04'],
      ['04-04', '04-06'],
      ['05-01', '05-05'],
      ['05-31', '06-02'],
      ['10-01', '10-08'],
    ],
    ['01-26', '02-08', '04-27', '09-28', '10-11'],
  ),
  table(
    2026,
    '国务院办公厅关于2026年部分节假日安排的通知',
    [
      ['01-01', '01-03'],
      ['02-15', '02-23'],
      ['04-04', '04-06'],
      ['05-01', '05-05'],
      ['06-19', '06-21'],
      ['09-25', '09-27'],
      ['10-01', '10-07'],
    ],
    ['01-04', '02-14', '02-28', '05-09', '09-20', '10-10'],
  ),
]
