/** Counts working days, by the calendar of this city or a partner's. */
import { Button, DatePicker, Form, InputNumber, Select } from 'antd'
import type { Dayjs } from 'dayjs'
import { useState } from 'react'
import type { CountWorkingDaysQuery } from '../../../../client/api.generated.ts'
import { useNode } from '../../query.ts'
import { useSettings } from '../../session.ts'
import { dayText } from '../../time.ts'
import { ProblemNotice } from '../../ui/problem.tsx'
import { useLanguage, useWords } from '../../words.ts'
import { CALENDAR } from './words.ts'

export function Count() {
  const words = useWords(CALENDAR)
  const language = useLanguage()
  const { city } = useSettings()
  const partners = useNode('listPartners')
  const [asked, ask] = useState<CountWorkingDaysQuery | null>(null)
  const counted = useNode('countWorkingDays', { query: asked ?? { from: '' } }, { when: asked !== null, keep: true })
  return (
    <section className="card" aria-labelledby="count">
      <h2 id="count">{words.count}</h2>
      <Form
        name="count"
        layout="inline"
        style={{ rowGap: 8 }}
        initialValues={{ days: 20, city: city.code }}
        onFinish={(values: { from: Dayjs; days: number; city: string }) =>
          ask({ from: values.from.format('YYYY-MM-DD'), days: values.days, city: values.city })
        }
      >
        <Form.Item name="from" label={words.from} rules={[{ required: true, message: words.from }]}>
          <DatePicker />
        </Form.Item>
        <Form.Item name="days" label={words.workingDays} rules={[{ required: true, message: words.workingDays }]}>
          <InputNumber min={0} max={1000} precision={0} />
        </Form.Item>
        <Form.Item name="city" label={words.whose}>
          <Select
            style={{ width: 160 }}
            options={[city, ...(partners.data?.items ?? [])].map(({ code, name }) => ({ value: code, label: name }))}
          />
        </Form.Item>
        <Button htmlType="submit" loading={counted.isFetching}>
          {words.countButton}
        </Button>
      </Form>
      {counted.error === null ? null : <ProblemNotice error={counted.error} />}
      {counted.data === undefined ? null : (
        <p role="status">
          <strong>{words.counted(dayText(counted.data.day, language))}</strong>{' '}
          {counted.data.provisional ? words.provisional : ''}
        </p>
      )}
    </section>
  )
}
