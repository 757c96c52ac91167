/** A sheet for paper (文书): one HTML page without scripts that needs nothing else, A4 when printed. Pure. */
import { chineseDay } from '../agreements/paper-articles.ts'
import { PAPER_STYLE } from '../agreements/paper-style.ts'
import { escapeHtml } from '../evidence/timeline-html.ts'

/** What stands on a sheet, from top to bottom. */
export type Block =
  | { rows: readonly (readonly [label: string, value: string | null | undefined])[] }
  | { paragraphs: readonly string[] }
  | { heading: string }
  | { table: { head: readonly string[]; rows: readonly (readonly string[])[] } }
  | { /** SVG that this program made */ picture: string; caption: string }
  /** who signs, with room to do so */
  | { signatures: readonly string[] }
  | { organ: string; day: string | null }
  | { note: string }

export type Sheet = { title: string; number: string | null; blocks: readonly Block[] }

const STYLE = `${PAPER_STYLE}
.rows{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:2px 16px;margin:8px 0 12px}
.rows dt{color:var(--soft)}.rows dd{margin:0;overflow-wrap:anywhere}
.picture{float:right;width:128px;margin:0 0 8px 16px;text-align:center;font-size:12px;color:var(--soft);text-indent:0}
.picture svg{width:128px;height:128px}
.sign{display:grid;grid-template-columns:1fr 1fr;gap:36px 28px;margin:28px 0 12px}
.sign p{text-indent:0;border-bottom:1px solid var(--line);padding-bottom:26px}
.organ{text-align:right;text-indent:0;margin-top:36px}
.organ .seal{display:block;color:var(--soft);font-size:13px}
main.sheet+main.sheet{break-before:page}
.label{border:2px dashed var(--line);padding:18px 22px;margin:0 0 18px;font-size:19px;line-height:1.6;break-inside:avoid}
`

/** China Standard Time (UTC+8) of an instant: `2026年11月23日 15时20分`. */
export function chineseInstant(iso: string): string {
  const at = Date.parse(iso)
  if (Number.isNaN(at)) return iso
  const [day = '', time = ''] = new Date(at + 8 * 3_600_000).toISOString().split('T')
  return `${chineseDay(day)} ${time.slice(0, 2)}时${time.slice(3, 5)}分`
}

const cell = (text: string): string => escapeHtml(text)

function blockHtml(block: Block): string {
  if ('rows' in block) {
    const rows = block.rows.filter((row): row is [string, string] => row[1] != null && row[1] !== '')
    return `<dl class="rows">${rows.map(([label, value]) => `<dt>${cell(label)}</dt><dd>${cell(value)}</dd>`).join('')}</dl>`
  }
  if ('paragraphs' in block) return block.paragraphs.map(text => `<p>${cell(text)}</p>`).join('\n')
  if ('heading' in block) return `<h2>${cell(block.heading)}</h2>`
  if ('table' in block) {
    const { head, rows } = block.table
    const line = (cells: readonly string[], tag: 'th' | 'td') =>
      `<tr>${cells.map(text => `<${tag}>${cell(text)}</${tag}>`).join('')}</tr>`
    return `<table><thead>${line(head, 'th')}</thead><tbody>${rows.map(row => line(row, 'td')).join('')}</tbody></table>`
  }
  if ('picture' in block)
    return `<figure class="picture">${block.picture}<figcaption>${cell(block.caption)}</figcaption></figure>`
  if ('signatures' in block)
    return `<div class="sign">${block.signatures.map(who => `<p>${cell(who)}：</p>`).join('')}</div>`
  if ('organ' in block)
    return `<p class="organ">${cell(block.organ)}<span class="seal">（印章）</span>${block.day === null ? '　　年　　月　　日' : cell(chineseDay(block.day))}</p>`
  return `<p class="foot">${cell(block.note)}</p>`
}

const mainOf = ({ title, number, blocks }: Sheet): string => `<main class="sheet">
<h1>${cell(title)}</h1>
${number === null ? '' : `<p class="id">编号：${cell(number)}</p>`}
${blocks.map(blockHtml).join('\n')}
</main>`

export const sheetHtml = (sheet: Sheet): string => sheetsHtml(sheet.title, [sheet])

/** Many sheets as one page, each from a new page of paper on. */
export function sheetsHtml(title: string, sheets: readonly Sheet[]): string {
  return `<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="referrer" content="no-referrer">
<title>${cell(title)}</title>
<style>${STYLE}</style>
</head>
<body>
${sheets.map(mainOf).join('\n')}
</body>
</html>
`
}
