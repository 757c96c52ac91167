/** Who people are (身份): accounts, sign-in, sessions and tokens, put together once for the node and for its tests. */
import type { Seal } from '../../kernel/keys/case-keys.ts'
import type { Passwords } from '../../kernel/keys/passwords.ts'
import type { Person } from '../../kernel/person.ts'
import type { Audit } from '../../kernel/records/audit.ts'
import type { Database } from '../../kernel/store/database.ts'
import { createAccessTokens, isAccessToken } from './access-tokens.ts'
import { createCredentials } from './credentials.ts'
import type { PasswordRules } from './password-rules.ts'
import { createPeople } from './people.ts'
import { createSessions, type SessionRules } from './sessions.ts'
import { createSetUp } from './set-up.ts'
import { createSignIn, type LockRules, type SignInOutcome } from './sign-in.ts'

export type AccessRules = PasswordRules &
  LockRules &
  SessionRules & {
    /** last passwords that cannot be chosen again */
    history: number
    /** days after which an API token ends, at most */
    tokenDays: number
  }

export type AccessParts = {
  database: Database
  audit: Pick<Audit, 'append'>
  passwords: Passwords
  seal: Seal
  rules: AccessRules
  /** name of the city */
  city: string
  /** where the code of the set-up is written */
  setUpFile: string
  /** ms */
  now: () => number
  ids: () => string
  random: (bytes: number) => Uint8Array
  observe: (outcome: SignInOutcome) => void
  failed: (error: unknown) => void
}

export function createAccess(parts: AccessParts) {
  const { rules } = parts
  const people = createPeople(parts)
  const sessions = createSessions(parts)
  const signIn = createSignIn({ ...parts, sessions })
  const credentials = createCredentials({ ...parts, signIn, sessions })
  const tokens = createAccessTokens({ ...parts, days: rules.tokenDays })
  const setUp = createSetUp({ ...parts, people, credentials, signIn, file: parts.setUpFile })
  return {
    people,
    sessions,
    signIn,
    credentials,
    tokens,
    setUp,
    /** Who holds a token, or the cookie of a session. */
    authenticator: {
      authenticate: (token: string): Promise<Person | null> =>
        isAccessToken(token) ? tokens.authenticate(token) : people.authenticate(token),
      session: sessions.authenticate,
    },
    /** Deletes what ended long ago. */
    async purge(): Promise<void> {
      await sessions.purge()
      await tokens.purge()
    },
    async settle(): Promise<void> {
      await Promise.all([people.settle(), sessions.settle(), signIn.settle(), tokens.settle()])
    },
  }
}

export type Access = ReturnType<typeof createAccess>
