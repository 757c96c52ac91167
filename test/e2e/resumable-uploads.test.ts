/** Uploads after the tus protocol against a running node, request by request and by the client of its authors. */
import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { type AddressInfo, connect, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type HttpRequest, Upload } from 'tus-js-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createClient } from '../../node/edges/client/client.ts'
import { type RunningNode, startNode } from '../../node/node.ts'
import { LIMITS } from '../../protocol/limits.ts'
import { makePdf } from '../support/make-pdf.ts'
import { ANKANG, makeNodeFolder, PASSPHRASE } from '../support/node-folder.ts'

let root = ''
let node: RunningNode
let token = ''
let config: Awaited<ReturnType<typeof makeNodeFolder>>['config']

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tongban-tus-'))
  const made = await makeNodeFolder(join(root, 'node'), ANKANG, { httpPort: 0, p2pPort: 0 })
  token = made.token
  config = made.config
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
    expect(answer.headers.get('tus-extension')).toBe('creation,creation-with-upload,termination,checksum,expiration')
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

  test('every answer is of the protocol, problems too, whatever a proxy adds to the request', async () => {
    const problems = [
      await ask('POST', '/api/v1/uploads', { 'upload-length': 'many' }),
      await ask('POST', '/api/v1/uploads', { 'upload-length': '3', authorization: 'Bearer tb_none' }),
      await ask('POST', '/api/v1/uploads', { 'upload-defer-length': '1' }),
      await ask('POST', '/api/v1/uploads', { 'upload-length': '3', 'upload-metadata': 'a b c d' }),
      await ask('PATCH', '/api/v1/uploads/none', { 'content-type': 'application/offset+octet-stream' }, pdf()),
      await ask('HEAD', '/api/v1/uploads/none'),
      await ask('DELETE', '/api/v1/uploads/none'),
    ]
    expect(problems.map(({ status }) => status)).toEqual([400, 401, 400, 400, 400, 404, 404])
    for (const { headers } of problems)
      expect([headers.get('tus-resumable'), headers.get('content-type')]).toEqual(['1.0.0', 'application/problem+json'])
    const proxied = { 'upload-length': '3', 'x-forwarded-proto': 'https,http', 'x-forwarded-host': 'evil.example' }
    const made = await ask('POST', '/api/v1/uploads', proxied)
    expect([made.status, made.headers.get('location')]).toEqual([201, expect.stringMatching(/^\/api\/v1\/uploads\//)])
    expect(made.headers.get('access-control-allow-origin')).toBeNull()
  })

  test('who comes while a piece is received is told to ask how far it is and go on from there', async () => {
    const bytes = pdf()
    const path = await begin(bytes.byteLength)
    let release: () => void = () => undefined
    const held = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(bytes.slice(0, 100))
        release = () => {
          controller.enqueue(bytes.slice(100))
          controller.close()
        }
      },
    })
    const first = fetch(new URL(path, node.url), {
      method: 'PATCH',
      headers: {
        authorization: `Bearer ${token}`,
        'tus-resumable': '1.0.0',
        'content-type': 'application/offset+octet-stream',
        'upload-offset': '0',
      },
      body: held,
    })
    let second = await patch(path, 7, bytes)
    // At another offset it is told of that, until the first is begun.
    while (((await second.clone().json()) as { code: string }).code === 'request.conflict')
      second = await patch(path, 7, bytes)
    expect([second.status, (await second.json()) as unknown]).toMatchObject([
      409,
      { code: 'upload.writing', retryable: true, cureEn: expect.stringContaining('HEAD') },
    ])
    expect((await ask('DELETE', path)).status).toBe(409)
    release()
    expect((await first).status).toBe(204)
  })

  test('own uploads are listed and ended, and go on after a restart of the node', async () => {
    const bytes = pdf()
    const path = await begin(bytes.byteLength)
    const other = await begin(10)
    await patch(path, 0, bytes.slice(0, 100))
    const [id, otherId] = [path, other].map(each => each.split('/').at(-1) ?? '')
    await node.stop()
    node = await startNode({ config, passphrase: PASSPHRASE })
    const client = createClient({ url: node.url, token })
    const { uploads } = await client.listUploads({})
    expect(uploads.filter(upload => upload.id === id || upload.id === otherId)).toMatchObject([
      { id, offset: 100, size: bytes.byteLength, material: null },
      { id: otherId, offset: 0, size: 10, material: null },
    ])
    expect((await ask('DELETE', other)).status).toBe(204)
    expect((await client.listUploads({})).uploads.map(upload => upload.id)).not.toContain(otherId)
    expect((await ask('HEAD', path)).headers.get('upload-offset')).toBe('100')
    const last = await patch(path, 100, bytes.slice(100))
    expect([last.status, last.headers.get('material-sha256')]).toEqual([
      204,
      createHash('sha256').update(bytes).digest('hex'),
    ])
  })
})

/** Passes bytes on to the node, and cuts the connection after so many, once. */
async function cuttingProxy(bytes: number): Promise<{ server: Server; url: string; cuts: () => number }> {
  let left = bytes
  let cuts = 0
  const { hostname, port } = new URL(node.url)
  const server = createServer(client => {
    const upstream = connect(Number(port), hostname)
    const close = () => {
      client.destroy()
      // What passed before the cut comes, as it does where a line breaks between the two.
      upstream.destroySoon()
    }
    for (const socket of [client, upstream]) socket.on('error', close).on('close', close)
    upstream.on('data', (chunk: Buffer) => client.write(chunk))
    client.on('data', (chunk: Buffer) => {
      left -= chunk.byteLength
      upstream.write(chunk)
      if (cuts > 0 || left > 0) return
      cuts++
      close()
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port: listening } = server.address() as AddressInfo
  return { server, url: `http://127.0.0.1:${listening}`, cuts: () => cuts }
}

describe('tus-js-client', () => {
  for (const [how, options] of [
    ['in pieces', { chunkSize: 100_000 }],
    ['in one', {}],
    ['with its first piece at once', { chunkSize: 100_000, uploadDataDuringCreation: true }],
  ] as const)
    test(`uploads ${how} over a line that is cut in the middle, and goes on where it was`, async () => {
      const bytes = new Uint8Array(Buffer.concat([makePdf(1, crypto.randomUUID()), Buffer.alloc(900_000, ' ')]))
      bytes.set(Buffer.from('%%EOF'), bytes.byteLength - 5)
      const proxy = await cuttingProxy(500_000)
      try {
        const offsets: number[] = []
        let sha256: string | undefined
        await new Promise<void>((resolve, reject) => {
          const upload = new Upload(Buffer.from(bytes), {
            endpoint: `${proxy.url}/api/v1/uploads`,
            headers: { authorization: `Bearer ${token}` },
            metadata: { filename: '身份证.pdf' },
            // Until the node has noticed that the line was cut, it is told that a piece is still received.
            retryDelays: [0, 20, 50, 100, 200, 500, 1000, 2000, 5000],
            ...options,
            onBeforeRequest(request: HttpRequest) {
              if (request.getMethod() === 'PATCH') offsets.push(Number(request.getHeader('Upload-Offset')))
            },
            onAfterResponse(_, response) {
              sha256 = response.getHeader('Material-SHA256') ?? sha256
            },
            onSuccess: () => resolve(),
            onError: reject,
          })
          upload.start()
        })
        expect(proxy.cuts()).toBe(1)
        expect(sha256).toBe(createHash('sha256').update(bytes).digest('hex'))
        // What had come was not sent again.
        expect(offsets.at(-1)).toBeGreaterThan(100_000)
      } finally {
        proxy.server.close()
      }
    })
})
