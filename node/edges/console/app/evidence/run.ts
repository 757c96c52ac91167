/** One verification as a page follows it: in a thread of its own, told how far it is, and ended at will. */
import { useCallback, useEffect, useReducer, useRef } from 'react'
import type { BundleReport } from '../../../../city/records/evidence/verify-source.ts'
import type { RootFile } from './roots.ts'
import type { Order, Told } from './thread.ts'
import type { Root } from './trust.ts'

/** Address of the program of the thread; the build puts it here. */
declare const EVIDENCE_WORKER: string

export type Bundle = { name: string; size: number; sha256: string | null }
export type Verification =
  | { at: 'none' }
  | { at: 'running'; name: string; done: number; total: number }
  | { at: 'stopped'; name: string }
  | { at: 'failed'; name: string; reason: string }
  | { at: 'done'; bundle: Bundle; report: BundleReport; roots: readonly Root[]; verifiedAt: number }

type Step =
  | { kind: 'begin'; name: string; size: number }
  | { kind: 'stop' }
  | { kind: 'fail'; reason: string }
  | { kind: 'told'; told: Told; name: string; size: number; now: number }

function next(before: Verification, step: Step): Verification {
  if (step.kind === 'begin') return { at: 'running', name: step.name, done: 0, total: step.size }
  if (step.kind === 'stop') return before.at === 'running' ? { at: 'stopped', name: before.name } : before
  if (step.kind === 'fail')
    return before.at === 'running' ? { at: 'failed', name: before.name, reason: step.reason } : before
  const { told, name, size, now } = step
  if (told.kind === 'progress')
    return before.at === 'running' ? { ...before, done: told.done, total: told.total } : before
  if (told.kind === 'roots') return before.at === 'done' ? { ...before, roots: told.roots } : before
  const { report, sha256 } = told
  return { at: 'done', bundle: { name, size, sha256 }, report, roots: [], verifiedAt: now }
}

/** When the last packet was signed, seconds: an authority must have been valid then. */
const lastSigned = ({ timeline, certificates }: BundleReport): number =>
  Math.max(
    0,
    ...(timeline.length === 0 ? certificates.map(({ validFrom }) => validFrom) : timeline.map(({ at }) => at)),
  )

export function useVerification() {
  const [state, send] = useReducer(next, { at: 'none' } as Verification)
  const worker = useRef<Worker | null>(null)
  const end = useCallback(() => {
    worker.current?.terminate()
    worker.current = null
  }, [])
  useEffect(() => end, [end])

  const verify = useCallback(
    (bundle: File) => {
      end()
      const { name, size } = bundle
      send({ kind: 'begin', name, size })
      const begun = new Worker(EVIDENCE_WORKER, { type: 'module', name: 'evidence' })
      worker.current = begun
      const tell = (order: Order): void => begun.postMessage(order)
      begun.onmessage = ({ data }: MessageEvent<Told>) =>
        send({ kind: 'told', told: data, name, size, now: Date.now() })
      begun.onerror = ({ message }) => {
        end()
        send({ kind: 'fail', reason: message })
      }
      tell({ kind: 'verify', bundle })
    },
    [end],
  )
  const stop = useCallback(() => {
    end()
    send({ kind: 'stop' })
  }, [end])
  const addRoots = useCallback((files: readonly RootFile[], report: BundleReport) => {
    const certificates = report.certificates.map(({ fingerprint, pem }) => ({ fingerprint, pem }))
    const order: Order = { kind: 'roots', files, certificates, at: lastSigned(report) }
    worker.current?.postMessage(order)
  }, [])
  return { state, verify, stop, addRoots }
}
