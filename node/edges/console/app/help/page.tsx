/** Help: the keys, and where more is written. */
import { STEP_KEYS } from '../case/steps/kinds.ts'
import { STEP_VERBS } from '../case/steps/words.ts'
import { NAVIGATION } from '../places.ts'
import { mayDo, useMe } from '../session.ts'
import { SEND_KEY } from '../shell/keys.ts'
import { SHELL } from '../shell/words.ts'
import { PageFrame } from '../ui/page.tsx'
import { usePair, useWords } from '../words.ts'
import { HELP } from './words.ts'

type Word =
  | 'move'
  | 'openCase'
  | 'actAndNext'
  | 'claim'
  | 'clear'
  | 'message'
  | 'receipt'
  | 'documents'
  | 'beside'
  | 'zoom'
  | 'nextCase'

/** Keys of the pages on which one works all day, as those pages have them. */
const PAGE_KEYS: readonly { title: 'desk' | 'inCase' | 'review' | 'messages'; keys: readonly [string, Word][] }[] = [
  {
    title: 'desk',
    keys: [
      ['j k', 'move'],
      ['Enter', 'openCase'],
      ['e', 'actAndNext'],
      ['c', 'claim'],
      ['r', 'receipt'],
      ['Esc', 'clear'],
    ],
  },
  {
    title: 'inCase',
    keys: [
      ['m', 'message'],
      ['r', 'receipt'],
    ],
  },
  {
    title: 'review',
    keys: [
      ['[ ]', 'documents'],
      ['b', 'beside'],
      ['+ −', 'zoom'],
      ['e', 'nextCase'],
    ],
  },
  { title: 'messages', keys: [['j k', 'move']] },
]

/** Steps that share a key are never possible together. */
const STEPS = Object.entries(STEP_KEYS) as [keyof typeof STEP_KEYS, string][]

function PageKeys() {
  const words = useWords(HELP)
  const pair = usePair()
  return PAGE_KEYS.map(({ title, keys }) => (
    <section key={title} className="card" aria-labelledby={title}>
      <h2 id={title}>{words[title]}</h2>
      <ul>
        {title === 'inCase'
          ? STEPS.map(([kind, key]) => (
              <li key={kind}>
                <kbd>{key}</kbd> {pair(STEP_VERBS[kind])}
              </li>
            ))
          : null}
        {keys.map(([key, word]) => (
          <li key={key}>
            <kbd>{key}</kbd> {words[word]}
          </li>
        ))}
      </ul>
    </section>
  ))
}

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
          <li>
            <kbd>{SEND_KEY}</kbd> {words.send}
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
      <PageKeys />
      <p>
        <a href="/problems">{words.problems}</a> · <a href="/reference">{words.reference}</a>
      </p>
    </PageFrame>
  )
}
