/** What the file leaves open: an answer for each word, default and unit, with what may stand there. */
import { AutoComplete, InputNumber } from 'antd'
import { useLanguage, useWords } from '../../words.ts'
import { fieldName } from '../fields.ts'
import { answerAt, answered, type Mapping, type Place, placeKey } from './mapping.ts'
import { IMPORT } from './words.ts'

/** The most days that a unit may stand for, as the node takes it. */
const MOST_DAYS = 366

export function Places({
  places,
  mapping,
  change,
}: {
  places: readonly Place[]
  mapping: Mapping
  change: (mapping: Mapping) => void
}) {
  const words = useWords(IMPORT)
  const language = useLanguage()
  const open = places.filter(place => answerAt(mapping, place) === '').length
  return (
    <section className="card" aria-labelledby="import-places">
      <h2 id="import-places">{words.places}</h2>
      <p className="muted">{words.placesHint}</p>
      <p role="status" className={open === 0 ? 'better' : 'advice'}>
        {open === 0 ? '✓ ' : '! '}
        {words.open(open)}
      </p>
      <ul className="rows-of">
        {places.map(place => {
          const label =
            place.of === 'values'
              ? words.stands(fieldName(place.field, language), place.given)
              : place.of === 'defaults'
                ? words.all(fieldName(place.field, language))
                : words.days(place.unit)
          const value = answerAt(mapping, place)
          return (
            <li key={placeKey(place)} className="place-to-fill">
              <span>{label}</span>
              {place.of === 'workingDays' ? (
                <InputNumber
                  aria-label={label}
                  min={1}
                  max={MOST_DAYS}
                  value={value === '' ? null : Number(value)}
                  onChange={days => change(answered(mapping, place, days === null ? '' : String(days)))}
                />
              ) : (
                <AutoComplete
                  aria-label={label}
                  value={value}
                  options={place.choices.map(choice => ({ value: choice }))}
                  placeholder={place.hint}
                  onChange={(text: string) => change(answered(mapping, place, text))}
                  popupMatchSelectWidth={false}
                  style={{ width: 300, maxWidth: '100%' }}
                />
              )}
              {place.of === 'values' && place.hint === '' ? <span className="advice">! {words.suggested}</span> : null}
            </li>
          )
        })}
      </ul>
    </section>
  )
}
