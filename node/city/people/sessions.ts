/**
 * Sessions (会话): who is signed in with a browser. A cookie holds 256 random bits that are kept as their SHA-256; a session ends when it
 * was not used for a while, when its time is over, when a newer one of its account takes its place, and with its account.
 */
import { createHmac } from 'node:crypto'
import { ProblemError } from '../../../protocol/problem.ts'
import type { Due, Person } from '../../kernel/person.ts'
import type { Audit } from '../../kernel/records/audit.ts'
import type { Database, Transaction } from '../../kernel/store/database.ts'
import {
  type Credentials,
  credentialsOf,
  deleteSession,
  deleteSessions,
  insertSession,
  noteSession,
  purgeSessions,
  type Session,
  sessionByHash,
  sessionsOf,
  type Way,
} from './credentials-repository.ts'
import { hashOf, isLive, personOf } from './people.ts'
import { accountById } from './repository.ts'
import { createUses } from './uses.ts'

const TOKEN = /^ts_[A-Za-z0-9_-]{43}$/
const TOKEN_BYTES = 32

export type SessionRules = {
  idleMinutes: number
  absoluteHours: number
  /** of one account at once */
  sessions: number
  /** days after which a password must be changed; 0: never */
  maxAgeDays: number
  secondFactor: 'optional' | 'required'
}

/** The token stands here once and is nowhere kept. */
export type Begun = { session: Session; token: string; csrf: string; due: readonly Due[] }

export interface Sessions {
  /** Begins one in the transaction that proved who it is; what is one too many ends. */
  begin(tx: Transaction, credentials: Credentials, way: Way): Promise<Begun>
  /** Who holds the cookie; null when it is none of a session that goes on. `use`: whether it counts as used. */
  authenticate(token: string, use: boolean): Promise<Person | null>
  /** Newest first, with when each was used last. */
  list(person: string): Promise<Session[]>
  /** Problem: `request.not-found`. */
  end(actor: string, person: string, id: string): Promise<void>
  /** Ends all of a person but one; how many. */
  endAll(tx: Transaction, actor: string, person: string, except: string | null, reason: string): Promise<number>
  /** Deletes those whose time is over. */
  purge(): Promise<number>
  /** Resolves when the times of last use are written. */
  settle(): Promise<void>
}

export type SessionParts = {
  database: Database
  audit: Pick<Audit, 'append'>
  rules: SessionRules
  /** ms */
  now: () => number
  ids: () => string
  random: (bytes: number) => Uint8Array
}

/** What unsafe requests of a session bring in a header: only a page of the own origin can know it. */
const csrfOf = (token: string): string => createHmac('sha256', token).update('tongban csrf').digest('base64url')

export function createSessions({ database, audit, rules, now, ids, random }: SessionParts): Sessions {
  const uses = createUses(database, noteSession)
  const idleMs = rules.idleMinutes * 60_000
  const absoluteMs = rules.absoluteHours * 3_600_000

  /** What is to be seen to first; the single sign-on has rules of its own. */
  function dueOf(credentials: Credentials, way: Way): Due[] {
    if (way === 'single-sign-on') return []
    const { temporaryUntil, passwordAt, totp } = credentials
    const old = rules.maxAgeDays > 0 && now() - (passwordAt ?? 0) >= rules.maxAgeDays * 86_400_000
    return [
      ...(temporaryUntil !== null || old ? (['password'] as const) : []),
      ...(rules.secondFactor === 'required' && totp === null ? (['second-factor'] as const) : []),
    ]
  }

  const goesOn = ({ id, createdAt, usedAt }: Session): boolean =>
    now() - createdAt < absoluteMs && now() - uses.last(id, usedAt) < idleMs

  return {
    async begin(tx, credentials, way) {
      const { person } = credentials
      const session: Session = { id: ids(), person, way, createdAt: now(), usedAt: now() }
      const before = await sessionsOf(tx, person)
      for (const { id } of before.slice(rules.sessions - 1)) {
        await deleteSession(tx, person, id)
        await audit.append(tx, {
          actor: 'node',
          action: 'session.ended',
          subject: person,
          detail: { session: id, reason: 'replaced' },
        })
      }
      const token = `ts_${Buffer.from(random(TOKEN_BYTES)).toString('base64url')}`
      await insertSession(tx, session, hashOf(token))
      await audit.append(tx, {
        actor: `person:${person}`,
        action: 'session.created',
        subject: person,
        detail: { session: session.id, way },
      })
      return { session, token, csrf: csrfOf(token), due: dueOf(credentials, way) }
    },

    async authenticate(token, use) {
      if (!TOKEN.test(token)) return null
      const session = await sessionByHash(database, hashOf(token))
      if (session === null || !goesOn(session)) return null
      const account = await accountById(database, session.person)
      const credentials = await credentialsOf(database, session.person)
      if (account === null || credentials === null || !isLive(account, now())) return null
      if (use) uses.note(session.id, session.usedAt, now())
      return {
        ...personOf(account),
        session: { id: session.id, csrf: csrfOf(token), due: dueOf(credentials, session.way) },
      }
    },

    async list(person) {
      const found = await sessionsOf(database, person)
      return found.filter(goesOn).map(session => ({ ...session, usedAt: uses.last(session.id, session.usedAt) }))
    },

    async end(actor, person, id) {
      await database.transaction(async tx => {
        if (!(await deleteSession(tx, person, id))) throw new ProblemError('request.not-found', 'session')
        await audit.append(tx, {
          actor,
          action: 'session.ended',
          subject: person,
          detail: { session: id, reason: 'ended' },
        })
      })
      uses.forget(id)
    },

    async endAll(tx, actor, person, except, reason) {
      const ended = await deleteSessions(tx, person, except)
      if (ended > 0)
        await audit.append(tx, {
          actor,
          action: 'session.ended',
          subject: person,
          detail: { sessions: ended, reason },
        })
      return ended
    },

    async purge() {
      await uses.settle()
      return database.transaction(tx => purgeSessions(tx, now() - idleMs, now() - absoluteMs))
    },

    settle: () => uses.settle(),
  }
}
