/** To whom a result is mailed, as far as it was typed. */
import { expect, test } from 'vitest'
import { knownOf, type Typed } from './known.ts'

const applicant = { name: '陈小满', phone: '13900000000', address: '安康市汉滨区巴山东路 8 号' }
const recipientOf = (recipient: NonNullable<Typed['delivery']>['recipient'], begun: object = applicant) =>
  knownOf(
    { delivery: { method: 'mail', recipient } },
    begun,
    { item: {}, modes: [] },
    { name: '李窗口', windows: null, staffNumber: null, phone: null },
    '2026-11-30T00:00:00Z',
  ).delivery?.recipient

test('the applicant gets the mail where nobody is named, and what is typed of the address stands', () => {
  expect(recipientOf(undefined)).toEqual(applicant)
  expect(recipientOf({ postcode: '725000' })).toEqual({ ...applicant, postcode: '725000' })
  expect(recipientOf({ name: '陈小满', address: '石泉县' })).toEqual({ ...applicant, address: '石泉县' })
})

test('of somebody else, or without an address, nothing is filled in', () => {
  expect(recipientOf({ name: '林长河' })).toEqual({ name: '林长河' })
  expect(recipientOf({ postcode: '725000' }, { name: '陈小满' })).toEqual({ postcode: '725000' })
  expect(recipientOf(undefined, {})).toBeUndefined()
})
