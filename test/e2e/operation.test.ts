/** What administrators see of a running node over the API: settings, health, certificate, backups, and evidence that is verified. */
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readRequest } from '../../certs/index.ts'
import { VERIFY_LIMITS } from '../../node/city/records/evidence/verify-apart.ts'
import { type Client, createClient } from '../../node/edges/client/client.ts'
import { loadConfig } from '../../node/kernel/config/config.ts'
import { type RunningNode, startNode } from '../../node/node.ts'
import { makeNodeFolder, type NodeFolder, PASSPHRASE, SHIYAN } from '../support/node-folder.ts'
import { freePort } from '../support/node-process.ts'
import { until } from '../support/pair-cities.ts'
import { bundleBytes, bundleInputOf } from '../support/play-bundle.ts'
import { playCase } from '../support/play-case.ts'

let root = ''
let made: NodeFolder
let node: RunningNode
let client: Client

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tongban-operation-'))
  made = await makeNodeFolder(join(root, 'node'), SHIYAN, {
    httpPort: 0,
    p2pPort: await freePort(),
    rest: { backups: { folder: '../backups' } },
  })
  const config = await loadConfig(made.configPath, { TONGBAN_LOG_LEVEL: 'error' })
  node = await startNode({ config, passphrase: PASSPHRASE })
  client = createClient({ url: node.url, token: made.token })
})
afterAll(async () => {
  await node?.stop()
  await rm(root, { recursive: true, force: true })
})

describe('a node that runs tells over the API', () => {
  test('its settings, with where each comes from, and what every page needs of them', async () => {
    const { file, items } = await client.listSettings()
    expect(file).toBe(made.configPath)
    const of = (key: string) => items.find(setting => setting.key === key)
    expect(of('log.level')).toMatchObject({ value: 'error', from: 'environment' })
    expect(of('backups.folder')).toMatchObject({ value: '../backups', from: 'file' })
    expect(await client.showCommonSettings()).toMatchObject({
      city: SHIYAN,
      approvalSystem: 'workbench',
      carrier: null,
      separateDecision: false,
    })
  })

  test('how it is, with who must act and how', async () => {
    const { ok, checks } = await client.getHealth()
    expect(ok).toBe(true)
    const names = checks.map(({ check }) => check.split(' ')[0])
    for (const name of ['validity', 'disk', 'store', 'approval', 'parked', 'calendar', 'partners', 'reminders'])
      expect(names).toContain(name)
    for (const { level, act, cure } of checks)
      if (level === 'warn' || level === 'fail') expect([act, cure]).not.toContain(undefined)
  })

  test('its certificate, and a request for another one, with the present key or a new one that waits', async () => {
    const before = await client.getCertificate()
    expect(before).toMatchObject({ city: SHIYAN.code, selfIssued: true, revoked: null, waiting: false })
    expect(before.daysLeft).toBeGreaterThan(300)
    const { request } = await client.requestCertificate({ body: {} })
    const read = readRequest(request)
    expect(read).toMatchObject({ ok: true })
    expect((await client.getCertificate()).waiting).toBe(false)
    const other = await client.requestCertificate({ body: { newKey: true } })
    expect(other.request).not.toBe(request)
    expect((await client.getCertificate()).waiting).toBe(true)
    expect(JSON.stringify(other)).not.toContain('PRIVATE')
  })

  test('its backups: one is made beside its work, and read again', async () => {
    await client.makeBackup({ body: {} })
    const listed = await until(async () => {
      const found = await client.listBackups()
      return found.running === null && found.last !== null && found
    }, 'the backup ended')
    expect(listed.last?.problem).toBeNull()
    expect(listed.items[0]).toMatchObject({ problem: null })
    await client.verifyBackup({ body: { folder: listed.items[0]?.folder ?? '' } })
    await until(async () => (await client.listBackups()).last?.work === 'verification', 'it was read again')
    expect((await client.getHealth()).checks.find(({ check }) => check.startsWith('backups'))).toMatchObject({
      level: 'ok',
    })
  })

  test('what a bundle proves, and whose certificates it names; the file is kept no longer', async () => {
    const played = await playCase()
    const bytes = await bundleBytes(bundleInputOf(played))
    const verify = (content: Uint8Array<ArrayBuffer>, fingerprints?: string) =>
      client.verifyEvidence({ query: { fingerprints }, bytes: content, type: 'application/zip' })
    const report = await verify(bytes)
    expect(report).toMatchObject({ ok: true, confirmed: false, caseNo: played.caseNo })
    expect(report.findings.map(({ level }) => level)).not.toContain('error')
    expect(report.certificates.map(({ known }) => known)).toEqual([null, null])
    const given = report.certificates.map(({ fingerprint }) => fingerprint).join(',')
    expect(await verify(bytes, given)).toMatchObject({ ok: true, confirmed: true })
    const spoilt = bytes.slice()
    spoilt.fill(7, 200, 260)
    expect(await verify(spoilt)).toMatchObject({ ok: false })
    expect(await verify(new TextEncoder().encode('no bundle'))).toMatchObject({ ok: false })
    const many = (count: number) => Array.from({ length: count }, (_, n) => String(n).padStart(64, '0')).join(',')
    expect(await verify(bytes, many(VERIFY_LIMITS.fingerprints))).toMatchObject({ ok: false })
    await expect(verify(bytes, many(VERIFY_LIMITS.fingerprints + 1))).rejects.toThrow('at most')
    expect(await readdir(join(made.config.data, 'verifying')).catch(() => [])).toEqual([])
  })

  test(`${VERIFY_LIMITS.atOnce} bundles at once, and one more is refused`, async () => {
    const held: ReadableStreamDefaultController<Uint8Array>[] = []
    const slow = () =>
      new ReadableStream<Uint8Array>({
        start: controller => {
          held.push(controller)
          controller.enqueue(new TextEncoder().encode('PK'))
        },
      })
    const send = (bytes: ReadableStream<Uint8Array>) => client.verifyEvidence({ bytes, type: 'application/zip' })
    const waiting = Array.from({ length: VERIFY_LIMITS.atOnce }, () => send(slow()))
    await until(
      async () => (await readdir(join(made.config.data, 'verifying')).catch(() => [])).length === VERIFY_LIMITS.atOnce,
      'both are being taken',
    )
    await expect(send(new Blob(['PK']).stream())).rejects.toThrow('request.rate')
    for (const controller of held) controller.close()
    expect((await Promise.all(waiting)).map(({ ok }) => ok)).toEqual(Array(VERIFY_LIMITS.atOnce).fill(false))
  })
})
