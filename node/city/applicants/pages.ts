/**
 * The pages for applicants (申请人页面): progress and rating on a phone, for old and weak eyes too: large text on demand, strong
 * contrast, nothing that needs a script. Pure.
 */

import { OUTCOME_NAMES, TITLES } from '../../../protocol/case/names.ts'
import type { State } from '../../../protocol/case/table.ts'
import { type Html, html, raw, textOf } from '../../kernel/html.ts'
import { chineseDay } from '../agreements/paper-articles.ts'
import type { Progress, RatingTarget } from './progress.ts'

const STYLE = `
:root{color-scheme:light;--ink:#1a1a1a;--soft:#4a4a4a;--main:#0b4f9e;--line:#8a8f98;--warn:#8a3b00;--back:#f4f6f9}
*{box-sizing:border-box}
html{font-size:18px;background:var(--back)}html.big{font-size:26px}
body{margin:0 auto;max-width:40rem;padding:0 1rem 3rem;color:var(--ink);font-family:system-ui,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif;line-height:1.6}
header{display:flex;flex-wrap:wrap;justify-content:space-between;align-items:center;gap:.5rem;padding:.75rem 0;border-bottom:3px solid var(--main);margin-bottom:1rem}
h1{font-size:1.25rem;margin:0}h2{font-size:1.1rem;margin:1.5rem 0 .5rem}
a{color:var(--main)}a.size{display:inline-block;padding:.5rem .75rem;min-height:44px;border:2px solid var(--main);border-radius:.4rem;text-decoration:none;font-weight:600;background:#fff}
.card{background:#fff;border:1px solid var(--line);border-radius:.5rem;padding:1rem;margin:0 0 1rem}
.card>:first-child{margin-top:0}.card>:last-child{margin-bottom:0}
.state{font-size:1.5rem;font-weight:700;color:var(--main);margin:.25rem 0}
.todo{border-left:.4rem solid var(--warn);color:var(--warn);font-weight:600}
dl{margin:0;display:grid;grid-template-columns:max-content minmax(0,1fr);gap:.25rem 1rem}dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
.part{display:inline-block;margin-right:.3em;font-variant-numeric:tabular-nums}
ol{margin:0;padding:0 0 0 1.25rem}li{margin:.35rem 0}li span{color:var(--soft);white-space:nowrap}
label{display:block;font-weight:600;margin:.75rem 0 .25rem}
input[type=text],textarea{width:100%;font:inherit;padding:.6rem;border:2px solid var(--line);border-radius:.4rem;background:#fff;color:inherit}
button{font:inherit;font-weight:700;color:#fff;background:var(--main);border:0;border-radius:.4rem;padding:.75rem 1.25rem;min-height:48px;width:100%;margin-top:1rem;cursor:pointer}
fieldset{border:1px solid var(--line);border-radius:.4rem;margin:.5rem 0;padding:.25rem .75rem}legend{font-weight:600;padding:0 .25rem}
.choice{display:flex;align-items:center;gap:.75rem;min-height:48px;margin:0;font-weight:400}
.choice input{width:1.5rem;height:1.5rem;flex:none;accent-color:var(--main)}
:focus-visible{outline:4px solid #ffb300;outline-offset:2px}
.problem{border-left:.4rem solid #a4161a;color:#a4161a;font-weight:600}
footer{margin-top:2rem;color:var(--soft);font-size:.85rem}
`

/** 好差评 levels (GB/T 39046 A.8). */
export const LEVELS = ['非常满意', '满意', '基本满意', '不满意', '非常不满意'] as const
const TARGETS = { window: '收件窗口', department: '办理部门' } as const satisfies Record<RatingTarget, string>

const PLAIN: Record<State, string> = {
  submitted: '已转送，等待办理地接收',
  arrived: '办理地已收到，正在审核材料',
  prechecked: '材料预审通过',
  supplementing: '需要补正材料',
  accepted: '已受理，正在办理',
  paused: '正在进行听证、检验等特别程序',
  decided: '已作出决定',
  sending: '结果正在送达',
  closed: '已办结',
  refused: '不予受理',
}

/** What the address in the QR code says of itself, `?by=qr`. */
export const SCANNED = 'qr'

export type PageLook = {
  /** large text */
  big: boolean
  /** whether the page was opened by the QR code */
  scanned: boolean
  /** of the city */
  title: string
}

function frame({ big, title }: PageLook, switchTo: string, body: Html): string {
  return textOf(html`<!doctype html>
<html lang="zh-CN"${big ? html` class="big"` : ''}>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>办件进度 ${title}</title>
<style>${raw(STYLE)}</style>
</head>
<body>
<header><h1>${title}　办件进度</h1><a class="size" href="${switchTo}">${big ? '标准字' : '大字版'}</a></header>
<main>
${body}
</main>
<footer>本页不显示姓名、证件号码等个人信息。如有疑问，请向收件窗口咨询。</footer>
</body>
</html>
`)
}

const hidden = (name: string, value: string): Html => html`<input type="hidden" name="${name}" value="${value}">`
const kept = ({ big, scanned }: PageLook): Html =>
  html`${big ? hidden('big', '1') : ''}${scanned ? hidden('by', SCANNED) : ''}`
const PROVISIONAL = html`（暂定）<br><small>节假日安排公布后可能变动</small>`

/** A number of 20 digits as area, day and count, which are not torn apart; copied it is one word. */
function grouped(number: string): Html {
  const parts = /^(\d{6})(\d{8})(\d{6})$/.exec(number)?.slice(1)
  return html`${parts?.map(part => html`<span class="part">${part}</span>`) ?? number}`
}

const day = (date: string): string => chineseDay(date)

/** Asks for the case number and the last four characters of the ID number. */
export function askPage(look: PageLook, problem: string | null = null): string {
  return frame(
    look,
    look.big ? '/' : '/?big=1',
    html`${problem === null ? '' : html`<p class="card problem" role="alert">${problem}</p>`}
<form method="post" action="/progress" class="card" autocomplete="off">
<label for="number">办件编号</label>
<input type="text" id="number" name="number" inputmode="text" required maxlength="64" aria-describedby="where">
<p id="where">在收件回执标题下方，“编号”之后。</p>
<label for="last4">申请人或代办人证件号码后四位</label>
<input type="text" id="last4" name="last4" required minlength="4" maxlength="4" pattern="[0-9A-Za-z()０-９Ａ-Ｚａ-ｚ（）]{4}">
${kept(look)}
<button type="submit">查询</button>
</form>`,
  )
}

function todo(progress: Progress): Html {
  const { later } = progress
  const promised =
    later === null
      ? ''
      : html`<section class="card todo"><h2>请您补交承诺后补的材料</h2><ul>${later.materials.map(
          name => html`<li>${name}</li>`,
        )}</ul><p>${
          later.until === null ? '请尽快' : `请在 ${day(later.until)} 前`
        }交到原收件窗口。补交齐全前不发出准予的结果。</p></section>`
  const fees = progress.fees.map(
    ({ number, amount, payBy }) =>
      html`<section class="card todo"><h2>请您缴费</h2><p>金额 ${amount} 元，缴款单号 ${number}${
        payBy === null ? '' : `，期限 ${day(payBy)}`
      }。缴费方式见缴费通知书。</p></section>`,
  )
  return html`${next(progress)}${promised}${fees}`
}

function next(progress: Progress): Html | string {
  const { supplement, state } = progress
  if (supplement !== null)
    return html`<section class="card todo"><h2>请您补正材料</h2><ul>${supplement.materials.map(
      name => html`<li>${name}</li>`,
    )}</ul><p>${
      supplement.deadline === null ? '请尽快' : `请在 ${day(supplement.deadline)} 前`
    }交到原收件窗口，具体要求见补正告知书。不必前往办理地。</p></section>`
  if (state === 'supplementing')
    return html`<section class="card todo"><p>请按补正告知书的要求，把材料交到原收件窗口。</p></section>`
  if (state === 'sending') return html`<section class="card todo"><p>结果已发出，请留意领取或者签收。</p></section>`
  return ''
}

function ratings(progress: Progress, look: PageLook): Html[] {
  return progress.ratable.map(
    target => html`<form method="post" action="/rate" class="card">
<h2>请评价${TARGETS[target]}</h2>
<fieldset><legend>您的评价</legend>
${LEVELS.map(
  (name, at) =>
    html`<label class="choice"><input type="radio" name="level" value="${at + 1}" required> ${name}</label>\n`,
)}
</fieldset>
<label for="text-${target}">意见（可不填）</label>
<textarea id="text-${target}" name="text" rows="3" maxlength="500"></textarea>
<label class="choice"><input type="checkbox" name="realName" value="1"> 实名评价，工作人员可以回访我</label>
${kept(look)}${hidden('token', progress.token)}${hidden('target', target)}
<button type="submit">提交评价</button>
</form>
`,
  )
}

/** Where the page of a case is; the QR code holds the one that says that it was scanned. */
export function addressOf(token: string, { big, scanned }: Pick<PageLook, 'big' | 'scanned'>): string {
  const query = [...(scanned ? [`by=${SCANNED}`] : []), ...(big ? ['big=1'] : [])].join('&')
  return `/q/${token}${query === '' ? '' : `?${query}`}`
}

export function progressPage(progress: Progress, look: PageLook, said: string | null = null): string {
  const { outcome } = progress
  const ended = outcome === null ? '' : `（${OUTCOME_NAMES[outcome].zh}）`
  return frame(
    look,
    addressOf(progress.token, { ...look, big: !look.big }),
    html`${said === null ? '' : html`<p class="card" role="status">${said}</p>`}
<section class="card">
<p>${progress.item}</p>
<p class="state">${PLAIN[progress.state]}${ended}</p>
${progress.purged ? html`<p>办件已结束，个人信息已按规定删除。</p>` : ''}
<dl>
<dt>办件编号</dt><dd>${grouped(progress.caseNo)}</dd>
<dt>收件地</dt><dd>${progress.collecting}</dd>
<dt>办理地</dt><dd>${progress.handling}</dd>
${progress.promised === null ? '' : html`<dt>承诺办结</dt><dd>${day(progress.promised.day)} 前${progress.promised.provisional ? PROVISIONAL : ''}</dd>`}
</dl>
</section>
${todo(progress)}
<section class="card"><h2>办理过程</h2><ol>
${progress.steps.map(step => html`<li>${TITLES[step.kind].zh} <span>${day(step.day)}</span></li>`)}
</ol></section>
${ratings(progress, look)}
<p><a href="/${look.big ? '?big=1' : ''}">查询另一办件</a></p>`,
  )
}

/** Says only that something did not work. */
export const messagePage = (look: PageLook, text: string): string =>
  frame(
    look,
    look.big ? '/' : '/?big=1',
    html`<p class="card problem" role="alert">${text}</p><p><a href="/">返回</a></p>`,
  )
