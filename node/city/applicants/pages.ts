/**
 * The pages for applicants (申请人页面): progress and rating on a phone, for old and weak eyes too: large text on demand, strong
 * contrast, Chinese and English, the look of the console, and nothing that needs a script. Pure.
 */
import { type Html, html, raw, textOf } from '../../kernel/html.ts'
import { LANGUAGES, type Language, SITE_WORDS } from './pages-words.ts'
import type { Progress, RatingTarget } from './progress.ts'

/** The colours are those of the console; each is at least AA on white and on the ground of the page. */
const STYLE = `
:root{color-scheme:light;--ink:#1f2328;--soft:#434b54;--main:#1a56c4;--line:#8a8f98;--warn:#8a4b00;--bad:#c5221f;--back:#f5f7fa}
*{box-sizing:border-box}
html{font-size:18px;background:var(--back)}html.big{font-size:26px}
body{margin:0 auto;max-width:40rem;padding:0 1rem 3rem;color:var(--ink);font-family:system-ui,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC","Noto Sans SC",sans-serif;line-height:1.6}
header{display:flex;flex-wrap:wrap;justify-content:space-between;align-items:center;gap:.5rem;padding:.75rem 0;border-bottom:3px solid var(--main);margin-bottom:1rem}
h1{flex:1 1 12rem;font-size:1.25rem;margin:0}h2{font-size:1.1rem;margin:1.5rem 0 .5rem}
.looks{display:flex;gap:.5rem}
a{color:var(--main)}a.size{display:inline-block;padding:.5rem .75rem;min-height:44px;border:2px solid var(--main);border-radius:4px;text-decoration:none;font-weight:600;background:#fff}
.card{background:#fff;border:1px solid var(--line);border-radius:4px;padding:1rem;margin:0 0 1rem}
.card>:first-child{margin-top:0}.card>:last-child{margin-bottom:0}
.state{font-size:1.5rem;font-weight:700;color:var(--main);margin:.25rem 0}
.todo{border-left:.4rem solid var(--warn);color:var(--warn);font-weight:600}
dl{margin:0;display:grid;grid-template-columns:max-content minmax(0,1fr);gap:.25rem 1rem}dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
.part{display:inline-block;margin-right:.3em;font-variant-numeric:tabular-nums}
ol{margin:0;padding:0 0 0 1.25rem}li{margin:.35rem 0}li span{color:var(--soft);white-space:nowrap}
label{display:block;font-weight:600;margin:.75rem 0 .25rem}
input[type=text],textarea{width:100%;font:inherit;padding:.6rem;border:2px solid var(--line);border-radius:4px;background:#fff;color:inherit}
button{font:inherit;font-weight:700;color:#fff;background:var(--main);border:0;border-radius:4px;padding:.75rem 1.25rem;min-height:48px;width:100%;margin-top:1rem;cursor:pointer}
fieldset{border:1px solid var(--line);border-radius:4px;margin:.5rem 0;padding:.25rem .75rem}legend{font-weight:600;padding:0 .25rem}
.choice{display:flex;align-items:center;gap:.75rem;min-height:48px;margin:0;font-weight:400}
.choice input{width:1.5rem;height:1.5rem;flex:none;accent-color:var(--main)}
:focus-visible{outline:4px solid #ffb300;outline-offset:2px}
.problem{border-left:.4rem solid var(--bad);color:var(--bad);font-weight:600}
footer{margin-top:2rem;color:var(--soft);font-size:.85rem}
`

/** What the address in the QR code says of itself, `?by=qr`. */
export const SCANNED = 'qr'

export type PageLook = {
  /** large text */
  big: boolean
  /** whether the page was opened by the QR code */
  scanned: boolean
  language: Language
  /** of the city */
  title: string
}

const wordsOf = ({ language }: PageLook) => SITE_WORDS[language]

/** `at`: the address of this page in another look. */
function frame(look: PageLook, at: (look: PageLook) => string, body: Html): string {
  const { big, title, language } = look
  const words = wordsOf(look)
  const others = LANGUAGES.filter(other => other !== language)
  return textOf(html`<!doctype html>
<html lang="${words.lang}"${big ? html` class="big"` : ''}>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${words.title} ${title}</title>
<style>${raw(STYLE)}</style>
</head>
<body>
<header><h1>${title}　${words.title}</h1><span class="looks"><a class="size" href="${at({ ...look, big: !big })}">${big ? words.normal : words.large}</a>${others.map(
    other =>
      html`<a class="size" lang="${SITE_WORDS[other].lang}" href="${at({ ...look, language: other })}">${words.other}</a>`,
  )}</span></header>
<main>
${body}
</main>
<footer>${words.impersonal}</footer>
</body>
</html>
`)
}

const hidden = (name: string, value: string): Html => html`<input type="hidden" name="${name}" value="${value}">`
const kept = ({ big, scanned, language }: PageLook): Html =>
  html`${big ? hidden('big', '1') : ''}${scanned ? hidden('by', SCANNED) : ''}${language === 'zh' ? '' : hidden('lang', language)}`

/** What an address says of the look. */
function queryOf({ big, scanned, language }: Pick<PageLook, 'big' | 'scanned' | 'language'>): string {
  const query = [
    ...(scanned ? [`by=${SCANNED}`] : []),
    ...(big ? ['big=1'] : []),
    ...(language === 'zh' ? [] : [`lang=${language}`]),
  ].join('&')
  return query === '' ? '' : `?${query}`
}
/** Of the first page, which nobody scanned. */
const firstPage = (look: PageLook): string => `/${queryOf({ ...look, scanned: false })}`

/** A number of 20 digits as area, day and count, which are not torn apart; copied it is one word. */
function grouped(number: string): Html {
  const parts = /^(\d{6})(\d{8})(\d{6})$/.exec(number)?.slice(1)
  return html`${parts?.map(part => html`<span class="part">${part}</span>`) ?? number}`
}

/** Asks for the case number and the last four characters of the ID number. */
export function askPage(look: PageLook, problem: string | null = null): string {
  const words = wordsOf(look)
  return frame(
    look,
    firstPage,
    html`${problem === null ? '' : html`<p class="card problem" role="alert">${problem}</p>`}
<form method="post" action="/progress" class="card" autocomplete="off">
<label for="number">${words.caseNo}</label>
<input type="text" id="number" name="number" inputmode="text" required maxlength="64" aria-describedby="where">
<p id="where">${words.where}</p>
<label for="last4">${words.last4}</label>
<input type="text" id="last4" name="last4" required minlength="4" maxlength="4" pattern="[0-9A-Za-z()０-９Ａ-Ｚａ-ｚ（）]{4}">
${kept(look)}
<button type="submit">${words.ask}</button>
</form>`,
  )
}

function todo(progress: Progress, look: PageLook): Html {
  const words = wordsOf(look)
  const dayOf = (day: string | null): string | null => (day === null ? null : words.day(day))
  const { later } = progress
  const promised =
    later === null
      ? ''
      : html`<section class="card todo"><h2>${words.later}</h2><ul>${later.materials.map(
          name => html`<li>${name}</li>`,
        )}</ul><p>${words.laterBy(dayOf(later.until))}</p></section>`
  const fees = progress.fees.map(
    ({ number, amount, payBy }) =>
      html`<section class="card todo"><h2>${words.pay}</h2><p>${words.payHow(amount, number, dayOf(payBy))}</p></section>`,
  )
  return html`${next(progress, look)}${promised}${fees}`
}

function next({ supplement, state }: Progress, look: PageLook): Html | string {
  const words = wordsOf(look)
  if (supplement !== null)
    return html`<section class="card todo"><h2>${words.supplement}</h2><ul>${supplement.materials.map(
      name => html`<li>${name}</li>`,
    )}</ul><p>${words.supplementBy(supplement.deadline === null ? null : words.day(supplement.deadline))}</p></section>`
  if (state === 'supplementing') return html`<section class="card todo"><p>${words.supplementAsked}</p></section>`
  if (state === 'sending') return html`<section class="card todo"><p>${words.sent}</p></section>`
  return ''
}

function ratings(progress: Progress, look: PageLook): Html[] {
  const words = wordsOf(look)
  return progress.ratable.map(
    (target: RatingTarget) => html`<form method="post" action="/rate" class="card">
<h2>${words.rate(words.targets[target])}</h2>
<fieldset><legend>${words.rating}</legend>
${words.levels.map(
  (name, at) =>
    html`<label class="choice"><input type="radio" name="level" value="${at + 1}" required> ${name}</label>\n`,
)}
</fieldset>
<label for="text-${target}">${words.opinion}</label>
<textarea id="text-${target}" name="text" rows="3" maxlength="500"></textarea>
<label class="choice"><input type="checkbox" name="realName" value="1"> ${words.realName}</label>
${kept(look)}${hidden('token', progress.token)}${hidden('target', target)}
<button type="submit">${words.send}</button>
</form>
`,
  )
}

/** Where the page of a case is; the QR code holds the one that says that it was scanned. */
export const addressOf = (
  token: string,
  { language = 'zh', ...look }: Pick<PageLook, 'big' | 'scanned'> & { language?: Language },
): string => `/q/${token}${queryOf({ ...look, language })}`

export function progressPage(progress: Progress, look: PageLook, said: string | null = null): string {
  const words = wordsOf(look)
  const { outcome, promised } = progress
  const ended = outcome === null ? '' : words.outcome(outcome)
  const provisional = html`${words.provisional}<br><small>${words.provisionalWhy}</small>`
  return frame(
    look,
    other => addressOf(progress.token, other),
    html`${said === null ? '' : html`<p class="card" role="status">${said}</p>`}
<section class="card">
<p lang="zh-CN">${progress.item}</p>
<p class="state">${words.states[progress.state]}${ended}</p>
${progress.purged ? html`<p>${words.purged}</p>` : ''}
<dl>
<dt>${words.caseNo}</dt><dd>${grouped(progress.caseNo)}</dd>
<dt>${words.collecting}</dt><dd lang="zh-CN">${progress.collecting}</dd>
<dt>${words.handling}</dt><dd lang="zh-CN">${progress.handling}</dd>
${promised === null ? '' : html`<dt>${words.promised}</dt><dd>${words.before(words.day(promised.day))}${promised.provisional ? provisional : ''}</dd>`}
</dl>
</section>
${todo(progress, look)}
<section class="card"><h2>${words.steps}</h2><ol>
${progress.steps.map(step => html`<li>${words.step(step.kind)} <span>${words.day(step.day)}</span></li>`)}
</ol></section>
${ratings(progress, look)}
<p><a href="${firstPage(look)}">${words.another}</a></p>`,
  )
}

/** Says only that something did not work. */
export function messagePage(look: PageLook, text: string): string {
  return frame(
    look,
    firstPage,
    html`<p class="card problem" role="alert">${text}</p><p><a href="${firstPage(look)}">${wordsOf(look).back}</a></p>`,
  )
}
