/** The places of the console: the first part of an address, who may go there, and its entry in the navigation. */
import type { Action } from '../../../../protocol/rights/table.ts'
import type { CONSOLE_PATHS } from '../paths.ts'
import type { ShellWord } from './shell/words.ts'

export type First = '' | (typeof CONSOLE_PATHS)[number]
export type Place = {
  /** who may do this sees it; absent: everybody who is signed in */
  action?: Action
  /** absent: it is opened from other pages */
  nav?: { word: ShellWord; group: 'work' | 'city' | 'system'; keys?: string }
}

export const PLACES: { readonly [F in First]?: Place } = {
  '': { action: 'case.list', nav: { word: 'desk', group: 'work', keys: 'g h' } },
  new: { action: 'case.take-in', nav: { word: 'newCase', group: 'work', keys: 'n' } },
  messages: { action: 'case.content', nav: { word: 'messages', group: 'work', keys: 'g m' } },
  print: { action: 'case.content', nav: { word: 'print', group: 'work', keys: 'g r' } },
  acceptance: { action: 'case.accept', nav: { word: 'acceptance', group: 'work', keys: 'g e' } },
  handover: { action: 'case.serve', nav: { word: 'handOver', group: 'work', keys: 'g o' } },
  countersigns: { action: 'case.countersign', nav: { word: 'countersigns', group: 'work', keys: 'g k' } },
  phrases: { action: 'case.list', nav: { word: 'phrases', group: 'work' } },
  search: { action: 'case.list' },
  board: { action: 'statistics.read', nav: { word: 'board', group: 'city', keys: 'g b' } },
  partners: { action: 'reference.read', nav: { word: 'partners', group: 'city', keys: 'g p' } },
  cases: { action: 'case.read' },
  services: { action: 'reference.read', nav: { word: 'services', group: 'city', keys: 'g s' } },
  agreements: { action: 'reference.read', nav: { word: 'agreements', group: 'city', keys: 'g a' } },
  adapters: { action: 'operation.read', nav: { word: 'adapters', group: 'system' } },
  people: { action: 'account.read', nav: { word: 'people', group: 'system' } },
  audit: { action: 'audit.read', nav: { word: 'audit', group: 'system' } },
  operation: { action: 'operation.read', nav: { word: 'operation', group: 'system' } },
  evidence: { nav: { word: 'evidence', group: 'system' } },
  account: {},
  help: { nav: { word: 'help', group: 'system', keys: '?' } },
}

/** Those of the navigation, with their addresses. */
export const NAVIGATION = Object.entries(PLACES).flatMap(([first, { action, nav }]) =>
  nav === undefined ? [] : [{ path: `/${first}`, action, nav }],
)

/** Where somebody begins: the first page of the navigation that they may open. */
export const homeOf = (may: (action: Action) => boolean): string =>
  NAVIGATION.find(({ action }) => action === undefined || may(action))?.path ?? '/help'

/** The place of an address. */
export const placeOf = (path: string): Place => PLACES[(path.split('/')[1] ?? '') as First] ?? {}
