/** A field of a new case: its label, where its value came from, and what the node says of it, at the field itself. */
import { Input } from 'antd'
import type { ReactNode } from 'react'
import type { Finding } from '../../../client/api.generated.ts'
import { usePair, useWords } from '../words.ts'
import { NEW } from './words.ts'

/** By the path of a value: where it came from. */
export type Sources = Readonly<Record<string, 'number' | 'applicant' | 'earlier'>>

/** What a finding says. Of what is not there yet a form says no more than that: of which kind it would be is seen at the field. */
export function useFindingWords(): (finding: Pick<Finding, 'code' | 'zh' | 'en'>) => string {
  const words = useWords(NEW)
  const pair = usePair()
  const own: Readonly<Record<string, string>> = {
    required: words.fillIn,
    'authorisation-missing': words.bringAuthorisation,
  }
  return finding => own[finding.code] ?? pair(finding)
}

/** The words of a source. */
export function useSourceWords(): (source: Sources[string]) => string {
  const words = useWords(NEW)
  const said = { number: words.fromNumber, applicant: words.fromApplicant, earlier: words.fromEarlier }
  return source => said[source]
}

/** The id of the field at a JSON Pointer, to which findings lead. */
export const idAt = (path: string): string => `at${path.replaceAll('/', '-')}`

export function Field({
  path,
  label,
  findings,
  source,
  children,
}: {
  /** JSON Pointer into the draft */
  path: string
  label: string
  findings: readonly Finding[]
  source?: Sources[string] | undefined
  children: ReactNode
}) {
  const said = useSourceWords()
  const told = useFindingWords()
  const own = findings.filter(finding => finding.path === path)
  return (
    <div className="field">
      <label htmlFor={idAt(path)}>
        {label} {source === undefined ? null : <span className="muted">{said(source)}</span>}
      </label>
      {children}
      {own.map(finding => (
        <div key={`${finding.code} ${finding.zh}`} className={finding.level === 'error' ? 'wrong' : 'muted'}>
          {finding.level === 'error' ? '✗ ' : 'ⓘ '}
          {told(finding)}
        </div>
      ))}
    </div>
  )
}

/** One line of text. */
export function TextField({
  path,
  label,
  findings,
  source,
  value,
  change,
  hint,
  autoFocus = false,
}: {
  path: string
  label: string
  findings: readonly Finding[]
  source?: Sources[string] | undefined
  value: string | undefined
  change: (value: string) => void
  /** what is typed there */
  hint?: string
  autoFocus?: boolean
}) {
  return (
    <Field path={path} label={label} findings={findings} source={source}>
      <Input
        id={idAt(path)}
        autoComplete="off"
        autoFocus={autoFocus}
        placeholder={hint}
        value={value ?? ''}
        onChange={event => change(event.target.value)}
      />
    </Field>
  )
}
