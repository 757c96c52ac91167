/** The thread of `read-tree.ts`: it has no store and no keys, only the bytes of a tree and whose it is said to be. */
import { parentPort } from 'node:worker_threads'
import type { Problem } from '../../../protocol/problem.ts'
import { readOrganisation } from '../../../protocol/service/organisation.ts'

export type TreeAsked = { bytes: Uint8Array; city: string }

parentPort?.once('message', ({ bytes, city }: TreeAsked) => {
  const read = readOrganisation(bytes, city)
  parentPort?.postMessage((read.ok ? null : read.problem) satisfies Problem | null)
})
