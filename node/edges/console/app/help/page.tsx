/** Help: the keys, and where more is written. */
import { NAVIGATION } from '../places.ts'
import { mayDo, useMe } from '../session.ts'
import { SHELL } from '../shell/words.ts'
import { PageFrame } from '../ui/page.tsx'
import { useWords } from '../words.ts'
import { HELP } from './words.ts'

export function Page() {
  const words = useWords(HELP)
  const shell = useWords(SHELL)
  const me = useMe()
  return (
    <PageFrame title={words.title}>
      <section className="card" aria-labelledby="keys">
        <h2 id="keys">{words.keys}</h2>
        <p>{words.keysHint}</p>
        <ul>
          <li>
            <kbd>/</kbd> {words.search}
          </li>
          {NAVIGATION.map(({ path, nav, action }) =>
            nav.keys !== undefined && (action === undefined || mayDo(me, action)) ? (
              <li key={path}>
                <kbd>{nav.keys}</kbd> {words.go} {shell[nav.word]}
              </li>
            ) : null,
          )}
        </ul>
      </section>
      <p>
        <a href="/problems">{words.problems}</a> · <a href="/reference">{words.reference}</a>
      </p>
    </PageFrame>
  )
}
