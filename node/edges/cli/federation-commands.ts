/** Declares `tongban federation …`; what they do is imported when one runs. */
import type { Command } from 'commander'
import type { Declare } from './declare.ts'

export function declareFederation(federation: Command, { add, does, example }: Declare): void {
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
  does(
    add(federation, 'card', 'city 城市: write what the operator needs to list this city').option(
      '--out <file>',
      'where',
      'card.json',
    ),
    async () => {
      const { card } = await import('./federation.ts')
      return (context, flags) => card(context, flags)
    },
  )
  does(add(federation, 'trust <operator>', "city 城市: trust an operator, by its key's thumbprint"), async () => {
    const { trust } = await import('./federation.ts')
    return (context, _, operator) => trust(context, operator ?? '')
  })
  does(add(federation, 'distrust <operator>', 'city 城市: trust it no more; the beginning is enough'), async () => {
    const { distrust } = await import('./federation.ts')
    return (context, _, operator) => distrust(context, operator ?? '')
  })
  does(
    add(
      federation,
      'release <fingerprint>',
      'city 城市: let a certificate count again that was revoked by an operator no longer trusted 恢复证书',
    ),
    async () => {
      const { release } = await import('./federation.ts')
      return (context, _, fingerprint) => release(context, fingerprint ?? '')
    },
  )
  does(add(federation, 'operators', 'city 城市: operators that this node trusts'), async () => {
    const { operators } = await import('./federation.ts')
    return context => operators(context)
  })
  does(add(federation, 'import <file>', 'city 城市: import a directory; partners get it from this node'), async () => {
    const { importDirectory } = await import('./federation.ts')
    return (context, _, file) => importDirectory(context, file ?? '')
  })
  does(
    add(federation, 'export <operator>', 'city 城市: write the newest directory of an operator').option(
      '--out <file>',
      'where',
      'directory.jws',
    ),
    async () => {
      const { exportDirectory } = await import('./federation.ts')
      return (context, flags, operator) => exportDirectory(context, operator ?? '', flags)
    },
  )
  does(add(federation, 'cities', 'city 城市: cities that directories name, to pair with'), async () => {
    const { cities } = await import('./federation.ts')
    return context => cities(context)
  })
  does(add(federation, 'revocations', 'city 城市: certificates that directories revoke 已撤销证书'), async () => {
    const { revocations } = await import('./federation.ts')
    return context => revocations(context)
  })
}
