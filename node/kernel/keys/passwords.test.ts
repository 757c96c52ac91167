import { describe, expect, test } from 'vitest'
import { createPasswords, PASSWORD_LIMITS } from './passwords.ts'

/** Hashes that end when they are told to. */
function slow() {
  const ends: (() => void)[] = []
  let most = 0
  const wait = async () => {
    most = Math.max(most, ends.length + 1)
    await new Promise<void>(resolve => ends.push(resolve))
  }
  const passwords = createPasswords({
    hash: async () => {
      await wait()
      return 'hash'
    },
    verify: async () => {
      await wait()
      return true
    },
  })
  return {
    passwords,
    most: () => most,
    async endAll() {
      for (let end = ends.shift(); end !== undefined; end = ends.shift()) {
        end()
        // What waits gets its place.
        await Promise.resolve()
        await new Promise<void>(resolve => setImmediate(resolve))
      }
    },
  }
}

describe('hashes of passwords', () => {
  test('are argon2id with a salt of their own, and hold for what was typed alone', async () => {
    const passwords = createPasswords()
    const hash = await passwords.hash('Ab1-correct')
    expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
    expect(await passwords.hash('Ab1-correct')).not.toBe(hash)
    expect(await passwords.verify('Ab1-correct', hash)).toBe(true)
    // As an input method writes it.
    expect(await passwords.verify('Ａb１-correct', hash)).toBe(true)
    expect(await passwords.verify('ab1-correct', hash)).toBe(false)
    expect(await passwords.verify('the password of nobody', null)).toBe(false)
  })

  test('are worked out off the event loop', async () => {
    const passwords = createPasswords()
    let turns = 0
    let on = true
    const turn = () => {
      turns++
      if (on) setImmediate(turn)
    }
    setImmediate(turn)
    await passwords.hash('Ab1-correct')
    on = false
    expect(turns).toBeGreaterThan(10)
  })

  test('some run at once, some wait, and one more is told to come again', async () => {
    const { passwords, most, endAll } = slow()
    const { running, waiting } = PASSWORD_LIMITS
    const begun = Array.from({ length: running + waiting }, () => passwords.hash('x'))
    await expect(passwords.hash('x')).rejects.toThrow('sign-in.busy')
    await expect(passwords.verify('x', 'hash')).rejects.toThrow('sign-in.busy')
    await endAll()
    expect(await Promise.all(begun)).toHaveLength(running + waiting)
    expect(most()).toBe(running)
    const later = passwords.hash('x')
    await endAll()
    expect(await later).toBe('hash')
  })
})
