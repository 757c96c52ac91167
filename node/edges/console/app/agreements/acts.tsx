/** What one administrator prepared and another one is to sign (双人复核). */
import { Button, Space } from 'antd'
import { useState } from 'react'
import type { WaitingAct } from '../../../client/api.generated.ts'
import { useCities } from '../cities.ts'
import { useAct, useNode } from '../query.ts'
import { mayDo, useMe, useSettings } from '../session.ts'
import { instantText } from '../time.ts'
import { inWords } from '../ui/in-words.ts'
import { ProblemNotice } from '../ui/problem.tsx'
import { Told } from '../ui/told.tsx'
import { useJoined, useLanguage, useWords } from '../words.ts'
import { ReadAct, useActName } from './read-act.tsx'
import { OF_AGREEMENTS } from './standing.tsx'
import { AGREEMENTS } from './words.ts'

function Waiting({ act }: { act: WaitingAct }) {
  const words = useWords(AGREEMENTS)
  const list = useJoined()
  const language = useLanguage()
  const nameOf = useCities()
  const me = useMe()
  const { city } = useSettings()
  const discard = useAct('discardAct', OF_AGREEMENTS)
  const actName = useActName()
  const [read, setRead] = useState(false)
  const { no, kind, title, partners, preparedBy, preparedByName, preparedAt, problem } = act
  const own = preparedBy === `person:${me.id}`
  const others = partners.filter(code => code !== city.code)
  const manages = mayDo(me, 'agreement.manage')
  return (
    <li>
      <Space wrap>
        <strong>{actName(kind)}</strong>
        <span>
          {title ?? words.untitled} · {list(others.map(nameOf))}
        </span>
        <span className="muted">{words.actOf(preparedByName ?? preparedBy, instantText(preparedAt, language))}</span>
        {manages && own ? <span>{words.ownAct}</span> : null}
        <Button type={manages && !own ? 'primary' : 'default'} onClick={() => setRead(true)}>
          {manages && !own ? words.readAndSign : words.readAct}
        </Button>
        {manages ? <Button onClick={() => discard.mutate({ params: { no } })}>{words.discardAct}</Button> : null}
      </Space>
      {problem === null ? null : <Told problem={inWords(problem)} />}
      {discard.error === null ? null : <ProblemNotice error={discard.error} />}
      {read ? <ReadAct act={act} signs={manages && !own} close={() => setRead(false)} /> : null}
    </li>
  )
}

export function Acts() {
  const words = useWords(AGREEMENTS)
  const acts = useNode('listActs')
  const items = acts.data?.items ?? []
  if (items.length === 0) return null
  return (
    <section className="card" aria-labelledby="acts">
      <h2 id="acts">{words.acts}</h2>
      <ul>
        {items.map(act => (
          <Waiting key={act.no} act={act} />
        ))}
      </ul>
    </section>
  )
}
