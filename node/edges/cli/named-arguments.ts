/** Arguments and options that name something as people do: what they are called says what they stand for. */
import type { Command } from 'commander'
import type { Client } from '../client/client.ts'

type Resolve = (client: () => Promise<Client>, given: string) => Promise<string>

/** By the name of the argument, or of the value of the option. */
const RESOLVED: ReadonlyMap<string, Resolve> = new Map<string, Resolve>([
  [
    // A city by its code or the beginning of its name; `own` where that is taken.
    'city',
    async (client, given) =>
      /^(\d{6}|own)$/.test(given) ? given : (await import('./cities.ts')).codeOfCity(given, client),
  ],
  // A case by its thread, its number or local number, or the beginning of one.
  ['case', async (client, given) => (await import('./named.ts')).caseThread(await client(), given)],
  // A colleague by their name or the id of their account.
  ...(['colleague', 'receiver'] as const).map((name): [string, Resolve] => [
    name,
    async (client, given) => (await import('./named.ts')).colleagueId(await client(), given),
  ]),
  // An agreement by its thread, the beginning of it, or its title.
  ['agreement', async (client, given) => (await import('./named.ts')).agreementThread(await client(), given)],
])

/** A case number as nodes give them: division code, day, serial. The API knows a case by it, where it is named in the path. */
const FULL_NUMBER = /^\d{6}20\d{12}$/

/** Puts what the API knows things by in place of what was typed; each thing of a list once. */
export async function resolveNames(
  command: Command,
  args: (string | string[] | undefined)[],
  flags: Record<string, unknown>,
  client: () => Promise<Client>,
): Promise<void> {
  const resolved = async (resolve: Resolve, given: unknown): Promise<unknown> => {
    if (typeof given === 'string') return resolve(client, given)
    if (!Array.isArray(given)) return given
    const found: string[] = []
    for (const one of new Set(given as string[])) found.push(await resolve(client, one))
    return found
  }
  for (const [index, argument] of command.registeredArguments.entries()) {
    const resolve = RESOLVED.get(argument.name())
    const given = args[index]
    if (argument.name() === 'case' && typeof given === 'string' && FULL_NUMBER.test(given)) continue
    if (resolve !== undefined) args[index] = (await resolved(resolve, args[index])) as string | string[] | undefined
  }
  for (const option of command.options) {
    const resolve = RESOLVED.get(/<([^>]+)>$/.exec(option.flags)?.[1] ?? '')
    const name = option.attributeName()
    if (resolve !== undefined) flags[name] = await resolved(resolve, flags[name])
  }
}
