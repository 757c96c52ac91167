/** Two administrators on the phone (电话核对): each types the words that its node asks for, as the other one reads them out. */
import type { Client } from '../../node/cli/client.ts'

/** A city and the API of its node, as its administrator. */
export type AtTheDesk = { client: Pick<Client, 'get' | 'post'>; code: string }

type Partner = { words: (string | null)[]; asked: number[] }

/** The words that the node of `asking` asks for, from what the node of `reading` shows. */
export async function readOut(asking: AtTheDesk, reading: AtTheDesk): Promise<string[]> {
  const { asked } = await asking.client.get<Partner>(`/api/v1/partners/${reading.code}`)
  const { words } = await reading.client.get<Partner>(`/api/v1/partners/${asking.code}`)
  return asked.map(place => words[place - 1] ?? '')
}

/** `asking` confirms `reading` by the words that it reads out; the partner as it is then. */
export const confirmByWords = async <T = unknown>(asking: AtTheDesk, reading: AtTheDesk): Promise<T> =>
  asking.client.post<T>(`/api/v1/partners/${reading.code}/confirm`, { words: await readOut(asking, reading) })

/** From an invite to partners on both sides; the six words. */
export async function pairByInvite(inviting: AtTheDesk, accepting: AtTheDesk): Promise<string[]> {
  const { invite } = await inviting.client.post<{ invite: string }>('/api/v1/invites', {
    for: accepting.code,
    hours: 1,
  })
  await accepting.client.post('/api/v1/partners/accept', { invite })
  await confirmByWords(inviting, accepting)
  const { words } = await confirmByWords<{ words: string[] }>(accepting, inviting)
  return words
}
