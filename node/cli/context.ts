/** What every command gets: how to print, the config of the local node, and the API of the node it talks to. */
import { resolve } from 'node:path'
import { ProblemError } from '../../protocol/problem.ts'
import { loadConfig, type NodeConfig } from '../config/config.ts'
import { readPassphrase } from '../config/secrets.ts'
import { type Client, createClient, findTarget } from './client.ts'
import { createOutput, type Output } from './output.ts'

/** Options that every command takes. */
export type GlobalFlags = { config?: string; url?: string; token?: string; json?: boolean }

export type CommandContext = {
  out: Output
  config(): Promise<NodeConfig>
  client(): Promise<Client>
  /** from the environment, a file, or typed in */ passphrase(): Promise<string>
}

export function createContext(flags: GlobalFlags): CommandContext {
  const env = process.env
  const config = () => loadConfig(flags.config === undefined ? undefined : resolve(flags.config), env)
  return {
    out: createOutput(flags.json === true),
    config,
    async client() {
      const target = await findTarget(flags, env, async () => {
        const { http, data } = await config()
        return { url: `http://${http.host === '0.0.0.0' ? '127.0.0.1' : http.host}:${http.port}`, data }
      })
      return createClient(target)
    },
    async passphrase() {
      const given = await readPassphrase(env)
      if (given !== null) return given
      if (!process.stdin.isTTY) throw new ProblemError('config.invalid', 'passphrase: set TONGBAN_PASSPHRASE_FILE')
      const { password, isCancel } = await import('@clack/prompts')
      const typed = await password({ message: 'Passphrase of the key store 密钥库口令' })
      if (isCancel(typed)) throw new ProblemError('keystore.passphrase')
      return typed
    },
  }
}
