/** Two items side by side: what differs, which material is which, and what the counter is told of it. */
import { Alert, Button, Input, Popconfirm, Select, Space } from 'antd'
import { useState } from 'react'
import { useKept } from '../../case/kept.ts'
import { queries, readAgain, useAct } from '../../query.ts'
import { mayDo, useMe } from '../../session.ts'
import { ProblemNotice } from '../../ui/problem.tsx'
import { Scroll } from '../../ui/scroll.tsx'
import { useLanguage, useWords } from '../../words.ts'
import { fieldName, valueText } from '../fields.ts'
import type { Item, Material } from '../item-type.ts'
import { versioned } from '../versioned.ts'
import { begun, type Mark, markOf, type Pairing, pairsOf, proposedFor, unpaired } from './pairs.ts'
import type { ComparisonOf, SavedMapping } from './types.ts'
import { COMPARE } from './words.ts'

export type Compared = {
  comparison: ComparisonOf
  own: Item
  theirs: Item
  saved: { mapping: SavedMapping; version: string } | null
}
const OF_MAPPINGS = ['listMappings', 'getMapping', 'readGuide'] as const
const NONE = ''
const NOTE_MOST = 300

/** The mark and its word: no colour alone. */
function Marked({ mark }: { mark: Mark | 'onlyOurs' }) {
  const words = useWords(COMPARE)
  if (mark === 'same') return <span className="better">✓ {words.same}</span>
  if (mark === 'unlike') return <span className="advice">≠ {words.unlike}</span>
  return (
    <span className="worse">
      {mark === 'onlyOurs' ? '＋' : '－'} {words[mark]}
    </span>
  )
}

function Conditions({ comparison }: { comparison: ComparisonOf }) {
  const words = useWords(COMPARE)
  const language = useLanguage()
  const { differences, same } = comparison
  return (
    <section className="card" aria-labelledby="conditions">
      <h2 id="conditions">{words.conditions}</h2>
      {differences.length === 0 ? null : (
        <Scroll label={words.conditions}>
          <table className="table compare">
            <thead>
              <tr>
                <th scope="col">{words.field}</th>
                <th scope="col">{words.ours}</th>
                <th scope="col">{words.theirs}</th>
                <th scope="col">{words.mark}</th>
              </tr>
            </thead>
            <tbody>
              {differences.map(({ field, collecting, handling }) => (
                <tr key={field}>
                  <th scope="row">{fieldName(field, language)}</th>
                  <td className="text">{valueText(field, collecting, language)}</td>
                  <td className="text">{valueText(field, handling, language)}</td>
                  <td>
                    <Marked
                      mark={
                        collecting === null || collecting === undefined
                          ? 'onlyTheirs'
                          : handling === null || handling === undefined
                            ? 'onlyOurs'
                            : 'unlike'
                      }
                    />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
      <p className="better">✓ {differences.length === 0 ? words.allSame : words.sameFields(same)}</p>
    </section>
  )
}

function Said({ material }: { material: Material }) {
  const language = useLanguage()
  const text = (field: string, value: unknown) => valueText(`materials.${field}`, value, language)
  return (
    <>
      <strong>{material.materialName}</strong> <span className="muted item-code">{material.materialCode}</span>
      <div className="muted">
        {text('isNeed', material.isNeed)} · {text('materialType', material.materialType)} ·{' '}
        {text('materialFormat', material.materialFormat)} · {text('sourceType', material.sourceType)}
      </div>
    </>
  )
}

function Row({
  theirs,
  own,
  comparison,
  pairing,
  change,
}: {
  theirs: Material
  own: readonly Material[]
  comparison: ComparisonOf
  pairing: Pairing
  /** null: only to be looked at */
  change: ((pairing: Pairing) => void) | null
}) {
  const words = useWords(COMPARE)
  const language = useLanguage()
  const proposed = proposedFor(comparison, pairing)
  const name = theirs.materialName
  return (
    <tr>
      <td>
        <Said material={theirs} />
      </td>
      <td>
        <Select
          aria-label={words.oursOf(name)}
          disabled={change === null}
          style={{ width: '100%', minWidth: 200 }}
          value={pairing.collecting ?? NONE}
          onChange={(code: string) => change?.({ ...pairing, collecting: code === NONE ? null : code })}
          options={[
            { value: NONE, label: words.noneOfOurs },
            ...own.map(({ materialCode, materialName }) => ({ value: materialCode, label: materialName })),
          ]}
        />
        <div className="muted">
          {pairing.collecting === null ? null : proposed === null ? words.chosen : words[proposed.by]}
        </div>
      </td>
      <td>
        <Marked mark={markOf(comparison, pairing)} />
        {proposed?.differences.map(({ field, collecting, handling }) => (
          <div key={field} className="text">
            {fieldName(`materials.${field}`, language)}: {words.ours}{' '}
            {valueText(`materials.${field}`, collecting, language)} ≠ {words.theirs}{' '}
            {valueText(`materials.${field}`, handling, language)}
          </div>
        ))}
      </td>
      <td>
        {change === null ? (
          pairing.note
        ) : (
          <Input
            aria-label={words.noteOf(name)}
            maxLength={NOTE_MOST}
            disabled={pairing.collecting === null}
            value={pairing.note}
            onChange={({ target }) => change({ ...pairing, note: target.value })}
          />
        )}
      </td>
    </tr>
  )
}

function FormDifferences({ comparison }: { comparison: ComparisonOf }) {
  const words = useWords(COMPARE)
  const { onlyCollecting, onlyHandling, differing } = comparison.form
  return (
    <section className="card" aria-labelledby="forms">
      <h2 id="forms">{words.form}</h2>
      {onlyCollecting.length + onlyHandling.length + differing.length === 0 ? (
        <p className="better">✓ {words.formSame}</p>
      ) : (
        <ul className="item-points">
          {onlyCollecting.map(name => (
            <li key={`ours ${name}`}>
              {name} <Marked mark="onlyOurs" />
            </li>
          ))}
          {onlyHandling.map(name => (
            <li key={`theirs ${name}`}>
              {name} <Marked mark="onlyTheirs" />
            </li>
          ))}
          {differing.map(({ field, label }) => (
            <li key={`both ${field}`}>
              {label === '' ? field : label} <Marked mark="unlike" />
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}

type Draft = { own: string; pairings: Pairing[]; note: string }

export function Comparison({
  partner,
  compared,
  saved: done,
}: {
  partner: string
  compared: Compared
  saved: () => void
}) {
  const words = useWords(COMPARE)
  const me = useMe()
  const { comparison, own, theirs, saved } = compared
  const writes = mayDo(me, 'mapping.manage')
  const mapped = saved?.mapping.collecting === own.taskCode ? saved.mapping : null
  const start = (): Draft => ({
    own: own.taskCode,
    pairings: begun(
      theirs.materials.map(({ materialCode }) => materialCode),
      comparison,
      mapped,
    ),
    note: mapped?.note ?? '',
  })
  const [kept, keep] = useKept<Draft>(`${partner} ${theirs.taskCode}`, 'mapping')
  const draft = kept !== null && kept.own === own.taskCode ? kept : start()
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const remove = useAct('removeMapping', OF_MAPPINGS)
  const save = async () => {
    setBusy(true)
    setError(null)
    try {
      await versioned('saveMapping', {
        params: { partner, item: theirs.taskCode },
        body: {
          collecting: own.taskCode,
          pairs: pairsOf(draft.pairings),
          ...(draft.note.trim() === '' ? {} : { note: draft.note.trim() }),
        },
        ...(saved === null ? {} : { ifMatch: saved.version }),
      })
      keep(null)
      await readAgain(queries, OF_MAPPINGS)
      done()
    } catch (problem) {
      setError(problem)
    } finally {
      setBusy(false)
    }
  }
  const left = unpaired(own.materials, draft.pairings)
  return (
    <>
      <section className="card" aria-label={words.save}>
        <p role="status">
          {saved === null ? (
            <span className="advice">! {words.notSaved}</span>
          ) : (
            <>
              ✓ {words.standing(saved.mapping.version)} ·{' '}
              {words.versions(saved.mapping.collectingVersion, saved.mapping.handlingVersion)}
            </>
          )}
          {kept === null ? null : <span className="advice"> · ! {words.unsaved}</span>}
        </p>
        {saved?.mapping.stale === true ? <Alert type="warning" showIcon title={words.stale} /> : null}
        {writes ? (
          <Space wrap className="acts">
            <Button type="primary" loading={busy} onClick={() => void save()}>
              {words.save}
            </Button>
            {saved === null ? null : (
              <Popconfirm
                title={words.removeSure}
                onConfirm={() =>
                  remove.mutate(
                    { params: { partner, item: theirs.taskCode }, ifMatch: saved.version },
                    { onSuccess: done },
                  )
                }
              >
                <Button danger>{words.remove}</Button>
              </Popconfirm>
            )}
          </Space>
        ) : (
          <p className="muted">{words.noRight}</p>
        )}
        {error === null ? null : <ProblemNotice error={error} retry={done} />}
        {remove.error === null ? null : <ProblemNotice error={remove.error} />}
      </section>
      <Conditions comparison={comparison} />
      <section className="card" aria-labelledby="materials">
        <h2 id="materials">{words.materials}</h2>
        <Scroll label={words.materials}>
          <table className="table compare">
            <thead>
              <tr>
                <th scope="col">{words.theirMaterial}</th>
                <th scope="col">{words.ourMaterial}</th>
                <th scope="col">{words.mark}</th>
                <th scope="col">{words.note}</th>
              </tr>
            </thead>
            <tbody>
              {theirs.materials.map((material, at) => {
                const pairing = draft.pairings[at] ?? { handling: material.materialCode, collecting: null, note: '' }
                return (
                  <Row
                    key={material.materialCode}
                    theirs={material}
                    own={own.materials}
                    comparison={comparison}
                    pairing={pairing}
                    change={writes ? next => keep({ ...draft, pairings: draft.pairings.with(at, next) }) : null}
                  />
                )
              })}
            </tbody>
          </table>
        </Scroll>
        {left.length === 0 ? null : (
          <>
            <h3>{words.onlyOursList}</h3>
            <ul className="item-points">
              {left.map(material => (
                <li key={material.materialCode}>
                  <Said material={material} /> <Marked mark="onlyOurs" />
                </li>
              ))}
            </ul>
          </>
        )}
      </section>
      <FormDifferences comparison={comparison} />
      <section className="card">
        <label htmlFor="mapping-note">{words.mappingNote}</label>
        <Input.TextArea
          id="mapping-note"
          rows={3}
          maxLength={500}
          disabled={!writes}
          value={draft.note}
          onChange={({ target }) => keep({ ...draft, note: target.value })}
        />
      </section>
    </>
  )
}
