/** Kinds of documents (证件类型, GA/T 2000.156) that people show at a window; a code of an agreement that is none of them is shown as it is. */
import { useWords } from '../words.ts'
import { NEW } from './words.ts'

/** `unit`: an organisation may apply too. */
export function useIdTypes(of: 'person' | 'unit'): { value: string; label: string }[] {
  const words = useWords(NEW)
  const types: [string, string][] = [
    ['111', words.resident],
    ...(of === 'unit' ? ([['001', words.credit]] as [string, string][]) : []),
    ['414', words.passport],
    ['516', words.hongKong],
    ['511', words.taiwan],
    ['553', words.foreigner],
  ]
  return types.map(([value, label]) => ({ value, label }))
}
