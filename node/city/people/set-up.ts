/**
 * The first administrator (首次设置): while none can sign in, a code in a file that only the node's user reads makes one. Nothing of it goes
 * over the network without that code, which is another one after each start.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import { rm, writeFile } from 'node:fs/promises'
import { ProblemError } from '../../../protocol/problem.ts'
import type { Passwords } from '../../kernel/keys/passwords.ts'
import type { Account } from '../../kernel/person.ts'
import type { Database } from '../../kernel/store/database.ts'
import type { CredentialsService } from './credentials.ts'
import { hasAdministrator } from './credentials-repository.ts'
import type { People } from './people.ts'
import { accountName, type SignIn } from './sign-in.ts'

/** Bytes of the code. */
const CODE_BYTES = 20

export type FirstAdministrator = { code: string; name: string; account: string; password: string }

export interface SetUp {
  /** Writes a new code when no administrator can sign in; the file, or null. */
  start(): Promise<string | null>
  /** Whether a code is waited for. */
  waits(): boolean
  /** Makes the first administrator. Problems: `sign-in.refused`, `.locked`, `.password`, `request.conflict`, `request.invalid`. */
  complete(given: FirstAdministrator, address: string): Promise<Account>
}

export type SetUpParts = {
  database: Database
  people: Pick<People, 'createIn'>
  credentials: Pick<CredentialsService, 'demandRules' | 'choose'>
  passwords: Passwords
  signIn: Pick<SignIn, 'fromAddress'>
  /** where the code is written, for its owner alone */
  file: string
  /** ms */
  now: () => number
  random: (bytes: number) => Uint8Array
}

const digest = (text: string): Uint8Array => createHash('sha256').update(text).digest()

export function createSetUp(parts: SetUpParts): SetUp {
  const { database, people, credentials, passwords, signIn, file, now, random } = parts
  let expected: Uint8Array | null = null

  async function end(): Promise<void> {
    expected = null
    await rm(file, { force: true })
  }

  return {
    waits: () => expected !== null,

    async start() {
      // One of an earlier start counts no more.
      await end()
      if (await hasAdministrator(database, now())) return null
      const code = Buffer.from(random(CODE_BYTES)).toString('base64url')
      await writeFile(file, `${code}\n`, { mode: 0o600, flag: 'wx' })
      expected = digest(code)
      return file
    },

    async complete({ code, name, account, password }, address) {
      const waiting = expected
      if (waiting === null) throw new ProblemError('request.conflict', 'the first administrator is there')
      await signIn.fromAddress(address, async () => {
        if (!timingSafeEqual(digest(code.trim()), waiting))
          throw new ProblemError(
            'sign-in.refused',
            'code: not the one in the file setup-code, which each start writes anew',
          )
      })
      credentials.demandRules(password, [accountName(account), name])
      const hash = await passwords.hash(password)
      const made = await database.transaction(async tx => {
        if (await hasAdministrator(tx, now()))
          throw new ProblemError('request.conflict', 'the first administrator is there')
        const { account: person } = await people.createIn(tx, 'node', {
          name,
          roles: ['administrator'],
          expiresAt: null,
        })
        await credentials.choose(tx, person.id, account, hash)
        return person
      })
      await end()
      return made
    },
  }
}
