/** Declares `tongban invite`, `accept`, `partners …`; what they do is imported when one runs. */
import type { Command } from 'commander'
import type { Declare } from './declare.ts'

export function declarePartners(program: Command, { add, does, example }: Declare): void {
  const invites = does(
    add(program, 'invite', 'make an invite for one city')
      .option('--for <city>', 'code or name of the city that is invited; no other can use it')
      .option('--unlisted', 'take a code that is in no table of GB/T 2260 yet')
      .option('--hours <n>', 'how long it is good', Number, 24)
      .option('--qr', 'show it as a QR code too 二维码'),
    async () => {
      const { invite } = await import('./partners.ts')
      return (context, flags) => invite(context, flags)
    },
  )
  example(invites, 'tongban invite --for 420300 --hours 48 --qr')
  does(add(invites, 'list', 'invites of the last month'), async () => {
    const { invites: list } = await import('./partners.ts')
    return context => list(context)
  })
  does(add(invites, 'cancel <id>', 'take an open invite back; the beginning of its id is enough'), async () => {
    const { cancelInvite } = await import('./partners.ts')
    return (context, _, id) => cancelInvite(context, id ?? '')
  })
  does(
    add(invites, 'qr <id>', 'write an open invite as a QR code').option('--out <file>', 'where', 'invite.svg'),
    async () => {
      const { invitePicture } = await import('./partners.ts')
      return (context, flags, id) => invitePicture(context, id ?? '', flags)
    },
  )
  example(
    does(add(program, 'accept <invite>', "accept a partner's invite (- reads it from standard input)"), async () => {
      const { accept } = await import('./partners.ts')
      return (context, _, text) => accept(context, text ?? '')
    }),
    'tongban accept tongban-invite:eyJ2Ijox…',
  )
  const partners = does(add(program, 'partners', 'partner cities and the state of delivery'), async () => {
    const { partners: list } = await import('./partners.ts')
    return context => list(context)
  })
  example(
    does(
      add(
        partners,
        'join <city>',
        'pair with a city that the directory of a trusted operator names: no invite, no words',
      ),
      async () => {
        const { join } = await import('./partners.ts')
        return (context, _, code) => join(context, code ?? '')
      },
    ),
    'tongban partners join 420300',
  )
  example(
    does(
      add(partners, 'confirm <city>', 'begin to exchange: type the words that the partner reads out').option(
        '--words <words>',
        'the words asked for, in their order, separated by commas; asked on the terminal when not given',
      ),
      async () => {
        const { confirmPartner } = await import('./partners.ts')
        return (context, flags, code) => confirmPartner(context, code ?? '', flags)
      },
    ),
    'tongban partners confirm 420300 --words "abandon, zoo"',
  )
  for (const [verb, description] of [
    ['reject', 'the words differ: forget the pairing'],
    ['suspend', 'exchange nothing until resumed'],
    ['resume', 'exchange again'],
  ] as const) {
    does(add(partners, `${verb} <city>`, description), async () => {
      const { changePartner } = await import('./partners.ts')
      return (context, _, code) => changePartner(context, verb, code ?? '')
    })
  }

  example(
    does(
      add(partners, 'show <city>', 'one partner: how it is and was, what is wrong and who must act').option(
        '--step <step>',
        'minute (kept for a day), hour (14 days) or day (90 days)',
        'hour',
      ),
      async () => {
        const { showPartner } = await import('./partner-show.ts')
        return (context, flags, code) => showPartner(context, code ?? '', flags)
      },
    ),
    'tongban partners show 420300 --step day',
  )
  example(
    does(
      add(partners, 'test <city>', 'try the whole way to a partner, hop by hop; no agreement is needed 测试'),
      async () => {
        const { testPartner } = await import('./partner-test.ts')
        return (context, _, code) => testPartner(context, code ?? '')
      },
    ),
    'tongban partners test 420300',
  )
  does(add(partners, 'tests <city>', 'the last tests of a partner, and those that it began 历次测试'), async () => {
    const { listTests } = await import('./partner-test.ts')
    return (context, _, code) => listTests(context, code ?? '')
  })
}
