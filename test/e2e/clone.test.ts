/**
 * A copied folder (克隆): two processes of one city with the same keys, both up at once, each taking in cases. What either signs
 * comes to be held by all three, every case once, and a person of both cities is told.
 */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseConfig } from '../../node/kernel/config/config.ts'
import type { ServiceItem } from '../../protocol/service/item.ts'
import { itemOf } from '../support/kill-cities.ts'
import { makePdf } from '../support/make-pdf.ts'
import { ANKANG, makeNodeFolder, SHIYAN } from '../support/node-folder.ts'
import { freePort, NodeProcess } from '../support/node-process.ts'
import { pairCities, until } from '../support/pair-cities.ts'

let root = ''
let original: NodeProcess
let copy: NodeProcess
let shiyan: NodeProcess
let item: ServiceItem

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tongban-clone-'))
  const first = await makeNodeFolder(join(root, 'ankang'), ANKANG, { httpPort: 0, p2pPort: await freePort() })
  const other = await makeNodeFolder(join(root, 'shiyan'), SHIYAN, { httpPort: 0, p2pPort: await freePort() })
  original = new NodeProcess(first)
  shiyan = new NodeProcess(other)
  await Promise.all([original.start(), shiyan.start()])
  const { items } = await pairCities({ ...ANKANG, client: original.client }, { ...SHIYAN, client: shiyan.client })
  item = itemOf(items)
  await original.stop()
  const folder = join(root, 'copy')
  await cp(first.folder, folder, { recursive: true })
  const configPath = join(folder, 'tongban.json')
  const file = JSON.parse(await readFile(configPath, 'utf8')) as { p2p: object }
  await writeFile(
    configPath,
    JSON.stringify({ ...file, p2p: { listen: [`/ip4/127.0.0.1/tcp/${await freePort()}`] } }),
    { mode: 0o600 },
  )
  const config = parseConfig(JSON.parse(await readFile(configPath, 'utf8')), folder)
  copy = new NodeProcess({ folder, configPath, config, token: first.token })
})

afterAll(async () => {
  await Promise.allSettled([original?.stop(), copy?.stop(), shiyan?.stop()])
  await rm(root, { recursive: true, force: true })
})

async function submit(at: NodeProcess, name: string): Promise<string> {
  const upload = async (text: string) =>
    (await at.client.uploadMaterial({ bytes: makePdf(1, text), type: 'application/pdf' })).sha256
  const { thread } = await at.client.submitCase({
    body: {
      to: SHIYAN.code,
      item: item.taskCode,
      mode: 1,
      applicant: { type: '1', name, idType: '111', idNumber: '11010519491231002X' },
      form: { reason: '测试' },
      materials: [
        { sha256: await upload(`card ${name}`), code: 'M01', name: '身份证.pdf' },
        { sha256: await upload(`form ${name}`), code: 'M02', name: '申请表.pdf' },
      ],
    },
  })
  return thread
}

const told = (at: NodeProcess, thread: string) => at.client.getCase({ params: { thread } }).catch(() => null)
const isTold = async (at: NodeProcess, of: string) =>
  (await at.client.listReminders()).items.some(({ id }) => id.startsWith(of))

test('two processes of one city end with one truth, no case lost or doubled, and a person of both cities is told', async () => {
  await Promise.all([original.start(), copy.start()])
  const threads = (
    await Promise.all([
      ...['甲', '乙', '丙'].map(name => submit(original, `陈${name}`)),
      ...['丁', '戊', '己'].map(name => submit(copy, `王${name}`)),
    ])
  ).sort()
  await until(async () => {
    const all = await Promise.all(threads.map(thread => told(shiyan, thread)))
    return all.every(found => found !== null)
  }, 'the other city holds every case')
  await until(
    async () =>
      (await isTold(shiyan, `link:${ANKANG.code}:instances`)) &&
      (await Promise.all([original, copy].map(at => isTold(at, `link:${SHIYAN.code}:twin`)))).includes(true),
    'both cities are told',
  )
  // The administrator ends the copy and starts the original anew; what the copy signed and it does not hold comes back to it.
  await copy.stop()
  await original.stop()
  await original.start()
  const truth = await until(async () => {
    const [here, there] = await Promise.all(
      [original, shiyan].map(async at => {
        const found = await Promise.all(threads.map(thread => told(at, thread)))
        return JSON.stringify(
          found.map(entry => entry && [entry.caseNo, entry.state, entry.timeline.map(({ packet }) => packet)]),
        )
      }),
    )
    return here === there && here
  }, 'the original and the other city hold the same')
  expect(truth).not.toContain('null')
  const later = await submit(original, '陈庚')
  await until(async () => (await told(shiyan, later)) !== null, 'work goes on')
})
