/**
 * The adapter port (适配器): how a node hands packets to the city's own approval system and takes its answers.
 * An adapter never signs, never stores packets and never sees another case's data.
 */
import type { MoveRequest } from '../../protocol/case/kinds.ts'
import type { Commitment } from '../../protocol/primitives.ts'
import type { Problem, Refused } from '../../protocol/problem.ts'

/** A material as an adapter sees it; the bytes are streamed on demand, never held whole. */
export type DeliveredMaterial = {
  /** lowercase hex SHA-256 of the bytes */
  sha256: string
  size: number
  /** media type */
  type: string
  /** material code of the item's list, as the submit body names it */
  code: string
  /** display name; personal data */
  name: string
  open(): ReadableStream<Uint8Array>
}

/** One inbound packet whose effect the approval system must have exactly once. */
export type Delivery = {
  /** Same for every attempt of this packet (its packet id): send it as the idempotency key. */
  idempotencyKey: string
  /** thread id of the case */
  thread: string
  /** case number given by the collecting city */
  caseNo: string
  /** packet kind, such as `case.submit` */
  kind: string
  /** division code of the collecting city (收件地) */
  from: string
  /** division code of the handling city (办理地) */
  to: string
  /** the local case number, once the approval system gave one */
  localCaseNo: string | null
  /** the decoded body of the packet (schema of its kind) */
  body: Readonly<Record<string, unknown>>
  /** the decoded body of the case's `case.submit`, with every later packet too; null once it is deleted */
  submit: Readonly<Record<string, unknown>> | null
  materials: readonly DeliveredMaterial[]
  /** how often this delivery was tried before, 0 first */
  attempt: number
  /** when the case was submitted, ms since the epoch; the node always says it */
  submittedAt?: number | undefined
}

/** What the approval system answered. A refusal is parked for a person, never dropped. */
export type DeliveryResult =
  | {
      ok: true
      /** needed for `case.submit` */
      localCaseNo?: string
      /** moves that follow at once, in order */
      moves?: readonly MoveRequest[]
    }
  | {
      /**
       * Its system has it, and what came of it is told by `poll` or `pollCase`, as `taken` or `refused`. Meanwhile the call is over, and
       * later packets of the case wait.
       */
      ok: 'handed'
      /** ms after which `deliver` is called again under the same key, within DISPATCH_LIMITS of the node; absent: never by itself */
      lookAgainAfterMs?: number
    }
  | {
      ok: false
      /** problem code */
      code: 'adapter.unavailable' | 'adapter.refused' | 'adapter.mapping' | 'adapter.unknown'
      detail: string
      retryable: boolean
      /** the code of the system's own answer, as its manual names it; shown to whoever cures it */
      theirCode?: string
      /** ms after which its system asks to be tried again, within DISPATCH_LIMITS of the node */
      retryAfterMs?: number
    }

/** One request that a delivery would make. Headers by name alone, for some are secrets; a `body` of null is the bytes of a material. */
export type PlannedRequest = { method: string; url: string; headers: readonly string[]; body: string | null }

/**
 * One line of an entry sheet (录入单), in the order of the local screen. `value` is empty for what there is nothing of, and for what cannot
 * be told, of which `why` says the cause.
 */
export type EntryField = { label: string; value: string; copy: boolean; why: Problem | null }

/** A move on a case. */
export type LocalMove = {
  id: string
  /** local case number */
  localCaseNo: string
  move: MoveRequest
  /** when the officer acted, ms since the epoch; shown in this city, while deadlines count the signature of the packet */
  at?: number
}

/**
 * What came of a packet that was handed over, by its idempotency key. `localCaseNo` is needed when a `case.submit` is taken. One that a
 * person has tried again after a refusal and that is refused again is told under another id.
 */
export type LocalOutcome =
  | { id: string; taken: string; localCaseNo?: string }
  | { id: string; refused: string; detail: string; theirCode?: string }

/** One answer of the approval system. `id` is unique per adapter; a repeated id is a no-op. */
export type LocalEvent = LocalMove | LocalOutcome

/**
 * One answer as the approval system gave it: text that the adapter's `read` understands. The node keeps it sealed until its move is
 * signed, so that a corrected mapping reads it anew. `id` and `localCaseNo` are null where they cannot be told before that.
 */
export type RawEvent = { id: string | null; localCaseNo: string | null; raw: string }

/** A case that the approval system has and that is not at its end, as `pollCase` is asked about it. */
export type OpenCase = {
  /** thread id of the case */
  thread: string
  localCaseNo: string
  /** case number given by the collecting city */
  caseNo: string
  /** code of the item */
  item: string
  /** state of the case, such as `accepted` */
  state: string
  /** when it was submitted, ms since the epoch; the node always says it */
  submittedAt?: number | undefined
}

/**
 * Durable memory of an adapter, inside the node's store; of several adapters each has its own. Keys ≤ 200 characters, without personal
 * data; values ≤ 64 KiB of JSON text, sealed at rest; ≤ 1,000 values of one case. The node refuses more with `adapter.mapping`, thrown. What is written by the `state` of a `deliver` belongs to that case and is deleted with its purge; what is
 * written elsewhere belongs to none: delete what it holds of a person.
 */
export interface AdapterState {
  get(key: string): Promise<string | null>
  delete(key: string): Promise<void>
  /** Stores `make()` unless the key exists; returns what is stored. Atomic. */
  claim(key: string, make: () => string): Promise<string>
  put(key: string, value: string): Promise<void>
  /** Next number of a named counter, from 1. Atomic and never reused. */
  next(counter: string): Promise<number>
  /**
   * Values by their keys, `limit` at most, and never more than 500: of keys that begin with `prefix` and come after `after` (null: from the first), in the order
   * of their bytes. The `state` of a `deliver` or `pollCase` gives those of its case alone.
   */
  list(prefix: string, after: string | null, limit: number): Promise<{ key: string; value: string }[]>
  /** Stores what `change` makes of the value (null: there is none, or deletes it); returns that. Atomic. */
  update(key: string, change: (old: string | null) => string | null): Promise<string | null>
}

/** One request of an adapter and what came of it, without secrets. `why`: why there is no answer, or why it says nothing; times in ms. */
export type Exchange = {
  at: number
  ms: number
  request: PlannedRequest
  /** null: no answer came */
  status: number | null
  /** its text; null when there is none */
  answer: string | null
  why: string | null
}

export type AdapterContext = {
  state: AdapterState
  /**
   * Keeps a file that a move will name in `documents` or `attachments`: a decision, a licence. Judged by its content, named by
   * its hash; the same bytes twice are one. Throws ProblemError `material.*` for a file that no packet may carry.
   */
  keep(bytes: ReadableStream<Uint8Array>): Promise<Commitment>
  /** now, milliseconds since the epoch */
  now: () => number
  signal: AbortSignal
  /** a log line without personal data */
  log: (message: string, fields?: Record<string, string | number | boolean>) => void
  /** tells of a request to whoever sets up the mapping; absent while nobody does. It may hold personal data, and no secrets. */
  trace?: ((exchange: Exchange) => void) | undefined
}

/** What a call to the approval system is given. */
export type Call = AdapterContext & {
  /** ms since the epoch: when `signal` aborts, and the call is given up */
  deadline: number
  /** how often this call was tried before without success, 0 first */
  attempt: number
}

/** `submittedAt`: when the case of the answer was submitted, ms since the epoch; null of one that the node does not know. */
export type ReadCall = Call & { submittedAt?: (() => Promise<number | null>) | undefined }

/** An item that the approval system would be asked to handle. */
export type AskedItem = {
  code: string
  name: string
  modes: readonly number[]
  /** fields of its form that are chosen from a list, each with the codes of the list */
  form?: readonly { field: string; codes: readonly string[] }[] | undefined
}

export interface Adapter {
  /** kind of adapter, `workbench` or `rest` */
  readonly kind: string
  /** where its approval system is; it is known by the name that the configuration gives it, and may move */
  readonly system?: string
  /** deliveries that its system takes at a time; absent: 8 */
  readonly parallel?: number
  /**
   * Brings about the packet's effect once, however often it is called with the same idempotency key. One attempt: the node
   * retries. `detail` says where and what, never with data of the case. An aborted call gives back `adapter.unavailable`.
   */
  deliver(delivery: Delivery, call: Call): Promise<DeliveryResult>
  /** What `deliver` would send, without sending it; shown to a person. Problem: `adapter.mapping`. */
  plan?(delivery: Delivery): Promise<{ ok: true; requests: readonly PlannedRequest[] } | Refused>
  /** What a person types for a packet, and into what, where only people reach the system; they say when it is in. */
  sheet?(delivery: Delivery): Promise<{ system: string; fields: readonly EntryField[] }>
  /**
   * Asks for answers after `cursor` (null at first), in the order in which they happened in each case. Every answer up to the cursor
   * that it gives back is among those given; the node keeps them before it keeps the cursor, so an answer may be given again but is
   * applied once. What cannot be read is given raw, and holds back nothing but its own case. Any cursor may be asked for again.
   * Throws `adapter.unavailable`, and `adapter.mapping` when not even the single answers can be told. Absent when a person works
   * inside the node.
   */
  poll?(cursor: string | null, call: Call): Promise<{ events: readonly (LocalEvent | RawEvent)[]; cursor: string }>
  /**
   * Asks about one open case, for a system that has no feed of answers; the node asks about each in turn, some at a time. `memory` is
   * what this gave back for the case before, 64 KiB at most, null at first; the node keeps it after the answers, so answers may be given
   * again under the same ids. Throws `adapter.unavailable`, for which no other case is asked about meanwhile, and `adapter.mapping`,
   * which is told and holds up this case alone.
   */
  pollCase?(
    open: OpenCase,
    memory: string | null,
    call: Call,
  ): Promise<{ events: readonly (LocalEvent | RawEvent)[]; memory: string | null }>
  /**
   * Reads an answer that `poll` or `pollCase` gave raw, and fetches its files; again after each cure. An `event` of null means nothing here.
   * Problem: `adapter.mapping`. Throws `adapter.unavailable`. Needed when `poll` gives raw answers.
   */
  read?(raw: string, call: ReadCall): Promise<{ ok: true; event: LocalEvent | null } | Refused>
  /**
   * Told of answers that `poll` or `pollCase` gave, once the node has kept them for good, in their order: a front table sets its flag, a
   * drop moves its file. Told again after a failure or a crash, so that known and unknown ids do no harm. One that was given without an
   * id is told of when it was read.
   */
  acknowledge?(ids: readonly string[], call: Call): Promise<void>
  /** Whether the approval system is reachable and usable, and what may be wrong all the same; shown by `tongban doctor`. */
  check(call: Call): Promise<{ ok: true; detail?: string } | { ok: false; detail: string }>
  /**
   * Items that the approval system would be asked to handle and this adapter is not set up for, each with what it lacks, without
   * asking the system; shown before an agreement is signed. Absent when it takes every item.
   */
  lacking?(items: readonly AskedItem[]): Promise<readonly { code: string; lacks: string }[]>
  close?(): Promise<void>
}
