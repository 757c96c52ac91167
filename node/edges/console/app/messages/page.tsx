/** Messages (消息): cases in which the other city wrote what nobody here has read, and what both wrote in the chosen one. */
import { Link, useLocation, useRouter } from '@tanstack/react-router'
import { useState } from 'react'
import { useCitiesOf } from '../case/cities.ts'
import '../case/case.css'
import type { Detail } from '../case/duties.ts'
import { Messages } from '../case/tabs/messages.tsx'
import { useCities } from '../cities.ts'
import { useNode } from '../query.ts'
import { useKeys } from '../shell/keys.ts'
import { PageFrame, Shown } from '../ui/page.tsx'
import { useWords } from '../words.ts'
import './messages.css'
import { MESSAGES } from './words.ts'

/** Cases that are shown at once: as many as a page of the API holds. */
const ROWS = 200

function Talk({ detail }: { detail: Detail }) {
  const words = useWords(MESSAGES)
  const cities = useCitiesOf(detail)
  return (
    <section className="card" aria-labelledby="talk">
      <h2 id="talk">
        {detail.applicant} · {detail.item.name}
      </h2>
      <p>
        <Link to={`/cases/${encodeURIComponent(detail.caseNo)}`}>
          {words.open} {detail.caseNo}
        </Link>
      </p>
      <Messages detail={detail} cities={cities} />
    </section>
  )
}

/** Stays while it is read, though it is unread no more. */
function Chosen({ thread }: { thread: string }) {
  const read = useNode('getCase', { params: { thread } })
  return <Shown read={read}>{detail => <Talk detail={detail} />}</Shown>
}

export function Page() {
  const words = useWords(MESSAGES)
  const names = useCities()
  const router = useRouter()
  const read = useNode('readQueue', { params: { queue: 'unread' }, query: { limit: ROWS } }, { keep: true })
  const chosen = new URLSearchParams(useLocation().searchStr).get('case')
  const [known, know] = useState<readonly string[]>([])
  const choose = (thread: string) => router.history.replace(`/messages?case=${thread}`)
  const rows = read.data?.items ?? []
  const move = (by: 1 | -1) => () => {
    const at = rows.findIndex(({ thread }) => thread === chosen)
    // What was read is no row any more: what follows moved up into its place.
    const next = rows[at < 0 ? Math.max(0, known.indexOf(chosen ?? '')) : at + by]
    if (next === undefined) return
    know(rows.map(({ thread }) => thread))
    choose(next.thread)
  }
  useKeys({ j: move(1), k: move(-1) })
  return (
    <PageFrame title={words.title}>
      <div className="talks">
        <section aria-label={words.cases}>
          <Shown read={read}>
            {({ items, next }) => (
              <>
                {items.length === 0 ? <p className="muted">{words.empty}</p> : null}
                <ul>
                  {items.map(({ thread, applicant, item, partner, unread }) => (
                    <li key={thread}>
                      <button
                        type="button"
                        aria-current={thread === chosen ? 'true' : undefined}
                        onClick={() => choose(thread)}
                      >
                        <span>
                          {names(partner)} · {applicant}
                          <br />
                          <span className="muted">{item.name}</span>
                        </span>
                        <b>✉ {unread}</b>
                      </button>
                    </li>
                  ))}
                </ul>
                {next === null ? null : <p className="muted">{words.more}</p>}
              </>
            )}
          </Shown>
        </section>
        {chosen === null ? (
          <section className="card">
            <p className="muted">{words.choose}</p>
          </section>
        ) : (
          <Chosen key={chosen} thread={chosen} />
        )}
      </div>
    </PageFrame>
  )
}
