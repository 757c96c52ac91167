import { describe, expect, test } from 'vitest'
import { parseConfig } from './config.ts'

const city = { code: '420300', name: '十堰市', authority: '十堰市行政审批局' }
const read = (signIn: object) => parseConfig({ city, signIn }, '/srv').signIn

describe('the settings of the sign-in', () => {
  test.each([
    [{ minLength: 7 }, 'signIn.minLength: must be at least 8'],
    [{ classes: 5 }, 'signIn.classes: must be at most 4'],
    [{ failures: 0 }, 'signIn.failures: must be at least 1'],
    [{ sessions: 0 }, 'signIn.sessions: must be at least 1'],
    [{ absoluteHours: 169 }, 'signIn.absoluteHours: must be at most 168'],
    [{ secondFactor: true }, 'signIn.secondFactor: must be one of optional, required'],
    [{ singleSignOn: { issuer: 'https://sso.example' } }, 'signIn.singleSignOn.clientId: is missing'],
  ])('%j is refused, with the cure', (signIn, fault) => {
    expect(() => read(signIn)).toThrow(fault)
  })

  test('the least and the most hold', () => {
    const signIn = { minLength: 64, classes: 4, history: 0, failures: 1, absoluteHours: 168, maxAgeDays: 0 }
    expect(read(signIn)).toMatchObject(signIn)
  })
})
