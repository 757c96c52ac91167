import { afterEach, beforeEach, expect, test } from 'vitest'
import { submitContentOf } from '../../../test/support/play-case.ts'
import { playItem } from '../../../test/support/play-lists.ts'
import { createWorld } from '../../../test/support/world.ts'
import { agree, COLLECTING, HANDLING, worldAgreement } from '../../../test/support/world-case.ts'
import type { NewCase } from './cases.ts'

const ITEM = playItem(0, { modes: [0], serverType: ['1'], sharedFields: [] })
const OTHER = playItem(1, { modes: [0], serverType: ['1'] })
const ACCEPTED = '2026-11-23T00:00:00Z'
const { caseNo, item, mode, ...rest } = submitContentOf('-', 0, [])
const { phone: _phone, ...withoutPhone } = rest.applicant
const applicant = { ...rest.applicant, phone: '+86 139 8765 4321' }
let world: Awaited<ReturnType<typeof createWorld>>

const newCase = (change: Partial<NewCase> = {}): NewCase => ({
  ...rest,
  applicant,
  to: HANDLING,
  item: ITEM.taskCode,
  mode: 0,
  sms: { acceptedAt: ACCEPTED },
  ...change,
})
const ankang = () => world.city(COLLECTING)
const faultsOf = async (input: NewCase) =>
  (await ankang().cases.preflight(input, 'person:wang'))
    .filter(({ field }) => field.startsWith('sms'))
    .map(({ field }) => field)
async function consentOf(thread: string) {
  const no = await ankang().caseKeys.threadNo(ankang().db, thread)
  return ankang().smsConsents.read(ankang().db, no)
}

beforeEach(async () => {
  world = await createWorld({ items: [ITEM, OTHER] })
  await agree(
    world,
    worldAgreement({
      items: [ITEM, OTHER].map(({ taskCode, taskName }) => ({
        taskCode,
        taskName,
        handling: HANDLING,
        collecting: [COLLECTING],
        modes: [0],
      })),
    }),
  )
})
afterEach(() => world.stop())

test('a consent stays in the city that took the case, though the phone itself is not shared', async () => {
  const { thread } = await ankang().cases.submit(newCase(), 'person:1')
  await world.settle()
  expect(await consentOf(thread)).toEqual({ phone: '13987654321', acceptedAt: ACCEPTED })
  for (const city of [COLLECTING, HANDLING]) {
    const bodies = JSON.stringify(await world.city(city).cases.bodies(thread, 'test'))
    expect(bodies).toContain(rest.applicant.name)
    expect(bodies).not.toMatch(/8765|"sms"/)
  }
  expect(await world.city(HANDLING).db.query('SELECT * FROM sms_consents')).toEqual([])
  const stored = await ankang().db.query<{ sealed: Uint8Array }>('SELECT sealed FROM sms_consents')
  expect(Buffer.from(stored[0]?.sealed ?? []).includes('13987654321')).toBe(false)
})

test('without a consent nothing is kept; every case of a joint one has it', async () => {
  const { sms: _, ...none } = newCase()
  const alone = await ankang().cases.submit(none, 'person:1')
  expect(await consentOf(alone.thread)).toBeNull()
  const { to, item: first, mode: _mode, ...shared } = newCase({ sms: { acceptedAt: ACCEPTED, phone: '13600000000' } })
  const items = [first, OTHER.taskCode].map(code => ({ to, item: code, mode: 0 as const }))
  const joint = await ankang().cases.submitJoint({ shared, items }, 'person:1')
  for (const { thread } of joint) expect(await consentOf(thread)).toMatchObject({ phone: '13600000000' })
})

test.each([
  ['no phone at all', { applicant: withoutPhone }, ['sms.phone']],
  ['a landline', { sms: { acceptedAt: ACCEPTED, phone: '0915-8100001' } }, ['sms.phone']],
  ['a number that is too short', { sms: { acceptedAt: ACCEPTED, phone: '1398765432' } }, ['sms.phone']],
  ['a number that no mobile has', { sms: { acceptedAt: ACCEPTED, phone: '12987654321' } }, ['sms.phone']],
  ['a consent of tomorrow', { sms: { acceptedAt: '2026-11-24T00:00:00Z' } }, ['sms.acceptedAt']],
  ['a mobile number', { sms: { acceptedAt: ACCEPTED, phone: '139-8765-4321' } }, []],
] as const)('%s is told before the case is sent', async (_, change, faults) => {
  const input = newCase(change as Partial<NewCase>)
  expect(await faultsOf(input)).toEqual(faults)
  const sent = ankang().cases.submit(input, 'person:1')
  if (faults.length > 0) await expect(sent).rejects.toThrow('case.preflight')
  else expect((await sent).thread).toHaveLength(32)
})

test('an application that the partner refuses comes back as a draft with the consent', async () => {
  const submission = world.city(HANDLING).caseHandler
  const admit = submission.admit
  submission.admit = async (store, packets, candidate) =>
    candidate.claims.kind === 'case.submit'
      ? { ok: false, problem: { code: 'case.preflight', detail: 'test' } }
      : admit(store, packets, candidate)
  await ankang().cases.submit(newCase(), 'person:1')
  await world.settle()
  const [draft] = await ankang().drafts.list({ person: 'person:1' }, 10, null)
  const { content } = await ankang().drafts.open(draft?.id ?? '', 'person:1')
  expect(content.sms).toEqual({ phone: '13987654321', acceptedAt: ACCEPTED })
  expect(await ankang().db.query('SELECT * FROM sms_consents')).toEqual([])
})
