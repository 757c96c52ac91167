/**
 * Which items a mapping does not know: what registers a case is made for a case of each item, and every dictionary that is asked
 * for the item's code, its mode or a code of its form, and has none, is named. Nothing is sent.
 */
import { compileDictionary, type Dictionary, type DictionaryTable } from './dictionary.ts'
import { mappingFunctions } from './functions.ts'
import { type Mapping, type MappingFunctions, mappingInput } from './mapping.ts'
import type { Adapter } from './port.ts'

/** A case of an item without anything personal: fields that a mapping may ask for are there. */
const sample = (item: { code: string; name: string }, mode: number, form: Readonly<Record<string, string>>) => ({
  idempotencyKey: '0'.repeat(64),
  thread: '0'.repeat(32),
  caseNo: '0',
  kind: 'case.submit',
  from: '000000',
  to: '000000',
  localCaseNo: null,
  body: {
    caseNo: '0',
    item: { ...item, version: 1 },
    mode,
    applicant: { type: '1', name: '', idType: '111', idNumber: '' },
    form,
    materials: [],
    receivedAt: '2026-01-01T09:00:00+08:00',
  },
  materials: [],
})

/** `compile`: what registers a case, compiled with these functions; null where it cannot be. */
export function createLacking(
  tables: Readonly<Record<string, DictionaryTable>>,
  compile: (functions: MappingFunctions) => Mapping | null,
): NonNullable<Adapter['lacking']> {
  const dictionaries = new Map<string, Dictionary>()
  for (const [name, table] of Object.entries(tables)) {
    const compiled = compileDictionary(name, table)
    if (compiled.ok) dictionaries.set(name, compiled.dictionary)
  }
  /** dictionary and code that it did not know, of the body that is being made */
  const missed: { dictionary: string; code: string }[] = []
  const strict = mappingFunctions(dictionaries)
  const functions: MappingFunctions = {
    ...strict,
    // What is missing is noted, and the rest of the body is made all the same.
    theirs: {
      signature: '<s(snl)?:(sn)>',
      call: (name: string, code?: string | number | null) => {
        if (code === undefined || code === null) return undefined
        const found = dictionaries.get(name)?.theirs(code)
        if (found?.ok === true) return found.code
        missed.push({ dictionary: name, code: String(code) })
        return String(code)
      },
    },
    atMost: { signature: '<s?n:s>', call: (text: string | undefined) => text },
  }
  const body = compile(functions)

  /** Dictionaries that lack `code` for a case of the item in the mode, with that form. */
  async function without(
    item: { code: string; name: string },
    mode: number,
    code: string,
    form: Readonly<Record<string, string>> = {},
  ): Promise<string[]> {
    missed.length = 0
    const made = mappingInput('register', sample(item, mode, form))
    if (body === null || !made.ok) return []
    // A field that the sample cannot fill ends the evaluation; what was missed before is known.
    await body.evaluate(made.input)
    return [...new Set(missed.filter(entry => entry.code === code).map(entry => entry.dictionary))]
  }

  let turn: Promise<unknown> = Promise.resolve()
  return items => {
    // One at a time: the bodies share what is noted.
    const work = turn.then(async () => {
      const found: { code: string; lacks: string }[] = []
      const modes = new Map<number, string[]>()
      for (const { code, name, modes: wanted, form = [] } of items) {
        const item = { code, name }
        const [first = 0] = wanted
        const lacks = (await without(item, first, code)).map(dictionary => `dictionaries.${dictionary}: ${code}`)
        for (const mode of wanted) {
          const known = modes.get(mode) ?? (await without(item, mode, String(mode)))
          modes.set(mode, known)
          lacks.push(...known.map(dictionary => `dictionaries.${dictionary}: mode ${mode}`))
        }
        for (const { field, codes } of form)
          for (const one of codes)
            for (const dictionary of await without(item, first, one, { [field]: one }))
              lacks.push(`dictionaries.${dictionary}: form.${field} ${one}`)
        found.push(...lacks.map(text => ({ code, lacks: text })))
      }
      return found
    })
    turn = work.catch(() => undefined)
    return work
  }
}
