/** Addresses of the pages of the console (工作台网页): the router opens what the server lets in. */

/** First part of the address of each page; `/` is the desk, and `verify` is for everybody, signed in or not. */
export const CONSOLE_PATHS = [
  'new',
  'cases',
  'messages',
  'print',
  'acceptance',
  'handover',
  'countersigns',
  'phrases',
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
  'verify',
  'account',
  'help',
] as const
