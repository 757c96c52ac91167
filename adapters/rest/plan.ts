/** What the configuration becomes: requests with compiled expressions and checked paths. */
import type { AnswerKind, Charset, Codec, Limits, Mapping } from '../sdk/index.ts'
import type { Address } from './path.ts'

export type ResponsePlan = {
  outcome: Mapping | null
  ok: Mapping | null
  duplicate: Mapping | null
  retry: Mapping | null
  error: Mapping | null
  localCaseNo: Mapping | null
  records: RecordsPlan | null
}
/** How each record of an answer is judged that answers several. */
export type RecordsPlan = { list: Mapping; outcome: Mapping | null; ok: Mapping | null; error: Mapping | null }
/** Headers as they stand, and those that are made for each request. */
export type HeaderPlan = { fixed: Readonly<Record<string, string>>; made: readonly (readonly [string, Mapping])[] }
/** `type`: its media type. */
export type BodyPlan = { codec: Codec; type: string; mapping: Mapping }
export type RequestPlan = {
  /** how messages call it: `register`, or the kind of the packet */
  name: string
  /** where it stands in the configuration */
  place: string
  method: string
  address: Address
  headers: HeaderPlan
  /** null: it has none, or is a file as it is */
  body: BodyPlan | null
  response: ResponsePlan
  /** more is taken from the answer than whether it went well */
  reads: boolean
}
/** Values that later requests of the same packet read. */
export type Take = ReadonlyMap<string, Mapping>
export type StepPlan = RequestPlan & { step: string; when: Mapping | null; take: Take }
/** Asked before anything is sent; `finds` says what there is: the number of the case, or whether the effect is there. */
export type LookUpPlan = RequestPlan & { finds: Mapping }
export type PacketPlan = RequestPlan & { lookup: LookUpPlan | null; steps: readonly StepPlan[] }
export type MaterialPlan = RequestPlan & {
  take: Take
  kind: 'raw' | 'base64' | 'multipart'
  /** multipart: the field of the file, and its name */
  file: string
  fileName: Mapping
}
export type SessionPlan = RequestPlan & {
  token: Mapping
  seconds: Mapping | null
  until: Mapping | null
  over: Mapping | null
}
export type SignPlan = {
  /** null: a retry repeats time and nonce, however late it comes */
  keepMs: number | null
  values: readonly { name: string; mapping: Mapping; secret: boolean }[]
}
/** How a move is made of one answer. */
export type ReadingPlan = {
  kind: Mapping
  bodies: ReadonlyMap<AnswerKind, Mapping>
  files: RequestPlan | null
}
export type EventsPlan = RequestPlan &
  ReadingPlan & { start: string; list: Mapping; id: Mapping; localCaseNo: Mapping; cursor: Mapping }
/** `list` null: what the system says is the state of the case, and `id` tells one state from another. */
export type CasesPlan = RequestPlan & ReadingPlan & { list: Mapping | null; id: Mapping }
export type RestPlan = {
  register: PacketPlan
  packets: ReadonlyMap<string, PacketPlan>
  unmapped: 'refuse' | 'ignore'
  materials: MaterialPlan | 'ignore' | 'inline' | null
  session: SessionPlan | null
  sign: SignPlan | null
  /** what bodies are written in */
  charset: Charset
  /** whether anything reads `$submit` */
  readsSubmit: boolean
  events: EventsPlan | null
  cases: CasesPlan | null
  check: RequestPlan | null
  errors: ReadonlyMap<string, string>
  limits: Limits
  /** how answers are written */
  answers: Codec
  /** where an answer holds another document as text */
  inner: Mapping | null
}
