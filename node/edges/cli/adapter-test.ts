/** `tongban adapter test`: plays the contract of adapters, and prints what was proved and what was not. */
import { randomUUID } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { certificateEnd, certificateLine, certify } from '../../../adapters/sdk/certificate.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import { createSubjects, parseSetup, readSetup, type Setup } from './adapter-setup.ts'
import type { CommandContext } from './context.ts'

export type TestFlags = {
  mapping?: string
  system?: string
  switches?: string
  secret: readonly string[]
  out?: string
}

export async function testAdapter(
  { out }: CommandContext,
  folder: string | undefined,
  flags: TestFlags,
): Promise<void> {
  const { setup, from, name } = await setupOf(folder, flags)
  const { make, stop } = await createSubjects(setup, from)
  try {
    const certificate = await certify(name, make, {
      outside: true,
      now: Date.now,
      told: outcome => out.print(certificateLine(outcome)),
      // A test system keeps what it was sent the last time.
      ...(setup.system === undefined ? {} : { mark: randomUUID() }),
    })
    if (flags.out !== undefined) await writeFile(flags.out, `${JSON.stringify(certificate, null, 2)}\n`)
    out.result(certificate, certificateEnd)
    if (!certificate.passed) process.exitCode = 1
  } finally {
    await stop()
  }
}

async function setupOf(
  folder: string | undefined,
  { mapping, system, switches, secret }: TestFlags,
): Promise<{ setup: Setup; from: string; name: string }> {
  if (mapping === undefined) {
    const from = resolve(folder ?? '.')
    return { setup: await readSetup(from), from, name: from }
  }
  const file = resolve(mapping)
  const adapter = { kind: 'rest', mapping: file, secrets: secretsOf(secret) }
  return { setup: parseSetup({ adapter, system, switches }, '--mapping'), from: dirname(file), name: file }
}

/** `NAME=FILE`, or `NAME=env:VARIABLE`. Problem: `request.invalid`. */
export function secretsOf(secrets: readonly string[]): Record<string, { file: string } | { env: string }> {
  return Object.fromEntries(
    secrets.map(secret => {
      const [, name = '', env, value = ''] = /^([A-Za-z][\w.-]*)=(env:)?(.+)$/.exec(secret) ?? []
      if (name === '') throw new ProblemError('request.invalid', '--secret NAME=FILE, or NAME=env:VARIABLE')
      return [name, env === undefined ? { file: resolve(value) } : { env: value }]
    }),
  )
}
