/** `tongban federation` at a city: operators that it trusts, what they revoke, and its own card. */
import { writeFile } from 'node:fs/promises'
import type { Command } from 'commander'
import type { ListOperatorsAnswer, ListRevocationsAnswer } from '../client/api.generated.ts'
import type { Client } from '../client/client.ts'
import type { Declare } from './declare.ts'
import { wordsLine } from './fingerprint.ts'
import { beginning, only } from './named.ts'
import { table } from './output.ts'

type Operator = ListOperatorsAnswer['items'][number]

const standingOf = ({ fork, successor, standing }: NonNullable<Operator['directory']>): string => {
  if (fork !== null) return 'fork 版本冲突'
  return successor === null ? standing : `handed over 已移交 ${successor.slice(0, 12)}`
}
export const operatorRow = ({ operator, directory }: Operator) => ({
  operator: operator.slice(0, 12),
  name: directory?.name ?? '',
  version: directory?.version ?? null,
  standing: directory === null ? '' : standingOf(directory),
  next: directory?.nextUpdate.slice(0, 10) ?? '',
  cities: directory?.cities ?? null,
})

/** A trusted operator by the beginning of its thumbprint. Problems: `request.not-found`, `request.conflict`. */
async function operatorOf(client: Client, named: string): Promise<Operator> {
  const { items } = await client.listOperators()
  return only({
    named,
    found: beginning(items, named, ({ operator }) => operator),
    line: ({ operator, directory }) => `${operator}  ${directory?.name ?? ''}`,
    none: ['request.not-found', 'tongban federation operators names them'],
  })
}

const revocationRow = ({ certificate, operator, revokedAt, reason, kept }: ListRevocationsAnswer['items'][number]) => ({
  certificate: certificate.slice(0, 16),
  revoked: revokedAt,
  operator: kept ? `${operator.slice(0, 12)} (no longer trusted 已不信任)` : operator.slice(0, 12),
  reason,
})

/** The own card, which an operator needs to list this city. */
export function declareCard(federation: Command, { call }: Declare): void {
  call(federation, 'card', 'city 城市: write what the operator needs to list this city', {
    options: command => command.option('--out <file>', 'where', 'card.json'),
    ask: async (client, _, { out: file }: { out: string }) => {
      const made = await client.getMembershipCard()
      await writeFile(file, `${JSON.stringify(made, null, 2)}\n`)
      return { file, ...made, words: await wordsLine(made.certificate) }
    },
    text: ({ file, certificate, words }) =>
      [
        `${file}: give it to the operator of the federation 交给联盟运营方`,
        `  tell it the fingerprint by another way 另行告知指纹: ${certificate}`,
        `  in words 核对词 ${words}`,
      ].join('\n'),
  })
}

/** Whom this city trusts. */
export function declareOperators(federation: Command, { call }: Declare): void {
  call(federation, 'trust <operator>', "city 城市: trust an operator, by its key's thumbprint", {
    ask: (client, [operator = '']) => client.trustOperator({ body: { operator } }),
    text: ({ operator }) =>
      [
        `Trusted 已信任: ${operator}`,
        'Its directory comes from a partner that holds it, or 名录由合作城市传来，或: tongban federation import FILE',
      ].join('\n'),
  })
  call(federation, 'distrust <operator>', 'city 城市: trust it no more; the beginning is enough', {
    ask: async (client, [begin = '']) => {
      const { operator } = await operatorOf(client, begin)
      return client.distrustOperator({ params: { operator } })
    },
    text: ({ directory, kept, operator }) =>
      [
        `No longer trusted 已不再信任: ${directory?.name ?? operator}`,
        ...(kept.length === 0
          ? []
          : [
              'What it revoked counts on 其撤销仍然有效. To let one count again, if it was revoked wrongly 如属错误撤销，可逐一恢复:',
              ...kept.map(
                ({ certificate, partner, reason }) =>
                  `  tongban federation release ${certificate.slice(0, 16)}  ${partner === null ? '' : `partner 合作城市 ${partner}, `}${reason}`,
              ),
            ]),
      ].join('\n'),
  })
  call(
    federation,
    'release <fingerprint>',
    'city 城市: let a certificate count again that was revoked by an operator no longer trusted 恢复证书',
    {
      ask: async (client, [fingerprint = '']) => {
        const { items } = await client.listRevocations()
        const named = fingerprint.toLowerCase().replaceAll(/[^0-9a-f]/g, '')
        const { certificate } = only({
          named,
          found: beginning(items, named, entry => entry.certificate),
          line: entry => `${entry.certificate}  ${entry.reason}`,
          none: ['request.not-found', 'tongban federation revocations names them'],
        })
        return client.releaseRevocation({ params: { certificate } })
      },
      text: ({ certificate }) => `Counts again 已恢复: ${certificate}`,
    },
  )
  call(federation, 'operators', 'city 城市: operators that this node trusts', {
    ask: async client => (await client.listOperators()).items,
    text: items => table(items.map(operatorRow)),
  })
}

/** What their directories say. */
export function declareDirectories(federation: Command, { call }: Declare): void {
  call(federation, 'export <operator>', 'city 城市: write the newest directory of an operator', {
    options: command => command.option('--out <file>', 'where', 'directory.jws'),
    ask: async (client, [begin = ''], { out: file }: { out: string }) => {
      const { operator } = await operatorOf(client, begin)
      await writeFile(file, await new Response(await client.exportDirectory({ params: { operator } })).text())
      return { file, operator }
    },
    text: ({ file }) => `Written 已写出: ${file}`,
  })
  call(federation, 'revocations', 'city 城市: certificates that directories revoke 已撤销证书', {
    ask: async client => (await client.listRevocations()).items,
    text: items => table(items.map(revocationRow)),
  })
}
