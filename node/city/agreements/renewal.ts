/**
 * Renewal of an agreement (续签): the text that stands with new dates, as an amendment (换文) or as a proposal of its own, as its
 * terms say. Nothing is signed or sent.
 */
import {
  type AgreementAmendmentInput,
  type AgreementDocument,
  dayOf,
  writeAgreement,
  writeAmendment,
} from '../../../protocol/agreement/document.ts'
import { latest } from '../../../protocol/agreement/state.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import type { ServiceItem } from '../../../protocol/service/item.ts'
import { type Clock, seconds } from '../../kernel/clock.ts'
import type { Agreements } from './agreements.ts'

export type RenewalKind = 'amendment' | 'proposal'
export type Renewal = {
  as: RenewalKind
  /** of a proposal */
  document: AgreementDocument | null
  /** of an amendment */
  amendment: Omit<AgreementAmendmentInput, 'v' | 'amends'> | null
  /** items that the newest list of their city no longer offers, the first GONE_SHOWN; they still stand in the text */
  gone: { handling: string; taskCode: string; taskName: string }[]
  goneCount: number
}

const GONE_SHOWN = 200
/** Days that the other city has to sign an amendment of an agreement that is over. */
const TO_SIGN = 7

export type Renewals = ReturnType<typeof createRenewals>

export function createRenewals(parts: {
  agreements: Pick<Agreements, 'read'>
  services: {
    view(city: string): Promise<{ version: number } | null>
    item(city: string, code: string): Promise<ServiceItem | null>
  }
  clock: Clock
}) {
  async function missing(document: AgreementDocument): Promise<Pick<Renewal, 'gone' | 'goneCount'>> {
    const gone: Renewal['gone'] = []
    let goneCount = 0
    const held = new Map<string, boolean>()
    for (const { handling, taskCode, taskName } of document.items) {
      if (!held.has(handling)) held.set(handling, (await parts.services.view(handling)) !== null)
      if (held.get(handling) !== true) continue
      const item = await parts.services.item(handling, taskCode)
      if (item?.taskState === '1') continue
      goneCount++
      if (gone.length < GONE_SHOWN) gone.push({ handling, taskCode, taskName })
    }
    return { gone, goneCount }
  }

  return {
    /**
     * As the terms say, or as `as` says: by exchange of letters as an amendment, else as a proposal; for as long again, or until
     * `validTo`. Problems: `thread.unknown`, `agreement.transition` when nothing stands, `agreement.malformed`.
     */
    async draft(
      thread: string,
      wanted: { as?: RenewalKind | undefined; validTo?: string | undefined },
    ): Promise<Renewal> {
      const { state } = await parts.agreements.read(thread)
      const version = state.versions.findLast(entry => entry.complete)
      if (version === undefined) throw new ProblemError('agreement.transition', 'nothing stands that could be renewed')
      const { document } = version
      const today = dayOf(seconds(parts.clock.now()))
      const stands = state.state === 'active' || state.state === 'suspended'
      const as = wanted.as ?? (stands && document.renewal.kind === 'letters' ? 'amendment' : 'proposal')
      const from = later(
        after(document.validTo, 1),
        after(today, as === 'amendment' && document.validTo < today ? TO_SIGN : 1),
      )
      const validTo = wanted.validTo ?? asLong(document, from)
      const listed = await missing(document)
      if (as === 'proposal') {
        // A scan of the old paper is none of the new one.
        const written = await writeAgreement({ ...document, attachments: [], validFrom: from, validTo })
        if (!written.ok) throw new ProblemError(written.problem.code, written.problem.detail)
        return { as, document: written.document, amendment: null, ...listed }
      }
      if (!stands) throw new ProblemError('agreement.transition', `amend in state ${state.state}`)
      const amendment = {
        title: `关于《${document.title}》续期的换文`.slice(0, 300),
        reason: `协议有效期至${document.validTo}，双方同意续期至${validTo}`,
        terms: { validTo },
        effectiveFrom: from,
      }
      const base = latest(state)
      const written = await writeAmendment({ ...amendment, v: 1, amends: base.id }, base.document)
      if (!written.ok) throw new ProblemError(written.problem.code, written.problem.detail)
      return { as, document: null, amendment, ...listed }
    },
  }
}

const DAY = 86_400_000
const at = (day: string): number => Date.parse(`${day}T00:00:00Z`)
const after = (day: string, days: number): string => new Date(at(day) + days * DAY).toISOString().slice(0, 10)
const later = (a: string, b: string): string => (a > b ? a : b)

/**
 * The last day of as long a term from `from` on: months where it was whole quarters, to the day before or, as many are written, to
 * the same day of the month; else days.
 */
function asLong({ validFrom, validTo }: AgreementDocument, from: string): string {
  const months = Math.round((at(validTo) + DAY - at(validFrom)) / ((365.25 / 12) * DAY))
  const whole =
    months > 0 &&
    months % 3 === 0 &&
    [lastDay(validFrom, months), after(lastDay(validFrom, months), 1)].includes(validTo)
  return whole ? lastDay(from, months) : after(from, (at(validTo) - at(validFrom)) / DAY)
}

/** The day before the same day some months later, or the last of that month. */
export function lastDay(from: string, months: number): string {
  const [year = 0, month = 1, date = 1] = from.split('-').map(Number)
  const days = new Date(Date.UTC(year, month + months, 0)).getUTCDate()
  return new Date(Date.UTC(year, month - 1 + months, Math.min(date - 1, days))).toISOString().slice(0, 10)
}
