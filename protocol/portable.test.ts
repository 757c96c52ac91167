/** protocol/ runs on Node too: bundled for it, with nothing of Bun or Node inside, it signs, verifies and folds. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const SELF_CHECK = `
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { webcrypto } from 'node:crypto'
globalThis.crypto ??= webcrypto
const p = await import('./protocol.js')
const folder = process.argv[2]
let checked = 0
for (const kind of ['valid', 'invalid']) {
  for (const name of readdirSync(join(folder, 'frame', kind))) {
    const { input, expect } = JSON.parse(readFileSync(join(folder, 'frame', kind, name), 'utf8'))
    const decoded = p.decodeFrame(Uint8Array.from(Buffer.from(input.hex, 'hex')))
    if (decoded.ok !== expect.ok) throw new Error(name)
    checked++
  }
}
const pair = await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify'])
const jwk = await crypto.subtle.exportKey('jwk', pair.publicKey)
const kid = await p.thumbprint({ kty: jwk.kty, crv: jwk.crv, x: jwk.x })
const body = new TextEncoder().encode(JSON.stringify({ salt: 'AAAAAAAAAAAAAAAAAAAAAA', caseNo: 'n', item: { code: 'x', name: 'x', version: 1 }, mode: 0,
  applicant: { type: '1', name: '陈小满', idType: '111', idNumber: '11010519491231002X' }, form: {}, materials: [], receivedAt: '2026-11-02T08:40:00+08:00' }))
const claims = { v: 1, iss: '610900', aud: '420300', thread: '0'.repeat(32), kind: 'case.submit', seq: 1, prev: null, seen: null, iat: 1793581200, agreement: 'a'.repeat(64), body: await p.commit(body), materials: [] }
const { jws } = await p.signPacket(claims, { kid, key: pair.privateKey })
const verified = await p.verifyPacket(jws, { resolveKey: () => ({ key: pair.publicKey, city: '610900', spans: [{ begins: 0, ends: 1793581209 }], revokedAt: null }), audience: '420300', now: 1793581200 })
if (!verified.ok) throw new Error(verified.problem.code)
const opened = await p.openCaseBody(verified.claims, body)
if (!opened.ok) throw new Error(opened.problem.code)
const admitted = p.admitCase([], { id: verified.id, claims: verified.claims, body: opened.body })
if (!admitted.ok || admitted.state.state !== 'submitted') throw new Error('fold')
console.log(JSON.stringify({ node: process.version, checked }))
`

/** Under `bun --bun` the first `node` on PATH is Bun itself; the real one reports V8. */
function findNode(): string | null {
  for (const folder of (process.env.PATH ?? '').split(':')) {
    const path = join(folder, 'node')
    const found = spawnSync(path, ['-p', 'process.versions.v8 && !process.versions.bun'], { encoding: 'utf8' })
    if (found.status === 0 && found.stdout.trim() === 'true') return path
  }
  return null
}

test('runs on Node', async () => {
  const node = findNode()
  if (node === null) {
    console.log('skipped: there is no Node on PATH')
    return
  }
  const folder = await mkdtemp(join(tmpdir(), 'tongban-portable-'))
  try {
    const built = await Bun.build({
      entrypoints: [join(import.meta.dirname, 'index.ts')],
      target: 'browser',
      format: 'esm',
    })
    const [output] = built.outputs
    if (output === undefined) throw new Error('nothing was built')
    const code = await output.text()
    expect(code).not.toMatch(/from ?["'](?:bun|node):|\bBun\./)
    await writeFile(join(folder, 'package.json'), '{"type":"module"}')
    await writeFile(join(folder, 'protocol.js'), code)
    await writeFile(join(folder, 'check.js'), SELF_CHECK)
    const out = execFileSync(node, [join(folder, 'check.js'), join(import.meta.dirname, 'vectors')], {
      encoding: 'utf8',
    })
    expect((JSON.parse(out) as { checked: number }).checked).toBeGreaterThan(10)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
