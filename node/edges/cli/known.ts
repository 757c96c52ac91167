/** What the node knows of a case file that is sent (收件预填): what stands in it goes first. */

import type { PrefillCaseRequest } from '../client/api.generated.ts'
import type { Client } from '../client/client.ts'
import type { Given } from './uploads.ts'

/** Fills in mode, window, clerk, notice, recipient and kind of applicant; earlier cases of the applicant are not looked into. */
export async function withKnown(client: Pick<Client, 'prefillCase'>, given: Given): Promise<Given> {
  const { to, item, applicant = {}, mode, window, clerk, consent, delivery } = given as Given & PrefillCaseRequest
  // What is not whole, or of a wrong form, is told by the pre-flight.
  const known = await client
    .prefillCase({ body: { to, item, applicant, mode, window, clerk, consent, delivery, earlier: false } })
    .catch(() => null)
  if (known === null) return given
  return { ...given, ...known.application, applicant: { ...known.applicant, ...applicant } }
}
