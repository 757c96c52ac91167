/** The materials of a case: what each is, from whom, whether its pages are as written, and what to look at. */
import { WarningOutlined } from '@ant-design/icons'
import { Link } from '@tanstack/react-router'
import { type AnswerOf, useNode } from '../../query.ts'
import { Shown } from '../../ui/page.tsx'
import { useLanguage, useWords } from '../../words.ts'
import { materialAddress } from '../address.ts'
import { scanName } from '../scan-name.ts'
import { CASE } from '../words.ts'
import type { Held } from './tabs.tsx'

export type Material = AnswerOf<'listCaseMaterials'>['items'][number]

function Pages({ material: { pages, counted, unreadable, held } }: { material: Material }) {
  const words = useWords(CASE)
  if (!held) return words.notHeld
  if (unreadable) return <Warned text={words.unreadable} />
  if (pages !== null && counted !== null && pages !== counted)
    return <Warned text={words.pagesDiffer(pages, counted)} />
  const count = counted ?? pages
  return count === null ? null : words.pageCount(count)
}

const Warned = ({ text }: { text: string }) => (
  <span className="warned">
    <WarningOutlined /> {text}
  </span>
)

export function Materials({ detail, cities }: Held) {
  const words = useWords(CASE)
  const read = useNode('listCaseMaterials', { params: { thread: detail.thread } })
  const language = useLanguage()
  const forms = { original: words.original, copy: words.copy, electronic: words.electronic }
  return (
    <Shown read={read}>
      {({ items }) =>
        items.length === 0 ? (
          <p className="muted">{words.noMaterials}</p>
        ) : (
          <>
            <p>
              <Link to="/cases/$no/materials" params={{ no: detail.thread }}>
                {words.open}
              </Link>
            </p>
            <table className="plain">
              <thead>
                <tr>
                  <th scope="col">{words.material}</th>
                  <th scope="col">{words.from}</th>
                  <th scope="col">{words.forms}</th>
                  <th scope="col">{words.pages}</th>
                  <th scope="col">{words.reviewPoints}</th>
                </tr>
              </thead>
              <tbody>
                {items.map(material => (
                  <tr key={`${material.packet} ${material.sha256} ${material.code}`}>
                    <td>
                      {material.held ? (
                        <a href={materialAddress(detail.thread, material.sha256)} target="_blank" rel="noopener">
                          {scanName(material, language)}
                        </a>
                      ) : (
                        scanName(material, language)
                      )}
                      {material.title === null || material.name === null ? null : (
                        <div className="muted">{material.name}</div>
                      )}
                    </td>
                    <td>{cities.nameOf(material.city)}</td>
                    <td>{material.form === null ? '' : forms[material.form]}</td>
                    <td>
                      <Pages material={material} />
                    </td>
                    <td>{material.reviewPoints.join('；')}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </>
        )
      }
    </Shown>
  )
}
