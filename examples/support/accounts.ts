/** Passwords of people who sit down before a console. */
import { type Client, createClient } from '../../node/edges/client/client.ts'

/** Gives somebody an account with a password of their own, in place of the one-time password that it begins with. */
export async function giveAccount(
  administrator: Client,
  id: string,
  { account, password }: { account: string; password: string },
): Promise<void> {
  const { url } = administrator
  const { password: oneTime } = await administrator.resetPassword({ params: { id }, body: { account } })
  let cookie = ''
  const browser = createClient({
    url,
    fetch: async (address, init) => {
      const response = await fetch(address, init)
      cookie = response.headers.get('set-cookie')?.split(';')[0] ?? cookie
      return response
    },
  })
  const { csrf } = await browser.signIn({ body: { account, password: oneTime } })
  await createClient({ url, session: { csrf, cookie } }).changeOwnPassword({ body: { current: oneTime, password } })
}
