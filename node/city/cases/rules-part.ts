/** What a case is judged by (受理规则): items and their forms, comparisons with the partner's items, and keys to find people by. */
import { createHmac } from 'node:crypto'
import type { Kernel } from '../../kernel/kernel.ts'
import type { Part } from '../../part.ts'
import type { AgreementsPort } from '../agreements/part.ts'
import { createForms } from '../catalogue/forms/forms.ts'
import type { ListsPort } from '../catalogue/lists-part.ts'
import type { TrustPort } from '../partners/trust-part.ts'
import { lookupKeys } from './lookup.ts'
import type { CasesUses } from './part.ts'
import { createSubmissionCheck } from './submission.ts'

export type RulesPort = ReturnType<typeof createRulesPart>['port']

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
