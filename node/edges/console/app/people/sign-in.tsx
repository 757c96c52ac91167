/** How one person signs in: password, second factor, lock, sessions and tokens, with what may be done about each. */
import { Button, Descriptions, Modal, Popconfirm, Space } from 'antd'
import type { Person, SignInState } from '../../../client/api.generated.ts'
import { useAct, useNode } from '../query.ts'
import { mayDo, type OperationId, useMe } from '../session.ts'
import { instantText } from '../time.ts'
import { Shown } from '../ui/page.tsx'
import { ProblemNotice } from '../ui/problem.tsx'
import { useLanguage, useWords } from '../words.ts'
import { Tokens } from './tokens.tsx'
import { PEOPLE } from './words.ts'

const STALE: readonly OperationId[] = ['getSignInState', 'listSessions', 'listPeople']

function State({ id, state, manages }: { id: string; state: SignInState; manages: boolean }) {
  const words = useWords(PEOPLE)
  const language = useLanguage()
  const unlock = useAct('unlockAccount', STALE)
  const remove = useAct('removeSecondFactor', STALE)
  const { account, password, passwordAt, temporaryUntil, secondFactor, lockedUntil } = state
  const error = unlock.error ?? remove.error
  const passwords = {
    none: words.passwordNone,
    own: words.passwordOwn(passwordAt === null ? '' : instantText(passwordAt, language)),
    'one-time': words.passwordOnce(temporaryUntil === null ? '' : instantText(temporaryUntil, language)),
  }
  const items = [
    [words.account, account === '' ? words.noAccount : account],
    [words.passwordState, passwords[password]],
    [
      words.secondFactor,
      <Space key="second" wrap>
        {secondFactor ? `✓ ${words.bound}` : words.unbound}
        {manages && secondFactor ? (
          <Popconfirm title={words.removeSecondSure} onConfirm={() => remove.mutate({ params: { id } })}>
            <Button danger>{words.removeSecond}</Button>
          </Popconfirm>
        ) : null}
      </Space>,
    ],
    [
      words.lock,
      <Space key="lock" wrap>
        {lockedUntil === null ? words.unlocked : `✗ ${words.lockedUntil(instantText(lockedUntil, language))}`}
        {manages && lockedUntil !== null ? (
          <Button type="primary" loading={unlock.isPending} onClick={() => unlock.mutate({ params: { id } })}>
            {words.unlock}
          </Button>
        ) : null}
      </Space>,
    ],
  ] as const
  return (
    <>
      <Descriptions
        column={1}
        size="small"
        items={items.map(([label, children]) => ({ key: label, label, children }))}
      />
      {error === null ? null : <ProblemNotice error={error} />}
    </>
  )
}

function Sessions({ id, manages }: { id: string; manages: boolean }) {
  const words = useWords(PEOPLE)
  const language = useLanguage()
  const sessions = useNode('listSessions', { params: { id } })
  const end = useAct('endSessions', STALE)
  const endOne = useAct('endSession', STALE)
  const error = end.error ?? endOne.error
  const ways = { password: words.byPassword, 'second-factor': words.bySecond, 'single-sign-on': words.bySingle }
  return (
    <section aria-labelledby="their-sessions">
      <h3 id="their-sessions">{words.sessions}</h3>
      <Shown read={sessions}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="muted">{words.noSessions}</p>
          ) : (
            <>
              <ul>
                {items.map(({ id: session, way, createdAt, usedAt }) => (
                  <li key={session}>
                    {words.session(instantText(createdAt, language), instantText(usedAt, language))} · {ways[way]}{' '}
                    {manages ? (
                      <Button
                        size="small"
                        aria-label={`${words.endSession} ${instantText(createdAt, language)}`}
                        loading={endOne.isPending && endOne.variables.params.session === session}
                        onClick={() => endOne.mutate({ params: { id, session } })}
                      >
                        {words.endSession}
                      </Button>
                    ) : null}
                  </li>
                ))}
              </ul>
              {manages ? (
                <Button loading={end.isPending} onClick={() => end.mutate({ params: { id } })}>
                  {words.endSessions}
                </Button>
              ) : null}
            </>
          )
        }
      </Shown>
      {error === null ? null : <ProblemNotice error={error} />}
    </section>
  )
}

export function HowTheySignIn({ person, close }: { person: Person; close: () => void }) {
  const words = useWords(PEOPLE)
  const manages = mayDo(useMe(), 'account.manage') && person.revokedAt === null
  const { id, name } = person
  const state = useNode('getSignInState', { params: { id } })
  return (
    <Modal open width={680} title={`${words.signIn}: ${name}`} footer={null} onCancel={close}>
      <Shown read={state}>{found => <State id={id} state={found} manages={manages} />}</Shown>
      <Sessions id={id} manages={manages} />
      <Tokens person={person} manages={manages} />
    </Modal>
  )
}
