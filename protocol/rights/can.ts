/** `can(person, action, subject)`: whether somebody may do something, by the table; pure, so that a console asks the same. */
import { type Refused, refuse } from '../problem.ts'
import { PROGRAM_ROLES, type Role } from './roles.ts'
import { type Action, RIGHTS, type Scope } from './table.ts'

/** What the table asks of a person. `null` for every department, for every window. */
export type Holder = {
  readonly id: string
  readonly roles: readonly Role[]
  /** roles of the account, where a token is narrowed to fewer */
  readonly accountRoles?: readonly Role[]
  readonly departments: readonly string[] | null
  readonly windows: readonly string[] | null
}

/** What the table asks of a case. */
export type CaseSubject = {
  /** what this city is in it */
  readonly role: 'collecting' | 'handling'
  /** code of the item */
  readonly item: string
  /** department to which it was passed on (转办); null or absent: that of its item */
  readonly department?: string | null
  /** who is asked to countersign it (会签) and has not answered yet */
  readonly asked?: { readonly people: readonly string[]; readonly departments: readonly string[] }
  /** window that took it */
  readonly window: string | null
  /** account that works on it here */
  readonly assignee: string | null
  /** accounts that accepted it here; asked of decisions, where the city separates them */
  readonly acceptedBy?: readonly string[]
}

export type May = { ok: true } | Refused

/** Length of the code of the organ (统一社会信用代码) with which the code of an item begins. */
const ORGAN = 18
/** Code of the department that an item is of: the organ in its code of 31 to 33 places; any other code stands for itself. */
export const departmentOf = (item: string): string => (/^[0-9A-Z]{31,33}$/.test(item) ? item.slice(0, ORGAN) : item)

const rowOf = (action: Action): { readonly [R in Role]?: 'yes' | readonly Scope[] } => RIGHTS[action].may

/** The roles that may do this, in some case at least. */
export const rolesFor = (action: Action): Role[] => Object.keys(rowOf(action)) as Role[]

/** Whether the action is of single cases. */
export const isOfCases = (action: Action): boolean => Object.values(rowOf(action)).some(cell => cell !== 'yes')

/** Whether one of the roles may do this, in some case at least. */
export const holdsRole = (roles: readonly Role[], action: Action): boolean => {
  const row = rowOf(action)
  return roles.some(role => row[role] !== undefined)
}

/** The cases within which somebody may do this: scopes that add up, each once; none when no role of theirs may. */
export function scopesOf({ roles, departments, windows }: Omit<Holder, 'id'>, action: Action): Scope[] {
  const row = rowOf(action)
  const held = new Set<Scope>(
    roles.flatMap(role => {
      const cell = row[role]
      return cell === undefined ? [] : cell === 'yes' ? ['all' as const] : [...cell]
    }),
  )
  // Who is of every window, or of every department, is so for each that is yet to come.
  if (held.has('window') && windows === null) held.add('collecting')
  if (held.has('department') && departments === null) held.add('handling')
  if (held.has('collecting')) held.delete('window')
  if (held.has('handling')) held.delete('department')
  return held.has('all') || (held.has('collecting') && held.has('handling')) ? ['all'] : [...held]
}

/** Whether somebody is among those who are asked, or of one of the departments; who is of every department speaks for each. */
export const isAsked = (
  { people, departments: asked }: NonNullable<CaseSubject['asked']>,
  { id, departments }: Pick<Holder, 'id' | 'departments'>,
): boolean => people.includes(id) || asked.some(department => departments === null || departments.includes(department))

function within(scope: Scope, { id, departments, windows }: Holder, subject: CaseSubject): boolean {
  switch (scope) {
    case 'all':
      return true
    case 'collecting':
    case 'handling':
      return subject.role === scope
    case 'window':
      return subject.role === 'collecting' && subject.window !== null && (windows ?? []).includes(subject.window)
    case 'department':
      return (
        subject.role === 'handling' && (departments ?? []).includes(subject.department ?? departmentOf(subject.item))
      )
    case 'assigned':
      return subject.assignee === id
    case 'asked':
      return subject.asked !== undefined && isAsked(subject.asked, { id, departments })
  }
}

/** Programs of the city act within its approval system, where people decide; the node knows none of them. A person's token is none. */
export const isProgram = ({ roles, accountRoles = roles }: Pick<Holder, 'roles' | 'accountRoles'>): boolean =>
  accountRoles.length > 0 && accountRoles.every(role => PROGRAM_ROLES.includes(role))

/** The cases that somebody works on: those assigned to them, and those of the windows and departments of whoever takes steps there. */
export function ownScopes({ roles, departments, windows }: Omit<Holder, 'id'>): Scope[] {
  const places = scopesOf({ roles, departments: [], windows: [] }, 'case.contribute')
  const works = (...of: Scope[]): boolean => of.some(scope => places.includes(scope))
  return [
    'assigned',
    'asked',
    ...(works('window', 'collecting', 'all')
      ? (['window', ...(windows === null ? ['collecting' as const] : [])] as const)
      : []),
    ...(works('department', 'handling', 'all')
      ? (['department', ...(departments === null ? ['handling' as const] : [])] as const)
      : []),
  ]
}

/** Whether a case is one that the person works on. */
export const isOwn = (person: Holder, subject: CaseSubject): boolean =>
  ownScopes(person).some(scope => within(scope, person, subject))

/** Whether somebody may do this to more than the cases that they work on. */
export function reachesBeyond(person: Omit<Holder, 'id'>, action: Action): boolean {
  const own = ownScopes(person)
  if (own.includes('collecting') && own.includes('handling')) return false
  return scopesOf(person, action).some(scope => !own.includes(scope))
}

/**
 * Whether a person may do something, to a case where one is given. Problems: `request.forbidden` when no role may, `rights.scope`
 * when it is none of their cases, `rights.separation` when who accepted a case would decide it (受审分离).
 */
export function can(person: Holder, action: Action, subject?: CaseSubject): May {
  if (!holdsRole(person.roles, action))
    return refuse('request.forbidden', `${action} needs one of: ${rolesFor(action).join(', ')}`)
  if (subject === undefined) return { ok: true }
  const scopes = scopesOf(person, action)
  if (!scopes.some(scope => within(scope, person, subject)))
    return refuse('rights.scope', `${action} within: ${scopes.join(', ')}`)
  if (action === 'case.decide' && !isProgram(person) && (subject.acceptedBy ?? []).includes(person.id))
    return refuse('rights.separation', action)
  return { ok: true }
}
