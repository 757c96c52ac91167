import { randomBytes } from 'node:crypto'
import { chmod, cp, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as jose from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { checkCertificate, readCertificate, selfIssue } from '../../../certs/index.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import { FEW_ROUNDS, testKey } from '../../../test/support/keys.ts'
import {
  createKeyStore,
  hasKeyStore,
  KEY_STORE_LIMITS,
  type Keys,
  newDataKey,
  newKey,
  openKeyStore,
} from './keystore.ts'

const PASSPHRASE = '十堰 key store passphrase'
const NEXT = 'another passphrase'
const NOW = Date.UTC(2026, 10, 23)
const SHIYAN = { code: '420300', name: '十堰市', authority: '十堰市行政审批局' }

const keyPem = testKey()
const issue = (now: number, key = keyPem) => selfIssue(SHIYAN, { keyPem: key, now, serial: randomBytes(16) })
const city = { keyPem, chain: [issue(NOW)] }
const peerKey = await newKey()
const keys: Keys = {
  v: 1,
  packetKeys: [
    { ...(await newKey()), state: 'retired' },
    { ...(await newKey()), state: 'current' },
  ],
  peerKey,
  dataKey: newDataKey(),
}

let root: string
let pristine: string
let folder: string

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tongban-keys-'))
  pristine = join(root, 'pristine')
  await createKeyStore(pristine, PASSPHRASE, { keys, city }, FEW_ROUNDS)
})
beforeEach(async () => {
  folder = await mkdtemp(join(root, 'keys-'))
  await cp(pristine, folder, { recursive: true })
})
afterAll(() => rm(root, { recursive: true }))
const openStore = (at: string, passphrase: string) => openKeyStore(at, passphrase, FEW_ROUNDS)

async function outcome(work: Promise<unknown>) {
  try {
    await work
  } catch (error) {
    if (error instanceof ProblemError) return error.problem
    throw error
  }
  return 'done'
}
const malformed = (detail: string) => ({ code: 'keystore.malformed', detail })
const path = (name: string) => join(folder, name)
const editJson = async (name: string, edit: (json: Record<string, string>) => object) =>
  writeFile(path(name), JSON.stringify(edit(JSON.parse(await readFile(path(name), 'utf8')))))

describe('a key store', () => {
  test('costs whoever guesses all rounds at each guess, of whatever it seals', async () => {
    const at = join(root, 'full')
    const sealed = async (name: string) =>
      jose.decodeProtectedHeader(JSON.parse(await readFile(join(at, name), 'utf8')) as jose.FlattenedJWE)
    const full = { alg: 'PBES2-HS512+A256KW', p2c: KEY_STORE_LIMITS.rounds }
    /** as DER writes the rounds of the MAC and of the key in a PKCS#12 file */
    const costly = async () => {
      const der = (await readFile(join(at, 'city.p12'))).toString('hex')
      return ['020300c350', '02024e20'].map(rounds => der.includes(rounds))
    }
    await createKeyStore(at, PASSPHRASE, { keys, city })
    expect([await sealed('keys.json'), await costly()]).toMatchObject([full, [true, true]])
    await cp(pristine, at, { recursive: true })
    expect([await sealed('keys.json'), await costly()]).toMatchObject([{ p2c: FEW_ROUNDS }, [false, false]])
    const store = await openKeyStore(at, PASSPHRASE)
    await store.saveKeys(keys)
    await store.saveCity(city)
    await store.savePending(keyPem)
    for (const name of ['keys.json', 'pending.json']) expect(await sealed(name)).toMatchObject(full)
    expect(await costly()).toEqual([true, true])
    await cp(pristine, at, { recursive: true })
    await (await openKeyStore(at, PASSPHRASE)).changePassphrase(PASSPHRASE, NEXT)
    for (const name of ['keys.json', 'pending.json']) expect(await sealed(name)).toMatchObject(full)
    expect(await costly()).toEqual([true, true])
  })

  test('gives back what was put in, and keeps it from other accounts', async () => {
    const store = await openStore(folder, PASSPHRASE)
    expect(store.keys()).toEqual(keys)
    expect(store.certificates()).toEqual(city.chain)
    expect((await stat(pristine)).mode & 0o777).toBe(0o700)
    const files = (await readdir(pristine)).sort()
    expect(files).toEqual(['city.p12', 'city.pem', 'keys.json'])
    for (const name of files) expect((await stat(join(pristine, name))).mode & 0o777).toBe(0o600)
  })

  test('shows no key in clear', async () => {
    const secrets = [...keys.packetKeys.map(key => key.d), peerKey.d, keys.dataKey]
    const seen = await Promise.all((await readdir(folder)).map(name => readFile(path(name), 'latin1')))
    for (const secret of [...secrets, keyPem.slice(100, 160)]) expect(seen.join('\n')).not.toContain(secret)
  })

  test('opens the city key on demand, for RS256 in jose and as PKCS#8', async () => {
    const store = await openStore(folder, PASSPHRASE)
    const opened = await store.openCityKey()
    expect(opened).toMatchObject(city)
    const jws = await new jose.CompactSign(Buffer.from('x')).setProtectedHeader({ alg: 'RS256' }).sign(opened.key)
    const read = readCertificate(city.chain[0] ?? '')
    if (!read.ok) throw new Error(read.problem.code)
    const { payload } = await jose.compactVerify(jws, await jose.importJWK(read.certificate.publicKeyJwk, 'RS256'))
    expect(Buffer.from(payload).toString()).toBe('x')
    await expect(jose.exportJWK(opened.key)).rejects.toThrow()
  })

  test('opens without the city key being there', async () => {
    await rm(path('city.p12'))
    const store = await openStore(folder, PASSPHRASE)
    expect(await outcome(store.openCityKey())).toEqual(malformed('city.p12 is not there'))
  })

  test('names a new key by its thumbprint', async () => {
    const key = await newKey()
    expect(key.kid).toBe(await jose.calculateJwkThumbprint({ kty: key.kty, crv: key.crv, x: key.x }))
    expect(Buffer.from(newDataKey(), 'base64url')).toHaveLength(32)
  })
})

describe('a key store is not made', () => {
  test('over another one', async () => {
    expect(await outcome(createKeyStore(folder, PASSPHRASE, { keys, city }, FEW_ROUNDS))).toMatchObject({
      code: 'request.conflict',
    })
    expect((await openStore(folder, PASSPHRASE)).keys()).toEqual(keys)
  })

  test('under a short passphrase', async () => {
    const short = '口'.repeat(KEY_STORE_LIMITS.minPassphrase - 1)
    const at = join(root, 'short')
    const problem = { code: 'config.invalid', detail: 'the passphrase needs 8 characters or more' }
    expect(await outcome(createKeyStore(at, short, { keys, city }))).toEqual(problem)
    expect(await hasKeyStore(at)).toBe(false)
    await createKeyStore(at, `${short}令`, { keys, city }, FEW_ROUNDS)
    expect(await hasKeyStore(at)).toBe(true)
  })

  test('of keys that do not belong together, and leaves nothing behind', async () => {
    const at = join(root, 'odd')
    const [first, ...others] = keys.packetKeys
    if (first === undefined) throw new Error('no key')
    const wrong: [object, string][] = [
      [
        { keys: { ...keys, packetKeys: others.map(key => ({ ...key, state: 'retired' })) }, city },
        'packetKeys: custom',
      ],
      [{ keys: { ...keys, packetKeys: [...keys.packetKeys, first] }, city }, 'packetKeys: custom'],
      [{ keys: { ...keys, dataKey: 'short' }, city }, 'dataKey: invalid_format'],
      [{ keys: { ...keys, more: 1 }, city }, '(top): unknown field, 1 in all'],
      [{ keys, city: { ...city, keyPem: testKey() } }, 'the first certificate is not of the key'],
    ]
    for (const [contents, detail] of wrong) {
      const made = createKeyStore(at, PASSPHRASE, contents as { keys: Keys; city: typeof city })
      expect(await outcome(made)).toEqual(malformed(detail))
      expect(await readdir(at)).toEqual([])
    }
  })
})

describe('a key store is not opened', () => {
  test.each(['', 'wrong passphrase', `${PASSPHRASE} `])('with the passphrase %j', async passphrase => {
    expect(await outcome(openStore(folder, passphrase))).toEqual({
      code: 'keystore.passphrase',
      detail: 'keys.json',
    })
  })

  test.each([0o640, 0o604, 0o660, 0o620])('when others can reach keys.json: %o', async mode => {
    await chmod(path('keys.json'), mode)
    const detail = `other accounts can read keys.json: run chmod 600 ${path('keys.json')}`
    expect(await outcome(openStore(folder, PASSPHRASE))).toEqual({ code: 'config.invalid', detail })
  })

  test('as to the city key, when others can read city.p12', async () => {
    await chmod(path('city.p12'), 0o644)
    const store = await openStore(folder, PASSPHRASE)
    expect(await outcome(store.openCityKey())).toMatchObject({ code: 'config.invalid' })
  })

  test('when keys.json is missing, cut, changed or huge', async () => {
    const open = () => outcome(openStore(folder, PASSPHRASE))
    const whole = await readFile(path('keys.json'), 'utf8')
    await writeFile(path('keys.json'), whole.slice(0, -20))
    expect(await open()).toEqual(malformed('keys.json'))
    await writeFile(path('keys.json'), whole.replace('{', '{"more":"1",'))
    expect(await open()).toEqual(malformed('keys.json'))
    await writeFile(path('keys.json'), whole)
    await editJson('keys.json', json => ({ ...json, tag: Buffer.alloc(16).toString('base64url') }))
    expect(await open()).toEqual({ code: 'keystore.passphrase', detail: 'keys.json' })
    await writeFile(path('keys.json'), ' '.repeat(KEY_STORE_LIMITS.fileBytes + 1))
    expect(await open()).toEqual(malformed('keys.json is too large'))
    await rm(path('keys.json'))
    expect(await open()).toEqual(malformed('keys.json is not there'))
    expect(await outcome(openStore(join(root, 'nowhere'), PASSPHRASE))).toEqual(malformed('keys.json is not there'))
  })

  test('when keys.json asks for another algorithm, type or endless rounds', async () => {
    const seal = async (header: jose.JWEHeaderParameters, p2c: number) => {
      const jwe = await new jose.FlattenedEncrypt(Buffer.from(JSON.stringify(keys)))
        .setProtectedHeader(header as jose.CompactJWEHeaderParameters)
        .setKeyManagementParameters({ p2c })
        .encrypt(Buffer.from(PASSPHRASE))
      await writeFile(path('keys.json'), JSON.stringify(jwe))
      return outcome(openStore(folder, PASSPHRASE))
    }
    const header = { alg: 'PBES2-HS512+A256KW', enc: 'A256GCM', typ: 'tongban-keys+jwe' }
    expect(await seal(header, 1000)).toBe('done')
    expect(await seal({ ...header, alg: 'PBES2-HS256+A128KW' }, 1000)).toEqual(malformed('keys.json'))
    expect(await seal({ ...header, enc: 'A128GCM' }, 1000)).toEqual(malformed('keys.json'))
    expect(await seal({ ...header, typ: 'JWE' }, 1000)).toEqual(malformed('keys.json'))
    expect(await seal(header, KEY_STORE_LIMITS.maxRounds + 1)).toEqual(malformed('keys.json'))
  })

  test('when city.pem is missing or spoilt, or is not the certificate of city.p12', async () => {
    await writeFile(path('city.pem'), issue(NOW + 1000))
    const store = await openStore(folder, PASSPHRASE)
    expect(await outcome(store.openCityKey())).toEqual(malformed('city.p12 and city.pem hold different certificates'))
    await writeFile(path('city.pem'), 'text')
    expect(await outcome(openStore(folder, PASSPHRASE))).toEqual(malformed('city.pem'))
    await rm(path('city.pem'))
    expect(await outcome(openStore(folder, PASSPHRASE))).toEqual(malformed('city.pem'))
  })
})

describe('changes', () => {
  test('of keys are there for the next start, and only they', async () => {
    const store = await openStore(folder, PASSPHRASE)
    const before = await readFile(path('city.p12'))
    const next = { ...keys, packetKeys: keys.packetKeys.slice(0, 2) }
    await store.saveKeys(next)
    expect(store.keys()).toEqual(next)
    expect((await openStore(folder, PASSPHRASE)).keys()).toEqual(next)
    expect(await readFile(path('city.p12'))).toEqual(before)
    expect((await stat(path('keys.json'))).mode & 0o777).toBe(0o600)
  })

  test('that do not hold leave everything as it was', async () => {
    const store = await openStore(folder, PASSPHRASE)
    expect(await outcome(store.saveKeys({ ...keys, packetKeys: [] }))).toMatchObject({ code: 'keystore.malformed' })
    const alien = { keyPem: testKey(), chain: city.chain }
    expect(await outcome(store.saveCity(alien))).toMatchObject({ code: 'keystore.malformed' })
    expect(store.keys()).toEqual(keys)
    expect((await openStore(folder, PASSPHRASE)).keys()).toEqual(keys)
    await store.saveKeys(keys)
  })

  test('at the same time take their turns', async () => {
    const store = await openStore(folder, PASSPHRASE)
    const versions = [1, 2, 3].map(() => ({ ...keys, dataKey: newDataKey() }))
    const renewed = { keyPem, chain: [issue(NOW + 1000)] }
    await Promise.all([...versions.map(version => store.saveKeys(version)), store.saveCity(renewed)])
    const reopened = await openStore(folder, PASSPHRASE)
    expect(reopened.keys()).toEqual(versions[2])
    expect(await reopened.openCityKey()).toMatchObject(renewed)
    expect((await readdir(folder)).sort()).toEqual(['city.p12', 'city.pem', 'keys.json'])
  })

  test('of the certificate: renewed over a new key', async () => {
    const fresh = testKey()
    const renewed = { keyPem: fresh, chain: [issue(NOW, fresh)] }
    const store = await openStore(folder, PASSPHRASE)
    await store.saveCity(renewed)
    expect(store.certificates()).toEqual(renewed.chain)
    const reopened = await openStore(folder, PASSPHRASE)
    expect(checkCertificate(reopened.certificates()[0] ?? '', { now: NOW, code: '420300' }).ok).toBe(true)
    expect(await reopened.openCityKey()).toMatchObject(renewed)
  })
})

describe('another passphrase', () => {
  test('opens everything, the old one nothing', async () => {
    const store = await openStore(folder, PASSPHRASE)
    await store.savePending(keyPem)
    await store.changePassphrase(PASSPHRASE, NEXT)
    expect(await outcome(openStore(folder, PASSPHRASE))).toMatchObject({ code: 'keystore.passphrase' })
    const reopened = await openStore(folder, NEXT)
    expect(await reopened.openPending()).toBe(keyPem)
    expect(reopened.keys()).toEqual(keys)
    expect(await reopened.openCityKey()).toMatchObject(city)
    await store.saveKeys(keys)
    expect((await openStore(folder, NEXT)).keys()).toEqual(keys)
  })

  test('is refused when it is short, or the present one is wrong', async () => {
    const store = await openStore(folder, PASSPHRASE)
    expect(await outcome(store.changePassphrase('wrong passphrase', NEXT))).toMatchObject({
      code: 'keystore.passphrase',
    })
    expect(await outcome(store.changePassphrase(PASSPHRASE, 'short'))).toMatchObject({ code: 'config.invalid' })
    expect((await openStore(folder, PASSPHRASE)).keys()).toEqual(keys)
  })

  let after: string
  beforeAll(async () => {
    after = join(root, 'after')
    await cp(pristine, after, { recursive: true })
    await (await openStore(after, PASSPHRASE)).changePassphrase(PASSPHRASE, NEXT)
  })

  /** The folder as a kill leaves it: the new files beside the old ones, the list of them written or not, some renamed. */
  async function cutOff({ listed, renamed }: { listed: boolean; renamed: readonly string[] }): Promise<void> {
    const names = ['city.p12', 'city.pem', 'keys.json']
    for (const name of names) await cp(join(after, name), path(`${name}.next`))
    if (listed) await writeFile(path('swap.json'), JSON.stringify(names))
    for (const name of renamed) await rename(path(`${name}.next`), path(name))
  }

  test.each([
    ['before the list is written: the old one stays', { listed: false, renamed: [] }, PASSPHRASE],
    ['before the first rename: the new one holds', { listed: true, renamed: [] }, NEXT],
    ['between the renames: the new one holds', { listed: true, renamed: ['city.p12'] }, NEXT],
    ['after the renames: the new one holds', { listed: true, renamed: ['city.p12', 'city.pem', 'keys.json'] }, NEXT],
  ])('cut off %s', async (_name, state, passphrase) => {
    await cutOff(state)
    const [store] = await Promise.all([openStore(folder, passphrase), openStore(folder, passphrase)])
    expect(store.keys()).toEqual(keys)
    expect(await store.openCityKey()).toMatchObject(city)
    expect(await readdir(folder)).not.toContain('swap.json')
    await store.changePassphrase(passphrase, 'a third passphrase')
    expect((await (await openStore(folder, 'a third passphrase')).openCityKey()).keyPem).toBe(keyPem)
  })

  test('a list that names other files is refused', async () => {
    await writeFile(path('swap.json'), '["../../etc/passwd"]')
    expect(await outcome(openStore(folder, PASSPHRASE))).toEqual(malformed('swap.json'))
  })
})
