/**
 * What a concern's routes.ts needs: it describes operations, and the edge does the rest (authentication, roles, limits,
 * strict validation, idempotency, problems, OpenAPI). No hono here; values in, values out.
 */
import * as z from 'zod'
import { type ProblemCode, ProblemError } from '../../../protocol/problem.ts'
import type { Purpose } from '../../../protocol/rights/purposes.ts'
import type { Action } from '../../../protocol/rights/table.ts'
import type { Person } from '../../kernel/person.ts'
import type { Seen } from '../../kernel/seen.ts'
import type { ByteRange, Wanted } from './partial.ts'

export type Schema = z.ZodType
type Nothing = z.ZodUndefined

export type Demand = (action: Action, thread: string) => Promise<void>

export type Input<P extends Schema, Q extends Schema, B extends Schema> = {
  params: z.output<P>
  query: z.output<Q>
  body: z.output<B>
  person: Person
  /** versions of `If-Match` and `If-None-Match`, of an operation that is `guarded` */
  seen: Seen
  /**
   * Lets the person act on a case; that of a `{thread}` in the path was asked for already. Problems: `request.forbidden`, `rights.scope`,
   * `rights.separation`, `rights.purpose`, `thread.unknown`.
   */
  demand: Demand
  /** Lets the person look at what is of no single case, and notes what for. Problem: `rights.purpose`. */
  demandPurpose: (subject: string, purpose?: Purpose) => Promise<void>
  /** Lets the person work on a draft of a case; that of the path was asked for already. Problem: `rights.scope`. */
  demandDraft: (id: string) => Promise<void>
  /** also in the answer's `X-Request-Id` and in the log */
  requestId: string
  /** aborted when the caller went away or the time limit passed */
  signal: AbortSignal
}

/** Whether what was demanded is allowed. */
export const isAllowed = (demanded: Promise<void>): Promise<boolean> =>
  demanded.then(
    () => true,
    (error: unknown) => {
      if (error instanceof ProblemError) return false
      throw error
    },
  )

type Described<P extends Schema, Q extends Schema> = {
  /** OpenAPI style: `/api/v1/cases/{thread}` */
  path: `/api/v1/${string}`
  /** operationId, camelCase and unique */
  id: string
  summary: string
  description?: string
  /** what it is in the table of rights: who may call it, in some case at least */
  action: Action
  /** also of a session whose password or second factor is due */
  whileDue?: boolean
  /** A page sends it by itself: it is no use of the session, which ends when nobody acts. */
  background?: boolean
  /** strict object of the `{…}` in the path */
  params?: P
  /** strict object; values are text, so coerce numbers */
  query?: Q
  /** codes that it answers with besides the common ones; for the description */
  problems?: readonly ProblemCode[]
  /** time limit, 30 by default */
  seconds?: number
}

type SetsSession = {
  /** Gives the browser the cookie of a session; null: takes it away. */
  setSession(token: string | null): void
}

/** JSON in, JSON out. A POST takes an `Idempotency-Key` and is carried out once per key. */
export type Operation<P extends Schema, Q extends Schema, B extends Schema, A extends Schema> = Described<P, Q> & {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete'
  /** strict object */
  body?: B
  /** largest body, bytes; 256 KiB by default */
  bodyBytes?: number
  answer: A
  /** 200 by default */
  status?: 200 | 201 | 202
  /** The answer holds a secret: it is not kept for repeats, and a repeat answers `request.conflict`. */
  shownOnce?: boolean
  /** A POST that changes nothing but the audit log, and may be repeated: it takes no key, and nothing of it is kept. */
  looksUp?: boolean
  /** Changes what several people may change: it takes `If-Match`, and refuses a version that is none any more with `request.precondition`. */
  guarded?: boolean
  /** Version of what the answer shows, its `ETag`: visible ASCII without quotes; null when it shows nothing that has one. */
  versionOf?(answer: z.output<A>): string | null
  handle(input: Input<P, Q, B> & SetsSession): Promise<z.input<A>>
}

/** JSON in, JSON out, for who is not known yet, at the rate of the address. It takes no key. */
export type OpenOperation<B extends Schema, A extends Schema> = Omit<
  Described<Nothing, Nothing>,
  'action' | 'whileDue'
> & {
  method: 'get' | 'post'
  /** strict object */
  body?: B
  answer: A
  status?: 200 | 201
  handle(
    input: Pick<Input<Nothing, Nothing, B>, 'body'> &
      SetsSession & {
        /** of the client */
        address: string
      },
  ): Promise<z.input<A>>
}

/** A stream of bytes in, JSON out. Must be harmless to repeat: there is no idempotency key. */
export type Upload<P extends Schema, Q extends Schema, A extends Schema> = Described<P, Q> & {
  method: 'post' | 'put'
  takes: {
    /** media types such as `application/pdf`, or `any` */
    types: readonly [string, ...string[]]
    bytes: number
  }
  answer: A
  status?: 200 | 201
  handle(
    input: Input<P, Q, Nothing> & {
      /** ends with ProblemError `request.oversize` past the limit */
      stream: ReadableStream<Uint8Array>
      /** media type without parameters */
      type: string
      /** length that the caller announced, or null */
      size: number | null
    },
  ): Promise<z.input<A>>
}

export type Download = {
  type: string
  /** from the first byte of `part` on; null: the caller holds it already */
  body: ReadableStream<Uint8Array> | Uint8Array<ArrayBuffer> | string | null
  /** length of the whole in bytes, when known before */
  size?: number
  /** what is given of a stream; the whole when absent */
  part?: ByteRange
  /** its `ETag`: visible ASCII without quotes */
  version?: string
  /** pages of this origin may frame it */
  framed?: boolean
  /** offered as a file of this name; without it shown in place */
  filename?: string
  /** a page made here, whose own style applies; it still runs nothing and fetches nothing */
  styled?: boolean
}

/** Bytes out, never run as a page of this origin. */
export type DownloadOperation<P extends Schema, Q extends Schema> = Described<P, Q> & {
  gives: { types: readonly [string, ...string[]]; description: string }
  /** It takes `Range` and conditions; its answers have a `size` and a `version`. */
  ranged?: boolean
  handle(input: Input<P, Q, Nothing> & { wanted: Wanted }): Promise<Download>
}

export interface Api {
  operation<A extends Schema, P extends Schema = Nothing, Q extends Schema = Nothing, B extends Schema = Nothing>(
    operation: Operation<P, Q, B, A>,
  ): void
  open<A extends Schema, B extends Schema = Nothing>(operation: OpenOperation<B, A>): void
  upload<A extends Schema, P extends Schema = Nothing, Q extends Schema = Nothing>(operation: Upload<P, Q, A>): void
  download<P extends Schema = Nothing, Q extends Schema = Nothing>(operation: DownloadOperation<P, Q>): void
}

/** The routes of one concern, made by its routes.ts from its service. */
export type RouteModule = {
  /** heading in the reference */
  tag: string
  description: string
  register(api: Api): void
}

/** How audit rows name a person. */
export const actorOf = (person: Person): string => `person:${person.id}`

/** An instant in answers: ISO 8601 in UTC with milliseconds. */
export const Time = z.iso.datetime({ precision: 3 })
export const time = (ms: number): string => new Date(ms).toISOString()
export const timeOrNull = (ms: number | null): string | null => (ms === null ? null : time(ms))
