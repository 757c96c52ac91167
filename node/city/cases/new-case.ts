/** What a window sends to begin a case, or a joint one, as the API takes it. */
import * as z from 'zod'
import { CASE_CONTENT } from '../../../protocol/case/kinds.ts'
import { LIMITS } from '../../../protocol/limits.ts'
import { DivisionCode, Instant, Sha256, text } from '../../../protocol/primitives.ts'

const submit = CASE_CONTENT['case.submit'].shape
export const NewCase = z.strictObject({
  ...submit,
  agent: submit.agent
    .unwrap()
    .extend({ authorisation: text(64).optional().describe('授权委托书: SHA-256 of the material, or its code') })
    .optional(),
  to: DivisionCode.describe('the city that has the power (办理地)'),
  item: text(50).describe('taskCode of its published item'),
  caseNo: submit.caseNo.optional().describe('given by the node when absent'),
  receivedAt: Instant.optional().describe('now when absent'),
  codes: z
    .enum(['own', 'handling'])
    .optional()
    .describe(
      "whose codes `materials` have: `own` ones become the partner's by the mapping of the item; handling by default",
    ),
  agreement: Sha256.optional().describe(
    'id of the version of an agreement to begin under, where several cover it; absent: the newest that does',
  ),
  commitment: CASE_CONTENT['case.commit']
    .optional()
    .describe('容缺承诺: materials that the item lets come later, and until when; signed with the case'),
  sms: z
    .strictObject({
      phone: text(30).optional().describe("a mobile number of the mainland; the applicant's phone when absent"),
      acceptedAt: Instant.describe('when the applicant agreed'),
    })
    .optional()
    .describe('the applicant agreed to be told by SMS (短信告知); it stays in this city'),
})

const {
  caseNo: _caseNo,
  parent: _parent,
  to: _to,
  item: _item,
  mode: _mode,
  agreement: _agreement,
  commitment: _commitment,
  ...shared
} = NewCase.shape
export const NewJointCase = z.strictObject({
  shared: z
    .strictObject(shared)
    .describe('what stands once for all items: applicant, agent, window, consent, common fields of the forms'),
  items: z
    .array(
      NewCase.pick({ to: true, item: true, mode: true, agreement: true, commitment: true }).extend({
        form: shared.form.optional().describe('fields of this item, put to the shared ones'),
        materials: shared.materials.optional().describe('in place of the shared ones'),
        purpose: shared.purpose,
        consent: shared.consent.describe(
          'of the notice of this item, where its version is another than the shared one',
        ),
      }),
    )
    .min(2)
    .max(LIMITS.jointCases),
})
