/** `tongban case parcel …`: originals and results that are mailed. */
import type { CommandContext } from './context.ts'
import { china, table } from './output.ts'

type Parcel = {
  id: string
  parcel: string
  state: string
  carrier: string
  number: string | null
  payer: string
  way: { state: string; at: string; place?: string }[]
  problem: string | null
  trouble: string | null
}

const told = (list: readonly Parcel[]): string =>
  table(
    list.map(({ id, parcel, state, carrier, number, payer, way, problem, trouble }) => {
      const last = way.at(-1)
      return {
        ...{ id, parcel, state, carrier, waybill: number ?? '', payer },
        last: last === undefined ? '' : `${china(last.at)} ${last.state} ${last.place ?? ''}`,
        problem: [trouble ?? [], problem ?? []].flat().join(': '),
      }
    }),
  )

export async function list(context: CommandContext, thread: string): Promise<void> {
  const client = await context.client()
  const { items } = await client.get<{ items: Parcel[] }>(`/api/v1/cases/${thread}/parcels`)
  context.out.result(items, told)
}

export async function order(
  context: CommandContext,
  thread: string,
  parcel: string,
  flags: { name: string; phone: string; address: string; postcode?: string; content: string[]; payer?: string },
): Promise<void> {
  const client = await context.client()
  const { name, phone, address, postcode, content, payer } = flags
  const made = await client.post<Parcel>(`/api/v1/cases/${thread}/parcels`, {
    parcel,
    to: { name, phone, address, ...(postcode === undefined ? {} : { postcode }) },
    contents: content,
    ...(payer === undefined ? {} : { payer }),
  })
  context.out.result(made, value => told([value]))
}

export async function change(
  context: CommandContext,
  verb: 'cancel' | 'retry',
  thread: string,
  id: string,
): Promise<void> {
  const client = await context.client()
  context.out.result(await client.post<Parcel>(`/api/v1/cases/${thread}/parcels/${id}/${verb}`), value => told([value]))
}

/** What is wrong with parcels of the case was seen to. */
export async function settle(context: CommandContext, thread: string): Promise<void> {
  const client = await context.client()
  const done = await client.post<{ settled: number }>(`/api/v1/cases/${thread}/parcels/settle`)
  context.out.result(done, ({ settled }) => `Seen to 已处理: ${settled}`)
}
