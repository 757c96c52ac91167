/** The built console as the HTTP edge sends it: one page for every address, and the files that it names by their hashes. */
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { html } from 'hono/html'
import * as z from 'zod'

/** Names of built files; `preload`: what the entry imports by itself. */
const ConsoleManifest = z.strictObject({
  script: z.string(),
  preload: z.array(z.string()),
  styles: z.array(z.string()),
})
export type ConsoleManifest = z.infer<typeof ConsoleManifest>

const TYPES: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8',
  mjs: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
  png: 'image/png',
  json: 'application/json',
  bcmap: 'application/octet-stream',
  ttf: 'font/ttf',
  pfb: 'application/octet-stream',
  wasm: 'application/wasm',
}

/** A built file: its bytes, and as Brotli where that is there. */
export type ConsoleFile = { type: string; plain: Bun.BunFile; brotli: Bun.BunFile | null }

export interface ConsoleFiles {
  /** The page; null when the console was not built. `nonce` is that of the policy which comes with it. */
  page(nonce: string): Promise<string | null>
  /** A file by its name; null when there is none. */
  file(name: string): Promise<ConsoleFile | null>
}

/** `folder`: where `npm run build` puts them, when it is another one. */
export function createConsoleFiles(folder = new URL('dist/', import.meta.url)): ConsoleFiles {
  /** Read each time: a console that is built anew is there at once. */
  const known = async (): Promise<ConsoleManifest | null> => {
    const text = await readFile(new URL('manifest.json', folder), 'utf8').catch(() => null)
    return text === null ? null : ConsoleManifest.parse(JSON.parse(text))
  }

  return {
    async page(nonce) {
      const files = await known()
      if (files === null) return null
      return String(
        await html`<!doctype html><html lang="zh"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>通办</title><meta name="nonce" content="${nonce}"><link rel="icon" href="/console/icon.svg" type="image/svg+xml">
${files.styles.map(name => html`<link rel="stylesheet" href="/console/${name}">`)}
${files.preload.map(name => html`<link rel="modulepreload" href="/console/${name}">`)}
<script type="module" src="/console/${files.script}"></script></head>
<body><div id="root"></div><noscript>通办工作台需要 JavaScript。 The console needs JavaScript.</noscript></body></html>`,
      )
    },

    async file(name) {
      const type = TYPES[name.slice(name.lastIndexOf('.') + 1)]
      if (type === undefined || !/^[\w.-]{1,200}$/.test(name) || name === 'manifest.json') return null
      const plain = Bun.file(fileURLToPath(new URL(name, folder)))
      if (!(await plain.exists())) return null
      const brotli = Bun.file(fileURLToPath(new URL(`${name}.br`, folder)))
      return { type, plain, brotli: (await brotli.exists()) ? brotli : null }
    },
  }
}
