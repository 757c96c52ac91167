/**
 * People (账号): who may use the API, each with one token. A token is shown once and kept as its SHA-256: it carries 256
 * random bits, so a slow hash would add nothing. May import audit and the store; knows no edge.
 */

import { createHash } from 'node:crypto'
import { ProblemError } from '../../../protocol/problem.ts'
import { type GivenRole, isFormerRole, presentRoles } from '../../../protocol/rights/roles.ts'
import type { Account, Person } from '../../kernel/person.ts'
import type { Audit } from '../../kernel/records/audit.ts'
import { act } from '../../kernel/store/acts.ts'
import type { Database, Transaction } from '../../kernel/store/database.ts'
import {
  accountById,
  accountByToken,
  accounts,
  insertAccount,
  othersWith,
  setRevoked,
  setToken,
  setUsed,
} from './repository.ts'
import { createUses } from './uses.ts'

const TOKEN = /^tb_[A-Za-z0-9_-]{43}$/
const TOKEN_BYTES = 32

/** Roles that the node could not go on without: the last who may keep accounts, and the last who may give roles. */
export const KEPT_ROLES = ['system-administrator', 'security-administrator'] as const

export type NewPerson = {
  name: string
  roles: readonly GivenRole[]
  /** null for every one; absent: none, and every one with a role of an earlier version, which had no such bounds */
  departments?: readonly string[] | null | undefined
  windows?: readonly string[] | null | undefined
  /** milliseconds */
  expiresAt: number | null
}
/** The token stands here once and is nowhere kept. */
export type Issued = { account: Account; token: string }

export interface People {
  /** Throws ProblemError `request.invalid` on an expiry in the past. */
  /** `then`: what else is said of the account in the same transaction. */
  create(
    actor: string,
    person: NewPerson,
    then?: (tx: Transaction, account: Account) => Promise<Account>,
  ): Promise<Issued>
  /** The same, in a transaction that makes more of them. */
  createIn(tx: Transaction, actor: string, person: NewPerson): Promise<Issued>
  /** Gives the person a new token; the old one ends at once. Keeps the expiry unless given anew. */
  rotate(actor: string, id: string, expiresAt?: number | null): Promise<Issued>
  /** Ends the person's token for good; a second time is a no-op. The last administrator stays. */
  revoke(actor: string, id: string): Promise<Account>
  list(limit: number, after: readonly [createdAt: number, id: string] | null): Promise<Account[]>
  get(id: string): Promise<Account>
  /** The holder of a token that is known, not revoked and not expired; else null. */
  authenticate(token: string): Promise<Person | null>
  /** Resolves when the times of last use are written; the node calls it when it stops. */
  settle(): Promise<void>
}

export type PeopleParts = {
  database: Database
  audit: Pick<Audit, 'append'>
  /** now, milliseconds */
  now: () => number
  /** a new id */
  ids: () => string
  random: (bytes: number) => Uint8Array
}

export const hashOf = (token: string): Uint8Array => createHash('sha256').update(token).digest()

/** Whether the account counts at `now`, ms. */
export const isLive = ({ revokedAt, expiresAt }: Account, now: number): boolean =>
  revokedAt === null && (expiresAt === null || expiresAt > now)

export const personOf = ({ id, name, roles, departments, windows }: Account): Person => ({
  id,
  name,
  roles,
  departments,
  windows,
})

export function createPeople({ database, audit, now, ids, random }: PeopleParts): People {
  const uses = createUses(database, setUsed)

  const newToken = () => `tb_${Buffer.from(random(TOKEN_BYTES)).toString('base64url')}`
  const checkExpiry = (expiresAt: number | null) => {
    if (expiresAt !== null && expiresAt <= now())
      throw new ProblemError('request.invalid', 'expiresAt lies in the past')
  }
  const found = (account: Account | null): Account => {
    if (account === null) throw new ProblemError('request.not-found', 'person')
    return account
  }

  async function createIn(tx: Transaction, actor: string, person: NewPerson): Promise<Issued> {
    const { name, roles: given, departments, windows, expiresAt } = person
    checkExpiry(expiresAt)
    const roles = presentRoles(given)
    const unsaid = given.some(isFormerRole) ? null : []
    const token = newToken()
    const account: Account = {
      id: ids(),
      name,
      roles,
      departments: departments === undefined ? unsaid : departments,
      windows: windows === undefined ? unsaid : windows,
      contact: null,
      createdAt: now(),
      expiresAt,
      revokedAt: null,
      lastUsedAt: null,
    }
    await insertAccount(tx, account, hashOf(token))
    await audit.append(tx, {
      actor,
      action: 'person.created',
      subject: account.id,
      detail: { roles: roles.join(' ') },
    })
    return { account, token }
  }

  return {
    createIn,

    create: (actor, person, then) =>
      database.transaction(async tx => {
        await act(tx)
        const made = await createIn(tx, actor, person)
        return then === undefined ? made : { ...made, account: await then(tx, made.account) }
      }),

    async rotate(actor, id, expiresAt) {
      if (expiresAt !== undefined) checkExpiry(expiresAt)
      const token = newToken()
      const account = await database.transaction(async tx => {
        const old = found(await accountById(tx, id))
        if (old.revokedAt !== null) throw new ProblemError('request.conflict', 'the person was revoked')
        const until = expiresAt === undefined ? old.expiresAt : expiresAt
        if (until !== null && until <= now())
          throw new ProblemError('request.conflict', 'expired; give a new expiresAt')
        await act(tx)
        await setToken(tx, id, hashOf(token), until)
        await audit.append(tx, { actor, action: 'person.rotated', subject: id })
        return { ...old, expiresAt: until }
      })
      return { account, token }
    },

    async revoke(actor, id) {
      return database.transaction(async tx => {
        const account = found(await accountById(tx, id))
        if (account.revokedAt !== null) return account
        for (const role of KEPT_ROLES)
          if (account.roles.includes(role) && (await othersWith(tx, role, id, now())) === 0)
            throw new ProblemError('request.conflict', `the last ${role} cannot be revoked`)
        const revokedAt = now()
        await act(tx)
        await setRevoked(tx, id, revokedAt)
        await audit.append(tx, { actor, action: 'person.revoked', subject: id })
        return { ...account, revokedAt }
      })
    },

    list: (limit, after) => accounts(database, limit, after),

    get: async id => found(await accountById(database, id)),

    async authenticate(token) {
      if (!TOKEN.test(token)) return null
      const account = await accountByToken(database, hashOf(token))
      const at = now()
      if (account === null || !isLive(account, at)) return null
      uses.note(account.id, account.lastUsedAt, at)
      return personOf(account)
    },

    settle: () => uses.settle(),
  }
}
