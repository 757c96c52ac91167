/** What a case is counted as (统计口径); the day is that on which it happened. */
export const COUNTED = [
  'submitted',
  'accepted',
  'decided',
  'ended',
  'on-time',
  'late',
  'rated',
  'bad',
  'level.1',
  'level.2',
  'level.3',
  'level.4',
  'level.5',
] as const
export type CountedAs = (typeof COUNTED)[number]
