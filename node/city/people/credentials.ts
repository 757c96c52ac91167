/** Passwords and second factors (口令与动态验证码) of people: their own to change, an administrator's to reset. */
import { type FieldProblem, ProblemError } from '../../../protocol/problem.ts'
import type { Seal } from '../../kernel/keys/case-keys.ts'
import type { Passwords } from '../../kernel/keys/passwords.ts'
import type { Account, Person } from '../../kernel/person.ts'
import type { Audit } from '../../kernel/records/audit.ts'
import { act } from '../../kernel/store/acts.ts'
import type { Database, Transaction } from '../../kernel/store/database.ts'
import {
  beginTotp,
  type Credentials,
  confirmTotp,
  credentialsByAccount,
  credentialsOf,
  removeTotp,
  setAccount,
  setPassword,
} from './credentials-repository.ts'
import { type PasswordRules, passwordFault, passwordFaults } from './password-rules.ts'
import { accountById } from './repository.ts'
import { enrolment, stepOf, TOTP_LIMITS } from './second-factor.ts'
import type { Sessions } from './sessions.ts'
import { accountName, type SignIn, totpContext } from './sign-in.ts'

export const CREDENTIAL_LIMITS = {
  /** ms that a one-time password counts */
  temporary: 72 * 3_600_000,
  /** characters of an account name */
  account: 64,
} as const

/** Letters and digits of any script; what stands between them is none that a page would have to escape. */
export const ACCOUNT = /^[\p{L}\p{N}](?:[\p{L}\p{N}._@-]*[\p{L}\p{N}])?$/u

/** How somebody signs in, for an administrator. */
export type SignInState = {
  account: string
  password: 'none' | 'own' | 'one-time'
  /** ms */
  passwordAt: number | null
  /** ms; of a one-time password */
  temporaryUntil: number | null
  secondFactor: boolean
  /** ms */
  lockedUntil: number | null
}

/** The password stands here once and is nowhere kept. */
export type Reset = {
  account: string
  password: string
  /** ms */
  until: number
}

export interface CredentialsService {
  /** The account name; null of who cannot sign in with a password or by the single sign-on. */
  accountOf(person: string): Promise<string | null>
  /** Of who has no account name yet, that is empty. Problem: `request.not-found`. */
  state(person: string): Promise<SignInState>
  /** Whether the own second factor is in place. */
  hasSecondFactor(person: string): Promise<boolean>
  /**
   * Changes the own password; other sessions end. Problems: `sign-in.*` as for a sign-in, `sign-in.password` with each rule that it breaks,
   * `request.conflict` for who has none.
   */
  changeOwn(person: Person, given: { current: string; next: string; code?: string | undefined }): Promise<void>
  /** A new secret for the own second factor, which counts once it is confirmed. Problems: as above. */
  beginOwnTotp(
    person: Person,
    given: { password: string; code?: string | undefined },
  ): Promise<{ secret: string; uri: string }>
  /** Puts it in place, by a code of it; a wrong one counts as a failed sign-in. Problems: `sign-in.refused`, `.locked`, `.busy`, `request.conflict` when none was begun. */
  confirmOwnTotp(person: Person, code: string): Promise<void>
  /**
   * Gives somebody a one-time password, and an account name when there is none or another one is given; their sessions end, and a lock
   * is lifted. Problems: `request.not-found`, `request.conflict`, `request.invalid`.
   */
  reset(actor: string, person: string, account: string | null): Promise<Reset>
  /** Takes the second factor off; sessions end. Problem: `request.not-found`. */
  removeTotp(actor: string, person: string): Promise<void>
  /** Lifts the lock. Problem: `request.not-found`. */
  unlock(actor: string, person: string): Promise<void>
  /** Ends all sessions; how many. Problem: `request.not-found`. */
  endSessions(actor: string, person: string): Promise<number>
  /** Whether the password may be chosen by who has these names. Problem: `sign-in.password`. */
  demandRules(password: string, names: readonly string[]): void
  /** Gives a person an account name and a password that they chose, in the transaction that made them. */
  choose(tx: Transaction, person: string, account: string, hash: string): Promise<void>
}

export type CredentialParts = {
  database: Database
  audit: Pick<Audit, 'append'>
  passwords: Passwords
  seal: Seal
  signIn: Pick<SignIn, 'proving' | 'attempting' | 'lockedUntil' | 'unlock'>
  sessions: Pick<Sessions, 'endAll'>
  rules: PasswordRules & {
    /** last passwords that cannot be chosen again */
    history: number
  }
  /** name of the city, for authenticator apps */
  city: string
  /** ms */
  now: () => number
  random: (bytes: number) => Uint8Array
}

/** What is read out and typed without doubt: no l, o, 0, 1. */
const LETTERS = 'abcdefghijkmnpqrstuvwxyz23456789'

/** Of somebody who was given no account name yet. */
const NO_ACCOUNT: SignInState = {
  account: '',
  password: 'none',
  passwordAt: null,
  temporaryUntil: null,
  secondFactor: false,
  lockedUntil: null,
}

export function createCredentials(parts: CredentialParts): CredentialsService {
  const { database, audit, passwords, seal, signIn, sessions, rules, city, now, random } = parts

  const refuse = (errors: readonly FieldProblem[]) =>
    new ProblemError('sign-in.password', errors.map(({ reason }) => reason).join('; '), { errors: [...errors] })

  function demandRules(password: string, names: readonly string[]): void {
    const faults = passwordFaults(password, names, rules)
    if (faults.length > 0) throw refuse(faults)
  }

  async function demandPerson(reader: Pick<Database | Transaction, 'query'>, person: string): Promise<void> {
    if ((await accountById(reader, person)) === null) throw new ProblemError('request.not-found', 'person')
  }

  async function existing(reader: Pick<Database | Transaction, 'query'>, person: string): Promise<Credentials> {
    const found = await credentialsOf(reader, person)
    if (found !== null) return found
    await demandPerson(reader, person)
    throw new ProblemError('request.not-found', 'the person has no account name')
  }

  async function own({ id }: Person): Promise<Credentials> {
    const found = await credentialsOf(database, id)
    if (found?.password == null) throw new ProblemError('request.conflict', 'the account has no password here')
    return found
  }

  /** Of the last ones, the present one among them. */
  async function demandNew(password: string, { password: present, former }: Credentials): Promise<void> {
    const before = [...(present === null ? [] : [present]), ...former].slice(0, rules.history)
    for (const hash of before)
      if (await passwords.verify(password, hash))
        throw refuse([
          passwordFault(
            'password-reused',
            `none of the last ${rules.history} passwords`,
            `不得与最近 ${rules.history} 次的密码相同`,
          ),
        ])
  }

  /** Those before, with the present one, as many as are asked about. */
  const formerOf = ({ password, former }: Credentials): string[] =>
    [...(password === null ? [] : [password]), ...former].slice(0, Math.max(0, rules.history - 1))

  /** 16 letters, 80 bits, in four groups. */
  const oneTime = (): string =>
    (
      Array.from(random(16), byte => LETTERS[byte & 31])
        .join('')
        .match(/.{4}/g) ?? []
    ).join('-')

  async function named(tx: Transaction, account: Account, held: Credentials | null, given: string | null) {
    const name = given === null ? (held?.account ?? null) : accountName(given)
    if (name === null) throw new ProblemError('request.invalid', 'account: the person has none yet')
    if (!ACCOUNT.test(name) || [...name].length > CREDENTIAL_LIMITS.account)
      throw new ProblemError('request.invalid', 'account: letters and digits, with . _ @ - between them')
    const holder = await credentialsByAccount(tx, name)
    if (holder !== null && holder.person !== account.id)
      throw new ProblemError('request.conflict', 'somebody else has that account name')
    if (held?.account !== name) await setAccount(tx, account.id, name)
    return name
  }

  return {
    demandRules,

    accountOf: async person => (await credentialsOf(database, person))?.account ?? null,

    async state(person) {
      const held = await credentialsOf(database, person)
      if (held === null) {
        await demandPerson(database, person)
        return NO_ACCOUNT
      }
      return {
        account: held.account,
        password: held.password === null ? 'none' : held.temporaryUntil === null ? 'own' : 'one-time',
        passwordAt: held.passwordAt,
        temporaryUntil: held.temporaryUntil,
        secondFactor: held.totp !== null,
        lockedUntil: signIn.lockedUntil(held),
      }
    },

    hasSecondFactor: async person => ((await credentialsOf(database, person))?.totp ?? null) !== null,

    async changeOwn(person, { current, next, code }) {
      const { account } = await own(person)
      demandRules(next, [account, person.name])
      await signIn.proving({ account, password: current, code }, null, async ({ credentials }) => {
        await demandNew(next, credentials)
        const password = await passwords.hash(next)
        return async tx => {
          const former = formerOf(credentials)
          await setPassword(tx, person.id, { password, former, passwordAt: now(), temporaryUntil: null })
          const actor = `person:${person.id}`
          await audit.append(tx, { actor, action: 'password.changed', subject: person.id })
          await sessions.endAll(tx, actor, person.id, person.session?.id ?? null, 'password changed')
        }
      })
    },

    async beginOwnTotp(person, { password, code }) {
      const { account } = await own(person)
      const secret = random(TOTP_LIMITS.secret)
      const sealed = seal.seal(secret, totpContext(person.id))
      await signIn.proving({ account, password, code }, null, async () => tx => beginTotp(tx, person.id, sealed))
      return enrolment(secret, `通办 ${city}`, account)
    },

    async confirmOwnTotp(person, code) {
      const confirm = async (tx: Transaction): Promise<void> => {
        const { totpBegun } = await existing(tx, person.id)
        if (totpBegun === null) throw new ProblemError('request.conflict', 'no second factor was begun')
        const step = stepOf(seal.open(totpBegun, totpContext(person.id)), code, now())
        if (step === null) throw new ProblemError('sign-in.refused', 'code')
        await confirmTotp(tx, person.id, step)
        await audit.append(tx, { actor: `person:${person.id}`, action: 'totp.confirmed', subject: person.id })
      }
      await signIn.attempting(await existing(database, person.id), () => database.transaction(confirm))
    },

    async reset(actor, person, account) {
      const password = oneTime()
      const hash = await passwords.hash(password)
      const until = now() + CREDENTIAL_LIMITS.temporary
      return database.transaction(async tx => {
        const holder = await accountById(tx, person)
        if (holder === null) throw new ProblemError('request.not-found', 'person')
        if (holder.revokedAt !== null) throw new ProblemError('request.conflict', 'the person was revoked')
        const held = await credentialsOf(tx, person)
        await act(tx)
        const name = await named(tx, holder, held, account)
        const before = await existing(tx, person)
        const former = formerOf(before)
        await setPassword(tx, person, { password: hash, former, passwordAt: now(), temporaryUntil: until })
        await signIn.unlock(tx, before)
        await audit.append(tx, { actor, action: 'password.reset', subject: person })
        await sessions.endAll(tx, actor, person, null, 'password reset')
        return { account: name, password, until }
      })
    },

    async removeTotp(actor, person) {
      await database.transaction(async tx => {
        await existing(tx, person)
        await removeTotp(tx, person)
        await audit.append(tx, { actor, action: 'totp.removed', subject: person })
        await sessions.endAll(tx, actor, person, null, 'second factor removed')
      })
    },

    async unlock(actor, person) {
      await database.transaction(async tx => {
        await signIn.unlock(tx, await existing(tx, person))
        await audit.append(tx, { actor, action: 'account.unlocked', subject: person })
      })
    },

    endSessions: (actor, person) =>
      database.transaction(async tx => {
        await existing(tx, person)
        return sessions.endAll(tx, actor, person, null, 'ended by an administrator')
      }),

    async choose(tx, person, account, hash) {
      const holder = await accountById(tx, person)
      if (holder === null) throw new ProblemError('request.not-found', 'person')
      await named(tx, holder, null, account)
      await setPassword(tx, person, { password: hash, former: [], passwordAt: now(), temporaryUntil: null })
    },
  }
}
