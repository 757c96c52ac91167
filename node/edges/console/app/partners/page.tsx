/** Partner cities: each row says how it is, or why it does not move, who must act, and lets one try now. */

import { Link } from '@tanstack/react-router'
import { Button, Empty, Space, Tag } from 'antd'
import { useState } from 'react'
import { isProblemCode, PROBLEMS } from '../../../../../protocol/problem.ts'
import type { Partner } from '../../../client/api.generated.ts'
import { useAct, useNode } from '../query.ts'
import { mayDo, useMe } from '../session.ts'
import { instantText } from '../time.ts'
import { PageFrame, Shown } from '../ui/page.tsx'
import { ProblemNotice } from '../ui/problem.tsx'
import { SHARED } from '../ui/words.ts'
import { useLanguage, usePair, useWords } from '../words.ts'
import { AcceptInvite } from './accept.tsx'
import { InviteCity, OpenInvites } from './invite.tsx'
import { PARTNERS } from './words.ts'

/** Beside the word: a colour alone says nothing to some. */
const MARKS = { pending: '◔', active: '✓', suspended: '‖' } as const

/** Why delivery does not proceed, as far as the node knows. */
function Why({ partner }: { partner: Partner }) {
  const words = useWords(PARTNERS)
  const shared = useWords(SHARED)
  const pair = usePair()
  const language = useLanguage()
  const dial = useAct('getPartner', ['listPartners', 'getPartnerHealth'])
  const problem = partner.problem ?? partner.breakerOpen?.problem ?? null
  if (problem === null) return null
  const known = isProblemCode(problem.code) ? PROBLEMS[problem.code] : null
  const next = partner.nextTryAt ?? partner.breakerOpen?.nextTryAt ?? null
  return (
    <div>
      <strong>✗ {known === null ? problem.code : pair(known)}</strong>
      {known === null ? null : (
        <div>
          {shared.who}: {shared[known.act]} · {shared.cure}: {pair({ zh: known.cureZh, en: known.cure })}
        </div>
      )}
      <div className="muted">
        {problem.code}
        {next === null ? null : ` · ${words.nextTry(instantText(next, language))}`}
      </div>
      {dial.error === null ? null : <ProblemNotice error={dial.error} />}
      <Button loading={dial.isPending} onClick={() => dial.mutate({ params: { code: partner.code } })}>
        {words.tryNow}
      </Button>
    </div>
  )
}

function Row({ partner }: { partner: Partner }) {
  const words = useWords(PARTNERS)
  const language = useLanguage()
  const { code, name, status, connected, seenAt } = partner
  return (
    <li className="card">
      <Space wrap>
        <Link to={`/partners/${code}`}>
          <strong>{name}</strong> {code}
        </Link>
        <Tag>
          {MARKS[status]} {words[status]}
        </Tag>
        <span>{connected ? `● ${words.connected}` : `○ ${words.notConnected}`}</span>
        <span className="muted">{seenAt === null ? words.never : words.seen(instantText(seenAt, language))}</span>
        {status === 'pending' ? (
          <Link to={`/partners/${code}`}>
            <Button type="primary">{words.compare}</Button>
          </Link>
        ) : null}
      </Space>
      <Why partner={partner} />
    </li>
  )
}

export function Page() {
  const words = useWords(PARTNERS)
  const me = useMe()
  const partners = useNode('listPartners')
  const [open, setOpen] = useState<'invite' | 'accept' | null>(null)
  const manages = mayDo(me, 'partner.manage')
  const actions = manages ? (
    <Space>
      <Button type="primary" onClick={() => setOpen('invite')}>
        {words.invite}
      </Button>
      <Button onClick={() => setOpen('accept')}>{words.accept}</Button>
    </Space>
  ) : null
  return (
    <PageFrame title={words.title} aside={actions}>
      <Shown read={partners}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty description={words.none}>
              <p>{words.noneHint}</p>
            </Empty>
          ) : (
            <ul className="rows">
              {items.map(partner => (
                <Row key={partner.code} partner={partner} />
              ))}
            </ul>
          )
        }
      </Shown>
      {mayDo(me, 'partner.oversee') ? <OpenInvites /> : null}
      <InviteCity open={open === 'invite'} close={() => setOpen(null)} />
      <AcceptInvite open={open === 'accept'} close={() => setOpen(null)} />
    </PageFrame>
  )
}
