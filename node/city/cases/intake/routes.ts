/** HTTP routes of intake: guide, prefill, and drafts of applications. */

import * as z from 'zod'
import { AgreedItem } from '../../../../protocol/agreement/document.ts'
import { Applicant, CASE_CONTENT, Mode } from '../../../../protocol/case/kinds.ts'
import { DivisionCode, Sha256, ThreadId, text } from '../../../../protocol/primitives.ts'
import { ProblemError } from '../../../../protocol/problem.ts'
import { ServiceItem } from '../../../../protocol/service/item.ts'
import { tellField } from '../../../edges/http/field-problem.ts'
import { decodeCursor, pageOf, pageQuery, toPage } from '../../../edges/http/page.ts'
import { tellWhy, Why } from '../../../edges/http/problem-in-words.ts'
import { actorOf, type RouteModule, Time, time } from '../../../edges/http/route.ts'
import { windowsOf } from '../../../kernel/case-rights.ts'
import { demandSeen, isAsSeen, type Seen } from '../../../kernel/seen.ts'
import { ownCasesOf, takerOf } from '../rights.ts'
import { Content, Finding, SUBMIT_PROBLEMS, SubmittedCase, toSubmitted } from '../routes.ts'
import { type CaseDraft, type CaseDrafts, DRAFT_DAYS } from './drafts.ts'
import type { Intake } from './intake.ts'

const DraftId = z.string().regex(/^[0-9a-f]{32}$/)
const Draft = z
  .strictObject({
    id: DraftId,
    version: z.number().int().describe('grows with each saving; saving and sending name it, here or in `If-Match`'),
    owner: z.string().describe('account; `node` when a partner refused what was sent'),
    window: z.string().nullable(),
    partner: z.string().nullable(),
    item: z.string().nullable(),
    applicant: z.string().describe('masked name'),
    problem: Why.nullable().describe('why the partner refused it'),
    thread: ThreadId.nullable().describe('under which it was refused'),
    createdAt: Time,
    updatedAt: Time,
    updatedBy: z.string(),
  })
  .meta({ id: 'Draft' })
const submit = CASE_CONTENT['case.submit'].shape
/** Fields of an application besides applicant and form of which the node may know something. */
const delivery = submit.delivery.unwrap()
const Typed = {
  mode: submit.mode.optional(),
  window: submit.window,
  clerk: submit.clerk,
  consent: submit.consent.unwrap().partial().optional(),
  delivery: delivery.partial().extend({ recipient: delivery.shape.recipient.unwrap().partial().optional() }).optional(),
}
const params = z.strictObject({ id: DraftId })
const Version = z.number().int().min(1).optional().describe('that was read; absent: `If-Match` has it')
const versionOf = ({ version }: { version: number }): string => String(version)

/** What was read of a draft, as body or header has it. Problems: `request.unseen` where neither has; `request.invalid` where each has another. */
function seenOf(version: number | undefined, seen: Seen): Seen {
  if (version === undefined) {
    demandSeen(seen, 1)
    return seen
  }
  if (!isAsSeen(seen, String(version)))
    throw new ProblemError('request.invalid', 'version: another one than in If-Match')
  return [String(version)]
}

const toDraft = ({ createdAt, updatedAt, problem, ...draft }: CaseDraft) => ({
  ...draft,
  problem: tellWhy(problem),
  createdAt: time(createdAt),
  updatedAt: time(updatedAt),
})

export const intakeRoutes = (intake: Intake, drafts: CaseDrafts): RouteModule => ({
  tag: 'Intake',
  description:
    'Before a case is sent (收件): what the item asks for, what is known already, and drafts that a window shares.',
  register(api) {
    api.operation({
      method: 'get',
      path: '/api/v1/partners/{code}/guides/{item}',
      id: 'readGuide',
      summary: 'What an item of a partner asks for at this counter (办理指引)',
      description:
        'Conditions, materials with review points, samples and own names, form, notice, modes agreed, contacts.',
      action: 'reference.read',
      params: z.strictObject({ code: DivisionCode, item: text(50) }),
      answer: z.strictObject({
        item: ServiceItem,
        modes: z.array(z.strictObject({ mode: Mode, agreement: Sha256 })).describe('that an agreement in force covers'),
        agreed: AgreedItem.nullable(),
        names: z.array(
          z.strictObject({
            collecting: z.string(),
            collectingName: z.string(),
            handling: z.string(),
            handlingName: z.string(),
          }),
        ),
      }),
      problems: ['item.unknown'],
      handle: ({ params: { code, item } }) => intake.guide(code, item),
    })
    api.operation({
      method: 'post',
      path: '/api/v1/cases/prefill',
      id: 'prefillCase',
      summary: 'Fill in what the ID number, the credit code and earlier cases already tell (预填)',
      description:
        'Overwrites nothing. Earlier cases are those whose content the caller may read; the search and each reading leave audit rows; the answer is kept nowhere.',
      action: 'case.take-in',
      looksUp: true,
      body: z.strictObject({
        to: DivisionCode,
        item: text(50),
        applicant: Applicant.partial(),
        form: CASE_CONTENT['case.submit'].shape.form.default({}),
        ...Typed,
        earlier: z.boolean().default(true).describe('false: earlier cases of the applicant are not looked into'),
      }),
      bodyBytes: 512 * 1024,
      answer: z.strictObject({
        applicant: Applicant.partial(),
        form: z.record(z.string(), z.unknown()),
        from: z
          .record(z.string(), z.enum(['number', 'applicant', 'earlier']))
          .describe('source of each value by its path: 证件号码, 申请人信息, 以往办件'),
        application: z
          .strictObject(Typed)
          .describe(
            'the other fields as they were given, and what is known of them: mode, window, clerk, notice, recipient',
          ),
      }),
      problems: ['item.unknown'],
      async handle({ body: { to, item, applicant, form, earlier, ...typed }, person }) {
        const asked = { to, item, applicant, form, typed, earlier }
        const { application, ...filled } = await intake.prefill(asked, person, ownCasesOf(person, 'case.content'))
        return { ...filled, application: application as z.input<z.ZodObject<typeof Typed>> }
      },
    })
    api.operation({
      method: 'get',
      path: '/api/v1/case-drafts',
      id: 'listCaseDrafts',
      summary: 'Own drafts, those of the window, and applications that a partner refused; last saved first',
      action: 'case.take-in',
      query: z.strictObject({ ...pageQuery, window: text(200).optional().describe('whose drafts besides') }),
      answer: pageOf(Draft),
      handle: async ({ query, person }) => {
        const place = decodeCursor(z.tuple([z.number().int(), z.string()]), query.cursor)
        const before = place === null ? null : { updatedAt: place[0], id: place[1] }
        const rows = await drafts.list(
          { person: actorOf(person), window: query.window, works: windowsOf(person) },
          query.limit + 1,
          before,
        )
        return toPage(rows, query.limit, row => [row.updatedAt, row.id], toDraft)
      },
    })
    api.operation({
      method: 'post',
      path: '/api/v1/case-drafts',
      id: 'createCaseDraft',
      summary: 'Begin a draft',
      description: `Shared with the clerks of the \`window\` that it names, else its owner's alone. Deleted when sent, or ${DRAFT_DAYS} days after it was touched last.`,
      action: 'case.take-in',
      body: z.strictObject({ content: Content }),
      bodyBytes: 512 * 1024,
      answer: Draft,
      status: 201,
      versionOf,
      problems: ['request.conflict', 'material.missing'],
      handle: async ({ body, person }) => toDraft(await drafts.create(body.content, actorOf(person))),
    })
    api.operation({
      method: 'get',
      path: '/api/v1/case-drafts/{id}',
      id: 'openCaseDraft',
      summary: 'A draft with its content: personal data; every reading is audited',
      action: 'case.take-in',
      params,
      answer: Draft.extend({
        content: Content,
        updatedByName: z.string().nullable().describe('name of the account that saved it last; null of none'),
      }),
      versionOf,
      problems: ['request.not-found'],
      handle: async ({ params: { id }, person }) => {
        const { draft, ...opened } = await drafts.open(id, actorOf(person))
        return { ...toDraft(draft), ...opened }
      },
    })
    api.operation({
      method: 'put',
      path: '/api/v1/case-drafts/{id}',
      id: 'saveCaseDraft',
      summary: 'Save over the version that was read (自动保存)',
      action: 'case.take-in',
      params,
      body: z.strictObject({ version: Version, content: Content }),
      bodyBytes: 512 * 1024,
      answer: Draft,
      problems: ['request.not-found', 'material.missing'],
      guarded: true,
      versionOf,
      handle: async ({ params: { id }, body, person, seen }) =>
        toDraft(await drafts.save(id, seenOf(body.version, seen), body.content, actorOf(person))),
    })
    api.operation({
      method: 'delete',
      path: '/api/v1/case-drafts/{id}',
      id: 'deleteCaseDraft',
      summary: 'Delete a draft',
      action: 'case.take-in',
      params,
      answer: z.strictObject({}),
      problems: ['request.not-found'],
      guarded: true,
      handle: async ({ params: { id }, person, seen }) => {
        await drafts.drop(id, actorOf(person), seen)
        return {}
      },
    })
    api.operation({
      method: 'get',
      path: '/api/v1/case-drafts/{id}/findings',
      id: 'checkCaseDraft',
      summary: 'Everything that keeps a draft from being sent (预检), also while it is not whole',
      action: 'case.take-in',
      params,
      answer: z.strictObject({ findings: z.array(Finding) }),
      problems: ['request.not-found'],
      handle: async ({ params: { id }, person }) => ({
        findings: (await intake.check(id, actorOf(person))).map(tellField),
      }),
    })
    api.operation({
      method: 'post',
      path: '/api/v1/case-drafts/{id}/submit',
      id: 'submitCaseDraft',
      summary: 'Send a draft, once, as the case or the joint case that it is (转办)',
      action: 'case.take-in',
      params,
      body: z.strictObject({ version: Version }),
      answer: z.strictObject({ cases: z.array(SubmittedCase) }),
      status: 201,
      problems: ['request.not-found', 'request.unseen', ...SUBMIT_PROBLEMS],
      guarded: true,
      handle: async ({ params: { id }, body, person, seen }) => {
        const rows = await intake.submit(id, seenOf(body.version, seen), actorOf(person), takerOf(person))
        const alsoOpen = await intake.alsoOpen(rows)
        return { cases: rows.map(row => toSubmitted(row, alsoOpen)) }
      },
    })
  },
})
