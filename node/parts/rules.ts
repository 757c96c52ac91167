/** What a case is judged by (受理规则): items and their forms, comparisons with the partner's items, and keys to find people by. */
import { createHmac } from 'node:crypto'
import { lookupKeys } from '../cases/lookup.ts'
import { createSubmissionCheck } from '../cases/submission.ts'
import { createForms } from '../forms/forms.ts'
import type { AgreementsPort } from './agreements.ts'
import type { CasesUses } from './cases.ts'
import type { Kernel } from './kernel.ts'
import type { ListsPort } from './lists.ts'
import type { Part } from './part.ts'
import type { TrustPort } from './trust.ts'

export function createRulesPart(
  { clock, telemetry }: Kernel,
  { keyOf }: TrustPort,
  { services, agreements, mappings }: ListsPort & AgreementsPort,
) {
  const forms = createForms({ clock })
  const secret = keyOf('applicant 1')
  const rules: Pick<CasesUses, 'keys' | 'names' | 'checkForm' | 'submission' | 'item' | 'changed'> = {
    keys: lookupKeys(text => createHmac('sha256', secret).update(text).digest()),
    names: (partner, item, agreed) => mappings.names(partner, item, agreed),
    checkForm: (form, data) => forms.checkForeign(form, data),
    submission: createSubmissionCheck({ services, agreements, forms }),
    item: services.pinned,
    changed: ({ thread, state }) =>
      telemetry.events.caseChanged({
        thread,
        state: state.state,
        ...(state.outcome === null ? {} : { outcome: state.outcome }),
      }),
  }
  return { port: { rules }, stop: () => forms.stop() } satisfies Part<object>
}
