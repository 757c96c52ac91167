/** Who may act at this node (账号): the person that a request was authenticated as. Roles, and what each may do: `protocol/rights/`. */
import type { Holder } from '../../protocol/rights/can.ts'
import { type GivenRole, isFormerRole, isRole, presentRoles, type Role } from '../../protocol/rights/roles.ts'

/** The holder of a valid token. */
export type Person = Holder & { readonly name: string }

/** A person as an administrator sees it; times in milliseconds. The token itself is never kept. */
export type Account = Person & {
  readonly createdAt: number
  readonly expiresAt: number | null
  readonly revokedAt: number | null
  readonly lastUsedAt: number | null
  /** staff number and phone, sealed */
  readonly contact: Uint8Array | null
}

/** Roles as one column: ',examiner,leader,', so that `LIKE '%,leader,%'` finds one. */
export const joinRoles = (roles: readonly Role[]): string => `,${[...roles].sort().join(',')},`
/** The roles of a column; what an earlier program wrote names those of its time. */
export const splitRoles = (column: string): Role[] =>
  presentRoles(column.split(',').filter((name): name is GivenRole => isRole(name) || isFormerRole(name)))
