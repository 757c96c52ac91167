/** `tongban ca accepted` and `unaccept`: the authorities whose cities may be paired without words. */
import type { Command } from 'commander'
import type { Authority } from '../client/api.generated.ts'
import type { Client } from '../client/client.ts'
import type { Declare } from './declare.ts'
import { beginning, only } from './named.ts'
import { table } from './output.ts'

/** The accepted authority whose fingerprint begins so. Problems: `request.not-found`, `request.conflict`. */
async function authorityOf(client: Client, begin: string): Promise<Authority> {
  const { items } = await client.listAuthorities()
  const named = begin.toLowerCase()
  return only({
    named,
    found: beginning(items, named, ({ fingerprint }) => fingerprint),
    line: ({ fingerprint, name }) => `${fingerprint}  ${name}`,
    none: ['request.not-found', 'tongban ca accepted names them'],
  })
}

const authorityRow = ({ fingerprint, name, certificateValidTo, partners }: Authority) => ({
  fingerprint: fingerprint.slice(0, 16),
  name,
  until: certificateValidTo.slice(0, 10),
  partners: partners.join(' '),
})

export function declareAuthorities(ca: Command, { call }: Declare): void {
  call(ca, 'accepted', 'CAs that this node accepts', {
    ask: async client => (await client.listAuthorities()).items,
    text: items => table(items.map(authorityRow)),
  })
  call(ca, 'unaccept <fingerprint>', 'take a CA off the list; the beginning is enough', {
    ask: async (client, [begin = '']) => {
      const { fingerprint } = await authorityOf(client, begin)
      return client.removeAuthority({ params: { fingerprint } })
    },
    text: ({ name, partners }) =>
      [
        `No longer accepted 已取消认可: ${name}`,
        ...(partners.length === 0
          ? []
          : [
              `Partners that were paired by it stay trusted 经其配对的城市仍受信任: ${partners.join(' ')}`,
              'If its key is in other hands, suspend them and pair again 若其密钥已泄露，请暂停后重新配对.',
            ]),
      ].join('\n'),
  })
}
