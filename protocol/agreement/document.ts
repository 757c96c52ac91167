/** The agreement (合作协议) between cities: one document, signed by every party over the same bytes. SPEC.md §7. */
import * as z from 'zod'
import { Mode } from '../case/kinds.ts'
import { LIMITS } from '../limits.ts'
import { Commitment, code, Day, DivisionCode, dayAt, encodeUtf8, parseJson, sha256, text } from '../primitives.ts'
import { type Refused, refuse } from '../problem.ts'

const Party = z.strictObject({
  code: DivisionCode,
  name: text(100),
  authority: text(200).describe('the organ that signs (甲方, 乙方 …)'),
  authorityCode: code(18).optional().describe('its 统一社会信用代码'),
})

const Contact = z.strictObject({
  name: text(100),
  phone: text(30).optional(),
  role: text(50).optional().describe('联络员, 窗口, 审批科室 …'),
})

/** One item handled by one party for others: which item, by whom, for whom, how. */
export const AgreedItem = z.strictObject({
  taskCode: code(50).describe('实施编码 of the handling city'),
  taskName: text(1000),
  handling: DivisionCode.describe('办理地'),
  collecting: z.array(DivisionCode).min(1).max(100).describe('收件地'),
  modes: z.array(Mode).min(1).max(4),
  promiseDays: z.number().int().min(0).max(365).optional().describe('working days, when other than the list says'),
  contacts: z.array(Contact).min(1).max(8).optional(),
  materialMapping: z
    .array(
      z.strictObject({
        collecting: code(64).describe('material code in the list of the collecting city'),
        handling: code(64).describe('material code in the list of the handling city'),
        note: text(300).optional(),
      }),
    )
    .max(LIMITS.materialsPerPacket)
    .optional()
    .describe('材料对应'),
  difference: text(2000).optional().describe('材料差异, for the paper'),
  sharedFields: z
    .array(text(100))
    .max(100)
    .optional()
    .describe('data of the applicant that may be shared for this item, by field name; absent: what its form asks for'),
})
export type AgreedItem = z.infer<typeof AgreedItem>

/** Working days of each step (domain defaults: 转办 1, 寄出 2, 复核 1, 寄送结果 1, 一次性告知补正 5). */
const Clock = z.strictObject({
  forwardDays: z.number().int().min(0).max(30).default(1),
  mailDays: z.number().int().min(0).max(30).default(2),
  recheckDays: z.number().int().min(0).max(30).default(1),
  resultMailDays: z.number().int().min(0).max(30).default(1),
  supplementNoticeDays: z.number().int().min(1).max(30).default(5),
  supplementClockStart: z.enum(['arrival', 'receipt']).default('arrival'),
  objectionDays: z.number().int().min(0).max(30).default(3).describe('within which the owner may object (mode 2)'),
})

const Renewal = z.strictObject({
  kind: z
    .enum(['none', 'auto', 'letters'])
    .describe('不续期, 自动续期 until a party gives notice, or by exchange of letters'),
  noticeDays: z.number().int().min(0).max(365).describe('a party that does not want it says so before'),
})

/** What an amendment may change besides the items. */
const TERMS = {
  clock: Clock,
  mailing: z.enum(['collecting', 'handling', 'applicant']).describe('who pays the mail of papers to the handling city'),
  resultMailing: z
    .enum(['collecting', 'handling', 'applicant'])
    .default('handling')
    .describe('who pays the mail of results'),
  originals: z.enum(['collecting', 'handling', 'applicant']).default('handling').describe('who keeps original papers'),
  archive: z.enum(['collecting', 'handling']).describe('who keeps the file of the case'),
  purgeDays: z
    .number()
    .int()
    .min(1)
    .max(3650)
    .describe('after close, the collecting city deletes personal data within'),
  evaluationDays: z.number().int().min(1).max(60).default(5).describe('working days to follow up a bad rating'),
  dispute: text(1000).describe('协商, then which higher organ decides'),
  validTo: Day,
  renewal: Renewal.default({ kind: 'none', noticeDays: 30 }),
  attachments: z
    .array(
      z.strictObject({
        ...Commitment.shape,
        size: z.number().int().min(0).max(LIMITS.attachmentBytes),
        name: text(200),
      }),
    )
    .max(16)
    .default([])
    .describe('such as the scan of the sealed paper (盖章扫描件)'),
  text: z.string().max(50_000).optional().describe('further clauses'),
}

export const AgreementDocument = z.strictObject({
  v: z.literal(1),
  title: text(300),
  parties: z.array(Party).min(2).max(100),
  items: z.array(AgreedItem).min(1).max(LIMITS.agreementItems),
  ...TERMS,
  validFrom: Day,
})
export type AgreementDocument = z.infer<typeof AgreementDocument>
export type AgreementDocumentInput = z.input<typeof AgreementDocument>

/** An amendment (变更): items that come, change or go, and terms that change; the rest of the agreement stands as it was signed. */
export const AgreementAmendment = z.strictObject({
  v: z.literal(1),
  amends: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .describe('id of the version that it changes'),
  title: text(300),
  reason: text(2000),
  put: z.array(AgreedItem).max(LIMITS.agreementItems).default([]).describe('items as they are from then on'),
  remove: z
    .array(z.strictObject({ handling: DivisionCode, taskCode: code(50) }))
    .max(LIMITS.agreementItems)
    .default([]),
  terms: z
    .strictObject({
      clock: TERMS.clock,
      mailing: TERMS.mailing,
      resultMailing: TERMS.resultMailing.removeDefault(),
      originals: TERMS.originals.removeDefault(),
      archive: TERMS.archive,
      purgeDays: TERMS.purgeDays,
      evaluationDays: TERMS.evaluationDays.removeDefault(),
      dispute: TERMS.dispute,
      validTo: TERMS.validTo,
      renewal: TERMS.renewal.removeDefault(),
      attachments: TERMS.attachments.removeDefault(),
      text: TERMS.text,
    })
    .partial()
    .default({}),
  effectiveFrom: Day.describe('first day on which cases begin under the new version'),
})
export type AgreementAmendment = z.infer<typeof AgreementAmendment>
export type AgreementAmendmentInput = z.input<typeof AgreementAmendment>

/** Bytes and id of a document; every party signs exactly these bytes. */
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
  return checkDocument(parsed.value) ?? { ok: true, document: parsed.value }
}

function checkDocument(document: AgreementDocument): Refused | null {
  const codes = new Set(document.parties.map(party => party.code))
  if (codes.size !== document.parties.length) return refuse('agreement.malformed', 'parties: a city stands twice')
  if (document.validFrom > document.validTo) return refuse('agreement.malformed', 'validTo: before validFrom')
  const seen = new Set<string>()
  for (const [index, item] of document.items.entries()) {
    if (!codes.has(item.handling)) return refuse('agreement.malformed', `items.${index}.handling: not a party`)
    if (item.collecting.some(code => code === item.handling || !codes.has(code))) {
      return refuse('agreement.malformed', `items.${index}.collecting: not another party`)
    }
    const key = keyOf(item)
    if (seen.has(key)) return refuse('agreement.malformed', `items.${index}: stands twice`)
    seen.add(key)
  }
  return null
}

/** Bytes and id of an amendment, and the document as it would stand. Problem: `agreement.malformed`. */
export async function writeAmendment(
  input: AgreementAmendmentInput,
  base: AgreementDocument,
): Promise<{ ok: true; id: string; text: string; document: AgreementDocument } | Refused> {
  const written = JSON.stringify(AgreementAmendment.safeParse(input).data ?? input)
  const read = readAmendment(written)
  if (!read.ok) return read
  const amended = amend(base, read.amendment)
  return amended.ok ? { ok: true, id: await sha256(written), text: written, document: amended.document } : amended
}

export function readAmendment(written: string): { ok: true; amendment: AgreementAmendment } | Refused {
  if (encodeUtf8(written).byteLength > LIMITS.agreementBytes) return refuse('agreement.malformed', 'size')
  const parsed = parseJson(AgreementAmendment, written, 'agreement.malformed')
  if (!parsed.ok) return parsed
  const { put, remove, terms } = parsed.value
  if (put.length + remove.length + Object.keys(terms).length === 0)
    return refuse('agreement.malformed', 'an amendment that changes nothing')
  return { ok: true, amendment: parsed.value }
}

/** The document after an amendment. Problem: `agreement.malformed` naming what does not hold. */
export function amend(
  base: AgreementDocument,
  { put, remove, terms }: AgreementAmendment,
): { ok: true; document: AgreementDocument } | Refused {
  const items = new Map(base.items.map(item => [keyOf(item), item]))
  for (const [index, gone] of remove.entries())
    if (!items.delete(keyOf(gone))) return refuse('agreement.malformed', `remove.${index}: is not in the agreement`)
  const placed = new Set<string>()
  for (const [index, item] of put.entries()) {
    if (placed.has(keyOf(item))) return refuse('agreement.malformed', `put.${index}: stands twice`)
    placed.add(keyOf(item))
    items.set(keyOf(item), item)
  }
  const changes = Object.fromEntries(Object.entries(terms).filter(([, value]) => value !== undefined))
  const document = { ...base, ...changes, items: [...items.values()] } as AgreementDocument
  if (document.items.length === 0) return refuse('agreement.malformed', 'remove: nothing would be left')
  if (document.items.length > LIMITS.agreementItems)
    return refuse('agreement.malformed', `items: ${LIMITS.agreementItems} at most`)
  return checkDocument(document) ?? { ok: true, document }
}

const keyOf = ({ handling, taskCode }: Pick<AgreedItem, 'handling' | 'taskCode'>): string => `${handling}/${taskCode}`

/** Day in China Standard Time (UTC+8, no daylight saving) of an instant in seconds. */
export const dayOf = (seconds: number): string => dayAt(Math.floor((seconds + 8 * 3600) / 86_400))

/** Whether the validity of a document holds on `day`; one that renews itself holds until it is terminated. */
export const isValidOn = ({ validFrom, validTo, renewal }: AgreementDocument, day: string): boolean =>
  validFrom <= day && (day <= validTo || renewal.kind === 'auto')

/** Whether a document ends before `day` and does not renew itself: nothing could ever begin under it. */
export const isOver = ({ validTo, renewal }: AgreementDocument, day: string): boolean =>
  validTo < day && renewal.kind !== 'auto'

/** Items by handling city and code, made once for each document. */
const indexes = new WeakMap<AgreementDocument, ReadonlyMap<string, AgreedItem>>()

/** The item of a document; null when it names none. */
export function agreedItem(document: AgreementDocument, handling: string, taskCode: string): AgreedItem | null {
  let index = indexes.get(document)
  if (index === undefined) {
    index = new Map(document.items.map(item => [keyOf(item), item]))
    indexes.set(document, index)
  }
  return index.get(keyOf({ handling, taskCode })) ?? null
}

/** Whether a document covers a case that begins at `at` (seconds). Problems: `agreement.inactive`, `agreement.uncovered`. */
export function covers(
  document: AgreementDocument,
  wanted: { collecting: string; handling: string; item: string; mode: Mode; at: number },
): { ok: true } | Refused {
  if (!isValidOn(document, dayOf(wanted.at))) return refuse('agreement.inactive', 'validity')
  const item = agreedItem(document, wanted.handling, wanted.item)
  if (item === null) return refuse('agreement.uncovered', 'item')
  if (!item.collecting.includes(wanted.collecting)) return refuse('agreement.uncovered', 'direction')
  return item.modes.includes(wanted.mode) ? { ok: true } : refuse('agreement.uncovered', 'mode')
}
