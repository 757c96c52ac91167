/** What every command gets: how to print, the config of the local node, and the API of the node it talks to. */
import { resolve } from 'node:path'
import { ProblemError } from '../../../protocol/problem.ts'
import { loadConfig, type NodeConfig } from '../../kernel/config/config.ts'
import { readPassphrase } from '../../kernel/config/secrets.ts'
import type { Client } from '../client/client.ts'
import { inUrl, reachedAt } from './listening.ts'
import { createOutput, type Output } from './output.ts'

/** Options that every command takes. */
export type GlobalFlags = { config?: string; url?: string; token?: string; purpose?: string; json?: boolean }

export type CommandContext = {
  out: Output
  config(): Promise<NodeConfig>
  client(): Promise<Client>
  /** where the config of the local node is, or would be */
  configPath: string
  /** from the environment, a file, or typed in */
  passphrase(): Promise<string>
  /** Asks on the terminal before something that cannot be undone. Problem: `request.invalid` on a no, and with `otherwise` without a terminal. */
  confirm(question: string, otherwise: string): Promise<void>
  /** Asks for a line on the terminal. Problem: `request.invalid` without a terminal, or when nothing is typed. */
  ask(question: string): Promise<string>
  /** one that is to be: from the variable or the file that it names with `_FILE`, or typed in twice */
  newPassphrase(variable: 'TONGBAN_PASSPHRASE' | 'TONGBAN_NEW_PASSPHRASE'): Promise<string>
  /** A new RSA key of a city or an authority, PKCS#8 PEM; tests have theirs made before. */
  newCertificateKey(): Promise<string>
}

/** Asks on the terminal without showing it. Problems: `config.invalid` without a terminal, `keystore.passphrase` when cancelled. */
async function ask(message: string, variable: string, validate?: (typed: string) => string | undefined) {
  if (!process.stdin.isTTY) throw new ProblemError('config.invalid', `passphrase: set ${variable}_FILE`)
  const { password, isCancel } = await import('@clack/prompts')
  const typed = await password({
    message,
    ...(validate === undefined ? {} : { validate: value => validate(value ?? '') }),
  })
  if (isCancel(typed)) throw new ProblemError('keystore.passphrase')
  return typed
}

export function createContext(flags: GlobalFlags): CommandContext {
  const env = process.env
  const config = () => loadConfig(flags.config === undefined ? undefined : resolve(flags.config), env)
  return {
    out: createOutput(flags.json === true),
    config,
    async client() {
      const [{ createClient }, { findTarget }] = await Promise.all([
        import('../client/client.ts'),
        import('./target.ts'),
      ])
      const target = await findTarget(flags, env, async () => {
        const { http, data } = await config()
        return { url: `http://${inUrl(reachedAt(http.host))}:${http.port}`, data }
      })
      return createClient({ ...target, purpose: flags.purpose ?? env.TONGBAN_PURPOSE })
    },
    configPath: resolve(flags.config ?? (env.TONGBAN_CONFIG || 'tongban.json')),
    passphrase: async () =>
      (await readPassphrase(env)) ?? ask('Passphrase of the key store 密钥库口令', 'TONGBAN_PASSPHRASE'),
    async confirm(question, otherwise) {
      if (!process.stdin.isTTY) throw new ProblemError('request.invalid', otherwise)
      const { confirm } = await import('@clack/prompts')
      if ((await confirm({ message: question, initialValue: false })) !== true)
        throw new ProblemError('request.invalid', 'nothing was done')
    },
    async ask(question) {
      if (!process.stdin.isTTY)
        throw new ProblemError('request.invalid', `no terminal to ask on, give it as an option: ${question}`)
      const { text, isCancel } = await import('@clack/prompts')
      const typed = await text({ message: question })
      if (isCancel(typed) || typed.trim() === '') throw new ProblemError('request.invalid', 'nothing was done')
      return typed
    },
    newCertificateKey: async () => (await import('../../../certs/index.ts')).generateKey(),
    async newPassphrase(variable) {
      const given = await readPassphrase(env, variable)
      if (given !== null) return given
      const { KEY_STORE_LIMITS } = await import('../../kernel/keys/keystore.ts')
      const short = (typed: string) =>
        [...typed].length < KEY_STORE_LIMITS.minPassphrase
          ? `${KEY_STORE_LIMITS.minPassphrase} characters or more 至少 ${KEY_STORE_LIMITS.minPassphrase} 个字符`
          : undefined
      const typed = await ask('New passphrase of the key store 新的密钥库口令', variable, short)
      const differs = (again: string) => (again === typed ? undefined : 'not the same 两次输入不一致')
      return ask('The same again 再次输入', variable, differs)
    },
  }
}
