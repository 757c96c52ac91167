/** A sample or a blank form that an item names: a picture is shown, anything else is kept as a file. What it is was written by others. */
import { Button, Modal } from 'antd'
import { useEffect, useState } from 'react'
import { saveAs } from '../case/download.ts'
import { node } from '../session.ts'
import { ProblemNotice } from '../ui/problem.tsx'
import { useWords } from '../words.ts'
import type { Item } from './item-type.ts'
import { SERVICES } from './words.ts'

export type Commitment = NonNullable<Item['resultGuid']>
const ENDINGS: Readonly<Record<string, string>> = {
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'application/pdf': 'pdf',
  'application/ofd': 'ofd',
}
const PICTURES = new Set(['image/jpeg', 'image/png'])

export function Sample({
  city,
  item,
  what,
  of,
  named,
}: {
  city: string
  item: string
  what: string
  /** the material, or the item */
  of: string
  named: Commitment
}) {
  const words = useWords(SERVICES)
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const [picture, show] = useState<string | null>(null)
  useEffect(() => () => void (picture === null ? undefined : URL.revokeObjectURL(picture)), [picture])
  const open = async () => {
    setBusy(true)
    setError(null)
    try {
      const stream = await node.downloadSample({ params: { city, item, sha256: named.sha256 } })
      const blob = await new Response(stream).blob()
      if (PICTURES.has(named.type)) show(URL.createObjectURL(new Blob([blob], { type: named.type })))
      else saveAs(blob, `${of}.${ENDINGS[named.type] ?? 'bin'}`)
    } catch (problem) {
      setError(problem)
    } finally {
      setBusy(false)
    }
  }
  return (
    <>
      <Button size="small" loading={busy} aria-label={words.open(what, of)} onClick={() => void open()}>
        {what}
      </Button>
      {error === null ? null : <ProblemNotice error={error} retry={open} />}
      <Modal open={picture !== null} title={`${of} · ${what}`} footer={null} onCancel={() => show(null)} width={900}>
        {picture === null ? null : <img src={picture} alt={`${of} · ${what}`} style={{ maxWidth: '100%' }} />}
      </Modal>
    </>
  )
}
