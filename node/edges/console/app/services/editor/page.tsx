/** The editor of an item of the own list: its draft is saved by itself, checked as it is written, and published from here. */
import { useQuery } from '@tanstack/react-query'
import { useParams, useRouter } from '@tanstack/react-router'
import { Alert, Button, Modal, Popconfirm, Space } from 'antd'
import { useMemo, useState } from 'react'
import { joined } from '../../catalogue.ts'
import { useAct } from '../../query.ts'
import { mayDo, useMe, useSettings } from '../../session.ts'
import { Shown } from '../../ui/page.tsx'
import { ProblemNotice } from '../../ui/problem.tsx'
import { useLanguage, useWords } from '../../words.ts'
import { itemAddress } from '../address.ts'
import { fieldName } from '../fields.ts'
import { pointerOf } from '../findings.ts'
import { Guide } from '../guide.tsx'
import { Publish } from '../publish.tsx'
import { OF_DRAFTS, ServicesFrame } from '../tabs.tsx'
import { faultsOf, type Held, readHeld, useItemDraft } from './draft.ts'
import './editor.css'
import { ItemForm } from './form.tsx'
import { differing, sentOf } from './item.ts'
import { type Said, Side } from './side.tsx'
import { EDITOR } from './words.ts'

/** What is wrong, by what the node said last: fields that keep it from being a draft, then findings of the draft. */
export function useSaid(
  error: unknown,
  held: Pick<Held, 'draft'>,
): { said: Said[]; notes: { path: string; text: string }[] } {
  const language = useLanguage()
  return useMemo(() => {
    const faults = faultsOf(error)
    const said: Said[] = [
      ...faults.map(({ path, text }) => ({ path, level: 'error' as const, ...text, rule: null })),
      ...(held.draft?.findings ?? []),
    ]
    const notes = said
      .filter(({ level }) => level === 'error')
      .map(finding => ({ path: pointerOf(finding.path), text: finding[language] }))
    return { said, notes }
  }, [error, held.draft, language])
}

function Editor({ code, opened }: { code: string; opened: Held }) {
  const words = useWords(EDITOR)
  const router = useRouter()
  const { city } = useSettings()
  const { item, change, held, state, error, settle } = useItemDraft(code, opened)
  const { said, notes } = useSaid(error, held)
  const [openMaterial, showMaterial] = useState<number | null>(null)
  const [previewed, preview] = useState(false)
  const [publishing, publish] = useState(false)
  const [settled, setSettled] = useState(0)
  const discard = useAct('discardDraft', OF_DRAFTS)
  const faults = faultsOf(error)
  const states = {
    saved: words.saved,
    same: words.same,
    saving: words.saving,
    incomplete: words.incomplete(faults.length),
    failed: words.failed,
    stale: words.stale,
  }
  const settleAs = (whose: 'theirs' | 'mine') => void settle(whose).then(() => setSettled(settled + 1))
  const errors = said.filter(({ level }) => level === 'error').length
  return (
    <>
      <div className="editor-bar card">
        <span
          role="status"
          className={state === 'saved' || state === 'same' ? 'better' : state === 'saving' ? '' : 'worse'}
        >
          {state === 'saved' || state === 'same' ? '✓ ' : state === 'saving' ? '… ' : '✗ '}
          {states[state]}
        </span>
        <Space wrap>
          <Button onClick={() => preview(true)}>{words.preview}</Button>
          {held.draft === null ? null : (
            <Popconfirm
              title={words.discardSure}
              onConfirm={() =>
                discard.mutate(
                  { params: { code }, ifMatch: held.version },
                  { onSuccess: () => router.history.push('/services/drafts') },
                )
              }
            >
              <Button danger>{words.discard}</Button>
            </Popconfirm>
          )}
          <Button type="primary" disabled={state !== 'saved'} onClick={() => publish(true)}>
            {words.publish}
          </Button>
        </Space>
      </div>
      {held.draft?.change === 'remove' ? <Alert type="warning" showIcon title={words.gone} /> : null}
      {discard.error === null ? null : <ProblemNotice error={discard.error} />}
      {state === 'stale' ? (
        <section className="card" aria-label={words.stale}>
          <ProblemNotice error={error} />
          <Stale code={code} mine={item} settle={settleAs} />
        </section>
      ) : error !== null && faults.length === 0 ? (
        <ProblemNotice error={error} />
      ) : null}
      <div className="editor">
        <ItemForm
          key={settled}
          item={item}
          notes={notes}
          fixedCode
          openMaterial={openMaterial}
          showMaterial={showMaterial}
          change={change}
        />
        <Side said={said} item={item} openMaterial={showMaterial} />
      </div>
      <Modal open={previewed} width={1000} footer={null} title={words.preview} onCancel={() => preview(false)}>
        {previewed ? <Guide city={city.code} item={sentOf(item)} /> : null}
      </Modal>
      {publishing ? (
        <Publish
          codes={[code]}
          wrong={errors > 0 ? 1 : 0}
          close={published => {
            publish(false)
            if (published) router.history.push(itemAddress(city.code, code))
          }}
        />
      ) : null}
    </>
  )
}

/** What somebody else left there, and which of the two stays. */
function Stale({
  code,
  mine,
  settle,
}: {
  code: string
  mine: ReturnType<typeof useItemDraft>['item']
  settle: (whose: 'theirs' | 'mine') => void
}) {
  const words = useWords(EDITOR)
  const language = useLanguage()
  const { city } = useSettings()
  const now = useQuery({ queryKey: ['held', code, 'now'], queryFn: () => readHeld(city.code, code), gcTime: 0 })
  const fields = now.data === undefined ? [] : differing(mine, now.data.item ?? {})
  return (
    <>
      {now.error === null ? null : <ProblemNotice error={now.error} retry={now.refetch} />}
      {fields.length === 0 ? null : (
        <p>
          {words.unlike}:{' '}
          {joined(
            fields.map(field => fieldName(field, language)),
            language,
          )}
        </p>
      )}
      <Space wrap>
        <Button onClick={() => settle('theirs')}>{words.theirs}</Button>
        <Button type="primary" onClick={() => settle('mine')}>
          {words.mine}
        </Button>
      </Space>
    </>
  )
}

export function Page() {
  const words = useWords(EDITOR)
  const me = useMe()
  const { city } = useSettings()
  const { code = '' } = useParams({ strict: false }) as { code?: string }
  const writes = mayDo(me, 'catalogue.manage')
  // Read once: what is edited does not change under the hand of who edits it.
  const opened = useQuery({
    queryKey: ['held', code],
    queryFn: () => readHeld(city.code, code),
    enabled: writes,
    gcTime: 0,
  })
  return (
    <ServicesFrame title={words.edit(opened.data?.item?.taskName ?? code)}>
      {writes ? (
        <Shown read={opened}>{held => <Editor key={code} code={code} opened={held} />}</Shown>
      ) : (
        <Alert type="warning" showIcon title={words.noRight} />
      )}
    </ServicesFrame>
  )
}
