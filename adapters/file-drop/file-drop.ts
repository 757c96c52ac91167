/**
 * The file-drop adapter (文件交换): hands packets to an approval system as files, in a folder or on an SFTP server, and reads the files that
 * it answers with, both as the configuration maps them. One attempt a call: the node retries. May import the adapter SDK and protocol/.
 */
import { resolve } from 'node:path'
import { ProblemError } from '../../protocol/problem.ts'
import { type Adapter, type Call, configFaults, createTurns, type Delivery, type DeliveryResult } from '../sdk/index.ts'
import { createAnswers } from './answers.ts'
import { compileDrop, type DropPlan, type PacketPlan } from './compile.ts'
import { FileDropConfig } from './config.ts'
import { FILE_DROP_LIMITS } from './limits.ts'
import { localPlace } from './local.ts'
import { createOut } from './out.ts'
import type { Place } from './place.ts'
import { sftpPlace } from './sftp.ts'

export type FileDropOptions = {
  /** as `config.schema.json` describes it */
  config: unknown
  /** from which a `folder` that is not absolute begins */
  base: string
  /** values of the secrets that the configuration names */
  secrets: Readonly<Record<string, string>>
  /** in place of the folder or server that the configuration names: of a trial, which goes nowhere */
  place?: Place
}

/** Throws `config.invalid` with every place that is wrong. */
export function createFileDropAdapter({ config, base, secrets, ...given }: FileDropOptions): Adapter {
  const parsed = FileDropConfig.safeParse(config)
  if (!parsed.success) throw new ProblemError('config.invalid', configFaults(parsed.error))
  const compiled = compileDrop(parsed.data, secrets)
  if (!compiled.ok) throw new ProblemError(compiled.problem.code, compiled.problem.detail)
  const { plan } = compiled
  const place =
    given.place ?? ('folder' in plan.place ? localPlace(resolve(base, plan.place.folder)) : sftpPlace(plan.place))
  const out = createOut(plan.out, place)
  const { poll, read, acknowledge, inbox } = createAnswers(plan.in, place)
  /** One delivery of a packet at a time: the next one finds what there is. */
  const inTurn = createTurns()

  async function hand(packet: PacketPlan, delivery: Delivery, call: Call): Promise<DeliveryResult> {
    try {
      call.signal.throwIfAborted()
      const dropped = await out.drop(packet.data, delivery, call)
      if (dropped.ok) return packet.acknowledged ? { ok: 'handed' } : { ok: true }
      return refused(dropped.problem.detail ?? dropped.problem.code)
    } catch (error) {
      const detail = error instanceof ProblemError ? (error.problem.detail ?? error.problem.code) : 'failed'
      return { ok: false, code: 'adapter.unavailable', detail, retryable: true }
    }
  }

  return {
    kind: 'file-drop',
    system: place.system,

    async deliver(delivery, call) {
      const { kind } = delivery
      const packet = plan.out.packets.get(kind)
      if (packet === undefined) {
        if (!plan.out.ignoresUnmapped) return refused(`out.packets: ${kind} is not mapped`)
        call.log('packet left out, its kind is not mapped', { kind })
        return { ok: true }
      }
      const result = await inTurn(delivery.idempotencyKey, () => hand(packet, delivery, call))
      call.log('packet handed over', { kind, outcome: result.ok === false ? result.code : 'done' })
      return result
    },

    async plan(delivery) {
      const packet = plan.out.packets.get(delivery.kind)
      return packet === undefined ? { ok: true, requests: [] } : out.planOf(packet.data, delivery)
    },

    poll,
    read,
    acknowledge,
    check: call => check(plan, place, inbox, call),
    close: () => place.close(),
  }
}

const refused = (detail: string): DeliveryResult => ({ ok: false, code: 'adapter.mapping', detail, retryable: false })

/** Usable when its folders are there; and what of the answers does not go on by itself. */
async function check(
  plan: DropPlan,
  place: Place,
  inbox: ReturnType<typeof createAnswers>['inbox'],
  call: Call,
): ReturnType<Adapter['check']> {
  try {
    for (const [name, folder] of [
      ['out', plan.out.folder],
      ['in', plan.in.folder],
      ['done', plan.in.done],
    ] as const)
      if ((await place.stat(folder, call.signal))?.folder !== true)
        return { ok: false, detail: `${name}: the folder is not there` }
    const { unreadable, passedOver, full } = await inbox(call)
    const faults = [
      ...(unreadable > 0 ? [`${unreadable} files of answers cannot be read`] : []),
      ...(passedOver > 0 ? [`${passedOver} files have names that are not gone along with, or are links`] : []),
      ...(full ? [`more than ${FILE_DROP_LIMITS.names} names: the other side must clear its folder`] : []),
    ]
    return faults.length === 0 ? { ok: true } : { ok: true, detail: `in: ${faults.join('; ')}` }
  } catch (error) {
    return { ok: false, detail: error instanceof ProblemError ? (error.problem.detail ?? '') : 'failed' }
  }
}
