/** The manuals against the program: their commands and options exist, both languages name the same ones, the sample item holds. */
import { readdir, readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { describe, expect, test } from 'vitest'
import { createProgram } from '../node/edges/cli/program.ts'
import { ServiceItem } from '../protocol/service/item.ts'
import { lintItem } from '../protocol/service/lint.ts'

const read = (name: string): Promise<string> => readFile(new URL(`../docs/${name}`, import.meta.url), 'utf8')
const blocks = (text: string, language: string): string[] =>
  [...text.matchAll(new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``, 'g'))].map(([, block = '']) => block)

/** Commands of the shell blocks as `agreement sign --yes`; throws on one that the program does not know. */
function commandsOf(text: string): string[] {
  const lines = blocks(text, 'sh').flatMap(block => block.replaceAll('\\\n', ' ').split('\n'))
  return lines.flatMap(line => {
    const words = /^(?:npx )?tongban (.*)$/.exec(line.replace(/\s#.*$/, ''))?.[1]?.split(/\s+/)
    if (words === undefined) return []
    let command: Command = createProgram({ start: async () => {}, serve: async () => {} })
    const path: string[] = []
    for (const word of words) {
      const next = command.commands.find(entry => entry.name() === word)
      if (next === undefined) break
      command = next
      path.push(word)
    }
    if (path.length === 0) throw new Error(`no such command: ${line}`)
    const flags = words.filter(word => word.startsWith('--')).sort()
    for (const flag of flags)
      if (!command.options.some(option => option.long === flag)) throw new Error(`no such option ${flag}: ${line}`)
    return [[...path, ...flags].join(' ')]
  })
}

describe.each(['administrator', 'auditor', 'clerk', 'integrator'])('the manual for the %s', name => {
  test('names commands that there are, the same in both languages', async () => {
    const en = commandsOf(await read(`${name}.md`))
    const zh = commandsOf(await read(`${name}.zh-CN.md`))
    expect(en.length).toBeGreaterThan(0)
    expect(zh).toEqual(en)
  })
})

test('the map of the code names every roof of the node, and every folder under it', async () => {
  const map = await readFile(new URL('../ARCHITECTURE.md', import.meta.url), 'utf8')
  const foldersOf = async (place: string) =>
    (await readdir(new URL(`../${place}`, import.meta.url), { withFileTypes: true }))
      .filter(entry => entry.isDirectory())
      .map(entry => entry.name)
  const roofs = await foldersOf('node')
  expect(roofs.filter(name => !map.includes(`\`node/${name}\``))).toEqual([])
  const folders = (await Promise.all(roofs.map(roof => foldersOf(`node/${roof}`)))).flat()
  expect(folders.length).toBeGreaterThan(roofs.length)
  expect(folders.filter(name => !map.includes(`\`${name}\``))).toEqual([])
})

test('the sample item has no findings, and is the same in both languages', async () => {
  const samples = await Promise.all(
    ['administrator.md', 'administrator.zh-CN.md'].map(async name => {
      const [sample = ''] = blocks(await read(name), 'json').filter(block => block.startsWith('['))
      return JSON.parse(sample) as unknown[]
    }),
  )
  expect(samples[1]).toEqual(samples[0])
  const items = ServiceItem.array().min(1).parse(samples[0])
  for (const item of items) expect(lintItem(item)).toEqual([])
})

test('every picture that is shown is there, each that is there is shown, and together they are small', async () => {
  const names = await readdir(new URL('../docs/pictures/', import.meta.url))
  const manuals = (await readdir(new URL('../docs/', import.meta.url))).filter(name => name.endsWith('.md'))
  const texts = await Promise.all([...manuals, '../README.md', '../README.zh-CN.md'].map(read))
  const shown = texts.flatMap(text =>
    [...text.matchAll(/\]\((?:docs\/)?pictures\/([^)]+)\)/g)].map(([, name = '']) => name),
  )
  expect([...new Set(shown)].sort()).toEqual(names.sort())
  const sizes = await Promise.all(
    names.map(async name => (await readFile(new URL(`../docs/pictures/${name}`, import.meta.url))).byteLength),
  )
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(3_000_000)
})
