/** `tongban case earlier` and `case reuse`: scans of earlier cases of the same person, used again with consent 复用以往材料. */
import { readFile, writeFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { ProblemError } from '../../../protocol/problem.ts'
import type { EarlierScan } from '../client/api.generated.ts'
import { collect, type Declare } from './declare.ts'
import { beginning, only } from './named.ts'
import { china, table } from './output.ts'

type CaseFile = { applicant?: { idNumber?: string }; materials?: object[] }

async function readCase(path: string): Promise<{ given: CaseFile; idNumber: string }> {
  const given = JSON.parse(await readFile(path, 'utf8')) as CaseFile
  const idNumber = given.applicant?.idNumber
  if (idNumber === undefined) throw new ProblemError('request.invalid', `${path}: applicant.idNumber is not there`)
  return { given, idNumber }
}

const shown = (items: readonly EarlierScan[]): string =>
  table(
    items.map(({ sha256, code, name, caseNo, item, submittedAt, pages }) => ({
      scan: sha256.slice(0, 12),
      code,
      name,
      pages,
      case: caseNo,
      item,
      at: china(submittedAt),
    })),
  )

export function declareReuse(cases: Command, { call }: Declare): void {
  call(cases, 'earlier <file>', 'scans that earlier cases of the applicant hold here: audit rows 以往材料', {
    ask: async (client, [file = '']) => {
      const { idNumber } = await readCase(file)
      return (await client.listEarlierScans({ body: { idNumber } })).items
    },
    text: shown,
  })
  call(cases, 'reuse <file>', 'use some of them again, with the consent of the applicant 复用', {
    options: command =>
      command
        .requiredOption('--scan <code=scan>', 'code of the material, and the beginning of the scan', collect, [])
        .requiredOption('--accepted <instant>', 'when the applicant agreed')
        .option('--notice <version>', 'version of the notice that was shown'),
    example: 'tongban case reuse case.json --scan M01=3f2a --accepted 2026-11-30T09:00:00+08:00',
    ask: async (client, [file = ''], flags: { scan: string[]; accepted: string; notice?: string }) => {
      const { given, idNumber } = await readCase(file)
      const { items } = await client.listEarlierScans({ body: { idNumber } })
      const chosen = flags.scan.map(text => {
        const [, code = '', named = ''] = /^([^=]+)=(.+)$/.exec(text) ?? []
        const line = ({ sha256, name }: EarlierScan) => `${sha256}  ${name}`
        const none: ['request.not-found', string] = [
          'request.not-found',
          'no such scan; see: tongban case earlier FILE',
        ]
        // One scan of several cases is one: the newest of them.
        const found = beginning(items, named, ({ sha256 }) => sha256)
        const once = found.filter(({ sha256 }, at) => found.findIndex(one => one.sha256 === sha256) === at)
        return { code, scan: only({ named, found: once, line, none }) }
      })
      const scans = chosen.map(({ scan: { thread, sha256 } }) => ({ thread, sha256 }))
      const consent = { acceptedAt: flags.accepted, text: flags.notice }
      const reused = await client.reuseScans({ body: { idNumber, scans, consent } })
      const added = chosen.map(({ code, scan: { sha256, name, pages } }) => ({
        code,
        name,
        sha256,
        form: 'electronic',
        ...(pages === null ? {} : { pages }),
      }))
      const materials = [...(given.materials ?? []), ...added]
      await writeFile(file, `${JSON.stringify({ ...given, materials }, null, 2)}\n`, { mode: 0o600 })
      return reused.items
    },
    text: shown,
  })
}
