/** The contract of the way in: each packet has its effect once, whatever happens. As data; `conformance.ts` plays them. */
import { type ContractTest, failedAs, must, numberOf, same } from './conformance.ts'
import type { Delivery } from './port.ts'
import { CANARIES, sampleMaterial, samplePacket, sampleSubmit } from './test-kit.ts'

/** What a window sends after the submit, of which the samples have a body. */
export const LATER_KINDS = ['case.supplement', 'case.withdraw', 'case.remind', 'case.message'] as const

const HERE = { outside: false, needs: [] } as const

const ofEach: readonly ContractTest[] = [
  {
    ...HERE,
    name: 'a submitted case gets one local number, however often it is delivered',
    zh: '同一提交重复交付，只得一个本地办件编号',
    async run({ deliver, hadEffects }) {
      const submit = sampleSubmit('again')
      const first = numberOf(await deliver(submit))
      for (let attempt = 1; attempt < 4; attempt++)
        same(numberOf(await deliver({ ...submit, attempt })), first, 'the number of the case')
      await hadEffects(submit.idempotencyKey, 1)
    },
  },
  {
    ...HERE,
    name: 'deliveries of one packet at the same time have one effect',
    zh: '同一数据包并发交付，只有一次效果',
    async run({ deliver, hadEffects }) {
      const submit = sampleSubmit('at once')
      const numbers = await Promise.all(Array.from({ length: 8 }, () => deliver(submit).then(numberOf)))
      same(new Set(numbers).size, 1, 'numbers of the case')
      await hadEffects(submit.idempotencyKey, 1)
    },
  },
  {
    ...HERE,
    name: 'different packets have different effects',
    zh: '不同数据包各有效果',
    async run({ deliver, hadEffects }) {
      const submits = Array.from({ length: 12 }, (_, n) => sampleSubmit(`case ${n}`))
      const numbers = await Promise.all(submits.map(submit => deliver(submit).then(numberOf)))
      same(new Set(numbers).size, submits.length, 'numbers of so many cases')
      for (const { idempotencyKey } of submits) await hadEffects(idempotencyKey, 1)
    },
  },
  ...LATER_KINDS.map(
    (kind): ContractTest => ({
      ...HERE,
      name: `${kind} of the window is taken too, once, also by an adapter that was made anew`,
      zh: `${kind} 同样只受理一次，重启后亦然`,
      async run({ deliver, hadEffects, restart }) {
        const submit = sampleSubmit('later')
        const packet = samplePacket(submit, kind, numberOf(await deliver(submit)))
        for (let attempt = 0; attempt < 3; attempt++) {
          taken(await deliver({ ...packet, attempt }))
          await restart()
        }
        await hadEffects(packet.idempotencyKey, 1)
      },
    }),
  ),
  {
    ...HERE,
    name: 'a restart of the node changes nothing: the same number, and no other case has it',
    zh: '节点重启不改变编号，也不重号',
    async run({ deliver, restart }) {
      const submits = ['before the restart', 'before it too'].map(word => sampleSubmit(word))
      const numbers: string[] = []
      for (const submit of submits) numbers.push(numberOf(await deliver(submit)))
      await restart()
      for (const [n, submit] of [...submits.entries()].reverse())
        same(numberOf(await deliver({ ...submit, attempt: 1 })), numbers[n], 'the number after a restart')
      const fresh = numberOf(await deliver(sampleSubmit('after the restart')))
      must(!numbers.includes(fresh), 'another case has the same number')
    },
  },
  {
    ...HERE,
    name: 'two instances over one memory: what one began the other goes on with, and no two cases have one number',
    zh: '两个实例共用一份状态：一方开始的另一方接着办，不重号',
    async run({ deliver, deliverBySecond, hadEffects }) {
      // The node gives a packet to one instance at a time.
      const submit = sampleSubmit('by both')
      const first = numberOf(await deliver(submit))
      same(numberOf(await deliverBySecond({ ...submit, attempt: 1 })), first, 'the number by the second instance')
      same(numberOf(await deliver({ ...submit, attempt: 2 })), first, 'the number by the first instance')
      await hadEffects(submit.idempotencyKey, 1)
      const numbers = await Promise.all(
        Array.from({ length: 6 }, (_, n) =>
          (n % 2 === 0 ? deliver : deliverBySecond)(sampleSubmit(`by one of them ${n}`)).then(numberOf),
        ),
      )
      same(new Set([first, ...numbers]).size, 7, 'numbers of seven cases')
    },
  },
  {
    ...HERE,
    name: 'moves that follow at once come with each attempt, for the node may have lost the first',
    zh: '随即发生的步骤在每次交付时都给出',
    async run({ deliver, restart }) {
      const submit = sampleSubmit('moves')
      const movesOf = async (attempt: number) => {
        const result = await deliver({ ...submit, attempt })
        numberOf(result)
        return result.ok === true ? (result.moves ?? []) : []
      }
      const first = await movesOf(0)
      same(await movesOf(1), first, 'moves of the second attempt')
      await restart()
      same(await movesOf(2), first, 'moves after a restart')
    },
  },
  {
    ...HERE,
    name: 'what it is not set up for is among what it was asked about',
    zh: '缺配置的事项只在所询问的事项之内',
    async run({ lacking }) {
      same(await lacking([]), [], 'what is lacking of nothing')
      const items = ['11420300011315330Y4000111111000', '11420300011315330Y4000111111999'].map(code => ({
        code,
        name: '学历公证',
        modes: [0, 1],
      }))
      for (const { code, lacks } of await lacking(items)) {
        must(
          items.some(item => item.code === code),
          `it was not asked about the item ${code}`,
        )
        must(lacks !== '', 'what is lacking has no words')
      }
    },
  },
  {
    ...HERE,
    name: 'an aborted call has no effect and says that it may be tried again',
    zh: '已中止的调用没有效果，可以重试',
    async run({ deliver, hadEffects }) {
      const submit = sampleSubmit('aborted')
      failedAs(await deliver(submit, AbortSignal.abort()), { retryable: true }, 'an aborted call')
      await hadEffects(submit.idempotencyKey, 0)
      numberOf(await deliver(submit))
    },
  },
  {
    ...HERE,
    name: 'the system is usable, and the check says so',
    zh: '系统可用时检查报告可用',
    async run({ check }) {
      const checked = await check()
      must(checked.ok, `the check: ${checked.detail ?? ''}`)
    },
  },
]

const taken = (result: Awaited<ReturnType<Parameters<ContractTest['run']>[0]['deliver']>>) =>
  must(result.ok === true, `not taken: ${JSON.stringify(result)}`)

const UNAVAILABLE = { code: 'adapter.unavailable', retryable: true }
const outside = (needs: ContractTest['needs']) => ({ outside: true, needs })

const throughFaults: readonly ContractTest[] = [
  {
    ...outside(['outage']),
    name: 'a system that does not answer: try again later, then one effect',
    zh: '系统停机：稍后重试，恢复后一次效果',
    async run({ check, deliver, hadEffects, poll, system, tell }) {
      const submit = sampleSubmit('outage')
      await system.outage(true)
      for (let attempt = 0; attempt < 2; attempt++)
        failedAs(await deliver({ ...submit, attempt }), UNAVAILABLE, 'a delivery in an outage')
      const checked = await check()
      must(!checked.ok, 'the check in an outage says that the system can be used')
      const failure = await failureOf(poll(null))
      same(failure.code, 'adapter.unavailable', 'a poll in an outage')
      tell(`${JSON.stringify(checked)} ${failure.text}`)
      await system.outage(false)
      numberOf(await deliver({ ...submit, attempt: 2 }))
      await hadEffects(submit.idempotencyKey, 1)
    },
  },
  {
    ...outside(['dropNextAnswer']),
    name: 'an answer that was lost after the effect: the next attempt finds the effect',
    zh: '效果已生而答复丢失：再试即找到',
    async run({ deliver, hadEffects, system }) {
      const submit = sampleSubmit('lost answer')
      await system.dropNextAnswer()
      failedAs(await deliver(submit), UNAVAILABLE, 'a lost answer')
      await hadEffects(submit.idempotencyKey, 1)
      numberOf(await deliver({ ...submit, attempt: 1 }))
      await hadEffects(submit.idempotencyKey, 1)
    },
  },
  ...LATER_KINDS.map(
    (kind): ContractTest => ({
      ...outside(['dropNextAnswer']),
      name: `an answer to ${kind} that was lost after the effect: one effect all the same`,
      zh: `${kind} 的答复丢失，仍只有一次效果`,
      async run({ deliver, hadEffects, restart, system }) {
        const submit = sampleSubmit('lost later')
        const packet = samplePacket(submit, kind, numberOf(await deliver(submit)))
        await system.dropNextAnswer()
        failedAs(await deliver(packet), UNAVAILABLE, 'a lost answer')
        await restart()
        taken(await deliver({ ...packet, attempt: 1 }))
        await hadEffects(packet.idempotencyKey, 1)
      },
    }),
  ),
  ...(['page', 'empty', 'cut'] as const).map(
    (how): ContractTest => ({
      ...outside(['spoilNextAnswer']),
      name: `an answer that is no answer (${how}) is no refusal: try again`,
      zh: `读不出的答复（${{ page: '网页', empty: '空', cut: '截断' }[how]}）不算拒收：重试`,
      async run({ deliver, hadEffects, restart, system }) {
        const submit = sampleSubmit(`spoilt ${how}`)
        await system.spoilNextAnswer(how)
        failedAs(await deliver(submit), UNAVAILABLE, 'an answer that cannot be read')
        await restart()
        numberOf(await deliver({ ...submit, attempt: 1 }))
        await hadEffects(submit.idempotencyKey, 1)
      },
    }),
  ),
  {
    ...outside(['spoilNextAnswer']),
    name: 'a page in place of the answer to a later packet is neither a success nor a refusal',
    zh: '后续数据包得到网页，既不算成功也不算拒收',
    async run({ deliver, hadEffects, system }) {
      const submit = sampleSubmit('page later')
      const localCaseNo = numberOf(await deliver(submit))
      for (const kind of LATER_KINDS) {
        const packet = samplePacket(submit, kind, localCaseNo)
        await system.spoilNextAnswer('page')
        failedAs(await deliver(packet), UNAVAILABLE, `a page in answer to ${kind}`)
        taken(await deliver({ ...packet, attempt: 1 }))
        await hadEffects(packet.idempotencyKey, 1)
      }
    },
  },
  {
    ...outside(['refuseNext']),
    name: 'a refusal is for a person to see, not to be tried again',
    zh: '拒收交由人看，不重试',
    async run({ deliver, hadEffects, system }) {
      const submit = sampleSubmit('refused')
      await system.refuseNext()
      failedAs(await deliver(submit), { code: 'adapter.refused', retryable: false }, 'a refusal')
      await hadEffects(submit.idempotencyKey, 0)
      numberOf(await deliver({ ...submit, attempt: 1 }))
    },
  },
  {
    ...outside(['holdNext']),
    name: 'a call is given up when its signal says so',
    zh: '信号中止时放弃调用',
    async run({ deliver, hadEffects, system, within }) {
      const submit = sampleSubmit('given up')
      const held = await system.holdNext()
      const controller = new AbortController()
      const delivering = deliver(submit, controller.signal)
      await within('what reaches the system', held.reached)
      controller.abort()
      failedAs(await delivering, UNAVAILABLE, 'a call that was given up')
      await held.release()
      numberOf(await deliver({ ...submit, attempt: 1 }))
      await hadEffects(submit.idempotencyKey, 1)
    },
  },
  {
    ...outside(['hang']),
    name: 'a system that takes every call and says nothing holds none longer than its signal',
    zh: '系统只收不答，调用不超过其期限',
    async run({ check, context, deliver, poll, system }) {
      await system.hang(true)
      const cut = async <T>(call: (signal: AbortSignal) => Promise<T>): Promise<T> => {
        const controller = new AbortController()
        const result = call(controller.signal)
        await new Promise(resolve => setImmediate(resolve))
        controller.abort()
        return result
      }
      failedAs(await cut(signal => deliver(sampleSubmit('hanging'), signal)), { retryable: true }, 'a hanging delivery')
      must(!(await cut(signal => check({ ...context, signal }))).ok, 'the check says that a hanging system can be used')
      const failure = await cut(signal => failureOf(poll(null, { ...context, signal })))
      same(failure.code, 'adapter.unavailable', 'a poll that hangs')
      await system.hang(false)
    },
  },
  {
    ...outside(['uploadBegun', 'holds']),
    name: 'materials are there before the case is, and stream through',
    zh: '材料先于办件到达，且流式传输',
    async run({ deliver, system }) {
      // The material goes on only once its beginning has arrived: an adapter that collected it first would wait for ever.
      const material = sampleMaterial('streamed', {
        chunks: 64,
        chunkBytes: 64 * 1024,
        before: async chunk => {
          if (chunk === 32) await system.uploadBegun(material.sha256)
        },
      })
      const other = sampleMaterial('another one')
      numberOf(await deliver(sampleSubmit('with materials', [material, other])))
      for (const { sha256 } of [material, other]) must(await system.holds(sha256), 'a material did not arrive whole')
    },
  },
  {
    ...outside(['holds']),
    name: 'a material that breaks off leaves no case behind',
    zh: '材料中断则不留下办件',
    async run({ deliver, hadEffects, system }) {
      let whole = false
      const material = sampleMaterial('breaks off', {
        chunks: 8,
        chunkBytes: 64 * 1024,
        before: async chunk => {
          if (chunk === 4 && !whole) throw new Error(`cannot read ${CANARIES[4]}`)
        },
      })
      const submit: Delivery = sampleSubmit('broken material', [material])
      failedAs(await deliver(submit), { retryable: true }, 'a material that breaks off')
      await hadEffects(submit.idempotencyKey, 0)
      must(!(await system.holds(material.sha256)), 'a part of a material counts as whole')
      whole = true
      numberOf(await deliver({ ...submit, attempt: 1 }))
      must(await system.holds(material.sha256), 'the material did not arrive')
    },
  },
]

/** The problem with which a call fails, and what it says; `code` is null of one that does not, or fails with something else. */
export async function failureOf(call: Promise<unknown>): Promise<{ code: string | null; text: string }> {
  const failure: unknown = await call.then(
    () => null,
    (error: unknown) => error ?? null,
  )
  // What never returns is told as itself.
  if (failure instanceof Error && failure.name === 'ContractBroken') throw failure
  const { problem } = (failure ?? {}) as { problem?: { code?: string } }
  return { code: problem?.code ?? null, text: String(failure) }
}

export const WAY_IN: readonly ContractTest[] = [...ofEach, ...throughFaults]
