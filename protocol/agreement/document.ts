/** The agreement (合作协议) between cities: one document, signed by every party over the same bytes. SPEC.md §7. */
import * as z from 'zod'
import { Mode } from '../case/kinds.ts'
import { LIMITS } from '../limits.ts'
import { Day, DivisionCode, encodeUtf8, parseJson, sha256, text } from '../primitives.ts'
import { type Refused, refuse } from '../problem.ts'

const Party = z.strictObject({
  code: DivisionCode,
  name: text(100),
  authority: text(200).describe('the organ that signs (甲方, 乙方 …)'),
  authorityCode: text(18).optional().describe('its 统一社会信用代码'),
})

/** One item handled by one party for others: which item, by whom, for whom, how. */
const AgreedItem = z.strictObject({
  taskCode: text(50).describe('实施编码 of the handling city'),
  taskName: text(1000),
  handling: DivisionCode.describe('办理地'),
  collecting: z.array(DivisionCode).min(1).max(100).describe('收件地'),
  modes: z.array(Mode).min(1).max(4),
  promiseDays: z.number().int().min(0).max(365).optional().describe('working days, when other than the list says'),
  contact: z.strictObject({ name: text(100), phone: text(30).optional() }).optional(),
})

/** Working days of each step (domain defaults: 转办 1, 寄出 2, 复核 1, 寄送结果 1, 补正告知 5). */
const Clock = z.strictObject({
  forwardDays: z.number().int().min(0).max(30).default(1),
  mailDays: z.number().int().min(0).max(30).default(2),
  recheckDays: z.number().int().min(0).max(30).default(1),
  resultMailDays: z.number().int().min(0).max(30).default(1),
  supplementNoticeDays: z.number().int().min(1).max(30).default(5),
  supplementClockStart: z.enum(['arrival', 'receipt']).default('arrival'),
  objectionDays: z.number().int().min(0).max(30).default(3).describe('within which the owner may object (mode 2)'),
})

export const AgreementDocument = z.strictObject({
  v: z.literal(1),
  title: text(300),
  parties: z.array(Party).min(2).max(100),
  items: z.array(AgreedItem).min(1).max(LIMITS.agreementItems),
  clock: Clock,
  mailing: z.enum(['collecting', 'handling', 'applicant']).describe('who pays the mail'),
  archive: z.enum(['collecting', 'handling']).describe('who keeps the originals'),
  purgeDays: z
    .number()
    .int()
    .min(1)
    .max(3650)
    .describe('after close, the collecting city deletes personal data within'),
  dispute: text(1000).describe('协商, then which higher organ decides'),
  validFrom: Day,
  validTo: Day,
  text: z.string().max(50_000).optional().describe('further clauses'),
})
export type AgreementDocument = z.infer<typeof AgreementDocument>
export type AgreementDocumentInput = z.input<typeof AgreementDocument>

/** Bytes and id of a document; both parties sign exactly these bytes. */
export async function writeAgreement(
  input: AgreementDocumentInput,
): Promise<{ ok: true; id: string; text: string; document: AgreementDocument } | Refused> {
  const written = JSON.stringify(AgreementDocument.safeParse(input).data ?? input)
  const read = readAgreement(written)
  return read.ok ? { ok: true, id: await sha256(written), text: written, document: read.document } : read
}

/** Parses and checks a document. Problem: `agreement.malformed` naming what does not hold. */
export function readAgreement(written: string): { ok: true; document: AgreementDocument } | Refused {
  if (encodeUtf8(written).byteLength > LIMITS.agreementBytes) return refuse('agreement.malformed', 'size')
  const parsed = parseJson(AgreementDocument, written, 'agreement.malformed')
  if (!parsed.ok) return parsed
  const document = parsed.value
  const codes = document.parties.map(party => party.code)
  if (new Set(codes).size !== codes.length) return refuse('agreement.malformed', 'parties: a city stands twice')
  if (document.validFrom > document.validTo) return refuse('agreement.malformed', 'validTo: before validFrom')
  const seen = new Set<string>()
  for (const [index, item] of document.items.entries()) {
    if (!codes.includes(item.handling)) return refuse('agreement.malformed', `items.${index}.handling: not a party`)
    if (item.collecting.some(code => code === item.handling || !codes.includes(code))) {
      return refuse('agreement.malformed', `items.${index}.collecting: not another party`)
    }
    const key = `${item.handling}/${item.taskCode}`
    if (seen.has(key)) return refuse('agreement.malformed', `items.${index}: stands twice`)
    seen.add(key)
  }
  return { ok: true, document }
}

/** Day in China Standard Time (UTC+8, no daylight saving) of an instant in seconds. */
export const dayOf = (seconds: number): string => new Date((seconds + 8 * 3600) * 1000).toISOString().slice(0, 10)

/** Whether a document covers a case that begins at `at` (seconds). Problems: `agreement.inactive`, `agreement.uncovered`. */
export function covers(
  document: AgreementDocument,
  wanted: { collecting: string; handling: string; item: string; mode: Mode; at: number },
): { ok: true } | Refused {
  const day = dayOf(wanted.at)
  if (day < document.validFrom || day > document.validTo) return refuse('agreement.inactive', 'validity')
  const item = document.items.find(entry => entry.taskCode === wanted.item && entry.handling === wanted.handling)
  if (item === undefined) return refuse('agreement.uncovered', 'item')
  if (!item.collecting.includes(wanted.collecting)) return refuse('agreement.uncovered', 'direction')
  return item.modes.includes(wanted.mode) ? { ok: true } : refuse('agreement.uncovered', 'mode')
}
