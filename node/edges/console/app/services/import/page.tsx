/**
 * The import of an office's list as it wrote it: looked at first, with all faults at once and how each column was read; corrected here, kept
 * for the next list of the office, taken into the drafts by the second run, and published.
 */
import { Alert, Button, Checkbox, Input, Popconfirm, Select, Space } from 'antd'
import { useRef, useState } from 'react'
import { useAct, useNode } from '../../query.ts'
import { mayDo, useMe } from '../../session.ts'
import { instantText } from '../../time.ts'
import { ProblemNotice } from '../../ui/problem.tsx'
import { useLanguage, useWords } from '../../words.ts'
import { EDITOR } from '../editor/words.ts'
import { Go } from '../go.tsx'
import { Publish } from '../publish.tsx'
import { Template } from '../tables.tsx'
import { ServicesFrame } from '../tabs.tsx'
import { Sheets } from './columns.tsx'
import { Faults } from './faults.tsx'
import { placesOf } from './mapping.ts'
import { Organisation } from './organisation.tsx'
import { Places } from './places.tsx'
import { useImport } from './run.ts'
import { IMPORT } from './words.ts'

const ACCEPTED = '.xlsx,.csv,.zip,.json'
const KEPT = 200
const NONE = ''

type Importing = ReturnType<typeof useImport>

function Drop({ importing, small }: { importing: Importing; small: boolean }) {
  const words = useWords(IMPORT)
  const input = useRef<HTMLInputElement>(null)
  const [over, setOver] = useState(false)
  return (
    <section
      className={over ? 'list-drop over' : 'list-drop'}
      aria-label={words.drop}
      onDragOver={event => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={event => {
        event.preventDefault()
        setOver(false)
        const [file] = event.dataTransfer.files
        if (file !== undefined) void importing.choose(file)
      }}
    >
      {importing.file === null ? <strong>{words.drop}</strong> : <strong>{words.file(importing.file.name)}</strong>}
      {small ? null : <p className="muted">{words.dropHint}</p>}
      <input
        ref={input}
        type="file"
        hidden
        accept={ACCEPTED}
        aria-label={words.choose}
        onChange={({ target }) => {
          const [file] = target.files ?? []
          if (file !== undefined) void importing.choose(file)
          target.value = ''
        }}
      />
      <Space wrap>
        <Button type={small ? 'default' : 'primary'} loading={importing.busy} onClick={() => input.current?.click()}>
          {importing.busy ? words.reading : small ? words.another : words.choose}
        </Button>
        {small ? null : <Template />}
      </Space>
    </section>
  )
}

/** Mappings that were kept, the one of this office among them. */
function KeptMappings({ importing }: { importing: Importing }) {
  const words = useWords(IMPORT)
  const language = useLanguage()
  const kept = useNode('listColumnMappings', { query: { limit: KEPT } })
  const forget = useAct('removeColumnMapping', ['listColumnMappings'])
  const items = kept.data?.items ?? []
  if (items.length === 0) return null
  return (
    <section className="card" aria-labelledby="kept-mappings">
      <h2 id="kept-mappings">{words.keptList}</h2>
      <label htmlFor="kept-mapping">{words.kept}</label>{' '}
      <Select
        id="kept-mapping"
        style={{ minWidth: 240 }}
        value={importing.named.version === undefined ? NONE : importing.named.name}
        onChange={(name: string) => void importing.use(items.find(item => item.name === name) ?? null)}
        options={[{ value: NONE, label: words.none }, ...items.map(({ name }) => ({ value: name, label: name }))]}
      />
      <ul className="rows-of">
        {items.map(({ name, version, updatedAt }) => (
          <li key={name}>
            {name} <span className="muted">{words.keptOf(version, instantText(updatedAt, language))}</span>{' '}
            <Popconfirm title={words.forgetSure} onConfirm={() => forget.mutate({ params: { name } })}>
              <Button size="small" danger aria-label={`${words.forget} ${name}`}>
                {words.forget}
              </Button>
            </Popconfirm>
          </li>
        ))}
      </ul>
      {forget.error === null ? null : <ProblemNotice error={forget.error} />}
    </section>
  )
}

function Outcome({ importing }: { importing: Importing }) {
  const words = useWords(IMPORT)
  const [publishing, publish] = useState(false)
  const drafts = useNode('listDrafts', { query: { limit: 1 } })
  const { report } = importing
  if (report === null) return null
  if (report.taken)
    return (
      <section className="card">
        <Alert
          type="success"
          showIcon
          role="status"
          title={report.put + report.remove === 0 ? words.nothingNew : words.taken(report.put, report.remove)}
          description={report.blocked === 0 ? null : words.blocked(report.blocked)}
        />
        <Space wrap className="paging">
          {report.put + report.remove === 0 ? null : (
            <Button type="primary" onClick={() => publish(true)}>
              {words.publish}
            </Button>
          )}
          <Go address="/services/drafts">{words.toDrafts}</Go>
          <Button onClick={importing.again}>{words.next}</Button>
        </Space>
        {publishing ? (
          <Publish codes={null} wrong={drafts.data?.counts.errors ?? 0} close={() => publish(false)} />
        ) : null}
      </section>
    )
  return (
    <section className="card" aria-label={words.take}>
      <p role="status" className={report.errorCount === 0 ? 'better' : 'worse'}>
        {report.errorCount === 0 ? words.clean : words.faults(report.errorCount)}
      </p>
      <p>
        {words.rows(report.rows, report.put, report.unchanged, report.remove)}
        {report.blocked === 0 ? null : <span className="advice"> · ! {words.blocked(report.blocked)}</span>}
      </p>
      <div className="toolbar">
        <label htmlFor="mapping-name">{words.name}</label>
        <Input
          id="mapping-name"
          value={importing.named.name}
          maxLength={100}
          style={{ width: 260 }}
          onChange={({ target }) => importing.rename(target.value)}
        />
        <Checkbox checked={importing.replace} onChange={({ target }) => importing.setReplace(target.checked)}>
          {words.replace}
        </Checkbox>
        <Button disabled={importing.busy} onClick={() => void importing.check()}>
          {words.check}
        </Button>
        <Button
          type="primary"
          loading={importing.busy}
          disabled={importing.named.name.trim() === ''}
          onClick={() => void importing.take()}
        >
          {words.take}
        </Button>
      </div>
    </section>
  )
}

export function Page() {
  const words = useWords(IMPORT)
  const editor = useWords(EDITOR)
  const me = useMe()
  const importing = useImport()
  const { report, mapping } = importing
  const places = report === null || report.taken ? [] : placesOf(report)
  if (!mayDo(me, 'catalogue.manage'))
    return (
      <ServicesFrame title={words.title}>
        <Alert type="warning" showIcon title={editor.noRight} />
      </ServicesFrame>
    )
  return (
    <ServicesFrame title={words.title}>
      {report?.taken ? null : <Drop importing={importing} small={report !== null} />}
      {importing.error === null ? null : <ProblemNotice error={importing.error} />}
      <Outcome importing={importing} />
      {report === null || report.taken ? null : (
        <>
          {places.length === 0 ? null : <Places places={places} mapping={mapping} change={importing.correct} />}
          {report.sheets.length === 0 ? null : (
            <Sheets sheets={report.sheets} mapping={mapping} change={importing.column} />
          )}
          <Faults report={report} />
        </>
      )}
      {report === null ? (
        <>
          <KeptMappings importing={importing} />
          <Organisation />
        </>
      ) : null}
    </ServicesFrame>
  )
}
