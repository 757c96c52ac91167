/** A new item: kept in the tab until its code and all that it must have are there, and from then on a draft. */
import { useRouter } from '@tanstack/react-router'
import { Alert, Button } from 'antd'
import { useCallback, useState } from 'react'
import { ProblemError } from '../../../../../../protocol/problem.ts'
import { readKept } from '../../kept-storage.ts'
import { queries, readAgain } from '../../query.ts'
import { mayDo, node, useMe, useSettings } from '../../session.ts'
import { ProblemNotice } from '../../ui/problem.tsx'
import { To } from '../../ui/to.tsx'
import { useWords } from '../../words.ts'
import { draftAddress } from '../address.ts'
import { OF_DRAFTS, ServicesFrame } from '../tabs.tsx'
import { faultsOf, keptItem, readHeld } from './draft.ts'
import './editor.css'
import { ItemForm } from './form.tsx'
import { type Edited, newItem, sentOf } from './item.ts'
import { useSaid } from './page.tsx'
import { Side } from './side.tsx'
import { EDITOR } from './words.ts'

const NEW = 'new'
const NOTHING = { draft: null }

export function Page() {
  const words = useWords(EDITOR)
  const me = useMe()
  const router = useRouter()
  const { city } = useSettings()
  const name = keptItem(me.id, NEW)
  const [item, setItem] = useState<Edited>(() => readKept<Edited>(sessionStorage, name) ?? newItem())
  const [error, setError] = useState<unknown>(null)
  const [taken, setTaken] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const [openMaterial, showMaterial] = useState<number | null>(null)
  const { said, notes } = useSaid(error, NOTHING)
  const change = useCallback(
    (next: (item: Edited) => Edited) =>
      setItem(before => {
        const after = next(before)
        sessionStorage.setItem(name, JSON.stringify(after))
        return after
      }),
    [name],
  )
  const create = async () => {
    setBusy(true)
    setError(null)
    setTaken(null)
    const sent = sentOf(item)
    const code = sent.taskCode ?? ''
    try {
      const there = await readHeld(city.code, code || NEW).catch((problem: unknown) => {
        if (problem instanceof ProblemError && problem.problem.code === 'item.unknown') return null
        throw problem
      })
      if (there !== null) return setTaken(code)
      await node.saveDraft({ params: { code: code || NEW }, body: { item: sent } })
      sessionStorage.removeItem(name)
      await readAgain(queries, OF_DRAFTS)
      router.history.replace(draftAddress(code))
    } catch (problem) {
      setError(problem)
    } finally {
      setBusy(false)
    }
  }
  if (!mayDo(me, 'catalogue.manage'))
    return (
      <ServicesFrame title={words.new}>
        <Alert type="warning" showIcon title={words.noRight} />
      </ServicesFrame>
    )
  const faults = faultsOf(error)
  return (
    <ServicesFrame title={words.new}>
      <div className="editor-bar card">
        <span role="status" className={faults.length === 0 ? '' : 'worse'}>
          {faults.length === 0 ? words.createHint : `✗ ${words.incomplete(faults.length)}`}
        </span>
        <Button type="primary" loading={busy} onClick={() => void create()}>
          {words.create}
        </Button>
      </div>
      {taken === null ? null : (
        <Alert
          type="warning"
          showIcon
          role="alert"
          title={words.taken}
          description={<To address={draftAddress(taken)}>{words.openIt}</To>}
        />
      )}
      {error !== null && faults.length === 0 ? <ProblemNotice error={error} /> : null}
      <div className="editor">
        <ItemForm
          item={item}
          notes={notes}
          fixedCode={false}
          openMaterial={openMaterial}
          showMaterial={showMaterial}
          change={change}
        />
        <Side said={said} item={item} openMaterial={showMaterial} />
      </div>
    </ServicesFrame>
  )
}
