/** Vectors of agreements and their threads. */
import { type AgreementDocumentInput, writeAgreement } from '../../protocol/agreement/document.ts'
import { signAgreement } from '../../protocol/agreement/signature.ts'
import type { VectorCity } from './vector-keys.ts'

import { type Add, b64, ITEM, NOW, refused, Writer } from './vector-writer.ts'

const DOCUMENT: AgreementDocumentInput = {
  v: 1,
  title: '安康市与十堰市跨省通办合作协议',
  parties: [
    { code: '610900', name: '安康市', authority: '安康市行政审批服务局' },
    { code: '420300', name: '十堰市', authority: '十堰市行政审批局' },
  ],
  items: [{ taskCode: ITEM.code, taskName: ITEM.name, handling: '420300', collecting: ['610900'], modes: [0, 1] }],
  clock: {},
  mailing: 'handling',
  archive: 'handling',
  purgeDays: 90,
  dispute: '协商解决；协商不成的，报请共同上级机关处理',
  validFrom: '2026-01-01',
  validTo: '2028-12-31',
}

export async function addAgreements(add: Add, ankang: VectorCity): Promise<void> {
  const written = await writeAgreement(DOCUMENT)
  if (!written.ok) throw new Error(written.problem.code)
  const { text, id } = written
  const signature = await signAgreement(text, ankang.certificateSigner)
  add(
    'agreement/valid/signed',
    'A document and one of its signatures',
    { text, signature, city: '610900' },
    { ok: true, id },
  )
  add(
    'agreement/invalid/changed-text',
    'A blank more in the text',
    { text: `${text} `, signature, city: '610900' },
    refused('agreement.signature'),
  )
  add(
    'agreement/invalid/other-city',
    "The signature of one party as the other's",
    { text, signature, city: '420300' },
    refused('agreement.signature'),
  )
  const change = (path: string, description: string, changed: object) =>
    add(
      `agreement/invalid/${path}`,
      description,
      { text: JSON.stringify({ ...JSON.parse(text), ...changed }) },
      refused('agreement.malformed'),
    )
  change('not-a-party', 'An item is handled by a city that is no party', {
    items: [{ taskCode: 'x', taskName: 'x', handling: '999999', collecting: ['610900'], modes: [0] }],
  })
  change('collects-for-itself', 'A city collects for itself', {
    items: [{ taskCode: 'x', taskName: 'x', handling: '420300', collecting: ['420300'], modes: [0] }],
  })
  change('dates', 'Ends before it begins', { validTo: '2025-12-31' })
  change('one-party', 'A party stands twice', { parties: [DOCUMENT.parties[0], DOCUMENT.parties[0]] })
  change('unknown-field', 'A field that the schema does not name', { colour: 'red' })
  const wanted = { collecting: '610900', handling: '420300', item: ITEM.code, mode: 0, at: NOW }
  add('agreement/valid/covers', 'The agreement covers the case', { text, case: wanted }, { ok: true, id })
  for (const [path, description, wish, problem] of [
    ['item', 'Another item', { item: 'other' }, 'agreement.uncovered'],
    ['mode', 'A mode that was not agreed', { mode: 2 }, 'agreement.uncovered'],
    ['direction', 'The other direction', { collecting: '420300', handling: '610900' }, 'agreement.uncovered'],
    ['too-late', 'After the last day', { at: Date.UTC(2029, 0, 1) / 1000 }, 'agreement.inactive'],
    [
      'too-early',
      'Before the first day in China, though it has come elsewhere',
      { at: Date.UTC(2025, 11, 31, 15, 59, 59) / 1000 },
      'agreement.inactive',
    ],
  ] as const) {
    add(`agreement/invalid/covers-${path}`, description, { text, case: { ...wanted, ...wish } }, refused(problem))
  }
  add(
    'agreement/valid/covers-first-day',
    'The first second of the first day in China',
    { text, case: { ...wanted, at: Date.UTC(2025, 11, 31, 16) / 1000 } },
    { ok: true, id },
  )
}

export async function addAgreementThreads(add: Add, ankang: VectorCity, shiyan: VectorCity): Promise<void> {
  const [A, S] = ['610900', '420300']
  const written = await writeAgreement(DOCUMENT)
  if (!written.ok) throw new Error(written.problem.code)
  const proposal = { document: written.text, signature: await signAgreement(written.text, ankang.certificateSigner) }
  const countersignature = {
    agreement: written.id,
    signature: await signAgreement(written.text, shiyan.certificateSigner),
  }
  const play = async (
    path: string,
    description: string,
    steps: readonly [string, string, object][],
    expect: object,
  ) => {
    const writer = new Writer([ankang, shiyan])
    const packets = [await writer.say(A, S, 'agreement.propose', proposal)]
    for (const [iss, kind, content] of steps) packets.push(await writer.say(iss, iss === A ? S : A, kind, content))
    add(
      `agreement-thread/${path}`,
      description,
      { packets: packets.map(({ jws, body }) => ({ jws, body: b64(body) })) },
      expect,
    )
  }
  await play(
    'valid/signed-and-terminated',
    'Proposed, signed, terminated',
    [
      [S, 'agreement.sign', countersignature],
      [A, 'agreement.terminate', { reason: '到期不续', effectiveOn: '2027-06-30' }],
    ],
    { ok: true, states: ['proposed', 'active', 'terminated'] },
  )
  await play('valid/declined', 'Proposed and declined', [[S, 'agreement.decline', { reason: '事项待定' }]], {
    ok: true,
    states: ['proposed', 'declined'],
  })
  await play(
    'invalid/signed-by-the-proposer',
    'The proposer signs for the other',
    [[A, 'agreement.sign', countersignature]],
    refused('case.author'),
  )
  await play(
    'invalid/another-document',
    'Signs another document',
    [[S, 'agreement.sign', { ...countersignature, agreement: 'ef'.repeat(32) }]],
    refused('agreement.signature'),
  )
  await play(
    'invalid/signed-after-declining',
    'Signs what it declined',
    [
      [S, 'agreement.decline', { reason: '事项待定' }],
      [S, 'agreement.sign', countersignature],
    ],
    refused('agreement.transition'),
  )
}
