/**
 * The few pages of the edge itself: landing page, API reference (Swagger UI from its package, no CDN) and an explanation
 * of each problem code. Everything comes from this origin, so the policy allows no other.
 */
import { fileURLToPath } from 'node:url'
import { html } from 'hono/html'
import { type Actor, isProblemCode, PROBLEMS, ProblemError } from '../../../protocol/problem.ts'
import type { App } from './env.ts'

type Html = ReturnType<typeof html>

const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

const STYLE = `body{font:16px/1.6 system-ui,"Noto Sans SC",sans-serif;max-width:56rem;margin:4rem auto;padding:0 1rem;color:#1f2328}
h1{font-weight:600}a{color:#0550ae}code{background:#f3f4f6;padding:.1rem .3rem;border-radius:.25rem}dt{font-weight:600;margin-top:.75rem}
th,td{text-align:left;vertical-align:top;padding:.2rem .8rem .2rem 0}`

const REFERENCE_SCRIPT = `window.addEventListener('load', () => {
  SwaggerUIBundle({ url: '/openapi.json', dom_id: '#reference', deepLinking: true, validatorUrl: null, tryItOutEnabled: true })
})`

/** Found only when asked for: nobody pays for Swagger UI at start. */
const ASSETS: Record<string, { file: () => string; type: string }> = {
  'swagger-ui.css': {
    file: () => import.meta.resolve('swagger-ui-dist/swagger-ui.css'),
    type: 'text/css; charset=utf-8',
  },
  'swagger-ui-bundle.js': {
    file: () => import.meta.resolve('swagger-ui-dist/swagger-ui-bundle.js'),
    type: 'text/javascript; charset=utf-8',
  },
}

const frame = (title: string, body: Html, head: Html = html`<link rel="stylesheet" href="/style.css">`): Html =>
  html`<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${title}</title><link rel="icon" href="data:,">${head}</head><body>${body}</body></html>`

const ACTORS: Record<Actor, string> = {
  you: 'you / 操作者',
  partner: 'the partner city / 对方城市',
  operator: 'the operator of this node / 本节点运维',
}

function problemPage(code: string): Html {
  if (!isProblemCode(code)) throw new ProblemError('request.not-found')
  const { en, zh, cure, cureZh, act, retryable, status } = PROBLEMS[code]
  return frame(
    code,
    html`<h1><code>${code}</code></h1><p>${en}.<br><span lang="zh">${zh}。</span></p><dl>
<dt>Who must act / 由谁处理</dt><dd>${ACTORS[act]}</dd><dt>Cure / 处理办法</dt><dd>${cure}.<br><span lang="zh">${cureZh}。</span></dd>
<dt>HTTP status</dt><dd>${status}${retryable ? ', may succeed later / 可重试' : ''}</dd></dl>`,
  )
}

const problemsPage = (): Html =>
  frame(
    'Problems',
    html`<h1>Problems / 问题码</h1><table>
<tr><th>Code</th><th>What happened</th><th>发生了什么</th><th>Who must act 由谁处理</th><th>Cure 处理办法</th></tr>
${Object.entries(PROBLEMS).map(
  ([code, { en, zh, act, cure, cureZh }]) =>
    html`<tr><td><a href="/problems/${code}"><code>${code}</code></a></td><td>${en}</td><td lang="zh">${zh}</td><td>${ACTORS[act]}</td><td>${cure}<br><span lang="zh">${cureZh}</span></td></tr>`,
)}</table>`,
  )

function landingPage(title: string, version: string): Html {
  return frame(
    title,
    html`<h1>${title}</h1><p>tongban 通办 ${version}</p><ul>
<li><a href="/reference">API reference / 接口文档</a> (<a href="/openapi.json">openapi.json</a>)</li>
<li><a href="/problems">Problem codes / 问题码</a></li>
<li><a href="/healthz">healthz</a> · <a href="/readyz">readyz</a></li></ul>`,
  )
}

const referencePage = (title: string): Html =>
  frame(
    `${title} API`,
    html`<div id="reference"></div>`,
    html`<link rel="stylesheet" href="/reference/swagger-ui.css">
<script src="/reference/swagger-ui-bundle.js" defer></script><script src="/reference/start.js" defer></script>`,
  )

/** `landing`: where the landing page is, which the console takes the place of. */
export function addPages(
  app: App,
  { title, version, landing }: { title: string; version: string; landing: '/' | '/about' },
): void {
  const page = async (content: Html) =>
    new Response(String(await content), {
      headers: { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': PAGE_POLICY },
    })
  const asset = (body: string | Blob, type: string) =>
    new Response(body, { headers: { 'content-type': type, 'cache-control': 'public, max-age=3600' } })

  app.get(landing, () => page(landingPage(title, version)))
  app.get('/style.css', () => asset(STYLE, 'text/css; charset=utf-8'))
  app.get('/problems', () => page(problemsPage()))
  app.get('/problems/:code', c => page(problemPage(c.req.param('code'))))
  app.get('/reference', () => page(referencePage(title)))
  app.get('/reference/start.js', () => asset(REFERENCE_SCRIPT, 'text/javascript; charset=utf-8'))
  app.get('/reference/:asset', c => {
    const known = ASSETS[c.req.param('asset')]
    if (known === undefined) throw new ProblemError('request.not-found')
    return asset(Bun.file(fileURLToPath(known.file())), known.type)
  })
}
