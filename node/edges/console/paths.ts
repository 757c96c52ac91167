/** Addresses of the pages of the console (工作台网页): the router opens what the server lets in. */

/** First part of the address of each page; `/` is the desk. */
export const CONSOLE_PATHS = [
  'new',
  'cases',
  'messages',
  'print',
  'handover',
  'search',
  'board',
  'partners',
  'services',
  'agreements',
  'adapters',
  'people',
  'audit',
  'operation',
  'evidence',
  'account',
  'help',
] as const
