/** Declares `tongban webhooks …`; what they do is imported when one runs. */
import type { Command } from 'commander'
import type { Declare } from './services-commands.ts'

const collect = (value: string, before: string[]): string[] => [...before, value]

export function declareWebhooks(webhooks: Command, { add, does, example }: Declare): void {
  example(
    does(
      add(webhooks, 'add <url>', 'be told of events from now on; the secret is shown once').option(
        '--type <type>',
        'such as case.changed; may be repeated; all by default',
        collect,
        [],
      ),
      async () => {
        const hooks = await import('./webhooks.ts')
        return (context, flags, url) => hooks.add(context, url ?? '', flags)
      },
    ),
    'tongban webhooks add https://approval.example.gov.cn/tongban --type case.changed',
  )
  does(add(webhooks, 'list', 'subscriptions, and how delivery stands'), async () => {
    const { list } = await import('./webhooks.ts')
    return context => list(context)
  })
  for (const [verb, description] of [
    ['enable', 'switch it on, and tell what waits'],
    ['disable', 'switch it off'],
    ['remove', 'end it'],
  ] as const)
    does(add(webhooks, `${verb} <id>`, description), async () => {
      const { change } = await import('./webhooks.ts')
      return (context, _, id) => change(context, verb, id ?? '')
    })
  does(add(webhooks, 'rotate <id>', 'a new secret; the former one signs too for a day'), async () => {
    const { rotate } = await import('./webhooks.ts')
    return (context, _, id) => rotate(context, id ?? '')
  })
  does(add(webhooks, 'test <id>', 'send a test message now'), async () => {
    const { test } = await import('./webhooks.ts')
    return (context, _, id) => test(context, id ?? '')
  })
  does(add(webhooks, 'log <id>', 'the last attempts'), async () => {
    const { log } = await import('./webhooks.ts')
    return (context, _, id) => log(context, id ?? '')
  })
  does(
    add(webhooks, 'replay <id> <event>', 'tell all kept events from this number on again').option(
      '--one',
      'only this one',
    ),
    async () => {
      const { replay } = await import('./webhooks.ts')
      return (context, flags, id, event) => replay(context, id ?? '', event ?? '', flags)
    },
  )
}
