/** What a window tells before a case is taken (受理引导). */
import { type AgreedItem, agreedItem } from '../../../protocol/agreement/document.ts'
import type { Mode } from '../../../protocol/case/kinds.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import type { CasesParts } from './cases.ts'

/** What an item asks for at this counter, and in which modes an agreement covers it now. Throws `item.unknown`. */
export function createGuide({
  services,
  agreements,
  names,
  identity,
}: Pick<CasesParts, 'services' | 'agreements' | 'names' | 'identity'>) {
  return async (city: string, code: string) => {
    const item = await services.item(city, code)
    if (item === null) throw new ProblemError('item.unknown')
    const modes: { mode: Mode; agreement: string }[] = []
    let agreed: AgreedItem | null = null
    for (const mode of item.modes) {
      const found = await agreements
        .find({ collecting: identity.city, handling: city, item: code, mode })
        .catch((error: unknown) => {
          if (error instanceof ProblemError) return null
          throw error
        })
      if (found === null) continue
      modes.push({ mode, agreement: found.id })
      agreed ??= agreedItem(found.document, city, code)
    }
    return { item, modes, agreed, names: await names(city, item, agreed?.materialMapping) }
  }
}
