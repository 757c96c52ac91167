/** `tongban adapter test`: plays the contract of adapters, and prints what was proved and what was not. */
import { randomUUID } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { certificateEnd, certificateLine, certify } from '../../../adapters/sdk/certificate.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import { kindOf, type MappingFlags, namedAdapter } from './adapter-mapping.ts'
import { createSubjects, parseSetup, readSetup, type Setup } from './adapter-setup.ts'
import type { CommandContext } from './context.ts'

export type TestFlags = MappingFlags & {
  mapping?: string
  system?: string
  switches?: string
  secret: readonly string[]
  out?: string
}

export async function testAdapter(
  context: CommandContext,
  folder: string | undefined,
  flags: TestFlags,
): Promise<void> {
  const { out } = context
  const { setup, from, name } = await setupOf(context, folder, flags)
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
  { config: configOf }: CommandContext,
  folder: string | undefined,
  { mapping, adapter: named, kind: given, system, switches, secret }: TestFlags,
): Promise<{ setup: Setup; from: string; name: string }> {
  if (named !== undefined) {
    const config = await configOf()
    const adapter = namedAdapter(config, named)
    if (adapter.kind === 'front-table' || adapter.kind === 'file-drop')
      throw new ProblemError(
        'request.invalid',
        '--adapter: its mapping names the tables or folders at work, in which tests would leave cases; give --mapping and --kind of a copy that names those of a test system',
      )
    return { setup: parseSetup({ adapter, system, switches }, `--adapter ${named}`), from: config.folder, name: named }
  }
  if (mapping === undefined) {
    const from = resolve(folder ?? '.')
    return { setup: await readSetup(from), from, name: from }
  }
  const file = resolve(mapping)
  const kind = kindOf(given)
  const adapter = { kind, mapping: file, ...(kind === 'manual' ? {} : { secrets: secretsOf(secret) }) }
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
