/** Scans of an application (扫描件), looked at where they lie: what is written of them must hold. */
import type { CaseMaterial } from '../../protocol/case/kinds.ts'
import type { Finding } from '../../protocol/case/preflight.ts'

/** Pages of a held material; null when they cannot be counted. */
export type PageCounter = { of(sha256: string): Promise<number | null> }

/** Where a scan has other pages than are written of it (校页); those of which nothing is written are not opened. */
export async function miscounted(
  counter: PageCounter,
  materials: readonly CaseMaterial[],
  held: ReadonlySet<string>,
): Promise<Finding[]> {
  const found = materials.map(async ({ sha256, pages }, index): Promise<Finding[]> => {
    if (pages === undefined || !held.has(sha256)) return []
    const counted = await counter.of(sha256)
    if (counted === pages) return []
    const place = { field: `materials.${index}.pages`, cure: 'clerk' } as const
    if (counted === null) {
      const words = { reason: 'its pages cannot be counted: look at the scan', reasonZh: '无法核对页数，请查看扫描件' }
      return [{ ...place, level: 'notice', ...words }]
    }
    const words = {
      reason: `the scan has ${counted} pages, not as many as are written: scan it again or correct the number`,
      reasonZh: `扫描件共${counted}页，与所填页数不符，请重新扫描或更正`,
    }
    return [{ ...place, level: 'error', ...words }]
  })
  return (await Promise.all(found)).flat()
}
