/**
 * Fixtures of stores: the folders of two cities as a program left them, with cases in every state, and what that program said of
 * them. Made by the program itself (`test/make-store.ts`), opened by every later one (`test/stores`).
 */
import { Database } from 'bun:sqlite'
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib'
import type { Stage } from '../../examples/stories/stage.ts'
import type { Story } from '../../examples/stories/stories.ts'

/** What a city said of a case. */
type Said = {
  thread: string
  state: string
  outcome: string | null
  caseNo: string
  localCaseNo: string | null
  kinds: string[]
}
export type StoreFixture = {
  /** clock of the nodes when they stopped, ms */
  at: number
  cities: { code: string; said: Said[] }[]
  /** relative path → bytes in base64 */
  files: Record<string, string>
}

const FOLDER = new URL('../fixtures/stores/', import.meta.url)
const STORE = 'tongban.db'

export const fixtureNames = async (): Promise<string[]> =>
  (await readdir(FOLDER)).filter(name => name.endsWith('.br')).map(name => name.slice(0, -3))

export async function readFixture(name: string): Promise<StoreFixture> {
  const bytes = brotliDecompressSync(await readFile(new URL(`${name}.br`, FOLDER)))
  return JSON.parse(bytes.toString('utf8')) as StoreFixture
}

export async function writeFixture(name: string, fixture: StoreFixture): Promise<number> {
  const text = Buffer.from(JSON.stringify(fixture))
  const packed = brotliCompressSync(text, {
    params: { [constants.BROTLI_PARAM_LGWIN]: 24, [constants.BROTLI_PARAM_SIZE_HINT]: text.byteLength },
  })
  await mkdir(FOLDER, { recursive: true })
  await writeFile(new URL(`${name}.br`, FOLDER), packed)
  return packed.byteLength
}

export async function unpack({ files }: StoreFixture, folder: string): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true, mode: 0o700 })
    await writeFile(join(folder, path), Buffer.from(text, 'base64'), { mode: 0o600 })
  }
}

/** Every file of the cities; stores as one file without free pages. */
async function pack(folder: string, codes: readonly string[]): Promise<Record<string, string>> {
  const files: Record<string, string> = {}
  for (const code of codes)
    for (const path of await readdir(join(folder, code), { recursive: true })) {
      const name = join(code, path)
      const from = join(folder, code, path)
      if (!(await stat(from)).isFile() || /-wal$|-shm$|\.lock$|tongban\.pid$/.test(path)) continue
      if (!path.endsWith(STORE)) {
        files[name] = (await readFile(from)).toString('base64')
        continue
      }
      const whole = join(folder, `${code}.db`)
      await rm(whole, { force: true })
      const db = new Database(from, { readwrite: true })
      db.run('VACUUM INTO ?', [whole])
      db.close()
      files[name] = (await readFile(whole)).toString('base64')
    }
  return files
}

/** Leads cases into every state, with the steps that each program since the first fixture knows, and stops both nodes. */
export async function playFixture(folder: string, stage: Stage, stories: readonly Story[]): Promise<StoreFixture> {
  const { ankang, shiyan, clock, say } = stage
  const threads: string[] = []
  const item = (place: number) => {
    const found = stage.items[place]
    if (found === undefined) throw new Error('the example items are gone')
    return found
  }
  for (const { name, play } of stories) {
    if (name !== 'whole-life' && name !== 'mode-0' && name !== 'mode-2') continue
    clock.later(1, 9)
    threads.push(...(await play(stage)))
  }
  clock.later(1, 9)
  const begin = async (place: number, mode: 0 | 1) => {
    const thread = await stage.submit(item(place), mode, mode === 1 ? { delivery: { method: 'collecting' } } : {})
    await stage.reached(thread, 'arrived')
    threads.push(thread)
    return thread
  }
  const day = (days: number) => new Date(clock.now() + days * 86_400_000).toISOString().slice(0, 10)
  await begin(0, 0)
  await say(shiyan, await begin(1, 1), 'case.precheck', { opinion: '扫描件符合要求，请寄原件' })
  await say(shiyan, await begin(5, 0), 'case.request-supplement', {
    notice: '申请表缺签名；其他材料符合要求。',
    deadline: day(10),
    materials: [{ code: 'M02', reason: '申请表未签名' }],
  })
  await say(shiyan, await begin(0, 0), 'case.refuse', {
    reason: '申请事项依法不需要取得行政许可',
    basis: '《中华人民共和国行政许可法》第三十二条',
  })
  const [accepted, paused, decided, sending, asked, voided] = await Promise.all(
    [0, 5, 0, 0, 5, 0].map(place => begin(place, 0)),
  )
  const accept = async (thread: string | undefined) => {
    if (thread === undefined) throw new Error('no case')
    await say(shiyan, thread, 'case.accept', {})
    return thread
  }
  await accept(accepted)
  await say(shiyan, await accept(paused), 'case.pause', { procedure: 'hearing', reason: '利害关系人申请听证' })
  for (const thread of [decided, sending]) {
    await say(shiyan, await accept(thread), 'case.decide', { outcome: 'granted', documentNo: '十审准字第 1002 号' })
  }
  await say(shiyan, sending ?? '', 'case.send-result', { method: 'file' })
  await say(ankang, await accept(asked), 'case.remind', { text: '申请人下月需用，请尽快办理' })
  await say(ankang, voided ?? '', 'case.withdraw', { reason: '申请人不再需要' })
  await say(shiyan, voided ?? '', 'case.close', { outcome: 'withdrawn' })
  // One that its partner has not heard of.
  await shiyan.node.stop()
  threads.push(await stage.submit(item(0), 0))
  const at = clock.now()
  const saidBy = async (city: typeof ankang, known: readonly string[]): Promise<Said[]> => {
    const said: Said[] = []
    for (const thread of known) {
      const told = await stage.show(city, thread)
      const { state, outcome, caseNo, localCaseNo, timeline } = told
      said.push({ thread, state, outcome, caseNo, localCaseNo, kinds: timeline.map(({ kind }) => kind) })
    }
    return said
  }
  const here = await saidBy(ankang, threads)
  await ankang.node.stop()
  const codes = [ankang.code, shiyan.code]
  return {
    at,
    // Shiyan holds the same packets but the last case.
    cities: [
      { code: ankang.code, said: here },
      { code: shiyan.code, said: here.slice(0, -1) },
    ],
    files: await pack(folder, codes),
  }
}
