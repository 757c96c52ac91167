/** The formats that tables are written in. What writes and reads them is loaded when it is needed, for it takes its time. */
export const FORMATS = ['csv', 'xlsx', 'up'] as const
export type Format = (typeof FORMATS)[number]

/** Those of the organisation tree. */
export const UNITS_FORMATS = ['csv', 'xlsx'] as const satisfies readonly Format[]
export type UnitsFormat = (typeof UNITS_FORMATS)[number]

/** Bytes of a file of tables: as they are made, or all at once. */
export type TableFile = ReadableStream<Uint8Array> | Uint8Array<ArrayBuffer>

/** The lists of an item, each a table of its own. */
export const PART_FIELDS = [
  'materials',
  'fees',
  'faqs',
  'contacts',
  'handleLinks',
  'specialProcedures',
  'legalBases',
  'offeredAt',
] as const
export type PartField = (typeof PART_FIELDS)[number]
