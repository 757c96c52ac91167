/** Uploads after the tus protocol against a running node, as a client of it makes them: request by request. */
import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createClient } from '../../node/edges/client/client.ts'
import { type RunningNode, startNode } from '../../node/node.ts'
import { LIMITS } from '../../protocol/limits.ts'
import { makePdf } from '../support/make-pdf.ts'
import { ANKANG, makeNodeFolder, PASSPHRASE } from '../support/node-folder.ts'

let root = ''
let node: RunningNode
let token = ''

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tongban-tus-'))
  const made = await makeNodeFolder(join(root, 'node'), ANKANG, { httpPort: 0, p2pPort: 0 })
  token = made.token
  node = await startNode({ config: made.config, passphrase: PASSPHRASE })
})
afterAll(async () => {
  await node?.stop()
  await rm(root, { recursive: true, force: true })
})

const ask = (method: string, path: string, headers: Record<string, string> = {}, body?: Uint8Array<ArrayBuffer>) =>
  fetch(new URL(path, node.url), {
    method,
    headers: { authorization: `Bearer ${token}`, 'tus-resumable': '1.0.0', ...headers },
    ...(body === undefined ? {} : { body }),
  })
const patch = (path: string, offset: number, body: Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
  ask(
    'PATCH',
    path,
    { 'content-type': 'application/offset+octet-stream', 'upload-offset': String(offset), ...headers },
    body,
  )
const begin = async (size: number): Promise<string> => {
  const made = await ask('POST', '/api/v1/uploads', { 'upload-length': String(size) })
  expect(made.status).toBe(201)
  return made.headers.get('location') ?? ''
}
const pdf = () => new Uint8Array(Buffer.from(makePdf(1, `scan ${crypto.randomUUID()}`)))

describe('tus 1.0', () => {
  test('says what it can do to whoever asks', async () => {
    const answer = await fetch(new URL('/api/v1/uploads', node.url), { method: 'OPTIONS' })
    expect(answer.status).toBe(204)
    expect(answer.headers.get('tus-version')).toBe('1.0.0')
    expect(answer.headers.get('tus-extension')).toBe('creation,termination,checksum,expiration')
    expect(answer.headers.get('tus-max-size')).toBe(String(LIMITS.materialBytes))
    expect(answer.headers.get('tus-checksum-algorithm')).toBe('sha1,sha256')
  })

  test('a file comes in pieces, goes on after a break, and is a material that a case can name', async () => {
    const bytes = pdf()
    const path = await begin(bytes.byteLength)
    const first = await patch(path, 0, bytes.slice(0, 100))
    expect([first.status, first.headers.get('upload-offset')]).toEqual([204, '100'])
    const head = await ask('HEAD', path)
    expect([head.status, head.headers.get('upload-offset'), head.headers.get('upload-length')]).toEqual([
      200,
      '100',
      String(bytes.byteLength),
    ])
    expect(Date.parse(head.headers.get('upload-expires') ?? '')).toBeGreaterThan(Date.now())
    expect((await patch(path, 50, bytes.slice(50))).status).toBe(409)
    const last = await patch(path, 100, bytes.slice(100))
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    expect([last.status, last.headers.get('material-sha256')]).toEqual([204, sha256])
    const client = createClient({ url: node.url, token })
    const [, id = ''] = /\/([^/]+)$/.exec(path) ?? []
    expect(await client.getUpload({ params: { id } })).toMatchObject({ material: { sha256, type: 'application/pdf' } })
    const read = await new Response(await client.downloadMaterial({ params: { sha256 } })).arrayBuffer()
    expect(new Uint8Array(read)).toEqual(bytes)
  })

  test('a piece with a wrong checksum is left out with 460, one with a right one is taken', async () => {
    const bytes = pdf()
    const path = await begin(bytes.byteLength)
    const hash = createHash('sha256').update(bytes).digest('base64')
    const spoilt = bytes.slice()
    spoilt[10] = 0
    expect((await patch(path, 0, spoilt, { 'upload-checksum': `sha256 ${hash}` })).status).toBe(460)
    expect((await ask('HEAD', path)).headers.get('upload-offset')).toBe('0')
    expect((await patch(path, 0, bytes, { 'upload-checksum': 'md5 x' })).status).toBe(400)
    expect((await patch(path, 0, bytes, { 'upload-checksum': `sha256 ${hash}` })).status).toBe(204)
  })

  test('it is given up with DELETE; more than was announced, another version and a stranger are refused', async () => {
    const bytes = pdf()
    const path = await begin(bytes.byteLength)
    expect((await patch(path, 0, new Uint8Array(bytes.byteLength + 1))).status).toBe(413)
    const other = await ask('HEAD', path, { 'tus-resumable': '0.2.2' })
    expect([other.status, other.headers.get('tus-version')]).toEqual([412, '1.0.0'])
    expect((await ask('PATCH', path, { 'upload-offset': '0' }, bytes)).status).toBe(415)
    expect((await ask('HEAD', path, { authorization: 'Bearer tb_none' })).status).toBe(401)
    expect((await ask('DELETE', path)).status).toBe(204)
    expect((await ask('HEAD', path)).status).toBe(404)
    const large = await ask('POST', '/api/v1/uploads', { 'upload-length': String(LIMITS.materialBytes + 1) })
    expect(large.status).toBe(413)
    expect((await ask('POST', '/api/v1/uploads', { 'upload-length': 'many' })).status).toBe(400)
  })

  test('what is no scan is told so, and is gone', async () => {
    const bytes = new TextEncoder().encode('no scan at all')
    const path = await begin(bytes.byteLength)
    const answer = await patch(path, 0, bytes)
    expect([answer.status, (await answer.json()) as unknown]).toMatchObject([400, { code: 'request.invalid' }])
    expect((await ask('HEAD', path)).status).toBe(404)
  })
})
