/** What a look at personal data is for (查阅目的), as requests name it. */
import * as z from 'zod'
import { PURPOSE_NAMES } from '../../../protocol/rights/purposes.ts'

export const PurposeField = z
  .enum(PURPOSE_NAMES)
  .optional()
  .describe('what a look beyond the cases that one works on is for (docs/rights.md); it goes into the audit log')
