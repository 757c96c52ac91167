/** The items of a text of an agreement, and the names of its cities. */
import { Input, Table } from 'antd'
import { useMemo, useState } from 'react'
import { MODE_NAMES } from '../../../../../protocol/case/kinds.ts'
import { useCities } from '../cities.ts'
import { Scroll } from '../ui/scroll.tsx'
import { useJoined, usePair, useWords } from '../words.ts'
import { type Item, itemsNamed } from './text.ts'
import { AGREEMENTS } from './words.ts'

type Party = { code: string; name: string }
const ROWS = 50

/** Cities by their names: of an agreement between many, also those that are no partners of this one, as the text names them. */
export function useParties(parties: readonly Party[]): (code: string) => string {
  const nameOf = useCities()
  const named = new Map(parties.map(({ code, name }) => [code, name]))
  return code => named.get(code) ?? nameOf(code)
}

/** An item by its name, its code below it. */
export const TaskName = ({ taskName, taskCode }: Pick<Item, 'taskName' | 'taskCode'>) => (
  <>
    {taskName}
    <div className="muted">{taskCode}</div>
  </>
)

export function ItemRows({ parties, items }: { parties: readonly Party[]; items: readonly Item[] }) {
  const words = useWords(AGREEMENTS)
  const list = useJoined()
  const pair = usePair()
  const nameOf = useParties(parties)
  const [asked, ask] = useState('')
  const shown = useMemo(() => itemsNamed(items, asked), [items, asked])
  return (
    <section className="card" aria-labelledby="items">
      <h2 id="items">{words.itemsTitle}</h2>
      <Input
        allowClear
        aria-label={words.find}
        placeholder={words.find}
        value={asked}
        onChange={event => ask(event.target.value)}
        style={{ maxWidth: 320, marginBottom: 8 }}
      />
      <Scroll label={words.itemsTitle}>
        <Table
          size="small"
          rowKey={item => `${item.handling} ${item.taskCode}`}
          pagination={{ pageSize: ROWS, hideOnSinglePage: true, showSizeChanger: false }}
          dataSource={[...shown]}
          columns={[
            {
              title: words.task,
              render: (_, item) => <TaskName {...item} />,
            },
            { title: words.handling, render: (_, { handling }) => nameOf(handling) },
            { title: words.collecting, render: (_, { collecting }) => list(collecting.map(nameOf)) },
            { title: words.modes, render: (_, { modes }) => list(modes.map(mode => pair(MODE_NAMES[mode]))) },
            {
              title: words.contacts,
              render: (_, { contacts = [] }) => list(contacts.map(({ name, phone }) => `${name} ${phone ?? ''}`)),
            },
          ]}
        />
      </Scroll>
    </section>
  )
}
