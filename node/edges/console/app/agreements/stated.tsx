/** The terms of a text as it says them: nobody signs what stands on another page. */
import { Descriptions } from 'antd'
import { TERM_LABELS, type TermField, valueLabel } from '../../../../../protocol/agreement/labels.ts'
import type { AgreementDetail } from '../../../client/api.generated.ts'
import { usePair, useWords } from '../words.ts'
import { AGREEMENTS } from './words.ts'

type Document = AgreementDetail['document']

/** Above them stand the title and the days; files have a list of their own. */
const ELSEWHERE: ReadonlySet<string> = new Set<TermField>(['title', 'validFrom', 'validTo', 'attachments'])
const FIELDS = Object.keys(TERM_LABELS).filter(field => !ELSEWHERE.has(field)) as TermField[]

function termOf(document: Partial<Document>, field: TermField): unknown {
  const [head = '', part] = field.split('.')
  const value: unknown = Reflect.get(document, head)
  return part === undefined || typeof value !== 'object' || value === null ? value : Reflect.get(value, part)
}

/** `changes`: what a change says, and nothing of what it leaves as it is. */
export function Stated(shown: { document: Document } | { changes: Partial<Document> }) {
  const words = useWords(AGREEMENTS)
  const pair = usePair()
  const document = 'changes' in shown ? shown.changes : shown.document
  const fields = 'changes' in shown ? FIELDS.filter(field => termOf(document, field) !== undefined) : FIELDS
  if (fields.length === 0) return null
  return (
    <section className="card" aria-labelledby="terms">
      <h2 id="terms">{words.termsTitle}</h2>
      <Descriptions
        column={1}
        size="small"
        items={fields.map(field => ({
          key: field,
          label: pair(TERM_LABELS[field]),
          children: <span style={{ whiteSpace: 'pre-wrap' }}>{pair(valueLabel(field, termOf(document, field)))}</span>,
        }))}
      />
    </section>
  )
}
