/** The own account: what I may and within which cases, password, second factor, sessions. */
import { App, Button, Descriptions } from 'antd'
import { useState } from 'react'
import { isOfCases } from '../../../../../protocol/rights/can.ts'
import { ROLE_NAMES } from '../../../../../protocol/rights/roles.ts'
import { RIGHTS, SCOPES } from '../../../../../protocol/rights/table.ts'
import { NewPassword } from '../door/door.tsx'
import { SecondFactor } from '../door/second-factor.tsx'
import { useAct, useNode } from '../query.ts'
import { refresh, useMe } from '../session.ts'
import { instantText } from '../time.ts'
import { PageFrame, Shown } from '../ui/page.tsx'
import { ProblemNotice } from '../ui/problem.tsx'
import { useLanguage, usePair, useWords } from '../words.ts'
import { OwnTokens } from './tokens.tsx'
import { ACCOUNT } from './words.ts'

function Sessions() {
  const words = useWords(ACCOUNT)
  const language = useLanguage()
  const sessions = useNode('listOwnSessions')
  const end = useAct('endOwnSession', ['listOwnSessions'])
  return (
    <section className="card" aria-labelledby="sessions">
      <h2 id="sessions">{words.sessions}</h2>
      {end.error === null ? null : <ProblemNotice error={end.error} />}
      <Shown read={sessions}>
        {({ items }) => (
          <ul>
            {items.map(({ id, current, createdAt, usedAt }) => (
              <li key={id}>
                {words.since(instantText(createdAt, language))} · {words.used(instantText(usedAt, language))}{' '}
                {current ? words.here : <Button onClick={() => end.mutate({ params: { id } })}>{words.end}</Button>}
              </li>
            ))}
          </ul>
        )}
      </Shown>
    </section>
  )
}

/** Whether a code is asked for; another authenticator, as of a new phone, is bound in place of the one before. */
function OwnSecondFactor({ on }: { on: boolean }) {
  const words = useWords(ACCOUNT)
  const { message } = App.useApp()
  const [another, bind] = useState(false)
  const done = async () => {
    await refresh()
    bind(false)
    void message.success(words.secondOn)
  }
  return (
    <>
      {on ? <p>✓ {words.secondOn}</p> : null}
      {on && !another ? (
        <Button onClick={() => bind(true)}>{words.secondAnother}</Button>
      ) : (
        <div style={{ maxWidth: 400 }}>
          <SecondFactor done={done} />
        </div>
      )}
    </>
  )
}

export function Page() {
  const words = useWords(ACCOUNT)
  const pair = usePair()
  const me = useMe()
  const { message } = App.useApp()
  return (
    <PageFrame title={words.title} live={false}>
      <section className="card">
        <Descriptions column={1} title={me.name}>
          <Descriptions.Item label={words.roles}>
            {me.roles.map(role => pair(ROLE_NAMES[role])).join(' · ')}
          </Descriptions.Item>
          <Descriptions.Item label={words.windows}>{me.windows?.join(' · ') ?? words.every}</Descriptions.Item>
          <Descriptions.Item label={words.departments}>{me.departments?.join(' · ') ?? words.every}</Descriptions.Item>
          <Descriptions.Item label={words.rights}>
            <ul style={{ margin: 0, paddingInlineStart: 16 }}>
              {me.rights.map(({ action, scopes }) => (
                <li key={action}>
                  {pair(RIGHTS[action])}{' '}
                  {isOfCases(action) ? (
                    <span className="muted">{scopes.map(scope => pair(SCOPES[scope])).join(' · ')}</span>
                  ) : null}
                </li>
              ))}
            </ul>
          </Descriptions.Item>
        </Descriptions>
      </section>
      <Sessions />
      <section className="card" aria-labelledby="password">
        <h2 id="password">{words.password}</h2>
        <div style={{ maxWidth: 400 }}>
          <NewPassword done={() => void message.success(words.changed)} />
        </div>
      </section>
      <section className="card" aria-labelledby="second">
        <h2 id="second">{words.second}</h2>
        <OwnSecondFactor on={me.secondFactor} />
      </section>
      <OwnTokens />
    </PageFrame>
  )
}
