/** All commands as they are declared: none may end well without having done its work, wherever its flags stand. */
import type { Command } from 'commander'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { ProblemError } from '../../../protocol/problem.ts'
import { createClient } from '../client/client.ts'
import type { CommandContext, GlobalFlags } from './context.ts'
import { createProgram } from './program.ts'

const GLOBAL = ['--config', 'city.json', '--url', 'http://node', '--token', 'tb', '--json']
const FLAGS = { config: 'city.json', url: 'http://node', token: 'tb', json: true }

let told = ''
let exitCode: typeof process.exitCode
beforeEach(() => {
  told = ''
  exitCode = process.exitCode
  vi.spyOn(process.stderr, 'write').mockImplementation(text => {
    told += String(text)
    return true
  })
})
afterEach(() => {
  vi.restoreAllMocks()
  process.exitCode = exitCode ?? 0
})

type Declared = {
  words: string[]
  /** has commands below it, and may be nothing but their name */
  group: boolean
}

/** Each command with the arguments and options that it cannot be without. */
function commandsOf(command: Command, path: readonly string[] = []): Declared[] {
  const args = command.registeredArguments.filter(({ required }) => required).map(() => 'x')
  const options = command.options.filter(({ mandatory }) => mandatory).flatMap(({ long }) => [long ?? '', 'x'])
  const children = command.commands.flatMap(child => commandsOf(child, [...path, child.name()]))
  const own = { words: [...path, ...args, ...options], group: children.length > 0 }
  return path.length === 0 ? children : [own, ...children]
}

/** Runs a command that fails as soon as it asks for anything: for which flags it was run, how often, and how it ended. */
async function run(words: string[]) {
  const asked: GlobalFlags[] = []
  const begun: unknown[] = []
  const refuse = () => {
    throw new ProblemError('request.conflict', 'no further')
  }
  const context = new Proxy({} as CommandContext, { get: refuse })
  const program = createProgram({
    async start(given) {
      begun.push(given)
      refuse()
    },
    serve: async begin => void (await begin(new AbortController().signal)),
    contextOf(flags) {
      asked.push(flags)
      return context
    },
  })
  const tame = (command: Command): void => {
    command.exitOverride()
    command.commands.forEach(tame)
  }
  tame(program)
  process.exitCode = 0
  await program.parseAsync(words, { from: 'user' })
  return { asked, begun, code: process.exitCode }
}

const all = commandsOf(createProgram({ start: async () => {}, serve: async () => {} }))

describe('every command', () => {
  test('is found', () => {
    expect(all.length).toBeGreaterThan(150)
    expect(all).toContainEqual({ words: ['start'], group: false })
    expect(all).toContainEqual({ words: ['services', 'drafts'], group: true })
  })

  test.each([
    ['before', (words: string[]) => [...GLOBAL, ...words]],
    ['after', (words: string[]) => [...words, ...GLOBAL]],
  ])('is carried out with the global flags %s it, and tells by its exit code that it failed', async (_, index) => {
    for (const { words, group } of all) {
      const ran = run(index(words)).catch((error: { exitCode?: number }) => {
        // Its help says that a command is missing.
        if (group && error.exitCode === 1) return null
        throw new Error(words.join(' '), { cause: error })
      })
      const found = await ran
      if (found === null) continue
      const { asked, code } = found
      expect([words, asked.length, asked[0]]).toEqual([words, 1, expect.objectContaining(FLAGS)])
      expect([words, code]).toEqual([words, 1])
    }
    expect(told).toContain('request.conflict')
  })

  test('that starts the node starts it once', async () => {
    expect((await run([...GLOBAL, 'start'])).begun).toHaveLength(1)
  })

  test('whose options are other ones says where they are listed', async () => {
    await expect(run(['person', 'revoke', 'ID', '--nobody'])).rejects.toMatchObject({ exitCode: 1 })
    expect(told).toContain('(tongban person revoke --help lists its options)')
  })

  test('that is none, or only a group, is refused', async () => {
    for (const words of [['strat'], ['case'], ['--json', 'ca'], ['start', 'now'], ['--config', 'start'], []])
      await expect(run(words)).rejects.toMatchObject({ exitCode: 1 })
  })
})

describe('what is named', () => {
  const THREAD = 'ab'.repeat(16)
  /** What a command asks the node for when it is run with a name in place of a code or a thread. */
  async function paths(words: string[]): Promise<string[]> {
    const asked: string[] = []
    const answers: Record<string, unknown> = {
      '/api/v1/identity': { code: '420300', name: '十堰市' },
      '/api/v1/partners': { items: [{ code: '610900', name: '安康市' }] },
      '/api/v1/federation/cities': { items: [] },
      '/api/v1/cases': { items: [{ thread: THREAD }], next: null },
      '/api/v1/agreements': { items: [{ thread: THREAD, title: '合作协议' }], next: null },
    }
    const client = createClient({
      url: 'http://node.test',
      token: 'tb_x',
      async fetch({ pathname, search }) {
        asked.push(pathname + search)
        const answer = answers[pathname]
        return answer === undefined
          ? new Response(JSON.stringify({ code: 'request.conflict', detail: 'no further' }), { status: 409 })
          : new Response(JSON.stringify(answer))
      },
    })
    const context = { out: { json: true }, client: async () => client } as unknown as CommandContext
    await createProgram({ start: async () => {}, serve: async () => {}, contextOf: () => context }).parseAsync(words, {
      from: 'user',
    })
    return asked
  }

  test.each([
    ['partners show', ['partners', 'show', '安康'], '/api/v1/partners/610900'],
    ['partners test', ['partners', 'test', '安康市'], '/api/v1/partners/610900/test'],
    ['partners confirm', ['partners', 'confirm', '安康'], '/api/v1/partners/610900'],
    ['partners suspend', ['partners', 'suspend', '安康'], '/api/v1/partners/610900/suspend'],
    ['case guide', ['case', 'guide', '安康', '1'], '/api/v1/partners/610900/guides/1'],
    ['case search', ['case', 'search', '--partner', '安康'], 'partner=610900'],
    ['calendar accept', ['calendar', 'accept', '安康'], '/api/v1/calendar/partners/610900/accept'],
  ])('is a city to %s, by its name as well as by its code', async (_, words, path) => {
    const asked = await paths(words)
    expect([asked, told]).toEqual([expect.arrayContaining([expect.stringContaining(path)]), expect.any(String)])
    expect(told).not.toContain('partner.unknown')
  })

  test.each([
    ['case show', ['case', 'show', 'AK-7'], `/api/v1/cases/${THREAD}`],
    ['case step', ['case', 'step', 'accept', 'AK-7'], `/api/v1/cases/${THREAD}/steps/case.accept`],
    ['case bodies', ['case', 'bodies', 'AK-7'], `/api/v1/cases/${THREAD}/bodies`],
    ['case papers', ['case', 'papers', 'AK-7'], `/api/v1/cases/${THREAD}/papers`],
    ['case archive', ['case', 'archive', 'AK-7', '--out', 'x.zip'], `/api/v1/cases/${THREAD}/archive`],
    ['evidence export', ['evidence', 'export', 'AK-7', '--out', 'x.zip'], `/api/v1/cases/${THREAD}/evidence`],
    ['case parcel list', ['case', 'parcel', 'list', 'AK-7'], `/api/v1/cases/${THREAD}/parcels`],
    ['case assign', ['case', 'assign', 'AK-7', 'me', '--from', 'nobody'], `/api/v1/cases/${THREAD}/assign`],
    ['agreement show', ['agreement', 'show', '合作协议'], `/api/v1/agreements/${THREAD}`],
    ['agreement sign', ['agreement', 'sign', 'abab'], `/api/v1/agreements/${THREAD}`],
    ['agreement diff', ['agreement', 'diff', '合作协议'], `/api/v1/agreements/${THREAD}`],
  ])('is a case or an agreement to %s, by its number or title as well as by its thread', async (_, words, path) => {
    const asked = await paths(words)
    expect([asked, told]).toEqual([expect.arrayContaining([expect.stringContaining(path)]), expect.any(String)])
    expect(told).not.toContain('thread.unknown')
  })

  test('is a whole case number, which the API knows, without a question before', async () => {
    const number = '61090020261123000001'
    expect(await paths(['case', 'show', number])).toEqual([`/api/v1/cases/${number}`])
    expect((await paths(['case', 'bodies', number])).at(0)).toBe(`/api/v1/cases/${number}/bodies`)
    // In a list it stands in a body, which names threads.
    expect((await paths(['case', 'remind', number, '--text', '请办理'])).at(0)).toContain('/api/v1/cases?')
  })

  test('is looked for once, however often it is named', async () => {
    const asked = await paths(['case', 'remind', 'AK-7', 'AK-7', '--text', '请办理'])
    expect(asked.filter(path => path.startsWith('/api/v1/cases?'))).toHaveLength(1)
  })
})
