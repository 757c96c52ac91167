/** Runs the second verifier, in Python, which shares no code with the project. */
import { execFile, spawnSync } from 'node:child_process'
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

/** Verifies many bundles in one process; reports in the order of the paths. */
export function verifyInPython(
  python: string,
  paths: readonly string[],
  fingerprints: readonly string[],
): Promise<SecondReport[]> {
  const flags = fingerprints.flatMap(fingerprint => ['--fingerprint', fingerprint])
  return new Promise((resolve, reject) => {
    const options = { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 } as const
    execFile(python, [SECOND_VERIFIER, ...flags, ...paths], options, (_, stdout, stderr) => {
      const lines = stdout.split('\n').filter(line => line !== '')
      if (lines.length === paths.length) resolve(lines.map(line => JSON.parse(line) as SecondReport))
      else reject(new Error(`the second verifier gave ${lines.length} of ${paths.length} reports: ${stderr}`))
    })
  })
}
