/**
 * Kill -9 of the node, and of the program that is its adapter, while cases go on: each packet has one effect in the approval system, no
 * answer is lost, and none is signed twice. The program is the example in Python; without python3 this proves nothing, and says so.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hasPython, PythonAdapter } from '../../examples/remote-adapter/stage.ts'
import { diceOf, SEED, tellsWhere } from '../support/chance.ts'
import { expectSameStores, itemOf, type KillCities, restart, startKillCities } from '../support/kill-cities.ts'
import { SHIYAN } from '../support/node-folder.ts'
import { freePort } from '../support/node-process.ts'
import { until } from '../support/pair-cities.ts'

const SECONDS = 480_000
const CASES_BETWEEN = 2
const KILLS = 10
let cities: KillCities
let program: PythonAdapter

describe.skipIf(!hasPython())('kill -9 of a node whose adapter is a program of its own, and of the program', () => {
  beforeAll(async () => {
    const port = await freePort()
    cities = await startKillCities({ shiyan: { http: { port }, adapter: { kind: 'remote', name: 'spxt' } } })
    const { shiyan, approval } = cities
    const { token } = await shiyan.client.createPerson({ body: { name: '审批前置', roles: ['adapter'] } })
    program = new PythonAdapter({
      node: `http://127.0.0.1:${port}`,
      token,
      system: approval.url,
      systemToken: approval.secrets.approvalToken ?? '',
      more: ['--wait', '5', '--pause', '0.1'],
    })
    await program.start()
  }, SECONDS)
  afterAll(async () => {
    await program?.stop()
    await cities?.stop()
  }, 60_000)

  test('each effect is there once, and each case ends in both cities', { timeout: SECONDS }, async () => {
    const { ankang, shiyan, approval, items } = cities
    const { taskCode } = itemOf(items)
    const upload = async (text: string) =>
      (
        await ankang.client.uploadMaterial({
          bytes: `%PDF-1.4 ${text} ${'x'.repeat(100_000)}`,
          type: 'application/pdf',
        })
      ).sha256
    const threads: string[] = []
    const dice = diceOf(SEED)
    const instants: string[] = []
    tellsWhere(() => `${threads.length} cases; killed after ${instants.join(', ')}`)
    const submit = async (n: number) => {
      const materials = [
        { sha256: await upload(`card ${n}`), code: 'M01', name: '身份证.pdf' },
        { sha256: await upload(`form ${n}`), code: 'M02', name: '申请表.pdf' },
      ]
      const applicant = { type: '1', name: '陈小满', idType: '111', idNumber: '11010519491231002X' } as const
      const given = {
        to: SHIYAN.code,
        item: taskCode,
        mode: 1,
        caseNo: `lease-${n}`,
        form: { reason: '测试' },
      } as const
      threads.push((await ankang.client.submitCase({ body: { ...given, applicant, materials } })).thread)
    }
    for (let kill = 1; kill <= KILLS; kill++) {
      for (let n = 0; n < CASES_BETWEEN; n++) await submit(kill * CASES_BETWEEN + n)
      const wait = 20 + dice.upTo(1180)
      await new Promise(resolve => setTimeout(resolve, wait))
      const node = dice.one([true, false])
      instants.push(`${wait} ms ${node ? 'Shiyan' : 'the program'}`)
      if (node) await restart(shiyan)
      else {
        await program.kill()
        await program.start()
      }
    }
    for (const thread of threads)
      for (const city of [ankang, shiyan])
        await until(
          async () => (await city.client.getCase({ params: { thread } }).catch(() => null))?.state === 'closed',
          `${thread} closes`,
          180_000,
        )
    const { byKey } = await approval.stats()
    const effects = Object.values(byKey)
    expect(effects.filter(({ operation }) => operation === 'register')).toHaveLength(KILLS * CASES_BETWEEN)
    expect(effects.filter(({ effects: had }) => had !== 1)).toEqual([])
    expect(await shiyan.client.checkApprovalSystem()).toMatchObject({ kind: 'remote', name: 'spxt', ok: true })
    await expectSameStores(cities)
  })
})
