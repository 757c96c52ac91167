/** A system that exchanges files: it takes each folder that is ready, and answers by files that get their name when they are whole. */
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { scan } from '../../node/edges/cli/sandbox-scan.ts'
import { again, createOffice } from './office.ts'
import type { System } from './systems.ts'

type Packet = { key: string; kind: string; number?: string }

/** `folder`: root of the exchange. */
export async function startFilesSystem(folder: string): Promise<System> {
  for (const part of ['out', 'in/files', 'done']) await mkdir(join(folder, part), { recursive: true })
  const office = createOffice('YB')
  let told = 0
  let files = 0

  async function answer(entries: object[]): Promise<void> {
    const name = `${String(++files).padStart(6, '0')}.json`
    await writeFile(join(folder, `.${name}`), JSON.stringify({ answers: entries }))
    await rename(join(folder, `.${name}`), join(folder, 'in', name))
  }

  async function take(packet: string): Promise<void> {
    const place = join(folder, 'out', packet)
    const { key, kind, number = '' } = JSON.parse(await readFile(join(place, 'data.json'), 'utf8')) as Packet
    if (kind === 'case.submit') await answer([{ key, ok: true, number: office.register(key) }])
    else {
      office.hear(key, number)
      await answer([{ key, ok: true, number }])
    }
    await rm(place, { recursive: true })
  }

  const stopped = again(async () => {
    for (const packet of await readdir(join(folder, 'out'))) if (!packet.startsWith('.')) await take(packet)
    const steps = office.answers.slice(told)
    if (steps.length === 0) return
    const entries = []
    for (const { no, number, step } of steps) {
      const file = `files/${number}.pdf`
      if (step === 'JD') await writeFile(join(folder, 'in', file), scan(`Decision ${number}`))
      entries.push({ id: String(no), number, step, ...(step === 'JD' ? { file } : {}) })
    }
    await answer(entries)
    told += steps.length
  })
  return {
    adapter: { kind: 'file-drop', mapping: 'file-drop.json' },
    effects: async () => office.effects(),
    stop: stopped,
  }
}
