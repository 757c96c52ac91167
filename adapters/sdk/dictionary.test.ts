import { describe, expect, test } from 'vitest'
import { OUTCOMES, SPECIAL_PROCEDURES } from '../../protocol/case/kinds.ts'
import { compileDictionary, type Dictionary, DictionaryTable } from './dictionary.ts'
import { mappingFunctions } from './functions.ts'
import { compileMapping, mappingInput } from './mapping.ts'

function dictionary(name: string, table: unknown): Dictionary {
  const compiled = compileDictionary(name, DictionaryTable.parse(table))
  if (!compiled.ok) throw new Error(compiled.problem.detail)
  return compiled.dictionary
}

const theirs = (of: Dictionary, codes: readonly (string | number)[]) =>
  codes.map(code => {
    const found = of.theirs(code)
    return found.ok ? found.code : found.problem.code
  })
const ours = (of: Dictionary, codes: readonly (string | number)[]) =>
  codes.map(code => {
    const found = of.ours(code)
    return found.ok ? found.code : found.problem.code
  })

describe('dictionary', () => {
  test('outcomes of the classic electronic supervision: several of theirs stand for one of ours', () => {
    // 0 出证 1 退回 2 作废 3 删除 4 转报 5 补正不来 6 办结 7 纸质
    const outcome = dictionary('outcome', {
      codes: { granted: ['0', '7'], returned: '1', void: ['2', '3'], forwarded: '4', lapsed: '5' },
    })
    expect(ours(outcome, ['0', '1', '2', '3', '4', '5', '7'])).toEqual([
      'granted',
      'returned',
      'void',
      'void',
      'forwarded',
      'lapsed',
      'granted',
    ])
    expect(theirs(outcome, ['granted', 'void'])).toEqual(['0', '2'])
    expect(theirs(outcome, OUTCOMES)).toEqual(['0', 'adapter.mapping', '4', 'adapter.mapping', '1', '2', '5'])
  })

  test('the same outcome in three systems: 0–6, 40/50, 1/0; numbers stay numbers', () => {
    const tables = [
      dictionary('supervision', { codes: { granted: 0, denied: 6 } }),
      dictionary('epoint', { codes: { granted: 40, denied: 50 } }),
      dictionary('plain', { codes: { granted: '1', denied: '0' } }),
    ]
    expect(tables.map(table => theirs(table, ['granted', 'denied']))).toEqual([
      [0, 6],
      [40, 50],
      ['1', '0'],
    ])
    expect(tables.map((table, index) => ours(table, [[0, 40, '1'][index] ?? '']))).toEqual([
      ['granted'],
      ['granted'],
      ['granted'],
    ])
  })

  test('special procedures A 延长审批 / B 其他: many of ours become one of theirs, and the way back is settled by hand', () => {
    const codes = Object.fromEntries(SPECIAL_PROCEDURES.map(procedure => [procedure, 'B']))
    expect(compileDictionary('procedure', { codes })).toMatchObject({
      ok: false,
      problem: { code: 'config.invalid', detail: expect.stringContaining('"B" stands for two codes') },
    })
    const procedure = dictionary('procedure', { codes, incoming: { B: 'expert-review' } })
    expect(theirs(procedure, ['hearing', 'publicity'])).toEqual(['B', 'B'])
    expect(ours(procedure, ['B', 'A'])).toEqual(['expert-review', 'adapter.mapping'])
  })

  test('0 means necessary in one system and not in another', () => {
    const here = dictionary('need', { codes: { necessary: '0', optional: '1' } })
    const there = dictionary('need', { codes: { necessary: '1', optional: '0' } })
    expect([ours(here, ['0']), ours(there, ['0'])]).toEqual([['necessary'], ['optional']])
  })

  test('mode 0 is a code like any other, and 1 is not "01"', () => {
    const mode = dictionary('mode', { codes: { '0': '全程网办', '1': '01', '2': '02', '3': '03' } })
    expect(theirs(mode, [0, '0', 1, 4])).toEqual(['全程网办', '全程网办', '01', 'adapter.mapping'])
    expect(ours(mode, ['01', 1, '1 '])).toEqual(['1', 'adapter.mapping', 'adapter.mapping'])
  })

  test('a code can be known and without meaning here', () => {
    const operation = dictionary('operation', { codes: { 'case.accept': 2 }, incoming: { '1': null } })
    expect(ours(operation, [2, 1, 3])).toEqual(['case.accept', null, 'adapter.mapping'])
  })

  test('an unknown code is named only when it cannot be a person', () => {
    const mode = dictionary('mode', { codes: { '0': 'a' } })
    const detail = (code: string) => {
      const found = mode.ours(code)
      return found.ok ? '' : found.problem.detail
    }
    expect(detail('98')).toBe('dictionary mode does not know their code "98"')
    for (const personal of ['42030019900307123X', '13800138000', '张三', 'Zhang San']) {
      expect(detail(personal)).toBe('dictionary mode does not know their code')
    }
  })

  test('names of Object are no codes', () => {
    const mode = dictionary('mode', { codes: { '0': 'a' } })
    expect(ours(mode, ['constructor', '__proto__', 'toString'])).toEqual(Array(3).fill('adapter.mapping'))
    expect(theirs(mode, ['constructor', '__proto__', 'toString'])).toEqual(Array(3).fill('adapter.mapping'))
  })

  test('a table with an unknown field is refused', () => {
    expect(DictionaryTable.safeParse({ codes: {}, fallback: 'x' }).success).toBe(false)
  })
})

describe('functions in mappings', () => {
  const functions = mappingFunctions(
    new Map([
      ['mode', dictionary('mode', { codes: { '0': 1, '1': 2 } })],
      ['form', dictionary('form', { codes: { original: 'Y', copy: 'F' }, incoming: { N: null } })],
    ]),
  )
  const run = async (expression: string, value: unknown = {}) => {
    const compiled = compileMapping('here', expression, functions)
    const input = mappingInput('input', value)
    if (!compiled.ok || !input.ok) throw new Error('not compiled')
    const mapped = await compiled.mapping.evaluate(input.input)
    return mapped.ok ? mapped.value : mapped.problem.detail
  }

  test('$theirs and $ours', async () => {
    expect(await run("$theirs('mode', body.mode)", { body: { mode: 0 } })).toBe(1)
    expect(await run("$ours('mode', mode)", { mode: '2' })).toBe('1')
    expect(await run("$theirs('mode', body.mode)", { body: {} })).toBeUndefined()
    expect(await run("$ours('mode', mode)", { mode: null })).toBeUndefined()
    expect(await run("$ours('form', 'N')")).toBeUndefined()
    expect(await run("$theirs('mode', body.mode)", { body: { mode: 7 } })).toBe(
      'here: dictionary mode does not know our code "7"',
    )
    expect(await run("$theirs('none', 1)")).toBe('here: there is no dictionary of this name')
  })

  test('packed multi-values of old tables, joined by ^ or a comma', async () => {
    expect(await run("$split(v, '^').$ours('form', $)", { v: 'Y^F' })).toEqual(['original', 'copy'])
    expect(await run("$join(v.$theirs('form', $), ',')", { v: ['copy', 'original'] })).toBe('F,Y')
  })

  test.each([
    ['20261123103000', '2026-11-23T10:30:00+08:00', '2026-11-23', '20261123103000'],
    ['20261123T103000', '2026-11-23T10:30:00+08:00', '2026-11-23', '20261123103000'],
    ['2026-11-23 10:30:00', '2026-11-23T10:30:00+08:00', '2026-11-23', '20261123103000'],
    ['2026-11-23 10:30', '2026-11-23T10:30:00+08:00', '2026-11-23', '20261123103000'],
    ['2026/11/23', '2026-11-23T00:00:00+08:00', '2026-11-23', '20261123000000'],
    ['20261123', '2026-11-23T00:00:00+08:00', '2026-11-23', '20261123000000'],
    ['2026-11-23T20:30:00.000Z', '2026-11-24T04:30:00+08:00', '2026-11-24', '20261124043000'],
    ['2026-11-23T20:30:00-0500', '2026-11-24T09:30:00+08:00', '2026-11-24', '20261124093000'],
  ])('reads the time %s', async (time, instant, day, compact) => {
    expect(await run('[$instant(t), $day(t), $compactTime(t)]', { t: time })).toEqual([instant, day, compact])
  })

  test.each(['', '2026-13-01', '2026-02-31', '20261123250000', 'soon', '2026-1123', '42030019900307123X'])(
    'does not guess at the time %s',
    async time => {
      expect(await run('$instant(t)', { t: time })).toBe('here: not a time in a known form')
    },
  )

  test('an absent time stays absent', async () => {
    expect(await run('$day(none)')).toBeUndefined()
    expect(await run('$compactTime(none)', { none: null })).toBeUndefined()
  })

  test('$atMost refuses what a short column would cut off', async () => {
    expect(await run('$atMost(phone, 11)', { phone: '13800138000' })).toBe('13800138000')
    expect(await run('$atMost(phone, 11)', { phone: '0719-12345678' })).toContain('longer than the 11 characters')
    expect(await run('$atMost(name, 2)', { name: '𠮷田' })).toBe('𠮷田')
  })

  test('$pad is bounded', async () => {
    expect(await run("$pad('7', -6, '0')")).toBe('000007')
    expect(await run("$pad('7', 3)")).toBe('7  ')
    expect(await run("$pad('7', 10000000)")).toContain('at most')
  })
})
