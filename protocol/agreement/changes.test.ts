import { describe, expect, test } from 'vitest'
import { fc } from '../../test/support/properties.ts'
import { worldAgreement } from '../../test/support/world-case.ts'
import { changesBetween } from './changes.ts'
import { diffAgreements } from './diff.ts'
import { AgreementDocument, amend } from './document.ts'

const BASE = AgreementDocument.parse(worldAgreement())
const [FIRST] = BASE.items
if (FIRST === undefined) throw new Error('an agreement has an item')
const item = (taskCode: string, promiseDays: number) => ({ ...FIRST, taskCode, promiseDays })

/** What stands once the changes between two texts are signed as an amendment of the first. */
function amended(base: AgreementDocument, after: AgreementDocument): AgreementDocument {
  const found = changesBetween(base, after)
  if (!found.ok) throw new Error(found.problem.detail)
  const { changes } = found
  const written = amend(base, {
    ...changes,
    v: 1,
    amends: '0'.repeat(64),
    title: '补充协议',
    reason: '变更',
    effectiveFrom: '2030-01-01',
  })
  if (!written.ok) throw new Error(written.problem.detail)
  return written.document
}

describe('changes between two texts', () => {
  test('make the one of the other, whatever items and terms differ', () => {
    const items = fc.uniqueArray(fc.tuple(fc.integer({ min: 0, max: 8 }), fc.integer({ min: 1, max: 3 })), {
      minLength: 1,
      maxLength: 9,
      selector: ([code]) => code,
    })
    const document = fc
      .record({
        items,
        purgeDays: fc.integer({ min: 1, max: 3 }),
        mailDays: fc.integer({ min: 0, max: 2 }),
        noticeDays: fc.integer({ min: 0, max: 2 }),
        dispute: fc.constantFrom('甲', '乙'),
        text: fc.constantFrom(undefined, '一', '二'),
      })
      .map(({ items: chosen, purgeDays, mailDays, noticeDays, dispute, text }) =>
        AgreementDocument.parse({
          ...BASE,
          items: chosen.map(([code, days]) => item(`T${code}`, days)),
          purgeDays,
          dispute,
          clock: { mailDays },
          renewal: { kind: 'letters', noticeDays },
          ...(text === undefined ? {} : { text }),
        }),
      )
    fc.assert(
      fc.property(document, document, (base, after) => {
        const stands = amended(base, after)
        const { terms, items: differing, counts } = diffAgreements(stands, after)
        expect(counts).toMatchObject({ added: 0, removed: 0, changed: 0 })
        expect(differing).toEqual([])
        // A clause that went is an empty one.
        expect(terms.filter(({ field }) => field !== 'text')).toEqual([])
        expect(stands.text ?? '').toBe(after.text ?? '')
      }),
    )
  })

  test('are none of name, parties and first day, which stay as they were signed', () => {
    const [first, second] = BASE.parties
    for (const other of [
      { title: '另一份协议' },
      { validFrom: '2031-01-01', validTo: '2032-01-01' },
      { parties: [{ ...first, authority: '另一机关' }, second] },
    ]) {
      const found = changesBetween(BASE, { ...BASE, ...other } as AgreementDocument)
      expect(found).toMatchObject({ ok: false, problem: { code: 'agreement.malformed' } })
    }
  })

  test('are empty of texts that say the same in another order', () => {
    const one = AgreementDocument.parse({ ...BASE, items: [item('A', 1), item('B', 1)] })
    const other = AgreementDocument.parse({ ...BASE, items: [item('B', 1), item('A', 1)] })
    expect(changesBetween(one, other)).toEqual({ ok: true, changes: { put: [], remove: [], terms: {} } })
  })
})
