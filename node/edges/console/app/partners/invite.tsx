/** An invite for one city: as link, and as a picture that an authenticator or a telephone reads. */
import { useNavigate } from '@tanstack/react-router'
import { Button, Form, Modal, Select, Space } from 'antd'
import { useCallback, useEffect, useMemo, useState } from 'react'
import { divisionOf, divisionsNamed } from '../../../../../protocol/codes/divisions.ts'
import type { CreateInviteAnswer } from '../../../client/api.generated.ts'
import { useCities } from '../cities.ts'
import { useAct, useNode } from '../query.ts'
import { node } from '../session.ts'
import { instantText } from '../time.ts'
import { ProblemNotice } from '../ui/problem.tsx'
import { useLanguage, useWords } from '../words.ts'
import { PARTNERS } from './words.ts'

/** Name of a city where the table of divisions has it. */
const cityText = (code: string): string => `${divisionOf(code)?.name ?? ''} ${code}`.trim()

/** How many cities a beginning offers. */
const OFFERED = 20
const citiesFor = (begun: string): { value: string; label: string }[] =>
  begun === ''
    ? []
    : (/^\d+$/.test(begun)
        ? divisionOf(begun.padEnd(6, '0')) === null
          ? []
          : [{ code: begun.padEnd(6, '0'), name: divisionOf(begun.padEnd(6, '0'))?.name ?? '' }]
        : divisionsNamed(begun)
      )
        .slice(0, OFFERED)
        .map(({ code, name }) => ({ value: code, label: `${name} ${code}` }))

function Picture({ id }: { id: string }) {
  const words = useWords(PARTNERS)
  const [source, setSource] = useState<string | null>(null)
  useEffect(() => {
    let url: string | null = null
    let gone = false
    void (async () => {
      const svg = await new Response(await node.getInvitePicture({ params: { id } })).blob()
      if (gone) return
      url = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }))
      setSource(url)
    })().catch(() => setSource(null))
    return () => {
      gone = true
      if (url !== null) URL.revokeObjectURL(url)
    }
  }, [id])
  return source === null ? null : <img src={source} alt={words.picture} width={240} height={240} />
}

/** `used`: the other city came; what follows is on its page. */
function Made({ invite, city, used }: { invite: CreateInviteAnswer; city: string; used: (code: string) => void }) {
  const words = useWords(PARTNERS)
  const language = useLanguage()
  const [copied, setCopied] = useState(false)
  const invites = useNode('listInvites')
  const by = invites.data?.items.find(({ id }) => id === invite.id)?.usedBy ?? null
  useEffect(() => {
    if (by !== null) used(by)
  }, [by, used])
  return (
    <Space direction="vertical" style={{ width: '100%' }}>
      <strong>{words.inviteReady(cityText(city))}</strong>
      <span>{words.inviteHint}</span>
      <Picture id={invite.id} />
      <code style={{ overflowWrap: 'anywhere' }}>{invite.link}</code>
      <Space>
        <Button
          type="primary"
          autoFocus
          onClick={() => void navigator.clipboard.writeText(invite.link).then(() => setCopied(true))}
        >
          {words.copy}
        </Button>
        <span role="status">{copied ? words.copied : ''}</span>
      </Space>
      <span className="muted">{words.until(instantText(invite.expiresAt, language))}</span>
    </Space>
  )
}

export function InviteCity({ open, close }: { open: boolean; close: () => void }) {
  const words = useWords(PARTNERS)
  const make = useAct('createInvite', ['listInvites'])
  const [begun, setBegun] = useState('')
  const [city, setCity] = useState<string | null>(null)
  const options = useMemo(() => citiesFor(begun), [begun])
  const navigate = useNavigate()
  const { reset } = make
  const done = useCallback(() => {
    reset()
    setCity(null)
    close()
  }, [reset, close])
  const used = useCallback(
    (code: string) => {
      done()
      void navigate({ to: `/partners/${code}` })
    },
    [done, navigate],
  )
  return (
    <Modal open={open} title={words.invite} footer={null} onCancel={done} destroyOnHidden>
      {make.data !== undefined && city !== null ? (
        <Made invite={make.data} city={city} used={used} />
      ) : (
        <Form name="invite" layout="vertical">
          <Form.Item label={words.city} htmlFor="invite-city">
            <Select
              id="invite-city"
              autoFocus
              showSearch={{ filterOption: false, onSearch: setBegun }}
              placeholder={words.choose}
              value={city}
              options={options}
              loading={make.isPending}
              onChange={chosen => {
                setCity(chosen)
                // It can be taken back, and nothing else is left to say.
                make.mutate({ body: { for: chosen } })
              }}
            />
          </Form.Item>
          {make.error === null ? null : <ProblemNotice error={make.error} />}
        </Form>
      )}
    </Modal>
  )
}

/** Invites of the last month: those that wait can be shown again or taken back, of the others what became of them. */
export function Invites({ manages }: { manages: boolean }) {
  const words = useWords(PARTNERS)
  const language = useLanguage()
  const nameOf = useCities()
  const invites = useNode('listInvites')
  const cancel = useAct('cancelInvite', ['listInvites'])
  const [shown, show] = useState<string | null>(null)
  const items = invites.data?.items ?? []
  if (items.length === 0) return null
  const states = {
    open: words.inviteOpen,
    used: words.inviteUsed,
    expired: words.inviteExpired,
    cancelled: words.inviteCancelled,
  }
  return (
    <section className="card" aria-labelledby="invites">
      <h2 id="invites">{words.invites}</h2>
      {cancel.error === null ? null : <ProblemNotice error={cancel.error} />}
      <ul>
        {items.map(({ id, for: city, state, expiresAt, usedBy, wrong }) => (
          <li key={id}>
            <Space wrap>
              <span>{city === null ? words.anyCity : cityText(city)}</span>
              <span>
                {states[state]}
                {usedBy === null || usedBy === city ? '' : ` ${nameOf(usedBy)}`}
                {wrong === 0 ? '' : ` · ${words.wrongProofs(wrong)}`}
              </span>
              {state === 'open' ? (
                <>
                  <span className="muted">{words.until(instantText(expiresAt, language))}</span>
                  {manages ? (
                    <>
                      <Button onClick={() => show(id)} aria-label={`${words.showPicture} ${city ?? ''}`}>
                        {words.showPicture}
                      </Button>
                      <Button onClick={() => cancel.mutate({ params: { id } })}>{words.cancelInvite}</Button>
                    </>
                  ) : null}
                </>
              ) : null}
            </Space>
          </li>
        ))}
      </ul>
      <Modal open={shown !== null} title={words.picture} footer={null} onCancel={() => show(null)} destroyOnHidden>
        {shown === null ? null : <Picture id={shown} />}
      </Modal>
    </section>
  )
}
