/** A scan whose SHA-256 somebody knows: nothing that takes a hash gives it to them, against a running node. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createClient } from '../../node/edges/client/client.ts'
import { type RunningNode, startNode } from '../../node/node.ts'
import type { Role } from '../../protocol/rights/roles.ts'
import { makePdf } from '../support/make-pdf.ts'
import { ANKANG, makeNodeFolder, PASSPHRASE } from '../support/node-folder.ts'

let root = ''
let node: RunningNode
let admin = ''
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tongban-others-'))
  const made = await makeNodeFolder(join(root, 'node'), ANKANG, { httpPort: 0, p2pPort: 0 })
  admin = made.token
  node = await startNode({ config: made.config, passphrase: PASSPHRASE })
})
afterAll(async () => {
  await node?.stop()
  await rm(root, { recursive: true, force: true })
})

async function account(roles: Role[], windows: string[]) {
  const made = await createClient({ url: node.url, token: admin }).createPerson({
    body: { name: roles.join(' '), roles, departments: [], windows },
  })
  const { token } = made
  const ask = async (method: string, path: string, body?: object) => {
    const answer = await fetch(new URL(path, node.url), {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await answer.text()
    const { code } = (answer.headers.get('content-type') ?? '').includes('json')
      ? (JSON.parse(text) as { code?: string })
      : {}
    return { status: answer.status, code, text }
  }
  return { client: createClient({ url: node.url, token }), ask }
}
const upload = async ({ client }: Awaited<ReturnType<typeof account>>, bytes: Uint8Array<ArrayBuffer>) =>
  client.uploadMaterial({ bytes, type: 'application/pdf' })

test('who knows the hash of a scan reads it through no draft, and counts no pages; a colleague who may open the draft does', async () => {
  const owner = await account(['window-clerk'], ['1号窗口'])
  const colleague = await account(['window-clerk'], ['1号窗口'])
  const attacker = await account(['window-clerk'], ['2号窗口'])
  const bytes = makePdf(1, crypto.randomUUID())
  const { sha256 } = await upload(owner, bytes)
  const content = { window: '1号窗口', materials: [{ code: 'M01', name: '身份证.pdf', sha256 }] }
  for (const named of [content, { shared: content, items: [{}] }, { window: '2号窗口', anything: [{ sha256 }] }])
    expect(await attacker.ask('POST', '/api/v1/case-drafts', { content: named })).toMatchObject({
      status: 404,
      code: 'material.missing',
    })
  const own = await attacker.client.createCaseDraft({ body: { content: { window: '2号窗口' } } })
  expect(await attacker.ask('PUT', `/api/v1/case-drafts/${own.id}`, { version: own.version, content })).toMatchObject({
    code: 'material.missing',
  })
  for (const path of [`?draft=${own.id}`, '', '/pages'])
    expect((await attacker.ask('GET', `/api/v1/materials/${sha256}${path}`)).status, path).toBeGreaterThanOrEqual(400)
  // Its uploader names it, and whoever may open that draft looks at it and saves it on.
  const draft = await owner.client.createCaseDraft({ body: { content } })
  expect((await colleague.ask('GET', `/api/v1/materials/${sha256}?draft=${draft.id}`)).text).toContain('%PDF')
  expect(await colleague.client.countMaterialPages({ params: { sha256 } })).toEqual({ pages: 1 })
  const saved = await colleague.ask('PUT', `/api/v1/case-drafts/${draft.id}`, { version: draft.version, content })
  expect(saved.status).toBe(200)
  expect((await attacker.ask('GET', `/api/v1/materials/${sha256}?draft=${draft.id}`)).code).toBe('rights.scope')
})

test('a hash that is named before its scan is uploaded gives nothing once somebody else uploads it', async () => {
  const owner = await account(['window-clerk'], ['1号窗口'])
  const attacker = await account(['window-clerk'], ['2号窗口'])
  const bytes = makePdf(1, crypto.randomUUID())
  const sha256 = new Bun.CryptoHasher('sha256').update(bytes).digest('hex')
  const content = { window: '2号窗口', materials: [{ code: 'M01', name: 'a', sha256 }] }
  const draft = await attacker.client.createCaseDraft({ body: { content } })
  await upload(owner, bytes)
  expect((await attacker.ask('GET', `/api/v1/materials/${sha256}?draft=${draft.id}`)).code).toBe('material.missing')
  expect(await attacker.ask('PUT', `/api/v1/case-drafts/${draft.id}`, { version: 1, content })).toMatchObject({
    code: 'material.missing',
  })
})
