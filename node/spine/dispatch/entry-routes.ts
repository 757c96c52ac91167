/** HTTP routes of what people type into the approval system: the entry sheets of a case, and that a packet is in. */
import * as z from 'zod'
import { ThreadId, text } from '../../../protocol/primitives.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import { tellWhy, Why } from '../../edges/http/problem-in-words.ts'
import { actorOf, type RouteModule, Time, time } from '../../edges/http/route.ts'
import type { Dispatch } from './dispatch.ts'

const Entry = z
  .strictObject({
    packetNo: z.number().int(),
    kind: z.string(),
    handedAt: Time,
    arrives: z.boolean().describe('the case gets its local case number with it'),
    system: z.string().describe('what people call the system that they type into'),
    fields: z.array(
      z.strictObject({
        label: z.string().describe('as the local screen has it'),
        value: z.string(),
        copy: z.boolean().describe('whether it is worth a button that copies it'),
        why: Why.nullable().describe('why it cannot be told; the others can be typed in all the same'),
      }),
    ),
  })
  .meta({ id: 'EntrySheet' })

export const entryRoutes = ({ entries, end }: Pick<Dispatch, 'entries' | 'end'>): RouteModule => ({
  tag: 'Entry by hand',
  description:
    'Where no program reaches the approval system, people type packets into it (手工录入): an entry sheet in the order of its screen, and the number that it gives.',
  register(api) {
    api.operation({
      method: 'get',
      path: '/api/v1/cases/{thread}/entries',
      id: 'listEntries',
      summary:
        'Entry sheets (录入单) of a case, the next one first; none where no person types; every reading is audited',
      action: 'case.content',
      params: z.strictObject({ thread: ThreadId }),
      answer: z.strictObject({ items: z.array(Entry) }),
      problems: ['thread.unknown'],
      handle: async ({ params: { thread }, person }) => ({
        items: (await entries.of(thread, actorOf(person))).map(({ handedAt, fields, ...entry }) => ({
          ...entry,
          handedAt: time(handedAt),
          fields: fields.map(({ why, ...field }) => ({ ...field, why: tellWhy(why) })),
        })),
      }),
    })
    api.operation({
      method: 'post',
      path: '/api/v1/cases/{thread}/entries/{packetNo}',
      id: 'endEntry',
      summary: 'A packet is in the approval system: somebody typed it in',
      description:
        'The case arrives under the local case number given, or goes on with its next packet. `status` is what the system says of it: `accepted` also signs that the case is accepted.',
      action: 'case.accept',
      params: z.strictObject({ thread: ThreadId, packetNo: z.coerce.number().int() }),
      body: z.strictObject({
        localCaseNo: text(100).optional().describe('needed when the case arrives with it'),
        status: z.enum(['entered', 'accepted']).default('entered'),
      }),
      answer: z.strictObject({ ended: z.literal(true) }),
      problems: ['thread.unknown', 'request.not-found', 'request.conflict', 'case.transition', 'case.content'],
      handle: async ({ params: { thread, packetNo }, body: { localCaseNo, status }, person }) => {
        if (!(await entries.waits(thread, packetNo))) throw new ProblemError('request.not-found', 'packetNo')
        const then = status === 'accepted' ? [{ kind: 'case.accept' as const, body: {} }] : []
        await end(packetNo, { as: 'done', localCaseNo, reason: 'entered by hand', then }, actorOf(person))
        return { ended: true as const }
      },
    })
  },
})
