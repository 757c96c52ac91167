/**
 * Evidence that somebody brings is verified (证据核验) in a thread of its own, from a file that is deleted with the answer: it may be large and false, and the
 * exchange goes on meanwhile.
 */
import { mkdir, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { LIMITS } from '../../../../protocol/limits.ts'
import { ProblemError } from '../../../../protocol/problem.ts'
import { writing } from '../../../kernel/store/disk.ts'
import type { BundleReport } from './verify.ts'

export const VERIFY_LIMITS = {
  /** bytes of a bundle that is brought; larger ones are verified by the command */
  bytes: LIMITS.materialBytes,
  /** bundles that are verified at once */
  atOnce: 2,
  /** fingerprints that are given with one */
  fingerprints: 10,
} as const

/** What the thread is told. */
export type VerifyOrder = { path: string; fingerprints: readonly string[] }

export type EvidenceVerifier = ReturnType<typeof createEvidenceVerifier>

function inThread(order: VerifyOrder, signal: AbortSignal): Promise<BundleReport> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./verify-worker.ts', import.meta.url), { workerData: order })
    const stop = () => void worker.terminate()
    signal.addEventListener('abort', stop)
    let report: BundleReport | null = null
    worker.once('message', told => {
      report = told as BundleReport
    })
    worker.once('error', reject)
    worker.once('exit', () => {
      signal.removeEventListener('abort', stop)
      if (report === null) reject(signal.reason ?? new Error('a verification ended without a report'))
      else resolve(report)
    })
  })
}

/** `folder` is emptied when it begins: what an earlier run left there is nobody's. */
export function createEvidenceVerifier({ folder, id }: { folder: string; id: () => string }) {
  let running = 0

  return {
    async start(): Promise<void> {
      await rm(folder, { recursive: true, force: true })
    },

    /** Verifies a bundle. Problem: `request.rate` while others are verified; `disk.full`. */
    async verify(
      stream: ReadableStream<Uint8Array>,
      fingerprints: readonly string[],
      signal: AbortSignal,
    ): Promise<BundleReport> {
      if (running >= VERIFY_LIMITS.atOnce) throw new ProblemError('request.rate', 'other bundles are being verified')
      running++
      const path = join(folder, `${id()}.zip`)
      try {
        await writing(async () => {
          await mkdir(folder, { recursive: true, mode: 0o700 })
          const file = await open(path, 'wx', 0o600)
          try {
            for await (const chunk of stream) await file.writeFile(chunk)
          } finally {
            await file.close()
          }
        })
        signal.throwIfAborted()
        return await inThread({ path, fingerprints }, signal)
      } finally {
        running--
        await rm(path, { force: true })
      }
    },
  }
}
