/** Accounts with which people of tests sit down before the console. */
import type { Client } from '../../node/edges/client/client.ts'
import { createClient } from '../../node/edges/client/client.ts'
import { PASSWORD } from './sign-in.ts'

type NewPerson = Parameters<Client['createPerson']>[0]['body']
export type Seat = { account: string; password: string; id: string }

/** Somebody with an account, who has chosen a password. `administrator`: a client that may make accounts and give rights. */
export async function seat(
  administrator: Client,
  account: string,
  roles: NewPerson['roles'],
  more: Partial<Omit<NewPerson, 'roles'>> = {},
): Promise<Seat> {
  const { person } = await administrator.createPerson({ body: { name: account, ...more, roles } })
  const { password: oneTime } = await administrator.resetPassword({ params: { id: person.id }, body: { account } })
  let cookie = ''
  const browser = createClient({
    url: administrator.url,
    fetch: async (url, init) => {
      const response = await fetch(url, init)
      cookie = response.headers.get('set-cookie')?.split(';')[0] ?? cookie
      return response
    },
  })
  const { csrf } = await browser.signIn({ body: { account, password: oneTime } })
  const signedIn = createClient({ url: administrator.url, session: { csrf, cookie } })
  await signedIn.changeOwnPassword({ body: { current: oneTime, password: PASSWORD } })
  return { account, password: PASSWORD, id: person.id }
}
