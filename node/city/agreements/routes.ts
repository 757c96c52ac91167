/** HTTP routes of agreements: propose, counter, amend, sign, decline, withdraw, suspend, resume, terminate, read; prepared acts. */
import * as z from 'zod'
import { AgreementAmendment, AgreementDocument } from '../../../protocol/agreement/document.ts'
import { AGREEMENT_STATES, type AgreementStateName } from '../../../protocol/agreement/kinds.ts'
import { Day, DivisionCode, Sha256, ThreadId, text } from '../../../protocol/primitives.ts'
import { decodeCursor, pageOf, pageQuery, toPage } from '../../edges/http/page.ts'
import { tellWhy, Why } from '../../edges/http/problem-in-words.ts'
import { type Api, actorOf, type RouteModule, Time, time } from '../../edges/http/route.ts'
import type { Seen } from '../../kernel/seen.ts'
import type { Acts, Done, PreparedAct } from './acts.ts'
import type { Act, Agreements } from './agreements.ts'
import { FaultShape } from './shapes.ts'
import type { AgreementView } from './views.ts'

const states = Object.keys(AGREEMENT_STATES) as [AgreementStateName, ...AgreementStateName[]]
const Agreement = z
  .strictObject({
    thread: ThreadId,
    id: Sha256.describe('SHA-256 of the newest text; packets of cases name it'),
    root: Sha256.describe('SHA-256 of the document: the same in each thread of one agreement between many'),
    parties: z.number().int().describe('cities that it is between'),
    partner: DivisionCode,
    proposer: DivisionCode,
    title: z.string(),
    state: z.enum(states),
    expired: z.boolean().describe('stands, but its last day is over'),
    pendingBy: DivisionCode.nullable().describe("city whose text waits for the other's signature"),
    terminatedOn: Day.nullable().describe('last day on which new cases begin, once it was terminated'),
    endsOn: Day.nullable().describe(
      'last day on which new cases begin: validTo, or the day of a termination; null when it renews itself',
    ),
    validFrom: Day,
    validTo: Day,
    items: z.number().int(),
    version: z
      .string()
      .describe('another one with each step of either city and each act that is prepared; for `If-Match`'),
    updatedAt: Time,
  })
  .meta({ id: 'Agreement' })
const Text = z.strictObject({
  id: Sha256,
  amends: Sha256.nullable(),
  from: Day.describe('first day on which cases begin under it'),
  signedBy: z.array(DivisionCode),
  document: AgreementDocument.describe('what stands from it on'),
})
const AgreementDetail = Agreement.extend({
  document: AgreementDocument,
  signedBy: z.array(DivisionCode),
  versions: z.array(
    Text.extend({
      told: z
        .array(z.strictObject({ city: DivisionCode, fingerprint: Sha256, by: DivisionCode }))
        .describe(
          'signatures that the proposer told, by certificates that are not known here: compare the fingerprint with the city, then confirm it',
        ),
      complete: z.boolean().describe('every party has signed, by a certificate that is trusted here'),
    }),
  ),
  pending: Text.extend({
    by: DivisionCode,
    reason: z.string().nullable(),
    faults: z.array(FaultShape).describe("why a partner's text cannot be signed here, the first ones"),
  }).nullable(),
  suspendedBy: z.array(DivisionCode),
  failed: z
    .array(
      z.strictObject({
        id: Sha256,
        from: Day,
        how: z.enum(['declined', 'withdrawn']),
        by: DivisionCode,
        reason: z.string(),
        at: Time,
      }),
    )
    .describe('texts that will not stand, newest first: what one party declines is dead for all'),
  standings: z
    .array(z.strictObject({ city: DivisionCode, suspended: z.boolean(), leavesOn: Day.nullable(), at: Time }))
    .describe('between many: parties that suspended it or leave'),
}).meta({ id: 'AgreementDetail' })
const Prepared = z
  .strictObject({
    no: z.number().int(),
    kind: z.enum(['propose', 'counter', 'amend', 'sign', 'confirm', 'suspend', 'terminate']),
    thread: ThreadId.nullable(),
    input: z.unknown().describe('what it would sign'),
    preparedBy: z.string(),
    preparedAt: Time,
  })
  .meta({ id: 'PreparedAct' })
/** Carried out, or, with four eyes, prepared for another administrator. */
export const Outcome = z
  .strictObject({
    agreements: z.array(Agreement).describe('one for each other party'),
    prepared: Prepared.nullable().describe('with four eyes: waits for the signature of another administrator'),
  })
  .meta({ id: 'AgreementOutcome' })
const params = z.strictObject({ thread: ThreadId })
const act = z.strictObject({ no: z.coerce.number().int() })

const toAnswer = ({ updatedAt, ...view }: AgreementView) => ({ ...view, updatedAt: time(updatedAt) })
const versionOf = ({ version }: { version: string }): string => version
/** Of several agreements each has its own. */
const versionOfOutcome = ({ agreements }: z.output<typeof Outcome>): string | null =>
  agreements.length === 1 ? (agreements[0]?.version ?? null) : null
const toPrepared = ({ preparedAt, ...prepared }: PreparedAct) => ({ ...prepared, preparedAt: time(preparedAt) })
export const toOutcome = ({ done, prepared }: Done) => ({
  agreements: (done ?? []).map(toAnswer),
  prepared: prepared === null ? null : toPrepared(prepared),
})

export const agreementRoutes = (agreements: Agreements, acts: Acts): RouteModule => ({
  tag: 'Agreements',
  description:
    'Agreements (合作协议) with partner cities: one document, signed by every city certificate over the same bytes; amendments chained to it.',
  register(api) {
    // Before `{thread}`, which would take the word for a thread.
    prepared(api, acts)
    api.operation({
      method: 'post',
      path: '/api/v1/agreements',
      id: 'proposeAgreement',
      summary: 'Propose an agreement to every other party of it',
      action: 'agreement.manage',
      body: AgreementDocument,
      bodyBytes: 8 * 1024 * 1024,
      answer: Outcome,
      status: 201,
      problems: [
        ...(['agreement.malformed', 'agreement.item', 'agreement.party', 'item.unknown', 'list.none'] as const),
        ...(['partner.unknown', 'partner.inactive', 'exchange.recovering', 'clock.own'] as const),
      ],
      handle: async ({ body, person }) =>
        toOutcome(await acts.submit({ kind: 'propose', thread: null, input: { document: body } }, actorOf(person))),
    })
    api.operation({
      method: 'get',
      path: '/api/v1/agreements',
      id: 'listAgreements',
      summary: 'List agreements, newest first',
      action: 'reference.read',
      query: z.strictObject({
        ...pageQuery,
        partner: DivisionCode.optional(),
        state: z.enum(states).optional(),
        pending: z.stringbool().optional().describe('only those with a text that waits for a signature'),
      }),
      answer: pageOf(Agreement),
      handle: async ({ query }) => {
        const place = decodeCursor(z.tuple([z.number().int()]), query.cursor)
        const rows = await agreements.list(query, query.limit + 1, place?.[0] ?? null)
        return toPage(
          rows,
          query.limit,
          row => [row.no],
          ({ no, ...row }) => toAnswer(row),
        )
      },
    })
    api.operation({
      method: 'get',
      path: '/api/v1/agreements/{thread}',
      id: 'getAgreement',
      summary: 'One agreement with its document, every version, and what waits for a signature',
      action: 'reference.read',
      params,
      answer: AgreementDetail,
      versionOf,
      problems: ['thread.unknown'],
      handle: async input => {
        const { updatedAt, failed, standings, ...view } = await agreements.get(input.params.thread)
        return {
          ...view,
          failed: failed.map(entry => ({ ...entry, at: time(entry.at * 1000) })),
          standings: standings.map(entry => ({ ...entry, at: time(entry.at * 1000) })),
          updatedAt: time(updatedAt),
        }
      },
    })
    steps(api, agreements, acts)
  },
})

function steps(api: Api, agreements: Agreements, acts: Acts): void {
  const problems = [
    ...(['thread.unknown', 'agreement.transition', 'case.author', 'agreement.malformed'] as const),
    ...(['agreement.item', 'agreement.party', 'agreement.signature', 'agreement.unsound'] as const),
    ...(['item.unknown', 'list.none', 'request.conflict'] as const),
    ...(['partner.unknown', 'partner.inactive', 'exchange.recovering', 'clock.own'] as const),
  ] as const
  const submitted = async (given: Act, actor: string, seen: Seen) => toOutcome(await acts.submit(given, actor, seen))
  api.operation({
    method: 'post',
    path: '/api/v1/agreements/{thread}/counter',
    id: 'counterAgreement',
    summary: 'Answer a proposal with an own text',
    action: 'agreement.manage',
    params,
    body: z.strictObject({ document: AgreementDocument, reason: text(2000).optional() }),
    bodyBytes: 8 * 1024 * 1024,
    answer: Outcome,
    problems,
    guarded: true,
    versionOf: versionOfOutcome,
    handle: ({ params: { thread }, body, person, seen }) =>
      submitted({ kind: 'counter', thread, input: body }, actorOf(person), seen),
  })
  api.operation({
    method: 'post',
    path: '/api/v1/agreements/{thread}/amend',
    id: 'amendAgreement',
    summary: 'Propose a change of items or terms; the rest stands as it was signed',
    action: 'agreement.manage',
    params,
    body: AgreementAmendment.omit({ v: true, amends: true }),
    bodyBytes: 8 * 1024 * 1024,
    answer: Outcome,
    problems,
    guarded: true,
    versionOf: versionOfOutcome,
    handle: ({ params: { thread }, body, person, seen }) =>
      submitted({ kind: 'amend', thread, input: { amendment: body } }, actorOf(person), seen),
  })
  api.operation({
    method: 'post',
    path: '/api/v1/agreements/{thread}/sign',
    id: 'signAgreement',
    summary: 'Sign the text that the partner wrote last: a proposal or an amendment',
    action: 'agreement.manage',
    params,
    body: z.strictObject({
      agreement: Sha256.optional().describe('id of the text that was read; absent: the one that waits now'),
    }),
    answer: Outcome,
    problems,
    guarded: true,
    versionOf: versionOfOutcome,
    handle: async ({ params: { thread }, body, person, seen }) => {
      const agreement = body.agreement ?? (await agreements.get(thread)).pending?.id ?? ''
      return submitted({ kind: 'sign', thread, input: { agreement } }, actorOf(person), seen)
    },
  })
  api.operation({
    method: 'post',
    path: '/api/v1/agreements/{thread}/confirm',
    id: 'confirmAgreementCertificate',
    summary:
      'The fingerprint of a certificate that was told was compared with its city: its signature counts from now on',
    action: 'agreement.manage',
    params,
    body: z.strictObject({ city: DivisionCode, fingerprint: Sha256 }),
    answer: Outcome,
    problems: ['thread.unknown', 'request.conflict', 'certificate.mismatch'],
    guarded: true,
    versionOf: versionOfOutcome,
    handle: ({ params: { thread }, body, person, seen }) =>
      submitted({ kind: 'confirm', thread, input: body }, actorOf(person), seen),
  })
  for (const [verb, summary] of [
    ['decline', "Decline the partner's text"],
    ['withdraw', 'Withdraw an own text'],
  ] as const) {
    api.operation({
      method: 'post',
      path: `/api/v1/agreements/{thread}/${verb}`,
      id: `${verb}Agreement`,
      summary,
      action: 'agreement.manage',
      params,
      body: z.strictObject({ reason: text(2000) }),
      answer: Agreement,
      problems,
      guarded: true,
      versionOf,
      handle: ({ params: { thread }, body, person, seen }) =>
        agreements.onSeen(thread, seen, async on =>
          toAnswer(
            await agreements.turnDown(thread, `agreement.${verb}`, body.reason, { actor: actorOf(person), ...on }),
          ),
        ),
    })
  }
  api.operation({
    method: 'post',
    path: '/api/v1/agreements/{thread}/suspend',
    id: 'suspendAgreement',
    summary: 'Let no new case begin until resumed; cases under way go on',
    action: 'agreement.manage',
    params,
    body: z.strictObject({ reason: text(2000) }),
    answer: Outcome,
    problems,
    guarded: true,
    versionOf: versionOfOutcome,
    handle: ({ params: { thread }, body, person, seen }) =>
      submitted({ kind: 'suspend', thread, input: body }, actorOf(person), seen),
  })
  api.operation({
    method: 'post',
    path: '/api/v1/agreements/{thread}/resume',
    id: 'resumeAgreement',
    summary: 'Let new cases begin again, after an own suspension',
    action: 'agreement.manage',
    params,
    body: z.strictObject({ reason: text(2000) }),
    answer: Agreement,
    problems,
    guarded: true,
    versionOf,
    handle: ({ params: { thread }, body, person, seen }) =>
      agreements.onSeen(thread, seen, async on =>
        toAnswer(
          await agreements.change(thread, { kind: 'agreement.resume', ...body }, { actor: actorOf(person), ...on }),
        ),
      ),
  })
  api.operation({
    method: 'post',
    path: '/api/v1/agreements/{thread}/terminate',
    id: 'terminateAgreement',
    summary: 'Terminate a signed agreement; cases under way finish under it',
    action: 'agreement.manage',
    params,
    body: z.strictObject({ reason: text(2000), effectiveOn: Day.describe('last day on which new cases begin') }),
    answer: Outcome,
    problems,
    guarded: true,
    versionOf: versionOfOutcome,
    handle: ({ params: { thread }, body, person, seen }) =>
      submitted({ kind: 'terminate', thread, input: body }, actorOf(person), seen),
  })
}

/** One that waits, as a person reads it. */
const Waiting = Prepared.extend({
  title: z.string().nullable().describe('of the text that it would sign or that it concerns'),
  partners: z.array(DivisionCode),
  preparedByName: z.string().nullable(),
  problem: Why.nullable().describe('why it cannot be signed as things stand; when that will not change, discard it'),
}).meta({ id: 'WaitingAct' })

function prepared(api: Api, acts: Acts): void {
  api.operation({
    method: 'get',
    path: '/api/v1/agreements/acts',
    id: 'listActs',
    summary: 'Acts that one administrator prepared and another one is to sign (双人复核)',
    action: 'agreement.oversee',
    answer: z.strictObject({ items: z.array(Waiting) }),
    handle: async () => ({
      items: (await acts.waiting()).map(entry => ({
        ...entry,
        problem: tellWhy(entry.problem),
        preparedAt: time(entry.preparedAt),
      })),
    }),
  })
  api.operation({
    method: 'post',
    path: '/api/v1/agreements/acts/{no}/sign',
    id: 'signAct',
    summary: 'Sign an act that another administrator prepared',
    action: 'agreement.manage',
    params: act,
    answer: Outcome,
    problems: [
      ...(['request.not-found', 'request.four-eyes', 'agreement.transition', 'agreement.signature'] as const),
      ...([
        'agreement.malformed',
        'agreement.unsound',
        'partner.inactive',
        'exchange.recovering',
        'clock.own',
      ] as const),
    ],
    handle: async ({ params, person }) =>
      toOutcome({ done: await acts.sign(params.no, actorOf(person)), prepared: null }),
  })
  api.operation({
    method: 'delete',
    path: '/api/v1/agreements/acts/{no}',
    id: 'discardAct',
    summary: 'Take a prepared act back',
    action: 'agreement.manage',
    params: act,
    answer: z.strictObject({ discarded: z.literal(true) }),
    problems: ['request.not-found'],
    handle: async ({ params, person }) => {
      await acts.discard(params.no, actorOf(person))
      return { discarded: true as const }
    },
  })
}
