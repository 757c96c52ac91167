/** Verifies an evidence bundle that lies in a file: `verify-source.ts` judges it. */
import { type BundleReport, type VerifyBundleOptions, verifySource } from './verify-source.ts'
import { openSource } from './zip-file.ts'

export type { BundleReport } from './verify-source.ts'

/** Verifies a bundle given as a path or a Blob. Never throws on what the bundle holds; throws when the path cannot be opened. */
export async function verifyBundle(bundle: string | Blob, options: VerifyBundleOptions = {}): Promise<BundleReport> {
  const source = await openSource(bundle)
  try {
    return await verifySource(source, options)
  } finally {
    await source.close()
  }
}
