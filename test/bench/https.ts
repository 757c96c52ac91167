/**
 * What an integrator would write instead (对照): one HTTPS request per JWS over kept-alive connections, jose and one commit
 * on each side. The answer is a plain 200; or, with `receipts`, a signed receipt for this packet, which the receiver commits
 * with it, and which the sender verifies and commits. No order, retry or check of content either way.
 */
import { randomBytes } from 'node:crypto'
import type * as jose from 'jose'
import { selfIssue } from '../../certs/index.ts'
import { testKey } from '../support/keys.ts'
import { SHIYAN } from '../support/node-folder.ts'
import { idOf, newSigning, newVerifying, payloads, type Signing } from './bare-jws.ts'
import { type BareStore, openBareStore } from './bare-store.ts'
import { answer } from './child.ts'
import { Load } from './load.ts'

let store: BareStore
let signing: Signing
let load: Load

answer({
  async open({ path }: { path: string }): Promise<{ key: jose.JWK }> {
    store = openBareStore(path)
    signing = await newSigning()
    return { key: signing.publicKey }
  },

  async serve({ key, receipts }: { key: jose.JWK; receipts: boolean }): Promise<{ url: string }> {
    const verify = await newVerifying(key)
    const keyPem = testKey()
    const cert = selfIssue(SHIYAN, { keyPem, now: Date.now(), serial: randomBytes(16) })
    const server = Bun.serve({
      hostname: '127.0.0.1',
      port: 0,
      tls: { key: keyPem, cert },
      async fetch(request) {
        const jws = await request.text()
        await verify(jws)
        const id = idOf(jws)
        if (!receipts) {
          store.add([{ id, jws }])
          return new Response(null, { status: 200 })
        }
        const receipt = await signing.sign(id.toString('hex'))
        store.addReceipted([{ id, jws }], receipt)
        return new Response(receipt)
      },
    })
    return { url: server.url.href }
  },

  async connect({ url, key, receipts, bytes }: { url: string; key: jose.JWK; receipts: boolean; bytes: number }) {
    const verify = await newVerifying(key)
    const payload = payloads(bytes)
    // Any other way to accept a self-signed certificate makes Bun's fetch open a connection per request.
    const tls = { rejectUnauthorized: false }
    load = new Load(async no => {
      const jws = await signing.sign(payload(no))
      const [place = 0] = store.add([{ id: idOf(jws), jws }])
      const response = await fetch(url, { method: 'POST', body: jws, tls })
      const receipt = await response.text()
      if (!response.ok) throw new Error(`HTTP ${response.status}`)
      if (receipts) {
        await verify(receipt)
        store.receipted(receipt, place, place)
      }
      load.done([no])
    })
  },

  warm: (options: Parameters<Load['warm']>[0]) => load.warm(options),
  full: (options: Parameters<Load['full']>[0]) => load.full(options),
  paced: (options: Parameters<Load['paced']>[0]) => load.paced(options),
})
