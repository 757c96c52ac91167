/** How the result comes to the applicant, and what the applicant was told. */
import { Checkbox, Radio } from 'antd'
import type { Finding } from '../../../client/api.generated.ts'
import { useWords } from '../words.ts'
import { type Content, type Guide, textOr } from './content.ts'
import { Field, idAt, TextField } from './field.tsx'
import { NEW } from './words.ts'

export function Delivery({
  guide,
  content,
  findings,
  change,
}: {
  guide: Guide
  content: Content
  findings: readonly Finding[]
  change: (part: Partial<Content>) => void
}) {
  const words = useWords(NEW)
  const { delivery, consent, sms } = content
  const notice = guide.item.consent
  type Recipient = NonNullable<NonNullable<Content['delivery']>['recipient']>
  const text = (name: keyof Recipient, label: string) => (
    <TextField
      path={`/delivery/recipient/${name}`}
      label={label}
      findings={findings}
      value={delivery?.recipient?.[name]}
      change={value =>
        change({ delivery: { ...delivery, recipient: { ...delivery?.recipient, [name]: textOr(value) } } })
      }
    />
  )
  return (
    <>
      <Field path="/delivery/method" label={words.method} findings={findings}>
        <Radio.Group
          id={idAt('/delivery/method')}
          value={delivery?.method}
          onChange={event => change({ delivery: { ...delivery, method: event.target.value as 'mail' } })}
          options={[
            { value: 'e-licence', label: words.eLicence },
            { value: 'collecting', label: words.collecting },
            { value: 'mail', label: words.mail },
            { value: 'handling', label: words.handling },
          ]}
        />
      </Field>
      {delivery?.method === 'mail' ? (
        <div className="fields">
          {text('name', words.recipient)}
          {text('phone', words.recipientPhone)}
          {text('address', words.recipientAddress)}
          {text('postcode', words.postcode)}
        </div>
      ) : null}
      {notice === undefined ? null : (
        <Field path="/consent" label={words.notice} findings={findings}>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a long notice is scrolled by keyboard too */}
          <section className="notice" tabIndex={0} aria-label={words.notice}>
            {notice.text}
          </section>
          <Checkbox
            id={idAt('/consent')}
            checked={consent?.text === notice.version}
            onChange={event =>
              change({
                consent: event.target.checked
                  ? { text: notice.version, acceptedAt: new Date().toISOString() }
                  : undefined,
              })
            }
          >
            {words.accepted}
          </Checkbox>
        </Field>
      )}
      <Field path="/sms" label="" findings={findings}>
        <Checkbox
          id={idAt('/sms')}
          checked={sms !== undefined}
          onChange={event =>
            change({ sms: event.target.checked ? { acceptedAt: new Date().toISOString() } : undefined })
          }
        >
          {words.sms}
        </Checkbox>
      </Field>
    </>
  )
}
