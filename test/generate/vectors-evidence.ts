/** Vectors of evidence bundles (证据包): the files of one that verifies, and of such as do not. SPEC.md §12. */

import type { BundleInput } from '../../node/city/records/evidence/bundle.ts'
import { writeAgreement } from '../../protocol/agreement/document.ts'
import { signAgreement } from '../../protocol/agreement/signature.ts'
import type { CaseKind } from '../../protocol/case/kinds.ts'
import { signDelegation, signRevocation } from '../../protocol/keys/delegation.ts'
import { signReceipt } from '../../protocol/packet/receipt.ts'
import { decodeUtf8, encodeUtf8, sha256 } from '../../protocol/primitives.ts'
import { type Files, only, relist, setManifest, take, unpack } from '../interop/tamper.ts'
import { bundleBytes } from '../support/play-bundle.ts'
import type { VectorCity } from './vector-keys.ts'
import { type Add, DAY, NOW, submitContent, THREAD, Writer, type Written } from './vector-writer.ts'
import { DOCUMENT } from './vectors-agreements.ts'
import { cityPem, fingerprintOfPem } from './vectors-certificates.ts'
import { YEAR } from './vectors-clock.ts'

const A = '610900'
const S = '420300'
const SCAN = encodeUtf8('a scan of the example\n')

/** A case of one scan that was granted, with what a bundle of it holds. */
async function granted(ankang: VectorCity, shiyan: VectorCity): Promise<{ input: BundleInput; packets: Written[] }> {
  const written = await writeAgreement(DOCUMENT)
  if (!written.ok) throw new Error(written.problem.code)
  const { text, id } = written
  const scan = { sha256: await sha256(SCAN), size: SCAN.byteLength, type: 'application/pdf' }
  const writer = new Writer([ankang, shiyan])
  const packets = [
    await writer.say(
      A,
      S,
      'case.submit',
      {
        ...submitContent(0),
        materials: [{ sha256: scan.sha256, code: 'M01', name: '身份证.pdf', form: 'electronic', pages: 1 }],
      },
      { agreement: id, materials: [scan] },
    ),
  ]
  const moves: [CaseKind, object][] = [
    ['case.arrived', { localCaseNo: 'SP20261102000001' }],
    ['case.accept', {}],
    ['case.decide', { outcome: 'granted' }],
    ['case.send-result', { method: 'pickup' }],
    ['case.close', { outcome: 'granted' }],
  ]
  for (const [kind, content] of moves) packets.push(await writer.say(S, A, kind, content))
  const receipt = (by: VectorCity, to: VectorCity) =>
    signReceipt(
      {
        v: 1,
        iss: by.code,
        aud: to.code,
        iat: NOW + 3600,
        items: packets.filter(({ claims }) => claims.iss === to.code).map(one => ({ id: one.id, status: 'stored' })),
      },
      by.packet.signer,
    )
  const delegation = (city: VectorCity) =>
    signDelegation(
      { v: 1, iss: city.code, iat: NOW - 20 * DAY, nbf: NOW - 20 * DAY, exp: NOW + 300 * DAY, keys: [city.packet.key] },
      city.certificateSigner,
    )
  const cities = [ankang, shiyan]
  const input: BundleInput = {
    thread: THREAD,
    caseNo: '61090020261102000001',
    packets: packets.map(({ jws, body }) => ({ jws, body })),
    receipts: [await receipt(shiyan, ankang), await receipt(ankang, shiyan)],
    delegations: await Promise.all(cities.map(delegation)),
    revocations: [],
    certificates: cities.map(city => cityPem(city)),
    agreements: [
      { text, signatures: await Promise.all(cities.map(city => signAgreement(text, city.certificateSigner))) },
    ],
    calendars: new Map(cities.map(({ code }) => [code, [YEAR]])),
    materials: [{ ...scan, open: () => new Blob([SCAN]).stream() }],
    exportedAt: (NOW + DAY) * 1000,
    exportedBy: A,
  }
  return { input, packets }
}

export async function addEvidence(add: Add, ankang: VectorCity, shiyan: VectorCity): Promise<void> {
  const { input, packets } = await granted(ankang, shiyan)
  const fingerprints = [ankang, shiyan].map(city => fingerprintOfPem(cityPem(city)))
  /** Of the page for people a verifier reads nothing. */
  const filesOf = async (change: Partial<BundleInput> = {}): Promise<Files> => {
    const files = unpack(await bundleBytes({ ...input, ...change }))
    take(files, 'timeline.html')
    await relist(files)
    return files
  }
  const put = (path: string, description: string, files: Files, expect: object, known = fingerprints) =>
    add(
      `evidence/${path}`,
      description,
      {
        fingerprints: known,
        files: Object.fromEntries(Object.entries(files).map(([name, bytes]) => [name, decodeUtf8(bytes)])),
      },
      expect,
    )
  const whole = { ok: true, state: 'closed', outcome: 'granted', packets: 6, receipts: 2, materials: 1 }

  await put('valid/granted', 'A case that was granted and closed', await filesOf(), whole)
  await put(
    'valid/purged',
    'The application and its scan were purged',
    await filesOf({
      packets: input.packets.map((packet, no) => (no === 0 ? { ...packet, body: null } : packet)),
      materials: [],
    }),
    { ...whole, materials: 0 },
  )
  const first = packets[0]
  if (first === undefined) throw new Error('no packets')
  await put(
    'valid/unreceipted',
    'The first packet alone, of which there is no receipt yet',
    await filesOf({ packets: [{ jws: first.jws, body: first.body }], receipts: [] }),
    { ok: true, state: 'submitted', outcome: null, packets: 1, receipts: 0, materials: 1 },
  )
  const revoked = (revokedAt: number) =>
    signRevocation({ v: 1, iss: S, iat: NOW + DAY, kid: shiyan.packet.key.kid, revokedAt }, shiyan.certificateSigner)
  await put(
    'valid/revoked-later',
    'A packet key was revoked after everything was signed',
    await filesOf({ revocations: [await revoked(NOW + 7200)] }),
    whole,
  )

  /** `file`: the one at which a verifier finds the fault; null where it may be another one. */
  const refuse = async (
    path: string,
    description: string,
    change: (files: Files) => Promise<unknown> | unknown,
    {
      listed = true,
      of = {},
      known = fingerprints,
    }: { listed?: boolean; of?: Partial<BundleInput>; known?: string[] } = {},
  ) => {
    const files = await filesOf(of)
    await change(files)
    if (listed) await relist(files)
    await put(`invalid/${path}`, description, files, { ok: false, problem: 'evidence.invalid' }, known)
  }
  const unchanged = () => {}
  const body = `bodies/${first.claims.body.sha256}`
  await refuse('unlisted', 'A file is not what the manifest lists', files => (files[body] = encodeUtf8('{}')), {
    listed: false,
  })
  await refuse('changed-body', 'A body is not what its packet commits to', files => (files[body] = encodeUtf8('{}')))
  await refuse('no-body', 'A body is not there, and not called purged', files => take(files, body))
  await refuse('changed-scan', 'A scan is not what its packet commits to', files => {
    files[only(files, /^materials\//)] = encodeUtf8('another\n')
  })
  await refuse('left-out', 'A packet in the middle is left out', files => {
    take(files, `packets/0003-${S}-2.jws`)
    take(files, `bodies/${packets[2]?.claims.body.sha256 ?? ''}`)
  })
  await refuse('forged-packet', 'A packet has the signature of another one', files => {
    const [head, claims] = (packets[3]?.jws ?? '').split('.')
    files[`packets/0004-${S}-3.jws`] = encodeUtf8(`${head}.${claims}.${first.jws.split('.')[2]}`)
  })
  await refuse('no-receipt', 'A receipt is left out, and its packets are not called unreceipted', files =>
    take(files, only(files, /^receipts\/0001/)),
  )
  await refuse('no-delegation', 'No delegation of the key that signed', files =>
    take(files, only(files, /^delegations\/420300/)),
  )
  await refuse('signed-after-revocation', 'The key was revoked before it signed', unchanged, {
    of: { revocations: [await revoked(NOW)] },
  })
  await refuse('another-certificate', 'A certificate that is none of those that the reader knows', unchanged, {
    known: [fingerprints[0] ?? '', '00'.repeat(32)],
  })
  await refuse('no-agreement', 'The agreement that the application names is not there', files =>
    take(files, only(files, /^agreements\//)),
  )
  await refuse('another-case', 'The manifest names another case', files =>
    setManifest(files, { case: '61090020261102000002' }),
  )
  await refuse('called-unreceipted', 'A packet with a receipt is called unreceipted', files =>
    setManifest(files, { unreceipted: [`packets/0001-${A}-1.jws`] }),
  )
}
