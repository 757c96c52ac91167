/**
 * What people may (授权): roles, departments and windows of an account, and the staff number by which two accounts of one person are known.
 * Staff number and phone are sealed. May import audit and the store; knows no edge.
 */
import { createHash, createHmac } from 'node:crypto'
import { ProblemError } from '../../../protocol/problem.ts'
import { combinedAdministrators, type GivenRole, presentRoles, type Role } from '../../../protocol/rights/roles.ts'
import type { Seal } from '../../kernel/keys/case-keys.ts'
import { deriveKey } from '../../kernel/keys/seal.ts'
import type { Account } from '../../kernel/person.ts'
import type { Audit } from '../../kernel/records/audit.ts'
import { changedSince, isAsSeen, type Seen } from '../../kernel/seen.ts'
import { act } from '../../kernel/store/acts.ts'
import type { Database, Transaction } from '../../kernel/store/database.ts'
import { lastHere } from '../../spine/exchange/ends.ts'
import { KEPT_ROLES } from './people.ts'
import { accountById, accountsOfPerson, othersWith, rolesOfOthers, setGranted } from './repository.ts'

export const GRANT_LIMITS = {
  /** departments, and windows, of one account */
  places: 200,
} as const

/** Hexadecimal digits of the version of an account. */
const VERSION_DIGITS = 16
/** Actions after which an account is another. */
const CHANGES = ['person.granted', 'person.revoked', 'person.created']

export type Contact = { staffNumber: string | null; phone: string | null }
/** What is left out stays as it is; `null` departments or windows: every one. */
export type Grant = {
  name?: string | undefined
  roles?: readonly GivenRole[] | undefined
  departments?: readonly string[] | null | undefined
  windows?: readonly string[] | null | undefined
  staffNumber?: string | null | undefined
  phone?: string | null | undefined
}

export type GrantsParts = {
  db: Database
  audit: Pick<Audit, 'append'>
  /** now, milliseconds */
  now: () => number
  seal: Seal
  /** 32 bytes, from which the key of staff numbers is derived */
  dataKey: Uint8Array
  /** whether one person may hold only one of the three administrators */
  separateAdministrators: boolean
}

export type Grants = ReturnType<typeof createGrants>

/** Which grant an account stands at: the same until somebody gives it something else, or ends it. */
export const versionOf = ({ name, roles, departments, windows, contact, revokedAt }: Account): string =>
  createHash('sha256')
    .update(
      JSON.stringify([
        name,
        sorted(roles),
        departments,
        windows,
        contact === null ? null : Buffer.from(contact).toString('base64'),
        revokedAt,
      ]),
    )
    .digest('hex')
    .slice(0, VERSION_DIGITS)

const contextOf = (id: string): string => `person ${id}`
const sorted = (names: readonly string[]): string => [...names].sort().join(' ')

export function createGrants({ db, audit, now, seal, dataKey, separateAdministrators }: GrantsParts) {
  const key = deriveKey(dataKey, 'staff numbers 1')
  const staffKeyOf = (number: string): Uint8Array =>
    createHmac('sha256', key).update(number.normalize('NFKC').trim().toUpperCase()).digest()

  const contactOf = ({ id, contact }: Pick<Account, 'id' | 'contact'>): Contact =>
    contact === null
      ? { staffNumber: null, phone: null }
      : (JSON.parse(Buffer.from(seal.open(contact, contextOf(id))).toString()) as Contact)

  /** Problem: `rights.administrators` when a person would hold two of the three, by this account or by another of theirs. */
  async function checkApart(tx: Transaction, id: string, roles: readonly Role[], staffKey: Uint8Array | null) {
    if (!separateAdministrators) return
    const others = staffKey === null ? [] : await rolesOfOthers(tx, staffKey, id)
    const combined = combinedAdministrators([...roles, ...others])
    // What other accounts combine among themselves is not of this grant.
    if (combined.some(role => roles.includes(role)))
      throw new ProblemError('rights.administrators', combined.join(', '))
  }

  async function giveIn(tx: Transaction, actor: string, id: string, grant: Grant, seen?: Seen): Promise<Account> {
    const before = await accountById(tx, id)
    if (before === null) throw new ProblemError('request.not-found', 'person')
    if (!isAsSeen(seen, versionOf(before))) throw await changedSince(tx, await lastHere(tx, id, CHANGES))
    if (before.revokedAt !== null) throw new ProblemError('request.conflict', 'the person was revoked')
    const held = contactOf(before)
    const contact: Contact = {
      staffNumber: grant.staffNumber === undefined ? held.staffNumber : grant.staffNumber,
      phone: grant.phone === undefined ? held.phone : grant.phone,
    }
    const staffKey = contact.staffNumber === null ? null : staffKeyOf(contact.staffNumber)
    const roles = grant.roles === undefined ? before.roles : presentRoles(grant.roles)
    const gains = roles.some(role => !before.roles.includes(role)) || contact.staffNumber !== held.staffNumber
    // What an account held before the city separated them it keeps until somebody changes it.
    if (gains) await checkApart(tx, id, roles, staffKey)
    for (const role of KEPT_ROLES)
      if (before.roles.includes(role) && !roles.includes(role) && (await othersWith(tx, role, id, now())) === 0)
        throw new ProblemError('request.conflict', `the last ${role} keeps the role`)
    const after: Account = {
      ...before,
      name: grant.name ?? before.name,
      roles,
      departments: grant.departments === undefined ? before.departments : grant.departments,
      windows: grant.windows === undefined ? before.windows : grant.windows,
      contact:
        contact.staffNumber === null && contact.phone === null
          ? null
          : seal.seal(Buffer.from(JSON.stringify(contact)), contextOf(id)),
    }
    await act(tx)
    await setGranted(tx, after, staffKey)
    await audit.append(tx, {
      actor,
      action: 'person.granted',
      subject: id,
      detail: {
        before: sorted(before.roles),
        roles: sorted(after.roles),
        departments: after.departments?.length ?? 'all',
        windows: after.windows?.length ?? 'all',
        staff: contact.staffNumber !== held.staffNumber,
      },
    })
    return after
  }

  return {
    contactOf,

    /** Problem: `rights.administrators`. For an account that is yet to be made. */
    checkNew(roles: readonly GivenRole[]): void {
      const combined = separateAdministrators ? combinedAdministrators(presentRoles(roles)) : []
      if (combined.length > 0) throw new ProblemError('rights.administrators', combined.join(', '))
    },

    /**
     * Gives an account roles, departments and windows, and says who it is. Problems: `request.not-found`, `request.conflict` for an
     * account that was revoked and for the last administrator of a kind, `rights.administrators`, `request.precondition` when it is another
     * than was `seen`.
     */
    give: (actor: string, id: string, grant: Grant, seen?: Seen): Promise<Account> =>
      db.transaction(tx => giveIn(tx, actor, id, grant, seen)),

    /** The same, in a transaction that does more. */
    giveIn,

    /** Accounts of the person behind an account, itself among them, as far as the staff number tells. */
    accountsOf: (id: string): Promise<string[]> => accountsOfPerson(db, id),
  }
}
