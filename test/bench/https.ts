/** (c) What an integrator would write instead: one HTTPS request per JWS, jose, a commit on each side for each packet. */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type * as jose from 'jose'
import { generateKey, selfIssue } from '../../certs/index.ts'
import { signPacket, verifyPacket } from '../../protocol/packet/envelope.ts'
import { signReceipt, verifyReceipt } from '../../protocol/packet/receipt.ts'
import { ANKANG, SHIYAN } from '../support/node-folder.ts'
import { bareKeys, trusting } from './bare-keys.ts'
import { BareStore } from './bare-store.ts'
import { freshPacket } from './payload.ts'
import type { Side } from './peer.ts'

export async function open(side: string, folder: string): Promise<Side> {
  const { signer, publicJwk } = await bareKeys()
  const store = new BareStore(join(folder, `https-${side}.db`))
  const keys = publicJwk as Record<string, unknown>
  if (side === 'sender') {
    return {
      ready: { address: '', peer: '', keys },
      stop: async () => {},
      async connect(other) {
        const resolveKey = await trusting(SHIYAN.code, other.keys as jose.JWK)
        let serial = 0
        await fetch(`${other.address}/key`, {
          method: 'POST',
          body: JSON.stringify(publicJwk),
          tls: { rejectUnauthorized: false },
        })
        return async () => {
          const { claims, body } = await freshPacket(serial++)
          const { jws, id } = await signPacket(claims, signer)
          store.insert([{ id, jws, body }])
          const answer = await fetch(`${other.address}/packets`, {
            method: 'POST',
            body: JSON.stringify({ jws, body: Buffer.from(body).toString('base64') }),
            // Self-signed for the bench; the encryption is the same.
            tls: { rejectUnauthorized: false },
          })
          const receipt = await answer.text()
          const verified = await verifyReceipt(receipt, { resolveKey, issuer: SHIYAN.code, audience: ANKANG.code })
          if (!verified.ok) throw new Error(verified.problem.code)
          store.receipted([id], receipt)
        }
      },
    }
  }
  let resolveKey: Awaited<ReturnType<typeof trusting>> | null = null
  const key = await generateKey()
  const cert = selfIssue(SHIYAN, { keyPem: key, now: Date.now(), serial: randomBytes(16) })
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    tls: { key, cert },
    async fetch(request) {
      if (new URL(request.url).pathname === '/key') {
        resolveKey = await trusting(ANKANG.code, (await request.json()) as jose.JWK)
        return new Response('ok')
      }
      if (resolveKey === null) return new Response('no key', { status: 403 })
      const { jws, body } = (await request.json()) as { jws: string; body: string }
      const verified = await verifyPacket(jws, { resolveKey, audience: SHIYAN.code, now: Date.now() / 1000 })
      if (!verified.ok) return new Response(verified.problem.code, { status: 400 })
      store.insert([{ id: verified.id, jws, body: Buffer.from(body, 'base64') }])
      const items = [{ id: verified.id, status: 'stored' as const }]
      return new Response(
        await signReceipt(
          { v: 1, iss: SHIYAN.code, aud: ANKANG.code, iat: Math.floor(Date.now() / 1000), items },
          signer,
        ),
      )
    },
  })
  return { ready: { address: `https://127.0.0.1:${server.port}`, peer: '', keys }, stop: () => server.stop(true) }
}
