/** The thread of `forms.ts`: it has no store and no keys, only forms of other cities and the data that they ask for. */
import { parentPort } from 'node:worker_threads'
import { createFormCompiler, type FormResult } from './check.ts'

export type Asked = { no: number; form: Record<string, unknown>; data: Record<string, unknown> }
export type Answered = { no: number; result: FormResult }

const compile = createFormCompiler()

parentPort?.on('message', ({ no, form, data }: Asked) => {
  parentPort?.postMessage({ no, result: compile(form)?.(data) ?? null } satisfies Answered)
})
