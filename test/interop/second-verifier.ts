/** Runs the second verifier, in Python, which shares no code with the project. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

export type SecondReport = {
  ok: boolean
  thread: string | null
  case: string | null
  state: string | null
  outcome: string | null
  packets: number
  receipts: number
  materials: number
  errors: string[]
  warnings: string[]
}

export const SECOND_VERIFIER = fileURLToPath(new URL('verify_evidence.py', import.meta.url))

/** A Python that has `cryptography`, or why there is none. */
export function findPython(): { python: string } | { reason: string } {
  const reasons: string[] = []
  for (const python of ['python3', '/usr/bin/python3']) {
    const found = spawnSync(python, ['-c', 'import cryptography'], { encoding: 'utf8' })
    if (found.status === 0) return { python }
    reasons.push(`${python}: ${found.error?.message ?? found.stderr.trim().split('\n').at(-1)}`)
  }
  return { reason: `the second verifier needs Python with the package cryptography (${reasons.join('; ')})` }
}

/** The verifier that serves this process: to load Python and its cryptography takes longer than to verify a bundle. */
let serving: Promise<Server> | undefined

type Server = { ask(bundle: string, fingerprints: readonly string[]): Promise<SecondReport> }

async function serve(python: string): Promise<Server> {
  const child = spawn(python, [SECOND_VERIFIER, '--serve'], { stdio: ['pipe', 'pipe', 'inherit'] })
  /** Who waits for an answer, in the order of the questions. */
  const waiting: PromiseWithResolvers<SecondReport>[] = []
  createInterface({ input: child.stdout }).on('line', line => {
    waiting.shift()?.resolve(JSON.parse(line) as SecondReport)
  })
  child.once('close', code => {
    serving = undefined
    for (const { reject } of waiting.splice(0)) reject(new Error(`the second verifier ended with ${String(code)}`))
  })
  // It ends when its input does, with this process.
  child.unref()
  await once(child, 'spawn')
  return {
    ask(bundle, fingerprints) {
      const answer = Promise.withResolvers<SecondReport>()
      waiting.push(answer)
      child.stdin.write(`${JSON.stringify({ bundle, fingerprints })}\n`)
      return answer.promise
    },
  }
}

/** Verifies many bundles; reports in the order of the paths. */
export async function verifyInPython(
  python: string,
  paths: readonly string[],
  fingerprints: readonly string[],
): Promise<SecondReport[]> {
  serving ??= serve(python)
  const { ask } = await serving
  return Promise.all(paths.map(path => ask(path, fingerprints)))
}

/** Its exit code and what it prints, as whoever has a bundle in hand runs it. */
export function runSecondVerifier(python: string, args: readonly string[]): { code: number | null; out: string } {
  const { status, stdout } = spawnSync(python, [SECOND_VERIFIER, ...args], { encoding: 'utf8' })
  return { code: status, out: stdout }
}
