/** Tables of the list that the browser keeps: the empty one, and the list itself in each format. */
import { App, Button, Dropdown } from 'antd'
import { useState } from 'react'
import { saveAs } from '../case/download.ts'
import { node } from '../session.ts'
import { ProblemNotice } from '../ui/problem.tsx'
import { useWords } from '../words.ts'
import { SERVICES } from './words.ts'

type Format = 'xlsx' | 'csv' | 'up'
const ENDINGS: Readonly<Record<Format, string>> = { xlsx: 'xlsx', csv: 'zip', up: 'zip' }

/** Fetches and keeps one file at a time; what failed is told in a dialog. */
function useKeep() {
  const { modal } = App.useApp()
  const words = useWords(SERVICES)
  const [busy, setBusy] = useState(false)
  const keep = async (name: string, fetched: () => Promise<ReadableStream>) => {
    setBusy(true)
    try {
      saveAs(await new Response(await fetched()).blob(), name)
    } catch (error) {
      modal.error({ content: <ProblemNotice error={error} />, okText: words.close, icon: null })
    } finally {
      setBusy(false)
    }
  }
  return { busy, keep }
}

export function Template() {
  const words = useWords(SERVICES)
  const { busy, keep } = useKeep()
  return (
    <Button
      loading={busy}
      onClick={() => void keep('services-template.xlsx', () => node.servicesTemplate({ query: { format: 'xlsx' } }))}
    >
      {words.template}
    </Button>
  )
}

/** `drafts`: as it would be published. */
export function Export({ drafts = false }: { drafts?: boolean }) {
  const words = useWords(SERVICES)
  const { busy, keep } = useKeep()
  const names: Readonly<Record<Format, string>> = {
    xlsx: words.exportXlsx,
    csv: words.exportCsv,
    up: words.exportUp,
  }
  return (
    <Dropdown
      trigger={['click']}
      menu={{
        items: (Object.keys(names) as Format[]).map(key => ({ key, label: names[key] })),
        onClick: ({ key }) => {
          const format = key as Format
          void keep(`services-${format}.${ENDINGS[format]}`, () =>
            node.exportServices({ query: { format, drafts: drafts ? 'true' : 'false' } }),
          )
        },
      }}
    >
      <Button loading={busy}>{busy ? words.exported : words.export}</Button>
    </Dropdown>
  )
}
