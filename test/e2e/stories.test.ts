/** The stories as `npm run example:stories` plays them, and what is left of a case after its personal data were purged. */
import { spawnSync } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openStage, type Stage } from '../../examples/stories/stage.ts'
import { STORIES } from '../../examples/stories/stories.ts'
import type { SubmitCaseRequest } from '../../node/edges/client/api.generated.ts'

let root = ''
let stage: Stage

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tongban-stories-'))
  stage = await openStage(root, () => {})
})

afterAll(async () => {
  await stage?.stop()
  await rm(root, { recursive: true, force: true })
})

async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name))
}

const preview = (thread: string) => stage.ankang.administrator.previewPurge({ params: { thread } })

test('an option that the stories do not have is told in one line, without a stack', () => {
  const main = fileURLToPath(new URL('../../examples/stories/main.ts', import.meta.url))
  const run = (...args: string[]) => spawnSync(process.execPath, [main, ...args], { cwd: root, encoding: 'utf8' })
  const wrong = run('--twice')
  expect([wrong.status, wrong.stderr]).toEqual([
    2,
    expect.stringMatching(/^Unknown option '--twice'.*\nOptions 选项: .*\n$/),
  ])
  // `--once` is known: it gets as far as the name of a story.
  expect(run('--once', '--only', 'none').stderr).toMatch(/^--only: mode-0/)
})

describe('the stories', () => {
  test.each(STORIES.map(story => [story.name, story] as const))(
    '%s: closes, and its evidence verifies at both cities',
    async (_, story) => {
      stage.clock.later(1, 9)
      for (const thread of await story.play(stage)) {
        const { state, deadlines } = await stage.show(stage.ankang, thread)
        expect(state).toBe('closed')
        expect(deadlines.filter(({ level }) => !['met', 'green'].includes(level))).toEqual([])
        for (const city of [stage.ankang, stage.shiyan])
          expect(await stage.evidence(thread, city)).toMatchObject({ ok: true })
      }
    },
  )
})

describe('a purge', () => {
  let thread = ''
  let material = ''

  test('is refused while the case is open, or a packet is on its way', async () => {
    const [item] = stage.items
    if (item === undefined) throw new Error('no item')
    stage.clock.later(1, 9)
    // As the commands do, each with a key: prefill from an earlier case, pre-flight, a draft that is left over, one that is sent.
    const { clerk } = stage.ankang
    const application = await stage.application(item, 0)
    const { to, item: code, applicant, form } = application
    const filled = await clerk.prefillCase({ body: { to, item: code, applicant, form } })
    expect(filled.from).toBeTypeOf('object')
    await clerk.preflightCase({ body: application })
    await clerk.createCaseDraft({ body: { content: application } })
    const { id } = await clerk.createCaseDraft({ body: { content: application } })
    const { cases } = await clerk.submitCaseDraft({
      params: { id },
      body: {
        version: 1,
      },
    })
    thread = cases[0]?.thread ?? ''
    await stage.reached(thread, 'arrived')
    expect(await preview(thread)).toMatchObject({ purgeOn: null, purgedAt: null, problem: null })
    const purge = () => stage.ankang.administrator.purgeCase({ params: { thread }, body: { cause: 'request' } })
    await expect(purge()).rejects.toMatchObject({ problem: { code: 'case.transition' } })
    await expect(
      stage.ankang.clerk.purgeCase({ params: { thread }, body: { cause: 'request' } }),
    ).rejects.toMatchObject({
      problem: { code: 'request.forbidden' },
    })
    await stage.say(stage.shiyan, thread, 'case.accept', {})
    await stage.say(stage.shiyan, thread, 'case.decide', { outcome: 'granted' })
    await stage.say(stage.shiyan, thread, 'case.send-result', { method: 'file' })
    await stage.say(stage.shiyan, thread, 'case.close', { outcome: 'granted' })
    const held = await preview(thread)
    expect(held.purgeOn).toMatch(/^\d{4}-\d\d-\d\d$/)
    expect(held.ended).toBe(true)
    // The handling city keeps the file: no day, though the case has ended.
    expect(await stage.shiyan.administrator.previewPurge({ params: { thread } })).toMatchObject({
      purgeOn: null,
      ended: true,
    })
    expect(held.bodies).toBeGreaterThan(5)
    expect(held.materials).toBeGreaterThan(0)
    expect([held.drafts, held.search]).toEqual([1, 3])
    expect(held.projections).toBeGreaterThan(0)
  })

  test('deletes bodies and files, tells the partner, and leaves what verifies', async () => {
    const { bodies } = await stage.ankang.clerk.readCaseBodies({ params: { thread } })
    const submitted = (bodies.find(({ kind }) => kind === 'case.submit')?.body ?? {}) as SubmitCaseRequest
    material = submitted.materials[0]?.sha256 ?? ''
    const before = await stage.show(stage.ankang, thread)
    const expected = await preview(thread)
    const done = await stage.ankang.administrator.purgeCase({ params: { thread }, body: { cause: 'request' } })
    expect(done).toEqual({ bodies: expected.bodies, materials: expected.materials, drafts: 1 })
    await stage.purged(thread)
    const after = await stage.show(stage.ankang, thread)
    expect(after).toMatchObject({ state: 'closed', caseNo: before.caseNo, item: before.item })
    expect(after.timeline).toHaveLength(before.timeline.length + 1)
    const { bodies: left } = await stage.ankang.clerk.readCaseBodies({ params: { thread } })
    expect(left.filter(({ body }) => body !== null).map(({ kind }) => kind)).toEqual(['case.purge'])
    await expect(
      stage.ankang.clerk.downloadMaterial({ params: { sha256: material }, query: { thread } }),
    ).rejects.toMatchObject({
      problem: { code: 'material.missing' },
    })
    // Only what the collecting city held is gone.
    expect(
      await (await stage.shiyan.clerk.downloadMaterial({ params: { sha256: material }, query: { thread } }))
        .getReader()
        .read(),
    ).toMatchObject({
      done: false,
    })
    const again = stage.ankang.administrator.purgeCase({ params: { thread }, body: { cause: 'law' } })
    await again.catch(() => undefined)
    expect(await preview(thread)).toMatchObject({ bodies: 0, materials: 0, drafts: 0, projections: 0, search: 0 })
    // How it was decided stood in a body; the bundle of the city that keeps the file tells it.
    const own = await stage.evidence(thread)
    expect(own).toMatchObject({ ok: true, state: 'closed', outcome: null, caseNo: before.caseNo })
    expect(own.findings.map(({ problem }) => problem.detail)).not.toContain('timeline.differs')
    expect(await stage.evidence(thread, stage.shiyan)).toMatchObject({ ok: true, state: 'closed', outcome: 'granted' })
  })

  test('of what comes later follows, and the state that both hold stays the same', async () => {
    await stage.say(stage.shiyan, thread, 'case.message', { text: '另有事项请联系 13900000000' })
    expect((await preview(thread)).bodies).toBe(1)
    const [here, there] = await Promise.all([stage.ankang, stage.shiyan].map(city => stage.show(city, thread)))
    expect([here?.state, here?.timeline.length]).toEqual([there?.state, there?.timeline.length])
    stage.clock.later(33, 3)
    for (let turn = 0; turn < 400 && (await preview(thread)).bodies > 0; turn++)
      await new Promise(resolve => setTimeout(resolve, 25))
    expect((await preview(thread)).bodies).toBe(0)
    expect(await stage.evidence(thread)).toMatchObject({ ok: true })
  })

  test('leaves neither the number, the phone nor the name in any file of the city', async () => {
    // Every case of the stage has ended and its days are over.
    stage.clock.later(40, 3)
    const needles = ['11010519491231002X', '13900000000', '陈小满'].map(text => Buffer.from(text))
    const files = (await filesOf(join(root, stage.ankang.code))).filter(path => !path.includes('evidence-'))
    expect(files.length).toBeGreaterThan(3)
    for (const path of files) {
      const bytes = await readFile(path)
      for (const needle of needles) expect(bytes.includes(needle), path).toBe(false)
    }
  })
})
