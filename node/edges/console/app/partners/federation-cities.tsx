/** Cities that directories name, each joined in two clicks, and the card by which the own city gets into one. */
import { useNavigate } from '@tanstack/react-router'
import { Button, Input, Popconfirm, Space } from 'antd'
import { useState } from 'react'
import { saveAs } from '../case/download.ts'
import { useAct, useNode } from '../query.ts'
import { mayDo, useMe, useSettings } from '../session.ts'
import { dayText } from '../time.ts'
import { Shown } from '../ui/page.tsx'
import { ProblemNotice } from '../ui/problem.tsx'
import { useLanguage, useWords } from '../words.ts'
import { Spoken } from './spoken.tsx'
import { FEDERATION } from './words-federation.ts'

/** Rows that are shown at a time: who looks for one more writes its name. */
const ROWS = 50

export function Cities() {
  const words = useWords(FEDERATION)
  const language = useLanguage()
  const me = useMe()
  const navigate = useNavigate()
  const { city: own } = useSettings()
  const [asked, ask] = useState('')
  const cities = useNode('listFederationCities')
  const operators = useNode('listOperators')
  const partners = useNode('listPartners')
  const join = useAct('joinPartner', ['listPartners'])
  const joined = new Set((partners.data?.items ?? []).map(({ code }) => code))
  const nameOf = new Map((operators.data?.items ?? []).map(({ operator, directory }) => [operator, directory?.name]))
  return (
    <section className="card" aria-labelledby="cities">
      <h2 id="cities">{words.cities}</h2>
      {join.error === null ? null : <ProblemNotice error={join.error} />}
      <Shown read={cities}>
        {({ items }) => {
          const others = items.filter(({ city }) => city !== own.code)
          if (others.length === 0) return <p>{words.noCities}</p>
          const found = others.filter(({ city, name }) => name.includes(asked.trim()) || city.startsWith(asked.trim()))
          return (
            <>
              <Input
                allowClear
                aria-label={words.find}
                placeholder={words.find}
                value={asked}
                onChange={event => ask(event.target.value)}
                style={{ maxWidth: 260, marginBottom: 8 }}
              />
              <ul className="rows">
                {found.slice(0, ROWS).map(({ city, name, operator, standing, certificates, since }) => (
                  <li key={`${city} ${operator}`} aria-label={name}>
                    <Space wrap>
                      <strong>
                        {name} {city}
                      </strong>
                      <span>
                        {words.by(nameOf.get(operator) ?? operator.slice(0, 8))} · {words[standing]}
                      </span>
                      <span className="muted">{words.since(dayText(since, language))}</span>
                      {joined.has(city) ? (
                        <span>✓ {words.already}</span>
                      ) : mayDo(me, 'partner.manage') && standing !== 'lapsed' ? (
                        <Popconfirm
                          title={words.joinSure}
                          onConfirm={() =>
                            join.mutate(
                              { body: { city } },
                              { onSuccess: ({ code }) => void navigate({ to: `/partners/${code}` }) },
                            )
                          }
                        >
                          <Button
                            loading={join.isPending && join.variables?.body.city === city}
                            aria-label={`${words.join} ${name}`}
                          >
                            {words.join}
                          </Button>
                        </Popconfirm>
                      ) : null}
                    </Space>
                    {certificates.map(certificate => (
                      <Spoken key={certificate} fingerprint={certificate} />
                    ))}
                  </li>
                ))}
              </ul>
            </>
          )
        }}
      </Shown>
    </section>
  )
}

export function Card() {
  const words = useWords(FEDERATION)
  const card = useNode('getMembershipCard')
  return (
    <section className="card" aria-labelledby="card">
      <h2 id="card">{words.card}</h2>
      <p>{words.cardHint}</p>
      <Shown read={card}>
        {found => (
          <>
            <div>
              {words.fingerprint}: <code style={{ overflowWrap: 'anywhere' }}>{found.certificate}</code>
            </div>
            <Spoken fingerprint={found.certificate} />
            <Button
              onClick={() =>
                saveAs(
                  new Blob([JSON.stringify(found, null, 2)], { type: 'application/json' }),
                  `card-${found.city}.json`,
                )
              }
            >
              {words.saveCard}
            </Button>
          </>
        )}
      </Shown>
    </section>
  )
}
