/** Who may act at this node (账号): the person that a request was authenticated as. Roles, and what each may do: `protocol/rights/`. */
import type { Holder } from '../../protocol/rights/can.ts'
import { type GivenRole, isFormerRole, isRole, presentRoles, type Role } from '../../protocol/rights/roles.ts'

/** What a session must see to before it may do anything else: a new password, a second factor. */
export type Due = 'password' | 'second-factor'

/** The session that a request came in; `csrf` is what its unsafe requests must bring too. */
export type PersonSession = { readonly id: string; readonly csrf: string; readonly due: readonly Due[] }

/** The holder of a valid token, or whoever is signed in. */
export type Person = Holder & {
  readonly name: string
  /** absent with a token */
  readonly session?: PersonSession
  /** of a token that is for some operations alone */
  readonly operations?: readonly string[]
  /** ms; of a token that ends by itself */
  readonly until?: number
}

/** A person as an administrator sees it; times in milliseconds. The token itself is never kept. */
export type Account = Holder & {
  readonly name: string
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
