/** The way of packets (交换): what the exchange writes to audit and events, and the facts that it tells. */

import type { Ground } from '../../kernel/ground.ts'
import { createExchange, type ExchangeObserver, type ExchangeParts } from './exchange.ts'
import type { ThreadHandler } from './ports.ts'

export type ExchangePort = ReturnType<typeof createExchangePart>['port']

export type ExchangeUses = Pick<
  ExchangeParts,
  | 'transport'
  | 'identity'
  | 'trust'
  | 'lists'
  | 'calendar'
  | 'epoch'
  | 'addresses'
  | 'renewKey'
  | 'quota'
  | 'space'
  | 'misconduct'
> & { caseKeys: ExchangeParts['keys']; software: string; observer: ExchangeObserver }

export function createExchangePart(
  { db, clock, audit, events, signals, random, randomText }: Ground,
  uses: ExchangeUses,
) {
  /** what packets mean, by the type of their threads: told when all parts are there, before the first packet comes */
  const handlers = new Map<string, ThreadHandler>()
  const exchange = createExchange({
    ...uses,
    db,
    clock,
    random,
    randomText,
    handlers,
    keys: uses.caseKeys,
    // What it takes may be told otherwise later.
    get quota() {
      return uses.quota
    },
    unwritten: async (tx, packet) => {
      await audit.append(tx, {
        actor: 'node',
        action: 'packet.unwritten',
        subject: packet.thread,
        detail: { kind: packet.kind, partner: packet.partner, problem: packet.problem.code },
      })
      await events.append(tx, { type: 'work.parked', subject: packet.thread })
    },
    noticed: async (tx, { partner, kind, problem }) => {
      await audit.append(tx, {
        actor: 'node',
        action: `link.${kind}`,
        subject: partner,
        detail: { problem: problem.code, detail: problem.detail ?? null },
      })
      await events.append(tx, { type: 'partner.changed', subject: partner })
    },
    turnedAway: (tx, { partner, id, problem, ...batch }) =>
      audit.append(tx, {
        actor: `city:${partner}`,
        action: 'packet.refused',
        subject: id,
        detail: { problem: problem.code, detail: problem.detail ?? null, ...batch },
      }),
  })
  signals.on('trust.changed', () => exchange.partnersChanged())
  signals.on('addresses.changed', () => exchange.moved())
  signals.on('tables.changed', () => exchange.announceCalendar())
  signals.on('list.changed', city => {
    const head = uses.lists.head()
    if (city === uses.identity.city && head !== null) exchange.announceList(head)
  })
  return {
    port: { exchange, author: () => exchange.author, packets: () => exchange.packets, handlers },
    async start(threadHandlers: readonly ThreadHandler[]) {
      for (const handler of threadHandlers) handlers.set(handler.type, handler)
      await exchange.start()
    },
    stop: () => exchange.stop(),
  }
}
