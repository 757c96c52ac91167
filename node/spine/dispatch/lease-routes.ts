/** HTTP routes of an adapter that runs in a process of its own: it leases work, says what came of it, and tells what its system did. */

import * as z from 'zod'
import type { DeliveryResult, LocalEvent, RawEvent } from '../../../adapters/sdk/port.ts'
import { ANSWER_KINDS, CASE_CONTENT, isMoveKind, type MoveRequest } from '../../../protocol/case/kinds.ts'
import { LIMITS } from '../../../protocol/limits.ts'
import { Commitment, DivisionCode, fieldOf, Sha256, ThreadId, text } from '../../../protocol/primitives.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import { type RouteModule, Time, time } from '../../edges/http/route.ts'
import { LEASE_LIMITS, type Lease, type LeaseResult, type Work } from './leases.ts'
import { ANSWER_LIMITS } from './limits.ts'
import type { RemoteDesk } from './remote-adapter.ts'

const LeaseId = text(100).describe('`lease` of the work')
const Fence = z.int().min(1).describe('`fence` of the work; that of an earlier lease is refused')
const LocalCaseNo = text(100).describe('case number of the approval system')
const Detail = text(500).describe('why; shown to people and logged, so it holds nothing of the case')
const TheirCode = text(100).describe("the approval system's own code")
const Seconds = z
  .int()
  .min(LEASE_LIMITS.shortest)
  .max(LEASE_LIMITS.longest)
  .default(LEASE_LIMITS.usual)
  .describe('how long the lease is to last')

const Body = z.record(z.string(), z.unknown())
const Move = z
  .strictObject({ kind: text(100), body: Body })
  .describe('a step of the handling city, such as `case.accept`, with its content as SPEC.md has it')

const MovedEvent = z.strictObject({
  id: text(200),
  localCaseNo: LocalCaseNo,
  move: Move,
  at: Time.optional().describe('when the officer acted'),
})
const Event = z.union([
  MovedEvent,
  z.strictObject({
    id: text(200),
    localCaseNo: LocalCaseNo.nullable(),
    raw: text(ANSWER_LIMITS.answer).describe('what the program cannot read; it is given back to be read, until it can'),
  }),
  z.strictObject({
    id: text(200),
    taken: Sha256.describe('idempotency key of a packet that was handed over'),
    localCaseNo: LocalCaseNo.optional().describe('needed for `case.submit`'),
  }),
  z.strictObject({
    id: text(200),
    refused: Sha256.describe('idempotency key of a packet that was handed over'),
    detail: Detail,
    theirCode: TheirCode.optional(),
  }),
])

const Delivered = z.strictObject({
  idempotencyKey: Sha256.describe('the same for every attempt of this packet: its effect is there once'),
  thread: ThreadId,
  caseNo: z.string().describe('case number given by the collecting city'),
  kind: z.string().describe('packet kind, such as `case.submit`'),
  from: DivisionCode,
  to: DivisionCode,
  localCaseNo: z.string().nullable(),
  body: Body,
  submit: Body.nullable().describe('body of the `case.submit`, with every later packet too'),
  materials: z.array(
    z.strictObject({
      sha256: Sha256,
      size: z.int(),
      type: z.string(),
      code: z.string().describe("material code of the item's list"),
      name: z.string().describe('display name; personal data'),
    }),
  ),
  attempt: z.int().describe('how often it was tried before'),
  submittedAt: z.int().optional().describe('when the case was submitted, ms since the epoch'),
})
const leased = { lease: LeaseId, fence: Fence, until: Time }
const LeasedWork = z
  .discriminatedUnion('call', [
    z.strictObject({ call: z.literal('deliver'), ...leased, delivery: Delivered }),
    z.strictObject({ call: z.literal('read'), ...leased, raw: z.string().describe('as the program told it') }),
  ])
  .meta({ id: 'LeasedWork' })

const Result = z
  .discriminatedUnion('outcome', [
    z.strictObject({
      outcome: z.literal('done'),
      localCaseNo: LocalCaseNo.optional().describe('needed for `case.submit`'),
      moves: z.array(Move).max(20).default([]).describe('steps that follow at once; the same for the same key'),
    }),
    z.strictObject({
      outcome: z.literal('handed'),
      lookAgainSeconds: z.int().min(1).max(604_800).optional(),
    }),
    z.strictObject({ outcome: z.literal('refused'), detail: Detail, theirCode: TheirCode.optional() }),
    z.strictObject({
      outcome: z.literal('again'),
      detail: Detail,
      theirCode: TheirCode.optional(),
      retryAfterSeconds: z.int().min(1).max(86_400).optional(),
    }),
    z.strictObject({ outcome: z.literal('unknown'), detail: Detail }),
    z.strictObject({ outcome: z.literal('unmapped'), detail: Detail }),
    z.strictObject({ outcome: z.literal('read'), event: MovedEvent.nullable().describe('null: it means nothing') }),
    z.strictObject({ outcome: z.literal('unreadable'), detail: Detail }),
  ])
  .meta({ id: 'LeaseResult' })

/** Attempts after which a packet of which nobody knows whether it was taken waits for a person. */
const UNKNOWN_ATTEMPTS = 5

const isKind = (kind: string): kind is MoveRequest['kind'] =>
  isMoveKind(kind) || ANSWER_KINDS.some(known => known === kind)

/** Problem: `request.invalid`, with the field. */
function readMove({ kind, body }: z.infer<typeof Move>): MoveRequest {
  if (!isKind(kind)) throw new ProblemError('request.invalid', `move.kind: no step of the handling city`)
  const content = CASE_CONTENT[kind].safeParse(body)
  if (!content.success) throw new ProblemError('request.invalid', `move.body: ${fieldOf(content.error)}`)
  return { kind, body: content.data } as MoveRequest
}

const toMoved = ({ id, localCaseNo, move, at }: z.infer<typeof MovedEvent>) => ({
  id,
  localCaseNo,
  move: readMove(move),
  ...(at === undefined ? {} : { at: Date.parse(at) }),
})

/** A step that is none, or whose body does not hold, is kept as what it said: nothing is lost, and its case alone waits. */
function toEvent(event: z.infer<typeof Event>): (LocalEvent | RawEvent) & { id: string } {
  if ('move' in event) {
    try {
      return toMoved(event)
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error
      return { id: event.id, localCaseNo: event.localCaseNo, raw: JSON.stringify(event.move) }
    }
  }
  return withoutUndefined(event)
}

const withoutUndefined = <T extends object>(value: T) =>
  Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>
  }

function toResult(result: z.infer<typeof Result>, work: Work): LeaseResult {
  if (work.call === 'read' && result.outcome === 'again') return { call: 'read', again: result.detail }
  switch (result.outcome) {
    case 'read':
      return { call: 'read', event: result.event === null ? null : toMoved(result.event) }
    case 'unreadable':
      return { call: 'read', unreadable: result.detail }
    default:
      return { call: 'deliver', result: toDelivered(result, work.call === 'deliver' ? work.delivery.attempt : 0) }
  }
}

type OfDelivery = Exclude<z.infer<typeof Result>, { outcome: 'read' | 'unreadable' }>

function toDelivered(result: OfDelivery, attempt: number): DeliveryResult {
  switch (result.outcome) {
    case 'done': {
      const { localCaseNo, moves } = result
      return { ok: true, ...(localCaseNo === undefined ? {} : { localCaseNo }), moves: moves.map(readMove) }
    }
    case 'handed': {
      const { lookAgainSeconds } = result
      return { ok: 'handed', ...(lookAgainSeconds === undefined ? {} : { lookAgainAfterMs: lookAgainSeconds * 1000 }) }
    }
    case 'again': {
      const { detail, theirCode, retryAfterSeconds } = result
      return {
        ok: false,
        code: 'adapter.unavailable',
        detail,
        retryable: true,
        ...(theirCode === undefined ? {} : { theirCode }),
        ...(retryAfterSeconds === undefined ? {} : { retryAfterMs: retryAfterSeconds * 1000 }),
      }
    }
    case 'refused': {
      const { detail, theirCode } = result
      return {
        ok: false,
        code: 'adapter.refused',
        detail,
        retryable: false,
        ...(theirCode === undefined ? {} : { theirCode }),
      }
    }
    case 'unmapped':
      return { ok: false, code: 'adapter.mapping', detail: result.detail, retryable: false }
    case 'unknown':
      return attempt < UNKNOWN_ATTEMPTS
        ? { ok: false, code: 'adapter.unavailable', detail: result.detail, retryable: true }
        : { ok: false, code: 'adapter.unknown', detail: result.detail, retryable: false }
  }
}

function toLeased({ id, fence, until, work }: Lease): z.input<typeof LeasedWork> {
  const of = { lease: id, fence, until: time(until) }
  if (work.call === 'read') return { call: 'read', ...of, raw: work.raw }
  const { delivery } = work
  return {
    call: 'deliver',
    ...of,
    delivery: {
      ...delivery,
      materials: delivery.materials.map(({ sha256, size, type, code, name }) => ({ sha256, size, type, code, name })),
    },
  }
}

/** The same bytes. Why they break off stays here: whoever serves them prints it. */
function withoutWords(bytes: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  const reader = bytes.getReader()
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read()
          if (done) controller.close()
          else controller.enqueue(value)
        } catch {
          controller.error(new Error('a material broke off'))
        }
      },
      cancel: () => reader.cancel().catch(() => {}),
    },
    { highWaterMark: 0 },
  )
}

/** `desks`: of each remote adapter; a program is the other half of that which names its account, or of the only one that names none. */
export const leaseRoutes = (
  desks: readonly RemoteDesk[],
  keep: (bytes: ReadableStream<Uint8Array>) => Promise<Commitment>,
): RouteModule => {
  const deskFor = ({ id }: { id: string }): RemoteDesk => {
    if (desks.length === 0)
      throw new ProblemError('request.not-found', 'the adapter of this node is not of the kind remote')
    const found = desks.find(({ account }) => account === id) ?? desks.find(({ account }) => account === null)
    if (found === undefined) throw new ProblemError('request.forbidden', 'no remote adapter names this account')
    return found
  }
  return {
    tag: 'Adapter',
    description:
      'An adapter in a process of its own (进程外适配器): it asks for work, does it in the approval system, and tells what that did since.',
    register(api) {
      api.operation({
        method: 'post',
        path: '/api/v1/adapter/leases',
        id: 'leaseAdapterWork',
        summary: 'Ask for work, and wait for it: packets for the approval system, answers to be read (领取工作)',
        description:
          'Each is leased until `until`: nobody else has it meanwhile. Without a result by then it is offered again, with the same idempotency key and a higher fence. Nothing of it is kept, so a lost answer is a lease that ends.',
        action: 'adapter.work',
        looksUp: true,
        body: z.strictObject({
          wait: z
            .int()
            .min(0)
            .max(LEASE_LIMITS.wait)
            .default(LEASE_LIMITS.wait)
            .describe('seconds, until there is some'),
          seconds: Seconds,
          most: z.int().min(1).max(LEASE_LIMITS.most).default(1),
          trouble: text(200).optional().describe('why the approval system cannot be used now; told by `doctor`'),
        }),
        answer: z.strictObject({ work: z.array(LeasedWork) }),
        seconds: LEASE_LIMITS.wait + 30,
        problems: ['request.not-found', 'request.rate'],
        handle: async ({ body: { trouble, ...wanted }, person, signal }) => {
          const desk = deskFor(person)
          desk.seen({ trouble })
          return { work: (await desk.take(person.id, wanted, signal)).map(toLeased) }
        },
      })
      const ofLease = z.strictObject({ lease: LeaseId })
      api.operation({
        method: 'put',
        path: '/api/v1/adapter/leases/{lease}',
        id: 'renewAdapterLease',
        summary: 'Have a lease longer; not past the ten minutes that the node waits for one packet',
        action: 'adapter.work',
        params: ofLease,
        body: z.strictObject({ fence: Fence, seconds: Seconds }),
        answer: z.strictObject({ until: Time }),
        problems: ['adapter.lease', 'request.not-found'],
        handle: async ({ params: { lease }, body: { fence, seconds }, person }) => ({
          until: time(deskFor(person).renew({ lease, fence, holder: person.id }, seconds)),
        }),
      })
      api.operation({
        method: 'put',
        path: '/api/v1/adapter/leases/{lease}/result',
        id: 'answerAdapterLease',
        summary:
          'What came of the work; the same once more is no fault, and after the end of the lease it has no effect',
        action: 'adapter.work',
        params: ofLease,
        body: z.strictObject({ fence: Fence, result: Result }),
        bodyBytes: LEASE_LIMITS.eventBytes,
        answer: z.strictObject({ taken: z.literal(true) }),
        problems: ['adapter.lease', 'request.not-found'],
        handle: async ({ params: { lease }, body: { fence, result }, person }) => {
          const claim = { lease, fence, holder: person.id }
          deskFor(person).settle(claim, JSON.stringify(result), work => toResult(result, work))
          return { taken: true as const }
        },
      })
      api.download({
        path: '/api/v1/adapter/leases/{lease}/materials/{sha256}',
        id: 'readLeasedMaterial',
        summary: 'The bytes of a material of the packet that is leased',
        action: 'adapter.work',
        params: z.strictObject({ lease: LeaseId, sha256: Sha256 }),
        gives: { types: ['application/octet-stream'], description: 'the bytes as they were uploaded' },
        seconds: 3600,
        problems: ['adapter.lease', 'material.missing', 'request.not-found'],
        handle: async ({ params: { lease, sha256 }, person }) => {
          const work = deskFor(person).workOf({ lease, holder: person.id })
          const found = work.call === 'deliver' ? work.delivery.materials.find(one => one.sha256 === sha256) : undefined
          if (found === undefined) throw new ProblemError('material.missing', 'the packet names no such material')
          return {
            type: 'application/octet-stream',
            size: found.size,
            body: withoutWords(found.open()),
            filename: sha256,
          }
        },
      })
      api.operation({
        method: 'put',
        path: '/api/v1/adapter/events',
        id: 'tellAdapterEvents',
        summary: 'What the approval system did: steps, and what came of packets that were handed over (审批系统的答复)',
        description: `Answered when all of it is kept for good, so it takes as long as two polls (\`pollSeconds\`). An id that was told before is a no-op, so whatever failed is sent again as it was. One request at a time keeps the order within a case.`,
        action: 'adapter.work',
        body: z.strictObject({ events: z.array(Event).max(LEASE_LIMITS.events) }),
        bodyBytes: LEASE_LIMITS.eventBytes,
        answer: z.strictObject({ kept: z.int() }),
        seconds: 60,
        problems: ['adapter.unkept', 'request.not-found'],
        handle: async ({ body: { events }, person, signal }) => {
          await deskFor(person).tell(events.map(toEvent), signal)
          return { kept: events.length }
        },
      })
      api.upload({
        method: 'put',
        path: '/api/v1/adapter/files',
        id: 'keepAdapterFile',
        summary: 'Keep a file that a step will name in `documents` or `attachments`: a decision, a licence',
        action: 'adapter.work',
        takes: { types: ['any'], bytes: LIMITS.materialBytes },
        answer: Commitment,
        status: 201,
        seconds: 3600,
        problems: ['material.oversize', 'request.invalid', 'request.not-found'],
        handle: async ({ stream, person }) => {
          deskFor(person)
          return keep(stream)
        },
      })
    },
  }
}
