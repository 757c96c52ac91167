import { beforeAll, describe, expect, test } from 'vitest'
import { verifyBundle } from '../../node/city/records/evidence/verify.ts'
import { listZip, readWhole, type Source } from '../../node/city/records/evidence/zip.ts'
import { openSource } from '../../node/city/records/evidence/zip-file.ts'
import { bundleBytes, bundleInputOf } from '../support/play-bundle.ts'
import { type PlayedCase, playCase } from '../support/play-case.ts'
import { type PlayCity, playCity } from '../support/play-city.ts'
import { expectRefused, judge, judgeInput, judgeOne, type Verdict } from './judges.ts'
import { type Files, flipped, manifestOf, only, pack, relist, setManifest, take, unpack } from './tamper.ts'

let cities: [PlayCity, PlayCity]
let played: PlayedCase
let genuine: Uint8Array<ArrayBuffer>
let fingerprints: string[]

beforeAll(async () => {
  cities = [await playCity('610900'), await playCity('420300')]
  fingerprints = cities.map(city => city.fingerprint)
  played = await playCase({ cities })
  genuine = await bundleBytes(bundleInputOf(played))
})

describe('a forged bundle', () => {
  test('one bit turned over in any file is refused', async () => {
    const files = unpack(genuine)
    const paths = Object.keys(files)
    expect(paths.length).toBe(75)
    const verdicts = await judge(
      paths.map(path => pack({ ...files, [path]: flipped(files[path] ?? new Uint8Array()) })),
      fingerprints,
    )
    for (const [index, verdict] of verdicts.entries()) {
      const path = paths[index] ?? ''
      if (path === 'manifest.json') expectRefused(verdict, '')
      else expectRefused(verdict, 'evidence.invalid file.hash', new RegExp(`^${path}`))
    }
  })

  test('also when the forger lists the changed file', async () => {
    const files = unpack(genuine)
    const forge = async (pattern: RegExp): Promise<Verdict[]> => {
      const zips: Uint8Array[] = []
      for (const path of Object.keys(files).filter(name => pattern.test(name))) {
        const forged = { ...files, [path]: flipped(files[path] ?? new Uint8Array()) }
        await relist(forged)
        zips.push(pack(forged))
      }
      return judge(zips, fingerprints)
    }
    const signed = await forge(/^(?!manifest|timeline|deadlines|calendars)/)
    expect(signed.length).toBe(69)
    for (const verdict of signed) expectRefused(verdict, '')
    // Nobody signs what was due nor the days it was counted by: that they differ is said.
    const counted = await forge(/^(deadlines|calendars)/)
    expect(counted.length).toBe(4)
    for (const { first } of counted) expect(first.findings.length).toBeGreaterThan(0)
  })

  test('one bit turned over anywhere in the ZIP is refused or changes nothing', async () => {
    const files = unpack(genuine)
    let changes = 0x9e3779b9
    const random = () => {
      changes = Math.imul(changes ^ (changes >>> 15), 0x2c1b3c6d) + 0x6d2b79f5
      return (changes >>> 0) / 2 ** 32
    }
    const zips = Array.from({ length: 120 }, () => flipped(genuine, Math.floor(random() * genuine.byteLength)))
    const verdicts = await judge(zips, fingerprints)
    for (const [index, { first, second }] of verdicts.entries()) {
      if (first.ok) expect(unpack(zips[index] ?? new Uint8Array())).toEqual(files)
      if (first.ok && second !== null) expect(second.ok).toBe(true)
    }
    expect(verdicts.filter(({ first }) => !first.ok).length).toBeGreaterThan(80)
  })

  type Forgery = {
    name: string
    forge: (files: Files) => void | Promise<void>
    /** the forger does not adapt the manifest */
    unlisted?: true
    word: string
    file?: RegExp
  }
  const swap = (one: RegExp, other: RegExp) => (files: Files) => {
    const a = only(files, one)
    const b = only(files, other)
    const first = take(files, a)
    const second = take(files, b)
    files[a] = second
    files[b] = first
  }
  const encode = (text: string) => new TextEncoder().encode(text)
  const addAgreements = (files: Files, count: number) => {
    for (let index = 0; index < count; index++)
      files[`agreements/${String(index).padStart(64, '0')}.json`] = encode('{}')
  }
  const forgeries: Forgery[] = [
    {
      name: 'a packet is dropped',
      forge: files => void take(files, 'packets/0007-420300-4.jws'),
      unlisted: true,
      word: 'evidence.invalid file.missing',
    },
    {
      name: 'a packet and its listing are dropped',
      forge: files => void take(files, 'packets/0007-420300-4.jws'),
      word: 'chain.gap',
    },
    {
      name: 'the last packet is dropped, its receipt stays',
      forge: files => void take(files, 'packets/0020-420300-12.jws'),
      word: 'evidence.invalid receipt.unrelated',
    },
    {
      name: 'the submit is dropped',
      forge: files => void take(files, 'packets/0001-610900-1.jws'),
      word: 'evidence.invalid packet.incomplete',
    },
    {
      name: 'every packet is dropped',
      forge: files => {
        for (const path of Object.keys(files)) if (path.startsWith('packets/')) delete files[path]
      },
      word: 'evidence.invalid packet.none',
    },
    {
      name: 'two packets are swapped',
      forge: swap(/^packets\/0002/, /^packets\/0003/),
      word: 'evidence.invalid packet.place',
    },
    {
      name: 'a packet stands twice',
      forge: files => {
        files['packets/0021-420300-13.jws'] = files['packets/0020-420300-12.jws'] ?? encode('')
      },
      word: 'evidence.invalid file.repeated',
    },
    {
      name: 'a packet ends with a line break',
      forge: files => {
        files['packets/0020-420300-12.jws'] = encode(
          `${new TextDecoder().decode(files['packets/0020-420300-12.jws'])}\n`,
        )
      },
      word: 'envelope.malformed',
    },
    {
      name: 'two bodies are swapped',
      forge: files => {
        const [a, b] = Object.keys(files).filter(path => path.startsWith('bodies/'))
        swap(new RegExp(a ?? ''), new RegExp(b ?? ''))(files)
      },
      word: 'body.hash',
    },
    {
      name: 'a body is dropped',
      forge: files => void take(files, Object.keys(files).find(path => path.startsWith('bodies/')) ?? ''),
      word: 'evidence.invalid body.missing',
    },
    {
      name: 'a material is dropped',
      forge: files => void take(files, Object.keys(files).find(path => path.startsWith('materials/')) ?? ''),
      word: 'evidence.invalid material.missing',
    },
    {
      name: 'a material grows',
      forge: files => {
        const path = Object.keys(files).find(name => name.startsWith('materials/')) ?? ''
        files[path] = new Uint8Array(9_000_000)
      },
      word: 'evidence.invalid material.size',
    },
    {
      name: 'a receipt is dropped',
      forge: files => void take(files, 'receipts/0004-610900.jws'),
      word: 'evidence.invalid packet.unreceipted',
      file: /^packets\/0004/,
    },
    {
      name: 'a receipt stands twice',
      forge: files => {
        files['receipts/0099-610900.jws'] = files['receipts/0004-610900.jws'] ?? encode('')
      },
      word: 'evidence.invalid file.repeated',
    },
    {
      name: 'a receipted packet is called unreceipted',
      forge: files => setManifest(files, { unreceipted: ['packets/0004-420300-3.jws'] }),
      word: 'evidence.invalid manifest.unreceipted',
    },
    {
      name: 'a body that is there is called purged',
      forge: files => setManifest(files, { purged: [Object.keys(files).find(path => path.startsWith('bodies/'))] }),
      word: 'evidence.invalid manifest.purged',
    },
    {
      name: 'a delegation is dropped',
      forge: files => void take(files, only(files, /^delegations\/420300/)),
      word: 'key.unknown',
      file: /^packets\/0002/,
    },
    {
      name: 'a certificate is dropped',
      forge: files => void take(files, 'certificates/420300.pem'),
      word: 'evidence.invalid certificate.missing',
    },
    {
      name: 'the agreement is dropped',
      forge: files => void take(files, only(files, /^agreements\//)),
      word: 'evidence.invalid agreement.missing',
    },
    {
      name: 'the manifest names another case',
      forge: files => setManifest(files, { case: 'AK20261102-0002' }),
      word: 'evidence.invalid manifest.case',
    },
    {
      name: 'the manifest names another thread',
      forge: files => setManifest(files, { thread: '0'.repeat(32) }),
      word: 'evidence.invalid packet.thread',
    },
    {
      name: 'the manifest has another format',
      forge: files => setManifest(files, { format: 'tongban-evidence/2' }),
      word: 'evidence.invalid manifest.malformed',
    },
    {
      name: 'the manifest says more than the format has',
      forge: files => {
        files['manifest.json'] = encode(JSON.stringify({ ...manifestOf(files), outcome: 'denied' }))
      },
      word: 'evidence.invalid manifest.malformed',
    },
    {
      name: 'the manifest is dropped',
      forge: files => void take(files, 'manifest.json'),
      unlisted: true,
      word: 'evidence.invalid manifest.missing',
    },
    {
      name: 'a file is added',
      forge: files => {
        files[`bodies/${'a'.repeat(64)}`] = encode('{}')
      },
      unlisted: true,
      word: 'evidence.invalid file.unlisted',
    },
    {
      name: 'a file is added and listed',
      forge: files => {
        files[`bodies/${'a'.repeat(64)}`] = encode('{}')
      },
      word: 'evidence.invalid file.unused',
    },
    {
      name: 'a material is added and listed',
      forge: files => {
        files[`materials/${'a'.repeat(64)}`] = encode('{}')
      },
      word: 'evidence.invalid file.unused',
    },
    {
      name: 'a file of no known kind is added',
      forge: files => {
        files['README.txt'] = encode('read me')
      },
      word: 'evidence.invalid file.unknown',
    },
    {
      name: 'a file would be unpacked elsewhere',
      forge: files => {
        files['../escaped.jws'] = encode('x')
      },
      word: 'evidence.invalid file.unknown',
    },
    {
      name: 'a file has an absolute path',
      forge: files => {
        files['/etc/passwd'] = encode('x')
      },
      word: 'evidence.invalid file.unknown',
    },
    {
      name: 'a file name has other characters',
      forge: files => {
        files['receipts/回执.jws'] = encode('x')
      },
      word: 'evidence.invalid zip.unreadable',
    },
    {
      name: 'there are as many agreements as may be',
      forge: files => addAgreements(files, 63),
      word: 'evidence.invalid agreement.unrelated',
    },
    {
      name: 'there is one agreement more than may be',
      forge: files => addAgreements(files, 64),
      word: 'evidence.invalid file.many',
    },
    {
      name: 'a packet is larger than any may be',
      forge: files => {
        files['packets/0020-420300-12.jws'] = new Uint8Array(33 * 1024).fill(65)
      },
      word: 'evidence.invalid file.oversize',
    },
  ]
  let verdicts: Map<string, Verdict>
  beforeAll(async () => {
    const zips: Uint8Array[] = []
    for (const { forge, unlisted } of forgeries) {
      const files = unpack(genuine)
      await forge(files)
      if (unlisted !== true) await relist(files)
      zips.push(pack(files))
    }
    const judged = await judge(zips, fingerprints)
    verdicts = new Map(forgeries.map(({ name }, index) => [name, judged[index] as Verdict]))
  })
  test.each(forgeries)('$name: refused', ({ name, word, file }) => {
    const verdict = verdicts.get(name)
    if (verdict === undefined) throw new Error('not judged')
    expectRefused(verdict, word, file)
  })

  test('foreign certificates, with everything signed again by them, are refused', async () => {
    const impostors: [PlayCity, PlayCity] = [await playCity('610900'), await playCity('420300')]
    const forged = bundleInputOf(await playCase({ cities: impostors }))
    expectRefused(
      await judgeInput(forged, fingerprints),
      'evidence.invalid certificate.fingerprint',
      /^certificates\/420300/,
    )
    const half = { ...bundleInputOf(played), certificates: [cities[0].certificate, impostors[1].certificate] }
    expectRefused(
      await judgeInput(half, fingerprints),
      'evidence.invalid certificate.fingerprint',
      /^certificates\/420300/,
    )
    const third = await playCity('611000')
    const more = { ...bundleInputOf(played), certificates: [...bundleInputOf(played).certificates, third.certificate] }
    expectRefused(
      await judgeInput(more, fingerprints),
      'evidence.invalid certificate.fingerprint',
      /^certificates\/611000/,
    )
    const report = await verifyBundle(new Blob([await bundleBytes(more)]))
    expect(report.findings.some(({ problem }) => problem.detail === 'certificate.unrelated: 611000')).toBe(true)
  })

  test('a ZIP that is cut off, has bytes before, between or after, or repeats a name is refused', async () => {
    const join = (...parts: Uint8Array[]) => new Uint8Array(Buffer.concat(parts))
    const cut = [0, 1, 21, 22, 1000, genuine.byteLength >> 1, genuine.byteLength - 1].map(end =>
      genuine.subarray(0, end),
    )
    for (const verdict of await judge([...cut, new Uint8Array(5000)], fingerprints))
      expectRefused(verdict, 'evidence.invalid zip.unreadable')
    // Python's zipfile reads past these, as most tools do; the first verifier must not.
    for (const odd of [join(new Uint8Array(7), genuine), join(genuine, new Uint8Array(7))]) {
      expectRefused({ ...(await judgeOne(odd, fingerprints)), second: null }, 'evidence.invalid zip.unreadable')
    }
    const files = unpack(genuine)
    const name = 'receipts/0004-610900.jws'
    const twin = 'receipts/0004-610901.jws'
    const twice = Buffer.from(pack({ ...files, [twin]: new TextEncoder().encode('x') }, { level: 0 }))
    for (let at = twice.indexOf(twin); at >= 0; at = twice.indexOf(twin)) twice.write(name, at)
    expectRefused(await judgeOne(new Uint8Array(twice), fingerprints), 'evidence.invalid zip.unreadable')
  })

  test('a file that unpacks to more than it says is given up after the first bytes', async () => {
    const path = `bodies/${'0'.repeat(64)}`
    const bomb = Buffer.from(pack({ [path]: new Uint8Array(30_000_000) }, { level: 9 }))
    // The listed size, in header and directory, becomes 64 bytes.
    bomb.writeUInt32LE(64, 22)
    bomb.writeUInt32LE(64, bomb.indexOf(Buffer.from('504b0102', 'hex')) + 24)
    const source = await openSource(new Blob([new Uint8Array(bomb)]))
    let read = 0
    const counted: Source = {
      ...source,
      read: (offset, length) => {
        read += length
        return source.read(offset, length)
      },
    }
    const [entry] = await listZip(counted, { bundleBytes: 1e9, entries: 10, directoryBytes: 1e6 }, () => false)
    if (entry === undefined) throw new Error('no entry')
    read = 0
    await expect(readWhole(counted, entry)).rejects.toThrow('is longer than listed')
    expect(read).toBe(16 * 1024)
    expect(entry.packed).toBeGreaterThan(read)
  })
})
