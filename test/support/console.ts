/** Accounts with which people of tests sit down before the console. */
import { giveAccount } from '../../examples/support/accounts.ts'
import type { Client } from '../../node/edges/client/client.ts'
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
  await giveAccount(administrator, person.id, { account, password: PASSWORD })
  return { account, password: PASSWORD, id: person.id }
}
