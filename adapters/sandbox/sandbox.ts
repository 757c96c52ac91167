/**
 * The sandbox's approval system (沙箱审批): what a sandbox city does with the cases that are sent to it, by the item that was asked for.
 * It decides at once and by itself, so that whoever tries a node alone has another party. May import the adapter port.
 */
import type { MoveRequest } from '../../protocol/case/kinds.ts'
import type { Adapter, Delivery, DeliveryResult } from '../sdk/index.ts'

/** How the city behaves, in the order of its items, whose codes end in 1, 2 … */
export const BEHAVIOURS = {
  prompt: { zh: '即时办结', en: 'accepts, grants and closes at once' },
  slow: { zh: '延迟办理', en: 'takes the case a minute after it came, then as prompt' },
  refuses: { zh: '不予受理', en: 'refuses to accept it' },
  denies: { zh: '不予许可', en: 'accepts it, and denies' },
  'asks-supplement': { zh: '要求补正', en: 'asks for a supplement, and grants when it came' },
  silent: { zh: '只收不办', en: 'takes it and does nothing more: each step by tongban trigger' },
  rubbish: { zh: '发送错误数据', en: 'takes it, then signs a step whose body does not hold' },
} as const
type Behaviour = keyof typeof BEHAVIOURS

/** What stands in a text of a packet that is to be spoilt (`node/sandbox.ts`). */
export const markOf = (misdeed: string): string => `〔sandbox:${misdeed}〕`

const NAMES = Object.keys(BEHAVIOURS) as Behaviour[]
const TEXT = '沙箱数据，非真实办件'

/** The behaviour that an item of the sandbox city stands for; of any other item `prompt`. */
const behaviourOf = (item: unknown): Behaviour => {
  const { code } = (item ?? {}) as { code?: string }
  return NAMES[Number(code?.slice(-2)) - 1] ?? 'prompt'
}

const decided = (outcome: 'granted' | 'denied'): MoveRequest[] => [
  { kind: 'case.accept', body: {} },
  { kind: 'case.progress', body: { step: '沙箱审查', note: TEXT } },
  { kind: 'case.decide', body: { outcome, documentNo: 'SANDBOX-1', reason: TEXT } },
  { kind: 'case.send-result', body: { method: 'pickup' } },
  { kind: 'case.close', body: { outcome, note: TEXT } },
]

const MOVES: Readonly<Record<Behaviour, readonly MoveRequest[]>> = {
  prompt: decided('granted'),
  slow: decided('granted'),
  refuses: [{ kind: 'case.refuse', body: { reason: TEXT, basis: '沙箱规则第一条' } }],
  denies: decided('denied'),
  'asks-supplement': [{ kind: 'case.request-supplement', body: { notice: `${TEXT}：请补充材料`, materials: [] } }],
  silent: [],
  rubbish: [{ kind: 'case.accept', body: { acceptanceNo: markOf('rubbish') } }],
}

/** `slowMs`: how long a slow case waits before it is taken. */
export function createSandboxAdapter(slowMs = 60_000): Adapter {
  return {
    kind: 'sandbox',

    async deliver(delivery, { state, now, signal }): Promise<DeliveryResult> {
      if (signal.aborted) return { ok: false, code: 'adapter.unavailable', detail: 'aborted', retryable: true }
      const behaviour = behaviourOf((delivery.submit ?? delivery.body).item)
      if (delivery.kind !== 'case.submit') return { ok: true, moves: later(delivery, behaviour) }
      if (behaviour === 'slow') {
        const since = Number(await state.claim(`came ${delivery.idempotencyKey}`, () => String(now())))
        const left = since + slowMs - now()
        // The wait outlives a restart, for it is counted from when the case came.
        if (left > 0) return { ok: 'handed', lookAgainAfterMs: Math.max(left, 1000) }
      }
      return { ok: true, localCaseNo: `SANDBOX-${delivery.idempotencyKey.slice(0, 10)}`, moves: MOVES[behaviour] }
    },

    check: async () => ({ ok: true, detail: 'sandbox 沙箱' }),
  }
}

function later({ kind }: Delivery, behaviour: Behaviour): MoveRequest[] {
  if (kind === 'case.supplement' && behaviour === 'asks-supplement') return decided('granted')
  if (kind === 'case.withdraw') return [{ kind: 'case.close', body: { outcome: 'withdrawn', note: TEXT } }]
  return []
}
