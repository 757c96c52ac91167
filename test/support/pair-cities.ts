/** Brings two running nodes from strangers to a signed agreement, through their HTTP APIs. */
import { exampleCity, exampleItems } from '../../examples/data/load.ts'
import type { Client } from '../../node/edges/client/client.ts'
import { pairByInvite } from '../../node/edges/client/words.ts'
import type { ServiceItem } from '../../protocol/service/item.ts'

export type PairedCities = { items: ServiceItem[]; agreement: string }

/** Polls until `check` gives something, at less than half the rate that a token has; a node's own events drive it, and the bound is generous. */
export async function until<T>(
  check: () => Promise<T | null | undefined | false>,
  what: string,
  ms = 300_000,
  every = 50,
): Promise<T> {
  for (const end = Date.now() + ms; Date.now() < end; ) {
    const value = await check()
    if (value !== null && value !== undefined && value !== false) return value
    await new Promise(resolve => setTimeout(resolve, every))
  }
  throw new Error(`not within ${ms} ms: ${what}`)
}

/** `handling` publishes its items, as `change` leaves them; an agreement lets `collecting` collect all of them. */
export async function pairCities(
  collecting: { client: Client; code: string; name: string; authority: string },
  handling: { client: Client; code: string; name: string; authority: string },
  change: (items: ServiceItem[]) => ServiceItem[] = items => items,
): Promise<PairedCities> {
  await pairByInvite(collecting, handling)
  const city = await exampleCity(handling.code)
  const items = change(await exampleItems(city))
  const { version } = await handling.client.publishServices({ body: { items } })
  // A city proposes what the list that it holds offers.
  await until(async () => {
    const { list } = await collecting.client.listPartnerServices({
      params: { code: handling.code },
      query: { limit: 1 },
    })
    return (list?.version ?? 0) >= version
  }, 'the list arrived')
  const {
    agreements: [proposed],
  } = await collecting.client.proposeAgreement({
    body: {
      v: 1,
      title: `${collecting.name}与${handling.name}跨省通办合作协议`,
      parties: [collecting, handling].map(({ code, name, authority }) => ({ code, name, authority })),
      items: items.map(item => ({
        taskCode: item.taskCode,
        taskName: item.taskName,
        handling: handling.code,
        collecting: [collecting.code],
        modes: item.modes,
      })),
      clock: {},
      mailing: 'handling',
      archive: 'handling',
      purgeDays: 90,
      dispute: '协商解决；协商不成的，报请共同上级机关处理',
      validFrom: '2026-01-01',
      validTo: '2036-12-31',
    },
  })
  if (proposed === undefined) throw new Error('nothing was proposed')
  const params = { thread: proposed.thread }
  await until(() => handling.client.getAgreement({ params }).catch(() => null), 'the proposal arrived')
  await handling.client.signAgreement({ params })
  await until(
    async () => (await collecting.client.getAgreement({ params })).state === 'active',
    'the agreement is signed',
  )
  return { items, agreement: proposed.thread }
}
