/**
 * What is handed over: a folder for each packet, which gets its name when it is whole. The memory of the case says which of the folders that
 * attempts wrote is the one that is named, before it is; so a repeat, also after a lost answer, finds that done and writes none.
 */
import { createHash, randomUUID } from 'node:crypto'
import type { JsonValue } from '../../protocol/primitives.ts'
import { type Refused, refuse } from '../../protocol/problem.ts'
import {
  type AdapterState,
  type Call,
  contentOf,
  type DeliveredMaterial,
  type Delivery,
  deliveryInput,
  type Mapping,
  mappingInput,
  type PlannedRequest,
} from '../sdk/index.ts'
import type { OutPlan } from './compile.ts'
import { writeData } from './data.ts'
import { FILE_DROP_LIMITS } from './limits.ts'
import { folderOf, materialPath, WRITING } from './names.ts'
import { type Place, unavailable } from './place.ts'

type File = { file: string; size: number; sha256: string }

export type DropMemory = {
  /** from 1; one more after each refusal, so that what a person tries again is handed over anew */
  round: number
  /** ids of the answers by which it grew */
  refusals: string[]
}

export const roundKey = (key: string): string => `round ${key}`
export const memoryOf = (text: string): DropMemory => JSON.parse(text) as DropMemory

export function createOut(plan: OutPlan, place: Place) {
  /** The file of data of a packet. Problem: `adapter.mapping`. */
  async function dataOf(
    mapping: Mapping,
    delivery: Delivery,
    folder: string,
  ): Promise<{ ok: true; bytes: Uint8Array } | Refused> {
    const extra = (material: DeliveredMaterial) =>
      plan.materials ? { file: materialPath(material, delivery.materials.indexOf(material)) } : {}
    const input = mappingInput(delivery.kind, { ...deliveryInput(delivery, extra), folder })
    if (!input.ok) return input
    const submit = mappingInput(
      'submit',
      mapping.asks('submit') && delivery.submit !== null ? contentOf(delivery.submit) : null,
    )
    if (!submit.ok) return submit
    const mapped = await mapping.evaluate(input.input, { submit: submit.input.json })
    if (!mapped.ok) return mapped
    if (mapped.value === undefined) return refuse('adapter.mapping', `${mapping.place}: found nothing`)
    return writeData(mapping.place, mapped.value as JsonValue, plan.form)
  }

  const roundOf = async (state: AdapterState, key: string): Promise<number> =>
    memoryOf(await state.claim(roundKey(key), () => JSON.stringify({ round: 1, refusals: [] } satisfies DropMemory)))
      .round

  /** Hands a packet over, once. Throws `adapter.unavailable`. */
  async function drop(mapping: Mapping, delivery: Delivery, { state, signal }: Call): Promise<{ ok: true } | Refused> {
    const round = await roundOf(state, delivery.idempotencyKey)
    const folder = folderOf(delivery, round)
    const known = await state.get(`whole ${folder}`)
    if (known !== null) {
      await publish(known, folder, signal)
      return { ok: true }
    }
    const data = await dataOf(mapping, delivery, folder)
    if (!data.ok) return data
    const writing = `${plan.folder}/${WRITING}`
    // The folder above must be there: a share that is not mounted must not be written beside.
    if ((await place.stat(plan.folder, signal))?.folder !== true) throw unavailable('out: ENOENT')
    if ((await place.stat(writing, signal)) === null) await made(writing, signal)
    const part = `${writing}/${folder}.${randomUUID()}`
    try {
      await writeAll(part, delivery, data.bytes, signal)
      const whole = await state.claim(`whole ${folder}`, () => part)
      if (whole !== part) await place.remove(part, signal)
      await publish(whole, folder, signal)
    } catch (error) {
      if ((await state.get(`whole ${folder}`)) !== part) await tidy(part)
      throw error
    }
    return { ok: true }
  }

  /** Two packets at once may both find it missing. */
  async function made(folder: string, signal: AbortSignal): Promise<void> {
    try {
      await place.makeFolder(folder, signal)
    } catch (error) {
      if ((await place.stat(folder, signal))?.folder !== true) throw error
    }
  }

  const tidy = (part: string): Promise<void> =>
    place.remove(part, AbortSignal.timeout(FILE_DROP_LIMITS.silence)).catch(() => {})

  /** Gives the whole folder its name. One that is not there any more has got it before, and may have been taken away since. */
  async function publish(part: string, folder: string, signal: AbortSignal): Promise<void> {
    const target = `${plan.folder}/${folder}`
    if ((await place.stat(target, signal)) !== null) await place.remove(part, signal)
    else await place.rename(part, target, signal)
  }

  /** Everything of a packet: its materials, its data, what tells them all with their hashes, and the marker last. */
  async function writeAll(part: string, delivery: Delivery, data: Uint8Array, signal: AbortSignal): Promise<void> {
    await place.makeFolder(part, signal)
    const { idempotencyKey, kind, caseNo, localCaseNo, from, to, materials } = delivery
    const files: (File & Record<string, unknown>)[] = []
    if (plan.materials && materials.length > 0) {
      await place.makeFolder(`${part}/materials`, signal)
      for (const [index, material] of materials.entries()) {
        const file = materialPath(material, index)
        const { sha256, size } = await write(`${part}/${file}`, material.open(), signal)
        if (sha256 !== material.sha256) throw unavailable('materials: not the bytes of its hash')
        files.push({ file, size, sha256, type: material.type, code: material.code, name: material.name })
      }
    }
    files.push({ file: plan.file, ...(await write(`${part}/${plan.file}`, [data], signal)) })
    const manifest = { version: 1, key: idempotencyKey, kind, caseNo, localCaseNo, from, to, files }
    await write(`${part}/manifest.json`, [new TextEncoder().encode(`${JSON.stringify(manifest, null, 1)}\n`)], signal)
    await write(`${part}/${plan.marker}`, [], signal)
  }

  async function write(
    path: string,
    bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    signal: AbortSignal,
  ): Promise<{ size: number; sha256: string }> {
    const hash = createHash('sha256')
    let size = 0
    async function* through() {
      for await (const chunk of bytes) {
        hash.update(chunk)
        size += chunk.byteLength
        yield chunk
      }
    }
    await place.write(path, through(), signal)
    return { size, sha256: hash.digest('hex') }
  }

  /** The files that a packet becomes. Problem: `adapter.mapping`. */
  async function planOf(
    mapping: Mapping,
    delivery: Delivery,
  ): Promise<{ ok: true; requests: readonly PlannedRequest[] } | Refused> {
    const folder = folderOf(delivery, 1)
    const data = await dataOf(mapping, delivery, folder)
    if (!data.ok) return data
    const file = (path: string, body: string | null): PlannedRequest => ({
      method: 'PUT',
      url: `${plan.folder}/${folder}/${path}`,
      headers: [],
      body,
    })
    return {
      ok: true,
      requests: [
        ...(plan.materials
          ? delivery.materials.map((material, index) => file(materialPath(material, index), null))
          : []),
        file(plan.file, new TextDecoder(plan.form.charset).decode(data.bytes)),
      ],
    }
  }

  return { drop, planOf }
}
