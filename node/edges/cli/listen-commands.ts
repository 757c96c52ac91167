/** Declares `tongban listen` and `tongban resend`: for who writes a program that hears of events. */
import type { Command } from 'commander'
import { collect, type Declare } from './declare.ts'

export function declareListening(program: Command, { add, does, example }: Declare): void {
  example(
    does(
      add(program, 'listen', 'tell events to a program on this machine, as a webhook would 转发事件到本机')
        .requiredOption('--forward <url>', 'where it listens, such as http://127.0.0.1:3000/hook')
        .option('--type <type>', 'such as case.changed; may be repeated; all by default', collect, [])
        .option('--after <event>', 'begin after the event of this number; with the next one by default')
        .option('--tries <n>', 'tries of each event, after which it is passed over', '5'),
      async () => {
        const { listenCommand } = await import('./listen.ts')
        return (context, flags) => listenCommand(context, flags)
      },
    ),
    'tongban listen --forward http://127.0.0.1:3000/hook --type case.changed',
  )
  example(
    does(
      add(program, 'resend <event>', 'tell one kept event again 重发一个事件')
        .option('--forward <url>', 'to a program on this machine')
        .option('--webhook <id>', 'to a subscription'),
      async () => {
        const { resendCommand } = await import('./listen.ts')
        return (context, flags, event) => resendCommand(context, event ?? '', flags)
      },
    ),
    'tongban resend 1042 --forward http://127.0.0.1:3000/hook',
  )
}
