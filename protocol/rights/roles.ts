/** The roles (角色) of people at a node. A person holds one or several; what each may do is in `table.ts`. */

/** Role → its name, and what it is for. */
export const ROLE_NAMES = {
  'window-clerk': { en: 'window clerk', zh: '窗口受理人员' },
  examiner: { en: 'examiner of departments', zh: '部门审核人员' },
  leader: { en: 'leader, who decides', zh: '负责人' },
  'window-lead': { en: 'window lead', zh: '窗口负责人' },
  'business-administrator': { en: 'business administrator', zh: '业务管理员' },
  'system-administrator': { en: 'system administrator', zh: '系统管理员' },
  'security-administrator': { en: 'security administrator', zh: '安全管理员' },
  'audit-administrator': { en: 'audit administrator', zh: '审计管理员' },
  integrator: { en: 'integrator: a program of the city', zh: '集成人员（程序）' },
  adapter: { en: 'adapter in a process of its own (a program)', zh: '进程外适配器（程序）' },
} as const satisfies Record<string, { en: string; zh: string }>

export type Role = keyof typeof ROLE_NAMES
export const ROLES = Object.keys(ROLE_NAMES) as [Role, ...Role[]]

/** The roles of earlier versions of the API, each with those that together may do what it might. They are still taken where roles are given. */
export const FORMER_ROLES = {
  administrator: ['business-administrator', 'system-administrator', 'security-administrator', 'audit-administrator'],
  clerk: ['window-clerk', 'examiner', 'leader', 'window-lead'],
  auditor: ['audit-administrator'],
} as const satisfies Record<string, readonly Role[]>

export type FormerRole = keyof typeof FORMER_ROLES
export const FORMER_ROLE_NAMES = Object.keys(FORMER_ROLES) as [FormerRole, ...FormerRole[]]
export type GivenRole = Role | FormerRole

export const isRole = (value: string): value is Role => Object.hasOwn(ROLE_NAMES, value)
export const isFormerRole = (value: string): value is FormerRole => Object.hasOwn(FORMER_ROLES, value)

/** Roles that only programs hold. */
export const PROGRAM_ROLES: readonly Role[] = ['integrator', 'adapter']

/** Each role once, those of earlier versions as the roles that took their place. */
export const presentRoles = (given: readonly GivenRole[]): Role[] => [
  ...new Set(given.flatMap((role): readonly Role[] => (isFormerRole(role) ? FORMER_ROLES[role] : [role]))),
]

/** The three that watch one another (三员分立, GB/T 22239-2019 8.1.5): one person holds at most one of them. */
export const SEPARATE_ADMINISTRATORS = [
  'system-administrator',
  'security-administrator',
  'audit-administrator',
] as const satisfies readonly Role[]

/** Those of the three that the roles hold, when they are more than one; else none. */
export function combinedAdministrators(roles: readonly Role[]): Role[] {
  const held = SEPARATE_ADMINISTRATORS.filter(role => roles.includes(role))
  return held.length > 1 ? held : []
}
