/** What an integrator would write instead (对照): a file sent by one HTTPS request, hashed and written to a file at the other end. */
import { createHash, randomBytes } from 'node:crypto'
import { open } from 'node:fs/promises'
import { selfIssue } from '../../certs/index.ts'
import { testKey } from '../support/keys.ts'
import { SHIYAN } from '../support/node-folder.ts'
import { answer } from './child.ts'

answer({
  async serve({ path }: { path: string }): Promise<{ url: string }> {
    const keyPem = testKey()
    const cert = selfIssue(SHIYAN, { keyPem, now: Date.now(), serial: randomBytes(16) })
    const server = Bun.serve({
      hostname: '127.0.0.1',
      port: 0,
      tls: { key: keyPem, cert },
      maxRequestBodySize: Number.MAX_SAFE_INTEGER,
      async fetch(request) {
        const hash = createHash('sha256')
        const file = await open(path, 'w')
        try {
          for await (const chunk of request.body ?? []) {
            hash.update(chunk)
            await file.write(chunk)
          }
          await file.sync()
        } finally {
          await file.close()
        }
        return new Response(hash.digest('hex'))
      },
    })
    return { url: server.url.href }
  },
  /** Sends a file; ms until the other end says that it has it. */
  async put({ url, path, sha256 }: { url: string; path: string; sha256: string }): Promise<number> {
    const begun = performance.now()
    const response = await fetch(url, { method: 'PUT', body: Bun.file(path), tls: { rejectUnauthorized: false } })
    if ((await response.text()) !== sha256) throw new Error(`HTTP ${response.status}`)
    return performance.now() - begun
  },
})
