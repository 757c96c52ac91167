/**
 * Configuration (配置): one file and the environment over it, checked as a whole before anything starts. Three steps: read
 * the file, lay the environment over it, parse; the last two are pure. Secrets stay apart (secrets.ts).
 */
import { dirname, resolve } from 'node:path'
import type * as z from 'zod'
import { detailInChinese } from '../../../protocol/messages/in-chinese.ts'
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
  if (!parsed.success)
    refuse(
      firstOfEach(parsed.error.issues.flatMap(faultsOf)).map(({ setting, en, zh }) => {
        const { en: fromEn, zh: fromZh } = originOf(setting, env)
        return { setting, en: `${en}${fromEn}`, zh: `${zh}${fromZh}` }
      }),
    )
  const config = {
    ...parsed.data,
    data: resolve(folder, parsed.data.data),
    folder,
    withoutMain: isObject(value) && value.adapter === undefined && Object.keys(parsed.data.adapters).length > 0,
  }
  const faults = faultsOfRoutes(config)
  if (faults.length > 0) refuse(faults)
  return config
}

/** The name of the main approval system. */
export const mainName = ({ adapter }: Pick<NodeConfig, 'adapter'>): string => adapter.name ?? adapter.kind

/** What the schema cannot say of several approval systems: each has a name of its own, and every route leads to one. */
function faultsOfRoutes(config: Pick<NodeConfig, 'adapter' | 'adapters' | 'routes' | 'withoutMain'>): Fault[] {
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
    ...named
      .filter(name => main.includes(name))
      .map(name => ({ setting: `adapters.${name}`, en: 'is the name of adapter too', zh: '与 adapter 的名称相同' })),
    ...Object.entries(config.adapters)
      .filter(([, { name }]) => name !== undefined)
      .map(([name]) => ({ setting: `adapters.${name}.name`, ...UNKNOWN })),
    ...wrong.map(({ place, account }) => ({
      setting: `${place}.account`,
      ...(account === undefined
        ? {
            en: 'is missing; where several adapters are remote each names an account of its own',
            zh: '必填；有多个 remote 适配器时，须各写自己的账号',
          }
        : { en: 'is that of another adapter too', zh: '与另一适配器的账号相同' }),
    })),
    ...config.routes.flatMap(({ adapter }, index) =>
      [...main, ...named].includes(adapter)
        ? []
        : [{ setting: `routes.${index}.adapter`, ...oneOf([...main, ...named]) }],
    ),
  ]
}

const ADAPTER_KINDS = Adapter.options.map(({ shape }) => shape.kind.value)

type Both = { en: string; zh: string }
type Fault = Both & { setting: string }

/** All that is wrong, a line each. */
function refuse(faults: readonly Fault[]): never {
  throw new ProblemError('config.invalid', faults.map(({ setting, en }) => `${setting}: ${en}`).join('\n  '), {
    errors: faults.map(({ setting, en, zh }) => ({
      field: setting,
      code: 'invalid',
      level: 'error',
      cure: 'administrator',
      reason: en,
      reasonZh: zh,
    })),
  })
}

const pathOf = (path: readonly PropertyKey[] = []): string => path.map(String).join('.')

/** Between both languages of a message, which is one text to the schema. */
const BETWEEN = '\u0000'

function faultsOf(issue: z.core.$ZodIssue): Fault[] {
  const [en = '', zh = detailInChinese(en)] = issue.message.split(BETWEEN)
  if (issue.code !== 'unrecognized_keys') return [{ setting: pathOf(issue.path) || '(file)', en, zh }]
  return issue.keys.map(key => ({ setting: pathOf([...issue.path, key]), en, zh }))
}

const firstOfEach = (faults: readonly Fault[]): Fault[] =>
  faults.filter(({ setting }, index) => faults.findIndex(other => other.setting === setting) === index)

const UNKNOWN: Both = {
  en: 'is not a setting; take it out, or correct its name',
  zh: '没有这项配置；请删去，或更正名称',
}
const oneOf = (values: readonly unknown[]): Both => {
  const listed = values.map(String).join(', ')
  return { en: `must be one of ${listed}`, zh: `取值为：${listed}` }
}

/** What is wrong and how to cure it; names the field, never its value. */
function explain(issue: z.core.$ZodRawIssue): string | undefined {
  const both = faultOf(issue)
  return both && `${both.en}${BETWEEN}${both.zh}`
}

function faultOf(issue: z.core.$ZodRawIssue): Both | undefined {
  switch (issue.code) {
    case 'unrecognized_keys':
      return UNKNOWN
    case 'invalid_type': {
      if (issue.input === undefined) {
        const { en, zh } = meaningOf(issue.path)
        return { en: `is missing; give the ${en}`, zh: `必填；请填写：${zh}` }
      }
      const [en, zh] = WORDS[issue.expected] ?? [issue.expected, issue.expected]
      return { en: `must be ${en}`, zh: `应为${zh}` }
    }
    case 'too_small': {
      const [en, zh] = UNITS[issue.origin] ?? ['', '']
      return { en: `must be at least ${issue.minimum}${en}`, zh: `最少 ${issue.minimum}${zh}` }
    }
    case 'too_big': {
      const [en, zh] = UNITS[issue.origin] ?? ['', '']
      return { en: `must be at most ${issue.maximum}${en}`, zh: `最多 ${issue.maximum}${zh}` }
    }
    case 'invalid_value':
      return oneOf(issue.values)
    case 'invalid_union':
      return oneOf(ADAPTER_KINDS)
    case 'invalid_format': {
      if (issue.format === 'url')
        return { en: 'must be a URL such as https://approval.example', zh: '应为网址，如 https://approval.example' }
      const { en, zh } = meaningOf(issue.path)
      return { en: `does not have the right form; give the ${en}`, zh: `格式不对；请填写：${zh}` }
    }
    default:
      return undefined
  }
}

const meaningOf = (path: readonly PropertyKey[] | undefined): Both =>
  describeConfig().find(({ key }) => key === pathOf(path)) ?? { en: 'value', zh: '取值' }

type Pair = readonly [en: string, zh: string]
const WORDS: Readonly<Record<string, Pair>> = {
  string: ['text', '文本'],
  number: ['a number', '数字'],
  int: ['a whole number', '整数'],
  boolean: ['boolean', ' true 或 false'],
  array: ['a list', '列表'],
  object: ['an object { … }', '一组配置 { … }'],
  record: ['an object { … }', '一组配置 { … }'],
}
const UNITS: Readonly<Record<string, Pair>> = { string: [' characters', ' 个字符'], array: [' entries', ' 项'] }

function originOf(setting: string, env: Env): Both {
  const found = Object.entries(ENVIRONMENT).find(
    ([name, [path]]) => (setting === path || setting.startsWith(`${path}.`)) && (env[name] ?? '') !== '',
  )
  return found === undefined ? { en: '', zh: '' } : { en: ` (set by ${found[0]})`, zh: `（由 ${found[0]} 给出）` }
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
