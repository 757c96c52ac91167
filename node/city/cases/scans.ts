/** Scans of an application (扫描件), looked at where they lie: what is written of them must hold. */
import type { CaseMaterial } from '../../../protocol/case/kinds.ts'
import { type Finding, ruleFinding } from '../../../protocol/case/preflight.ts'
import type { Commitment } from '../../../protocol/primitives.ts'

/** Pages of a held material; `unreadable` for one that cannot be opened, null when they cannot be counted here. */
type Counted = number | 'unreadable' | null
export type PageCounter = {
  of(sha256: string): Promise<Counted>
  /** those that are held and the actor's (`possession.ts`), each once, with what was counted of them before */
  held(hashes: readonly string[], actor: string): Promise<{ commitment: Commitment; counted: Counted | undefined }[]>
}

/** What was counted before of each scan that is held. */
export type HeldScans = ReadonlyMap<string, Counted | undefined>

/** Where a scan has other pages than are written of it (校页), or cannot be opened; those of which nothing is written are opened by `looks` alone. */
export async function miscounted(
  counter: Pick<PageCounter, 'of'>,
  materials: readonly CaseMaterial[],
  held: HeldScans,
  looks = false,
): Promise<Finding[]> {
  const found = materials.map(async ({ sha256, pages }, index): Promise<Finding[]> => {
    if (!held.has(sha256)) return []
    const counted = held.get(sha256) ?? (pages !== undefined || looks ? await counter.of(sha256) : null)
    if (counted === pages || (pages === undefined && counted !== 'unreadable')) return []
    const field = `materials.${index}.pages`
    if (counted === 'unreadable')
      return [
        ruleFinding(
          'scan-unreadable',
          'notice',
          `materials.${index}.sha256`,
          'the scan cannot be opened here, broken or locked by a password: look at it, and scan it again',
          '扫描件无法打开（文件损坏或有密码），请查看并重新扫描上传',
        ),
      ]
    if (counted === null)
      return [
        ruleFinding(
          'scan-uncounted',
          'notice',
          field,
          'its pages cannot be counted: look at the scan',
          '无法核对页数，请查看扫描件',
        ),
      ]
    return [
      ruleFinding(
        'scan-pages',
        'error',
        field,
        `the scan has ${counted} pages, not as many as are written: scan it again or correct the number`,
        `扫描件共${counted}页，与所填页数不符，请重新扫描或更正`,
      ),
    ]
  })
  return (await Promise.all(found)).flat()
}
