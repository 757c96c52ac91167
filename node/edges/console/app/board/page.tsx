/** The board (看板): what leaders ask for. */
import { useNode } from '../query.ts'
import { useSettings } from '../session.ts'
import { ChinaMap } from '../ui/map/map.tsx'
import type { MapCity } from '../ui/map/picture.ts'
import { PageFrame, Shown } from '../ui/page.tsx'
import { useWords } from '../words.ts'
import { Counters } from './counters.tsx'
import { BOARD } from './words.ts'

/** China has one time, UTC+8. */
const thisYear = (): string => new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 4)

function Cities() {
  const words = useWords(BOARD)
  const { city } = useSettings()
  const partners = useNode('listPartners')
  const year = thisYear()
  const had = useNode('readStatistics', { query: { by: 'partner', grain: 'year', from: year, to: year } })
  return (
    <section className="card" aria-labelledby="map">
      <h2 id="map">{words.map}</h2>
      <Shown read={partners}>
        {({ items }) => (
          <Shown read={had}>
            {sums => {
              const counts = new Map(sums.items.map(({ key, counts }) => [key, counts.submitted ?? 0]))
              const cityOf = ({ code, name }: { code: string; name: string }): MapCity => {
                const count = counts.get(code) ?? 0
                return count === 0
                  ? { code, name, state: 'off', words: words.noCases }
                  : { code, name, state: 'good', words: words.withCases(String(count)) }
              }
              return (
                <ChinaMap
                  label={words.map}
                  cities={[
                    { code: city.code, name: city.name, state: 'own', words: words.ownCity },
                    ...items.map(cityOf),
                  ]}
                />
              )
            }}
          </Shown>
        )}
      </Shown>
    </section>
  )
}

export function Page() {
  const words = useWords(BOARD)
  return (
    <PageFrame title={words.title}>
      <Counters />
      <Cities />
    </PageFrame>
  )
}
