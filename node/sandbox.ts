/**
 * A sandbox city (沙箱城市): a whole node of its own, whose approval system decides by itself, and which breaks the rules where a packet
 * says so. For trials: nobody pairs with it but a node whose settings name it (docs/decisions/031).
 */
import { BEHAVIOURS, createSandboxAdapter, markOf } from '../adapters/sandbox/sandbox.ts'
import { isSandbox } from '../protocol/codes/sandbox.ts'
import { ProblemError } from '../protocol/problem.ts'
import { type RunningNode, startComposed } from './node.ts'
import type { NodeOptions } from './options.ts'
import type { Misconduct } from './spine/exchange/ports.ts'

export { BEHAVIOURS, markOf }

/** What `tongban trigger --behaviour` does to a packet; each is a word that stands in a text of it. */
export const MISDEEDS = {
  rubbish: { zh: '签名有效而内容不合规', en: 'is signed, and its body has a field that no schema knows' },
  'rubbish-material': { zh: '材料与其摘要不符', en: 'names materials whose bytes are not those of their hash' },
  slow: { zh: '材料迟到', en: 'gives its materials 20 seconds after it was asked' },
} as const

const SLOW_MS = 20_000

const rest = (ms: number): Promise<void> => new Promise(done => setTimeout(done, ms))

/** What a packet says of itself is done to it; which materials are meant is remembered as long as the city runs. */
export function createMisconduct({ now = Date.now, wait = rest } = {}): Misconduct {
  const broken = new Set<string>()
  /** when materials that come late were asked for first, by their hash */
  const late = new Map<string, number | null>()

  const hashesIn = (text: string): string[] =>
    ((JSON.parse(text) as { materials?: { sha256?: string }[] }).materials ?? []).flatMap(({ sha256 }) => sha256 ?? [])

  return {
    body(text) {
      if (text.includes(markOf('rubbish-material'))) for (const hash of hashesIn(text)) broken.add(hash)
      if (text.includes(markOf('slow'))) for (const hash of hashesIn(text)) late.set(hash, null)
      // A field more: what else it says stays as this city reads it.
      return text.includes(markOf('rubbish')) ? JSON.stringify({ ...JSON.parse(text), rubbish: true }) : null
    },
    async *material(sha256, bytes) {
      const asked = late.get(sha256)
      if (asked !== undefined) {
        late.set(sha256, asked ?? now())
        // Whoever gave up and asks again does not wait from the beginning.
        await wait(Math.max(0, (asked ?? now()) + SLOW_MS - now()))
      }
      let first = broken.has(sha256)
      for await (const part of bytes) {
        const [begin = 0] = part
        if (first) part[0] = begin ^ 1
        first = false
        yield part
      }
    },
  }
}

/** Starts the node of a sandbox city. Problem: `config.invalid` where the configuration is that of another city. */
export async function startSandbox(options: NodeOptions): Promise<RunningNode> {
  const { code } = options.config.city
  if (!isSandbox(code)) throw new ProblemError('config.invalid', `city.code: ${code} is no sandbox city`)
  const { cases, ...node } = await startComposed(
    { ...options, makeAdapter: async () => createSandboxAdapter() },
    { misconduct: createMisconduct() },
  )
  return node
}
