/**
 * The thread that verifies a bundle in the browser, by the very program that the node runs (`node/city/records/evidence`). It calls nothing
 * and nobody: the file stays on this machine. Whoever does not want to wait ends the thread.
 */
import * as z from 'zod'
import { sha256 } from '../../../../../protocol/primitives.ts'
import { BROWSER_LIMITS } from '../../../../city/records/evidence/runtime-browser.ts'
import { verifySource } from '../../../../city/records/evidence/verify-source.ts'
import { sourceOf } from '../../../../city/records/evidence/zip.ts'
import { readRoots } from './roots.ts'
import type { Order, Told } from './thread.ts'

// The policy lets no text become a program; zod would try.
z.config({ jitless: true })

/** Of the whole, that which is done is told in so many steps. */
const STEPS = 200

const tell = (told: Told): void => postMessage(told)

async function verify(bundle: Blob): Promise<void> {
  let step = -1
  const onProgress = (done: number, total: number): void => {
    const reached = Math.floor((done / total) * STEPS)
    if (reached === step) return
    step = reached
    tell({ kind: 'progress', done, total })
  }
  const report = await verifySource(sourceOf(bundle), { onProgress })
  const whole = bundle.size > BROWSER_LIMITS.heldBytes ? null : new Uint8Array(await bundle.arrayBuffer())
  tell({ kind: 'report', report, sha256: whole === null ? null : await sha256(whole) })
}

addEventListener('message', ({ data }: MessageEvent<Order>) => {
  if (data.kind === 'roots') tell({ kind: 'roots', roots: readRoots(data.files, data.certificates, data.at) })
  // What fails is the machine's fault, never the bundle's: it ends the thread with an error, which the page hears.
  else
    verify(data.bundle).catch(error =>
      setTimeout(() => {
        throw error
      }),
    )
})
