/** The organisation tree of the city: units and windows as a table of their own, drafted and published with the list. */
import { App, Button, Space } from 'antd'
import { useRef, useState } from 'react'
import type { ImportOrganisationAnswer } from '../../../../client/api.generated.ts'
import { saveAs } from '../../case/download.ts'
import { queries, readAgain, useAct } from '../../query.ts'
import { node } from '../../session.ts'
import { ProblemNotice } from '../../ui/problem.tsx'
import { usePair, useWords } from '../../words.ts'
import { OF_DRAFTS, useDraftCounts } from '../tabs.tsx'
import { SERVICES } from '../words.ts'
import { alike } from './mapping.ts'
import { IMPORT } from './words.ts'

const STALE = [...OF_DRAFTS, 'listUnits'] as const

export function Organisation() {
  const words = useWords(IMPORT)
  const services = useWords(SERVICES)
  const pair = usePair()
  const { modal } = App.useApp()
  const input = useRef<HTMLInputElement>(null)
  const [busy, setBusy] = useState(false)
  const [told, setTold] = useState<ImportOrganisationAnswer | null>(null)
  const [error, setError] = useState<unknown>(null)
  const drafted = useDraftCounts()?.organisation === true
  const discard = useAct('discardOrganisation', STALE)
  const take = async (file: File) => {
    setBusy(true)
    setError(null)
    try {
      setTold(await node.importOrganisation({ bytes: file, query: { name: file.name } }))
      await readAgain(queries, STALE)
    } catch (problem) {
      setError(problem)
    } finally {
      setBusy(false)
    }
  }
  const keep = async () => {
    try {
      saveAs(await new Response(await node.exportOrganisation()).blob(), 'organisation.xlsx')
    } catch (problem) {
      modal.error({ content: <ProblemNotice error={problem} />, okText: services.close, icon: null })
    }
  }
  return (
    <section className="card" aria-labelledby="organisation">
      <h2 id="organisation">{words.organisation}</h2>
      <p className="muted">{words.organisationHint}</p>
      <input
        ref={input}
        type="file"
        hidden
        accept=".xlsx,.csv,.zip,.json"
        aria-label={words.organisationFile}
        onChange={({ target }) => {
          const [file] = target.files ?? []
          if (file !== undefined) void take(file)
          target.value = ''
        }}
      />
      <Space wrap>
        <Button loading={busy} onClick={() => input.current?.click()}>
          {words.organisationFile}
        </Button>
        <Button onClick={() => void keep()}>{words.organisationExport}</Button>
        {drafted ? (
          <Button danger onClick={() => discard.mutate({})}>
            {words.discard}
          </Button>
        ) : null}
      </Space>
      {drafted ? <p className="advice">! {words.organisationDrafted}</p> : null}
      {error === null ? null : <ProblemNotice error={error} />}
      {discard.error === null ? null : <ProblemNotice error={discard.error} />}
      {told === null ? null : told.errorCount > 0 ? (
        <ul className="rows-of">
          {alike(told.errors).map(fault => (
            <li key={`${fault.code} ${fault.sheet} ${fault.row} ${fault.column}`}>
              <span className="worse">✗</span>{' '}
              {words.faultPlace(fault.sheet, words.rowsOf(String(fault.row), fault.alike), fault.column)} {pair(fault)}
              <div>→ {pair({ zh: fault.cureZh, en: fault.cureEn })}</div>
            </li>
          ))}
        </ul>
      ) : (
        <p role="status" className="better">
          ✓ {told.unchanged ? words.organisationSame : words.organisationTaken(told.units, told.windows)}
        </p>
      )}
    </section>
  )
}
