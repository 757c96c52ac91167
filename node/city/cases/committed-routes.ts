/** What an applicant committed to hand in later (容缺后补), as it is shown. */
import * as z from 'zod'
import type { Committed } from '../../../protocol/case/commitment.ts'
import { Day } from '../../../protocol/primitives.ts'
import { Time, timeOrNull } from '../../edges/http/route.ts'

export const CommittedShape = z
  .strictObject({
    missing: z.array(z.string()).nullable().describe('codes that are still missing; null when that was purged'),
    until: Day.nullable(),
    kept: Time.nullable().describe('when all was there'),
  })
  .nullable()
  .describe('what the applicant committed to hand in later (容缺后补); null without a commitment')

export const toCommitted = (committed: Committed | null): z.input<typeof CommittedShape> =>
  committed === null
    ? null
    : {
        missing: committed.missing === null ? null : [...committed.missing],
        until: committed.until,
        kept: timeOrNull(committed.kept === null ? null : committed.kept * 1000),
      }
