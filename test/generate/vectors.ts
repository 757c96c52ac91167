/** Test vectors: what is signed here with fixed keys and times, and what a verifier must say of it. */
import { advance } from '../../protocol/exchange/watermark.ts'
import { vectorCities } from './vector-keys.ts'
import type { Vectors } from './vector-writer.ts'
import { addAgreementNotices, addAgreements, addAgreementThreads, addAllianceThreads } from './vectors-agreements.ts'
import { addThreads } from './vectors-cases.ts'
import { addCertificates, cityPem } from './vectors-certificates.ts'
import { addClock } from './vectors-clock.ts'
import { addDirectories } from './vectors-directory.ts'
import { addEvidence } from './vectors-evidence.ts'
import { addLists } from './vectors-lists.ts'
import { addCrossings } from './vectors-order.ts'
import { addPreflight } from './vectors-preflight.ts'
import { addKeys, addPackets, addReceipts } from './vectors-signed.ts'
import { addTestThreads } from './vectors-tests.ts'
import { addTexts } from './vectors-text.ts'
import { addCodes, addFrames, addPairing } from './vectors-wire.ts'

async function makeVectors(): Promise<Vectors> {
  const [ankang, shiyan] = await vectorCities()
  const vectors: Vectors = new Map()
  const add = (path: string, description: string, input: object, expect: object) => {
    if (vectors.has(path)) throw new Error(`${path} stands twice`)
    vectors.set(path, { description, input, expect })
  }
  await addPackets(add, ankang, shiyan)
  await addReceipts(add, ankang, shiyan)
  await addKeys(add, ankang, shiyan)
  await addAgreements(add, ankang)
  await addAgreementNotices(add, ankang)
  await addLists(add, shiyan)
  await addDirectories(add, ankang, shiyan)
  await addThreads(add, ankang, shiyan)
  await addCrossings(add, ankang, shiyan)
  addPreflight(add)
  await addClock(add, ankang, shiyan)
  await addEvidence(add, ankang, shiyan)
  addCertificates(add, ankang)
  await addAgreementThreads(add, ankang, shiyan)
  await addAllianceThreads(add, ankang, shiyan)
  await addTestThreads(add, ankang, shiyan)
  await addTexts(add, ankang, shiyan)
  addFrames(add, cityPem(ankang))
  await addPairing(add)
  addCodes(add)
  let mark = { n: 0, hash: '0'.repeat(64) }
  const ids = ['11'.repeat(32), '22'.repeat(32), '33'.repeat(32)]
  for (const id of ids) mark = await advance(mark, id)
  add('watermark/valid/three-packets', 'Running hash over three packets', { ids }, { ok: true, ...mark })
  return vectors
}

export async function vectorFiles(): Promise<[string, string][]> {
  return [...(await makeVectors())].map(([path, vector]) => [
    `protocol/vectors/${path}.json`,
    `${JSON.stringify(vector, null, 2)}\n`,
  ])
}
