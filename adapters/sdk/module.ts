/** An adapter that is loaded by its path (`"kind": "module"` in `tongban.json`): what its module exports, and what is asked of it. */
import { type Refused, refuse } from '../../protocol/problem.ts'
import type { Adapter } from './port.ts'

/** What an adapter is made from. */
export type ModuleGiven = {
  /** `adapter.options` of `tongban.json`, as it stands there */
  config: Readonly<Record<string, unknown>>
  /** the values that `adapter.secrets` leads to, by their names */
  secrets: Readonly<Record<string, string>>
  /** folder of `tongban.json`, absolute: paths among the options are meant from there */
  folder: string
}

/** What the module exports as `createAdapter`, or as its default. What it throws is told at the start, without the secrets. */
export type CreateAdapter = (given: ModuleGiven) => Adapter | Promise<Adapter>

/** It stands in audit rows and in metrics. */
const KIND = /^[a-z][a-z0-9-]{0,39}$/
const NEEDED = ['deliver', 'check'] as const
const OPTIONAL = ['plan', 'poll', 'pollCase', 'read', 'acknowledge', 'lacking', 'close'] as const

/** Whether what `createAdapter` gave is an adapter. Problem: `config.invalid`, with every member that is missing or is something else. */
export function readAdapter(given: unknown): { ok: true; adapter: Adapter } | Refused {
  if (typeof given !== 'object' || given === null) return refuse('config.invalid', 'createAdapter() gave no adapter')
  const members = given as Readonly<Record<string, unknown>>
  const isFunction = (name: string): boolean => typeof members[name] === 'function'
  const faults = [
    ...NEEDED.filter(name => !isFunction(name)).map(name => `${name}() is missing`),
    ...OPTIONAL.filter(name => members[name] !== undefined && !isFunction(name)).map(name => `${name} is no function`),
  ]
  const { kind, parallel } = members
  if (typeof kind !== 'string' || !KIND.test(kind))
    faults.push('kind must be 1 to 40 small letters, digits and hyphens, a letter first')
  if (parallel !== undefined && !(Number.isSafeInteger(parallel) && Number(parallel) >= 1))
    faults.push('parallel must be a whole number of 1 or more')
  return faults.length === 0
    ? { ok: true, adapter: given as Adapter }
    : refuse('config.invalid', `the adapter is not whole: ${faults.join('; ')}`)
}
