/** Who may act at this node (账号): roles, and the person that a request was authenticated as. */

/** administrator 管理员 · clerk 窗口人员 · integrator 集成人员 · auditor 审计人员. */
export const ROLES = ['administrator', 'clerk', 'integrator', 'auditor'] as const
export type Role = (typeof ROLES)[number]

export const isRole = (value: string): value is Role => (ROLES as readonly string[]).includes(value)

/** The holder of a valid token. */
export type Person = { readonly id: string; readonly name: string; readonly roles: readonly Role[] }

/** A person as an administrator sees it; times in milliseconds. The token itself is never kept. */
export type Account = Person & {
  readonly createdAt: number
  readonly expiresAt: number | null
  readonly revokedAt: number | null
  readonly lastUsedAt: number | null
}

/** Roles as one column: ',clerk,auditor,', so that `LIKE '%,clerk,%'` finds one. */
export const joinRoles = (roles: readonly Role[]): string => `,${[...roles].sort().join(',')},`
export const splitRoles = (column: string): Role[] => column.split(',').filter(isRole)
