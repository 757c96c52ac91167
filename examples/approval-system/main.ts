/**
 * Runs the fake approval system: `bun examples/approval-system/main.ts --port 0 --data FILE`. The first line it prints is one
 * JSON object `{ url, pid }`, once it answers.
 */
import { Command, InvalidArgumentError, Option } from 'commander'
import { SCRIPTS, type ScriptName } from './officer.ts'
import { startApprovalSystem } from './server.ts'

const whole = (text: string): number => {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError('not a whole number')
  return value
}

type Flags = {
  port: number
  data: string
  token: string
  script: ScriptName
  delay: number
  unavailableFirst: number
  dropFirst: number
  slow: number
  withParent: boolean
}

const flags = new Command('approval-system')
  .description('A fake approval system for the demo and for tests')
  .option('--port <n>', 'TCP port on 127.0.0.1; 0 picks a free one', whole, 0)
  .option('--data <file>', 'SQLite file that keeps everything', ':memory:')
  .addOption(new Option('--token <text>', 'bearer token of callers').env('APPROVAL_TOKEN').default('demo-token'))
  .addOption(
    new Option('--script <name>', 'what the officer does with each case')
      .choices(Object.keys(SCRIPTS))
      .default('grant'),
  )
  .option('--delay <ms>', 'how long the officer takes for each step; 0: one step at each look for events', whole, 0)
  .option('--unavailable-first <n>', 'answer 503 to the first n attempts of every idempotency key', whole, 0)
  .option('--drop-first <n>', 'break the connection after the effect of the next n attempts of every key', whole, 0)
  .option('--slow <ms>', 'wait before every answer to a packet', whole, 0)
  .option('--with-parent', 'end when the standard input ends, as it does when the parent is gone', false)
  .parse()
  .opts<Flags>()

const system = await startApprovalSystem({
  data: flags.data,
  port: flags.port,
  token: flags.token,
  script: flags.script,
  delayMs: flags.delay,
  faults: { unavailableFirst: flags.unavailableFirst, dropFirst: flags.dropFirst, slowMs: flags.slow },
  now: Date.now,
})
process.stdout.write(`${JSON.stringify({ url: system.url, pid: process.pid })}\n`)

const end = () => void system.stop().then(() => process.exit(0))
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, end)
if (flags.withParent) process.stdin.once('end', end).resume()
