/** Two administrators on the phone (电话核对): each types the words that its node asks for, as the other one reads them out. */
import type { Partner } from './api.generated.ts'
import type { Client } from './client.ts'

/** A city and the API of its node, as its administrator. */
export type AtTheDesk = {
  client: Pick<Client, 'getPartner' | 'confirmPartner' | 'createInvite' | 'acceptInvite'>
  code: string
}

/** The words that the node of `asking` asks for, from what the node of `reading` shows. */
export async function readOut(asking: AtTheDesk, reading: AtTheDesk): Promise<string[]> {
  const { asked } = await asking.client.getPartner({ params: { code: reading.code } })
  const { words } = await reading.client.getPartner({ params: { code: asking.code } })
  return asked.map(place => words[place - 1] ?? '')
}

/** `asking` confirms `reading` by the words that it reads out; the partner as it is then. */
export const confirmByWords = async (asking: AtTheDesk, reading: AtTheDesk): Promise<Partner> =>
  asking.client.confirmPartner({ params: { code: reading.code }, body: { words: await readOut(asking, reading) } })

/** From an invite to partners on both sides; the six words. */
export async function pairByInvite(inviting: AtTheDesk, accepting: AtTheDesk): Promise<string[]> {
  const { invite } = await inviting.client.createInvite({
    body: {
      for: accepting.code,
      hours: 1,
    },
  })
  await accepting.client.acceptInvite({ body: { invite } })
  await confirmByWords(inviting, accepting)
  const { words } = await confirmByWords(accepting, inviting)
  // A partner that is confirmed has heard all of them.
  return words.map(word => word ?? '')
}
