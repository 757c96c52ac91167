/**
 * Configuration (配置): one file and the environment, checked as a whole before anything starts. Secrets stay apart: the
 * passphrase comes from a file or the environment, and an adapter's secrets are references, never values.
 */
import { readFile, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import * as z from 'zod'
import { DivisionCode, text } from '../../protocol/primitives.ts'
import { ProblemError } from '../../protocol/problem.ts'

const port = z.int().min(0).max(65_535)
const address = z.string().min(1).max(300)

/** Where a secret is: the name of an environment variable, or a file that only the node can read. */
const SecretReference = z.union([z.strictObject({ env: text(100) }), z.strictObject({ file: text(1000) })])

const Adapter = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('workbench') }),
  z.strictObject({
    kind: z.literal('rest'),
    mapping: text(1000).describe('file with the field mapping (adapters/rest/config.schema.json)'),
    baseUrl: z.url().optional().describe('in place of the one in the mapping'),
    secrets: z.record(text(100), SecretReference).default({}),
  }),
])

/** The file `tongban.json`. */
export const ConfigFile = z.strictObject({
  city: z.strictObject({
    code: DivisionCode.describe('行政区划代码 of this city'),
    name: text(100).describe('such as 十堰市'),
    authority: text(200).describe('such as 十堰市行政审批局'),
  }),
  data: text(1000).default('./data').describe('folder of keys, database and materials'),
  http: z
    .strictObject({ host: address.default('127.0.0.1'), port: port.default(8420) })
    .prefault({})
    .describe('where the HTTP API listens; put a TLS proxy in front of any other host'),
  p2p: z
    .strictObject({
      listen: z.array(address).max(16).default(['/ip4/0.0.0.0/tcp/8421']),
      announce: z
        .array(address)
        .max(16)
        .default([])
        .describe('addresses told to partners in place of those listened at'),
    })
    .prefault({}),
  adapter: Adapter.prefault({ kind: 'workbench' }),
  log: z
    .strictObject({
      level: z.enum(['debug', 'info', 'warning', 'error']).default('info'),
      format: z.enum(['json', 'text']).default('json'),
    })
    .prefault({}),
  pollSeconds: z.number().min(0.1).max(3600).default(2).describe('between two questions to the approval system'),
})
export type ConfigFile = z.infer<typeof ConfigFile>

/** The configuration that the node runs with: paths are absolute. */
export type NodeConfig = ConfigFile & { /** folder of the file */ folder: string }

/** Environment variables that stand over the file, and the value they set. */
export const ENVIRONMENT = {
  TONGBAN_DATA: ['data'],
  TONGBAN_HTTP_HOST: ['http', 'host'],
  TONGBAN_HTTP_PORT: ['http', 'port'],
  TONGBAN_P2P_LISTEN: ['p2p', 'listen'],
  TONGBAN_P2P_ANNOUNCE: ['p2p', 'announce'],
  TONGBAN_LOG_LEVEL: ['log', 'level'],
  TONGBAN_LOG_FORMAT: ['log', 'format'],
} as const

type Env = Readonly<Record<string, string | undefined>>

/** Lays the environment over the file's values; numbers and lists (comma-separated) are read as such. Pure. */
export function overlay(file: unknown, env: Env): unknown {
  const merged = structuredClone(file) as Record<string, unknown>
  if (typeof merged !== 'object' || merged === null) return file
  for (const [name, path] of Object.entries(ENVIRONMENT)) {
    const value = env[name]
    if (value === undefined || value === '') continue
    const [group, key] = path as readonly [string, string?]
    const read = name.endsWith('PORT')
      ? Number(value)
      : /LISTEN|ANNOUNCE/.test(name)
        ? value.split(',').map(entry => entry.trim())
        : value
    if (key === undefined) merged[group] = read
    else merged[group] = { ...(merged[group] as object | undefined), [key]: read }
  }
  return merged
}

/** Checks everything at once. Problem: `config.invalid`, one line a fault. Pure. */
export function parseConfig(value: unknown, folder: string): NodeConfig {
  const parsed = ConfigFile.safeParse(value)
  if (!parsed.success) {
    const faults = parsed.error.issues.map(issue => `${issue.path.map(String).join('.') || '(top)'}: ${issue.message}`)
    throw new ProblemError('config.invalid', faults.join('\n  '))
  }
  return { ...parsed.data, data: resolve(folder, parsed.data.data), folder }
}

/** Reads the file at `path` (default TONGBAN_CONFIG, then ./tongban.json). */
export async function loadConfig(path: string | undefined, env: Env): Promise<NodeConfig> {
  const file = resolve(path ?? env.TONGBAN_CONFIG ?? 'tongban.json')
  let content: string
  try {
    content = await readFile(file, 'utf8')
  } catch {
    throw new ProblemError('config.invalid', `${file} is not there; make it with: tongban init`)
  }
  let json: unknown
  try {
    json = JSON.parse(content)
  } catch (error) {
    throw new ProblemError('config.invalid', `${file}: ${error instanceof Error ? error.message : 'not JSON'}`)
  }
  return parseConfig(overlay(json, env), dirname(file))
}

/** The passphrase of the key store: TONGBAN_PASSPHRASE, or the file named by TONGBAN_PASSPHRASE_FILE; null when neither is set. */
export async function readPassphrase(env: Env): Promise<string | null> {
  if (env.TONGBAN_PASSPHRASE !== undefined && env.TONGBAN_PASSPHRASE !== '') return env.TONGBAN_PASSPHRASE
  const file = env.TONGBAN_PASSPHRASE_FILE
  return file === undefined || file === '' ? null : readSecretFile(file)
}

/** A secret in a file of its own, which others must not be able to read. */
export async function readSecretFile(path: string): Promise<string> {
  let mode: number
  try {
    mode = (await stat(path)).mode
  } catch {
    throw new ProblemError('config.invalid', `${path} is not there`)
  }
  if ((mode & 0o077) !== 0)
    throw new ProblemError('config.invalid', `${path} can be read by others; run chmod 600 on it`)
  return (await readFile(path, 'utf8')).trim()
}

/** Values of an adapter's secret references. */
export async function readSecrets(
  references: Readonly<Record<string, z.infer<typeof SecretReference>>>,
  env: Env,
  folder: string,
): Promise<Record<string, string>> {
  const secrets: Record<string, string> = {}
  const faults: string[] = []
  for (const [name, reference] of Object.entries(references)) {
    const value = 'env' in reference ? env[reference.env] : await readSecretFile(resolve(folder, reference.file))
    if (value === undefined || value === '')
      faults.push(`adapter.secrets.${name}: ${'env' in reference ? reference.env : reference.file} is empty`)
    else secrets[name] = value
  }
  if (faults.length > 0) throw new ProblemError('config.invalid', faults.join('\n  '))
  return secrets
}
