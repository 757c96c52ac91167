/** HTTP route of recordings: packets and what was traced of them, with pseudonyms in place of personal data. */
import * as z from 'zod'
import { DivisionCode, Sha256, ThreadId, text } from '../../../protocol/primitives.ts'
import { decodeCursor, encodeCursor, pageQuery } from '../../edges/http/page.ts'
import { actorOf, type RouteModule } from '../../edges/http/route.ts'
import { CALL_KINDS } from './calls.ts'
import type { Dispatch } from './dispatch.ts'
import { RECORDING_LIMITS } from './recordings.ts'

const Exchange = z
  .strictObject({
    call: z.enum(CALL_KINDS).describe('of the adapter'),
    request: z.strictObject({
      method: z.string(),
      url: z.string(),
      headers: z.array(z.string()).describe('by name alone, for some are secrets'),
      body: z.string().nullable().describe('null: the bytes of a material'),
    }),
    status: z.number().int().nullable().describe('HTTP status; null: no answer came'),
    answer: z.string().nullable(),
  })
  .meta({ id: 'RecordedExchange' })

const Packet = z
  .strictObject({
    idempotencyKey: z.string(),
    kind: z.string(),
    from: DivisionCode,
    to: DivisionCode,
    localCaseNo: z.string().nullable(),
    submittedAt: z.number().int().optional().describe('ms since the epoch'),
    body: z.record(z.string(), z.unknown()),
    materials: z.array(
      z.strictObject({
        sha256: Sha256,
        size: z.number().int(),
        type: z.string(),
        code: z.string(),
        name: z.string(),
      }),
    ),
    exchanges: z
      .array(Exchange)
      .describe('requests by which it was handed over, the oldest first, as far as they were traced'),
  })
  .meta({ id: 'RecordedPacket' })

const Case = z
  .strictObject({
    thread: ThreadId.describe('of the case itself'),
    caseNo: z.string().describe('of the case itself'),
    as: z
      .strictObject({ thread: z.string(), caseNo: z.string() })
      .describe('the pseudonyms of both, as the rest of the recording has them'),
    packets: z.array(Packet),
    exchanges: z.array(Exchange).describe('in which its answers were asked for'),
    answers: z.array(z.string()).describe('that are not settled, as the approval system gave them'),
  })
  .meta({ id: 'RecordedCase' })

export const recordingRoutes = (recordings: Dispatch['recordings']): RouteModule => ({
  tag: 'Parked work',
  description: 'Recordings (录制) are tests of a mapping: what was sent and answered, of nobody.',
  register(api) {
    api.operation({
      method: 'post',
      path: '/api/v1/approval-system/recordings',
      id: 'recordApprovalSystem',
      summary:
        'Packets that the approval system was handed, and what was traced of them, with pseudonyms (化名) in place of personal data',
      description:
        'Names, numbers, addresses and other texts are replaced by ones of the same form, the same for the same as long as the node runs; ' +
        'codes, times and the words that the request names stay. Each case that is recorded leaves a row `case.read` in the audit log.',
      action: 'operation.look',
      looksUp: true,
      seconds: 120,
      body: z.strictObject({
        since: z.iso.datetime({ offset: true }).describe('cases that were submitted from then on'),
        until: z.iso.datetime({ offset: true }).optional().describe('and before this instant'),
        adapter: text(40).optional().describe('only of the approval system of this name'),
        threads: z.array(ThreadId).min(1).max(RECORDING_LIMITS.cases).optional().describe('only these cases'),
        words: z
          .array(z.string().max(500))
          .max(RECORDING_LIMITS.words)
          .default([])
          .describe('texts that are of nobody and stay, such as those of a mapping'),
        keep: z
          .array(text(100))
          .max(RECORDING_LIMITS.keep)
          .default([])
          .describe('fields of forms whose values are codes, and stay'),
        limit: z.number().int().min(1).max(RECORDING_LIMITS.cases).default(RECORDING_LIMITS.cases),
        cursor: pageQuery.cursor,
      }),
      answer: z.strictObject({
        items: z.array(Case).max(RECORDING_LIMITS.cases),
        pages: z
          .array(Exchange)
          .describe('with the first cases: answers that were asked for of no case, the oldest first'),
        next: z.string().nullable().describe('cursor of the next cases; null with the last ones'),
      }),
      problems: ['request.not-found'],
      handle: async ({ body: { since, until, cursor, ...query }, person }) => {
        const after = decodeCursor(z.tuple([z.number().int(), z.number().int()]), cursor)
        const { items, pages, next } = await recordings.list(
          {
            ...query,
            after,
            since: Date.parse(since),
            until: until === undefined ? Number.MAX_SAFE_INTEGER : Date.parse(until),
          },
          actorOf(person),
        )
        return { items, pages, next: next === null ? null : encodeCursor(next) }
      },
    })
  },
})
