/** What the node knows of a case file that is sent (收件预填): what stands in it goes first. */

import { ProblemError } from '../../../protocol/problem.ts'
import type { PrefillCaseRequest } from '../client/api.generated.ts'
import type { Client } from '../client/client.ts'
import type { Given } from './uploads.ts'

const PARTS = ['mode', 'window', 'clerk', 'consent', 'delivery'] as const

/**
 * Fills in mode, window, clerk, notice, recipient and kind of applicant; earlier cases of the applicant are not looked into. A part that is
 * not whole, or of a wrong form, stays as it is and keeps none of the others from it: the pre-flight tells of it.
 */
export async function withKnown(client: Pick<Client, 'prefillCase'>, given: Given): Promise<Given> {
  const { to, item, applicant = {}, ...rest } = given as Given & PrefillCaseRequest
  const partsOf = (names: readonly (typeof PARTS)[number][]) =>
    Object.fromEntries(names.flatMap(name => (rest[name] === undefined ? [] : [[name, rest[name]]])))
  const ask = (names: readonly (typeof PARTS)[number][]) =>
    client.prefillCase({ body: { to, item, applicant, earlier: false, ...partsOf(names) } })
  let wrong: (typeof PARTS)[number][] = []
  const known = await ask(PARTS)
    .catch(error => {
      const fields = error instanceof ProblemError ? error.errors.map(({ field }) => field.split('.')[0]) : []
      wrong = PARTS.filter(name => fields.includes(name))
      return wrong.length === 0 ? null : ask(PARTS.filter(name => !wrong.includes(name)))
    })
    .catch(() => null)
  if (known === null) return given
  return { ...given, ...known.application, ...partsOf(wrong), applicant: { ...known.applicant, ...applicant } }
}
