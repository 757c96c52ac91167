import { randomBytes } from 'node:crypto'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createCa, createRequest, issue, readCertificate, selfIssue } from '../../../../certs/index.ts'
import { FEW_ROUNDS, testKey } from '../../../../test/support/keys.ts'
import {
  createKeyStore,
  currentKey,
  type KeyStore,
  type Keys,
  newDataKey,
  newKey,
  openKeyStore,
} from '../../../kernel/keys/keystore.ts'
import { installIssued, renewSelfIssued } from './renewal.ts'

const PASSPHRASE = 'a long passphrase'
const NOW = Date.UTC(2026, 10, 25)
const LATER = Date.UTC(2029, 9, 1)
const SHIYAN = { code: '420300', name: '十堰市', authority: '十堰市行政审批局' }
const keyPem = testKey()
const caKeyPem = testKey()
const serial = () => randomBytes(16)
const caPem = createCa({ name: '秦巴通办联盟', keyPem: caKeyPem, now: NOW, serial: serial() })
const issued = (key: string, city = SHIYAN) =>
  issue({ requestPem: createRequest(city, key), caPem, caKeyPem, now: NOW, serial: serial() })

let root = ''
let store: KeyStore

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tongban-renewal-'))
  const keys: Keys = {
    v: 1,
    packetKeys: [{ ...(await newKey()), state: 'current' }],
    peerKey: await newKey(),
    dataKey: newDataKey(),
  }
  const city = { keyPem, chain: [selfIssue(SHIYAN, { keyPem, now: NOW, serial: serial() })] }
  await createKeyStore(join(root, 'pristine'), PASSPHRASE, { keys, city }, FEW_ROUNDS)
})
beforeEach(async () => {
  const folder = await mkdtemp(join(root, 'keys-'))
  await cp(join(root, 'pristine'), folder, { recursive: true })
  store = await openKeyStore(folder, PASSPHRASE, FEW_ROUNDS)
})
afterAll(() => rm(root, { recursive: true }))

const certificateOf = (pem = store.certificates()[0] ?? '') => {
  const read = readCertificate(pem)
  if (!read.ok) throw new Error(read.problem.code)
  return read.certificate
}
const renew = (flags: { newKey?: boolean; leaveCa?: boolean } = {}) =>
  renewSelfIssued(store, SHIYAN, { newKey: false, leaveCa: false, now: LATER, ...flags })

describe('a self-issued certificate', () => {
  test('is renewed over the same key: all keys stay', async () => {
    const before = certificateOf()
    const keys = store.keys()
    const renewed = await renew()
    const present = certificateOf()
    expect(renewed).toEqual({
      fingerprint: present.fingerprint,
      notAfter: Date.UTC(2032, 9, 1),
      former: { fingerprint: before.fingerprint, packetKey: currentKey(keys).kid },
      newKeys: false,
      selfIssued: true,
    })
    expect(present.keyThumbprint).toBe(before.keyThumbprint)
    expect(present.fingerprint).not.toBe(before.fingerprint)
    expect(store.keys()).toEqual(keys)
  })

  test('is renewed over a new key: packet and peer key are new, the old packet key is retired, stored data stays open', async () => {
    const before = certificateOf()
    const keys = store.keys()
    expect(await renew({ newKey: true })).toMatchObject({ newKeys: true })
    expect(certificateOf().keyThumbprint).not.toBe(before.keyThumbprint)
    const present = store.keys()
    expect(present.dataKey).toBe(keys.dataKey)
    expect(present.peerKey.kid).not.toBe(keys.peerKey.kid)
    expect(currentKey(present).kid).not.toBe(currentKey(keys).kid)
    expect(present.packetKeys[0]).toEqual({ ...currentKey(keys), state: 'retired' })
    expect((await store.openCityKey()).keyPem).not.toBe(keyPem)
  })
})

describe('a certificate of a CA', () => {
  const install = (pem: string, code = SHIYAN.code) => installIssued(store, code, { pem, caPem, now: NOW })

  test('over the present key keeps all keys; the city leaves the CA only when it says so', async () => {
    const keys = store.keys()
    expect(await install(issued(keyPem))).toMatchObject({ newKeys: false })
    expect(store.keys()).toEqual(keys)
    expect(certificateOf().selfIssued).toBe(false)
    await expect(renew()).rejects.toMatchObject({
      problem: { code: 'request.conflict', detail: expect.stringContaining('ca request') as unknown },
    })
    expect(certificateOf().selfIssued).toBe(false)
    await renew({ leaveCa: true })
    expect(certificateOf().selfIssued).toBe(true)
  })

  test('over the key that waits puts it in place, with new packet and peer keys', async () => {
    const fresh = testKey()
    const keys = store.keys()
    await store.savePending(fresh)
    // Until then the present key signs.
    expect((await store.openCityKey()).keyPem).toBe(keyPem)
    expect(await install(issued(fresh))).toMatchObject({ newKeys: true })
    expect((await store.openCityKey()).keyPem).toBe(fresh)
    expect(store.keys().peerKey.kid).not.toBe(keys.peerKey.kid)
    expect(await store.openPending()).toBeNull()
  })

  test('over another key, or of another city, is refused and changes nothing', async () => {
    const first = testKey()
    const second = testKey()
    await store.savePending(first)
    await store.savePending(second)
    const before = store.certificates()
    await expect(install(issued(first))).rejects.toMatchObject({
      problem: { code: 'certificate.mismatch', detail: expect.stringContaining('another key') as unknown },
      act: 'you',
    })
    await expect(install(issued(second, { ...SHIYAN, code: '610900' }))).rejects.toMatchObject({
      problem: { code: 'certificate.mismatch', detail: 'the certificate is of 610900' },
      act: 'you',
    })
    expect(store.certificates()).toEqual(before)
    expect(await store.openPending()).toBe(second)
  })
})
