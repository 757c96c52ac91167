/** An approval system behind a folder of files, with the switches that the contract asks for; for tests. It works when it is told to. */
import { createHash, randomUUID } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import type { OutsideSystem } from '../sdk/contract.ts'
import type { FileDropConfigInput } from './config.ts'

type Manifest = {
  key: string
  kind: string
  localCaseNo: string | null
  files: { file: string; size: number; sha256: string }[]
}

const PACKET = {
  data: {
    key: 'idempotencyKey',
    kind: 'kind',
    number: 'localCaseNo',
    folder: 'folder',
    name: '$submit.applicant.name',
  },
}

/** The mapping that fits the fake; `root` is its folder. */
export const fakeConfig = (root: string): FileDropConfigInput => ({
  folder: root,
  dictionaries: { steps: { codes: { 'case.accept': 'SL', 'case.message': 'LY' } } },
  errors: { E2: 'the item is not handled there' },
  out: {
    format: 'json',
    packets: {
      'case.submit': PACKET,
      'case.supplement': PACKET,
      'case.withdraw': PACKET,
      'case.remind': PACKET,
      'case.message': PACKET,
    },
  },
  in: {
    format: 'json',
    ready: 'renamed',
    list: 'answers',
    each: {
      packet: 'key',
      taken: 'ok',
      error: 'code',
      localCaseNo: 'number',
      kind: "$ours('steps', step)",
      body: {
        'case.accept': { acceptanceNo: 'no' },
        'case.message': {
          text: 'text',
          attachments: "files.{ 'code': 'FJ', 'name': $, 'sha256': $, 'form': 'copy' }[]",
        },
      },
    },
    files: true,
  },
})

export async function startFakeSystem() {
  const root = await mkdtemp(join(tmpdir(), 'tongban-drop-'))
  for (const part of ['out', 'in', 'done']) await mkdir(join(root, part))
  /** key → local case number; what stands here has had its effect */
  const done = new Map<string, string>()
  const effects = new Map<string, number>()
  const held = new Set<string>()
  const said = new Map<string, string>()
  const late: { key: string; text: string }[] = []
  const gates = { refuse: false, drop: false, garble: false, long: false, hold: false, spoil: null as string | null }
  let reached: (() => void) | null = null
  let serial = 0
  let files = 0

  /** A file of answers, which gets its name when it is whole. */
  async function answer(text: string, name = `a${String(++files).padStart(6, '0')}.json`): Promise<string> {
    said.set(name, text)
    const part = join(root, `.${randomUUID()}`)
    await writeFile(part, gates.garble ? '{"answers":[{"number":"x","step":"??"}]}' : text)
    await rename(part, join(root, 'in', name))
    return name
  }

  async function take(folder: string): Promise<void> {
    const place = join(root, 'out', folder)
    const manifest = JSON.parse(await readFile(join(place, 'manifest.json'), 'utf8')) as Manifest
    const { key } = manifest
    if (gates.hold) {
      gates.hold = false
      reached?.()
      return
    }
    for (const { file, size, sha256 } of manifest.files) {
      const bytes = await readFile(join(place, file))
      if (bytes.byteLength !== size || hashOf(bytes) !== sha256)
        throw new Error(`${file} is not what the manifest says`)
      held.add(sha256)
    }
    await rm(place, { recursive: true })
    if (gates.refuse) {
      gates.refuse = false
      await answer(JSON.stringify({ answers: [{ key: folder, ok: false, code: 'E2' }] }))
      return
    }
    const fresh = gates.long ? `2026113000000000${String(++serial).padStart(2, '0')}` : `MJ-${++serial}`
    const number = done.get(key) ?? manifest.localCaseNo ?? fresh
    done.set(key, number)
    effects.set(key, (effects.get(key) ?? 0) + 1)
    // A Java system writes a number of digits alone as one.
    const text = `{"answers":[{"key":"${key}","ok":true,"number":${gates.long ? number : JSON.stringify(number)}}]}`
    const { drop, spoil } = gates
    Object.assign(gates, { drop: false, spoil: null })
    if (spoil !== null) await answer(spoil)
    if (drop || spoil !== null) late.push({ key, text })
    else await answer(text)
  }

  /** Takes what is there, as a job that runs now and then does; one run at a time. */
  let working: Promise<void> = Promise.resolve()
  const work = (): Promise<void> => {
    working = working.then(workNow, workNow)
    return working
  }
  async function workNow(): Promise<void> {
    for (const { text } of late.splice(0)) await answer(text)
    for (const folder of await readdir(join(root, 'out'))) if (!folder.startsWith('.')) await take(folder)
  }

  const system: OutsideSystem = {
    work,
    effects: async key => effects.get(key) ?? 0,
    outage: async on => {
      await (on ? rename(root, `${root}.away`) : rename(`${root}.away`, root))
    },
    refuseNext: async () => {
      gates.refuse = true
    },
    dropNextAnswer: async () => {
      gates.drop = true
    },
    holdNext: async () => {
      const coming = Promise.withResolvers<void>()
      gates.hold = true
      reached = coming.resolve
      return { reached: coming.promise, release: async () => {} }
    },
    uploadBegun: async () => {
      for (;;) {
        const writing = join(root, 'out', '.writing')
        for (const part of await readdir(writing).catch(() => []))
          for (const file of await readdir(join(writing, part, 'materials')).catch(() => []))
            if ((await stat(join(writing, part, 'materials', file))).size > 0) return
        await setImmediate()
      }
    },
    holds: async sha256 => held.has(sha256),
    say: async (number, text) => {
      const accept = text === undefined && files % 2 === 0
      const step = accept ? { step: 'SL', no: 'SL-1' } : { step: 'LY', text: text ?? '请等候' }
      const line = JSON.stringify({ answers: [{ number, ...step }] })
      await answer(line.replace(/"number":"(\d+)"/, '"number":$1'))
    },
    sayWithFile: async (number, bytes) => {
      await mkdir(join(root, 'in', 'files'), { recursive: true })
      await writeFile(join(root, 'in', 'files', 'decision.pdf'), bytes)
      await answer(JSON.stringify({ answers: [{ number, step: 'LY', text: '见附件', files: ['files/decision.pdf'] }] }))
    },
    spoilNextAnswer: async how => {
      gates.spoil = { page: '<html>', empty: '', cut: '{"answers":[{"ok":tr' }[how]
    },
    longNumbers: async () => {
      gates.long = true
    },
    garbleEvents: async on => {
      gates.garble = on
      for (const [name, text] of said) await answer(text, name)
    },
  }
  return {
    root,
    system,
    answer,
    work,
    stop: () => rm(root, { recursive: true, force: true }),
  }
}

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
