/** Saved views (保存的视图): queue and filters under a name, on the server; for oneself, or for all of a window. */
import { App, Button, Form, Input, Modal, Popconfirm, Select, Space } from 'antd'
import { useState } from 'react'
import { type AnswerOf, useAct, useNode } from '../query.ts'
import { useMe } from '../session.ts'
import { ProblemNotice } from '../ui/problem.tsx'
import { useWords } from '../words.ts'
import { type Filter, searchOf, type Wanted } from './wanted.ts'
import { DESK } from './words.ts'

type View = AnswerOf<'listViews'>['items'][number]
type QueueView = View & { filter: Extract<View['filter'], { queue: unknown }> }

/** Those of a queue: a saved search is no list of the desk. */
const isOfQueue = (view: View): view is QueueView => 'queue' in view.filter

function wantedBy({ filter: { queue, ...filter } }: QueueView): Wanted {
  return { queue, filter: filter as Filter, selected: null }
}

/** Without what is not chosen. */
const bodyOf = ({ queue, filter }: Wanted) => ({
  queue,
  ...(Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined)) as Filter),
})

/** Characters of a name. */
const NAME = 100

function NewView({ wanted, close }: { wanted: Wanted; close: () => void }) {
  const words = useWords(DESK)
  const { windows } = useMe()
  const { message } = App.useApp()
  const add = useAct('addView', ['listViews'])
  const save = ({ name, window }: { name: string; window?: string | undefined }) =>
    add.mutate(
      { body: { name: name.trim(), filter: bodyOf(wanted), ...(window ? { window } : {}) } },
      {
        onSuccess: () => {
          void message.success(words.viewSaved)
          close()
        },
      },
    )
  return (
    <Modal open title={words.saveView} footer={null} onCancel={close} destroyOnHidden>
      <Form name="view" layout="vertical" onFinish={save}>
        <Form.Item name="name" label={words.viewName} rules={[{ required: true, whitespace: true }]}>
          <Input maxLength={NAME} autoFocus />
        </Form.Item>
        {(windows ?? []).length === 0 ? null : (
          <Form.Item name="window" label={words.share}>
            <Select
              allowClear
              placeholder={words.onlyMe}
              options={(windows ?? []).map(window => ({ value: window, label: window }))}
            />
          </Form.Item>
        )}
        {add.error === null ? null : <ProblemNotice error={add.error} />}
        <Button type="primary" htmlType="submit" loading={add.isPending}>
          {words.save}
        </Button>
      </Form>
    </Modal>
  )
}

export function Views({ wanted, show }: { wanted: Wanted; show: (wanted: Wanted) => void }) {
  const words = useWords(DESK)
  const me = useMe()
  const { message } = App.useApp()
  const [naming, name] = useState(false)
  const [chosen, choose] = useState<string | null>(null)
  const window = me.windows?.[0]
  const read = useNode('listViews', window === undefined ? {} : { query: { window } })
  const change = useAct('changeView', ['listViews'])
  const remove = useAct('deleteView', ['listViews'])
  const views = (read.data?.items ?? []).filter(isOfQueue)
  const here = searchOf({ ...wanted, selected: null })
  const fits = (view: QueueView): boolean => searchOf(wantedBy(view)) === here
  // The one that was chosen, also when something was changed since; else one that is the same.
  const view = views.find(({ id }) => id === chosen) ?? views.find(fits)
  const mine = view !== undefined && view.owner === me.id
  return (
    <Space wrap>
      <Select
        aria-label={words.views}
        placeholder={words.views}
        value={view?.id}
        popupMatchSelectWidth={false}
        style={{ width: 140 }}
        onChange={(id: string) => {
          choose(id)
          const next = views.find(entry => entry.id === id)
          if (next !== undefined) show(wantedBy(next))
        }}
        options={views.map(({ id, name: label, window: shared }) => ({
          value: id,
          label: shared === null ? label : `${label} · ${shared}`,
        }))}
      />
      {view === undefined || !fits(view) ? <Button onClick={() => name(true)}>{words.saveView}</Button> : null}
      {view !== undefined && mine && !fits(view) ? (
        <Button
          loading={change.isPending}
          onClick={() =>
            change.mutate(
              {
                params: { id: view.id },
                body: {
                  name: view.name,
                  filter: bodyOf(wanted),
                  ...(view.window === null ? {} : { window: view.window }),
                },
              },
              { onSuccess: () => void message.success(words.viewSaved) },
            )
          }
        >
          {words.updateView}
        </Button>
      ) : null}
      {view !== undefined && mine ? (
        <Popconfirm
          title={words.deleteViewAsk}
          onConfirm={() =>
            remove.mutate({ params: { id: view.id } }, { onSuccess: () => void message.success(words.viewDeleted) })
          }
        >
          <Button>{words.deleteView}</Button>
        </Popconfirm>
      ) : null}
      {[change.error, remove.error].map(error =>
        error === null ? null : <ProblemNotice key={String(error)} error={error} />,
      )}
      {naming ? <NewView wanted={wanted} close={() => name(false)} /> : null}
    </Space>
  )
}
