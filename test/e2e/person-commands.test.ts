/** What `tongban person …` does, against a running node: accounts, sign-in, tokens, colleagues and the hand-over of their work. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createClient } from '../../node/edges/client/client.ts'
import { type CommandNode, openCommandNode } from '../support/command-node.ts'
import { SHIYAN } from '../support/node-folder.ts'

type Issued = { person: { id: string; name: string }; token: string }

let root = ''
let node: CommandNode
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tongban-person-'))
  node = await openCommandNode(root, SHIYAN)
})
afterAll(async () => {
  await node?.stop()
  await rm(root, { recursive: true, force: true })
})

const value = async <T>(...args: string[]): Promise<T> => {
  const { code, error, value: answer } = await node.tongban('person', ...args)
  expect([args, code, error]).toEqual([args, 0, ''])
  return answer as T
}
/** A day, as commands take it. */
const inDays = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)
const add = (name: string, ...more: string[]) => value<Issued>('add', name, ...more)
const codeAs = (token: string) =>
  createClient({ url: node.node.url, token })
    .whoAmI()
    .then(
      () => 'yes',
      (error: { problem: { code: string } }) => error.problem.code,
    )

test('an account is made, given its places, listed, and ended', async () => {
  const made = await add('王窗口', '--role', 'window-clerk', '--window', '3号窗口')
  expect(await codeAs(made.token)).toBe('yes')
  const grants = ['--role', 'leader', '--department', 'all', '--window', 'all', '--staff-number', '0042']
  expect(await value('grant', made.person.id, ...grants, '--phone', '13900000000')).toMatchObject({
    roles: ['leader'],
    departments: null,
    windows: null,
    staffNumber: '0042',
    phone: '13900000000',
  })
  expect(await node.told('person', 'grant', made.person.id, '--department', '11420300MB0123456X')).toContain(
    '11420300MB0123456X',
  )
  expect(await node.told('person', 'list')).toMatch(/王窗口 +leader +11420300MB0123456X +all 全部/)
  const listed = await value<{ id: string; name: string; version: string }[]>('list')
  // Who comes second with what was shown before is told who was first.
  const { version } = listed.find(({ id }) => id === made.person.id) ?? { version: '' }
  await value('grant', made.person.id, '--role', 'examiner', '--seen', version)
  expect(await node.tongban('person', 'grant', made.person.id, '--role', 'leader', '--seen', version)).toMatchObject({
    code: 1,
    error: expect.stringContaining('person.granted'),
  })
  expect(listed).toContainEqual(expect.objectContaining({ id: made.person.id, name: '王窗口' }))
  await value('revoke', made.person.id)
  expect(await codeAs(made.token)).toBe('request.unauthenticated')
  expect(await node.tongban('person', 'grant', made.person.id, '--role', 'leader')).toMatchObject({
    code: 1,
    error: expect.stringContaining('request.conflict'),
  })
})

test('a one-time password is set, a lock and a second factor are taken off, sessions end', async () => {
  const { person } = await add('李审核', '--role', 'examiner')
  const reset = await value<{ account: string; password: string }>(
    'reset-password',
    person.id,
    '--account',
    'li.shenhe',
  )
  expect(reset.account).toBe('li.shenhe')
  const signIn = (password: string) =>
    fetch(`${node.node.url}/api/v1/sessions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ account: 'li.shenhe', password }),
    })
  const signedIn = await signIn(reset.password)
  expect(signedIn.status).toBe(201)
  // The typed client goes on as that session: without its header nothing is changed.
  const cookie = (signedIn.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
  const { csrf } = (await signedIn.json()) as { csrf: string }
  const sessionOf = (header: string) => createClient({ url: node.node.url, session: { csrf: header, cookie } })
  const wrong = { body: { current: 'not that one', password: 'Ab1-correct' } }
  const refusal = (code: string) => ({ problem: { code } })
  await expect(sessionOf('').changeOwnPassword(wrong)).rejects.toMatchObject(refusal('sign-in.csrf'))
  await expect(sessionOf(csrf).changeOwnPassword(wrong)).rejects.toMatchObject(refusal('sign-in.refused'))
  expect((await sessionOf(csrf).getOwnSession({ params: { id: 'current' } })).csrf).toBe(csrf)
  expect(await value('sign-in', person.id)).toMatchObject({ account: 'li.shenhe', sessions: 1, lockedUntil: null })
  const [session] = await value<{ id: string; way: string }[]>('sessions', person.id)
  expect(session).toMatchObject({ way: 'password' })
  expect(await value('sign-out', person.id, '--session', session?.id ?? '')).toEqual({ ended: 1 })
  expect(await value('sign-out', person.id)).toEqual({ ended: 0 })
  for (let tries = 0; tries < 5; tries++) await signIn('not that one')
  expect(await value('sign-in', person.id)).toMatchObject({ lockedUntil: expect.stringMatching(/Z$/) })
  expect(await node.told('person', 'sign-in', person.id)).not.toContain(reset.password)
  await value('unlock', person.id)
  expect(await value('sign-in', person.id)).toMatchObject({ lockedUntil: null })
  expect((await signIn(reset.password)).status).toBe(201)
  await value('remove-totp', person.id)
})

test('an API token may less than its account, is listed without its secret, and ends', async () => {
  const { person } = await add('大屏', '--role', 'leader')
  const narrowed = ['--label', '统计大屏', '--until', inDays(30), '--operation', 'whoAmI']
  const { accessToken, token } = await value<{ accessToken: { id: string }; token: string }>(
    'add-token',
    person.id,
    ...narrowed,
  )
  expect(await codeAs(token)).toBe('yes')
  await expect(createClient({ url: node.node.url, token }).listCases()).rejects.toMatchObject({
    problem: { code: 'request.forbidden' },
  })
  const listed = await node.told('person', 'tokens', person.id)
  expect(listed).toContain('统计大屏')
  expect(listed).not.toContain(token)
  await value('revoke-token', person.id, accessToken.id)
  expect(await codeAs(token)).toBe('request.unauthenticated')
})

test('colleagues are named by their names, and all work of one goes to another', async () => {
  const gone = await add('赵窗口', '--role', 'window-clerk', '--window', '1号')
  const next = await add('钱窗口', '--role', 'window-clerk', '--window', '1号')
  const colleagues = await value<{ id: string }[]>('colleagues')
  expect(colleagues.map(({ id }) => id)).toEqual(expect.arrayContaining([gone.person.id, next.person.id]))
  const draft = await createClient({ url: node.node.url, token: gone.token }).createCaseDraft({ body: { content: {} } })
  expect(await value('hand-over', '赵窗口', '钱窗口')).toMatchObject({ cases: 0, drafts: 1, kept: [], more: false })
  const own = await createClient({ url: node.node.url, token: next.token }).listCaseDrafts()
  expect(own.items).toMatchObject([{ id: draft.id, owner: `person:${next.person.id}` }])
  // One that has ended is named by its id.
  await value('revoke', gone.person.id)
  expect(await node.told('person', 'hand-over', gone.person.id, '钱窗口')).toContain('0 cases')
  await add('钱窗口', '--role', 'window-clerk')
  expect(await node.tongban('person', 'hand-over', gone.person.id, '钱窗口')).toMatchObject({
    code: 1,
    error: expect.stringContaining('request.conflict'),
  })
})
