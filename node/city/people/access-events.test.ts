import { readdir, readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { ACCESS_ACTS } from './access-events.ts'

/** Acts of this folder after which nobody may something else than before: they begin something, refuse something, or lock a door not yet open. */
const OTHERS = [
  'person.created',
  'session.created',
  'session.refused',
  'token.created',
  'account.locked',
  'account.unlocked',
  'address.locked',
]

test('every audited act of accounts, sessions and tokens tells those who watch as that account, or takes nothing from them', async () => {
  const names = (await readdir(import.meta.dirname)).filter(name => name.endsWith('.ts') && !name.endsWith('.test.ts'))
  const acts = new Set<string>()
  for (const name of names) {
    if (name === 'access-events.ts') continue
    const text = await readFile(`${import.meta.dirname}/${name}`, 'utf8')
    for (const [, act = ''] of text.matchAll(/'((?:person|session|token|account|address|password|totp)\.[a-z-]+)'/g))
      if (!/\.(use|manage|grant|read)$/.test(act)) acts.add(act)
  }
  expect(acts.size).toBeGreaterThan(12)
  expect([...acts].filter(act => !ACCESS_ACTS.has(act) && !OTHERS.includes(act)).sort()).toEqual([])
  expect([...ACCESS_ACTS].filter(act => !acts.has(act))).toEqual([])
})
