/** Declares `tongban ca …` and `identity …`; what they do is imported when one runs. */
import type { Command } from 'commander'
import { declareAuthorities } from './authorities.ts'
import type { Declare } from './declare.ts'
import { declareOwnIdentity } from './operation.ts'

export function declareIdentity(program: Command, declare: Declare): void {
  const { add, does, example } = declare
  const ca = program.command('ca').description('federation CA, and city certificates that it issues')
  does(
    add(ca, 'create', 'make a CA').requiredOption('--name <name>').option('--folder <folder>', 'where', 'ca'),
    async () => {
      const { caCreate } = await import('./ca.ts')
      return (context, flags) => caCreate(context, flags)
    },
  )
  does(
    add(ca, 'request', "a request for this city's key")
      .option('--out <file>', 'where', 'request.pem')
      .option('--new-key', 'for a new key, which waits until its certificate is installed'),
    async () => {
      const { caRequest } = await import('./ca.ts')
      return (context, flags) => caRequest(context, flags)
    },
  )
  does(
    add(ca, 'issue <request>', 'issue a city certificate')
      .option('--folder <folder>', 'of the CA', 'ca')
      .option('--out <file>', 'where', 'city.pem'),
    async () => {
      const { caIssue } = await import('./ca.ts')
      return (context, flags, request) => caIssue(context, request ?? '', flags)
    },
  )
  does(
    add(ca, 'install <certificate> <ca>', 'put an issued certificate in place; the node must be stopped'),
    async () => {
      const { caInstall } = await import('./ca.ts')
      return (context, _, certificate, authority) => caInstall(context, certificate ?? '', authority ?? '')
    },
  )
  example(
    does(
      add(
        ca,
        'accept <certificate>',
        'pair with cities whose certificate this CA issued; shows its fingerprint first',
      ).option('--fingerprint <hex>', 'as the operator of the CA told it'),
      async () => {
        const { caAccept } = await import('./ca.ts')
        return (context, flags, certificate) => caAccept(context, certificate ?? '', flags)
      },
    ),
    'tongban ca accept ca.pem --fingerprint HEX',
  )
  declareAuthorities(ca, declare)

  const identity = program.command('identity').description('who this node is')
  example(
    does(
      add(identity, 'renew', 'issue a new certificate of its own 证书续期; the node must be stopped')
        .option('--new-key', 'over a new city key, with new packet and peer keys: the old ones may be in other hands')
        .option('--self-issued', 'leave the federation CA that issued the present one'),
      async () => {
        const { renewIdentity } = await import('./renew.ts')
        return (context, flags) => renewIdentity(context, flags)
      },
    ),
    'tongban identity renew --new-key',
  )
  declareOwnIdentity(identity, declare)
}
