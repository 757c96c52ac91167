/** A fake approval system behind a shared folder, with the switches that the contract suite asks for. */
import { createHash, randomUUID } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { OutsideSystem } from 'tongban/sdk/contract'

const PACE = 5
type Order = { key: string; kind: string; number: string | null }

export async function startFolderSystem(): Promise<{ folder: string; system: OutsideSystem; stop(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'tongban-folder-'))
  for (const part of ['in', 'ack', 'out', 'materials']) await mkdir(join(folder, part))
  /** key → local case number; what stands here has had its effect */
  const done = new Map<string, string>()
  const out: string[] = []
  const gates = { refuse: false, drop: false, garble: false, long: false, spoil: null as string | null }
  const garbled = new Set<string>()
  const numberIn = (text: string) => /"number":"?([^",]+)/.exec(text)?.[1] ?? ''
  let held: { reached: PromiseWithResolvers<void>; released: PromiseWithResolvers<void> } | null = null
  let stopped = false
  let serial = 0

  async function take(name: string): Promise<void> {
    const place = join(folder, 'in', name)
    const order = JSON.parse(await readFile(place, 'utf8')) as Order
    if (held !== null) {
      const { reached, released } = held
      held = null
      reached.resolve()
      await released.promise
    }
    await rm(place, { force: true })
    if (gates.refuse) {
      gates.refuse = false
      return put(join(folder, 'ack', name), { ok: false, code: 'E2' })
    }
    const fresh = gates.long ? `2026113000000000${String(++serial).padStart(2, '0')}` : `MJ-${++serial}`
    const number = done.get(order.key) ?? order.number ?? fresh
    done.set(order.key, number)
    if (gates.drop) {
      gates.drop = false
      return
    }
    const { spoil } = gates
    gates.spoil = null
    // A Java system writes a number of digits alone as one.
    const text = `{"ok":true,"number":${gates.long ? number : JSON.stringify(number)}}`
    await putText(join(folder, 'ack', name), spoil ?? text)
  }

  async function work(): Promise<void> {
    while (!stopped) {
      const names = await readdir(join(folder, 'in')).catch(() => [])
      // A file may go away between the look and the grip: the outage moves the whole folder.
      for (const name of names.filter(entry => entry.endsWith('.json'))) await take(name).catch(() => undefined)
      await sleep(PACE)
    }
  }
  const working = work()

  const writeOut = async (): Promise<void> => {
    for (const [index, text] of out.entries())
      await putText(
        join(folder, 'out', `${String(index + 1).padStart(10, '0')}.json`),
        gates.garble || garbled.has(numberIn(text)) ? '{}' : text,
      )
  }

  const system: OutsideSystem = {
    effects: async key => (done.has(key) ? 1 : 0),
    outage: async on => {
      await (on ? rename(folder, `${folder}.away`) : rename(`${folder}.away`, folder))
    },
    refuseNext: async () => {
      gates.refuse = true
    },
    dropNextAnswer: async () => {
      gates.drop = true
    },
    holdNext: async () => {
      const hold = { reached: Promise.withResolvers<void>(), released: Promise.withResolvers<void>() }
      held = hold
      return { reached: hold.reached.promise, release: async () => hold.released.resolve() }
    },
    uploadBegun: async sha256 => {
      const begun = async (name: string) => (await stat(join(folder, 'materials', name))).size > 0
      for (;;) {
        const name = (await readdir(join(folder, 'materials'))).find(entry => entry.startsWith(`${sha256}.`))
        if (name !== undefined && (await begun(name))) return
        await sleep(PACE)
      }
    },
    holds: async sha256 => {
      const bytes = await readFile(join(folder, 'materials', sha256)).catch(() => null)
      return bytes !== null && createHash('sha256').update(bytes).digest('hex') === sha256
    },
    say: async (number, text) => {
      const accept = text === undefined && out.length % 2 === 0
      const [step, body] = accept ? ['SL', { acceptanceNo: 'SL-1' }] : ['LY', { text: text ?? '请等候' }]
      out.push(JSON.stringify({ number, step, body }).replace(/^\{"number":"(\d+)"/, '{"number":$1'))
      await writeOut()
    },
    spoilNextAnswer: async how => {
      gates.spoil = { page: '<html>', empty: '', cut: '{"ok":tr' }[how]
    },
    longNumbers: async () => {
      gates.long = true
    },
    garbleEvents: async on => {
      gates.garble = on
      await writeOut()
    },
    garbleCase: async (number, on) => {
      if (on) garbled.add(number)
      else garbled.delete(number)
      await writeOut()
    },
  }
  return {
    folder,
    system,
    async stop() {
      stopped = true
      await working
      await rm(folder, { recursive: true, force: true })
    },
  }
}

const put = (place: string, value: unknown): Promise<void> => putText(place, JSON.stringify(value))

async function putText(place: string, text: string): Promise<void> {
  const part = `${place}.${randomUUID()}.part`
  await writeFile(part, text)
  await rename(part, place)
}
