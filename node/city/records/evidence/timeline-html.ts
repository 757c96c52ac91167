/** `timeline.html`: the timeline as one page that needs nothing else, in Chinese and English, on screen and on paper. No scripts. */

import type { CaseState } from '../../../../protocol/case/fold.ts'
import { type CaseKind, MODE_NAMES } from '../../../../protocol/case/kinds.ts'
import { differs } from '../../../../protocol/packet/times.ts'
import { type Html, html, joined, raw, textOf } from '../../../kernel/html.ts'
import { type DeadlineRecord, missedWords } from './deadlines.ts'
import { type Bilingual, chinaTime, stateName, type TimelineEntry, type TimelineFact } from './timeline.ts'

export type TimelineView = {
  thread: string
  /** as the manifest gives it, which outlives the submit */
  caseNo: string
  state: CaseState
  entries: readonly TimelineEntry[]
  /** what was due; null when that cannot be told */
  deadlines: DeadlineRecord | null
  /** path of each packet's file by packet id */
  paths: ReadonlyMap<string, string>
  /** division code → name, as the certificate gives it */
  names: ReadonlyMap<string, string>
  /** by division code, hex SHA-256 */
  certificates: readonly { city: string; fingerprint: string }[]
  /** bodies and materials that are absent */
  purged: number
  /** ISO 8601 */
  exportedAt: string
  exportedBy: string
}

const en = (text: string) => html`<span lang="en">${text}</span>`
const both = ({ zh, en: english }: Bilingual) => html`${zh} ${en(english)}`
const time = (seconds: number) =>
  html`<time datetime="${new Date(seconds * 1000).toISOString()}">${chinaTime(seconds)}</time>`
const code = (text: string) => html`<code>${text}</code>`

export function timelineHtml(view: TimelineView): string {
  const { state } = view
  const title = `${view.caseNo} 办理时间线`
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
<header>
<p class="kicker">跨省通办 · 办件证据 ${en('Evidence of a cross-province case')}</p>
<h1>${state.item?.name ?? '（事项内容已清除）'}</h1>
<p class="outcome ${state.outcome ?? state.state}">${both(stateName(state))}${state.state === 'closed' && state.outcome === null ? html` · ${both(PURGED)}` : ''}</p>
${summary(view)}
</header>
<main>
${deadlines(view)}<h2>办理时间线 ${en('Timeline')}</h2>
<p class="hint">时间均为北京时间（UTC+8），由签发城市声明；“已确认”之后是对方城市签名回执的时间。 ${en(
    'Times are China Standard Time as stated by the signing city; the time of confirmation is that of the signed receipt of the other city.',
  )}</p>
<ol class="steps">
${view.entries.map((entry, index) => step(entry, index, view))}
</ol>
</main>
${verification(view)}
</body>
</html>
`)
}

const PURGED: Bilingual = { zh: '已清除', en: 'purged' }

function summary(view: TimelineView): Html {
  const { state } = view
  // A fold over a purged body has values that nobody signed.
  const purged = (kind: CaseKind) => view.entries.some(entry => entry.kind === kind && entry.purged)
  const rows: [Bilingual, Html | string][] = [
    [{ zh: '办件编号', en: 'Case number' }, view.caseNo],
    [{ zh: '办理地编号', en: 'Local case number' }, purged('case.arrived') ? both(PURGED) : (state.localCaseNo ?? '—')],
    [{ zh: '收件地', en: 'Collecting city' }, city(view, state.collecting)],
    [{ zh: '办理地', en: 'Handling city' }, city(view, state.handling)],
    [{ zh: '实施编码', en: 'Item' }, state.item === null ? both(PURGED) : code(state.item.code)],
    [{ zh: '办理模式', en: 'Mode' }, both(purged('case.submit') ? PURGED : MODE_NAMES[state.mode])],
  ]
  const instants: [Bilingual, number | null][] = [
    [{ zh: '转办', en: 'forwarded' }, state.instants.submitted],
    [{ zh: '到达', en: 'arrived' }, state.instants.arrived],
    [{ zh: '受理', en: 'accepted' }, state.instants.accepted],
    [{ zh: '决定', en: 'decided' }, state.instants.decided],
    [{ zh: '办结', en: 'ended' }, state.instants.ended],
  ]
  return html`<dl class="summary">
${rows.map(([label, value]) => html`<div><dt>${both(label)}</dt><dd>${value}</dd></div>`)}
</dl>
<ol class="instants">
${instants.map(
  ([label, at]) =>
    html`<li${at === null ? html` class="open"` : ''}><span class="label">${both(label)}</span> ${at === null ? '—' : time(at)}</li>`,
)}
</ol>`
}

const city = (view: TimelineView, division: string): Html => {
  const name = view.names.get(division)
  return name === undefined ? code(division) : html`${name} ${code(division)}`
}

function step(entry: TimelineEntry, index: number, view: TimelineView): Html {
  const collecting = entry.city === view.state.collecting
  const other = collecting ? view.state.handling : view.state.collecting
  const side = collecting ? { zh: '收件地', en: 'collecting' } : { zh: '办理地', en: 'handling' }
  const stored = entry.proof.storedAt
  const marks = [
    ...(entry.late ? [html`<p class="mark">到达过晚，未产生效力 ${en('Came too late; without effect')}</p>`] : []),
    ...(entry.purged
      ? [
          html`<p class="mark">内容已按约定清除，签名仍可验证 ${en('Content was purged; the signature still verifies')}</p>`,
        ]
      : []),
  ]
  if (stored !== null && differs(entry.at, stored))
    marks.push(
      html`<p class="mark">签发时间与对方回执相差一天以上，期限按回执时间计算 ${en('Signature and receipt lie more than a day apart; days are counted by the receipt')}</p>`,
    )
  const path = view.paths.get(entry.proof.packet) ?? ''
  const missed = (view.deadlines?.duties ?? []).filter(
    duty => duty.missed && (duty.packets.done ?? duty.packets.begun) === path,
  )
  marks.push(...missed.map(duty => html`<p class="mark missed">未按期 ${both(missedWords(duty))}</p>`))
  return html`<li class="${collecting ? 'collecting' : 'handling'}${entry.late ? ' late' : ''}">
<div class="when"><span class="no">${index + 1}</span>${time(entry.at)}</div>
<div class="what">
<p class="who">${city(view, entry.city)} · ${both(side)}</p>
<h3>${both(entry.title)}</h3>
${marks}${entry.facts.length === 0 ? '' : html`<dl>${entry.facts.map(factHtml)}</dl>`}
<p class="proof">${
    stored === null
      ? html`<strong class="missing">○ 尚无${view.names.get(other) ?? other}的回执</strong> ${en('no receipt yet')}`
      : html`<strong>✓ ${view.names.get(other) ?? other}已确认</strong> ${time(stored)} ${en('confirmed by receipt')}`
  }<br>${code(path)} <code class="hash">${entry.proof.packet}</code></p>
</div>
</li>`
}

/** What was due and when it was done, the missed first to be seen; nothing when no limit is known. */
function deadlines(view: TimelineView): Html | string {
  const record = view.deadlines
  if (record === null) return ''
  const rows = record.duties.map(duty => {
    const { name, city: of, from, due, done, missed, provisional, packets } = duty
    const proof = [packets.begun, packets.done].flatMap(path => (path === null ? [] : [code(path)]))
    return html`<tr${missed ? html` class="missed"` : ''}><td>${both({ zh: name, en: duty.duty })}</td><td>${city(view, of)}</td><td>${from}</td><td>${due ?? both({ zh: '停计', en: 'stopped' })}${provisional ? html` ${both({ zh: '暂定', en: 'provisional' })}` : ''}</td><td>${done ?? '—'}</td><td>${both(missed ? { zh: '未按期', en: 'missed' } : done === null ? { zh: '未到期', en: 'open' } : { zh: '按期', en: 'met' })}</td><td class="hash">${joined(proof, html`<br>`)}</td></tr>`
  })
  const [calendar] = record.calendars
  const covered =
    calendar === undefined || calendar.covered === null
      ? { zh: '无节假日表，全部期限暂定', en: 'There is no holiday table; all days are provisional' }
      : {
          zh: `节假日表覆盖 ${calendar.covered.from} 至 ${calendar.covered.through}，其外的期限暂定`,
          en: `The holiday tables cover ${calendar.covered.from} to ${calendar.covered.through}; other days are provisional`,
        }
  const notes = [
    covered,
    ...(record.complete
      ? []
      : [
          {
            zh: '部分正文已清除，依其计算的期限未列出',
            en: 'Bodies were purged; limits that are counted from them are left out',
          },
        ]),
    ...(record.deemedAccepted === null
      ? []
      : [
          {
            zh: `逾期未告知补正，自 ${record.deemedAccepted} 起视为受理`,
            en: `Nobody told in time what is lacking: accepted by law since ${record.deemedAccepted}`,
          },
        ]),
  ]
  return html`<h2>办理时限 ${en('Deadlines')}</h2>
<p class="hint">${joined(notes.map(both), html`<br>`)}</p>
<div class="wide" tabindex="0"><table class="duties"><thead><tr>${[
    { zh: '环节', en: 'Step' },
    { zh: '责任方', en: 'Who' },
    { zh: '起算日', en: 'From' },
    { zh: '期限', en: 'Due' },
    { zh: '完成', en: 'Done' },
    { zh: '结果', en: 'Result' },
    { zh: '数据包', en: 'Packets' },
  ].map(label => html`<th>${both(label)}</th>`)}</tr></thead><tbody>
${rows}
</tbody></table></div>
`
}

function factHtml({ label, value, long }: TimelineFact): Html {
  const shown = typeof value === 'string' ? value : both(value)
  return html`<div${long ? html` class="long"` : ''}><dt>${both(label)}</dt><dd>${shown}</dd></div>`
}

function verification(view: TimelineView): Html {
  const purged =
    view.purged === 0
      ? ''
      : html`<p>有 ${view.purged} 份正文或材料已清除；数据包对它们的摘要仍在。 ${en(`${view.purged} bodies or materials were purged; the packets still commit to their hashes.`)}</p>`
  return html`<footer>
<h2>如何核验 ${en('How to verify')}</h2>
<p>本页仅供阅读，不是证据；证据是本文件包内的签名文件。核验时请与两市公布的证书指纹比对： ${en(
    'This page is for reading and proves nothing; the signed files beside it do. Compare these fingerprints with those that the two cities publish:',
  )}</p>
<dl class="fingerprints">${view.certificates.map(
    ({ city: division, fingerprint }) =>
      html`<div><dt>${city(view, division)}</dt><dd><code class="hash">${fingerprint}</code></dd></div>`,
  )}</dl>
<pre>tongban evidence verify &lt;bundle.zip&gt; --fingerprint &lt;…&gt; --fingerprint &lt;…&gt;</pre>
${purged}<p class="export">业务线程 ${en('Thread')} ${code(view.thread)}<br>导出 ${en('Exported')} ${chinaTime(Date.parse(view.exportedAt) / 1000)} · ${city(view, view.exportedBy)}</p>
</footer>`
}

const STYLE = `
:root{--ink:#1a2230;--soft:#566072;--line:#d9dee7;--collecting:#0b6e6e;--handling:#3b4ea8;--warn:#8a4b00;--good:#1d6b34;--bad:#a12622}
*{box-sizing:border-box}
body{margin:0 auto;max-width:1000px;padding:32px 24px 48px;font:16px/1.6 "PingFang SC","Microsoft YaHei","Noto Sans CJK SC","Noto Sans SC",system-ui,sans-serif;color:var(--ink);background:#fff}
[lang=en]{color:var(--soft);font-size:.86em}
h1{font-size:28px;line-height:1.3;margin:4px 0 8px}
h2{font-size:20px;margin:36px 0 8px}
h3{font-size:17px;margin:0}
p{margin:0}
code{font-family:ui-monospace,"SF Mono",Consolas,"Noto Sans Mono",monospace;font-size:.86em;overflow-wrap:anywhere}
time{font-variant-numeric:tabular-nums;white-space:nowrap}
.kicker{color:var(--soft);font-size:14px}
.hint{color:var(--soft);font-size:14px;margin-bottom:16px}
.outcome{display:inline-block;padding:4px 14px;border:1.5px solid currentColor;border-radius:4px;font-weight:600;color:var(--handling)}
.outcome [lang=en]{color:inherit;font-weight:400}
.outcome.granted{color:var(--good)}
.outcome.denied,.outcome.refused,.outcome.void{color:var(--bad)}
dl{margin:0}
dt{color:var(--soft);font-size:14px}
dd{margin:0}
.summary{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:0 32px;margin:20px 0;border-top:1px solid var(--line)}
.summary div{padding:8px 0;border-bottom:1px solid var(--line)}
.instants{display:grid;grid-template-columns:repeat(5,minmax(0,1fr));gap:8px;list-style:none;margin:0;padding:0;font-size:14px}
.instants li{border-top:4px solid var(--handling);padding-top:6px}
.instants .open{border-color:var(--line);color:var(--soft)}
.instants .label{display:block;font-weight:600}
.instants time{white-space:normal}
.steps{list-style:none;margin:0;padding:0}
.steps>li{display:grid;grid-template-columns:112px minmax(0,1fr);gap:0 24px;break-inside:avoid}
.when{font-size:14px;color:var(--soft);padding-top:12px;text-align:right}
.when time{white-space:normal}
.when .no{display:block;font-weight:700;color:var(--ink)}
.what{position:relative;border-left:4px solid var(--handling);padding:12px 0 16px 20px}
.collecting .what{border-left-color:var(--collecting)}
.what::before{content:"";position:absolute;left:-10px;top:18px;width:16px;height:16px;border-radius:50%;background:var(--handling);border:3px solid #fff}
.collecting .what::before{background:var(--collecting)}
.who{font-size:14px;color:var(--handling)}
.collecting .who{color:var(--collecting)}
.late h3{text-decoration:line-through;text-decoration-color:var(--soft)}
.mark{color:var(--warn);font-size:14px;font-weight:600}
.wide{overflow-x:auto}
.duties{width:100%;border-collapse:collapse;font-size:14px}
.duties th,.duties td{padding:6px 8px;border-bottom:1px solid var(--line);text-align:left;vertical-align:top}
.duties .missed td,.mark.missed{color:var(--bad)}
.what dl{display:flex;flex-wrap:wrap;gap:2px 28px;margin-top:6px}
.what dl div{min-width:120px}
.what dl .long{flex-basis:100%}
.long dd{white-space:pre-line;overflow-wrap:anywhere}
.proof{margin-top:8px;font-size:13px;color:var(--soft)}
.proof strong{color:var(--good)}
.proof .missing{color:var(--warn)}
.hash{color:var(--soft);font-size:12px}
footer{border-top:2px solid var(--ink);margin-top:24px;font-size:14px}
footer h2{margin-top:16px}
footer p{margin:8px 0}
.fingerprints div{padding:4px 0}
pre{background:#f3f5f8;padding:10px 12px;white-space:pre-wrap;overflow-wrap:anywhere;font-size:13px}
.export{color:var(--soft)}
@media (max-width:640px){.summary{grid-template-columns:1fr}.instants{grid-template-columns:1fr}.steps>li{grid-template-columns:1fr}.when{text-align:left}}
@media print{.wide{overflow-x:visible}@page{size:A4;margin:16mm 14mm}body{max-width:none;padding:0;font-size:10.5pt}h1{font-size:18pt}h2{break-after:avoid}footer{break-inside:avoid}.instants{font-size:8.5pt}pre{border:1px solid var(--line)}.outcome,.what,.what::before,.instants li{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
`
