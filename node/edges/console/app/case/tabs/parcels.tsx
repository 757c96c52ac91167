/** Where the originals (原件) are and who handed them to whom; the parcels that this city ordered, and their way. */
import { Tag } from 'antd'
import { useNode } from '../../query.ts'
import { instantText } from '../../time.ts'
import { Shown } from '../../ui/page.tsx'
import { useJoined, useLanguage, useWords } from '../../words.ts'
import { CASE } from '../words.ts'
import type { Held } from './tabs.tsx'

function Originals({ detail, cities }: Held) {
  const words = useWords(CASE)
  const list = useJoined()
  const language = useLanguage()
  const read = useNode('listOriginals', { params: { thread: detail.thread } })
  return (
    <section aria-labelledby="originals">
      <h3 id="originals">{words.originals}</h3>
      <Shown read={read}>
        {({ items, moves }) =>
          items.length === 0 ? (
            <p className="muted">{words.noOriginals}</p>
          ) : (
            <>
              <ul>
                {items.map(({ name, code, copies, placeName, city, since }) => (
                  <li key={`${name} ${code}`}>
                    {name} {words.copies(copies)} · <strong>{placeName}</strong> {cities.nameOf(city)}{' '}
                    <span className="muted">{instantText(since, language)}</span>
                  </li>
                ))}
              </ul>
              <h4>{words.moves}</h4>
              <ul>
                {moves.map(({ packet, eventName, at, city, items: moved, waybill, by, to, note }) => (
                  <li key={packet}>
                    {instantText(at, language)} {cities.nameOf(city)} {eventName} {list(moved.map(({ name }) => name))}
                    {waybill === undefined ? '' : ` · ${waybill.carrier} ${waybill.number}`}
                    <div className="muted">{[by, to, note].filter(part => part !== undefined).join(' → ')}</div>
                  </li>
                ))}
              </ul>
            </>
          )
        }
      </Shown>
    </section>
  )
}

function Ordered({ detail }: Held) {
  const words = useWords(CASE)
  const language = useLanguage()
  const read = useNode('listParcels', { params: { thread: detail.thread } })
  const states = {
    wanted: words.parcelWanted,
    open: words.parcelOpen,
    cancelling: words.parcelCancelling,
    done: words.parcelDone,
    failed: words.parcelFailed,
  }
  return (
    <section aria-labelledby="parcels">
      <h3 id="parcels">{words.parcel}</h3>
      <Shown read={read}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="muted">{words.noParcels}</p>
          ) : (
            <ul>
              {items.map(({ id, parcel, state, carrier, number, way, problem }) => (
                <li key={id}>
                  {parcel === 'originals' ? words.parcelOriginals : words.parcelResult} · {carrier} {number}{' '}
                  <Tag color={state === 'failed' ? 'red' : 'blue'} variant="outlined">
                    {states[state]}
                  </Tag>
                  {problem === null ? null : <span className="warned">{problem}</span>}
                  {way.map(({ at, place }) => (
                    <div key={at} className="muted">
                      {instantText(at, language)} {place}
                    </div>
                  ))}
                </li>
              ))}
            </ul>
          )
        }
      </Shown>
    </section>
  )
}

export function Parcels(held: Held) {
  return (
    <>
      <Originals {...held} />
      <Ordered {...held} />
    </>
  )
}
