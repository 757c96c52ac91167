/** The catalogue (目录) of a case's electronic archive: what it is of, and each file by number; as JSON, and as a sheet for paper. Pure. */
import { MODE_NAMES, type Mode } from '../../../../protocol/case/kinds.ts'
import { type Block, sheetHtml } from '../papers/sheet.ts'

export const ARCHIVE_FORMAT = 'tongban-archive/1'

export const CATEGORIES = {
  evidence: '证据包',
  timeline: '办理过程',
  paper: '文书',
  material: '申请材料',
  decision: '办理结果',
  attachment: '往来附件',
} as const satisfies Record<string, string>
export type Category = keyof typeof CATEGORIES

export type CatalogueEntry = {
  no: number
  category: Category
  /** code of the material or document; null when it has none */
  code: string | null
  /** 题名 */
  name: string
  /** city that it is from */
  city: string
  /** day, YYYY-MM-DD */
  day: string | null
  pages: number | null
  /** path inside the archive */
  path: string
  bytes: number
  /** lowercase hex */
  sha256: string
}

export type Catalogue = {
  format: typeof ARCHIVE_FORMAT
  thread: string
  case: string
  localCase: string | null
  item: { code: string; name: string }
  mode: Mode
  /** null when it was purged */
  applicant: string | null
  collecting: string
  handling: string
  submittedOn: string
  endedOn: string | null
  state: string
  outcome: string | null
  exportedAt: string
  exportedBy: string
  /** files that the case names and this city no longer holds, by SHA-256 */
  absent: string[]
  files: CatalogueEntry[]
}

/** The catalogue as one page for A4; `names` tells cities and codes of state and outcome in words. */
export function catalogueHtml(catalogue: Catalogue, names: (word: string) => string): string {
  const { files, absent } = catalogue
  const blocks: Block[] = [
    {
      rows: [
        ['申请事项', catalogue.item.name],
        ['实施编码', catalogue.item.code],
        ['办件编号', catalogue.case],
        ['办理地受理编号', catalogue.localCase],
        ['申请人', catalogue.applicant],
        ['收件地', names(catalogue.collecting)],
        ['办理地', names(catalogue.handling)],
        ['办理模式', MODE_NAMES[catalogue.mode].zh],
        ['转办日期', catalogue.submittedOn],
        ['办结日期', catalogue.endedOn],
        ['办理结果', catalogue.outcome === null ? names(catalogue.state) : names(catalogue.outcome)],
        ['业务线程', catalogue.thread],
      ],
    },
    {
      table: {
        head: ['序号', '类别', '题名', '来源', '日期', '页数', '字节', '文件与 SHA-256'],
        rows: files.map(entry => [
          String(entry.no),
          CATEGORIES[entry.category],
          entry.code === null ? entry.name : `${entry.code} ${entry.name}`,
          names(entry.city),
          entry.day ?? '',
          entry.pages === null ? '' : String(entry.pages),
          String(entry.bytes),
          `${entry.path} ${entry.sha256}`,
        ]),
      },
    },
    ...(absent.length === 0
      ? []
      : [{ note: `另有 ${absent.length} 份文件已按规定清除或未由本市持有，其摘要见证据包。` }]),
    { note: `共 ${files.length} 件。证据包可用 tongban evidence verify 离线核验。导出时间 ${catalogue.exportedAt}。` },
  ]
  return sheetHtml({ title: '电子档案目录（一事一档）', number: catalogue.case, blocks })
}
