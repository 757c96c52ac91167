/** Declares `tongban mappings …`; what they do is imported when one runs. */
import type { Command } from 'commander'
import type { Declare } from './declare.ts'

export function declareMappings(mappings: Command, { add, does, example }: Declare): void {
  example(
    does(
      add(mappings, 'compare <city> <item>', "a partner's item beside the own one, field by field")
        .option('--own <code>', 'taskCode of the own item; by default the one of the same catalogue code or name')
        .option('--out <file>', 'write the proposed pairs of materials, to be corrected and saved'),
      async () => {
        const { compare } = await import('./mappings.ts')
        return (context, flags, partner, item) => compare(context, partner ?? '', item ?? '', flags)
      },
    ),
    'tongban mappings compare 420300 11420300MB1234567X4000111001000 --out pairs.json',
  )
  does(add(mappings, 'save <city> <item> <file>', 'save which materials are the same'), async () => {
    const { save } = await import('./mappings.ts')
    return (context, _, partner, item, file) => save(context, partner ?? '', item ?? '', file ?? '')
  })
  does(add(mappings, 'list', 'saved mappings').option('--partner <city>', 'of one partner'), async () => {
    const { list } = await import('./mappings.ts')
    return (context, flags) => list(context, flags)
  })
  does(add(mappings, 'remove <city> <item>', 'forget a mapping'), async () => {
    const { remove } = await import('./mappings.ts')
    return (context, _, partner, item) => remove(context, partner ?? '', item ?? '')
  })
}
