/** People of the node: their roles, windows and departments, and how they sign in. */
import { Button, Checkbox, Input, Popconfirm, Space, Table, Tag } from 'antd'
import { useState } from 'react'
import { ROLE_NAMES } from '../../../../../protocol/rights/roles.ts'
import type { Person } from '../../../client/api.generated.ts'
import { useAct, useNode } from '../query.ts'
import { mayDo, useMe } from '../session.ts'
import { instantText } from '../time.ts'
import { PageFrame, Shown } from '../ui/page.tsx'
import { ProblemNotice } from '../ui/problem.tsx'
import { useUnits } from '../units.ts'
import { useLanguage, usePair, useWords } from '../words.ts'
import { Grant, Make, OneTime } from './dialogs.tsx'
import { peopleWith } from './presets.ts'
import { HowTheySignIn } from './sign-in.tsx'
import { PEOPLE } from './words.ts'

const PAGE = 200
type Dialog = { is: 'make' } | { is: 'grant' | 'reset' | 'sign-in'; person: Person }

function Acts({ person, open }: { person: Person; open: (dialog: Dialog) => void }) {
  const words = useWords(PEOPLE)
  const me = useMe()
  const { id } = person
  const revoke = useAct('revokePerson', ['listPeople'])
  const { error } = revoke
  if (person.revokedAt !== null) return <span className="muted">{words.ended}</span>
  return (
    <>
      <Space>
        {mayDo(me, 'account.grant') ? (
          <Button onClick={() => open({ is: 'grant', person })}>{words.change}</Button>
        ) : null}
        <Button onClick={() => open({ is: 'sign-in', person })}>{words.signIn}</Button>
        {mayDo(me, 'account.manage') ? (
          <>
            <Button onClick={() => open({ is: 'reset', person })}>{words.reset}</Button>
            <Popconfirm title={words.revokeSure} onConfirm={() => revoke.mutate({ params: { id } })}>
              <Button danger>{words.revoke}</Button>
            </Popconfirm>
          </>
        ) : null}
      </Space>
      {error === null ? null : <ProblemNotice error={error} />}
    </>
  )
}

export function Page() {
  const words = useWords(PEOPLE)
  const pair = usePair()
  const language = useLanguage()
  const me = useMe()
  const people = useNode('listPeople', { query: { limit: PAGE } })
  const [dialog, setDialog] = useState<Dialog | null>(null)
  const [text, find] = useState('')
  const [ended, withEnded] = useState(false)
  const close = () => setDialog(null)
  const { departmentName } = useUnits()
  const placesOf = (places: readonly string[] | null) => (places === null ? words.every : places.join(' · '))
  const make = mayDo(me, 'account.manage') ? (
    <Button type="primary" onClick={() => setDialog({ is: 'make' })}>
      {words.make}
    </Button>
  ) : null
  return (
    <PageFrame title={words.title} aside={make} live={false}>
      <Space wrap>
        <Input
          allowClear
          aria-label={words.find}
          placeholder={words.find}
          autoComplete="off"
          style={{ width: 260 }}
          onChange={event => find(event.target.value)}
        />
        <Checkbox checked={ended} onChange={event => withEnded(event.target.checked)}>
          {words.showEnded}
        </Checkbox>
      </Space>
      <Shown read={people}>
        {({ items }) => (
          <Table
            size="small"
            rowKey="id"
            pagination={false}
            scroll={{ x: 'max-content' }}
            locale={{ emptyText: words.noneFound }}
            dataSource={peopleWith(items, text, ended)}
            columns={[
              { title: words.name, render: (_, { name, staffNumber }) => `${name} ${staffNumber ?? ''}` },
              {
                title: words.roles,
                render: (_, { roles }) =>
                  roles.length === 0 ? (
                    words.waiting
                  ) : (
                    // Of many roles no more stand in a line than a screen is wide.
                    <div style={{ maxWidth: 320 }}>
                      {roles.map(role => (
                        <Tag key={role}>{pair(ROLE_NAMES[role])}</Tag>
                      ))}
                    </div>
                  ),
              },
              { title: words.windows, render: (_, person) => placesOf(person.windows) },
              {
                title: words.departmentsShort,
                render: (_, { departments }) => placesOf(departments?.map(departmentName) ?? null),
              },
              {
                title: words.used,
                render: (_, { lastUsedAt }) => (lastUsedAt === null ? words.never : instantText(lastUsedAt, language)),
              },
              { title: '', render: (_, person) => <Acts person={person} open={setDialog} /> },
            ]}
          />
        )}
      </Shown>
      {dialog?.is === 'make' ? <Make close={close} /> : null}
      {dialog?.is === 'grant' ? <Grant person={dialog.person} close={close} /> : null}
      {dialog?.is === 'sign-in' ? <HowTheySignIn person={dialog.person} close={close} /> : null}
      {dialog?.is === 'reset' ? <OneTime person={dialog.person} close={close} /> : null}
    </PageFrame>
  )
}
