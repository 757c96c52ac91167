/** People who sign in with a browser, over the HTTP app in process. */
import { expect } from 'vitest'
import type { Client, Reply, TestApi } from './http.ts'

/** What people of tests choose as their password. */
export const PASSWORD = 'Ab1-correct'

type Signed = { csrf: string; due: string[]; session: { id: string; way: string }; person: { id: string } }

/** The problem that was answered. */
export const codeOf = (reply: Reply): string => (reply.body as { code: string }).code

/** What they do at the app that `api` gives. */
export function browsersOf(api: () => TestApi) {
  const signIn = (account: string, password: string, code?: string, address?: string): Promise<Reply> =>
    api()
      .browser(undefined, address)
      .post('/api/v1/sessions', { account, password, ...(code === undefined ? {} : { code }) })

  /** The browser that a sign-in made. */
  function browserOf(reply: Reply): Client & Signed & { cookie: string } {
    const cookie = /^__Host-tongban=([^;]+);/.exec(reply.headers.get('set-cookie') ?? '')?.[1] ?? ''
    const signed = reply.body as Signed
    return { ...api().browser({ cookie, csrf: signed.csrf }), ...signed, cookie }
  }

  /** Somebody with an account name and the one-time password for it. */
  async function newcomer(account = 'li.lei', role: 'clerk' | 'administrator' = 'clerk') {
    const { account: person } = await api().people.create('test', { name: '李雷', roles: [role], expiresAt: null })
    const reset = await api().as('administrator').post(`/api/v1/people/${person.id}/reset-password`, { account })
    return { id: person.id, oneTime: (reset.body as { password: string }).password, reset }
  }

  /** Somebody who chose a password. */
  async function clerk(account = 'li.lei', role: 'clerk' | 'administrator' = 'clerk') {
    const { id, oneTime } = await newcomer(account, role)
    const browser = browserOf(await signIn(account, oneTime))
    const changed = await browser.send('PUT', '/api/v1/me/password', { current: oneTime, password: PASSWORD })
    expect(changed.status).toBe(200)
    return { id, browser }
  }

  const auditOf = async (subject: string) =>
    (await api().audit.list({ subject }, 50, null)).map(({ action, actor, detail }) => ({ action, actor, detail }))

  return { signIn, browserOf, newcomer, clerk, auditOf }
}
