/** What a draft changes, field by field, and what was found in it, each finding with who cures it. */

import type { ItemDraft } from '../../../client/api.generated.ts'
import { Scroll } from '../ui/scroll.tsx'
import { useLanguage, usePair, useWords } from '../words.ts'
import { useCures } from './cures.ts'
import { entryName, fieldOf, pathName, valueText } from './fields.ts'
import { cureOf } from './findings.ts'
import { SERVICES } from './words.ts'

type Finding = ItemDraft['findings'][number]

export function Findings({ findings, draft }: { findings: readonly Finding[]; draft: Pick<ItemDraft, 'item'> }) {
  const words = useWords(SERVICES)
  const language = useLanguage()
  const pair = usePair()
  const cures = useCures()
  return (
    <ul className="rows-of">
      {findings.map(finding => (
        <li key={`${finding.rule} ${finding.path}`}>
          <span className={finding.level === 'error' ? 'worse' : 'advice'}>
            {finding.level === 'error' ? `✗ ${words.blocks}` : `! ${words.advises}`}
          </span>{' '}
          <strong>{pathName(finding.path, language, entryName(draft.item))}</strong>
          <div>{pair(finding)}</div>
          <div className="muted">
            {words.cures}: {cures[cureOf(finding.rule)]}
          </div>
        </li>
      ))}
    </ul>
  )
}

export function Changes({ draft }: { draft: ItemDraft }) {
  const words = useWords(SERVICES)
  const language = useLanguage()
  const { change, differences, item, published } = draft
  return (
    <>
      {change === 'add' ? <p>{words.noBefore}</p> : null}
      {change === 'remove' ? <p>{words.goes}</p> : null}
      {differences.length === 0 ? null : (
        <Scroll label={words.change}>
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{words.field}</th>
                <th scope="col">− {words.before}</th>
                <th scope="col">＋ {words.after}</th>
              </tr>
            </thead>
            <tbody>
              {differences.map(({ path, before, after }) => (
                <tr key={path}>
                  <th scope="row">{pathName(path, language, entryName(item ?? published))}</th>
                  <td className="text">
                    <del>{valueText(fieldOf(path), before, language)}</del>
                  </td>
                  <td className="text">
                    <ins>{valueText(fieldOf(path), after, language)}</ins>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
      {draft.findings.length === 0 ? null : <Findings findings={draft.findings} draft={draft} />}
    </>
  )
}
