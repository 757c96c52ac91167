/** Beside the fields: the groups, and what is wrong, each leading to its field. */

import { useLanguage, usePair, useWords } from '../../words.ts'
import { useCures } from '../cures.ts'
import { entryName, pathName } from '../fields.ts'
import { cureOf } from '../findings.ts'
import { SERVICES } from '../words.ts'
import { GROUP_NAMES, groupOf } from './groups.ts'
import type { Edited } from './item.ts'
import { EDITOR } from './words.ts'

export type Said = { path: string; level: 'error' | 'warning'; zh: string; en: string; rule: string | null }

/** To the field, or to its group where it is none. */
function goTo(path: string): void {
  const field = document.getElementById(`item_${path.replaceAll('.', '_')}`)
  const group = document.getElementById(`group-${groupOf(path)}`)
  const target = field ?? group
  target?.scrollIntoView({ block: 'center' })
  target?.focus()
}

export function Side({
  said,
  item,
  openMaterial,
}: {
  said: readonly Said[]
  item: Edited
  openMaterial: (at: number) => void
}) {
  const words = useWords(EDITOR)
  const services = useWords(SERVICES)
  const language = useLanguage()
  const pair = usePair()
  const cures = useCures()
  const names = entryName({ materials: item.materials ?? [] })
  const errorsOf = (group: string): number =>
    said.filter(({ path, level }) => level === 'error' && groupOf(path) === group).length
  return (
    <aside className="editor-side">
      <nav className="card" aria-label={words.groups}>
        {GROUP_NAMES.map(group => (
          <a key={group} href={`#group-${group}`}>
            {words[group]} {errorsOf(group) === 0 ? null : <span className="worse">✗ {errorsOf(group)}</span>}
          </a>
        ))}
      </nav>
      <section className="card" aria-labelledby="editor-findings">
        <h2 id="editor-findings">{words.findings}</h2>
        {said.length === 0 ? <p className="better">✓ {words.clean}</p> : null}
        <ul className="rows-of">
          {said.map(({ path, level, zh, en, rule }) => (
            <li key={`${rule} ${path} ${en}`}>
              <button
                type="button"
                className="finding"
                onClick={() => {
                  const [list, at] = path.split('.')
                  if (list === 'materials' && at !== undefined && /^\d+$/.test(at)) openMaterial(Number(at))
                  // The material is drawn first.
                  requestAnimationFrame(() => requestAnimationFrame(() => goTo(path)))
                }}
              >
                <span className={level === 'error' ? 'worse' : 'advice'}>{level === 'error' ? '✗' : '!'}</span>{' '}
                <strong>{pathName(path, language, names)}</strong> {pair({ zh, en })}
              </button>
              {rule === null ? null : (
                <div className="muted">
                  {services.cures}: {cures[cureOf(rule)]}
                </div>
              )}
            </li>
          ))}
        </ul>
      </section>
    </aside>
  )
}
