/** Settings in force: the value of each with its unit, its default, where it comes from and what it means. */
import { Checkbox, Input, Space, Table } from 'antd'
import { useState } from 'react'
import type { Setting } from '../../../../client/api.generated.ts'
import { useNode } from '../../query.ts'
import { Shown } from '../../ui/page.tsx'
import { usePair, useWords } from '../../words.ts'
import { OperationFrame } from '../frame.tsx'
import { settingsWith, unitOf, valueText } from './units.ts'
import { SETTINGS } from './words.ts'

function Value({ of, value }: { of: Setting; value: unknown }) {
  const words = useWords(SETTINGS)
  const pair = usePair()
  const unit = unitOf(of.key)
  const text = typeof value === 'boolean' ? (value ? words.yes : words.no) : valueText(value)
  if (text === '') return <span className="muted">{words.unset}</span>
  return (
    <span style={{ overflowWrap: 'anywhere' }}>
      {text}
      {unit === null || typeof value !== 'number' ? '' : ` ${pair(unit)}`}
    </span>
  )
}

export function Page() {
  const words = useWords(SETTINGS)
  const pair = usePair()
  const settings = useNode('listSettings')
  const [text, find] = useState('')
  const [changed, only] = useState(false)
  const fromOf = ({ from, env }: Setting) =>
    from === 'file' ? words.fromFile : from === 'environment' ? words.fromEnvironment(env ?? '') : words.fromDefault
  return (
    <OperationFrame part="settings">
      <p className="muted" style={{ margin: 0 }}>
        {words.hint}
      </p>
      <Space wrap>
        <Input
          allowClear
          aria-label={words.find}
          placeholder={words.find}
          style={{ width: 260 }}
          onChange={event => find(event.target.value)}
        />
        <Checkbox checked={changed} onChange={event => only(event.target.checked)}>
          {words.changedOnly}
        </Checkbox>
      </Space>
      <Shown read={settings}>
        {({ file, items }) => (
          <section className="card">
            {file === null ? null : <p className="muted">{words.file(file)}</p>}
            <Table
              size="small"
              rowKey="key"
              pagination={false}
              scroll={{ x: true }}
              locale={{ emptyText: words.none }}
              dataSource={settingsWith(items, text).filter(({ from }) => !changed || from !== 'default')}
              columns={[
                {
                  title: words.name,
                  render: (_, { key, zh, en }) => (
                    <>
                      <code>{key}</code>
                      <div className="muted" style={{ maxWidth: 460 }}>
                        {pair({ zh, en })}
                      </div>
                    </>
                  ),
                },
                { title: words.value, render: (_, setting) => <Value of={setting} value={setting.value} /> },
                {
                  title: words.default,
                  render: (_, setting) =>
                    setting.required ? (
                      <span className="muted">{setting.value === null ? words.neededThen : words.needed}</span>
                    ) : (
                      <Value of={setting} value={setting.default} />
                    ),
                },
                { title: words.from, render: (_, setting) => fromOf(setting) },
              ]}
            />
          </section>
        )}
      </Shown>
    </OperationFrame>
  )
}
