/** How commands are declared: their words and flags, and what they do. */
import type { Command } from 'commander'
import type { Client } from '../client/client.ts'
import type { CommandContext } from './context.ts'

type Action = (context: CommandContext, flags: never, ...args: string[]) => Promise<unknown>

/**
 * A command that asks the API once: what it asks with its arguments and flags, and how people are told what came. What `city`, `case`
 * and `agreement` name among them is what the API knows it by (named-arguments.ts).
 */
export type Call<Answer, Flags> = {
  options?: (command: Command) => Command
  example?: string
  ask: (client: Client, args: readonly string[], flags: Flags) => Promise<Answer>
  text: (answer: Answer, flags: Flags) => string
}

export type Declare = {
  /** a command with the global flags */
  add(parent: Command, name: string, description: string): Command
  /** what it does; imported when it runs */
  does(command: Command, action: () => Promise<Action>): Command
  example(command: Command, text: string): Command
  /** a command that is one call; with `--json` its answer is the document */
  call<Answer, Flags = object>(parent: Command, name: string, description: string, call: Call<Answer, Flags>): Command
}

export const collect = (value: string, before: string[] = []): string[] => [...before, value]
