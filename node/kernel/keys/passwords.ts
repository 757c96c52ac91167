/**
 * Hashes of passwords (口令散列): argon2id (RFC 9106) with the memory that OWASP names, in threads of the runtime. Some at a time, and so
 * many that wait: a flood of sign-ins takes neither the event loop nor the memory of the node.
 */
import { ProblemError } from '../../../protocol/problem.ts'

export const PASSWORD_LIMITS = {
  /** hashes that are worked out at once, each in 19 MiB */
  running: 2,
  /** that wait for one of these */
  waiting: 32,
} as const

/** 19 MiB, twice over, on one core. */
const ARGON2ID = { algorithm: 'argon2id', memoryCost: 19_456, timeCost: 2 } as const

export interface Passwords {
  /** In PHC format, with its salt. Problem: `sign-in.busy`. */
  hash(password: string): Promise<string>
  /** Whether the password has the hash; for none the same time passes, and it has not. Problem: `sign-in.busy`. */
  verify(password: string, hash: string | null): Promise<boolean>
}

/** One reading of what people type: full-width letters of an input method are those of the keyboard. */
const typed = (password: string): string => password.normalize('NFKC')

export function createPasswords(argon2id: Pick<typeof Bun.password, 'hash' | 'verify'> = Bun.password): Passwords {
  const waiting: (() => void)[] = []
  let running = 0
  let nobody: Promise<string> | null = null

  async function inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (running < PASSWORD_LIMITS.running) running++
    else {
      if (waiting.length >= PASSWORD_LIMITS.waiting) throw new ProblemError('sign-in.busy')
      // The place is handed on by whoever ends.
      await new Promise<void>(resolve => waiting.push(resolve))
    }
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next === undefined) running--
      else next()
    }
  }

  const hash = (password: string) => argon2id.hash(typed(password), ARGON2ID)
  return {
    hash: password => inTurn(() => hash(password)),
    verify: (password, held) =>
      inTurn(async () => {
        nobody ??= hash('the password of nobody')
        const matches = await argon2id.verify(typed(password), held ?? (await nobody))
        return matches && held !== null
      }),
  }
}
