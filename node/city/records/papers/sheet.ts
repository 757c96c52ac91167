/** A sheet for paper (文书): one HTML page without scripts that needs nothing else, A4 when printed. Pure. */

import { type Html, html, raw, textOf } from '../../../kernel/html.ts'
import { chineseDay } from '../../agreements/paper-articles.ts'
import { SHEET_STYLE } from '../../agreements/paper-style.ts'

/** What stands on a sheet, from top to bottom. */
export type Block =
  | { rows: readonly (readonly [label: string, value: string | null | undefined])[] }
  | { paragraphs: readonly string[] }
  /** whom the paper is written to, at the margin */
  | { to: string }
  | { heading: string }
  | { table: { head: readonly string[]; rows: readonly (readonly string[])[] } }
  | {
      /** SVG that this program made */
      picture: string
      caption: string
    }
  /** who signs, with room to do so */
  | { signatures: readonly string[] }
  | { organ: string; day: string | null }
  | { note: string }
  | { labels: readonly Label[] }

/** A label to be cut out (邮寄面单): the address largest, who sends it small. */
export type Label = {
  kind: string
  /** words of each line; one is torn apart only when it is wider than the label */
  address: readonly string[]
  to: readonly string[]
  from: readonly string[]
  rest: readonly string[]
}

export type Sheet = {
  title: string
  number: string | null
  /** what each copy is called (联) when there are several; each begins a page */
  copies?: readonly string[]
  blocks: readonly Block[]
}

const STYLE = `${SHEET_STYLE}.rows{display:grid;grid-template-columns:8em minmax(0,1fr);gap:2px 8px;margin:8px 0 12px}
.rows dt{color:var(--soft)}.rows dd{margin:0;overflow-wrap:anywhere}
.picture{float:right;width:128px;margin:0 0 8px 16px;text-align:center;font-size:12px;color:var(--soft);text-indent:0}
.picture svg{width:128px;height:128px}
.sign{display:grid;grid-template-columns:1fr 1fr;gap:36px 28px;margin:28px 0 12px}
.sign p{text-indent:0;border-bottom:1px solid var(--line);padding-bottom:26px}
p.to{text-indent:0}
.copy{text-align:right;text-indent:0;font-weight:700}
.organ{text-align:right;text-indent:0;margin-top:36px}
.organ .seal{display:block;color:var(--soft);font-size:13px}
main.sheet+main.sheet{break-before:page}
th.no,td.no{width:3.6em;text-align:center}
th.code{width:12.6em}td.code{white-space:nowrap}
.labels{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:6mm}
.label{display:flex;flex-direction:column;border:1.5px solid var(--ink);padding:3mm 4mm;min-height:57mm;line-height:1.45;break-inside:avoid}
.label p{text-indent:0;text-align:left}
.label span{display:inline-block;margin-right:1em}
.label .kind{font:700 12px/1.4 "SimHei","Noto Sans CJK SC",sans-serif;border-bottom:1px solid var(--line);padding-bottom:1mm;margin-bottom:2mm}
.label .address{font-size:20px;font-weight:700}
.label .to{font-size:18px;margin-top:1mm}
.label .from{margin-top:auto;padding-top:2mm;font-size:13px}
.label .rest{font-size:12px;color:var(--soft)}
@media (max-width:700px){.labels{grid-template-columns:1fr}.picture{float:none;margin:0 auto 8px}.rows{grid-template-columns:7.2em minmax(0,1fr)}}
@media print{.rows{line-height:1.5;gap:0 8px}.sign{margin:16px 0 8px}.sign p{padding-bottom:20px}.organ{margin-top:18px;break-inside:avoid}.sheet:has(.labels) h1{display:none}.label .address{font-size:14pt}.label .to{font-size:13pt}.label .from{font-size:9.5pt}.label .rest,.label .kind{font-size:8.5pt}}
`

/** China Standard Time (UTC+8) of an instant: `2026年11月23日 15时20分`. */
export function chineseInstant(iso: string): string {
  const at = Date.parse(iso)
  if (Number.isNaN(at)) return iso
  const [day = '', time = ''] = new Date(at + 8 * 3_600_000).toISOString().split('T')
  return `${chineseDay(day)} ${time.slice(0, 2)}时${time.slice(3, 5)}分`
}

/** Heads a column of numbers, which is narrow. */
export const NUMBERED = '序号'
/** Heads a column of case numbers, none of which is torn apart. */
export const CASE_NUMBER = '办件编号'
const COLUMNS: Readonly<Record<string, string>> = { [NUMBERED]: 'no', [CASE_NUMBER]: 'code' }

function blockHtml(block: Block): Html {
  if ('rows' in block) {
    const rows = block.rows.filter((row): row is [string, string] => row[1] != null && row[1] !== '')
    if (rows.length === 0) return html``
    return html`<dl class="rows">${rows.map(([label, value]) => html`<dt>${label}</dt><dd>${value}</dd>`)}</dl>`
  }
  if ('to' in block) return html`<p class="to">${block.to}：</p>`
  if ('paragraphs' in block) return html`${block.paragraphs.map(text => html`<p>${text}</p>\n`)}`
  if ('heading' in block) return html`<h2>${block.heading}</h2>`
  if ('table' in block) {
    const { head, rows } = block.table
    const classes = head.map(title => COLUMNS[title]).map(name => (name === undefined ? '' : html` class="${name}"`))
    const line = (cells: readonly string[], tag: 'th' | 'td') =>
      html`<tr>${cells.map((text, at) => html`<${tag}${classes[at] ?? ''}>${text}</${tag}>`)}</tr>`
    return html`<table><thead>${line(head, 'th')}</thead><tbody>${rows.map(row => line(row, 'td'))}</tbody></table>`
  }
  if ('picture' in block)
    return html`<figure class="picture">${raw(block.picture)}<figcaption>${block.caption}</figcaption></figure>`
  if ('signatures' in block) return html`<div class="sign">${block.signatures.map(who => html`<p>${who}：</p>`)}</div>`
  if ('organ' in block)
    return html`<p class="organ">${block.organ}<span class="seal">（印章）</span>${block.day === null ? '　　年　　月　　日' : chineseDay(block.day)}</p>`
  if ('labels' in block) return html`<div class="labels">${block.labels.map(labelHtml)}</div>`
  return html`<p class="foot">${block.note}</p>`
}

function labelHtml({ kind, ...lines }: Label): Html {
  const line = (name: keyof typeof lines) =>
    html`<p class="${name}">${lines[name].map(text => html`<span>${text}</span>`)}</p>`
  return html`<section class="label">
<p class="kind">${kind}</p>
${line('address')}
${line('to')}
${line('from')}
${line('rest')}
</section>`
}

const mainOf = ({ title, number, copies = [''], blocks }: Sheet): Html =>
  html`${copies.map(
    copy => html`<main class="sheet">
<h1>${title}</h1>
${number === null ? '' : html`<p class="id">编号：${number}</p>`}
${copy === '' ? '' : html`<p class="copy">${copy}</p>`}
${blocks.map(blockHtml)}
</main>
`,
  )}`

export const sheetHtml = (sheet: Sheet): string => sheetsHtml(sheet.title, [sheet])

/** Many sheets as one page, each from a new page of paper on. */
export function sheetsHtml(title: string, sheets: readonly Sheet[]): string {
  return textOf(html`<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${raw(STYLE)}</style>
</head>
<body>
${sheets.map(mainOf)}
</body>
</html>
`)
}
