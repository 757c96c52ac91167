/**
 * Signing in (登录): who proves by password and code, or by the word of the city's single sign-on, that an account is theirs, gets a session.
 * What fails costs the same time whether there is such an account or not, and is counted by account and by address.
 */
import { ProblemError } from '../../../protocol/problem.ts'
import { sourceOf } from '../../kernel/ip.ts'
import type { Seal } from '../../kernel/keys/case-keys.ts'
import type { Passwords } from '../../kernel/keys/passwords.ts'
import type { Account } from '../../kernel/person.ts'
import type { Audit } from '../../kernel/records/audit.ts'
import type { Database, Transaction } from '../../kernel/store/database.ts'
import { type Attempt, createAttempts } from './attempts.ts'
import {
  type Credentials,
  credentialsByAccount,
  credentialsOf,
  setFailures,
  useStep,
  type Way,
} from './credentials-repository.ts'
import { isLive } from './people.ts'
import { accountById } from './repository.ts'
import { stepOf } from './second-factor.ts'
import type { Begun, Sessions } from './sessions.ts'

export type LockRules = {
  /** failures after which an account is locked */
  failures: number
  /** and an address */
  addressFailures: number
  lockMinutes: number
}

export type Given = { account: string; password: string; code?: string | undefined }
export type SignedIn = Begun & { account: Account }

export type Proven = { credentials: Credentials; account: Account; way: Way }
/** What takes its time, for who has shown to know the password, and then what is done in the transaction that proves it. */
type Work<T> = (proven: Proven) => Promise<(tx: Transaction) => Promise<T>>

/** What somebody tried to sign in with came to; for metrics. */
export type SignInOutcome = 'signed-in' | 'refused' | 'locked'

export interface SignIn {
  /** Problems: `sign-in.refused`, `.code`, `.locked`, `.busy`. `address`: of the client. */
  withPassword(given: Given, address: string): Promise<SignedIn>
  /** Whom the single sign-on named by the account name here. Problem: `sign-in.single`. */
  bySingleSignOn(account: string): Promise<SignedIn>
  /**
   * Does `work` for who knows password and code, its end in the transaction that says so; what fails counts as a failed sign-in does.
   * Problems: as above.
   */
  proving<T>(given: Given, address: string | null, work: Work<T>): Promise<T>
  /**
   * Does `work`, in which somebody who is signed in shows one thing more: a refusal counts as a failed sign-in of the account does, and
   * its end forgets no failure. Problems: `sign-in.refused`, `.locked`, `.busy`.
   */
  attempting<T>(credentials: Credentials, work: () => Promise<T>): Promise<T>
  /** Until when sign-ins of the account are refused, ms. */
  lockedUntil(credentials: Credentials): number | null
  /** Forgets what failed, in the transaction of whoever says so. */
  unlock(tx: Transaction, credentials: Credentials): Promise<void>
  /** Counts a failure of an address, as of a wrong code of the set-up. Problem: `sign-in.locked`. */
  fromAddress<T>(address: string, work: () => Promise<T>): Promise<T>
  /** Resolves when the failures are written. */
  settle(): Promise<void>
}

export type SignInParts = {
  database: Database
  audit: Pick<Audit, 'append'>
  passwords: Passwords
  seal: Seal
  sessions: Pick<Sessions, 'begin'>
  rules: LockRules
  /** ms */
  now: () => number
  /** told what came of each */
  observe: (outcome: SignInOutcome) => void
  /** a failure could not be written */
  failed: (error: unknown) => void
}

/** How account names are compared: one spelling, in small letters. */
export const accountName = (typed: string): string => typed.normalize('NFKC').trim().toLowerCase()

/** With what the secret of a second factor is sealed. */
export const totpContext = (person: string): string => `totp ${person}`

const same = (a: Uint8Array | null, b: Uint8Array | null): boolean =>
  a === null || b === null ? a === b : Buffer.compare(a, b) === 0

export function createSignIn(parts: SignInParts): SignIn {
  const { database, audit, passwords, seal, sessions, rules, now, observe } = parts
  const lockMs = rules.lockMinutes * 60_000
  const accounts = createAttempts({ limit: rules.failures, lockMs, now })
  const addresses = createAttempts({ limit: rules.addressFailures, lockMs, now })
  const writing = new Set<Promise<void>>()

  /** Not waited for: how long an answer takes would say that there is such an account. */
  function write(work: (tx: Transaction) => Promise<void>): void {
    const done = database.transaction(work).catch(parts.failed)
    writing.add(done)
    done.finally(() => writing.delete(done))
  }

  function entered(attempt: Attempt): Extract<Attempt, { ok: true }> {
    if (attempt.ok) return attempt
    if (attempt.until === null) throw new ProblemError('sign-in.busy')
    observe('locked')
    throw new ProblemError('sign-in.locked', `until ${new Date(attempt.until).toISOString()}`)
  }

  /** Counts by address: a failure is what the node refused, and nothing else. */
  async function fromAddress<T>(address: string | null, work: () => Promise<T>): Promise<T> {
    if (address === null) return work()
    const attempt = entered(addresses.begin(sourceOf(address)))
    try {
      const done = await work()
      attempt.leave()
      return done
    } catch (error) {
      if (!isRefusal(error)) attempt.leave()
      else if (attempt.fail().failures === rules.addressFailures)
        write(tx => audit.append(tx, { actor: 'node', action: 'address.locked', subject: 'sign-in' }))
      throw error
    }
  }

  const isRefusal = (error: unknown): boolean =>
    error instanceof ProblemError && error.problem.code === 'sign-in.refused'

  function noteFailure({ person }: Credentials, { failures, failedAt }: { failures: number; failedAt: number }): void {
    write(async tx => {
      await setFailures(tx, person, failures, failedAt)
      await audit.append(tx, { actor: 'node', action: 'session.refused', subject: person, detail: { failures } })
      if (failures === rules.failures)
        await audit.append(tx, {
          actor: 'node',
          action: 'account.locked',
          subject: person,
          detail: { until: new Date(failedAt + lockMs).toISOString() },
        })
    })
  }

  /** The step of the code; null without a second factor. */
  function checkCode({ person, totp }: Credentials, code: string | undefined): number | null {
    if (totp === null) return null
    if (code === undefined) throw new ProblemError('sign-in.code')
    const step = stepOf(seal.open(totp, totpContext(person)), code, now())
    if (step === null) throw new ProblemError('sign-in.refused')
    return step
  }

  async function prove<T>(given: Given, work: Work<T>): Promise<T> {
    const name = accountName(given.account)
    const credentials = await credentialsByAccount(database, name)
    const account = credentials === null ? null : await accountById(database, credentials.person)
    const attempt = entered(accounts.begin(name, credentials ?? undefined))
    const counts =
      account !== null && isLive(account, now()) && (credentials?.temporaryUntil ?? Number.POSITIVE_INFINITY) > now()
    try {
      const right = await passwords.verify(given.password, counts ? (credentials?.password ?? null) : null)
      if (!right || credentials === null || account === null) throw new ProblemError('sign-in.refused')
      const step = checkCode(credentials, given.code)
      const act = await work({ credentials, account, way: step === null ? 'password' : 'second-factor' })
      const done = await database.transaction(async tx => {
        const held = await credentialsOf(tx, credentials.person)
        // Changed while the password was checked.
        if (held === null || held.password !== credentials.password || !same(held.totp, credentials.totp))
          throw new ProblemError('sign-in.refused')
        // A code counts once: whoever saw it typed has nothing.
        if (step !== null && !(await useStep(tx, held.person, step))) throw new ProblemError('sign-in.refused')
        if (held.failures > 0) await setFailures(tx, held.person, 0, 0)
        return act(tx)
      })
      attempt.succeed()
      return done
    } catch (error) {
      ended(attempt, error, credentials)
      throw error
    }
  }

  /** Counts what was refused, and nothing else. */
  function ended(attempt: Extract<Attempt, { ok: true }>, error: unknown, credentials: Credentials | null): void {
    if (!isRefusal(error)) {
      attempt.leave()
      return
    }
    observe('refused')
    const failures = attempt.fail()
    if (credentials !== null) noteFailure(credentials, failures)
  }

  const proving = <T>(given: Given, address: string | null, work: Work<T>): Promise<T> =>
    fromAddress(address, () => prove(given, work))

  return {
    proving,
    fromAddress,

    async attempting(credentials, work) {
      const attempt = entered(accounts.begin(credentials.account, credentials))
      try {
        const done = await work()
        attempt.leave()
        return done
      } catch (error) {
        ended(attempt, error, credentials)
        throw error
      }
    },

    async withPassword(given, address) {
      const signedIn = await proving(given, address, async ({ credentials, account, way }) => async tx => ({
        ...(await sessions.begin(tx, credentials, way)),
        account,
      }))
      observe('signed-in')
      return signedIn
    },

    async bySingleSignOn(name) {
      const signedIn = await database.transaction(async tx => {
        const credentials = await credentialsByAccount(tx, accountName(name))
        const account = credentials === null ? null : await accountById(tx, credentials.person)
        if (credentials === null || account === null || !isLive(account, now()))
          throw new ProblemError('sign-in.single', 'the account is not known here')
        return { ...(await sessions.begin(tx, credentials, 'single-sign-on')), account }
      })
      observe('signed-in')
      return signedIn
    },

    lockedUntil: credentials => accounts.lockedUntil(credentials),

    async unlock(tx, { person, account }) {
      await setFailures(tx, person, 0, 0)
      tx.afterCommit(() => accounts.clear(account))
    },

    async settle() {
      await Promise.all(writing)
    },
  }
}
