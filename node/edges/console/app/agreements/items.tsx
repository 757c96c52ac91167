/** The items of a text: what each side handles for the other, in which modes, with whom to speak; chosen from the published lists. */
import { Button, Checkbox, Form, Input, InputNumber, Modal, Select, Space, Table } from 'antd'
import { useMemo, useState } from 'react'
import { MODE_NAMES } from '../../../../../protocol/case/kinds.ts'
import { useJoined, usePair, useWords } from '../words.ts'
import { ChooseItems } from './choose.tsx'
import { TaskName } from './item-rows.tsx'
import { type Contact, type Item, itemsNamed, keyOf, partiesOf, type Text } from './text.ts'
import { EDITOR } from './words-editor.ts'

const ROWS = 20
const MODES = [0, 1, 2, 3] as const

function EditItem({
  item,
  text,
  close,
  save,
}: {
  item: Item
  text: Text
  close: () => void
  save: (item: Item) => void
}) {
  const words = useWords(EDITOR)
  const pair = usePair()
  const others = partiesOf(text).filter(({ code }) => code !== item.handling)
  const finish = ({
    modes,
    collecting,
    promiseDays,
    difference,
    contacts = [],
  }: Pick<Item, 'modes' | 'collecting' | 'contacts'> & { promiseDays?: number | null; difference?: string }) => {
    const { promiseDays: former, difference: said, contacts: named, ...rest } = item
    const whole = contacts
      .filter(({ name }) => (name ?? '') !== '')
      .map(contact => Object.fromEntries(Object.entries(contact).filter(([, value]) => value)) as Contact)
    save({
      ...rest,
      modes: [...modes].sort(),
      collecting: others.length > 1 ? collecting : item.collecting,
      ...(promiseDays === null || promiseDays === undefined ? {} : { promiseDays }),
      ...(difference ? { difference } : {}),
      ...(whole.length === 0 ? {} : { contacts: whole }),
    })
  }
  return (
    <Modal open title={`${item.taskName} ${item.taskCode}`} footer={null} onCancel={close} width={720}>
      <Form name="item" layout="vertical" initialValues={item} onFinish={finish}>
        <Form.Item name="modes" label={words.modes} rules={[{ required: true, message: words.modes }]}>
          <Checkbox.Group options={MODES.map(mode => ({ value: mode, label: pair(MODE_NAMES[mode]) }))} />
        </Form.Item>
        {others.length > 1 ? (
          <Form.Item name="collecting" label={words.collecting} rules={[{ required: true, message: words.collecting }]}>
            <Select mode="multiple" options={others.map(({ code, name }) => ({ value: code, label: name }))} />
          </Form.Item>
        ) : null}
        <Form.Item name="promiseDays" label={words.promiseDays}>
          <InputNumber min={0} max={365} precision={0} />
        </Form.Item>
        <h3>{words.contacts}</h3>
        <Form.List name="contacts">
          {(fields, { add, remove }) => (
            <>
              {fields.map(({ key, name }) => (
                <Space key={key} wrap align="start">
                  <Form.Item name={[name, 'name']}>
                    <Input placeholder={words.contactName} aria-label={words.contactName} maxLength={100} />
                  </Form.Item>
                  <Form.Item name={[name, 'phone']}>
                    <Input placeholder={words.contactPhone} aria-label={words.contactPhone} maxLength={30} />
                  </Form.Item>
                  <Form.Item name={[name, 'role']}>
                    <Input placeholder={words.contactRole} aria-label={words.contactRole} maxLength={50} />
                  </Form.Item>
                  <Button onClick={() => remove(name)}>{words.remove}</Button>
                </Space>
              ))}
              {fields.length < 8 ? <Button onClick={() => add({})}>{words.addContact}</Button> : null}
            </>
          )}
        </Form.List>
        <Form.Item name="difference" label={words.difference} style={{ marginTop: 12 }}>
          <Input.TextArea rows={2} maxLength={2000} />
        </Form.Item>
        <Button type="primary" htmlType="submit">
          {words.done}
        </Button>
      </Form>
    </Modal>
  )
}

export function Items({ text, change }: { text: Text; change: (part: Partial<Text>) => void }) {
  const words = useWords(EDITOR)
  const list = useJoined()
  const pair = usePair()
  const [asked, ask] = useState('')
  const [chosen, choose] = useState<readonly React.Key[]>([])
  const [edited, edit] = useState<Item | null>(null)
  const [adding, add] = useState(false)
  const items = useMemo(() => text.items ?? [], [text.items])
  const shown = useMemo(() => itemsNamed(items, asked), [items, asked])
  const names = new Map(partiesOf(text).map(({ code, name }) => [code, name]))
  const nameOf = (code: string) => names.get(code) ?? code
  const without = (keys: ReadonlySet<React.Key>) => change({ items: items.filter(item => !keys.has(keyOf(item))) })
  return (
    <>
      <Space wrap style={{ marginBottom: 8 }}>
        <Button type="primary" onClick={() => add(true)}>
          {words.addItems}
        </Button>
        <Input
          allowClear
          placeholder={words.find}
          aria-label={words.find}
          value={asked}
          onChange={event => ask(event.target.value)}
          style={{ width: 260 }}
        />
        {chosen.length > 0 ? (
          <Button
            danger
            onClick={() => {
              without(new Set(chosen))
              choose([])
            }}
          >
            {words.removeChosen(chosen.length)}
          </Button>
        ) : null}
        <span className="muted">{words.found(items.length)}</span>
      </Space>
      {items.length === 0 ? (
        <p>{words.noItems}</p>
      ) : (
        <div className="wide-table">
          <Table<Item>
            size="small"
            rowKey={keyOf}
            pagination={{ pageSize: ROWS, hideOnSinglePage: true, showSizeChanger: false }}
            dataSource={[...shown]}
            rowSelection={{
              selectedRowKeys: [...chosen],
              onChange: choose,
              getCheckboxProps: ({ taskName }) => ({ 'aria-label': taskName }) as object,
            }}
            columns={[
              {
                title: words.task,
                render: (_, item) => <TaskName {...item} />,
              },
              {
                title: words.direction,
                render: (_, { handling, collecting }) => `${nameOf(handling)} ← ${list(collecting.map(nameOf))}`,
              },
              { title: words.modes, render: (_, { modes }) => list(modes.map(mode => pair(MODE_NAMES[mode]))) },
              {
                title: words.limit,
                render: (_, { promiseDays }) => (promiseDays === undefined ? words.asList : words.days(promiseDays)),
              },
              {
                title: words.contacts,
                render: (_, { contacts = [] }) => list(contacts.map(({ name, phone }) => `${name} ${phone ?? ''}`)),
              },
              {
                title: '',
                render: (_, item) => (
                  <Space>
                    <Button size="small" onClick={() => edit(item)} aria-label={`${words.edit} ${item.taskName}`}>
                      {words.edit}
                    </Button>
                    <Button
                      size="small"
                      onClick={() => without(new Set([keyOf(item)]))}
                      aria-label={`${words.remove} ${item.taskName}`}
                    >
                      {words.remove}
                    </Button>
                  </Space>
                ),
              },
            ]}
          />
        </div>
      )}
      {edited === null ? null : (
        <EditItem
          item={edited}
          text={text}
          close={() => edit(null)}
          save={next => {
            change({ items: items.map(item => (keyOf(item) === keyOf(next) ? next : item)) })
            edit(null)
          }}
        />
      )}
      {adding ? <ChooseItems text={text} change={change} close={() => add(false)} /> : null}
    </>
  )
}
