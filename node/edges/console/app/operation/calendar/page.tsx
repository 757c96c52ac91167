/** Holidays: how far they are known, the sheet of a year with its import, days counted, and what partners tell. */
import { Alert } from 'antd'
import { useNode } from '../../query.ts'
import { mayDo, useMe } from '../../session.ts'
import { dayText } from '../../time.ts'
import { Shown } from '../../ui/page.tsx'
import { useLanguage, useWords } from '../../words.ts'
import { OperationFrame } from '../frame.tsx'
import { Count } from './count.tsx'
import { PartnersTell } from './partners.tsx'
import { Table } from './table.tsx'
import { CALENDAR } from './words.ts'

export function Page() {
  const words = useWords(CALENDAR)
  const language = useLanguage()
  const manages = mayDo(useMe(), 'catalogue.manage')
  const calendar = useNode('showCalendar')
  return (
    <OperationFrame part="calendar">
      <Shown read={calendar}>
        {({ coveredThrough, tables, partners }) => (
          <>
            <Alert
              showIcon
              type={coveredThrough === null ? 'warning' : 'info'}
              title={coveredThrough === null ? words.uncovered : words.covered(dayText(coveredThrough, language))}
              description={words.coveredHint}
            />
            <Table tables={tables} manages={manages} />
            <Count />
            <PartnersTell partners={partners} manages={manages} />
          </>
        )}
      </Shown>
    </OperationFrame>
  )
}
