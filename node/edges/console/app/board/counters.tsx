/** What stands above all: cases taken in today, this month, this year; windows and items. */
import { Table } from 'antd'
import { useNode } from '../query.ts'
import { Shown } from '../ui/page.tsx'
import { useWords } from '../words.ts'
import { BOARD } from './words.ts'

const ROWS = ['all', 'collecting', 'handling'] as const

export function Counters() {
  const words = useWords(BOARD)
  const board = useNode('readBoard')
  return (
    <section className="card" aria-labelledby="counters">
      <h2 id="counters">{words.counters}</h2>
      <Shown read={board}>
        {({ cases, places, items }) => (
          <>
            <Table
              size="small"
              rowKey="row"
              pagination={false}
              scroll={{ x: true }}
              dataSource={ROWS.map(row => ({ row, ...cases[row] }))}
              columns={[
                { title: words.counted, render: (_, { row }) => words[row] },
                { title: words.today, dataIndex: 'today', align: 'right' },
                { title: words.month, dataIndex: 'month', align: 'right' },
                { title: words.year, dataIndex: 'year', align: 'right' },
              ]}
            />
            <p>
              {words.places}: {words.placesOf(String(places.own), String(places.partners))}
            </p>
            <p>
              {words.items}: {words.itemsOf(String(items.collecting), String(items.handling))}
            </p>
          </>
        )}
      </Shown>
    </section>
  )
}
