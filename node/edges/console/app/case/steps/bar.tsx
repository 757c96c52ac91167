/** The steps that are allowed now, as buttons with their keys; why the others are not; and the form of the chosen one beside the case. */
import { PrinterOutlined } from '@ant-design/icons'
import { Alert, Button, Drawer, Dropdown, Popover, Skeleton, Space } from 'antd'
import { lazy, Suspense, useState } from 'react'
import { useNode } from '../../query.ts'
import { useMe } from '../../session.ts'
import { type Keys, useKeys } from '../../shell/keys.ts'
import { Cure } from '../../ui/cure.tsx'
import { Shown } from '../../ui/page.tsx'
import { usePair, useWords } from '../../words.ts'
import { paperAddress } from '../address.ts'
import type { Cities } from '../cities.ts'
import type { Detail } from '../duties.ts'
import { Shortcuts } from '../shortcuts.tsx'
import { mayInCase } from '../subject.ts'
import { notNow, offered, PAPER_AFTER, STEP_KEYS, type StepKind } from './kinds.ts'
import { STEP_VERBS, STEPS } from './words.ts'

const StepFormView = lazy(async () => ({ default: (await import('./form.tsx')).StepFormView }))

type Case = { detail: Detail; cities: Cities }

/** Why a step cannot be taken: by this city, or by who asks. */
function Why({ thread, kind }: { thread: string; kind: StepKind }) {
  const pair = usePair()
  const read = useNode('getCaseStep', { params: { thread, kind } })
  const problem = read.data?.problem
  return (
    <div>
      <strong>{pair(STEP_VERBS[kind])}</strong>{' '}
      {problem == null ? null : (
        <>
          {pair(problem)} · <Cure zh={problem.cureZh} en={problem.cure} />
        </>
      )}
    </div>
  )
}

function WhyNot({ detail, kinds }: { detail: Detail; kinds: readonly StepKind[] }) {
  const words = useWords(STEPS)
  const [open, setOpen] = useState(false)
  const content = (
    <div className="limits">
      {kinds.length === 0
        ? words.allPossible
        : open
          ? kinds.map(kind => <Why key={kind} thread={detail.thread} kind={kind} />)
          : null}
    </div>
  )
  return (
    <Popover trigger="click" placement="bottomLeft" content={content} open={open} onOpenChange={setOpen}>
      <Button type="text">{words.whyNot}</Button>
    </Popover>
  )
}

function StepDrawer({
  detail,
  cities,
  kind,
  close,
  done,
}: Case & { kind: StepKind; close: () => void; done: () => void }) {
  const words = useWords(STEPS)
  const pair = usePair()
  const read = useNode('getCaseStep', { params: { thread: detail.thread, kind } })
  // Of a step that was sent and not answered, the form stays: it may have been taken already.
  const [waits, setWaits] = useState(false)
  return (
    <Drawer
      open
      size={640}
      title={pair(STEP_VERBS[kind])}
      onClose={close}
      extra={<Button onClick={close}>{words.cancel}</Button>}
    >
      <Shown read={read}>
        {form => (
          <>
            {form.problem === null || waits ? null : (
              <Alert
                type="warning"
                showIcon
                title={pair(form.problem)}
                description={<Cure zh={form.problem.cureZh} en={form.problem.cure} />}
              />
            )}
            {form.possible || waits ? (
              <Suspense fallback={<Skeleton active={false} />}>
                <StepFormView detail={detail} cities={cities} kind={kind} form={form} done={done} waiting={setWaits} />
              </Suspense>
            ) : null}
          </>
        )}
      </Shown>
    </Drawer>
  )
}

/** What was done last, with its paper. */
function Done({ detail, kind, close }: { detail: Detail; kind: StepKind; close: () => void }) {
  const words = useWords(STEPS)
  const pair = usePair()
  const paper = PAPER_AFTER[kind]
  const read = useNode('listPapers', { params: { thread: detail.thread } }, { when: paper !== undefined })
  const ready = read.data?.items.find(({ name, lacking }) => name === paper && lacking === null)
  return (
    <Alert
      type="success"
      showIcon
      role="status"
      closable={{ onClose: close }}
      title={words.done(pair(STEP_VERBS[kind]))}
      action={
        ready === undefined ? null : (
          <Button
            size="small"
            icon={<PrinterOutlined />}
            href={paperAddress(detail.thread, ready.name)}
            target="_blank"
            rel="noopener"
          >
            <span>
              {words.print}
              <span lang="zh">{ready.title}</span>
            </span>
          </Button>
        )
      }
    />
  )
}

export function Steps({ detail, cities, first = null }: Case & { first?: StepKind | null }) {
  const words = useWords(STEPS)
  const pair = usePair()
  const me = useMe()
  const [chosen, choose] = useState<StepKind | null>(first)
  const [done, setDone] = useState<StepKind | null>(null)
  const may = (action: Parameters<typeof mayInCase>[1]) => mayInCase(me, action, detail)
  const { buttons, menu } = offered(detail.steps, may)
  const decides = buttons.includes('case.decide')
  // Who accepted the case does not decide it: the node alone knows who did.
  const decide = useNode('getCaseStep', { params: { thread: detail.thread, kind: 'case.decide' } }, { when: decides })
  const apart = decides && decide.data?.possible === false ? decide.data.problem : null
  const enabled = buttons.filter(kind => kind !== 'case.decide' || apart === null)
  const keys: Keys = Object.fromEntries(
    enabled.flatMap(kind => {
      const key = STEP_KEYS[kind]
      return key === undefined ? [] : [[key, () => choose(kind)]]
    }),
  )
  useKeys(keys)
  const [main] = enabled
  return (
    <section className="steps" aria-label={words.steps}>
      {done === null ? null : <Done detail={detail} kind={done} close={() => setDone(null)} />}
      <Space wrap>
        {buttons.length === 0 && menu.length === 0 ? <span className="muted">{words.none}</span> : null}
        {buttons.map(kind => (
          <Button
            key={kind}
            type={kind === main ? 'primary' : 'default'}
            disabled={kind === 'case.decide' && apart !== null}
            onClick={() => choose(kind)}
          >
            {pair(STEP_VERBS[kind])} {STEP_KEYS[kind] === undefined ? null : <kbd>{STEP_KEYS[kind]}</kbd>}
          </Button>
        ))}
        {apart === null ? null : <span className="muted">{pair(apart)}</span>}
        {menu.length === 0 ? null : (
          <Dropdown
            trigger={['click']}
            menu={{
              items: menu.map(kind => ({ key: kind, label: pair(STEP_VERBS[kind]), onClick: () => choose(kind) })),
            }}
          >
            <Button>{words.more}</Button>
          </Dropdown>
        )}
        <Shortcuts detail={detail} />
        <WhyNot detail={detail} kinds={notNow(detail.steps, may)} />
      </Space>
      {chosen === null ? null : (
        <StepDrawer
          key={chosen}
          detail={detail}
          cities={cities}
          kind={chosen}
          close={() => choose(null)}
          done={() => {
            setDone(chosen)
            choose(null)
          }}
        />
      )}
    </section>
  )
}
