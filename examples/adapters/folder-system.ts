/** The system behind the adapter of `examples/custom-adapter`: orders and answers as files of a shared folder. */
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { again, type Code, createOffice } from './office.ts'
import type { System } from './systems.ts'

type Order = { key: string; kind: string; number: string | null }

const BODIES: Record<Code, (number: string) => object> = {
  SL: number => ({ acceptanceNo: number }),
  JD: number => ({ outcome: 'granted', documentNo: `${number}-JD` }),
  SD: () => ({ method: 'pickup' }),
  BJ: () => ({ outcome: 'granted' }),
}

/** `folder`: the shared one. */
export async function startFolderSystem(folder: string): Promise<System> {
  for (const part of ['in', 'ack', 'out', 'materials']) await mkdir(join(folder, part), { recursive: true })
  const office = createOffice('GJ')
  let told = 0

  async function put(place: string, value: object): Promise<void> {
    await writeFile(`${place}.part`, JSON.stringify(value))
    await rename(`${place}.part`, place)
  }

  async function take(name: string): Promise<void> {
    const { key, kind, number } = JSON.parse(await readFile(join(folder, 'in', name), 'utf8')) as Order
    await rm(join(folder, 'in', name))
    if (kind !== 'case.submit') office.hear(key, number ?? '')
    await put(join(folder, 'ack', name), {
      ok: true,
      ...(kind === 'case.submit' ? { number: office.register(key) } : {}),
    })
  }

  const stopped = again(async () => {
    for (const name of await readdir(join(folder, 'in'))) if (name.endsWith('.json')) await take(name)
    for (const { no, number, step } of office.answers.slice(told)) {
      const name = `${String(no).padStart(10, '0')}.json`
      await put(join(folder, 'out', name), { number, step, body: BODIES[step](number) })
      told = no
    }
  })
  return {
    adapter: { kind: 'module', path: 'folder-adapter.ts', options: { folder: '../folder' } },
    effects: async () => office.effects(),
    stop: stopped,
  }
}
