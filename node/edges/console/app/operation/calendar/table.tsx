/** The table of a year: shown as a sheet; made or changed by clicks or from a file, and imported once its effect was seen. */
import { Alert, App, Button, Form, Input, InputNumber, Popconfirm, Select, Space, Upload } from 'antd'
import { useState } from 'react'
import type { ShowCalendarAnswer } from '../../../../client/api.generated.ts'
import { useAct } from '../../query.ts'
import { useSettings } from '../../session.ts'
import { instantText } from '../../time.ts'
import { ProblemNotice } from '../../ui/problem.tsx'
import { useLanguage, useWords } from '../../words.ts'
import { Effect } from './effect.tsx'
import { emptyTable, type HolidayTable, readTable, sheetOf, turned } from './sheet.ts'
import { CALENDAR } from './words.ts'
import { Year } from './year.tsx'

type Held = ShowCalendarAnswer['tables'][number]
const OF_CALENDAR = ['showCalendar', 'countWorkingDays', 'getHealth', 'listReminders'] as const

function Editing({
  table,
  change,
  close,
}: {
  table: HolidayTable
  change: (table: HolidayTable) => void
  close: () => void
}) {
  const words = useWords(CALENDAR)
  const { message } = App.useApp()
  const preview = useAct('previewCalendar')
  const take = useAct('importCalendar', OF_CALENDAR)
  const seen = preview.variables?.body === table ? preview.data : undefined
  const error = preview.error ?? take.error
  return (
    <Space direction="vertical" style={{ width: '100%' }}>
      <p className="muted" style={{ margin: 0 }}>
        {words.editHint}
      </p>
      <Form layout="vertical">
        <Form.Item label={words.source} htmlFor="calendar-source">
          <Input
            id="calendar-source"
            value={table.source}
            maxLength={300}
            onChange={event => change({ ...table, source: event.target.value })}
          />
        </Form.Item>
      </Form>
      <Space wrap>
        <Button loading={preview.isPending} onClick={() => preview.mutate({ body: table })}>
          {words.preview}
        </Button>
        <Button
          type="primary"
          disabled={seen === undefined}
          title={seen === undefined ? words.editHint : undefined}
          loading={take.isPending}
          onClick={() =>
            take.mutate(
              { body: table },
              {
                onSuccess: () => {
                  void message.success(words.importDone)
                  close()
                },
              },
            )
          }
        >
          {words.import}
        </Button>
        <Button onClick={close}>{words.discard}</Button>
      </Space>
      {error === null ? null : <ProblemNotice error={error} />}
      {seen === undefined ? null : <Effect impact={seen} />}
    </Space>
  )
}

export function Table({ tables, manages }: { tables: readonly Held[]; manages: boolean }) {
  const words = useWords(CALENDAR)
  const language = useLanguage()
  const { city } = useSettings()
  const [year, turnTo] = useState(new Date().getFullYear())
  const [region, choose] = useState('CN')
  const [edited, edit] = useState<HolidayTable | null>(null)
  const [bad, say] = useState(false)
  const remove = useAct('removeCalendar', OF_CALENDAR)
  const held = tables.find(({ table }) => table.region === region && table.year === year)
  const shown = edited ?? held?.table ?? emptyTable(region, year)
  const national = tables.filter(({ table }) => table.region === 'CN' && table.year === year && region !== 'CN')
  const regions = [...new Set(['CN', city.code.slice(0, 2), ...tables.map(({ table }) => table.region)])]

  async function fromFile(file: Blob): Promise<void> {
    const table = readTable(await file.text())
    say(table === null)
    if (table === null) return
    turnTo(table.year)
    choose(table.region)
    edit(table)
  }
  return (
    <section className="card" aria-label={words.year}>
      <Space wrap style={{ marginBottom: 8 }}>
        <Space.Compact>
          <InputNumber
            aria-label={words.year}
            min={2000}
            max={2100}
            value={year}
            disabled={edited !== null}
            onChange={value => turnTo(value ?? year)}
          />
        </Space.Compact>
        <Select
          aria-label={words.region}
          style={{ width: 140 }}
          value={region}
          disabled={edited !== null}
          onChange={choose}
          options={regions.map(value => ({ value, label: value === 'CN' ? words.country : words.regionOf(value) }))}
        />
        {held === undefined ? (
          <strong>{words.notHeld}</strong>
        ) : (
          <span>
            {held.importedAt === null ? words.ofProgram : words.imported(instantText(held.importedAt, language))}
          </span>
        )}
        {!manages ? <span className="muted">{words.mayNot}</span> : null}
        {manages && edited === null ? (
          <>
            <Button onClick={() => edit(shown)}>{words.edit}</Button>
            <Upload
              accept=".json,application/json"
              showUploadList={false}
              beforeUpload={file => {
                void fromFile(file)
                return false
              }}
            >
              <Button>{words.fromFile}</Button>
            </Upload>
          </>
        ) : null}
        {manages && edited === null && held?.importedAt != null ? (
          <Popconfirm title={words.removeSure} onConfirm={() => remove.mutate({ params: { region, year } })}>
            <Button danger>{words.remove}</Button>
          </Popconfirm>
        ) : null}
      </Space>
      {bad ? <Alert type="error" showIcon role="alert" title={words.badFile} /> : null}
      {remove.error === null ? null : <ProblemNotice error={remove.error} />}
      {edited === null ? (
        held === undefined ? null : (
          <p className="muted">{words.sourceOf(held.table.source)}</p>
        )
      ) : (
        <Editing table={edited} change={edit} close={() => edit(null)} />
      )}
      <Year
        months={sheetOf([...national.map(({ table }) => table), shown], year)}
        turn={edited === null ? null : day => edit(turned(edited, day))}
      />
    </section>
  )
}
