/** The thread of `forms.ts`: it has no store and no keys, only forms of other cities and the data that they ask for. */
import { parentPort } from 'node:worker_threads'
import { type CompiledForm, createFormCompiler, type FormResult } from './check.ts'

export type Asked = {
  no: number
  /** of the form */
  hash: string
  form: Record<string, unknown>
  data: Record<string, unknown>
}
export type Answered = { no: number; result: FormResult }

/** Compiled forms that stay here. */
const KEPT = 64

const compile = createFormCompiler()
const kept = new Map<string, CompiledForm | null>()

parentPort?.on('message', ({ no, hash, form, data }: Asked) => {
  const known = kept.get(hash)
  const check = known === undefined ? compile(form) : known
  kept.delete(hash)
  kept.set(hash, check)
  const [oldest] = kept.keys()
  if (kept.size > KEPT && oldest !== undefined) kept.delete(oldest)
  parentPort?.postMessage({ no, result: check?.(data) ?? null } satisfies Answered)
})
