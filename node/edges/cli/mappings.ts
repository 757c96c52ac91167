/** `tongban mappings`: items of two cities beside each other, and which of their materials are the same. */
import { writeFile } from 'node:fs/promises'
import type { CompareItemsAnswer, MaterialMapping, SaveMappingRequest } from '../client/api.generated.ts'
import type { CommandContext } from './context.ts'
import { table } from './output.ts'
import { readJson } from './services.ts'

type Difference = CompareItemsAnswer['differences'][number]

const short = (value: unknown): string => {
  const text = typeof value === 'string' ? value : value === null ? '-' : JSON.stringify(value)
  return text.length > 60 ? `${text.slice(0, 59)}…` : text
}
const differing = (list: readonly Difference[], indent: string): string[] =>
  list.map(({ label, collecting, handling }) => `${indent}${label}: ${short(collecting)} | ${short(handling)}`)

export async function compare(
  context: CommandContext,
  partner: string,
  item: string,
  flags: { own?: string; out?: string },
): Promise<void> {
  const client = await context.client()
  const found = await client.compareItems({ params: { partner, item }, query: { own: flags.own } })
  if (flags.out !== undefined) {
    const pairs = found.pairs.map(pair => ({
      collecting: pair.collecting.code,
      handling: pair.handling.code,
      note: `${pair.collecting.name} = ${pair.handling.name}`.slice(0, 300),
    }))
    await writeFile(flags.out, `${JSON.stringify({ collecting: found.collecting.code, pairs }, null, 2)}\n`)
  }
  context.out.result(found, value =>
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
      ...(flags.out === undefined ? [] : [`Pairs written 已写出: ${flags.out}`]),
    ].join('\n'),
  )
}

const told = ({ partner, handling, collecting, version, pairs, stale }: MaterialMapping) => ({
  partner,
  theirs: handling,
  ours: collecting,
  version,
  pairs: pairs.length,
  state: stale ? 'stale 已过时' : '',
})

export async function save(context: CommandContext, partner: string, item: string, file: string): Promise<void> {
  const client = await context.client()
  const body = (await readJson(file)) as SaveMappingRequest
  const saved = await client.saveMapping({ params: { partner, item }, body })
  context.out.result(saved, value => table([told(value)]))
}

export async function list(context: CommandContext, flags: { partner?: string }): Promise<void> {
  const client = await context.client()
  const { items } = await client.listMappings({ query: { limit: 200, partner: flags.partner } })
  context.out.result(items, found => table(found.map(told)))
}

export async function remove(context: CommandContext, partner: string, item: string): Promise<void> {
  const client = await context.client()
  const gone = await client.removeMapping({ params: { partner, item } })
  context.out.result(gone, value => `Forgotten 已删除: ${value.partner} ${value.handling}`)
}
