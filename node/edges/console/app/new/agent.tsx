/** Who stands beside the applicant: an agent with a document and an authorisation among the materials, or somebody who only helps. */
import { Checkbox, Radio, Select } from 'antd'
import type { Finding } from '../../../client/api.generated.ts'
import { useWords } from '../words.ts'
import {
  type Asked,
  authorisationIn,
  type Content,
  codeOfAuthorisation,
  textOr,
  usualAuthorisation,
} from './content.ts'
import { Field, idAt, TextField } from './field.tsx'
import { useIdTypes } from './id-types.ts'
import { NEW } from './words.ts'

export function Agent({
  asked,
  content,
  findings,
  change,
}: {
  /** the materials of the item's list */
  asked: readonly Asked[]
  content: Content
  findings: readonly Finding[]
  change: (part: Partial<Content>) => void
}) {
  const words = useWords(NEW)
  const idTypes = useIdTypes('person')
  const { agent } = content
  type Agent = NonNullable<Content['agent']>
  const set = (part: Agent) => change({ agent: { ...agent, ...part } })
  const text = (name: 'name' | 'idNumber' | 'phone', label: string) => (
    <TextField
      path={`/agent/${name}`}
      label={label}
      findings={findings}
      value={agent?.[name]}
      change={value => set({ [name]: textOr(name === 'idNumber' ? value.trim().toUpperCase() : value) })}
    />
  )
  const acting = { kind: 'agent', idType: '111', authorisation: usualAuthorisation(asked) } as const
  return (
    <>
      <Checkbox
        checked={agent !== undefined}
        onChange={event => change({ agent: event.target.checked ? acting : undefined })}
      >
        {words.agentIs}
      </Checkbox>
      {agent === undefined ? null : (
        <>
          <Radio.Group
            aria-label={words.agentKind}
            style={{ display: 'flex', marginBlock: 8 }}
            value={agent.kind ?? 'agent'}
            // Who only helps shows no document, and what stood there of one goes.
            onChange={event =>
              change({
                agent:
                  event.target.value === 'assistant'
                    ? { kind: 'assistant', name: agent.name }
                    : { ...acting, name: agent.name },
              })
            }
            options={[
              { value: 'agent', label: words.agentActs },
              { value: 'assistant', label: words.agentHelps },
            ]}
          />
          <div className="fields">
            {text('name', words.agentName)}
            {agent.kind === 'assistant' ? null : (
              <>
                <Field path="/agent/idType" label={words.agentIdType} findings={findings}>
                  <Select
                    id={idAt('/agent/idType')}
                    value={agent.idType}
                    onChange={idType => set({ idType })}
                    options={idTypes}
                  />
                </Field>
                {text('idNumber', words.agentId)}
                {text('phone', words.agentPhone)}
                <Field path="/agent/authorisation" label={words.authorisation} findings={findings}>
                  <Select
                    id={idAt('/agent/authorisation')}
                    value={codeOfAuthorisation(content)}
                    onChange={authorisation => set({ authorisation })}
                    options={authorisationIn(asked, words.authorisationApart).map(({ materialCode, materialName }) => ({
                      value: materialCode,
                      label: materialName,
                    }))}
                  />
                </Field>
              </>
            )}
          </div>
        </>
      )}
    </>
  )
}
