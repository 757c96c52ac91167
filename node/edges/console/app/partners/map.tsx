/** Partner cities on the map of China: where each lies and how it is. */
import { useQueries } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { reading, useNode } from '../query.ts'
import { useSettings } from '../session.ts'
import { ChinaMap } from '../ui/map/map.tsx'
import type { MapState } from '../ui/map/picture.ts'
import { PageFrame, Shown } from '../ui/page.tsx'
import { usePair, useWords } from '../words.ts'
import { healthInput, LOOK, useStateWord } from './row.tsx'
import { type PartnerState, reasonsOf, stateOf } from './state.ts'
import { PartnerTabs } from './tabs.tsx'
import { PARTNERS } from './words.ts'

const STATES = {
  pending: 'off',
  suspended: 'off',
  revoked: 'bad',
  stopped: 'bad',
  warned: 'warn',
  good: 'good',
} as const satisfies Record<PartnerState, MapState>

export function Page() {
  const words = useWords(PARTNERS)
  const word = useStateWord()
  const pair = usePair()
  const navigate = useNavigate()
  const { city } = useSettings()
  const partners = useNode('listPartners', undefined, { every: LOOK })
  const active = (partners.data?.items ?? []).filter(({ status }) => status === 'active')
  const healths = useQueries({
    queries: active.map(({ code }) => ({ ...reading('getPartnerHealth', healthInput(code)), refetchInterval: LOOK })),
  })
  const healthOf = new Map(active.map(({ code }, index) => [code, healths[index]?.data]))
  return (
    <PageFrame title={words.title}>
      <PartnerTabs />
      <section className="card">
        <Shown read={partners}>
          {({ items }) => (
            <ChinaMap
              label={words.mapLabel}
              cities={[
                { code: city.code, name: city.name, state: 'own', words: words.ownCity },
                ...items.map(partner => {
                  const health = healthOf.get(partner.code)
                  const state = stateOf(partner, health)
                  const [reason] = partner.status === 'active' ? reasonsOf(partner, health) : []
                  const ms = health?.now.roundTripMs ?? null
                  return {
                    code: partner.code,
                    name: partner.name,
                    state: STATES[state],
                    words: [
                      word(state),
                      ...(ms === null ? [] : [words.ms(Math.round(ms))]),
                      ...(reason === undefined ? [] : [pair(reason)]),
                    ].join(' · '),
                  }
                }),
              ]}
              onOpen={code => code !== city.code && void navigate({ to: `/partners/${code}` })}
            />
          )}
        </Shown>
      </section>
    </PageFrame>
  )
}
