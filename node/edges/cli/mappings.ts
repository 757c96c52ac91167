/** `tongban mappings`: items of two cities beside each other, and which of their materials are the same. */
import { writeFile } from 'node:fs/promises'
import type { Command } from 'commander'
import type { CompareItemsAnswer, MaterialMapping, SaveMappingRequest } from '../client/api.generated.ts'
import type { Declare } from './declare.ts'
import { table } from './output.ts'
import { readJson } from './services.ts'
import { standing } from './standing.ts'

type Difference = CompareItemsAnswer['differences'][number]

const short = (value: unknown): string => {
  const text = typeof value === 'string' ? value : value === null ? '-' : JSON.stringify(value)
  return text.length > 60 ? `${text.slice(0, 59)}…` : text
}
const differing = (list: readonly Difference[], indent: string): string[] =>
  list.map(({ label, collecting, handling }) => `${indent}${label}: ${short(collecting)} | ${short(handling)}`)

const compared = (value: CompareItemsAnswer): string =>
  [
    `${value.collecting.name} ${value.collecting.code} | ${value.handling.name} ${value.handling.code}`,
    `${value.same} fields are the same 项相同`,
    ...differing(value.differences, '  '),
    'Materials 材料:',
    ...value.pairs.flatMap(pair => [
      `  ${pair.collecting.code} ${pair.collecting.name} = ${pair.handling.code} ${pair.handling.name} (${pair.by}${pair.by === 'similar' ? ` ${pair.similarity}` : ''})`,
      ...differing(
        pair.differences.filter(({ field }) => field !== 'materialName'),
        '      ',
      ),
    ]),
    ...value.onlyCollecting.map(({ code, name }) => `  only here 仅本市: ${code} ${name}`),
    ...value.onlyHandling.map(({ code, name }) => `  only there 仅对方: ${code} ${name}`),
    ...(value.form.onlyCollecting.length + value.form.onlyHandling.length + value.form.differing.length === 0
      ? []
      : [
          'Form 表单:',
          ...value.form.onlyCollecting.map(name => `  only here 仅本市: ${name}`),
          ...value.form.onlyHandling.map(name => `  only there 仅对方: ${name}`),
          ...differing(value.form.differing, '  '),
        ]),
  ].join('\n')

const toRow = ({ partner, handling, collecting, version, pairs, stale }: MaterialMapping) => ({
  partner,
  theirs: handling,
  ours: collecting,
  version,
  pairs: pairs.length,
  state: stale ? 'stale 已过时' : '',
})

const shown = (mapping: MaterialMapping): string => table([toRow(mapping)])

export function declareMappings(mappings: Command, { call }: Declare): void {
  call(mappings, 'compare <city> <item>', "a partner's item beside the own one, field by field", {
    options: command =>
      command
        .option('--own <code>', 'taskCode of the own item; by default the one of the same catalogue code or name')
        .option('--out <file>', 'write the proposed pairs of materials, to be corrected and saved'),
    example: 'tongban mappings compare 420300 11420300MB1234567X4000111001000 --out pairs.json',
    ask: async (client, [partner = '', item = ''], { own, out }: { own?: string; out?: string }) => {
      const found = await client.compareItems({ params: { partner, item }, query: { own } })
      if (out === undefined) return found
      const pairs = found.pairs.map(pair => ({
        collecting: pair.collecting.code,
        handling: pair.handling.code,
        note: `${pair.collecting.name} = ${pair.handling.name}`.slice(0, 300),
      }))
      await writeFile(out, `${JSON.stringify({ collecting: found.collecting.code, pairs }, null, 2)}\n`)
      return found
    },
    text: compared,
  })
  call(mappings, 'save <city> <item> <file>', 'save which materials are the same', {
    ask: async (client, [partner = '', item = '', file = '']) =>
      client.saveMapping({
        params: { partner, item },
        body: (await readJson(file)) as SaveMappingRequest,
        ifMatch: await standing(client.getMapping({ params: { partner, item } })),
      }),
    text: shown,
  })
  call(mappings, 'list', 'saved mappings', {
    options: command => command.option('--partner <city>', 'of one partner'),
    ask: async (client, _, { partner }: { partner?: string }) =>
      (await client.listMappings({ query: { limit: 200, partner } })).items,
    text: items => table(items.map(toRow)),
  })
  call(mappings, 'remove <city> <item>', 'forget a mapping', {
    ask: (client, [partner = '', item = '']) => client.removeMapping({ params: { partner, item } }),
    text: ({ partner, handling }) => `Forgotten 已删除: ${partner} ${handling}`,
  })
}
