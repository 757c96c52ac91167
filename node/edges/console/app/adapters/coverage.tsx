/** What the mapping to the approval system knows of the items that agreements let this city handle. */
import { Alert, Table } from 'antd'
import { MODE_NAMES } from '../../../../../protocol/case/kinds.ts'
import { useNode } from '../query.ts'
import { Shown } from '../ui/page.tsx'
import { usePair, useWords } from '../words.ts'
import { AdaptersFrame } from './frame.tsx'
import { type Lack, lackOf } from './lacks.ts'
import { ADAPTERS } from './words.ts'

export function Page() {
  const words = useWords(ADAPTERS)
  const pair = usePair()
  const coverage = useNode('getAdapterCoverage')
  function textOf(lack: Lack): string {
    if (lack.is === 'item') return words.lacksItem(lack.dictionary, lack.code)
    if (lack.is === 'mode') return words.lacksMode(lack.dictionary, lack.mode)
    return lack.is === 'form' ? words.lacksForm(lack.dictionary, lack.field, lack.code) : lack.text
  }
  return (
    <AdaptersFrame part="coverage">
      <p className="muted">{words.coverageHint}</p>
      <Shown read={coverage}>
        {({ tells, items, capped }) => {
          const lacking = items.filter(({ lacks }) => lacks.length > 0)
          const sorted = [...lacking, ...items.filter(({ lacks }) => lacks.length === 0)]
          return (
            <>
              {tells ? (
                items.length === 0 ? null : (
                  <Alert
                    showIcon
                    type={lacking.length === 0 ? 'success' : 'warning'}
                    title={lacking.length === 0 ? words.fine(items.length) : words.lacking(lacking.length)}
                    description={capped ? words.capped : undefined}
                  />
                )
              ) : (
                <Alert showIcon type="info" title={words.takesAll} />
              )}
              <section className="card">
                <Table
                  size="small"
                  rowKey="taskCode"
                  pagination={{ pageSize: 50, hideOnSinglePage: true, showSizeChanger: false }}
                  scroll={{ x: true }}
                  locale={{ emptyText: words.noItems }}
                  dataSource={sorted}
                  columns={[
                    {
                      title: words.item,
                      render: (_, { taskCode, taskName }) => (
                        <>
                          {taskName} <code className="muted">{taskCode}</code>
                        </>
                      ),
                    },
                    {
                      title: words.modes,
                      render: (_, { modes }) => modes.map(mode => pair(MODE_NAMES[mode])).join(' · '),
                    },
                    { title: words.formCodes, dataIndex: 'formCodes' },
                    {
                      title: words.known,
                      render: (_, { lacks }) =>
                        lacks.length === 0 ? (
                          `✓ ${words.allKnown}`
                        ) : (
                          <>
                            ✗ {words.lacks}
                            <ul style={{ margin: 0, paddingInlineStart: 20 }}>
                              {lacks.map(text => (
                                <li key={text}>{textOf(lackOf(text))}</li>
                              ))}
                            </ul>
                          </>
                        ),
                    },
                  ]}
                />
              </section>
            </>
          )
        }}
      </Shown>
    </AdaptersFrame>
  )
}
