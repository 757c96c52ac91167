/** The case (办件) at `/cases/$no`: by its number of either city, or by its thread, as links of the node have it. */
import { Link, useLocation, useParams } from '@tanstack/react-router'
import { Result } from 'antd'
import { useNode } from '../query.ts'
import { PageFrame, Shown } from '../ui/page.tsx'
import { useWords } from '../words.ts'
import './case.css'
import { CaseRoom } from './room.tsx'
import { CASE } from './words.ts'

const isThread = (no: string): boolean => /^[0-9a-f]{32}$/.test(no)
/** Cases with one number that are offered to choose from. */
const SAME_NUMBER = 20

function ByNumber({ no }: { no: string }) {
  const words = useWords(CASE)
  const found = useNode('listCases', { query: { number: no, limit: SAME_NUMBER } })
  const [only, ...others] = found.data?.items ?? []
  if (only !== undefined && others.length === 0) return <CaseRoom key={only.thread} thread={only.thread} />
  return (
    <PageFrame title={words.looking}>
      <Shown read={found}>
        {({ items }) =>
          items.length === 0 ? (
            <Result status="404" title={words.unknown} subTitle={words.unknownCure} />
          ) : (
            <section className="card">
              <h2>{words.several}</h2>
              <ul>
                {items.map(({ thread, caseNo, item, applicant }) => (
                  <li key={thread}>
                    <Link to="/cases/$no" params={{ no: thread }}>
                      {caseNo} · {item.name} · {applicant}
                    </Link>
                  </li>
                ))}
              </ul>
            </section>
          )
        }
      </Shown>
    </PageFrame>
  )
}

export function Page() {
  const { no = '' } = useParams({ strict: false }) as { no?: string }
  // Who comes from a list has told which of those with this number is meant.
  const { thread = no } = useLocation().state as { thread?: string }
  return isThread(thread) ? <CaseRoom key={thread} thread={thread} /> : <ByNumber key={no} no={no} />
}
