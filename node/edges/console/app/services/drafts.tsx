/** Drafts: what each changes against what is published, what was found in it, and which of them are published. */
import { Alert, Button, Checkbox, Empty, Popconfirm, Space, Tag } from 'antd'
import { useState } from 'react'
import { useAct, useNode } from '../query.ts'
import { mayDo, useMe } from '../session.ts'
import { instantText } from '../time.ts'
import { Shown } from '../ui/page.tsx'
import { ProblemNotice } from '../ui/problem.tsx'
import { useLanguage, useWords } from '../words.ts'
import { draftAddress } from './address.ts'
import { Changes } from './changes.tsx'
import { Go } from './go.tsx'
import { Lint } from './lint.tsx'
import { type DraftRow, Publish } from './publish.tsx'
import { Export } from './tables.tsx'
import { OF_DRAFTS, ServicesFrame } from './tabs.tsx'
import { SERVICES } from './words.ts'

/** Drafts of a page. */
const PAGE = 100
/** Drafts that may be chosen for one publication, as the node takes them. */
const MOST = 100

function Line({
  row,
  chosen,
  choose,
}: {
  row: DraftRow
  chosen: boolean
  /** null: nobody may publish here */
  choose: ((chosen: boolean) => void) | null
}) {
  const words = useWords(SERVICES)
  const language = useLanguage()
  const me = useMe()
  const [open, setOpen] = useState(false)
  const draft = useNode('getDraft', { params: { code: row.code } }, { when: open })
  const discard = useAct('discardDraft', OF_DRAFTS)
  const changes = { add: words.add, change: words.changed, remove: words.gone }
  const by =
    row.actor === `person:${me.id}` ? words.me : row.actor.startsWith('person:') ? words.colleague : words.program
  return (
    <li>
      <div className="draft-line">
        {choose === null ? null : (
          <Checkbox
            aria-label={words.choose(row.name)}
            checked={chosen}
            onChange={({ target }) => choose(target.checked)}
          />
        )}
        <div className="name">
          <strong>{row.name}</strong> <Tag>{changes[row.change]}</Tag>
          <div className="muted item-code">{row.code}</div>
        </div>
        <span className={row.errors > 0 ? 'worse' : row.warnings > 0 ? 'advice' : 'better'}>
          {row.errors > 0 ? words.errors(row.errors) : row.warnings > 0 ? words.warnings(row.warnings) : words.sound}
        </span>
        <span className="muted">
          {words.by} {by} {instantText(row.updatedAt, language)}
        </span>
        <Space wrap>
          <Button aria-expanded={open} onClick={() => setOpen(!open)}>
            {open ? words.hide : words.show}
          </Button>
          {choose === null ? null : (
            <>
              {row.change === 'remove' ? null : <Go address={draftAddress(row.code)}>{words.edit}</Go>}
              <Popconfirm title={words.discardSure} onConfirm={() => discard.mutate({ params: { code: row.code } })}>
                <Button danger>{words.discard}</Button>
              </Popconfirm>
            </>
          )}
        </Space>
      </div>
      {discard.error === null ? null : <ProblemNotice error={discard.error} />}
      {open ? <Shown read={draft}>{of => <Changes draft={of} />}</Shown> : null}
    </li>
  )
}

export function Page() {
  const words = useWords(SERVICES)
  const me = useMe()
  const writes = mayDo(me, 'catalogue.manage')
  const [onlyErrors, setOnlyErrors] = useState(false)
  const [cursors, setCursors] = useState<readonly string[]>([])
  const read = useNode(
    'listDrafts',
    { query: { limit: PAGE, errors: onlyErrors ? 'true' : 'false', cursor: cursors.at(-1) } },
    { keep: true },
  )
  const discardAll = useAct('discardDrafts', OF_DRAFTS)
  /** chosen ones by their codes, with whether they have errors */
  const [chosen, setChosen] = useState<ReadonlyMap<string, boolean>>(new Map())
  const [publishing, publish] = useState<{ codes: string[] | null; wrong: number } | null>(null)
  const choose =
    ({ code, errors }: DraftRow) =>
    (taken: boolean) => {
      const next = new Map(chosen)
      if (taken) next.set(code, errors > 0)
      else next.delete(code)
      setChosen(next)
    }
  const wrong = [...chosen.values()].filter(Boolean).length
  return (
    <ServicesFrame aside={read.data?.counts.drafts ? <Export drafts /> : null}>
      <Shown read={read}>
        {({ items, next, counts }) =>
          counts.drafts === 0 ? (
            <Empty className="card" description={words.noDrafts}>
              <p>{words.noDraftsHint}</p>
              {writes ? (
                <Space wrap>
                  <Go address="/services/import" primary>
                    {words.importNow}
                  </Go>
                  <Go address="/services/new">{words.byHand}</Go>
                </Space>
              ) : null}
            </Empty>
          ) : (
            <section className="card" aria-label={words.drafts}>
              <div className="toolbar">
                {writes ? (
                  <>
                    <Button type="primary" onClick={() => publish({ codes: null, wrong: counts.errors })}>
                      {words.publishAll}
                    </Button>
                    <Button
                      disabled={chosen.size === 0 || chosen.size > MOST}
                      onClick={() => publish({ codes: [...chosen.keys()], wrong })}
                    >
                      {words.publishChosen(chosen.size)}
                    </Button>
                    {chosen.size > MOST ? <span className="worse">{words.tooMany(MOST)}</span> : null}
                    <Popconfirm title={words.discardAllSure} onConfirm={() => discardAll.mutate({})}>
                      <Button danger>{words.discardAll}</Button>
                    </Popconfirm>
                  </>
                ) : null}
                <Checkbox
                  checked={onlyErrors}
                  onChange={({ target }) => {
                    setCursors([])
                    setOnlyErrors(target.checked)
                  }}
                >
                  {words.onlyErrors} {counts.errors}
                </Checkbox>
              </div>
              {counts.organisation ? <Alert type="info" showIcon title={words.organisation} /> : null}
              {discardAll.error === null ? null : <ProblemNotice error={discardAll.error} />}
              <ul className="rows-of">
                {items.map(row => (
                  <Line key={row.code} row={row} chosen={chosen.has(row.code)} choose={writes ? choose(row) : null} />
                ))}
              </ul>
              {next === null && cursors.length === 0 ? null : (
                <Space className="paging">
                  <Button disabled={cursors.length === 0} onClick={() => setCursors(cursors.slice(0, -1))}>
                    {words.earlier}
                  </Button>
                  <span>{words.page(cursors.length + 1)}</span>
                  <Button disabled={next === null} onClick={() => next !== null && setCursors(cursors.concat(next))}>
                    {words.later}
                  </Button>
                </Space>
              )}
            </section>
          )
        }
      </Shown>
      <Lint />
      {publishing === null ? null : (
        <Publish
          {...publishing}
          close={published => {
            publish(null)
            if (published) setChosen(new Map())
          }}
        />
      )}
    </ServicesFrame>
  )
}
