/** What people call things by, and what the API knows them by: cases by thread or number, the rest by a beginning. */
import { foldNumber } from '../../../protocol/codes/spelling.ts'
import { type ProblemCode, ProblemError } from '../../../protocol/problem.ts'
import type { Client } from '../client/client.ts'

/** Candidates that are told when a name fits several. */
const TOLD = 10
const THREAD = /^[0-9a-f]{32}$/

type Search<T> = {
  /** what was typed */
  named: string
  found: readonly T[]
  /** one of several, for the person who chooses */
  line: (one: T) => string
  /** when there is none, and where those that there are can be seen */
  none: [ProblemCode, string]
}

/** The only one that was found. Problems: `none`; `request.conflict` with the candidates when there are several. */
export function only<T>({ named, found, line, none: [code, see] }: Search<T>): T {
  const [one, ...more] = found
  if (one === undefined) throw new ProblemError(code, `“${named}”: ${see}`)
  if (more.length > 0) {
    const candidates = found.slice(0, TOLD).map(candidate => `\n    ${line(candidate)}`)
    const rest = found.length > TOLD ? '\n    …' : ''
    throw new ProblemError('request.conflict', `“${named}” is any of these:${candidates.join('')}${rest}`)
  }
  return one
}

/** Those whose id begins so; an id that is whole stands for itself, and nothing typed for none. */
export const beginning = <T>(found: readonly T[], named: string, idOf: (one: T) => string): T[] => {
  const whole = found.filter(one => idOf(one) === named)
  return whole.length > 0 ? whole : named === '' ? [] : found.filter(one => idOf(one).startsWith(named))
}

/**
 * The thread of a case that is named by its thread, its case number or local case number, or a beginning of one that fits it
 * alone. Problems: `thread.unknown`; `request.conflict` with the candidates.
 */
export async function caseThread(client: Client, named: string): Promise<string> {
  if (THREAD.test(named)) return named
  if (foldNumber(named) === '') throw new ProblemError('thread.unknown', 'name a case by its number or its thread')
  const whole = await client.listCases({ query: { number: named, limit: TOLD + 1 } })
  const { items } =
    whole.items.length > 0 ? whole : await client.listCases({ query: { numberPrefix: named, limit: TOLD + 1 } })
  const found = only({
    named,
    found: items,
    line: one =>
      [one.thread, one.caseNo, one.localCaseNo, one.partner, one.stateName, one.item.name].filter(Boolean).join('  '),
    none: [
      'thread.unknown',
      'no case with this number, or this beginning of four characters or more; see: tongban case list',
    ],
  })
  return found.thread
}

/** As `caseThread`, of several; each is asked for once. */
export async function caseThreads(client: Client, named: readonly string[]): Promise<string[]> {
  const threads: string[] = []
  for (const one of new Set(named)) threads.push(await caseThread(client, one))
  return threads
}

/** The thread of an agreement that is named by a beginning of it, or by its title. Problems: `thread.unknown`, `request.conflict`. */
export async function agreementThread(client: Client, named: string): Promise<string> {
  if (THREAD.test(named)) return named
  const all = await everyAgreement(client)
  const titled = all.filter(({ title }) => title === named)
  const found = only({
    named,
    found: titled.length > 0 ? titled : beginning(all, named, ({ thread }) => thread),
    line: ({ thread, partner, state, title }) => `${thread}  ${partner}  ${state}  ${title}`,
    none: ['thread.unknown', 'no agreement whose thread begins so, or of this title; see: tongban agreement list'],
  })
  return found.thread
}

/**
 * The id of a colleague who is named by it, by their whole name, or as `me`; an id that is none of them stands for itself, as of an account
 * that ended. Problem: `request.conflict` with the candidates.
 */
export async function colleagueId(client: Client, named: string): Promise<string> {
  if (named === 'me') return (await client.whoAmI()).id
  const all = await everyPage(cursor => client.listColleagues({ query: { limit: 200, cursor } }))
  const found = all.filter(({ id, name }) => id === named || name === named)
  return found.length === 0
    ? named
    : only({
        named,
        found,
        line: ({ id, name, roles }) => `${id}  ${name}  ${roles.join(', ')}`,
        none: ['request.not-found', 'no such colleague; see: tongban person colleagues'],
      }).id
}

type Page<T> = { items: T[]; next: string | null }

/** All pages of a list. */
export async function everyPage<T>(page: (cursor: string | undefined) => Promise<Page<T>>): Promise<T[]> {
  const items: T[] = []
  let cursor: string | undefined
  do {
    const found = await page(cursor)
    items.push(...found.items)
    cursor = found.next ?? undefined
  } while (cursor !== undefined)
  return items
}

export const everyAgreement = (client: Client) =>
  everyPage(cursor => client.listAgreements({ query: { limit: 200, cursor } }))
