/** Holidays as partners tell them, and where they differ from those here. */
import { Button, Popconfirm } from 'antd'
import type { ShowCalendarAnswer } from '../../../../client/api.generated.ts'
import { useCities } from '../../cities.ts'
import { useAct } from '../../query.ts'
import { ProblemNotice } from '../../ui/problem.tsx'
import { useWords } from '../../words.ts'
import { runsText } from './sheet.ts'
import { CALENDAR } from './words.ts'

type Told = ShowCalendarAnswer['partners'][number]

function Row({ told: { city, tables, waiting, differences }, manages }: { told: Told; manages: boolean }) {
  const words = useWords(CALENDAR)
  const nameOf = useCities()
  const accept = useAct('acceptPastDays', ['showCalendar'])
  const days = waiting.flatMap(entry => entry.days)
  return (
    <li>
      <strong>{nameOf(city)}</strong>{' '}
      {tables === null
        ? words.nothingTold
        : tables.length === 0
          ? words.noRegional
          : words.told(tables.map(({ year }) => year).join(' · '))}
      {differences.length === 0 && tables !== null ? ` · ✓ ${words.same}` : ''}
      {differences.map(({ region, year, kind }) => (
        <div key={`${region} ${year}`}>! {words[kind](year)}</div>
      ))}
      {days.length === 0 ? null : (
        <div>
          ! {words.waiting(runsText(days))}{' '}
          {manages ? (
            <Popconfirm title={words.acceptSure} onConfirm={() => accept.mutate({ params: { city } })}>
              <Button loading={accept.isPending}>{words.accept}</Button>
            </Popconfirm>
          ) : null}
        </div>
      )}
      {accept.error === null ? null : <ProblemNotice error={accept.error} />}
    </li>
  )
}

export function PartnersTell({ partners, manages }: { partners: readonly Told[]; manages: boolean }) {
  const words = useWords(CALENDAR)
  return (
    <section className="card" aria-labelledby="told">
      <h2 id="told">{words.partners}</h2>
      {partners.length === 0 ? (
        <p className="muted">{words.noPartners}</p>
      ) : (
        <ul className="rows">
          {partners.map(told => (
            <Row key={told.city} told={told} manages={manages} />
          ))}
        </ul>
      )}
    </section>
  )
}
