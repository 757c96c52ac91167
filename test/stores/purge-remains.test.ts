/**
 * What a purge leaves: nothing of the case in the store's file, its log or a backup made after, neither as this program sealed it nor
 * as an earlier one did; and a copy made before, once its key is gone.
 */
import { Database } from 'bun:sqlite'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { base64url } from 'jose'
import { afterEach, expect, test } from 'vitest'
import { type Case, type City, until } from '../../examples/support/cities.ts'
import { openKeyStore } from '../../node/identity/keystore.ts'
import { createCaseSeal, createSeal } from '../../node/materials/seal.ts'
import { copyInWorker, writeBackup } from '../../node/store/backup.ts'
import { openFixture, pairOf, type Stops } from '../support/old-cities.ts'
import { readFixture } from '../support/store-fixture.ts'

const NAME = '钱雀鸣'
const NUMBER = '420300199001011234'

const stops: Stops = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

type Blob = { where: string; bytes: Uint8Array }

/** Every sealed value of a store. */
function blobsOf(path: string): Blob[] {
  const db = new Database(path, { readonly: true })
  const tables = db.query(`SELECT name FROM sqlite_schema WHERE type = 'table'`).all() as { name: string }[]
  const blobs = tables.flatMap(({ name }) =>
    (db.query(`SELECT * FROM "${name}"`).all() as Record<string, unknown>[]).flatMap(row =>
      Object.entries(row).flatMap(([column, value]) =>
        value instanceof Uint8Array && value.byteLength > 40 ? [{ where: `${name}.${column}`, bytes: value }] : [],
      ),
    ),
  )
  db.close()
  return blobs
}

function sealedOf(path: string, thread: string): Uint8Array[] {
  const db = new Database(path, { readonly: true })
  const rows = db
    .query(
      `SELECT b.sealed FROM bodies b JOIN packets p ON p.no = b.packet_no JOIN threads t ON t.no = p.thread_no
       WHERE t.thread = unhex(?) AND p.kind <> 'case.purge'
       UNION ALL SELECT k.sealed FROM case_keys k JOIN threads t ON t.no = k.thread_no WHERE t.thread = unhex(?)`,
    )
    .all(thread, thread) as { sealed: Uint8Array }[]
  db.close()
  return rows.map(({ sealed }) => sealed)
}

async function remains(city: City, needles: readonly Uint8Array[]): Promise<string[]> {
  const data = join(city.folder, 'data')
  const names = (await readdir(data)).filter(name => name.includes('tongban.db') || name.includes('copy'))
  const found: string[] = []
  for (const name of names) {
    const bytes = await readFile(join(data, name))
    for (const needle of needles) if (bytes.includes(Buffer.from(needle).subarray(0, 40))) found.push(name)
  }
  return found
}

const rowOf = (path: string, sql: string) => {
  const db = new Database(path, { readonly: true })
  const row = db.query(sql).get() as Record<string, number> | null
  db.close()
  return row
}

test('after a purge nothing of the case opens, wherever its bytes stand', async () => {
  const fixture = await readFixture('5e2608a')
  const [ankang, shiyan] = pairOf(await openFixture(fixture, stops))
  const store = join(ankang.folder, 'data/tongban.db')
  const old = fixture.cities[0]?.said.find(({ state, kinds }) => state === 'closed' && !kinds.includes('case.purge'))
  if (old === undefined) throw new Error('no closed case')
  await until('bodies of before are sealed anew', async () => {
    const mark = rowOf(store, 'SELECT after, through FROM body_sealing')
    return mark !== null && mark.through !== undefined && (mark.after ?? 0) >= mark.through && mark.through > 0
  })

  const items = await ankang.clerk.get<{ items: { caseNo: string; thread: string }[] }>('/api/v1/cases?limit=1')
  const like = await ankang.clerk.get<{ bodies: { kind: string; body: Record<string, unknown> }[] }>(
    `/api/v1/cases/${items.items[0]?.thread ?? ''}/bodies`,
  )
  const { item, mode, form, materials } = like.bodies.find(({ kind }) => kind === 'case.submit')?.body ?? {}
  const { thread } = await ankang.clerk.post<Case>('/api/v1/cases', {
    ...{ mode, form, materials, window: '1', clerk: { no: 'AK-017' } },
    to: shiyan.code,
    item: (item as { code: string }).code,
    applicant: { type: '1', name: NAME, idType: '111', idNumber: NUMBER, phone: '13987654321' },
    receivedAt: new Date(fixture.at).toISOString(),
    consent: { text: 'gzs-2026-01', acceptedAt: new Date(fixture.at).toISOString() },
  })
  await until('it arrives', () => shiyan.clerk.get(`/api/v1/cases/${thread}`).catch(() => null))
  await until('it is taken', async () => {
    const { state } = await ankang.clerk.get<Case>(`/api/v1/cases/${thread}`)
    return state === 'arrived'
  })
  await shiyan.clerk.post(`/api/v1/cases/${thread}/close`, { outcome: 'returned' })
  await until('it is closed', async () => (await ankang.clerk.get<Case>(`/api/v1/cases/${thread}`)).state === 'closed')

  const copy = join(ankang.folder, 'before.db')
  await writeBackup(part => copyInWorker(store, part), copy)
  const needles = [...sealedOf(store, thread), ...sealedOf(store, old.thread)]
  expect(needles.length).toBeGreaterThan(6)
  expect(await remains(ankang, needles)).not.toEqual([])
  for (const gone of [thread, old.thread])
    await until('it can be purged', async () => {
      const { problem } = await ankang.administrator.get<{ problem: object | null }>(`/api/v1/cases/${gone}/purge`)
      return problem === null
    }).then(() => ankang.administrator.post(`/api/v1/cases/${gone}/purge`, { cause: 'request' }))
  await writeBackup(part => copyInWorker(store, part), join(ankang.folder, 'data/copy-after.db'))
  expect(await remains(ankang, needles)).toEqual([])

  const held = await openKeyStore(join(ankang.folder, 'data/keys'), `demo of ${ankang.code}`)
  const node = createSeal(base64url.decode(held.keys().dataKey))
  const db = new Database(store, { readonly: true })
  const keys = (
    db.query('SELECT thread_no, sealed FROM case_keys').all() as { thread_no: number; sealed: Uint8Array }[]
  ).map(({ thread_no, sealed }) => createCaseSeal(node.open(sealed, `case key ${thread_no}`)))
  const packets = db.query('SELECT lower(hex(id)) AS id FROM packets').all() as { id: string }[]
  db.close()
  const opens = (bytes: Uint8Array): string[] =>
    [node, ...keys].flatMap(seal =>
      packets.flatMap(({ id }) => {
        try {
          return [Buffer.from(seal.open(bytes, id)).toString()]
        } catch {
          return []
        }
      }),
    )
  // The copy made before holds the bodies, and no key that is left opens those of the purged cases.
  const bodies = blobsOf(copy).filter(({ where }) => where === 'bodies.sealed')
  const opened = bodies.map(({ bytes }) => opens(bytes).join())
  expect(opened.filter(text => text !== '').length).toBeGreaterThan(10)
  expect(opened.filter(text => text.includes(NAME) || text.includes(NUMBER))).toEqual([])
  for (const { where, bytes } of blobsOf(store)) {
    expect([where, Buffer.from(bytes).includes(NUMBER)]).toEqual([where, false])
    if (where === 'bodies.sealed') expect(opens(bytes).join()).not.toContain(NAME)
  }
})
