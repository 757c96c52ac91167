/** How each sheet and each column was read, to be corrected where it was read wrongly. */
import { Select } from 'antd'
import { useMemo } from 'react'
import { Scroll } from '../../ui/scroll.tsx'
import { useJoined, useLanguage, useWords } from '../../words.ts'
import { columnChoices, headingIn, type Mapping, type Sheet } from './mapping.ts'
import { IMPORT } from './words.ts'

function Columns({
  sheet,
  mapping,
  change,
}: {
  sheet: Sheet
  mapping: Mapping
  change: (heading: string, field: string) => void
}) {
  const words = useWords(IMPORT)
  const language = useLanguage()
  const choices = useMemo(() => columnChoices(language, words.leftOut), [language, words])
  const shown = sheet.columns.filter(({ heading, filled }) => heading !== '' || filled > 0)
  return (
    <Scroll label={sheet.sheet}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{words.column}</th>
            <th scope="col">{words.heading}</th>
            <th scope="col">{words.field}</th>
            <th scope="col">{words.samples}</th>
          </tr>
        </thead>
        <tbody>
          {shown.map(({ at, heading, field, name, how, unread, samples }) => {
            const key = headingIn(mapping, sheet.sheet, heading)
            const value = mapping.columns[key] ?? field ?? ''
            const known = choices.some(choice => choice.value === value)
            return (
              <tr key={at}>
                <td>{at}</td>
                <th scope="row">{heading}</th>
                <td>
                  {heading === '' ? (
                    words.leftOut
                  ) : (
                    <Select
                      aria-label={`${words.field} ${heading}`}
                      value={value}
                      style={{ width: 240 }}
                      showSearch={{ optionFilterProp: 'label' }}
                      options={known ? choices : choices.concat({ value, label: name === '' ? value : name })}
                      onChange={(next: string) => change(key, next)}
                    />
                  )}
                  {how === 'guess' ? <div className="advice">! {words.guess}</div> : null}
                  {how === 'mapping' ? <div className="muted">{words.byMapping}</div> : null}
                  {unread === 0 ? null : <div className="worse">✗ {words.unread(unread)}</div>}
                </td>
                <td>
                  {samples.map(({ given, read }) => (
                    <div key={given}>
                      {given}
                      {field === null || read === given ? null : read === '' ? (
                        <span className="worse"> {words.nothing}</span>
                      ) : (
                        <span className="muted"> → {read}</span>
                      )}
                    </div>
                  ))}
                </td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </Scroll>
  )
}

export function Sheets({
  sheets,
  mapping,
  change,
}: {
  sheets: readonly Sheet[]
  mapping: Mapping
  change: (heading: string, field: string) => void
}) {
  const words = useWords(IMPORT)
  const list = useJoined()
  return (
    <section className="card" aria-labelledby="import-columns">
      <h2 id="import-columns">{words.columns}</h2>
      <p className="muted">{words.columnsHint}</p>
      {sheets.map(sheet =>
        sheet.holds === null ? (
          <p key={sheet.sheet} className="muted">
            {words.leftOutSheet(sheet.sheet)}
          </p>
        ) : (
          <details key={sheet.sheet} open>
            <summary>{words.sheet(sheet.sheet, sheet.heading, sheet.rows)}</summary>
            {sheet.absent.length === 0 ? null : (
              <p className="advice">! {words.absent(list(sheet.absent.map(({ name }) => name)))}</p>
            )}
            <Columns sheet={sheet} mapping={mapping} change={change} />
          </details>
        ),
      )}
    </section>
  )
}
