import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { isSteady, Load } from './load.ts'
import { markdownOf, performanceMarkdown } from './markdown.ts'
import { type Findings, figure, nonsense, reportOf, source } from './report.ts'

const found = (figures: Findings['groups'][string]['figures']): Findings => ({
  title: 'Bench',
  rounds: 3,
  settings: { seconds: 3 },
  table: 'rows',
  groups: { real: { title: 'the real one', figures } },
  notes: ['how it was measured'],
})
const of = (values: number[], options?: Parameters<typeof figure>[3]): Findings =>
  found({ speed: figure('speed', '/s', values, options) })

test.each([
  ['no number', of([1, Number.NaN, 2])],
  ['no value', of([])],
  ['without end', of([1, Number.POSITIVE_INFINITY])],
  ['nothing', of([0])],
  ['nothing in one round', of([0, 5, 6])],
  ['below nothing', of([-1])],
  ['below what it may be', of([-1], { least: 0 })],
])('a figure that is %s is nonsense', (_, findings) => {
  expect(nonsense(findings)).toEqual([expect.stringContaining('real.speed')])
  expect(() => reportOf('bench', findings, new Date(0))).toThrow('bench found nonsense: real.speed')
})

test('a report without groups, figures or rounds is nonsense; one with figures, and a 0 that may be, is not', () => {
  expect(nonsense({ ...of([1]), groups: {} })).toEqual(['no groups'])
  expect(nonsense(found({}))).toEqual(['real: no figures'])
  expect(nonsense({ ...of([1]), rounds: 0 })).toEqual(['0 rounds'])
  expect(nonsense(of([1, 2, 3]))).toEqual([])
  expect(nonsense(of([0], { least: 0 }))).toEqual([])
})

test('a figure is the median of its rounds with the lowest and the highest, and says whether its aim is met', () => {
  const { median, spread, aim, met } = figure('speed', '/s', [5, 1, 3], { aim: ['≥', 3] })
  expect([median, spread, aim, met]).toEqual([3, [1, 5], '≥ 3', true])
  expect(figure('speed', '/s', [2.9], { aim: ['≥', 3] }).met).toBe(false)
  expect([figure('time', 'ms', [3], { aim: ['≤', 3] }).met, figure('time', 'ms', [3], { aim: ['<', 3] }).met]).toEqual([
    true,
    false,
  ])
})

test('the report in Markdown says commit, machine, rounds, medians, spread, and which aims are not met', () => {
  const report = { ...reportOf('bench', of([5, 1, 3], { aim: ['≥', 4] }), new Date(0)), commit: 'abc', changed: true }
  const text = performanceMarkdown([report])
  for (const part of [
    'commit abc with changes',
    '3 rounds',
    'seconds 3',
    '| the real one | 3 (1–5) | speed ≥ 4: **not met** |',
    '- Bench, the real one: speed, /s 3 (1–5), aim ≥ 4',
    '1970-01-01T00:00:00.000Z',
    'how it was measured',
  ])
    expect(text).toContain(part)
  expect(markdownOf({ ...report, table: 'columns' })).toContain('| speed, /s | 3 (1–5) | ≥ 4: **not met** |')
})

test('a contender that makes no progress fails', async () => {
  const silent = new Load(async () => {}, 50)
  await expect(silent.full({ seconds: 0.01, warmUp: 0, window: 4 })).rejects.toThrow('no packet was done')
  await expect(new Load(async () => {}, 50).paced({ rate: 100, seconds: 0.01 })).rejects.toThrow('without a receipt')
  const refused = new Load(() => Promise.reject(new Error('refused')), 50)
  await expect(refused.full({ seconds: 0.01, warmUp: 0, window: 4 })).rejects.toThrow('refused')
  const warm = { span: 0.01, within: 0.05, most: 0.03, window: 4 }
  await expect(new Load(async () => {}, 50).warm(warm)).rejects.toThrow('no packet was done')
  await expect(new Load(() => Promise.reject(new Error('refused')), 50).warm(warm)).rejects.toThrow('refused')
})

test.each([
  [[95, 100, 105], true],
  [[94, 100, 106], false],
  [[10, 95, 100, 105], true],
  [[100, 100], false],
  [[0, 0, 0], false],
])('a warm-up ends with three rates in a row within their share: %j %s', (rates, steady) => {
  expect(isSteady(rates, 0.05)).toBe(steady)
})

test('a contender that never becomes steady is warm after the longest time', async () => {
  let pause = 1
  const load: Load = new Load(async no => {
    pause *= 1.5
    await new Promise(resolve => setTimeout(resolve, pause))
    load.done([no])
  })
  const { seconds, packets } = await load.warm({ span: 0.02, within: 0, most: 0.1, window: 1 })
  expect(seconds).toBeGreaterThanOrEqual(0.1)
  expect(packets).toBeGreaterThan(0)
})

test('a contender that is slow at first is measured until something is done', async () => {
  let first = true
  const load: Load = new Load(async no => {
    const ms = first ? 60 : 1
    first = false
    await new Promise(resolve => setTimeout(resolve, ms))
    load.done([no])
  })
  const { packetsPerSecond, packets } = await load.full({ seconds: 0.01, warmUp: 0, window: 1 })
  expect(packetsPerSecond).toBeGreaterThan(0)
  expect(packets).toBeGreaterThan(0)
})

const git = (folder: string, ...args: string[]): string =>
  execFileSync('git', ['-c', 'user.name=test', '-c', 'user.email=test@example.invalid', ...args], {
    cwd: folder,
    encoding: 'utf8',
  }).trim()
const hasGit = (() => {
  try {
    git('.', '--version')
    return true
  } catch {
    return false
  }
})()

test.skipIf(!hasGit)('a report names the commit, and knows whether files differ from it, itself left out', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tongban-source-'))
  try {
    expect(source(folder)).toEqual({ commit: null, changed: true })
    git(folder, 'init', '-q')
    await writeFile(join(folder, 'a'), 'a')
    git(folder, 'add', '.')
    git(folder, 'commit', '-q', '-m', 'a')
    const commit = git(folder, 'rev-parse', 'HEAD')
    expect(source(folder)).toEqual({ commit, changed: false })
    await Bun.write(join(folder, 'docs/reports/performance.md'), 'report')
    expect(source(folder)).toEqual({ commit, changed: false })
    await writeFile(join(folder, 'b'), 'b')
    expect(source(folder)).toEqual({ commit, changed: true })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
