/** A problem as people read it: what happened, who must act, how, its code, and a retry where it helps. */
import { Alert, Button } from 'antd'
import { TITLES } from '../../../../../protocol/case/names.ts'
import { PROBLEMS, ProblemError } from '../../../../../protocol/problem.ts'
import { instantText, withInstants } from '../time.ts'
import { useLanguage, usePair, useWords } from '../words.ts'
import { Cure } from './cure.tsx'
import { SHARED } from './words.ts'

export function ProblemNotice({ error, retry }: { error: unknown; retry?: (() => unknown) | undefined }) {
  const words = useWords(SHARED)
  const pair = usePair()
  const language = useLanguage()
  const again = retry === undefined ? null : <Button onClick={() => void retry()}>{words.retry}</Button>
  if (!(error instanceof ProblemError))
    return (
      <Alert
        type="error"
        showIcon
        role="alert"
        title={words.unforeseen}
        description={
          <>
            <p>{words.unforeseenCure}</p>
            <code>{error instanceof Error ? error.message : String(error)}</code>
          </>
        }
        action={again}
      />
    )
  const acts: Readonly<Record<string, string>> = {
    'case.assigned': words.assigned,
    'case.printed': words.printed,
    'case.messages-read': words.messagesRead,
    'case.archived': words.archived,
    'draft.saved': words.draftSaved,
    'draft.removal': words.draftRemoval,
    'drafts.discarded': words.draftsDiscarded,
    'mapping.saved': words.mappingSaved,
  }
  // Steps of cases have names; another act stands as the audit log calls it.
  const actionText = (action: string) =>
    Object.hasOwn(TITLES, action) ? pair(TITLES[action as keyof typeof TITLES]) : (acts[action] ?? action)
  const { code, detail } = error.problem
  const { retryable, en, zh, cure, cureZh } = PROBLEMS[code]
  const { act } = error
  return (
    <Alert
      type={act === 'you' ? 'warning' : 'error'}
      showIcon
      role="alert"
      title={pair({ zh, en })}
      description={
        <>
          {detail === undefined ? null : (
            <p>{withInstants(pair({ zh: error.detailZh ?? detail, en: detail }), language)}</p>
          )}
          {error.errors.length === 0 ? null : (
            <ul>
              {error.errors.map(field => (
                <li key={`${field.field} ${field.reason}`}>
                  {field.field === '' ? '' : `${field.field}: `}
                  {pair({ zh: field.reasonZh, en: field.reason })}
                </li>
              ))}
            </ul>
          )}
          {error.changes.length === 0 ? null : (
            <ul>
              {error.changes.map(({ by, name, action, at }) => (
                <li key={`${at} ${action}`}>
                  {instantText(at, language)} {name ?? by}: {actionText(action)}
                </li>
              ))}
            </ul>
          )}
          <div>
            {words.who}: {words[act]} · {words.cure}: <Cure zh={cureZh} en={cure} />
          </div>
          <div className="muted">
            {words.code} <a href={`/problems/${code}`}>{code}</a>
          </div>
        </>
      }
      action={retryable || act !== 'you' ? again : null}
    />
  )
}
