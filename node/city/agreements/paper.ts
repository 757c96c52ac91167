/**
 * The printed agreement (协议文书): one text as a Chinese document on paper, with its articles, the list of items and who signed it
 * by which certificate. HTML without scripts that needs nothing else. Pure.
 */
import { citiesOf } from '../../../protocol/agreement/diff.ts'
import type { AgreedItem, AgreementDocument } from '../../../protocol/agreement/document.ts'
import { AGREEMENT_STATES, type AgreementStateName } from '../../../protocol/agreement/kinds.ts'
import { ITEM_LABELS, valueLabel } from '../../../protocol/agreement/labels.ts'
import { type Html, html, joined, raw, textOf } from '../../kernel/html.ts'
import { articlesOf, chineseDay, chineseNumber, partyName } from './paper-articles.ts'
import { PAPER_STYLE } from './paper-style.ts'

export type PaperSignature = {
  city: string
  /** SHA-256 of the certificate, hex; null when it is not held */
  fingerprint: string | null
  /** thumbprint of its key, as the signature names it */
  kid: string | null
  /** seconds */
  at: number
  /** false: told by the proposer, who held it at `at` */
  own: boolean
  /** its certificate is not known here: it does not count yet */
  unknown?: boolean
}
/** A text that was or is to be signed. */
export type PaperText = {
  id: string
  /** null: the document itself */
  amendment: { title: string; reason: string } | null
  /** first day */
  from: string
  signatures: readonly PaperSignature[]
}
export type PaperView = {
  thread: string
  state: AgreementStateName
  expired: boolean
  terminatedOn: string | null
  document: AgreementDocument
  /** the first text and what amends it, up to the one that is printed */
  texts: readonly [PaperText, ...PaperText[]]
  /** the last of them waits for signatures: a proposal, or a change of what stands */
  pending: 'proposal' | 'amendment' | null
  /** another text came after it: the first day of that one */
  replacedFrom: string | null
  /** seconds */
  printedAt: number
}

const code = (text: string): Html => html`<code>${text}</code>`
const paragraph = (text: string): Html => html`<p>${text}</p>`

/** China Standard Time (UTC+8) of an instant in seconds. */
function chineseTime(seconds: number): string {
  const [day = '', time = ''] = new Date((seconds + 8 * 3600) * 1000).toISOString().slice(0, 19).split('T')
  return `${chineseDay(day)} ${time}`
}

export function paperHtml(view: PaperView): string {
  const { document } = view
  const last = view.texts.at(-1) ?? view.texts[0]
  return textOf(html`<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="referrer" content="no-referrer">
<title>${document.title}</title>
<style>${raw(PAPER_STYLE)}</style>
</head>
<body>
<main class="sheet">
<h1>${document.title}</h1>
<p class="id">协议编号 ${code(last.id)}</p>
${notice(view)}${parties(document)}
${paragraph(`${document.parties.map((_, index) => partyName(index)).join('、')}经协商一致，订立本协议，共同遵守。`)}
${articlesOf(document).map(
  ({ title, paragraphs }, index) =>
    html`<article>\n<h2>第${chineseNumber(index + 1)}条　${title}</h2>\n${paragraphs.map(paragraph)}\n</article>`,
)}
<section class="signed">
${signatures(view)}
</section>
${annexes(view)}
<p class="foot">通办线程 ${code(view.thread)}　生成时间 ${chineseTime(view.printedAt)}（北京时间）。签署文本及签名可由任何一方导出并以城市证书核验。</p>
</main>
</body>
</html>
`)
}

/** What a reader must know before he takes the paper for what stands. */
function notice(view: PaperView): Html | string {
  const lines: string[] = []
  if (view.pending !== null) lines.push(view.pending === 'proposal' ? '文本草案，尚未签署' : '变更文本，尚未签署')
  if (view.state !== 'active' && view.state !== 'proposed') lines.push(`协议状态：${AGREEMENT_STATES[view.state]}`)
  if (view.terminatedOn !== null) lines.push(`最后收件日 ${chineseDay(view.terminatedOn)}`)
  if (view.expired) lines.push('协议已到期')
  if (view.replacedFrom !== null) lines.push(`本文本自 ${chineseDay(view.replacedFrom)} 起由变更后的文本替代`)
  return lines.length === 0 ? '' : html`<p class="notice">${lines.join('；')}</p>\n`
}

const parties = (document: AgreementDocument): Html => html`<ul class="parties">
${document.parties.map(
  (party, index) =>
    html`<li><b>${partyName(index)}：</b><span>${party.authority}<small>${party.name}　行政区划代码 ${code(party.code)}${
      party.authorityCode === undefined ? '' : `　统一社会信用代码 ${code(party.authorityCode)}`
    }</small></span></li>`,
)}
</ul>`

function signatures(view: PaperView): Html {
  const [first, ...amendments] = view.texts
  const last = view.texts.at(-1) ?? first
  const block = (text: PaperText) => html`<div class="signatures">
${view.document.parties.map((party, index) => {
  const found = text.signatures.find(signature => signature.city === party.code)
  return html`<section>
<p class="organ">${partyName(index)}（盖章）：${party.authority}</p>
<p class="blank">负责人或授权代表：</p>
${found === undefined ? html`<p class="unsigned">尚未签署</p>` : signed(found)}
</section>`
})}
</div>`
  if (amendments.length === 0) return html`<h2>各方签署</h2>\n${block(first)}`
  const history = view.texts.map(
    (text, index) =>
      html`<tr><td class="no">${index + 1}</td><td>${text.amendment?.title ?? view.document.title}${
        text.amendment === null ? '' : html`<br>事由：${text.amendment.reason}`
      }</td><td>${code(text.id)}</td><td>${chineseDay(text.from)}</td><td>${
        text.signatures.length === 0
          ? '—'
          : joined(
              text.signatures.map(({ city, at, own }) => html`${code(city)} ${own ? '' : '不晚于 '}${chineseTime(at)}`),
              html`<br>`,
            )
      }</td></tr>`,
  )
  return html`<h2>各方签署</h2>
${paragraph('本文书为协议及其变更的合并文本，依次由下列签署文本构成：')}
<table>
<colgroup><col style="width:7%"><col style="width:30%"><col style="width:27%"><col style="width:14%"><col></colgroup>
<thead><tr><th>序号</th><th>文本</th><th>文本编号（SHA-256）</th><th>生效日期</th><th>签署城市与时间</th></tr></thead>
<tbody>${history}</tbody>
</table>
${paragraph(`下列为最后一份文本（${last.id.slice(0, 12)}）的签署：`)}
${block(last)}`
}

const signed = ({ fingerprint, kid, at, own, unknown = false }: PaperSignature): Html => html`${
  unknown ? html`<p class="unsigned">由提出方转告，其城市证书尚未经本市确认，暂不计入签署</p>\n` : ''
}<dl>
<dt>${own ? '电子签名时间（北京时间）' : '电子签名时间（由提出方汇总，不晚于）'}</dt><dd>${chineseTime(at)}</dd>
${fingerprint === null ? '' : html`<dt>城市证书指纹（SHA-256）</dt><dd>${code(fingerprint)}</dd>\n`}<dt>签名公钥指纹</dt><dd>${kid === null ? '—' : code(kid)}</dd>
</dl>`

const MEDIA: Readonly<Record<string, string>> = {
  'application/pdf': 'PDF',
  'application/ofd': 'OFD',
  'image/jpeg': 'JPEG',
  'image/png': 'PNG',
}

function annexes({ document }: PaperView): Html {
  const sections = [html`<h2>附件一　合作事项清单</h2>\n${itemTables(document)}`]
  const annex = (title: string, content: Html) =>
    sections.push(html`<h2>附件${chineseNumber(sections.length + 1)}　${title}</h2>\n${content}`)
  const mapped = document.items.filter(item => (item.materialMapping?.length ?? 0) > 0)
  if (mapped.length > 0) annex('材料对应表', mappingTable(mapped))
  if (document.attachments.length > 0) {
    const rows = document.attachments.map(
      ({ name, type, size, sha256 }, index) =>
        html`<tr><td class="no">${index + 1}</td><td>${name}</td><td>${MEDIA[type] ?? type}，${Math.ceil(size / 1024)} KB</td><td>${code(sha256)}</td></tr>`,
    )
    annex(
      '随附文件',
      html`<table>\n<colgroup><col style="width:7%"><col><col style="width:18%"><col style="width:42%"></colgroup>
<thead><tr><th>序号</th><th>名称</th><th>格式与大小</th><th>SHA-256</th></tr></thead>\n<tbody>${rows}</tbody>\n</table>`,
    )
  }
  return html`${sections.map(section => html`<section class="annex">\n${section}\n</section>\n`)}`
}

/** One table for each city that handles items. */
function itemTables(document: AgreementDocument): Html[] {
  const cities = citiesOf(document)
  const handlers = document.parties.filter(({ code: city }) => document.items.some(item => item.handling === city))
  return handlers.map(({ code: city, name }, index) => {
    const items = document.items.filter(item => item.handling === city)
    const remarked = items.some(item => remarksOf(item).length > 0)
    const rows = items.map((item, no) => itemRow(item, no + 1, cities, remarked))
    return html`<h3>（${chineseNumber(index + 1)}）由${name}办理的事项（${items.length}项）</h3>
<table>
<colgroup><col style="width:7%"><col><col style="width:14%"><col style="width:${remarked ? 20 : 27}%"><col style="width:12%">${
      remarked ? html`<col style="width:22%">` : ''
    }</colgroup>
<thead><tr><th>序号</th><th>事项名称与实施编码</th><th>收件地</th><th>办理方式</th><th>时限<br>（工作日）</th>${
      remarked ? html`<th>备注</th>` : ''
    }</tr></thead>
<tbody>${rows}</tbody>
</table>`
  })
}

const remarksOf = (item: AgreedItem): string[] =>
  (['difference', 'contacts', 'sharedFields'] as const).flatMap(field =>
    item[field] === undefined ? [] : [`${ITEM_LABELS[field].zh}：${valueLabel(field, item[field]).zh}`],
  )

function itemRow(item: AgreedItem, no: number, cities: ReadonlyMap<string, string>, remarked: boolean): Html {
  const cells = [
    html`<td class="no">${no}</td>`,
    html`<td>${item.taskName}<br>${code(item.taskCode)}</td>`,
    html`<td>${valueLabel('collecting', item.collecting, cities).zh}</td>`,
    html`<td>${valueLabel('modes', item.modes).zh}</td>`,
    html`<td class="days">${item.promiseDays ?? '承诺时限'}</td>`,
    ...(remarked ? [html`<td>${remarksOf(item).length === 0 ? '—' : joined(remarksOf(item), html`<br>`)}</td>`] : []),
  ]
  return html`<tr>${cells}</tr>`
}

const mappingTable = (items: readonly AgreedItem[]): Html => html`<table>
<colgroup><col><col style="width:20%"><col style="width:20%"><col style="width:24%"></colgroup>
<thead><tr><th>事项</th><th>收件地材料编码</th><th>办理地材料编码</th><th>说明</th></tr></thead>
<tbody>${items.flatMap(item =>
  (item.materialMapping ?? []).map(
    ({ collecting, handling, note }) =>
      html`<tr><td>${item.taskName}</td><td>${collecting}</td><td>${handling}</td><td>${note ?? '—'}</td></tr>`,
  ),
)}</tbody>
</table>`
