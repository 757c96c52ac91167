/** The side door of the fake approval system, for the demo and tests: switches, and looks at what happened inside. */
import * as z from 'zod'
import { type FaultSwitches, Faults } from './faults.ts'
import { isScript, type Officer, type ScriptName } from './officer.ts'
import { type Answer, failure, success } from './operations.ts'
import type { Store } from './store.ts'

const Script = z.strictObject({ script: z.string().refine(isScript) })
const Case = z.strictObject({ flowsn: z.string() })
const Message = z.strictObject({ flowsn: z.string(), text: z.string() })

export function createAdmin(parts: { store: Store; officer: Officer; faults: FaultSwitches; script: ScriptName }) {
  const { store, officer, faults } = parts
  let script = parts.script
  const uploads = new Map<string, { promise: Promise<void>; resolve: () => void }>()

  const uploadOf = (sha256: string) => {
    const known = uploads.get(sha256) ?? Promise.withResolvers<void>()
    uploads.set(sha256, known)
    return known
  }

  function change<T>(schema: z.ZodType<T>, text: string | null, work: (value: T) => void): Answer {
    const parsed = schema.safeParse(JSON.parse(text ?? ''))
    if (!parsed.success) return failure('E1', parsed.error.message, 400)
    work(parsed.data)
    return success({})
  }

  return {
    /** The script that new cases get. */
    script: () => script,
    uploadBegan: (sha256: string): void => uploadOf(sha256).resolve(),

    /** `GET held` and `GET uploads/:sha256` answer when it has come to that. */
    async answer(what: string, id: string, text: string | null): Promise<Answer> {
      switch (what) {
        case 'POST faults':
          return change(Faults, text, faults.change)
        case 'POST script':
          return change(Script, text, value => {
            script = value.script as ScriptName
          })
        case 'POST hurry':
          return change(Case, text, ({ flowsn }) => officer.hurry(flowsn))
        case 'POST message':
          return change(Message, text, value => officer.message(value.flowsn, value.text))
        case 'GET held':
          await faults.holding()
          return success({})
        case 'GET uploads':
          await uploadOf(id).promise
          return success({})
        case 'GET materials':
          return success({ held: store.material(id) !== null })
        default:
          return failure('E404', '没有该接口', 404)
      }
    },
  }
}
