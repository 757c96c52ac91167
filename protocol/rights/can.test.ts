import { describe, expect, test } from 'vitest'
import { type CaseSubject, can, departmentOf, type Holder, rolesFor, scopesOf } from './can.ts'
import { needsPurpose, PURPOSE_NAMES, PURPOSES } from './purposes.ts'
import { combinedAdministrators, FORMER_ROLES, isFormerRole, presentRoles, ROLES, type Role } from './roles.ts'
import { ACTIONS, RIGHTS, STEP_ACTIONS } from './table.ts'

const POLICE = '11420300MB0123456X'
const HOUSING = '11420300MB0765432Y'
const itemOf = (department: string) => `${department}${'4'.repeat(13)}`

const holder = (roles: readonly Role[], more: Partial<Holder> = {}): Holder => ({
  id: 'me',
  roles,
  departments: [POLICE],
  windows: ['3号窗口'],
  ...more,
})
const handled: CaseSubject = { role: 'handling', item: itemOf(POLICE), window: '3号窗口', assignee: null }
const taken: CaseSubject = { role: 'collecting', item: itemOf(HOUSING), window: '3号窗口', assignee: null }
const codeOf = (...given: Parameters<typeof can>) => {
  const may = can(...given)
  return may.ok ? 'yes' : may.problem.code
}

describe('roles', () => {
  test('those of earlier versions stand for those that took their place, each once', () => {
    expect(presentRoles(['clerk', 'leader', 'auditor', 'auditor'])).toEqual([
      ...FORMER_ROLES.clerk,
      'audit-administrator',
    ])
    expect(isFormerRole('toString')).toBe(false)
  })

  test('two of the three administrators are told, one is not', () => {
    expect(combinedAdministrators(['system-administrator', 'business-administrator', 'leader'])).toEqual([])
    expect(combinedAdministrators(['audit-administrator', 'system-administrator'])).toEqual([
      'system-administrator',
      'audit-administrator',
    ])
  })
})

describe('the table', () => {
  test('every action has a role, every role an action, and every step its action', () => {
    for (const action of ACTIONS) expect(rolesFor(action).length, action).toBeGreaterThan(0)
    for (const role of ROLES)
      expect(ACTIONS.filter(action => rolesFor(action).includes(role)).length, role).toBeGreaterThan(2)
    for (const action of Object.values(STEP_ACTIONS)) expect(RIGHTS).toHaveProperty([action])
  })

  test('none of the three administrators reads cases but the one who audits, and none but that one the audit log', () => {
    for (const role of ['system-administrator', 'security-administrator'] as const)
      for (const action of ACTIONS.filter(name => name.startsWith('case.') || name === 'audit.read'))
        expect(codeOf(holder([role]), action), `${role} ${action}`).toBe('request.forbidden')
    expect(rolesFor('audit.read')).toEqual(['audit-administrator'])
    expect(rolesFor('account.grant')).toEqual(['security-administrator'])
    expect(rolesFor('account.manage')).toEqual(['system-administrator'])
  })
})

describe('can', () => {
  test('no role, no right; a reason names the roles that may', () => {
    expect(can(holder([]), 'self.use')).toMatchObject({ ok: false, problem: { code: 'request.forbidden' } })
    const may = can(holder(['examiner']), 'case.decide')
    expect(may).toMatchObject({ ok: false, problem: { code: 'request.forbidden' } })
    expect(!may.ok && may.problem.detail).toContain('leader')
  })

  test('an examiner acts for items of the own departments only, assigned or not', () => {
    const examiner = holder(['examiner'])
    expect(codeOf(examiner, 'case.accept', handled)).toBe('yes')
    const other = { ...handled, item: itemOf(HOUSING) }
    expect(codeOf(examiner, 'case.accept', other)).toBe('rights.scope')
    expect(codeOf(examiner, 'case.read', other)).toBe('rights.scope')
    expect(codeOf(examiner, 'case.read', { ...other, assignee: 'me' })).toBe('yes')
    expect(codeOf(examiner, 'case.accept', { ...other, assignee: 'me' })).toBe('rights.scope')
  })

  test("a window clerk sees what the own windows took in, and no other city's window of the same name", () => {
    const clerk = holder(['window-clerk'])
    expect(codeOf(clerk, 'case.content', taken)).toBe('yes')
    expect(codeOf(clerk, 'case.content', { ...taken, window: '4号窗口' })).toBe('rights.scope')
    expect(codeOf(clerk, 'case.content', { ...taken, window: null })).toBe('rights.scope')
    expect(codeOf(clerk, 'case.content', handled)).toBe('rights.scope')
    expect(codeOf(clerk, 'case.content', { ...handled, assignee: 'me' })).toBe('yes')
    expect(codeOf(holder(['window-clerk'], { windows: [] }), 'case.list', taken)).toBe('rights.scope')
  })

  test('a leader finds every case that the city handles, and reads and decides those of the own departments', () => {
    const leader = holder(['leader'])
    const other = { ...handled, item: itemOf(HOUSING) }
    expect(codeOf(leader, 'case.read', other)).toBe('yes')
    for (const action of ['case.content', 'case.export'] as const) {
      expect(codeOf(leader, action, other), action).toBe('rights.scope')
      expect(codeOf(leader, action, handled), action).toBe('yes')
    }
    expect(codeOf(leader, 'case.decide', other)).toBe('rights.scope')
    expect(codeOf(leader, 'case.decide', handled)).toBe('yes')
    expect(codeOf(leader, 'case.read', taken)).toBe('rights.scope')
    expect(codeOf(holder(['window-lead']), 'case.read', { ...taken, window: '9号窗口' })).toBe('yes')
  })

  test('who accepted a case does not decide it; a program does, for people whom the node does not know', () => {
    const accepted = { ...handled, acceptedBy: ['me'] }
    expect(codeOf(holder(['examiner', 'leader']), 'case.decide', accepted)).toBe('rights.separation')
    expect(codeOf(holder(['examiner', 'leader']), 'case.examine', accepted)).toBe('yes')
    expect(codeOf(holder(['leader']), 'case.decide', { ...handled, acceptedBy: ['you'] })).toBe('yes')
    expect(codeOf(holder(['integrator']), 'case.decide', accepted)).toBe('yes')
    expect(codeOf(holder(['integrator', 'leader']), 'case.decide', accepted)).toBe('rights.separation')
    // A token of a person that is narrowed to what programs may makes no program of them.
    const narrowed = holder(['integrator'], { accountRoles: ['integrator', 'leader'] })
    expect(codeOf(narrowed, 'case.decide', accepted)).toBe('rights.separation')
  })

  test('of every window and every department is of every case', () => {
    const former = holder(FORMER_ROLES.clerk, { departments: null, windows: null })
    expect(scopesOf(former, 'case.read')).toEqual(['all'])
    expect(scopesOf(holder(['window-clerk'], { windows: null }), 'case.read')).toEqual(['assigned', 'collecting'])
    expect(scopesOf(holder(['examiner']), 'case.read')).toEqual(['department', 'assigned', 'asked'])
    expect(scopesOf(holder(['examiner']), 'case.decide')).toEqual([])
  })

  test('is of the department to which a case was passed on, in place of that of its item', () => {
    const examiner = holder(['examiner'])
    expect(codeOf(examiner, 'case.examine', handled)).toBe('yes')
    expect(codeOf(examiner, 'case.examine', { ...handled, department: HOUSING })).toBe('rights.scope')
    const other = { ...handled, item: itemOf(HOUSING) }
    expect(codeOf(examiner, 'case.examine', other)).toBe('rights.scope')
    expect(codeOf(examiner, 'case.examine', { ...other, department: POLICE })).toBe('yes')
  })

  test('who is asked to countersign, by name or by department, reads the case and answers, and does no more', () => {
    const examiner = holder(['examiner'])
    const other = { ...handled, item: itemOf(HOUSING) }
    for (const asked of [
      { people: ['me'], departments: [] },
      { people: [], departments: [POLICE] },
    ]) {
      const subject = { ...other, asked }
      for (const action of ['case.read', 'case.content', 'case.countersign'] as const)
        expect(codeOf(examiner, action, subject)).toBe('yes')
      for (const action of ['case.examine', 'case.pass-on', 'case.list'] as const)
        expect(codeOf(examiner, action, subject)).toBe('rights.scope')
      expect(needsPurpose(examiner, 'case.content', subject)).toBe(false)
      expect(codeOf(holder(['window-clerk']), 'case.countersign', subject)).toBe('request.forbidden')
    }
    expect(codeOf(examiner, 'case.countersign', { ...other, asked: { people: ['you'], departments: [HOUSING] } })).toBe(
      'rights.scope',
    )
  })
})

describe('a purpose', () => {
  const lead = holder(['window-lead'])
  const leader = holder(['leader'])
  const auditor = holder(['audit-administrator'], { departments: null, windows: null })
  const former = holder(FORMER_ROLES.clerk, { departments: null, windows: null })

  test('is named for a look at a case that one does not work on, and for none that one does', () => {
    for (const [who, subject, needed] of [
      [holder(['window-clerk']), taken, false],
      [holder(['window-clerk']), { ...handled, assignee: 'me' }, false],
      [holder(['examiner']), handled, false],
      [leader, { ...handled, item: itemOf(HOUSING), assignee: 'me' }, false],
      [lead, taken, false],
      [lead, { ...taken, window: '9号窗口' }, true],
      [{ ...lead, windows: null }, { ...taken, window: '9号窗口' }, false],
      // Who audits or administrates works on none, of whatever windows and departments.
      [auditor, taken, true],
      [holder(['business-administrator'], { departments: null, windows: null }), handled, true],
      [{ ...auditor, roles: ['audit-administrator', 'leader'] as const }, handled, false],
      [{ ...auditor, roles: ['audit-administrator', 'leader'] as const }, taken, true],
      [holder(['integrator']), taken, false],
      [former, { ...taken, window: null }, false],
    ] as const)
      for (const action of ['case.content', 'case.export'] as const)
        expect([who.roles, subject, needsPurpose(who, action, subject)]).toEqual([who.roles, subject, needed])
    expect(needsPurpose(auditor, 'case.read', taken)).toBe(false)
    expect(needsPurpose(auditor, 'case.list', taken)).toBe(false)
  })

  test('is named for a search that reaches beyond the cases that one works on', () => {
    for (const [who, needed] of [
      [holder(['window-clerk', 'examiner']), false],
      [leader, true],
      [{ ...leader, departments: null }, false],
      [lead, true],
      [auditor, true],
      [former, false],
      [holder(['integrator']), false],
      // A person's token that is narrowed to what programs may names one as its person does.
      [holder(['integrator'], { accountRoles: ['integrator', 'leader'], windows: [], departments: [] }), true],
    ] as const)
      expect([who, needsPurpose(who, 'case.list', null)]).toEqual([who, needed])
  })

  test('is named always for what the approval system was sent, but by programs', () => {
    expect(needsPurpose(holder(['system-administrator']), 'operation.look', null)).toBe(true)
    expect(needsPurpose(holder(['integrator']), 'operation.look', null)).toBe(false)
    for (const name of PURPOSE_NAMES) expect(PURPOSES[name].zh).not.toBe('')
  })
})

test('the department of an item is the organ in its code; another code stands for itself', () => {
  expect(departmentOf(itemOf(POLICE))).toBe(POLICE)
  expect(departmentOf('4'.repeat(30))).toBe('4'.repeat(30))
  expect(departmentOf('4'.repeat(33))).toBe('4'.repeat(18))
  expect(departmentOf('4'.repeat(34))).toBe('4'.repeat(34))
})
