/** The folder of a sandbox city: made once, read by whoever triggers. */
import { randomBytes } from 'node:crypto'
import { access, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { isSandbox, SANDBOX_CITY } from '../../../protocol/codes/sandbox.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import { loadConfig, type NodeConfig } from '../../kernel/config/config.ts'
import { type Client, createClient } from '../client/client.ts'
import type { CommandContext } from './context.ts'
import { createOutput } from './output.ts'

/** Where the folder is when nothing else is said, and the ports: those beside which a node has by itself. */
export const SANDBOX = { folder: 'sandbox', httpPort: '8430', p2pPort: '8431' } as const

const configIn = (folder: string): string => join(resolve(folder), 'tongban.json')
const passphraseIn = (folder: string): string => join(resolve(folder), 'passphrase')

/** The configuration of the sandbox city of a folder, whatever the environment says of the own node; null when there is none. Problem: `config.invalid`. */
export async function sandboxIn(folder: string): Promise<NodeConfig | null> {
  const path = configIn(folder)
  const there = await access(path).then(
    () => true,
    () => false,
  )
  if (!there) return null
  const config = await loadConfig(path, {})
  if (!isSandbox(config.city.code))
    throw new ProblemError('config.invalid', `${path}: ${config.city.code} is no sandbox city`)
  return config
}

/** Makes the city in its folder: keys, certificate, store and accounts of its own, by what `tongban init` does. */
export async function makeSandbox(
  context: CommandContext,
  { folder, httpPort, p2pListen }: { folder: string; httpPort: string; p2pListen: string },
): Promise<NodeConfig> {
  const passphrase = randomBytes(24).toString('base64url')
  const { init } = await import('./init.ts')
  const silent = { ...createOutput(false), print: () => {}, result: () => {} }
  await init(
    { ...context, out: silent, newPassphrase: async () => passphrase },
    {
      code: SANDBOX_CITY,
      unlisted: true,
      name: '沙箱市',
      authority: '沙箱市行政审批局（试验用）',
      folder,
      httpPort,
      p2pListen,
      withClerk: true,
    },
  )
  await writeFile(passphraseIn(folder), `${passphrase}\n`, { mode: 0o600 })
  const path = configIn(folder)
  const written = JSON.parse(await readFile(path, 'utf8')) as object
  // One clerk is everybody of the city.
  const more = { rights: { separateDecision: false }, log: { level: 'warning', format: 'text' } }
  await writeFile(path, `${JSON.stringify({ ...written, ...more }, null, 2)}\n`, { mode: 0o600 })
  return loadConfig(path, {})
}

export const sandboxPassphrase = async (folder: string): Promise<string> =>
  (await readFile(passphraseIn(folder), 'utf8')).trim()

/** The API of a sandbox city, as one of its two accounts. */
export async function sandboxClient({ http, data }: NodeConfig, who: 'administrator' | 'clerk'): Promise<Client> {
  const token = (await readFile(join(data, `${who}.token`), 'utf8')).trim()
  return createClient({ url: `http://127.0.0.1:${http.port}`, token })
}
