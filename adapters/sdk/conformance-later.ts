/** The contract of systems that answer later, and of answers that are acknowledged. As data; `conformance.ts` plays them. */
import { type ContractTest, failedAs, must, numberOf, same } from './conformance.ts'
import { samplePacket, sampleSubmit } from './test-kit.ts'

export const LATER: readonly ContractTest[] = [
  {
    outside: true,
    needs: ['answerLater', 'work'],
    name: 'a packet that is handed over is taken once its system is at it, once, also by an adapter that was made anew',
    zh: '已移交的数据包在系统处理后被受理，只有一次效果，重启后亦然',
    async run({ deliver, hadEffects, restart, system }) {
      await system.answerLater(true)
      const submit = sampleSubmit('handed over')
      const number = numberOf(await deliver(submit))
      await restart()
      same(numberOf(await deliver({ ...submit, attempt: 1 })), number, 'the number of the case')
      await hadEffects(submit.idempotencyKey, 1)
      const other = sampleSubmit('handed over too')
      must(numberOf(await deliver(other)) !== number, 'two cases have one number')
      const packet = samplePacket(submit, 'case.remind', number)
      const result = await deliver(packet)
      must(result.ok, 'a later packet that is handed over is taken too')
      await hadEffects(packet.idempotencyKey, 1)
    },
  },
  {
    outside: true,
    needs: ['answerLater', 'refuseNext', 'work'],
    name: 'a packet that is handed over and refused is told of, and taken when a person has it tried again',
    zh: '已移交而被拒收的数据包告知结果，重试后可受理',
    async run({ deliver, hadEffects, system }) {
      await system.answerLater(true)
      const submit = sampleSubmit('handed over and refused')
      await system.refuseNext()
      failedAs(await deliver(submit), { code: 'adapter.refused', retryable: false }, 'a refusal')
      await hadEffects(submit.idempotencyKey, 0)
      numberOf(await deliver({ ...submit, attempt: 1 }))
      await hadEffects(submit.idempotencyKey, 1)
    },
  },
  {
    outside: true,
    needs: ['say'],
    name: 'an answer is given until it is acknowledged; that may be told twice, and concerns no other answer',
    zh: '答复在回执之前一直给出；重复回执无害，也不涉及其他答复',
    async run({ acknowledge, follow, poll, restart, submit, system }) {
      const number = await submit(sampleSubmit('acknowledged'))
      const { cursor } = await follow(null)
      await system.say(number, 'first')
      const ids = async () => (await poll(cursor)).events.map(({ id }) => id)
      const given = await ids()
      must(given.length > 0, 'nothing was given')
      await restart()
      same(await ids(), given, 'answers that were not acknowledged')
      await system.say(number, 'second')
      await acknowledge(given)
      await acknowledge([...given, 'of no answer'])
      const left = (await follow(cursor)).events.filter(({ id }) => !given.includes(id))
      must(left.length > 0, 'an answer is gone that was not acknowledged')
    },
  },
]
