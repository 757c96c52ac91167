/** Declares `tongban invite`, `accept`, `partners …`; what they do is imported when one runs. */
import type { Command } from 'commander'
import type { Declare } from './declare.ts'
import { declareAccept, declareInvites, declarePartnerList } from './partners.ts'

export function declarePartners(program: Command, declare: Declare): void {
  const { add, does, example } = declare
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
  declareInvites(invites, declare)
  declareAccept(program, declare)
  const partners = declarePartnerList(program, declare)
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
