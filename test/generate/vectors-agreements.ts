/**
 * Vectors of agreements and their threads.
 * Over 450 lines: the vectors of agreements are one list, and each builds on the thread of those before it.
 */
import { type AgreementDocumentInput, writeAgreement, writeAmendment } from '../../protocol/agreement/document.ts'
import { packText } from '../../protocol/agreement/packed.ts'
import { type SignedType, signAgreement } from '../../protocol/agreement/signature.ts'
import { TYP } from '../../protocol/names.ts'
import type { VectorCity } from './vector-keys.ts'

import { type Add, b64, ITEM, NOW, refused, Writer } from './vector-writer.ts'

/** The text of the vectors of agreements. */
export const DOCUMENT: AgreementDocumentInput = {
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

/** Where a third party of an agreement between many stands, and that a party declined a text. */
export async function addAgreementNotices(add: Add, ankang: VectorCity): Promise<void> {
  const agreement = 'ab'.repeat(32)
  const said = { v: 1, kind: 'standing', agreement, city: '610900', at: NOW, reason: '系统检修' }
  const standing = { ...said, no: 2, suspended: true, leavesOn: null }
  const declined = { ...said, kind: 'decline', reason: '期限过短' }
  const text = JSON.stringify(standing)
  const sign = (what: string, typ?: SignedType) => signAgreement(what, ankang.certificateSigner, typ)
  const signature = await sign(text, TYP.agreementNotice)
  const city = '610900'
  const path = (name: string) => `agreement-notice/${name}`
  add(
    path('valid/suspended'),
    'A party suspends',
    { text, signature, city },
    { ok: true, agreement, city, kind: 'standing' },
  )
  for (const [name, description, notice] of [
    ['leaves', 'A party leaves on a day', { ...standing, suspended: false, leavesOn: '2027-06-30' }],
    ['declines', 'A party declines a text', declined],
  ] as const) {
    const written = JSON.stringify(notice)
    add(
      path(`valid/${name}`),
      description,
      { text: written, signature: await sign(written, TYP.agreementNotice), city },
      { ok: true, agreement, city, kind: notice.kind },
    )
  }
  add(
    path('invalid/changed-text'),
    'Another day than the one that was signed',
    { text: JSON.stringify({ ...standing, leavesOn: '2027-06-30' }), signature, city },
    refused('agreement.signature'),
  )
  add(
    path('invalid/signed-as-a-text'),
    'Signed with the header of a text',
    { text, signature: await sign(text), city },
    refused('agreement.signature'),
  )
  add(
    path('invalid/other-city'),
    'The signature of another city',
    { text, signature, city: '420300' },
    refused('agreement.signature'),
  )
  for (const [name, description, notice] of [
    ['unnumbered', 'Without a number', { ...standing, no: 0 }],
    ['day', 'A day that is none', { ...standing, leavesOn: '2027-02-30' }],
    ['kind', 'Of another kind', { ...standing, kind: 'other' }],
    ['member', 'A member that it does not have', { ...standing, colour: 'red' }],
    ['declined-and-standing', 'Declines and suspends at once', { ...declined, suspended: true }],
  ] as const) {
    const written = JSON.stringify(notice)
    add(
      path(`invalid/${name}`),
      description,
      { text: written, signature: await sign(written, TYP.agreementNotice), city },
      refused('agreement.malformed'),
    )
  }
}

/** Threads of a text between three: the two cities of the examples, and Nanyang, whose signature is another's and is not looked at. */
export async function addAllianceThreads(add: Add, ankang: VectorCity, shiyan: VectorCity): Promise<void> {
  const A = '610900'
  const S = '420300'
  const N = '411300'
  const parties = [...DOCUMENT.parties, { code: N, name: '南阳市', authority: '南阳市行政审批服务管理局' }]
  const written = await writeAgreement({ ...DOCUMENT, title: '多方合作协议', parties })
  if (!written.ok) throw new Error(written.problem.code)
  const amending = { v: 1 as const, title: '事项调整函', reason: '承诺时限缩短', effectiveFrom: '2027-01-01' }
  const amended = await writeAmendment({ ...amending, amends: written.id, terms: { purgeDays: 30 } }, written.document)
  if (!amended.ok) throw new Error(amended.problem.code)
  const carrying = async ({ text }: { text: string }) => ({
    text: await packText(text),
    signature: await signAgreement(text, ankang.certificateSigner),
  })
  const signature = await signAgreement(written.text, shiyan.certificateSigner)
  const certificate = '-----BEGIN CERTIFICATE-----'
  const signatures = [A, S, N].map(city => ({ city, signature, certificate }))
  const noticeOf = async (notice: object, signer: VectorCity) => {
    const text = JSON.stringify({ v: 1, at: NOW, ...notice })
    return { text, signature: await signAgreement(text, signer.certificateSigner, TYP.agreementNotice) }
  }
  const reason = '系统检修'
  const stands = { kind: 'standing', agreement: written.id, reason, leavesOn: null }
  const own = (more: object = {}) => noticeOf({ ...stands, city: S, no: 1, suspended: true, ...more }, shiyan)
  const told = async (more: object = {}) => ({
    ...(await noticeOf({ ...stands, city: N, no: 1, suspended: true, ...more }, shiyan)),
    certificate,
  })
  const declines = async (agreement: string) => ({
    ...(await noticeOf({ kind: 'decline', agreement, city: N, reason }, shiyan)),
    certificate,
  })
  type Said = [string, string, object]
  const sign: Said = [S, 'agreement.sign', { agreement: written.id, signature }]
  const complete: Said = [A, 'agreement.complete', { agreement: written.id, signatures }]
  const play = async (path: string, description: string, steps: readonly Said[], expect: object) => {
    const writer = new Writer([ankang, shiyan])
    const packets = [await writer.say(A, S, 'agreement.propose', await carrying(written))]
    for (const [iss, kind, content] of steps) packets.push(await writer.say(iss, iss === A ? S : A, kind, content))
    const input = { packets: packets.map(({ jws, body }) => ({ jws, body: b64(body) })) }
    add(`agreement-thread/${path}`, description, input, expect)
  }
  const stood = ['proposed', 'signed', 'active']
  await play(
    'valid/notice-of-another-party',
    'Another party suspends, resumes and leaves: the two cities of the thread go on',
    [
      sign,
      complete,
      [A, 'agreement.notice', await told()],
      [A, 'agreement.notice', await told({ no: 2, suspended: false })],
      [A, 'agreement.notice', await told({ no: 4, suspended: false, leavesOn: '2027-06-30' })],
    ],
    { ok: true, states: [...stood, 'active', 'active', 'active'] },
  )
  await play(
    'valid/own-notice',
    'A party suspends and leaves, with what the proposer passes on',
    [
      sign,
      complete,
      [S, 'agreement.suspend', { reason, notice: await own() }],
      [
        S,
        'agreement.terminate',
        { reason, effectiveOn: '2027-06-30', notice: await own({ no: 2, leavesOn: '2027-06-30' }) },
      ],
    ],
    { ok: true, states: [...stood, 'suspended', 'terminated'] },
  )
  await play(
    'valid/declined-by-another-party',
    'One city signs an amendment, another party declines it: a further one can be proposed',
    [
      sign,
      complete,
      [A, 'agreement.amend', await carrying(amended)],
      [S, 'agreement.sign', { agreement: amended.id, signature }],
      [A, 'agreement.notice', await declines(amended.id)],
      [A, 'agreement.amend', await carrying(amended)],
    ],
    { ok: true, states: [...stood, 'active', 'active', 'active', 'active'] },
  )
  await play(
    'valid/proposal-declined-by-another-party',
    'One city signs a proposal, another party declines it',
    [sign, [A, 'agreement.notice', await declines(written.id)]],
    { ok: true, states: ['proposed', 'signed', 'declined'] },
  )
  await play(
    'valid/withdrawn-before-all-have-signed',
    'The proposer withdraws an amendment that one has signed',
    [
      sign,
      complete,
      [A, 'agreement.amend', await carrying(amended)],
      [S, 'agreement.sign', { agreement: amended.id, signature }],
      [A, 'agreement.withdraw', { agreement: amended.id, reason }],
    ],
    { ok: true, states: [...stood, 'active', 'active', 'active'] },
  )
  await play(
    'valid/completed-without-one-that-left',
    'An amendment that begins after the last day of a party does without its signature',
    [
      sign,
      complete,
      [A, 'agreement.notice', await told({ suspended: false, leavesOn: '2026-12-31' })],
      [A, 'agreement.amend', await carrying(amended)],
      [S, 'agreement.sign', { agreement: amended.id, signature }],
      [A, 'agreement.complete', { agreement: amended.id, signatures: signatures.slice(0, 2) }],
    ],
    { ok: true, states: [...stood, 'active', 'active', 'active', 'active'] },
  )
  for (const [path, description, steps, problem] of [
    [
      'notice-given-before',
      'A notice after a newer one',
      [
        [A, 'agreement.notice', await told({ no: 2 })],
        [A, 'agreement.notice', await told()],
      ],
      'agreement.transition',
    ],
    [
      'notice-of-another-agreement',
      'A notice under another agreement',
      [[A, 'agreement.notice', await told({ agreement: 'ef'.repeat(32) })]],
      'agreement.malformed',
    ],
    [
      'notice-of-the-other-city',
      'The proposer speaks for the other city of the thread',
      [[A, 'agreement.notice', await told({ city: S })]],
      'agreement.malformed',
    ],
    [
      'notice-by-another-than-the-proposer',
      'A party passes on what is the proposer’s to pass on',
      [[S, 'agreement.notice', await told()]],
      'case.author',
    ],
    [
      'notice-that-says-another-thing',
      'A city suspends, and its notice says that it does not',
      [[S, 'agreement.suspend', { reason, notice: await own({ suspended: false }) }]],
      'agreement.malformed',
    ],
    [
      'declines-what-does-not-wait',
      'A notice that declines what all have signed',
      [[A, 'agreement.notice', await declines(written.id)]],
      'agreement.transition',
    ],
    [
      'completed-without-one-that-is-in',
      'An amendment without the signature of a party that leaves later',
      [
        [A, 'agreement.notice', await told({ suspended: false, leavesOn: '2027-01-01' })],
        [A, 'agreement.amend', await carrying(amended)],
        [S, 'agreement.sign', { agreement: amended.id, signature }],
        [A, 'agreement.complete', { agreement: amended.id, signatures: signatures.slice(0, 2) }],
      ],
      'agreement.signature',
    ],
  ] as const)
    await play(`invalid/${path}`, description, [sign, complete, ...(steps as unknown as Said[])], refused(problem))
}

export async function addAgreementThreads(add: Add, ankang: VectorCity, shiyan: VectorCity): Promise<void> {
  const A = '610900'
  const S = '420300'
  const written = await writeAgreement(DOCUMENT)
  const countered = await writeAgreement({ ...DOCUMENT, purgeDays: 60 })
  if (!written.ok || !countered.ok) throw new Error('the document does not hold')
  const amending = { v: 1 as const, title: '事项调整函', reason: '承诺时限缩短', effectiveFrom: '2027-01-01' }
  const amended = await writeAmendment({ ...amending, amends: written.id, terms: { purgeDays: 30 } }, written.document)
  if (!amended.ok) throw new Error(amended.problem.code)
  const proposal = {
    text: await packText(written.text),
    signature: await signAgreement(written.text, ankang.certificateSigner),
  }
  const counter = {
    text: await packText(countered.text),
    signature: await signAgreement(countered.text, shiyan.certificateSigner),
  }
  const amendment = {
    text: await packText(amended.text),
    signature: await signAgreement(amended.text, shiyan.certificateSigner),
  }
  const signing = async ({ id, text }: { id: string; text: string }, city: VectorCity) => ({
    agreement: id,
    signature: await signAgreement(text, city.certificateSigner),
  })
  const countersignature = await signing(written, shiyan)
  const reason = '事项待定'
  const play = async (
    path: string,
    description: string,
    steps: readonly [string, string, object][],
    expect: object,
    begin: object = proposal,
  ) => {
    const writer = new Writer([ankang, shiyan])
    const packets = [await writer.say(A, S, 'agreement.propose', begin)]
    for (const [iss, kind, content] of steps) packets.push(await writer.say(iss, iss === A ? S : A, kind, content))
    add(
      `agreement-thread/${path}`,
      description,
      { packets: packets.map(({ jws, body }) => ({ jws, body: b64(body) })) },
      expect,
    )
  }
  const signed: [string, string, object] = [S, 'agreement.sign', countersignature]
  await play(
    'valid/signed-and-terminated',
    'Proposed, signed, terminated',
    [signed, [A, 'agreement.terminate', { reason: '到期不续', effectiveOn: '2027-06-30' }]],
    { ok: true, states: ['proposed', 'active', 'terminated'] },
  )
  await play(
    'valid/countered',
    'Proposed, answered with another text, which the proposer signs',
    [
      [S, 'agreement.counter', counter],
      [A, 'agreement.sign', await signing(countered, ankang)],
    ],
    { ok: true, states: ['proposed', 'proposed', 'active'] },
  )
  await play(
    'valid/amended',
    'Signed and amended by both',
    [signed, [S, 'agreement.amend', amendment], [A, 'agreement.sign', await signing(amended, ankang)]],
    { ok: true, states: ['proposed', 'active', 'active', 'active'] },
  )
  await play(
    'valid/suspended',
    'Suspended by both, open again when both have resumed',
    [
      signed,
      [S, 'agreement.suspend', { reason }],
      [A, 'agreement.suspend', { reason }],
      [S, 'agreement.resume', {}],
      [A, 'agreement.resume', {}],
    ],
    { ok: true, states: ['proposed', 'active', 'suspended', 'suspended', 'suspended', 'active'] },
  )
  await play('valid/declined', 'Proposed and declined', [[S, 'agreement.decline', { agreement: written.id, reason }]], {
    ok: true,
    states: ['proposed', 'declined'],
  })
  await play(
    'invalid/signed-by-the-proposer',
    'The proposer signs its own text',
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
    [[S, 'agreement.decline', { agreement: written.id, reason }], signed],
    refused('agreement.transition'),
  )
  await play(
    'invalid/amended-unsigned',
    'Amends what nobody has signed',
    [[S, 'agreement.amend', amendment]],
    refused('agreement.transition'),
  )
  await play(
    'invalid/amended-twice',
    'Amends while an amendment waits',
    [signed, [S, 'agreement.amend', amendment], [A, 'agreement.amend', amendment]],
    refused('agreement.transition'),
  )
  await play(
    'invalid/resumed-by-another',
    'Resumes what only the other city suspended',
    [signed, [S, 'agreement.suspend', { reason }], [A, 'agreement.resume', {}]],
    refused('case.author'),
  )
  const over = await writeAgreement({ ...DOCUMENT, validTo: '2026-11-01' })
  if (!over.ok) throw new Error(over.problem.code)
  const overdue = {
    text: await packText(over.text),
    signature: await signAgreement(over.text, ankang.certificateSigner),
  }
  await play(
    'invalid/proposed-when-over',
    'Proposes what ended the day before',
    [],
    refused('agreement.malformed'),
    overdue,
  )
  await play(
    'invalid/countered-when-over',
    'Answers with a text that ended the day before',
    [[S, 'agreement.counter', { ...overdue, signature: await signAgreement(over.text, shiyan.certificateSigner) }]],
    refused('agreement.malformed'),
  )
  await play(
    'invalid/terminated-in-the-past',
    'Ends it on a day that is over',
    [signed, [A, 'agreement.terminate', { reason: '到期不续', effectiveOn: '2026-11-01' }]],
    refused('agreement.transition'),
  )
  await play('invalid/not-deflated', 'A text that is no deflated JSON', [], refused('agreement.malformed'), {
    ...proposal,
    text: 'AAAA',
  })
}
