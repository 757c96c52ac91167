/** What a sandbox city says in a packet of each kind: made up, and recognisable as such. The node's own defaults stand beside it. */
import { type CaseKind, type CaseMaterial, UNTOLD_KINDS } from '../../../protocol/case/kinds.ts'
import type { CaseDetail } from '../client/api.generated.ts'

export type SampleInput = {
  /** a text with what is to be done to the packet */
  note: string
  detail: CaseDetail
  /** the city that speaks */
  city: string
  /** scans for the materials of these codes */
  scans: (codes: readonly string[]) => Promise<CaseMaterial[]>
  now: Date
}

/** In China. */
const day = (now: Date, days = 0): string =>
  new Date(now.getTime() + 8 * 3_600_000 + days * 86_400_000).toISOString().slice(0, 10)
const waybill = { carrier: 'SANDBOX', number: 'SANDBOX0001' }

/** A step that the city took before and that has a text, which it corrects. */
const correctable = ({ detail, city }: SampleInput) =>
  detail.timeline.find(entry => entry.city === city && entry.kind === 'case.message')

type Sample = (input: SampleInput) => object | Promise<object>

/** Kinds that `trigger` sends: all but a purge, which deletes what both hold. */
export const SAMPLES: Readonly<Record<Exclude<CaseKind, 'case.submit' | 'case.purge'>, Sample>> = {
  'case.supplement': async ({ note, detail, scans }) => ({
    note,
    materials: await scans(detail.lacking?.materials ?? []),
    ...(detail.lacking === null || detail.lacking.form.length === 0
      ? {}
      : { form: Object.fromEntries(detail.lacking.form.map(field => [field, note])) }),
  }),
  'case.commit': ({ note, now }) => ({ text: note, until: day(now, 10) }),
  'case.hand-in': async ({ note, detail, scans }) => ({
    note,
    materials: await scans(detail.committed?.missing ?? []),
  }),
  'case.ship': ({ note, now }) => ({ waybill, contents: [note], shippedOn: day(now) }),
  'case.withdraw': ({ note }) => ({ reason: note }),
  'case.remind': ({ note }) => ({ text: note }),
  'case.result-received': ({ note, now }) => ({ receivedAt: now.toISOString(), by: note }),
  'case.evaluate': ({ note }) => ({ level: 2, channel: '窗口', text: note }),
  'case.message': ({ note }) => ({ text: note }),
  'case.arrived': ({ note }) => ({ localCaseNo: 'SANDBOX-BY-HAND', acceptedBy: note }),
  'case.precheck': ({ note }) => ({ opinion: note }),
  'case.request-supplement': ({ note }) => ({ notice: note }),
  'case.accept': ({ note }) => ({ acceptanceNo: note }),
  'case.refuse': ({ note }) => ({ reason: note, basis: '沙箱规则第一条' }),
  'case.request-payment': ({ note, now }) => ({
    number: 'SANDBOX-FEE-1',
    amount: '10.00',
    payBy: day(now, 10),
    note,
  }),
  'case.progress': ({ note }) => ({ step: '沙箱审查', note }),
  'case.pause': ({ note }) => ({ procedure: 'hearing', reason: note }),
  'case.resume': ({ note }) => ({ result: note }),
  'case.extend': ({ note }) => ({ reason: note, approver: '沙箱负责人' }),
  'case.decide': ({ note }) => ({ outcome: 'granted', documentNo: 'SANDBOX-1', reason: note }),
  'case.send-result': ({ note }) => ({ method: 'e-licence', licence: { id: 'SANDBOX-LICENCE-1', name: note } }),
  'case.close': ({ note }) => ({ note }),
  'case.answer-evaluation': ({ note }) => ({ text: note }),
  'case.appeal-evaluation': ({ note }) => ({ reason: note }),
  'case.supervise': ({ note, now }) => ({ text: note, answerBy: day(now, 5) }),
  'case.answer': ({ note, detail }) => ({ to: detail.questions[0]?.packet, text: note }),
  'case.record-payment': ({ note, detail, now }) => ({
    payment: detail.payments.find(({ result }) => result === null)?.packet,
    result: 'paid',
    settledOn: day(now),
    by: note,
  }),
  'case.verify-remote': ({ note, now }) => ({
    subject: 'identity',
    from: new Date(now.getTime() - 600_000).toISOString(),
    to: now.toISOString(),
    collectingClerk: { name: '沙箱甲' },
    handlingClerk: { name: '沙箱乙' },
    result: 'verified',
    note,
  }),
  'case.mail': ({ note, now }) => ({
    waybill,
    parcel: 'originals',
    state: 'in-transit',
    at: now.toISOString(),
    place: note,
  }),
  'case.originals': ({ note, now }) => ({
    event: 'taken',
    items: [{ name: '沙箱原件' }],
    at: now.toISOString(),
    note,
  }),
  'case.object': ({ note }) => ({ reason: note }),
  'case.correct': input => ({
    packet: correctable(input)?.packet,
    fields: [{ field: 'text', value: `${input.note}（更正）` }],
    reason: input.note,
  }),
  'case.revoke': ({ note }) => ({ reason: note, basis: '沙箱规则第二条' }),
}

/** Of these an approval system is not told; who watches the node is. */
export const isUntold = (kind: string): boolean => UNTOLD_KINDS.has(kind)

type Schema = {
  const?: unknown
  enum?: unknown[]
  default?: unknown
  type?: string
  format?: string
  minLength?: number
  minimum?: number
  minItems?: number
  items?: Schema
  properties?: Record<string, Schema>
  required?: string[]
}

/** Bounds of what is made up for a form, whatever its schema says. */
const MOST = { levels: 8, items: 20, letters: 2000 }

/** A value that a schema of a form is likely to take: what it requires, and no more. Pure. */
export function sampleOf(schema: Schema, note: string, levels: number = MOST.levels): unknown {
  if (schema.const !== undefined) return schema.const
  if (schema.default !== undefined) return schema.default
  if (schema.enum !== undefined) return schema.enum[0]
  switch (schema.type) {
    case 'object': {
      if (levels === 0) return {}
      const { properties = {}, required = [] } = schema
      return Object.fromEntries(required.map(name => [name, sampleOf(properties[name] ?? {}, note, levels - 1)]))
    }
    case 'array':
      return Array.from({ length: Math.min(schema.minItems ?? 0, MOST.items) }, () =>
        sampleOf(schema.items ?? {}, note, Math.max(0, levels - 1)),
      )
    case 'integer':
    case 'number':
      return schema.minimum ?? 1
    case 'boolean':
      return true
    default:
      if (schema.format === 'date') return '2000-01-01'
      return note.padEnd(Math.min(schema.minLength ?? 0, MOST.letters), '沙')
  }
}
