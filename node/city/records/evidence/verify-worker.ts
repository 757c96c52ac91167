/** The thread of one verification: see verify-apart.ts. */
import { parentPort, workerData } from 'node:worker_threads'
import { verifyBundle } from './verify.ts'
import type { VerifyOrder } from './verify-apart.ts'

const { path, fingerprints } = workerData as VerifyOrder
parentPort?.postMessage(await verifyBundle(path, fingerprints.length === 0 ? {} : { fingerprints }))
