/** What one administrator prepared and another one is to sign (双人复核). */
import { Button, Popconfirm, Space } from 'antd'
import type { WaitingAct } from '../../../client/api.generated.ts'
import { useCities } from '../cities.ts'
import { useAct, useNode } from '../query.ts'
import { mayDo, useMe, useSettings } from '../session.ts'
import { instantText } from '../time.ts'
import { inWords } from '../ui/in-words.ts'
import { ProblemNotice } from '../ui/problem.tsx'
import { Told } from '../ui/told.tsx'
import { useLanguage, useWords } from '../words.ts'
import { OF_AGREEMENTS } from './standing.tsx'
import { AGREEMENTS } from './words.ts'

function Waiting({ act }: { act: WaitingAct }) {
  const words = useWords(AGREEMENTS)
  const language = useLanguage()
  const nameOf = useCities()
  const me = useMe()
  const { city } = useSettings()
  const sign = useAct('signAct', OF_AGREEMENTS)
  const discard = useAct('discardAct', OF_AGREEMENTS)
  const { no, kind, title, partners, preparedBy, preparedByName, preparedAt, problem } = act
  const kinds = {
    propose: words.propose,
    counter: words.counter,
    amend: words.amend,
    sign: words.sign,
    confirm: words.confirmCertificate,
    suspend: words.suspend,
    terminate: words.terminate,
  }
  const own = preparedBy === `person:${me.id}`
  const others = partners.filter(code => code !== city.code)
  const error = sign.error ?? discard.error
  return (
    <li>
      <Space wrap>
        <strong>{kinds[kind]}</strong>
        <span>
          {title ?? words.untitled} · {others.map(nameOf).join('、')}
        </span>
        <span className="muted">{words.actOf(preparedByName ?? preparedBy, instantText(preparedAt, language))}</span>
        {mayDo(me, 'agreement.manage') ? (
          <>
            {own ? (
              <span>{words.ownAct}</span>
            ) : (
              <Popconfirm title={words.signSure} onConfirm={() => sign.mutate({ params: { no } })}>
                <Button type="primary" disabled={problem !== null} loading={sign.isPending}>
                  {words.sign}
                </Button>
              </Popconfirm>
            )}
            <Button onClick={() => discard.mutate({ params: { no } })}>{words.discardAct}</Button>
          </>
        ) : null}
      </Space>
      {problem === null ? null : <Told problem={inWords(problem)} />}
      {error === null ? null : <ProblemNotice error={error} />}
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
