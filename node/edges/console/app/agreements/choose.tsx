/** Items out of the published lists of the parties: searched, by whole departments, those most asked for first. */
import { Alert, Button, Checkbox, Input, Modal, Select, Space, Table } from 'antd'
import { useEffect, useState } from 'react'
import { MODE_NAMES, type Mode } from '../../../../../protocol/case/kinds.ts'
import { useAct, useNode } from '../query.ts'
import { mayDo, useMe, useSettings } from '../session.ts'
import { Shown } from '../ui/page.tsx'
import { ProblemNotice } from '../ui/problem.tsx'
import { useJoined, usePair, useWords } from '../words.ts'
import { keyOf, partiesOf, type Text, today, withItems } from './text.ts'
import { EDITOR } from './words-editor.ts'

/** The most that the API gives at once: whoever does not find it there searches or names its department. */
const MOST = 200
/** After the last key, milliseconds. */
const PAUSE = 250
const FREQUENT = 50
const MODES = [0, 1, 2, 3] as const

function useLate(value: string): string {
  const [late, setLate] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setLate(value), PAUSE)
    return () => clearTimeout(timer)
  }, [value])
  return late
}

/** How many cases each item had this year and the last, of those that may see it. */
function useHeat(role: 'collecting' | 'handling'): ReadonlyMap<string, number> {
  const me = useMe()
  const year = Number(today().slice(0, 4))
  const heat = useNode(
    'readItemHeat',
    { query: { from: String(year - 1), to: String(year), role, limit: FREQUENT } },
    { when: mayDo(me, 'statistics.read') },
  )
  return new Map((heat.data?.items ?? []).map(({ item, cases }) => [item, cases]))
}

/** Modes that the text has already, else those that most agreements begin with. */
const usualModes = ({ items = [] }: Text): Mode[] =>
  items.length === 0 ? [0, 1] : MODES.filter(mode => items.some(({ modes }) => modes.includes(mode)))

export function ChooseItems({
  text,
  change,
  close,
}: {
  text: Text
  change: (part: Partial<Text>) => void
  close: () => void
}) {
  const words = useWords(EDITOR)
  const list = useJoined()
  const pair = usePair()
  const { city: own } = useSettings()
  const parties = partiesOf(text)
  const [handling, setHandling] = useState(own.code)
  const [department, setDepartment] = useState<string | null>(null)
  const [typed, type] = useState('')
  const [modes, setModes] = useState<Mode[]>(() => usualModes(text))
  const [chosen, choose] = useState<readonly React.Key[]>([])
  const [added, setAdded] = useState<{ added: number; leftOut: number } | null>(null)
  const q = useLate(typed.trim())
  const heat = useHeat(handling === own.code ? 'handling' : 'collecting')
  const found = useNode(
    'searchItems',
    {
      query: {
        city: handling,
        limit: MOST,
        ...(q.length > 1 ? { q } : {}),
        ...(department === null ? {} : { department }),
      },
    },
    { keep: true },
  )
  const fill = useAct('draftAgreement')
  const has = new Set((text.items ?? []).map(keyOf))
  const partners = parties.map(({ code }) => code).filter(code => code !== own.code)

  // Contacts, shared fields and saved mappings come with an item as when a template is filled.
  const add = (of: { codes?: string[]; department?: string }) =>
    fill.mutate(
      { body: { template: 'collection', partners, modes, items: [{ handling, ...of }] } },
      {
        onSuccess: ({ document, leftOutCount }) => {
          const items = withItems(text.items ?? [], document.items)
          setAdded({ added: items.length - (text.items ?? []).length, leftOut: leftOutCount })
          change({ items })
          choose([])
        },
      },
    )
  const rows = (found.data?.items ?? []).toSorted((a, b) => (heat.get(b.code) ?? 0) - (heat.get(a.code) ?? 0))
  const total = found.data?.total ?? 0
  return (
    <Modal open title={words.choose} footer={null} onCancel={close} width={980}>
      <Space wrap style={{ marginBottom: 8 }}>
        <Select
          aria-label={words.city}
          value={handling}
          style={{ minWidth: 140 }}
          options={parties.map(({ code, name }) => ({ value: code, label: name }))}
          onChange={code => {
            setHandling(code)
            setDepartment(null)
            choose([])
          }}
        />
        <Select
          aria-label={words.department}
          value={department ?? ''}
          style={{ minWidth: 220 }}
          showSearch
          options={[{ value: '', label: words.everyDepartment }].concat(
            (found.data?.facets.department ?? []).map(({ value, count }) => ({ value, label: `${value} (${count})` })),
          )}
          onChange={value => setDepartment(value === '' ? null : value)}
        />
        <Input
          autoFocus
          allowClear
          aria-label={words.search}
          placeholder={words.search}
          value={typed}
          onChange={event => type(event.target.value)}
          style={{ width: 260 }}
        />
      </Space>
      <div style={{ marginBottom: 8 }}>
        <Checkbox.Group
          aria-label={words.modes}
          value={modes}
          onChange={value => setModes(value as Mode[])}
          options={MODES.map(mode => ({ value: mode, label: pair(MODE_NAMES[mode]) }))}
        />
      </div>
      {fill.error === null ? null : <ProblemNotice error={fill.error} />}
      {added === null ? null : (
        <Alert
          role="status"
          showIcon
          type={added.leftOut > 0 ? 'warning' : 'success'}
          title={`${words.addedCount(added.added)}${added.leftOut > 0 ? ` · ${words.leftOut(added.leftOut)}` : ''}`}
        />
      )}
      <Shown read={found}>
        {() => (
          <div className="wide-table chooser">
            <Table
              size="small"
              rowKey="code"
              pagination={false}
              dataSource={rows}
              locale={{ emptyText: words.noList }}
              rowSelection={{
                selectedRowKeys: [...chosen],
                onChange: choose,
                getCheckboxProps: ({ code, name }) =>
                  ({ disabled: has.has(`${handling}/${code}`), 'aria-label': name }) as object,
              }}
              columns={[
                {
                  title: words.task,
                  render: (_, { name, code }) => (
                    <>
                      {name} {has.has(`${handling}/${code}`) ? <strong>✓ {words.there}</strong> : null}
                      {heat.has(code) ? <span className="muted"> ★ {words.frequent}</span> : null}
                      <div className="muted">{code}</div>
                    </>
                  ),
                },
                { title: words.department, dataIndex: 'department' },
                {
                  title: words.modes,
                  render: (_, item) => list(item.modes.map(mode => pair(MODE_NAMES[mode as Mode]))),
                },
              ]}
            />
          </div>
        )}
      </Shown>
      <Space wrap style={{ marginTop: 12 }}>
        <Button
          type="primary"
          disabled={chosen.length === 0 || modes.length === 0}
          loading={fill.isPending}
          onClick={() => add({ codes: chosen.map(String) })}
        >
          {words.addChosen(chosen.length)}
        </Button>
        <Button
          disabled={total === 0 || modes.length === 0 || q.length > 1}
          onClick={() => add(department === null ? {} : { department })}
        >
          {department === null ? words.wholeList(total) : words.wholeDepartment(total)}
        </Button>
        <Button onClick={close}>{words.done}</Button>
        <span className="muted">
          {words.found(total)}
          {total > rows.length ? ` · ${words.narrower(rows.length)}` : ''}
        </span>
      </Space>
    </Modal>
  )
}
