/** HTTP routes of the reuse of scans: what earlier cases of a person hold, and the consent under which some are used again. */
import * as z from 'zod'
import { CASE_CONTENT } from '../../../../protocol/case/kinds.ts'
import { code, Instant, Sha256, ThreadId } from '../../../../protocol/primitives.ts'
import { actorOf, type RouteModule, Time, time } from '../../../edges/http/route.ts'
import { ownCasesOf } from '../rights.ts'
import { type EarlierScan, REUSE_LIMITS, type Reuse } from './reuse.ts'

const { form } = CASE_CONTENT['case.submit'].shape.materials.element.shape
const Scan = z
  .strictObject({
    thread: ThreadId,
    caseNo: z.string(),
    item: z.string().describe('name of the item of that case'),
    submittedAt: Time,
    sha256: Sha256,
    code: z.string().describe("material code of that item's list"),
    name: z.string(),
    form: form.unwrap().nullable(),
    pages: z.number().int().nullable(),
  })
  .meta({ id: 'EarlierScan' })
const toAnswer = ({ submittedAt, ...scan }: EarlierScan) => ({ ...scan, submittedAt: time(submittedAt) })
const IdNumber = code(50).describe('of the applicant, whole')

export const reuseRoutes = (reuse: Reuse): RouteModule => ({
  tag: 'Intake',
  description:
    'Reuse of scans (复用以往材料): of earlier cases of the same person that this city took in and still holds, with the consent of the applicant.',
  register(api) {
    api.operation({
      method: 'post',
      path: '/api/v1/applicants/scans',
      id: 'listEarlierScans',
      summary: 'What earlier cases of a person hold here; each case leaves an audit row',
      description: `Of the newest ${REUSE_LIMITS.cases} cases that this city took in, has not purged, and that you work on.`,
      action: 'case.take-in',
      looksUp: true,
      body: z.strictObject({ idNumber: IdNumber }),
      answer: z.strictObject({ items: z.array(Scan) }),
      handle: async ({ body, person }) => ({
        items: (await reuse.list(body.idNumber, actorOf(person), ownCasesOf(person, 'case.content'))).map(toAnswer),
      }),
    })
    api.operation({
      method: 'post',
      path: '/api/v1/applicants/scans/reuse',
      id: 'reuseScans',
      summary: 'Record that the applicant agrees to the reuse of some of them',
      description:
        'Then they go into a new case by their SHA-256, as uploads do. Who recorded it, when, and of which scans stands in the audit log as `scan.reused` of the earlier case.',
      action: 'case.take-in',
      body: z.strictObject({
        idNumber: IdNumber,
        scans: z
          .array(z.strictObject({ thread: ThreadId, sha256: Sha256 }))
          .min(1)
          .max(REUSE_LIMITS.scans),
        consent: z.strictObject({
          acceptedAt: Instant.describe('when the applicant agreed'),
          text: code(64).optional().describe('version of the notice that was shown'),
        }),
      }),
      answer: z.strictObject({ items: z.array(Scan) }),
      status: 201,
      problems: ['material.missing', 'request.invalid'],
      handle: async ({ body: { idNumber, scans, consent }, person }) => ({
        items: (await reuse.allow(idNumber, scans, consent, actorOf(person), ownCasesOf(person, 'case.content'))).map(
          toAnswer,
        ),
      }),
    })
  },
})
