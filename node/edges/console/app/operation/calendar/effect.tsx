/** What an import would change, before it is done: days, and limits of open cases. */
import { Table } from 'antd'
import type { PreviewCalendarAnswer } from '../../../../client/api.generated.ts'
import { DUTY_WORDS } from '../../case/duties.ts'
import { useCities } from '../../cities.ts'
import { dayText } from '../../time.ts'
import { To } from '../../ui/to.tsx'
import { useLanguage, usePair, useWords } from '../../words.ts'
import { runsText } from './sheet.ts'
import { CALENDAR } from './words.ts'

export function Effect({ impact }: { impact: PreviewCalendarAnswer }) {
  const words = useWords(CALENDAR)
  const pair = usePair()
  const language = useLanguage()
  const nameOf = useCities()
  const { days, coveredThrough, looked, capped, moved, settled, items } = impact
  const of = (works: boolean) => runsText(days.filter(day => day.works === works).map(({ day }) => day))
  const off = of(false)
  const working = of(true)
  return (
    <section aria-labelledby="effect" role="status">
      <h3 id="effect">{words.previewTitle}</h3>
      <ul>
        {days.length === 0 ? <li>{words.noChange}</li> : null}
        {off === '' ? null : <li>{words.becomesOff(off)}</li>}
        {working === '' ? null : <li>{words.becomesWorking(working)}</li>}
        {coveredThrough === null ? null : <li>{words.through(dayText(coveredThrough, language))}</li>}
        <li>
          {words.looked(looked, capped)}: <strong>{words.moved(moved)}</strong> · {words.settled(settled)}
        </li>
      </ul>
      {items.length === 0 ? null : (
        <Table
          size="small"
          rowKey={({ thread, duty, city }) => `${thread} ${duty} ${city}`}
          pagination={{ pageSize: 10, hideOnSinglePage: true, showSizeChanger: false }}
          scroll={{ x: true }}
          dataSource={items}
          footer={moved > items.length ? () => words.only(items.length, moved) : undefined}
          columns={[
            {
              title: words.caseNo,
              render: (_, { caseNo }) => <To address={`/cases/${encodeURIComponent(caseNo)}`}>{caseNo}</To>,
            },
            { title: words.duty, render: (_, { duty }) => pair(DUTY_WORDS[duty].name) },
            { title: words.city, render: (_, { city }) => nameOf(city) },
            { title: words.before, render: (_, { before }) => dayText(before, language) },
            { title: words.after, render: (_, { after }) => dayText(after, language) },
          ]}
        />
      )}
    </section>
  )
}
