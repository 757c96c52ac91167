/** Declares `tongban federation …`; what they do is imported when one runs. */
import type { Command } from 'commander'
import type { Declare } from './declare.ts'
import { declareCard, declareDirectories, declareOperators } from './federation-lists.ts'

export function declareFederation(federation: Command, declare: Declare): void {
  const { add, does, example } = declare
  /** A command at the operator's desk that issues a version. */
  const desk = (name: string, description: string): Command =>
    add(federation, name, description)
      .option('--folder <folder>', "the operator's", 'federation')
      .option('--days <n>', 'days until the next version is due', '90')
      .option('--grace-days <n>', 'days after that in which entries still count', '30')
  example(
    does(
      desk('create', "operator 运营方: make an operator's key and version 1 of its directory")
        .requiredOption('--name <name>', 'of the federation')
        .option('--from <file>', 'a directory whose cities and revocations it begins with'),
      async () => {
        const { create } = await import('./federation.ts')
        return (context, flags) => create(context, flags)
      },
    ),
    'tongban federation create --name 秦巴通办联盟',
  )
  example(
    does(
      desk('add <card>', 'operator 运营方: list a city, or its new certificate or addresses').option(
        '--fingerprint <hex>',
        'as the city told it',
      ),
      async () => {
        const federations = await import('./federation.ts')
        return (context, flags, card) => federations.add(context, card ?? '', flags)
      },
    ),
    'tongban federation add card-420300.json --fingerprint HEX',
  )
  does(desk('remove <code>', 'operator 运营方: strike a city from the list'), async () => {
    const { remove } = await import('./federation.ts')
    return (context, flags, city) => remove(context, city ?? '', flags)
  })
  does(
    desk(
      'revoke <fingerprint>',
      'operator 运营方: end a certificate at every city that trusts the operator',
    ).requiredOption('--reason <text>', 'why'),
    async () => {
      const { revoke } = await import('./federation.ts')
      return (context, flags, fingerprint) => revoke(context, fingerprint ?? '', flags)
    },
  )
  does(desk('update', 'operator 运营方: issue the next version with the same cities, before it is due'), async () => {
    const { reissue } = await import('./federation.ts')
    return (context, flags) => reissue(context, flags)
  })
  does(
    desk(
      'hand-over',
      'operator 运营方: hand over to a new key, whom every city that trusts this one follows',
    ).requiredOption('--to <folder>', 'for the new key, under the same passphrase'),
    async () => {
      const { handTo } = await import('./federation.ts')
      return (context, flags) => handTo(context, flags)
    },
  )
  does(
    add(federation, 'show', 'operator 运营方: the newest directory').option(
      '--folder <folder>',
      "the operator's",
      'federation',
    ),
    async () => {
      const { show } = await import('./federation.ts')
      return (context, flags) => show(context, flags)
    },
  )
  declareCard(federation, declare)
  declareOperators(federation, declare)
  does(add(federation, 'import <file>', 'city 城市: import a directory; partners get it from this node'), async () => {
    const { importDirectory } = await import('./federation.ts')
    return (context, _, file) => importDirectory(context, file ?? '')
  })
  does(add(federation, 'cities', 'city 城市: cities that directories name, to pair with'), async () => {
    const { cities } = await import('./federation.ts')
    return context => cities(context)
  })
  declareDirectories(federation, declare)
}
