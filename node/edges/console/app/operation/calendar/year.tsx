/** The sheet of a year; each day says what it is, and where it may be changed it is a button. */
import { useWords } from '../../words.ts'
import type { DayKind, Month, SheetDay } from './sheet.ts'
import { CALENDAR } from './words.ts'
import './calendar.css'

const KINDS: readonly DayKind[] = ['working', 'weekend', 'off', 'worked']
const NUMBERS = [0, 1, 2, 3, 4, 5, 6] as const

function Day({ cell, turn }: { cell: SheetDay; turn: ((day: string) => void) | null }) {
  const words = useWords(CALENDAR)
  const { day, date, kind } = cell
  return (
    <td className={`day-${kind}`} title={kind === 'working' ? undefined : words[kind]}>
      {turn === null ? (
        <span>{date}</span>
      ) : (
        <button type="button" aria-label={`${date} · ${day} ${words[kind]}`} onClick={() => turn(day)}>
          {date}
        </button>
      )}
    </td>
  )
}

export function Year({ months, turn }: { months: readonly Month[]; turn: ((day: string) => void) | null }) {
  const words = useWords(CALENDAR)
  return (
    <>
      <ul className="legend">
        {KINDS.map(kind => (
          <li key={kind} className={`day-${kind}`}>
            {words[kind]}
          </li>
        ))}
      </ul>
      <div className="year">
        {months.map(({ month, weeks }) => (
          <table key={month}>
            <caption>{words.monthName(month)}</caption>
            <thead>
              <tr>
                {NUMBERS.map(number => (
                  <th key={number} scope="col">
                    {words.days[number]}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {weeks.map(week => (
                <tr key={week.find(cell => cell !== null)?.day}>
                  {NUMBERS.map(number => {
                    const cell = week[number] ?? null
                    return cell === null ? <td key={number} /> : <Day key={number} cell={cell} turn={turn} />
                  })}
                </tr>
              ))}
            </tbody>
          </table>
        ))}
      </div>
    </>
  )
}
