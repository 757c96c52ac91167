/** Scans at the counter, and what a case is given of them. */

import { scan } from '../../node/edges/cli/sandbox-scan.ts'
import type { CaseMaterial } from '../../protocol/case/kinds.ts'
import type { ServiceItem } from '../../protocol/service/item.ts'
import type { City } from './cities.ts'

/** A sheet with a line of text, scanned and uploaded at a city; its hash. */
export async function scanned(city: City, words: string): Promise<string> {
  const bytes = new Blob([scan(words)])
  return (await city.clerk.uploadMaterial({ bytes, type: 'application/pdf' })).sha256
}

/** A page of each material that the item requires; `sha256Of`: the scan that stands for the material of that code. */
export const scansOf = (
  item: ServiceItem,
  sha256Of: (code: string) => Promise<string>,
  form: CaseMaterial['form'] = 'electronic',
): Promise<CaseMaterial[]> =>
  Promise.all(
    item.materials
      .filter(({ isNeed }) => isNeed === '1')
      .map(async ({ materialCode, materialName }) => ({
        sha256: await sha256Of(materialCode),
        code: materialCode,
        name: `${materialName}.pdf`,
        form,
        pages: 1,
      })),
  )
