/** Over 450 lines: one adapter over one fake system, packets, faults and answers case by case. */
import { mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { ProblemError } from '../../protocol/problem.ts'
import type { Adapter, Call, LocalOutcome } from '../sdk/index.ts'
import { memoryState, readAnswers, sampleMaterial, samplePacket, sampleSubmit, testContext } from '../sdk/test-kit.ts'
import type { FileDropConfigInput } from './config.ts'
import { fakeConfig, startFakeSystem } from './fake-system.ts'
import { createFileDropAdapter } from './file-drop.ts'
import { FILE_DROP_LIMITS } from './limits.ts'

type Fake = Awaited<ReturnType<typeof startFakeSystem>>
const running: Fake[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map(fake => fake.stop()))
})

type Change = (config: FileDropConfigInput) => void

async function begin(change: Change = () => {}, state = memoryState()) {
  const fake = await startFakeSystem()
  running.push(fake)
  const config = fakeConfig(fake.root)
  change(config)
  const another = () => createFileDropAdapter({ config, base: '/', secrets: {} })
  const { context: call, kept, log } = testContext({ state })
  const place = (...parts: string[]) => join(fake.root, ...parts)
  return { ...fake, adapter: another(), another, call, kept, log, place, config }
}

const codeOf = async (work: Promise<unknown> | undefined): Promise<unknown> =>
  work?.then(
    () => null,
    (error: unknown) => (error instanceof ProblemError ? error.problem : error),
  )

const outFolders = async (root: string) => (await readdir(join(root, 'out'))).filter(name => name !== '.writing')
const poll = async (adapter: Adapter, call: Call, cursor: string | null = null) => {
  const page = await adapter.poll?.(cursor, call)
  if (page === undefined) throw new Error('it polls')
  return { ...page, ...(await readAnswers(adapter, page.events, call)), ids: page.events.map(({ id }) => id ?? '') }
}
const message = (number: string, text: string) => ({ number, step: 'LY', text })
const answers = (...list: object[]) => JSON.stringify({ answers: list })

describe('a packet in a folder', () => {
  test('has its materials, its data, a manifest with the hash of each, and the marker, all at once', async () => {
    const { adapter, call, root, place } = await begin()
    const material = sampleMaterial('scan')
    const submit = sampleSubmit('whole', [material])
    expect(await adapter.deliver(submit, call)).toEqual({ ok: 'handed' })
    const [folder = ''] = await outFolders(root)
    expect((await readdir(place('out', folder))).sort()).toEqual(['READY', 'data.json', 'manifest.json', 'materials'])
    const manifest = JSON.parse(await readFile(place('out', folder, 'manifest.json'), 'utf8'))
    expect(manifest).toMatchObject({ version: 1, key: submit.idempotencyKey, kind: 'case.submit', from: '610900' })
    expect(manifest.files[0]).toMatchObject({ file: 'materials/01-m01.pdf', sha256: material.sha256, code: 'M01' })
    expect(manifest.files[1]).toMatchObject({ file: 'data.json' })
    expect(await readdir(place('out', '.writing'))).toEqual([])
  })

  test('that was taken away is not there again after a lost answer, nor after a restart', async () => {
    const { adapter, another, call, root, place } = await begin()
    const submit = sampleSubmit('taken away')
    await adapter.deliver(submit, call)
    const [folder = ''] = await outFolders(root)
    await rm(place('out', folder), { recursive: true })
    for (const again of [adapter, another()])
      expect(await again.deliver({ ...submit, attempt: 1 }, call)).toEqual({ ok: 'handed' })
    expect(await outFolders(root)).toEqual([])
  })

  test('that was whole when the node died gets its name at the next attempt, once', async () => {
    const { adapter, another, call, root, place } = await begin()
    const submit = sampleSubmit('died before the name')
    const dying: Call['state'] = {
      ...call.state,
      claim: async (key, make) => {
        const value = await call.state.claim(key, make)
        if (key.startsWith('whole ')) throw new Error('dies')
        return value
      },
    }
    expect(await adapter.deliver(submit, { ...call, state: dying })).toMatchObject({ ok: false, retryable: true })
    expect([await outFolders(root), (await readdir(place('out', '.writing'))).length]).toEqual([[], 1])
    await another().deliver({ ...submit, attempt: 1 }, call)
    expect([(await outFolders(root)).length, await readdir(place('out', '.writing'))]).toEqual([1, []])
  })

  test('two adapters over one memory hand it over once', async () => {
    const { adapter, another, call, root } = await begin()
    const submit = sampleSubmit('two at once')
    const results = await Promise.all([adapter, another(), another()].map(one => one.deliver(submit, call)))
    for (const result of results) expect(result.ok === 'handed' || (result.ok === false && result.retryable)).toBe(true)
    expect(await outFolders(root)).toHaveLength(1)
  })

  test('without the memory its own folder is found by its name, and nothing is done', async () => {
    const { adapter, call, root, place } = await begin()
    const submit = sampleSubmit('restored')
    await adapter.deliver(submit, call)
    const [folder = ''] = await outFolders(root)
    await rm(place('out', folder, 'READY'))
    expect(await adapter.deliver({ ...submit, attempt: 1 }, { ...call, state: memoryState() })).toEqual({
      ok: 'handed',
    })
    expect([await outFolders(root), (await readdir(place('out', folder))).sort()]).toEqual([
      [folder],
      ['data.json', 'manifest.json'],
    ])
  })

  test('is written anew when a person tries it again after a refusal, and not for a refusal told twice', async () => {
    const { adapter, call, root, system, work } = await begin()
    const submit = sampleSubmit('refused')
    await system.refuseNext()
    await adapter.deliver(submit, call)
    await work()
    const first = await poll(adapter, call)
    expect(first.outcomes).toMatchObject([
      { refused: submit.idempotencyKey, detail: 'error E2: the item is not handled there', theirCode: 'E2' },
    ])
    await readAnswers(adapter, first.events, call)
    await adapter.deliver({ ...submit, attempt: 1 }, call)
    const [folder = ''] = await outFolders(root)
    expect(folder).toMatch(/\.2$/)
    await work()
    const { outcomes } = await poll(adapter, call, first.cursor)
    expect(outcomes).toMatchObject([
      { taken: submit.idempotencyKey, localCaseNo: 'MJ-1' },
    ] satisfies Partial<LocalOutcome>[])
  })

  test('counts as taken at once where the other side acknowledges nothing of its kind', async () => {
    const { adapter, call, root } = await begin(({ out }) => {
      out.packets['case.remind'] = { data: { key: 'idempotencyKey' }, acknowledged: false }
    })
    expect(await adapter.deliver(samplePacket(sampleSubmit('x'), 'case.remind', 'MJ-1'), call)).toEqual({ ok: true })
    expect(await outFolders(root)).toHaveLength(1)
  })

  test('of a kind that is not mapped is parked, or left out where the configuration says so', async () => {
    const without: Change = ({ out }) => void delete out.packets['case.message']
    const packet = samplePacket(sampleSubmit('x'), 'case.message', 'MJ-1')
    const strict = await begin(without)
    expect(await strict.adapter.deliver(packet, strict.call)).toMatchObject({
      code: 'adapter.mapping',
      retryable: false,
    })
    const lax = await begin(config => {
      without(config)
      config.out.unmapped = 'ignore'
    })
    expect(await lax.adapter.deliver(packet, lax.call)).toEqual({ ok: true })
  })

  test('whose mapping fails leaves nothing behind', async () => {
    const { adapter, call, root } = await begin(({ out }) => {
      out.packets['case.submit'] = { data: { code: "$theirs('steps', body.applicant.name)" } }
    })
    expect(await adapter.deliver(sampleSubmit('unmapped'), call)).toMatchObject({
      code: 'adapter.mapping',
      retryable: false,
    })
    expect(await readdir(join(root, 'out'))).toEqual([])
  })

  test('is shown as files before it is handed over', async () => {
    const { adapter } = await begin()
    const submit = sampleSubmit('shown', [sampleMaterial('scan')])
    const planned = await adapter.plan?.(submit)
    if (planned?.ok !== true) throw new Error('it can be shown')
    expect(planned.requests.map(({ url, body }) => [url.split('/').slice(2).join('/'), body === null])).toEqual([
      ['materials/01-m01.pdf', true],
      ['data.json', false],
    ])
  })
})

describe('a place that fails', () => {
  test.each(['out', 'in', 'done'])('without its folder %s it is told by the check', async part => {
    const { adapter, call, place } = await begin()
    await rm(place(part), { recursive: true })
    expect(await adapter.check(call)).toEqual({ ok: false, detail: `${part}: the folder is not there` })
  })

  test('a share that is not mounted is not written beside, and not taken for an empty one', async () => {
    const { adapter, call, root } = await begin()
    await rename(root, `${root}.away`)
    await mkdir(root)
    const submit = sampleSubmit('not mounted')
    expect(await adapter.deliver(submit, call)).toMatchObject({ code: 'adapter.unavailable', detail: 'out: ENOENT' })
    expect(await codeOf(adapter.poll?.(null, call))).toMatchObject({ code: 'adapter.unavailable' })
    expect(await readdir(root)).toEqual([])
    await rm(root, { recursive: true })
    await rename(`${root}.away`, root)
    expect(await adapter.deliver({ ...submit, attempt: 1 }, call)).toEqual({ ok: 'handed' })
  })

  test('a disk that is full is tried again later, and leaves no part behind', async () => {
    const { adapter, call, root, place } = await begin()
    const full = sampleMaterial('full', {
      before: async () => {
        throw Object.assign(new Error('no space left'), { code: 'ENOSPC' })
      },
    })
    expect(await adapter.deliver(sampleSubmit('full', [full]), call)).toEqual({
      ok: false,
      code: 'adapter.unavailable',
      detail: 'ENOSPC',
      retryable: true,
    })
    expect([await outFolders(root), await readdir(place('out', '.writing'))]).toEqual([[], []])
  })

  test('bytes that are not those of their hash are not handed over', async () => {
    const { adapter, call, root } = await begin()
    const wrong = { ...sampleMaterial('wrong'), sha256: 'f'.repeat(64) }
    expect(await adapter.deliver(sampleSubmit('wrong', [wrong]), call)).toMatchObject({ ok: false, retryable: true })
    expect(await outFolders(root)).toEqual([])
  })

  test('a link in place of a folder leads nowhere', async () => {
    const { adapter, call, place, root } = await begin()
    await mkdir(place('..', 'elsewhere'), { recursive: true })
    const elsewhere = join(root, '..', 'elsewhere')
    for (const part of ['out', 'in']) {
      await rm(place(part), { recursive: true })
      await symlink(elsewhere, place(part))
    }
    expect(await adapter.deliver(sampleSubmit('linked'), call)).toMatchObject({ code: 'adapter.unavailable' })
    expect(await codeOf(adapter.poll?.(null, call))).toMatchObject({ code: 'adapter.unavailable' })
    expect(await readdir(elsewhere)).toEqual([])
    await rm(elsewhere, { recursive: true })
  })
})

describe('files of answers', () => {
  test('one file with many cases: each answer is judged alone, and the file is done when all are kept', async () => {
    const { adapter, call, answer, place } = await begin()
    await answer(
      answers(message('A', 'one'), { number: 'B', step: 'ZZ' }, message('C', 'three'), { key: 'x', ok: true }),
    )
    const { events, problems, ids } = await poll(adapter, call)
    expect(events.map(({ localCaseNo }) => localCaseNo)).toEqual(['A', 'C'])
    expect(problems).toHaveLength(2)
    await adapter.acknowledge?.(ids.slice(0, 3), call)
    expect(await readdir(place('in'))).toEqual(['a000001.json'])
    await adapter.acknowledge?.(ids.slice(3), call)
    expect([await readdir(place('in')), await readdir(place('done'))]).toEqual([[], ['a000001.json']])
  })

  test('a late file with an earlier name is given, and none twice', async () => {
    const { adapter, call, answer } = await begin()
    await answer(answers(message('A', 'late one')), 'm2.json')
    const first = await poll(adapter, call)
    await answer(answers(message('A', 'early name')), 'm1.json')
    const second = await poll(adapter, call, first.cursor)
    expect(second.events.map(({ move }) => (move.body as { text: string }).text)).toEqual(['early name'])
    expect((await poll(adapter, call, second.cursor)).events).toEqual([])
  })

  test('after a restart what was not acknowledged is given again under its id, and moved when it is told', async () => {
    const { adapter, another, call, answer, place } = await begin()
    await answer(answers(message('A', 'one')))
    const first = await poll(adapter, call)
    const anew = another()
    expect(await codeOf(anew.acknowledge?.(first.ids, call))).toMatchObject({ code: 'adapter.unavailable' })
    const again = await poll(anew, call, first.cursor)
    expect(again.ids).toEqual(first.ids)
    await anew.acknowledge?.(again.ids, call)
    await anew.acknowledge?.([...again.ids, 'unknown'], call)
    expect(await readdir(place('in'))).toEqual([])
  })

  test('an answer under an id of its own is the same in whatever file, and both files are done with it', async () => {
    const { adapter, call, answer, place } = await begin(config => {
      config.in.each.id = "number & '-' & text"
    })
    await answer(answers(message('A', 'one')))
    await answer(answers(message('A', 'one'), message('A', 'two')))
    const { ids } = await poll(adapter, call)
    expect(ids).toEqual(['A-one', 'A-one', 'A-two'])
    await adapter.acknowledge?.(['A-one'], call)
    expect(await readdir(place('in'))).toEqual(['a000002.json'])
    await adapter.acknowledge?.(['A-two'], call)
    expect(await readdir(place('in'))).toEqual([])
  })

  test('a file of the same name later is another one, and covers nothing of what is done', async () => {
    const { adapter, call, answer, place } = await begin()
    const texts: unknown[] = []
    for (const text of ['one', 'two', 'three']) {
      await answer(answers(message('A', text)), 'daily.json')
      const { events, ids } = await poll(adapter, call, 'daily.json')
      texts.push(...events.map(({ move }) => (move.body as { text: string }).text))
      await adapter.acknowledge?.(ids, call)
    }
    expect(texts).toEqual(['one', 'two', 'three'])
    expect(await readdir(place('done'))).toHaveLength(3)
  })

  test('one that was written over between its reading and its end stays, and is read anew', async () => {
    const { adapter, call, answer, place } = await begin()
    await answer(answers(message('A', 'one')), 'daily.json')
    const { ids, cursor } = await poll(adapter, call)
    await answer(answers(message('A', 'quite another')), 'daily.json')
    await adapter.acknowledge?.(ids, call)
    expect(await readdir(place('in'))).toEqual(['daily.json'])
    expect((await poll(adapter, call, cursor)).events).toHaveLength(1)
  })

  test('one that cannot be read goes nowhere and holds nothing up, until it is corrected or taken away', async () => {
    const { adapter, call, answer, place } = await begin()
    await answer('{"answers":[', 'bad.json')
    await answer(answers(message('A', 'good')), 'good.json')
    const { events, problems, ids, cursor } = await poll(adapter, call)
    expect([events.length, problems]).toEqual([1, [{ code: 'adapter.mapping', detail: 'in: not JSON' }]])
    await adapter.acknowledge?.(ids, call)
    expect(await readdir(place('in'))).toEqual(['bad.json'])
    expect(await adapter.check(call)).toEqual({ ok: true, detail: 'in: 1 files of answers cannot be read' })
    expect((await poll(adapter, call, cursor)).ids).toEqual([])
    const raw = (await adapter.poll?.(null, { ...call }))?.events.find(one => 'raw' in one)
    await answer(answers(message('A', 'mended')), 'bad.json')
    expect(raw !== undefined && 'raw' in raw && (await adapter.read?.(raw.raw, call))).toEqual({
      ok: true,
      event: null,
    })
    const mended = await poll(adapter, call, cursor)
    await adapter.acknowledge?.(mended.ids, call)
    expect([mended.events.length, await readdir(place('in')), await adapter.check(call)]).toEqual([1, [], { ok: true }])
  })

  test('half a file is not read: by a marker', async () => {
    const { adapter, call, place } = await begin(config => {
      config.in.ready = { marker: '.ok' }
    })
    await writeFile(place('in', 'a.json'), '{"answers":')
    const none = await poll(adapter, call)
    await writeFile(place('in', 'a.json'), answers(message('A', 'whole')))
    await writeFile(place('in', 'a.json.ok'), '')
    const { events, ids } = await poll(adapter, call, none.cursor)
    expect([none.ids, events.length]).toEqual([[], 1])
    await adapter.acknowledge?.(ids, call)
    expect([await readdir(place('in')), (await readdir(place('done'))).sort()]).toEqual([[], ['a.json', 'a.json.ok']])
  })

  test('half a file is not read: by its size and time, which stayed the same for so long', async () => {
    const { adapter, call, place } = await begin(config => {
      config.in.ready = { seconds: 5 }
    })
    let now = call.now()
    const at: Call = { ...call, now: () => now }
    const given = async () => (await poll(adapter, at)).events.length
    await writeFile(place('in', 'a.json'), '{"answers":')
    expect(await given()).toBe(0)
    now += 4_999
    await writeFile(place('in', 'a.json'), answers(message('A', 'whole')))
    expect(await given()).toBe(0)
    now += 4_999
    expect(await given()).toBe(0)
    now += 1
    expect(await given()).toBe(1)
  })

  test('names and links that could lead elsewhere are passed over, and told', async () => {
    const { adapter, call, place, root } = await begin()
    await writeFile(join(root, 'secret.json'), answers(message('A', 'secret')))
    await symlink(join(root, 'secret.json'), place('in', 'link.json'))
    await mkdir(place('in', 'folder.json'))
    for (const name of ['.hidden.json', ' a.json', 'con.json', 'a:b.json', 'other.txt'])
      await writeFile(place('in', name), answers(message('A', 'odd')))
    await writeFile(place('in', 'UPPER.JSON'), answers(message('A', 'upper')))
    await writeFile(place('in', 'upper.json'), answers(message('A', 'lower')))
    const { events } = await poll(adapter, call)
    expect(events.map(({ move }) => (move.body as { text: string }).text)).toEqual(['upper', 'lower'])
    expect(await adapter.check(call)).toMatchObject({ ok: true, detail: expect.stringContaining('6 files have names') })
  })

  test('files that an answer names stay below its folder; one that is late is waited for', async () => {
    const { adapter, call, kept, place, root, answer } = await begin()
    await mkdir(place('in', 'files'))
    await writeFile(join(root, 'secret.pdf'), 'secret')
    await symlink(join(root, 'secret.pdf'), place('in', 'files', 'link.pdf'))
    await symlink(root, place('in', 'up'))
    for (const [index, file] of ['../secret.pdf', '/etc/passwd', 'files/link.pdf', 'up/secret.pdf', 'files'].entries())
      await answer(answers({ ...message(`N${index}`, 'x'), files: [file] }))
    const { events, problems } = await poll(adapter, call)
    expect([events, problems.length, kept.size]).toEqual([[], 5, 0])
    await answer(answers({ ...message('LATE', 'x'), files: ['files/late.pdf'] }))
    const page = await adapter.poll?.('a000005.json', call)
    const raw = page?.events[0]
    const read = () => (raw !== undefined && 'raw' in raw ? adapter.read?.(raw.raw, call) : undefined)
    expect(await codeOf(read())).toMatchObject({ code: 'adapter.unavailable', detail: 'in.files: not there yet' })
    await writeFile(place('in', 'files', 'late.pdf'), 'late')
    expect(await read()).toMatchObject({ ok: true, event: { localCaseNo: 'LATE' } })
  })

  test('a file of the size of the limit is read, a larger one is told', async () => {
    const { adapter, call, answer } = await begin(config => {
      config.in.list = 'answers'
    })
    const whole = answers(message('A', 'x'))
    await answer(whole.padEnd(FILE_DROP_LIMITS.file), 'n.json')
    await answer(whole.padEnd(FILE_DROP_LIMITS.file + 1), 'n1.json')
    const { events, problems } = await poll(adapter, call)
    expect([events.length, problems]).toEqual([
      1,
      [{ code: 'adapter.mapping', detail: `in: a file of more than ${FILE_DROP_LIMITS.file} bytes` }],
    ])
  })

  test('a page ends with the files that it may hold; the next one goes on', async () => {
    const { adapter, call, answer } = await begin()
    for (let n = 0; n <= FILE_DROP_LIMITS.pageFiles; n++) await answer(answers(message('A', String(n))))
    const first = await adapter.poll?.(null, call)
    const second = await adapter.poll?.(first?.cursor ?? null, call)
    expect([first?.events.length, second?.events.length]).toEqual([FILE_DROP_LIMITS.pageFiles, 1])
  })

  test('one without a word for the node is done at once', async () => {
    const { adapter, call, answer, place } = await begin()
    await answer(answers({ number: 'A' }))
    expect((await poll(adapter, call)).ids).toEqual([])
    expect([await readdir(place('in')), await readdir(place('done'))]).toEqual([[], ['a000001.json']])
  })

  test('one that cannot be moved is told of again, and given once', async () => {
    const { adapter, call, answer, place } = await begin()
    await answer(answers(message('A', 'one')))
    const { ids, cursor } = await poll(adapter, call)
    await rename(place('done'), place('gone'))
    expect(await codeOf(adapter.acknowledge?.(ids, call))).toMatchObject({ code: 'adapter.unavailable' })
    expect((await poll(adapter, call, cursor)).ids).toEqual([])
    await rename(place('gone'), place('done'))
    await adapter.acknowledge?.(ids, call)
    expect(await readdir(place('in'))).toEqual([])
  })
})

describe('a configuration', () => {
  const problemOf = (change: (config: FileDropConfigInput) => void, secrets: Record<string, string> = {}) => {
    const config = fakeConfig('/srv/exchange')
    change(config)
    try {
      createFileDropAdapter({ config, base: '/', secrets })
      return null
    } catch (error) {
      return error instanceof ProblemError ? error.problem.detail : String(error)
    }
  }
  const hostKeys = [`SHA256:${'A'.repeat(43)}`]

  test('that is right makes an adapter', () => {
    expect(problemOf(() => {})).toBeNull()
  })

  test.each<[string, Change]>([
    ['folder, sftp: one of them is needed', config => void delete config.folder],
    ['out.packets.case.submit: is needed', ({ out }) => void delete out.packets['case.submit']],
    ['in.done: another folder than in.folder', config => void Object.assign(config.in, { folder: 'X', done: 'x' })],
    ['in.each.packet, in.each.taken: the one needs the other', config => void delete config.in.each.taken],
    [
      'in.each.kind: there is no dictionary nowhere',
      config => void Object.assign(config.in.each, { kind: "$ours('nowhere', x)" }),
    ],
    [
      'sftp.privateKey: the secret key is missing',
      config => {
        delete config.folder
        config.sftp = { host: 'h', user: 'u', privateKey: 'key', hostKeys }
      },
    ],
    [
      'sftp.password, sftp.privateKey: one of them is needed',
      config => {
        delete config.folder
        config.sftp = { host: 'h', user: 'u', hostKeys }
      },
    ],
    ['out.folder: one name, without slashes, not hidden', ({ out }) => void Object.assign(out, { folder: '../out' })],
  ])('that is wrong is told: %s', (detail, change) => {
    expect(problemOf(change)).toContain(detail)
  })

  test('without a pinned host key is none', () => {
    expect(
      problemOf(config => {
        delete config.folder
        config.sftp = { host: 'h', user: 'u', password: 'p', hostKeys: [] }
      }),
    ).toContain('sftp.hostKeys')
  })
})
