/**
 * Kill -9 of a node after it committed an answer of the approval system and before it told the system so: the system gives the answer
 * again, the node signs nothing twice, and tells it this time. The acknowledgement of a real adapter is held until the node is dead.
 */
import { Database } from 'bun:sqlite'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { fakeConfig, startFakeSystem } from '../../adapters/file-drop/fake-system.ts'
import { SQLITE_TABLES, testConfig } from '../../adapters/front-table/test-system.ts'
import { type KillCities, restart, startKillCities } from '../support/kill-cities.ts'
import { SHIYAN } from '../support/node-folder.ts'
import { until } from '../support/pair-cities.ts'

const SECONDS = 900_000
/** Each wait, however slow the machine. ms */
const PATIENCE = 120_000

type System = {
  /** expression that makes the adapter, of `config`, `folder` and `secrets` */
  make: string
  config: unknown
  /** does what was handed to it */
  work(): Promise<void>
  /** says the step on the case, as one answer that is to be acknowledged */
  say(number: string, step: 'SL' | 'LY'): Promise<void>
  /** how many of its answers nobody acknowledged */
  unread(): Promise<number>
  stop(): Promise<void>
}

const urlOf = (path: string): string => new URL(`../../adapters/${path}`, import.meta.url).href

async function files(): Promise<System> {
  const { root, answer, work, stop } = await startFakeSystem()
  return {
    make: `(await import('${urlOf('file-drop/file-drop.ts')}')).createFileDropAdapter({ config, base: folder, secrets })`,
    config: fakeConfig(root),
    work,
    say: async (number, step) => {
      const said = step === 'SL' ? { no: 'SL-1' } : { text: '请等候' }
      await answer(JSON.stringify({ answers: [{ number, step, ...said }] }))
    },
    unread: async () => (await readdir(join(root, 'in'))).filter(name => name.endsWith('.json')).length,
    stop,
  }
}

async function tables(folder: string): Promise<System> {
  const file = join(folder, 'exchange.sqlite')
  const database = new Database(file, { create: true, strict: true })
  database.run('PRAGMA journal_mode = WAL')
  database.run('PRAGMA busy_timeout = 60000')
  for (const sql of SQLITE_TABLES) database.run(sql)
  const config = testConfig({ dialect: 'sqlite', file })
  const [events] = config.events ?? []
  const by = { flag: { column: 'flag', unread: '0', read: '1' }, order: ['id'] }
  return {
    make: `(await import('${urlOf('front-table/front-table.ts')}')).createFrontTableAdapter({ config, folder, secrets })`,
    config: { ...config, events: [{ ...events, by }] },
    work: async () => {},
    say: async (number, step) => {
      database.run("INSERT INTO answers (lsh, step, good, words, flag) VALUES (?, ?, '', '请等候', '0')", [
        number,
        step === 'SL' ? 'SL' : 'XX',
      ])
    },
    unread: async () =>
      Number(database.query<{ n: number }, []>("SELECT count(*) AS n FROM answers WHERE flag = '0'").get()?.n),
    stop: async () => database.close(),
  }
}

let cities: KillCities | undefined
let system: System | undefined
afterEach(async () => {
  await cities?.stop()
  await system?.stop()
  cities = undefined
  system = undefined
})

/** In the folder of the node: the adapter, whose acknowledgement says that it was asked for and never returns while there is a file `hold`. */
const held = (make: string) => `
  import { existsSync, writeFileSync } from 'node:fs'
  import { join } from 'node:path'
  export async function createAdapter({ config, folder, secrets }) {
    const adapter = await ${make}
    return {
      ...adapter,
      async acknowledge(ids, call) {
        if (existsSync(join(folder, 'hold'))) {
          writeFileSync(join(folder, 'reached'), '')
          await new Promise(() => {})
        }
        await adapter.acknowledge(ids, call)
      },
    }
  }
`

test.each([
  ['file-drop', files],
  ['front-table', tables],
] as const)(
  '%s: an answer that was committed and not acknowledged is signed once',
  { timeout: SECONDS },
  async (name, begin) => {
    const started = await startKillCities()
    cities = started
    const { ankang, shiyan, items } = started
    const { folder, configPath } = shiyan.folder
    await mkdir(join(folder, 'exchange'))
    const given = await begin(join(folder, 'exchange'))
    system = given
    await shiyan.stop()
    await writeFile(join(folder, 'held.js'), held(given.make))
    const written = JSON.parse(await readFile(configPath, 'utf8')) as object
    const adapter = { kind: 'module', name, path: 'held.js', options: given.config }
    await writeFile(configPath, JSON.stringify({ ...written, adapter }))
    await shiyan.start()

    const item = items.find(({ modes, serverType }) => modes.includes(0) && serverType.includes('1'))
    const upload = async (text: string) =>
      (await ankang.client.uploadMaterial({ bytes: `%PDF-1.4 ${text}`, type: 'application/pdf' })).sha256
    const { thread } = await ankang.client.submitCase({
      body: {
        to: SHIYAN.code,
        item: item?.taskCode ?? '',
        mode: 0,
        caseNo: 'kill-1',
        form: { reason: '测试' },
        applicant: { type: '1', name: '陈小满', idType: '111', idNumber: '11010519491231002X' },
        materials: [
          { sha256: await upload('card'), code: 'M01', name: '身份证.pdf' },
          { sha256: await upload('form'), code: 'M02', name: '申请表.pdf' },
        ],
      },
    })
    const at = async (city: typeof ankang) => city.client.getCase({ params: { thread } }).catch(() => null)
    const number = await until(
      async () => {
        await given.work()
        return (await at(shiyan))?.localCaseNo ?? false
      },
      'the case is in the system',
      PATIENCE,
    )
    await until(async () => (await given.unread()) === 0, 'what was said before is acknowledged', PATIENCE)

    await writeFile(join(folder, 'hold'), '')
    await given.say(number, 'SL')
    await until(async () => (await readdir(folder)).includes('reached'), 'the node acknowledges', PATIENCE)
    expect((await at(shiyan))?.state).toBe('accepted')
    expect(await given.unread()).toBe(1)
    await rm(join(folder, 'hold'))
    await restart(shiyan)
    await until(async () => (await given.unread()) === 0, 'it is acknowledged at last', PATIENCE)

    await given.say(number, 'LY')
    for (const city of [ankang, shiyan]) {
      const told = await until(
        async () => {
          const found = await at(city)
          return found?.timeline.some(({ kind }) => kind === 'case.message') && found
        },
        'the next answer',
        PATIENCE,
      )
      expect(told.timeline.map(({ kind }) => kind)).toEqual([
        'case.submit',
        'case.arrived',
        'case.accept',
        'case.message',
      ])
    }
    expect((await shiyan.client.listParked({})).items).toEqual([])
  },
)
