/** Secrets (秘密) stay out of the configuration: a file that only the node can read, or the environment, holds them. */
import { type FileHandle, open } from 'node:fs/promises'
import { resolve } from 'node:path'
import * as z from 'zod'
import { text } from '../../../protocol/primitives.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import { textOf } from './text-file.ts'

export type Env = Readonly<Record<string, string | undefined>>

/** Where a secret is: the name of an environment variable, or a file that only the node can read. */
export const SecretReference = z.union([z.strictObject({ env: text(100) }), z.strictObject({ file: text(1000) })], {
  error: 'must say where the secret is: { "env": "NAME" } or { "file": "PATH" }, never the secret itself',
})
export type SecretReference = z.infer<typeof SecretReference>

/**
 * The passphrase of the key store: TONGBAN_PASSPHRASE, or another `variable`, else the content of the file that
 * TONGBAN_PASSPHRASE_FILE names; null when neither is set. Problem: `config.invalid`.
 */
export async function readPassphrase(env: Env, variable = 'TONGBAN_PASSPHRASE'): Promise<string | null> {
  const given = env[variable]
  const file = env[`${variable}_FILE`]
  if (isSet(given)) return given
  return isSet(file) ? readSecretFile(file) : null
}

/** Values of secret references that stand under `at`; `folder` is that of the config file. Problem: `config.invalid`, all at once. */
export async function readSecrets(
  references: Readonly<Record<string, SecretReference>>,
  env: Env,
  folder: string,
  at = 'adapter.secrets.',
): Promise<Record<string, string>> {
  const secrets: Record<string, string> = {}
  const faults: string[] = []
  for (const [name, reference] of Object.entries(references)) {
    try {
      secrets[name] = await readSecret(reference, env, folder)
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error
      faults.push(`${at}${name}: ${error.problem.detail ?? ''}`)
    }
  }
  if (faults.length > 0) throw new ProblemError('config.invalid', faults.join('\n  '))
  return secrets
}

async function readSecret(reference: SecretReference, env: Env, folder: string): Promise<string> {
  if ('file' in reference) return readSecretFile(resolve(folder, reference.file))
  const value = env[reference.env]
  if (!isSet(value)) throw new ProblemError('config.invalid', `the environment variable ${reference.env} is not set`)
  return value
}

const isSet = (value: string | undefined): value is string => value !== undefined && value !== ''

/** A secret in a file of its own, without the line break that ends it. */
async function readSecretFile(path: string): Promise<string> {
  const refuse = (fault: string) => new ProblemError('config.invalid', `${path} ${fault}`)
  let file: FileHandle
  try {
    file = await open(path, 'r')
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    throw refuse(missing ? 'is not there' : 'cannot be read by this user')
  }
  try {
    const found = await file.stat()
    if (found.isDirectory()) throw refuse('is a folder')
    if ((found.mode & 0o077) !== 0) throw refuse('can be read by others; run chmod 600 on it')
    const secret = textOf(await file.readFile(), path, 'config.invalid').replace(/\r?\n$/, '')
    if (secret === '') throw refuse('is empty')
    return secret
  } finally {
    await file.close()
  }
}
