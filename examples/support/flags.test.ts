import { afterEach, expect, test, vi } from 'vitest'
import { flagsOf } from './flags.ts'

const { argv } = process
afterEach(() => {
  process.argv = argv
  vi.restoreAllMocks()
})

test.each([
  ['nothing', [], { once: false }, null, ''],
  ['a known option', ['--once'], { once: true }, null, ''],
  ['the help', ['--once', '--help'], null, 0, 'Options 选项: --once'],
  ['an unknown option', ['--twice'], null, 2, /--twice[\s\S]*\nOptions 选项: --once$/],
])('of %s', (_, words, flags, code, told) => {
  const said: string[] = []
  const left: unknown[] = []
  for (const name of ['log', 'error'] as const) vi.spyOn(console, name).mockImplementation(line => said.push(line))
  vi.spyOn(process, 'exit').mockImplementation(code => {
    left.push(code)
    throw new Error('exit')
  })
  process.argv = [...argv.slice(0, 2), ...words]
  const read = () => flagsOf({ once: { type: 'boolean', default: false } }, '--once')
  if (code === null) expect(read()).toEqual(flags)
  else expect(read).toThrow('exit')
  expect(left).toEqual(code === null ? [] : [code])
  expect(said.join('')).toMatch(told)
})
