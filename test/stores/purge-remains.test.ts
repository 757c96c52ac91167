/**
 * What a purge leaves: nothing of the case in the store's file, its log or a backup made after, neither as this program sealed it nor
 * as an earlier one did; a copy made before, once its key is gone; and a backup made before, with the keys of after.
 */
import { Database } from 'bun:sqlite'
import { cp, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { base64url } from 'jose'
import { afterEach, expect, test } from 'vitest'
import { createStoryClock } from '../../examples/stories/clock.ts'
import { type City, until } from '../../examples/support/cities.ts'
import { run } from '../../examples/support/processes.ts'
import { type Client, createClient } from '../../node/edges/client/client.ts'
import { loadConfig } from '../../node/kernel/config/config.ts'
import { openKeyStore } from '../../node/kernel/keys/keystore.ts'
import { createCaseSeal, createSeal } from '../../node/kernel/keys/seal.ts'
import { copyInWorker, writeBackup } from '../../node/kernel/store/backup.ts'
import { startNode } from '../../node/node.ts'
import type { CaseContent } from '../../protocol/case/kinds.ts'
import { openFixture, pairOf, type Stops } from '../support/old-cities.ts'
import { readFixture } from '../support/store-fixture.ts'

const NAME = '钱雀鸣'
const NUMBER = '420300199001011234'
const PHONE = '13987654321'
const CANARIES = [NAME, NUMBER, PHONE]

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

  const items = await ankang.clerk.listCases({ query: { limit: 1 } })
  const like = await ankang.clerk.readCaseBodies({ params: { thread: items.items[0]?.thread ?? '' } })
  const { item, mode, form, materials } = (like.bodies.find(({ kind }) => kind === 'case.submit')?.body ??
    {}) as CaseContent<'case.submit'>
  const { thread } = await ankang.clerk.submitCase({
    body: {
      mode,
      form,
      materials,
      window: '1',
      clerk: { no: 'AK-017' },
      to: shiyan.code,
      item: item.code,
      applicant: { type: '1', name: NAME, idType: '111', idNumber: NUMBER, phone: PHONE },
      receivedAt: new Date(fixture.at).toISOString(),
      consent: { text: 'gzs-2026-01', acceptedAt: new Date(fixture.at).toISOString() },
    },
  })
  await until('it arrives', () => shiyan.clerk.getCase({ params: { thread } }).catch(() => null))
  await until('it is taken', async () => {
    const { state } = await ankang.clerk.getCase({ params: { thread } })
    return state === 'arrived'
  })
  await shiyan.clerk.closeCase({ params: { thread }, body: { outcome: 'returned' } })
  await until('it is closed', async () => (await ankang.clerk.getCase({ params: { thread } })).state === 'closed')

  const copy = join(ankang.folder, 'before.db')
  await writeBackup(part => copyInWorker(store, part), copy)
  const needles = [...sealedOf(store, thread), ...sealedOf(store, old.thread)]
  expect(needles.length).toBeGreaterThan(6)
  expect(await remains(ankang, needles)).not.toEqual([])
  for (const gone of [thread, old.thread])
    await until('it can be purged', async () => {
      const { problem } = await ankang.administrator.previewPurge({ params: { thread: gone } })
      return problem === null
    }).then(() => ankang.administrator.purgeCase({ params: { thread: gone }, body: { cause: 'request' } }))
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

type Keyed = { sealed: Uint8Array; key: Uint8Array | null; context: string; keyContext: string }

/** Every sealed value of a store whose context is known, opened with the node's key and with every key that the store holds. */
async function openedIn(folder: string, passphrase: string): Promise<string[]> {
  const held = await openKeyStore(join(folder, 'keys'), passphrase)
  const node = createSeal(base64url.decode(held.keys().dataKey))
  const db = new Database(join(folder, 'tongban.db'), { readonly: true })
  const all = <T>(sql: string) => db.query(sql).all() as T[]
  const values = [
    `SELECT b.sealed, lower(hex(p.id)) AS context, NULL AS key, '' AS keyContext FROM bodies b JOIN packets p ON p.no = b.packet_no`,
    `SELECT sealed, 'case draft ' || id AS context, key, 'key of case draft ' || id AS keyContext FROM case_drafts`,
    `SELECT move AS sealed, id AS context, key, 'key of ' || id AS keyContext FROM adapter_events WHERE move IS NOT NULL`,
    `SELECT sealed, 'answer ["' || person || '","' || key || '"]' AS context, NULL AS key, '' AS keyContext FROM idempotency WHERE sealed IS NOT NULL`,
    `SELECT draft AS sealed, 'rewrite ' || thread AS context, NULL AS key, '' AS keyContext FROM rewrites`,
    `SELECT sealed, 'parcel ' || id AS context, NULL AS key, '' AS keyContext FROM parcels`,
  ].flatMap(sql => all<Keyed>(sql))
  const open = (sealed: Uint8Array, context: string): Uint8Array | null => {
    try {
      return node.open(sealed, context)
    } catch {
      return null
    }
  }
  const keys = [
    ...all<{ no: number; sealed: Uint8Array }>('SELECT thread_no AS no, sealed FROM case_keys').map(({ no, sealed }) =>
      open(sealed, `case key ${no}`),
    ),
    ...values.map(({ key, keyContext }) => (key === null ? null : open(key, keyContext))),
  ].flatMap(key => (key === null ? [] : [createCaseSeal(key)]))
  db.close()
  return values.flatMap(({ sealed, context }) =>
    [node, ...keys].flatMap(seal => {
      try {
        return [Buffer.from(seal.open(sealed, context)).toString()]
      } catch {
        return []
      }
    }),
  )
}

/** Every file of a folder, with all that lies in it. */
const filesOf = async (folder: string) =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name))

const holding = (texts: readonly string[]) => texts.filter(text => CANARIES.some(word => text.includes(word)))

test('a backup made before a purge tells nothing of the case with the keys of after, and restores every other one', async () => {
  const fixture = await readFixture('5e2608a')
  const [ankang, shiyan] = pairOf(await openFixture(fixture, stops))
  const config = join(ankang.folder, 'tongban.json')
  const secret = { TONGBAN_PASSPHRASE: `demo of ${ankang.code}` }
  const store = join(ankang.folder, 'data/tongban.db')
  await until('bodies of before are sealed anew', async () => {
    const mark = rowOf(store, 'SELECT after, through FROM body_sealing')
    return mark !== null && (mark.through ?? 0) > 0 && (mark.after ?? 0) >= (mark.through ?? 0)
  })
  const { items } = await ankang.clerk.listCases({ query: { limit: 50 } })
  const bodiesOf = (thread: string, clerk = ankang.clerk) => clerk.readCaseBodies({ params: { thread } })
  const like = (await bodiesOf(items[0]?.thread ?? '')).bodies.find(({ kind }) => kind === 'case.submit')?.body ?? {}
  const { item, mode, form, materials } = like as CaseContent<'case.submit'>
  const scan = new TextEncoder().encode(`%PDF-1.4\n${'one page of the canary\n'.repeat(200)}%%EOF`)
  const { sha256 } = await ankang.clerk.uploadMaterial({ bytes: scan, type: 'application/pdf' })
  const given = {
    mode,
    form,
    window: '1',
    clerk: { no: 'AK-017' },
    to: shiyan.code,
    item: item.code,
    materials: materials.map((one, index) => (index === 0 ? { ...one, sha256 } : one)),
    applicant: { type: '1' as const, name: NAME, idType: '111', idNumber: NUMBER, phone: PHONE },
    receivedAt: new Date(fixture.at).toISOString(),
    consent: { text: 'gzs-2026-01', acceptedAt: new Date(fixture.at).toISOString() },
  }
  const draft = await ankang.clerk.createCaseDraft({ body: { content: given } })
  const { thread } = await ankang.clerk.submitCase({ body: given, key: 'the-key-of-a-repeat' })
  await until('it is taken', async () => (await ankang.clerk.getCase({ params: { thread } })).state === 'arrived')
  await shiyan.clerk.closeCase({ params: { thread }, body: { outcome: 'returned' } })
  await until('it can be purged', async () => {
    const { problem } = await ankang.administrator.previewPurge({ params: { thread } })
    return problem === null
  })

  const backup = async (name: string) =>
    run('node/main.ts', ['backup', join(ankang.folder, name), '--config', config], secret)
  const keys = join(ankang.folder, `case-keys-${ankang.code}.db`)
  await backup('before')
  await cp(keys, join(ankang.folder, 'keys-before.db'))
  await ankang.administrator.purgeCase({ params: { thread }, body: { cause: 'request' } })
  await backup('after')
  await expect(ankang.clerk.submitCase({ body: given, key: 'the-key-of-a-repeat' })).rejects.toMatchObject({
    problem: { code: 'request.conflict' },
  })
  await expect(ankang.clerk.openCaseDraft({ params: { id: draft.id } })).rejects.toMatchObject({
    problem: { code: 'request.not-found' },
  })

  const restore = async (name: string, ...flags: string[]) => {
    const folder = join(ankang.folder, name)
    await run('node/main.ts', ['restore', join(ankang.folder, 'before'), '--folder', folder, ...flags], secret)
    return folder
  }
  const passphrase = `demo of ${ankang.code}`
  // With the keys of its day everything opens; with those of after nothing of the case does.
  const then = await restore('then', '--keys', join(ankang.folder, 'keys-before.db'))
  expect(holding(await openedIn(join(then, 'data'), passphrase)).length).toBeGreaterThanOrEqual(2)
  const blobs = (folder: string) =>
    filesOf(join(folder, 'data/materials')).then(files => files.filter(path => path.endsWith(sha256)))
  expect(await blobs(then)).toHaveLength(1)
  await rm(then, { recursive: true })
  await rm(join(ankang.folder, 'keys-before.db'))
  const now = await restore('now')
  const opened = await openedIn(join(now, 'data'), passphrase)
  expect(opened.length).toBeGreaterThan(10)
  expect(holding(opened)).toEqual([])
  expect(await blobs(now)).toEqual([])
  // The backup itself, unrestored: no value of it opens with the node's key or with a key that is left.
  expect(holding(await openedIn(join(ankang.folder, 'before/data'), passphrase))).toEqual([])
  // Nor does any file of the city, its backups or its restored node hold a word of it.
  const files = await filesOf(ankang.folder)
  expect(files.length).toBeGreaterThan(20)
  for (const path of files) {
    const bytes = await readFile(path)
    expect([path, CANARIES.filter(word => bytes.includes(word))]).toEqual([path, []])
  }

  const applicants = async (who: Client) =>
    (await who.listCases({ query: { limit: 50 } })).items
      .map(({ thread: of, applicant }) => `${of} ${applicant}`)
      .sort()
  const lists = await applicants(ankang.clerk)
  expect(lists.filter(entry => entry.endsWith('*')).length).toBeGreaterThan(3)
  await ankang.node.stop()
  const node = await startNode({
    config: await loadConfig(join(now, 'tongban.json'), {}),
    passphrase,
    clock: createStoryClock(fixture.at - Date.now()),
  })
  stops.push(() => node.stop())
  const clerk = createClient({ url: node.url, token: (await readFile(join(now, 'data/clerk.token'), 'utf8')).trim() })
  const told = await bodiesOf(thread, clerk)
  expect(holding([JSON.stringify(told)])).toEqual([])
  await until('lists are made anew from what opens', async () => {
    const found = await applicants(clerk)
    return JSON.stringify(found) === JSON.stringify(lists)
  })
  for (const { thread: other } of items)
    expect((await bodiesOf(other, clerk)).bodies.length).toBe((await bodiesOf(other, shiyan.clerk)).bodies.length)
})
