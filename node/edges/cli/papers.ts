/** `tongban case papers`, `print`, `archive` and `evidence export`: files that the node makes of a case. */
import type { Command } from 'commander'
import type { PrintPapersRequest } from '../client/api.generated.ts'
import type { Declare } from './declare.ts'
import { saveStream } from './files.ts'
import { china, table } from './output.ts'

type Out = { out: string }
const toFile = (command: Command): Command => command.requiredOption('--out <file>', 'where')

export function declarePapers(cases: Command, evidence: Command, { call }: Declare): void {
  call(cases, 'papers <case>', 'papers for the applicant, and what they wait for 窗口文书', {
    ask: async (client, [thread = '']) => (await client.listPapers({ params: { thread } })).items,
    text: items => table(items.map(({ name, title, lacking }) => ({ paper: name, title, waits: lacking ?? '' }))),
  })
  call(cases, 'originals <case>', 'originals of the applicant, and where each lies 原件: an audit row', {
    ask: (client, [thread = '']) => client.listOriginals({ params: { thread } }),
    text: ({ items, moves }) =>
      [
        table(
          items.map(({ name, copies, placeName, city, since }) => ({
            original: name,
            copies,
            city,
            place: placeName,
            since: china(since),
          })),
        ),
        '',
        table(
          moves.map(({ at, city, eventName, items: moved, waybill, by, to }) => ({
            at: china(at),
            city,
            what: eventName,
            originals: moved.map(({ name }) => name).join('、'),
            waybill: waybill === undefined ? '' : `${waybill.carrier} ${waybill.number}`,
            by: by ?? '',
            to: to ?? '',
          })),
        ),
      ].join('\n'),
  })
  call(cases, 'print <case> <paper>', 'write a paper as a page to be printed', {
    options: toFile,
    example: 'tongban case print CASE receipt --out receipt.html',
    ask: async (client, [thread = '', paper], { out: file }: Out) => {
      const params = { thread, name: paper as PrintPapersRequest['paper'] }
      await saveStream(await client.printPaper({ params }), file)
      return { file }
    },
    text: ({ file }) => `Wrote 已写入 ${file}: open it in a browser and print 用浏览器打开后打印`,
  })
  call(cases, 'archive <case>', 'write all of a case as one file for the archives 归档', {
    options: toFile,
    example: 'tongban case archive CASE --out archive.zip',
    ask: async (client, [thread = ''], { out }: Out) => {
      await saveStream(await client.archiveCase({ params: { thread } }), out)
      return { archive: out }
    },
    text: ({ archive }) => `Archived 已归档: ${archive}`,
  })
  call(evidence, 'export <case>', 'write the evidence of a case as a ZIP', {
    options: toFile,
    example: 'tongban evidence export CASE --out evidence.zip',
    ask: async (client, [thread = ''], { out }: Out) => {
      await saveStream(await client.exportEvidence({ params: { thread } }), out)
      return { evidence: out }
    },
    text: value => `Exported 已导出: ${value.evidence}`,
  })
}
