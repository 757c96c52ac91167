import { expect, test } from 'vitest'
import { AGREEMENT_CONTENT } from '../agreement/kinds.ts'
import { CASE_CONTENT } from '../case/kinds.ts'
import { auditedText } from './audited.ts'

test('steps of cases and agreements are named by their kinds, and as refused by the partner', () => {
  for (const kind of [...Object.keys(CASE_CONTENT), ...Object.keys(AGREEMENT_CONTENT)]) {
    expect(auditedText(kind), kind).toMatchObject({ zh: expect.stringMatching(/\p{Script=Han}/u) })
    expect(auditedText(`${kind}.refused`)).toEqual({
      zh: `${auditedText(kind)?.zh}（被拒绝）`,
      en: `${auditedText(kind)?.en} (refused)`,
    })
  }
})

test('an action of its own is named as it is, and what nobody names is not', () => {
  expect(auditedText('packet.refused')).toEqual({ zh: '拒收数据包', en: 'packets refused' })
  expect(auditedText('person.granted')?.zh).toBe('授予角色、窗口、部门')
  for (const unknown of ['', 'constructor', 'thing.done', 'thing.refused', '.refused'])
    expect(auditedText(unknown)).toBeNull()
})
