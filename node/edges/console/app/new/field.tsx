/** A field of a new case: its label, where its value came from, and what the node says of it, at the field itself. */
import { Input } from 'antd'
import type { ReactNode } from 'react'
import type { Finding } from '../../../client/api.generated.ts'
import { usePair, useWords } from '../words.ts'
import { NEW } from './words.ts'

export type Sources = Readonly<Record<string, 'number' | 'applicant' | 'earlier'>>

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
  const words = useWords(NEW)
  const pair = usePair()
  const own = findings.filter(finding => finding.path === path)
  const sources = { number: words.fromNumber, applicant: words.fromApplicant, earlier: words.fromEarlier }
  return (
    <div className="field">
      <label htmlFor={idAt(path)}>
        {label} {source === undefined ? null : <span className="muted">{sources[source]}</span>}
      </label>
      {children}
      {own.map(finding => (
        <div key={finding.code} className={finding.level === 'error' ? 'wrong' : 'muted'}>
          {finding.level === 'error' ? '✗ ' : 'ⓘ '}
          {pair(finding)}
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
  autoFocus = false,
}: {
  path: string
  label: string
  findings: readonly Finding[]
  source?: Sources[string] | undefined
  value: string | undefined
  change: (value: string) => void
  autoFocus?: boolean
}) {
  return (
    <Field path={path} label={label} findings={findings} source={source}>
      <Input
        id={idAt(path)}
        autoComplete="off"
        autoFocus={autoFocus}
        value={value ?? ''}
        onChange={event => change(event.target.value)}
      />
    </Field>
  )
}
