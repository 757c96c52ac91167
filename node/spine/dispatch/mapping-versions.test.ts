import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Adapter, Delivery, OpenCase } from '../../../adapters/sdk/port.ts'
import { sampleSubmit } from '../../../adapters/sdk/test-kit.ts'
import { PlayApproval } from '../../../test/support/play-approval.ts'
import { createWorld } from '../../../test/support/world.ts'
import { agree, submitCase } from '../../../test/support/world-case.ts'
import { parseConfig } from '../../kernel/config/config.ts'
import { pickAdapter } from './part.ts'

describe('versions of a mapping in files', () => {
  let folder = ''
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tongban-versions-'))
    await writeFile(join(folder, 'token'), 'secret\n', { mode: 0o600 })
    const text = await readFile(new URL('../../../adapters/template/mapping.json', import.meta.url), 'utf8')
    await writeFile(join(folder, 'new.json'), text)
    await writeFile(join(folder, 'old.json'), text.replace('"path": "/cases",', '"path": "/old/cases",'))
    await writeFile(join(folder, 'wrong.json'), text.replace('"body.form"', '"body.form["'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  const load = (...before: { mapping: string; until: string }[]) => {
    const city = { code: '420300', name: '十堰市', authority: '十堰市行政审批局' }
    const secrets = { token: { file: 'token' } }
    return pickAdapter(parseConfig({ city, adapter: { kind: 'rest', mapping: 'new.json', before, secrets } }, folder))
  }

  test('a case that began before goes on by the earlier one', async () => {
    const until = '2026-12-01T00:00:00+08:00'
    const adapter = await load({ mapping: 'old.json', until })
    const pathAt = async (submittedAt: number) => {
      const planned = await adapter.plan?.({ ...sampleSubmit('v'), submittedAt })
      return planned?.ok === true ? planned.requests.map(({ url }) => new URL(url).pathname) : planned
    }
    expect(await pathAt(Date.parse(until) - 1)).toEqual(['/old/cases'])
    expect(await pathAt(Date.parse(until))).toEqual(['/cases'])
  })

  test('a fault of an earlier one is told with its place, and a file that is gone with its path', async () => {
    const until = '2026-12-01T00:00:00+08:00'
    await expect(load({ mapping: 'wrong.json', until })).rejects.toMatchObject({
      problem: { code: 'config.invalid', detail: expect.stringMatching(/^adapter\.before\.0: register\.body\.form: /) },
    })
    await expect(load({ mapping: 'old.json', until }, { mapping: 'gone.json', until })).rejects.toMatchObject({
      problem: { code: 'config.invalid', detail: expect.stringMatching(/^adapter\.before\.1\.mapping: .*gone\.json/) },
    })
    await expect(load({ mapping: 'old.json', until }, { mapping: 'old.json', until })).rejects.toMatchObject({
      problem: { code: 'config.invalid', detail: expect.stringMatching(/^adapter\.before: /) },
    })
  })

  test('20 earlier versions are taken, and one more is not', async () => {
    const before = Array.from({ length: 21 }, (_, day) => ({
      mapping: 'old.json',
      until: `2026-11-${String(day + 1).padStart(2, '0')}T00:00:00+08:00`,
    }))
    expect((await load(...before.slice(0, 20))).kind).toBe('rest')
    expect(() => load(...before)).toThrow(
      expect.objectContaining({ problem: expect.objectContaining({ code: 'config.invalid' }) }),
    )
  })
})

describe('a node', () => {
  const S = '420300'
  let world: Awaited<ReturnType<typeof createWorld>> | undefined
  afterEach(() => world?.stop())

  test('says with each packet, question and answer when the case was submitted', async () => {
    const delivered: (number | undefined)[] = []
    const asked: (number | undefined)[] = []
    const read: (number | null | undefined)[] = []
    const adapter = (): Adapter => {
      const { poll, ...rest } = new PlayApproval().adapter()
      return {
        ...rest,
        async deliver({ submittedAt }: Delivery) {
          delivered.push(submittedAt)
          return { ok: true, localCaseNo: 'L1' }
        },
        async pollCase({ submittedAt, localCaseNo }: OpenCase, memory) {
          asked.push(submittedAt)
          return { events: memory === null ? [{ id: 'A1', localCaseNo, raw: '{}' }] : [], memory: 'asked' }
        },
        async read(_, { submittedAt }) {
          read.push(await submittedAt?.())
          return { ok: true, event: null }
        },
      }
    }
    const w = await createWorld({ adapter: code => (code === S ? adapter() : new PlayApproval().adapter()) })
    world = w
    const agreement = await agree(w)
    const at = Math.floor(w.clock.now() / 1000) * 1000
    const thread = await submitCase(w, agreement, { caseNo: 'AK-1' })
    await w.settle()
    w.clock.advance(60_000)
    await w.city('610900').cases.step(thread, 'case.remind', { text: '请尽快办理' }, 'person:1')
    await w.settle()
    w.clock.advance(1000)
    await w.settle()
    expect(delivered).toEqual([at, at])
    expect(new Set(asked)).toEqual(new Set([at]))
    expect(read).toEqual([at])
  })
})
