/** `tongban case parcel …`: originals and results that are mailed. */
import type { Command } from 'commander'
import type { ListParcelsAnswer, OrderParcelRequest } from '../client/api.generated.ts'
import { collect, type Declare } from './declare.ts'
import { china, table, twice } from './output.ts'

const shown = (list: ListParcelsAnswer['items']): string =>
  table(
    list.map(({ id, parcel, state, carrier, number, payer, way, problem, problemZh, trouble }) => {
      const last = way.at(-1)
      return {
        id,
        parcel,
        state,
        carrier,
        waybill: number ?? '',
        payer,
        last: last === undefined ? '' : `${china(last.at)} ${last.state} ${last.place ?? ''}`,
        problem: [trouble ?? [], problem === null ? [] : twice(problem, problemZh)].flat().join(': '),
      }
    }),
  )

type OrderFlags = OrderParcelRequest['to'] & { content: string[]; payer?: OrderParcelRequest['payer'] }

export function declareParcels(cases: Command, { add, call }: Declare): void {
  const parcels = add(cases, 'parcel', 'originals and results that are mailed 寄递')
  call(parcels, 'order <case> <parcel>', 'order that `originals` or a `result` are picked up', {
    options: command =>
      command
        .requiredOption('--name <name>', 'recipient')
        .requiredOption('--phone <phone>', "the recipient's")
        .requiredOption('--address <address>', "the recipient's")
        .option('--postcode <code>')
        .requiredOption('--content <what>', 'what is in it; may be repeated', collect, [])
        .option('--payer <who>', 'collecting, handling or applicant; as the agreement says by default'),
    example:
      'tongban case parcel order CASE originals --name 十堰市民中心 --phone 0719-8100001 --address 十堰市… --content 身份证复印件',
    ask: async (client, [thread = '', parcel], flags: OrderFlags) => {
      const { name, phone, address, postcode, content, payer } = flags
      return client.orderParcel({
        params: { thread },
        body: {
          parcel: parcel as OrderParcelRequest['parcel'],
          to: { name, phone, address, postcode },
          contents: content,
          payer,
        },
      })
    },
    text: value => shown([value]),
  })
  call(parcels, 'list <case>', 'parcels of a case, and where they are', {
    ask: async (client, [thread = '']) => (await client.listParcels({ params: { thread } })).items,
    text: shown,
  })
  call(parcels, 'settle <case>', 'what is wrong with parcels of the case was seen to 寄递异常已处理', {
    ask: async (client, [thread = '']) => client.settleParcels({ params: { thread } }),
    text: ({ settled }) => `Seen to 已处理: ${settled}`,
  })
  for (const [verb, description] of [
    ['cancel', 'take an order back'],
    ['retry', 'try again what failed'],
  ] as const)
    call(parcels, `${verb} <case> <id>`, description, {
      ask: async (client, [thread = '', id = '']) => client[`${verb}Parcel`]({ params: { thread, id } }),
      text: value => shown([value]),
    })
}
