/** Scans of the applicant's earlier cases here, used again by their consent (材料复用), and what may come later by a commitment (容缺承诺). */
import { Button, Checkbox, DatePicker, Modal } from 'antd'
import dayjs from 'dayjs'
import { useState } from 'react'
import type { Finding, ListEarlierScansAnswer } from '../../../client/api.generated.ts'
import { node } from '../session.ts'
import { instantText } from '../time.ts'
import { ProblemNotice } from '../ui/problem.tsx'
import { useLanguage, useWords } from '../words.ts'
import { type Asked, type Content, type Material, missing } from './content.ts'
import { Field, idAt } from './field.tsx'
import { NEW } from './words.ts'

export function Earlier({
  idNumber,
  asked,
  add,
}: {
  idNumber: string
  asked: readonly Asked[]
  add: (materials: Material[]) => void
}) {
  const words = useWords(NEW)
  const language = useLanguage()
  const [found, setFound] = useState<ListEarlierScansAnswer | null>(null)
  const [chosen, choose] = useState<readonly string[]>([])
  const [agreed, agree] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const codes = new Set(asked.map(({ materialCode }) => materialCode))
  const offered = (found?.items ?? []).filter(({ code }) => codes.has(code))
  const close = () => {
    setFound(null)
    choose([])
    agree(false)
  }
  const use = async () => {
    const scans = offered.filter(({ sha256 }) => chosen.includes(sha256))
    const { items } = await node.reuseScans({
      body: {
        idNumber,
        scans: scans.map(({ thread, sha256 }) => ({ thread, sha256 })),
        consent: { acceptedAt: new Date().toISOString() },
      },
    })
    add(
      items.map(({ sha256, code, name, form, pages }) => ({
        sha256,
        code,
        name,
        ...(form === null ? {} : { form }),
        ...(pages === null ? {} : { pages }),
      })),
    )
    close()
  }
  return (
    <>
      <Button
        disabled={idNumber === ''}
        onClick={() => {
          setError(null)
          node.listEarlierScans({ body: { idNumber } }).then(setFound).catch(setError)
        }}
      >
        {words.earlier}
      </Button>
      {error === null ? null : <ProblemNotice error={error} />}
      <Modal
        open={found !== null}
        title={words.earlier}
        okText={words.use}
        okButtonProps={{ disabled: !agreed || chosen.length === 0 }}
        onOk={() => void use().catch(setError)}
        onCancel={close}
      >
        <p>{words.earlierHint}</p>
        {offered.length === 0 ? <p>{words.noEarlier}</p> : null}
        {offered.map(({ sha256, name, caseNo, submittedAt }) => (
          <div key={sha256}>
            <Checkbox
              checked={chosen.includes(sha256)}
              onChange={event =>
                choose(before =>
                  event.target.checked ? before.concat(sha256) : before.filter(other => other !== sha256),
                )
              }
            >
              {name}{' '}
              <span className="muted">
                {caseNo} {instantText(submittedAt, language)}
              </span>
            </Checkbox>
          </div>
        ))}
        <Checkbox checked={agreed} onChange={event => agree(event.target.checked)}>
          <strong>{words.agrees}</strong>
        </Checkbox>
      </Modal>
    </>
  )
}

/** What is not there and may come later: named in a commitment with its day. */
export function Commitment({
  asked,
  content,
  findings,
  change,
}: {
  asked: readonly Asked[]
  content: Content
  findings: readonly Finding[]
  change: (part: Partial<Content>) => void
}) {
  const words = useWords(NEW)
  const { later } = missing(asked, content.materials ?? [])
  const { commitment } = content
  if (later.length === 0 && commitment === undefined) return null
  return (
    <section className="card" aria-labelledby="commitment">
      <h3 id="commitment">{words.commitment}</h3>
      <p className="muted">{words.commitHint}</p>
      <Field path="/commitment/materials" label={words.commitWhich} findings={findings}>
        <Checkbox.Group
          options={later.map(({ materialCode, materialName }) => ({ value: materialCode, label: materialName }))}
          value={commitment?.materials ?? []}
          onChange={materials =>
            change({
              commitment: materials.length === 0 ? undefined : { until: '', ...commitment, materials },
            })
          }
        />
      </Field>
      {commitment === undefined ? null : (
        <Field path="/commitment/until" label={words.commitUntil} findings={findings}>
          <DatePicker
            id={idAt('/commitment/until')}
            value={commitment.until === '' ? null : dayjs(commitment.until)}
            onChange={day => change({ commitment: { ...commitment, until: day?.format('YYYY-MM-DD') ?? '' } })}
          />
        </Field>
      )}
    </section>
  )
}
