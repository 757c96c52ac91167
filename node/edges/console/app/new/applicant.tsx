/** Who applies: the number first, by which the node fills in what it knows; the source of each value stands beside it. */
import { Checkbox, Select } from 'antd'
import type { Finding } from '../../../client/api.generated.ts'
import { useWords } from '../words.ts'
import { type Content, textOr } from './content.ts'
import { Field, idAt, type Sources, TextField } from './field.tsx'
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
  const { applicant = {}, agent } = content
  type Applicant = NonNullable<Content['applicant']>
  const set = (part: Applicant) => change({ applicant: { ...applicant, ...part } })
  const setAgent = (part: NonNullable<Content['agent']>) => change({ agent: { ...agent, ...part } })
  const text = (name: 'name' | 'phone' | 'address' | 'idNumber' | 'legalRepresentative', label: string) => (
    <TextField
      path={`/applicant/${name}`}
      label={label}
      findings={findings}
      source={sources[`/applicant/${name}`] ?? sources[`applicant.${name}`]}
      value={applicant[name]}
      change={value => set({ [name]: textOr(name === 'idNumber' ? value.trim().toUpperCase() : value) })}
    />
  )
  const agentText = (name: 'name' | 'idNumber' | 'phone' | 'authorisation', label: string) => (
    <TextField
      path={`/agent/${name}`}
      label={label}
      findings={findings}
      value={agent?.[name]}
      change={value => setAgent({ [name]: textOr(value) })}
    />
  )
  const types = [words.type1, words.type2, words.type3, words.type4, words.type5, words.type6]
  return (
    <>
      <div className="fields">
        {text('idNumber', words.idNumber)}
        <Field path="/applicant/idType" label={words.idType} findings={findings}>
          <Select
            id={idAt('/applicant/idType')}
            value={applicant.idType ?? '111'}
            onChange={idType => set({ idType })}
            options={[
              { value: '111', label: words.resident },
              { value: '001', label: words.credit },
            ]}
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
      <Checkbox
        checked={agent !== undefined}
        onChange={event => change({ agent: event.target.checked ? { idType: '111' } : undefined })}
      >
        {words.agentIs}
      </Checkbox>
      {agent === undefined ? null : (
        <div className="fields">
          {agentText('name', words.agentName)}
          {agentText('idNumber', words.agentId)}
          {agentText('phone', words.agentPhone)}
          {agentText('authorisation', words.authorisation)}
        </div>
      )}
    </>
  )
}
