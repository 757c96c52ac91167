/**
 * API tokens (接口令牌) beside the one that each person has: for a program that needs less than its person may, and for a time. A token is
 * never wider, nor of longer life, than what it was made with, and what its person loses it loses too.
 */
import { ProblemError } from '../../../protocol/problem.ts'
import type { Role } from '../../../protocol/rights/roles.ts'
import type { Person } from '../../kernel/person.ts'
import type { Audit } from '../../kernel/records/audit.ts'
import { act } from '../../kernel/store/acts.ts'
import type { Database } from '../../kernel/store/database.ts'
import {
  type AccessToken,
  accessTokenByHash,
  accessTokensOf,
  insertAccessToken,
  liveAccessTokens,
  noteAccessToken,
  purgeAccessTokens,
  revokeAccessToken,
} from './credentials-repository.ts'
import { hashOf, isLive, personOf } from './people.ts'
import { accountById } from './repository.ts'
import { createUses } from './uses.ts'

export const ACCESS_TOKEN_LIMITS = {
  /** tokens of one person that count */
  live: 50,
  /** tokens of one person that are listed, the newest */
  listed: 200,
  /** operations that one token is narrowed to */
  operations: 200,
  /** ms that one that ended is still listed */
  kept: 90 * 86_400_000,
} as const

const TOKEN = /^tk_[A-Za-z0-9_-]{43}$/
const TOKEN_BYTES = 32

/** Whether a text has the form of such a token. */
export const isAccessToken = (token: string): boolean => TOKEN.test(token)

export type NewAccessToken = {
  label: string
  /** null: all of the person */
  roles: readonly Role[] | null
  /** null: all */
  operations: readonly string[] | null
  /** ms */
  expiresAt: number
}

export interface AccessTokens {
  /**
   * Makes one of `person`; `maker` is who asks, with what the token or session of the request may. The token stands in the answer once.
   * Problems: `request.invalid` for an end that is past or too far, `request.forbidden` for more than the maker or the person may, `request.conflict`
   * for too many, `request.not-found`.
   */
  create(maker: Person, person: string, wanted: NewAccessToken): Promise<{ accessToken: AccessToken; token: string }>
  /** Newest first. */
  list(person: string): Promise<AccessToken[]>
  /** Problem: `request.not-found`. */
  revoke(actor: string, person: string, id: string): Promise<void>
  /** The person of a token that counts, with what the token is narrowed to; else null. */
  authenticate(token: string): Promise<Person | null>
  /** Deletes those that ended long ago. */
  purge(): Promise<number>
  settle(): Promise<void>
}

export type AccessTokenParts = {
  database: Database
  audit: Pick<Audit, 'append'>
  /** days after which one ends, at most */
  days: number
  /** ms */
  now: () => number
  ids: () => string
  random: (bytes: number) => Uint8Array
}

const within = <T>(wanted: readonly T[] | null, held: readonly T[] | undefined): boolean =>
  held === undefined || (wanted?.every(entry => held.includes(entry)) ?? false)

export function createAccessTokens({ database, audit, days, now, ids, random }: AccessTokenParts): AccessTokens {
  const uses = createUses(database, noteAccessToken)

  /** Why a maker with an own token may not make this one: it would be wider than that. */
  function tooWide(maker: Person, person: string, { operations, expiresAt }: NewAccessToken): string | null {
    if (!within(operations, maker.operations)) return 'operations: more than the token of this request has'
    // What is made for somebody else rests on the rights of who makes it, not on the life of a token.
    if (person === maker.id && expiresAt > (maker.until ?? Number.POSITIVE_INFINITY))
      return 'expiresAt: after the token of this request ends'
    return null
  }

  return {
    async create(maker, person, wanted) {
      const { label, expiresAt, roles, operations } = wanted
      if (expiresAt <= now()) throw new ProblemError('request.invalid', 'expiresAt lies in the past')
      if (expiresAt > now() + days * 86_400_000)
        throw new ProblemError('request.invalid', `expiresAt: at most ${days} days from now`)
      const wide = tooWide(maker, person, wanted)
      if (wide !== null) throw new ProblemError('request.forbidden', wide)
      const token = `tk_${Buffer.from(random(TOKEN_BYTES)).toString('base64url')}`
      const accessToken = await database.transaction(async tx => {
        const account = await accountById(tx, person)
        if (account === null) throw new ProblemError('request.not-found', 'person')
        if (account.revokedAt !== null) throw new ProblemError('request.conflict', 'the person was revoked')
        const held = person === maker.id ? maker.roles : account.roles
        if (roles !== null && !within(roles, held))
          throw new ProblemError('request.forbidden', 'roles: more than the person has')
        if ((await liveAccessTokens(tx, person, now())) >= ACCESS_TOKEN_LIMITS.live)
          throw new ProblemError('request.conflict', `${ACCESS_TOKEN_LIMITS.live} tokens count already: revoke one`)
        await act(tx)
        const made: AccessToken = {
          id: ids(),
          person,
          label,
          // A token that was made with a narrowed one stays as narrow.
          roles: roles ?? (person === maker.id && maker.roles.length < account.roles.length ? maker.roles : null),
          operations,
          createdAt: now(),
          expiresAt,
          revokedAt: null,
          lastUsedAt: null,
        }
        await insertAccessToken(tx, made, hashOf(token))
        await audit.append(tx, {
          actor: `person:${maker.id}`,
          action: 'token.created',
          subject: person,
          detail: {
            token: made.id,
            roles: made.roles?.join(' ') ?? 'all',
            operations: operations?.length ?? 'all',
            until: new Date(expiresAt).toISOString(),
          },
        })
        return made
      })
      return { accessToken, token }
    },

    async list(person) {
      const found = await accessTokensOf(database, person, ACCESS_TOKEN_LIMITS.listed)
      return found.map(token => ({ ...token, lastUsedAt: uses.last(token.id, token.lastUsedAt) || null }))
    },

    async revoke(actor, person, id) {
      await database.transaction(async tx => {
        if (!(await revokeAccessToken(tx, person, id, now()))) throw new ProblemError('request.not-found', 'token')
        await audit.append(tx, { actor, action: 'token.revoked', subject: person, detail: { token: id } })
      })
      uses.forget(id)
    },

    async authenticate(token) {
      const found = await accessTokenByHash(database, hashOf(token))
      if (found === null || found.revokedAt !== null || found.expiresAt <= now()) return null
      const account = await accountById(database, found.person)
      if (account === null || !isLive(account, now())) return null
      uses.note(found.id, found.lastUsedAt, now())
      const { roles, operations } = found
      return {
        ...personOf(account),
        roles: roles === null ? account.roles : account.roles.filter(role => roles.includes(role)),
        accountRoles: account.roles,
        ...(operations === null ? {} : { operations }),
        until: found.expiresAt,
      }
    },

    async purge() {
      await uses.settle()
      return database.transaction(tx => purgeAccessTokens(tx, now() - ACCESS_TOKEN_LIMITS.kept))
    },

    settle: () => uses.settle(),
  }
}
