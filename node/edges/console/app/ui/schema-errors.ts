/** What forms from JSON Schema ask beside the schema: a validator that leaves the judging to the node, and its errors at their fields. Pure. */
import type { ErrorSchema, ValidatorType } from '@rjsf/utils'

/** Finds nothing: the node alone judges. One that compiles would be code from text, which the policy of the page forbids. */
export const NODE_JUDGES: ValidatorType = {
  validateFormData: () => ({ errors: [], errorSchema: {} }),
  isValid: () => true,
  rawValidation: () => ({ errors: [] }),
}

/** Parts of a JSON Pointer (RFC 6901). */
const partsOf = (pointer: string): string[] =>
  pointer
    .split('/')
    .slice(1)
    .map(part => part.replaceAll('~1', '/').replaceAll('~0', '~'))

/** Whether the pointer leads to a field: not to the whole, nor to what every object has. */
export const isField = (pointer: string): boolean => pointer !== '' && !partsOf(pointer).includes('__proto__')

/** Errors of fields by their pointers, as a form shows them; those that lead to no field are left out. */
export function errorsAt(errors: readonly { path: string; text: string }[]): ErrorSchema {
  const root: ErrorSchema = {}
  for (const { path, text } of errors) {
    if (!isField(path)) continue
    let at = root
    for (const part of partsOf(path)) {
      const inner: ErrorSchema = at[part] ?? {}
      ;(at as Record<string, ErrorSchema>)[part] = inner
      at = inner
    }
    at.__errors = (at.__errors ?? []).concat(text)
  }
  return root
}
