/** Who applies: the number first, by which the node fills in what it knows; the source of each value stands beside it. */
import { Select } from 'antd'
import type { Finding } from '../../../client/api.generated.ts'
import { useWords } from '../words.ts'
import { type Content, textOr } from './content.ts'
import { Field, idAt, type Sources, TextField } from './field.tsx'
import { useIdTypes } from './id-types.ts'
import { NEW } from './words.ts'

export function Applicant({
  content,
  findings,
  sources,
  change,
}: {
  content: Content
  findings: readonly Finding[]
  sources: Sources
  change: (part: Partial<Content>) => void
}) {
  const words = useWords(NEW)
  const { applicant = {} } = content
  type Applicant = NonNullable<Content['applicant']>
  const set = (part: Applicant) => change({ applicant: { ...applicant, ...part } })
  const text = (name: 'name' | 'phone' | 'address' | 'idNumber' | 'legalRepresentative', label: string) => (
    <TextField
      path={`/applicant/${name}`}
      label={label}
      findings={findings}
      source={sources[`applicant.${name}`]}
      value={applicant[name]}
      change={value => set({ [name]: textOr(name === 'idNumber' ? value.trim().toUpperCase() : value) })}
    />
  )
  const idTypes = useIdTypes('unit')
  const types = [words.type1, words.type2, words.type3, words.type4, words.type5, words.type6]
  return (
    <div className="fields">
      {text('idNumber', words.idNumber)}
      <Field path="/applicant/idType" label={words.idType} findings={findings}>
        <Select
          id={idAt('/applicant/idType')}
          value={applicant.idType ?? '111'}
          onChange={idType => set({ idType })}
          options={idTypes}
        />
      </Field>
      {text('name', words.name)}
      {text('phone', words.phone)}
      {text('address', words.address)}
      <Field path="/applicant/type" label={words.type} findings={findings}>
        <Select
          id={idAt('/applicant/type')}
          value={applicant.type ?? '1'}
          onChange={type => set({ type })}
          options={types.map((label, index) => ({ value: String(index + 1) as '1', label }))}
        />
      </Field>
      {(applicant.type ?? '1') === '1' ? null : text('legalRepresentative', words.representative)}
    </div>
  )
}
