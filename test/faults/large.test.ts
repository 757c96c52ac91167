/**
 * A large material between two processes: it passes with little memory at either end, and goes on where it stood after the connection
 * was cut and after the receiver was killed. `TONGBAN_TEST_LARGE_MB` sets its size (1000).
 */
import { createHash } from 'node:crypto'
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ServiceItem } from '../../protocol/service/item.ts'
import { residentBytes } from '../bench/memory.ts'
import { ANKANG, makeNodeFolder, SHIYAN } from '../support/node-folder.ts'
import { freePort, NodeProcess } from '../support/node-process.ts'
import { noise } from '../support/noise.ts'
import { pairCities, until } from '../support/pair-cities.ts'
import { startProxy, type TcpProxy } from '../support/tcp-proxy.ts'

const MB = 1_000_000
const SIZE = Number(process.env.TONGBAN_TEST_LARGE_MB ?? 1000) * MB
const MINUTES = 600_000

let root = ''
let ankang: NodeProcess
let shiyan: NodeProcess
let proxy: TcpProxy
let item: ServiceItem

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tongban-large-'))
  const p2pA = await freePort()
  const p2pS = await freePort()
  // Shiyan fetches from Ankang through a proxy that can cut the connection.
  proxy = await startProxy(p2pA)
  const announce = { listen: [`/ip4/127.0.0.1/tcp/${p2pA}`], announce: [`/ip4/127.0.0.1/tcp/${proxy.port}`] }
  ankang = new NodeProcess(
    await makeNodeFolder(join(root, 'ankang'), ANKANG, { httpPort: 0, p2pPort: p2pA, rest: { p2p: announce } }),
  )
  shiyan = new NodeProcess(await makeNodeFolder(join(root, 'shiyan'), SHIYAN, { httpPort: 0, p2pPort: p2pS }))
  await Promise.all([ankang.start(), shiyan.start()])
  const paired = await pairCities({ client: ankang.client, ...ANKANG }, { client: shiyan.client, ...SHIYAN })
  const found = paired.items.find(entry => entry.modes.includes(1) && entry.serverType.includes('1'))
  if (found === undefined) throw new Error('no item')
  item = found
}, MINUTES)

afterAll(async () => {
  await Promise.allSettled([ankang?.stop(), shiyan?.stop()])
  await proxy?.close()
  await rm(root, { recursive: true, force: true })
})

/** Highest resident memory of a process over what it has without work, in MB, until it is asked for. */
function watchMemory(node: NodeProcess, idle: number): () => number {
  let most = 0
  const timer = setInterval(async () => {
    const bytes = node.pid === undefined ? null : await residentBytes(node.pid)
    if (bytes === null || Number.isNaN(bytes)) return
    most = Math.max(most, bytes)
  }, 50)
  return () => {
    clearInterval(timer)
    return (most - idle) / MB
  }
}

const idleBytes = async (node: NodeProcess): Promise<number> => (await residentBytes(node.pid ?? 0)) ?? 0

/** Bytes of the largest file below the folder, whole or not. */
async function largestFile(folder: string): Promise<number> {
  const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter(entry => entry.isFile())
  const sizes = files.map(entry =>
    stat(join(entry.parentPath, entry.name)).then(
      found => found.size,
      () => 0,
    ),
  )
  return Math.max(0, ...(await Promise.all(sizes)))
}

test(
  'passes with little memory, and goes on where it stood after a cut and after kill -9 of the receiver',
  async () => {
    const submit = async (materials: { sha256: string; code: string; name: string }[]) =>
      ankang.client.submitCase({
        body: {
          to: SHIYAN.code,
          item: item.taskCode,
          mode: 1,
          applicant: { type: '1', name: '陈小满', idType: '111', idNumber: '11010519491231002X' },
          form: { reason: '测试' },
          materials,
        },
      })
    const small = async (words: string) =>
      (await ankang.client.uploadMaterial({ bytes: `%PDF-1.4 ${words}`, type: 'application/pdf' })).sha256
    const card = { sha256: await small('card'), code: 'M01', name: '身份证.pdf' }
    // A case of a few bytes first: what a node loads for its first case is not what a large material takes.
    const first = await submit([card, { sha256: await small('form'), code: 'M02', name: '申请表.pdf' }])
    await until(
      async () => (await ankang.client.getCase({ params: { thread: first.thread } })).state === 'arrived',
      'the first case arrived',
    )
    const { stream, digest } = noise(SIZE)
    const idle = await idleBytes(ankang)
    const uploading = watchMemory(ankang, idle)
    const { sha256 } = await ankang.client.uploadMaterial({ bytes: stream, type: 'application/pdf' })
    const uploaded = uploading()
    const sending = watchMemory(ankang, idle)
    const idleThere = await idleBytes(shiyan)
    const receiving = watchMemory(shiyan, idleThere)
    await submit([card, { sha256, code: 'M02', name: '申请表.pdf' }])
    const folder = shiyan.folder.config.data
    const past = (share: number) =>
      until(async () => (await largestFile(folder)) > SIZE * share, `${share} of it is there`, MINUTES)
    await past(0.2)
    proxy.cut()
    await past(0.5)
    const received = receiving()
    await shiyan.kill()
    const kept = await largestFile(folder)
    await shiyan.start()
    const after = watchMemory(shiyan, idleThere)
    const held = await until(
      () => shiyan.client.downloadMaterial({ params: { sha256 } }).catch(() => null),
      'the whole of it is there',
      MINUTES,
    )
    const second = after()
    const sent = sending()
    const hash = createHash('sha256')
    let size = 0
    for await (const chunk of held as unknown as AsyncIterable<Uint8Array>) {
      size += chunk.byteLength
      hash.update(chunk)
    }
    expect([size, hash.digest('hex')]).toEqual([SIZE, digest()])
    expect(kept).toBeGreaterThan(SIZE * 0.4)
    const extra = { upload: uploaded, send: sent, receive: received, resume: second }
    console.log(
      `${SIZE / MB} MB: extra memory in MB ${JSON.stringify(extra, (_, v) => (typeof v === 'number' ? Math.round(v) : v))}`,
    )
    if (process.platform === 'linux')
      for (const [what, mb] of Object.entries(extra)) expect([what, mb < 64]).toEqual([what, true])
  },
  MINUTES,
)
