/**
 * Configuration (配置): one file and the environment over it, checked as a whole before anything starts. Three steps: read
 * the file, lay the environment over it, parse; the last two are pure. Secrets stay apart (secrets.ts).
 */
import { dirname, resolve } from 'node:path'
import type * as z from 'zod'
import { ProblemError } from '../../../protocol/problem.ts'
import { describeConfig } from './describe.ts'
import { Adapter, ConfigFile, ENVIRONMENT } from './schema.ts'
import type { Env } from './secrets.ts'
import { jsonOf, readTextFile } from './text-file.ts'

export { ConfigFile } from './schema.ts'

/** The configuration that the node runs with: paths are absolute. */
export type NodeConfig = ConfigFile & {
  /** folder of the file */
  folder: string
  /** whether there are `adapters` alone, and none takes what no route does */
  withoutMain: boolean
  /** of a configuration that was read from a file */
  origin?: ConfigOrigin
}

/** Where settings come from: the rest are as they come. */
export type ConfigOrigin = {
  /** absolute path */
  file: string
  /** settings, such as `http.port`, or groups of them, that the file gives */
  given: readonly string[]
  /** settings that a variable of the environment gives, in place of the file */
  environment: readonly string[]
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Lays the environment over the file's values; an empty variable says nothing. Pure. */
export function overlay(file: unknown, env: Env): unknown {
  if (!isObject(file)) return file
  const merged: Record<string, unknown> = { ...file }
  for (const [name, [path, read]] of Object.entries(ENVIRONMENT)) {
    const value = env[name]
    if (value === undefined || value === '') continue
    const [group = '', key] = path.split('.')
    const held = merged[group]
    if (key === undefined) merged[group] = read(value)
    // A group that is something else in the file stays, for the check to refuse.
    else if (held === undefined || isObject(held)) merged[group] = { ...held, [key]: read(value) }
  }
  return merged
}

/** Checks everything at once; `env` only names where a wrong value came from. Problem: `config.invalid`, one line a fault. Pure. */
export function parseConfig(value: unknown, folder: string, env: Env = {}): NodeConfig {
  // Without its city each thing that belongs to a city is missing, and is told so.
  const whole = isObject(value) ? { city: {}, ...value } : value
  const parsed = ConfigFile.safeParse(whole, { error: explain })
  if (!parsed.success) {
    const lines = firstOfEach(parsed.error.issues.flatMap(faultsOf)).map(
      ({ setting, fault }) => `${setting}: ${fault}${originOf(setting, env)}`,
    )
    throw new ProblemError('config.invalid', lines.join('\n  '))
  }
  const config = {
    ...parsed.data,
    data: resolve(folder, parsed.data.data),
    folder,
    withoutMain: isObject(value) && value.adapter === undefined && Object.keys(parsed.data.adapters).length > 0,
  }
  const faults = faultsOfRoutes(config)
  if (faults.length > 0) throw new ProblemError('config.invalid', faults.join('\n  '))
  return config
}

/** The name of the main approval system. */
export const mainName = ({ adapter }: Pick<NodeConfig, 'adapter'>): string => adapter.name ?? adapter.kind

/** What the schema cannot say of several approval systems: each has a name of its own, and every route leads to one. */
function faultsOfRoutes(config: Pick<NodeConfig, 'adapter' | 'adapters' | 'routes' | 'withoutMain'>): string[] {
  const named = Object.keys(config.adapters)
  const main = config.withoutMain ? [] : [mainName(config)]
  const systems = [
    ...(config.withoutMain ? [] : [{ place: 'adapter', one: config.adapter }]),
    ...Object.entries(config.adapters).map(([name, one]) => ({ place: `adapters.${name}`, one })),
  ]
  const remotes = systems.flatMap(({ place, one }) => (one.kind === 'remote' ? [{ place, account: one.account }] : []))
  const wrong = remotes.filter(
    ({ account }, index) =>
      remotes.length > 1 && (account === undefined || remotes.findIndex(other => other.account === account) !== index),
  )
  return [
    ...named.filter(name => main.includes(name)).map(name => `adapters.${name}: is the name of adapter too`),
    ...Object.entries(config.adapters)
      .filter(([, { name }]) => name !== undefined)
      .map(([name]) => `adapters.${name}.name: is not a setting; take it out, or correct its name`),
    ...wrong.map(({ place, account }) =>
      account === undefined
        ? `${place}.account: is missing; where several adapters are remote each names an account of its own`
        : `${place}.account: is that of another adapter too`,
    ),
    ...config.routes.flatMap(({ adapter }, index) =>
      [...main, ...named].includes(adapter)
        ? []
        : [`routes.${index}.adapter: must be one of ${[...main, ...named].join(', ')}`],
    ),
  ]
}

const ADAPTER_KINDS = Adapter.options.map(({ shape }) => shape.kind.value)

type Fault = { setting: string; fault: string }

const pathOf = (path: readonly PropertyKey[] = []): string => path.map(String).join('.')

function faultsOf(issue: z.core.$ZodIssue): Fault[] {
  if (issue.code !== 'unrecognized_keys') return [{ setting: pathOf(issue.path) || '(file)', fault: issue.message }]
  return issue.keys.map(key => ({ setting: pathOf([...issue.path, key]), fault: issue.message }))
}

const firstOfEach = (faults: readonly Fault[]): Fault[] =>
  faults.filter(({ setting }, index) => faults.findIndex(other => other.setting === setting) === index)

/** What is wrong and how to cure it; names the field, never its value. */
function explain(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'unrecognized_keys':
      return 'is not a setting; take it out, or correct its name'
    case 'invalid_type':
      if (issue.input === undefined) return `is missing; give the ${meaningOf(issue.path)}`
      return `must be ${WORDS[issue.expected] ?? issue.expected}`
    case 'too_small':
      return `must be at least ${issue.minimum}${UNITS[issue.origin] ?? ''}`
    case 'too_big':
      return `must be at most ${issue.maximum}${UNITS[issue.origin] ?? ''}`
    case 'invalid_value':
      return `must be one of ${issue.values.map(String).join(', ')}`
    case 'invalid_union':
      return `must be one of ${ADAPTER_KINDS.join(', ')}`
    case 'invalid_format':
      return issue.format === 'url'
        ? 'must be a URL such as https://approval.example'
        : `does not have the right form; give the ${meaningOf(issue.path)}`
    default:
      return undefined
  }
}

const meaningOf = (path: readonly PropertyKey[] | undefined): string =>
  describeConfig().find(({ key }) => key === pathOf(path))?.en ?? 'value'

const WORDS: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  array: 'a list',
  object: 'an object { … }',
  record: 'an object { … }',
}
const UNITS: Readonly<Record<string, string>> = { string: ' characters', array: ' entries' }

function originOf(setting: string, env: Env): string {
  const found = Object.entries(ENVIRONMENT).find(
    ([name, [path]]) => (setting === path || setting.startsWith(`${path}.`)) && (env[name] ?? '') !== '',
  )
  return found === undefined ? '' : ` (set by ${found[0]})`
}

/** Reads the file at `path` (default TONGBAN_CONFIG, then ./tongban.json). Problem: `config.invalid`. */
export async function loadConfig(path: string | undefined, env: Env): Promise<NodeConfig> {
  const file = resolve(path ?? (env.TONGBAN_CONFIG || 'tongban.json'))
  const content = await readTextFile(file, 'config.invalid').catch(error => {
    const missing = error instanceof ProblemError && error.problem.detail?.endsWith('is not there')
    throw missing === true
      ? new ProblemError('config.invalid', `${file} is not there; make it with: tongban init`)
      : error
  })
  const json = jsonOf(content, file, 'config.invalid')
  return { ...parseConfig(overlay(json, env), dirname(file), env), origin: originIn(file, json, env) }
}

const originIn = (file: string, json: unknown, env: Env): ConfigOrigin => ({
  file,
  given: pathsIn(json),
  environment: Object.entries(ENVIRONMENT).flatMap(([name, [path]]) => ((env[name] ?? '') === '' ? [] : [path])),
})

/** Every path of an object that leads to something. */
const pathsIn = (value: unknown, prefix = ''): string[] =>
  isObject(value)
    ? Object.entries(value).flatMap(([name, inner]) => [prefix + name, ...pathsIn(inner, `${prefix}${name}.`)])
    : []
