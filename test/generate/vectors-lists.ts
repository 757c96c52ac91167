/** Vectors of service lists: the hash tree, signed heads and the items under them, frames of their stream. */

import { toHex } from '../../protocol/primitives.ts'
import type { ServiceItem } from '../../protocol/service/item.ts'
import { entryOf, type ListHead, listRoot, readListItem, signListHead } from '../../protocol/service/list.ts'
import { encodeListFrame, type ListFrame } from '../../protocol/service/list-frames.ts'
import { bucketOf } from '../../protocol/service/list-tree.ts'
import type { VectorCity } from './vector-keys.ts'
import { type Add, ITEM, NOW, refused } from './vector-writer.ts'

const item = (code: string, name: string): ServiceItem => ({
  taskCode: code,
  taskName: name,
  taskVersion: 1,
  taskState: '1',
  taskType: '20',
  useLevel: '3',
  deptName: '十堰市住房公积金中心',
  serverType: ['1'],
  projectType: '1',
  modes: [0, 1],
  anticipateDay: 3,
  promiseDay: 1,
  limitSceneNum: 0,
  isFee: false,
  materials: [],
})

export const LIST_ITEM = item(ITEM.code, ITEM.name)

/** Root of lines that are known to be items. */
async function rootOf(lines: readonly string[]): Promise<string> {
  const entries = await Promise.all(
    lines.map(async line => {
      const read = await readListItem(line)
      if (!read.ok) throw new Error(read.problem.code)
      return read.entry
    }),
  )
  const root = await listRoot(entries)
  if (!root.ok) throw new Error(root.problem.code)
  return root.root
}

export async function addLists(add: Add, shiyan: VectorCity): Promise<void> {
  await addTrees(add)
  addListFrames(add)
  const lines = [LIST_ITEM, item('11420300MB0000000X4200000000030', '公积金缴存证明')].map(one => JSON.stringify(one))
  const root = await rootOf(lines)
  const head: ListHead = { v: 1, iss: '420300', iat: NOW, version: 2, count: 2, root }
  const signed = await signListHead(head, shiyan.packet.signer)
  const given = { head: signed, lines, heldVersion: 1 }
  add('list/valid/version-2', 'A list of two items', given, { ok: true })
  add(
    'list/valid/another-order',
    'The root says nothing of the order in which items come',
    { ...given, lines: lines.toReversed() },
    { ok: true },
  )
  const none: ListHead = { ...head, count: 0, root: await rootOf([]) }
  add(
    'list/valid/empty',
    'A list of no items',
    { head: await signListHead(none, shiyan.packet.signer), lines: [], heldVersion: 0 },
    { ok: true },
  )
  add('list/invalid/rollback', 'A higher version is held', { ...given, heldVersion: 3 }, refused('list.rollback'))
  const invalid = (path: string, description: string, changed: readonly string[], problem = 'list.root' as const) =>
    add(`list/invalid/${path}`, description, { ...given, lines: changed }, refused(problem))
  invalid('other-text', 'The same item in another text', [lines[0] ?? '', `${lines[1]} `])
  invalid('missing-item', 'An item is missing', lines.slice(0, 1))
  invalid('changed-item', 'An item promises another day', [
    lines[0] ?? '',
    (lines[1] ?? '').replace('Day":1', 'Day":2'),
  ])
  add(
    'list/invalid/twice',
    'An item stands twice',
    { ...given, lines: [...lines, lines[0]] },
    refused('list.malformed'),
  )
  add(
    'list/invalid/two-lines',
    'An item in several lines',
    { ...given, lines: [lines[0], (lines[1] ?? '').replace(',', ',\n')] },
    refused('list.malformed'),
  )
  add(
    'list/invalid/count',
    'The head counts other items than there are',
    { ...given, head: await signListHead({ ...head, count: 3 }, shiyan.packet.signer) },
    refused('list.malformed'),
  )
}

async function addTrees(add: Add): Promise<void> {
  const tree = async (path: string, description: string, items: { code: string; text: string }[]) => {
    const entries = await Promise.all(items.map(({ code, text }) => entryOf(code, text)))
    const root = await listRoot(entries)
    const expect = root.ok
      ? { ok: true, root: root.root, buckets: entries.map(({ key }) => bucketOf(key)) }
      : refused(root.problem.code)
    add(`list-tree/${path}`, description, { items }, expect)
  }
  const many = Array.from({ length: 300 }, (_, no) => ({ code: `item-${no}`, text: `{"no":${no}}` }))
  await tree('valid/empty', 'No items', [])
  await tree('valid/one', 'One item', many.slice(0, 1))
  await tree('valid/three-hundred', 'Buckets of one and more items', many)
  await tree('invalid/twice', 'A code stands twice', [...many.slice(0, 2), { code: 'item-0', text: '{}' }])
}

function addListFrames(add: Add): void {
  const frames: [string, ListFrame][] = [
    ['request', { type: 'list-request', city: '420300', held: 'a.b.c' }],
    ['request-all', { type: 'list-request', city: '420300', held: null }],
    ['answer', { type: 'list-answer', head: 'a.b.c', from: 7 }],
    ['end', { type: 'list-end' }],
    ['problem', { type: 'problem', code: 'list.none' }],
  ]
  for (const [name, frame] of frames) {
    const hex = toHex(encodeListFrame(frame))
    add(`list-frame/valid/${name}`, `A frame ${frame.type}`, { hex }, { ok: true, frame })
  }
  for (const [name, description, hex] of [
    ['no-type', 'A type that is not known', 'ff'],
    ['empty-lines', 'Lines of no bytes', '030000000003'],
    ['oversize-lines', 'Lines of more bytes than allowed', '03ffffffff03'],
    ['long-end', 'Something after the end', '0400'],
  ] as const)
    add(`list-frame/invalid/${name}`, description, { hex }, refused('frame.malformed'))
}
