/** The console (工作台网页): its one page at every address that its router knows, and its files. */
import { randomBytes } from 'node:crypto'
import { ProblemError } from '../../../protocol/problem.ts'
import type { App } from './env.ts'

/** A built file, and as Brotli where that is there. */
type File = { type: string; plain: Blob; brotli: Blob | null }
/** The built console; `edges/console` reads it. */
export interface ConsolePort {
  /** first parts of the addresses of its pages */
  readonly paths: readonly string[]
  /** null when it was not built */
  page(nonce: string): Promise<string | null>
  file(name: string): Promise<File | null>
}

/**
 * Nothing from elsewhere, no script in the page, none made of text. antd writes style elements, which take the nonce. Scans are shown
 * from memory (`blob:`); the thread of PDF.js is a file of this origin.
 */
const policyOf = (nonce: string): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' blob: data:",
    "font-src 'self'",
    "connect-src 'self'",
    "worker-src 'self'",
    "frame-src 'self' blob:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')

/**
 * Of the files: the thread of PDF.js is a program of its own and has the policy of its file. It fetches encodings of Chinese, fonts and
 * decoders of scans from here, and nothing else.
 */
const FILES_POLICY = "default-src 'none'; script-src 'self'; connect-src 'self'; frame-ancestors 'none'"

/** Names hold the hash of what is in the file. */
const FOR_EVER = 'public, max-age=31536000, immutable'
const NONCE_BYTES = 16

const notBuilt = `<!doctype html><html lang="zh"><meta charset="utf-8"><title>通办</title><h1>工作台网页尚未构建</h1>
<p>请运维人员在程序所在目录运行 <code>npm run build</code>。接口与命令行照常可用：<a href="/about">/about</a></p>
<h1 lang="en">The console was not built</h1><p lang="en">Whoever operates this node: run <code>npm run build</code> where the program lies. API and commands work as ever.</p></html>`

export function addConsole(app: App, port: ConsolePort): void {
  const page = async (): Promise<Response> => {
    const nonce = randomBytes(NONCE_BYTES).toString('base64')
    const text = await port.page(nonce)
    return new Response(text ?? notBuilt, {
      status: text === null ? 503 : 200,
      headers: {
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-store',
        'content-security-policy': policyOf(nonce),
        // Scans are taken by a document camera.
        'permissions-policy': 'camera=(self), geolocation=(), microphone=()',
      },
    })
  }

  app.get('/', page)
  for (const path of port.paths) {
    app.get(`/${path}`, page)
    app.get(`/${path}/*`, page)
  }
  app.get('/console/:name', async c => {
    c.set('route', '/console/:name')
    const file = await port.file(c.req.param('name'))
    if (file === null) throw new ProblemError('request.not-found')
    const brotli = /(?:^|[\s,])br(?:[\s,;]|$)/.test(c.req.header('accept-encoding') ?? '') ? file.brotli : null
    return new Response(brotli ?? file.plain, {
      headers: {
        'content-type': file.type,
        'cache-control': FOR_EVER,
        'content-security-policy': FILES_POLICY,
        vary: 'accept-encoding',
        ...(brotli === null ? {} : { 'content-encoding': 'br' }),
      },
    })
  })
}
