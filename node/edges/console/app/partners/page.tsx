/** Partner cities: each row says how it is, or why it does not move, who must act, and lets one try now. */

import { Button, Empty, Space } from 'antd'
import { useState } from 'react'
import { today } from '../agreements/text.ts'
import { useNode } from '../query.ts'
import { mayDo, useMe } from '../session.ts'
import { PageFrame, Shown } from '../ui/page.tsx'
import { useWords } from '../words.ts'
import { AcceptInvite } from './accept.tsx'
import { InviteCity, Invites } from './invite.tsx'
import { LOOK, Row } from './row.tsx'
import { PartnerTabs } from './tabs.tsx'
import { PARTNERS } from './words.ts'

/** Cases of today with each partner, for those who may see numbers. */
function useToday(): (code: string) => number | undefined {
  const me = useMe()
  const day = today()
  const sums = useNode(
    'readStatistics',
    { query: { by: 'partner', grain: 'day', from: day, to: day } },
    { when: mayDo(me, 'statistics.read') },
  )
  if (sums.data === undefined) return () => undefined
  const counts = new Map(sums.data.items.map(({ key, counts: of }) => [key, of.submitted ?? 0]))
  return code => counts.get(code) ?? 0
}

export function Page() {
  const words = useWords(PARTNERS)
  const me = useMe()
  const partners = useNode('listPartners', undefined, { every: LOOK })
  const todayWith = useToday()
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
      <PartnerTabs />
      <Shown read={partners}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty description={words.none}>
              <p>{words.noneHint}</p>
            </Empty>
          ) : (
            <ul className="rows" aria-label={words.list}>
              {items.map(partner => (
                <Row key={partner.code} partner={partner} today={todayWith(partner.code)} />
              ))}
            </ul>
          )
        }
      </Shown>
      {mayDo(me, 'partner.oversee') ? <Invites manages={manages} /> : null}
      <InviteCity open={open === 'invite'} close={() => setOpen(null)} />
      <AcceptInvite open={open === 'accept'} close={() => setOpen(null)} />
    </PageFrame>
  )
}
