/**
 * What a change of an agreement would touch (影响预览), before anybody signs it: items that can be begun or no longer, open cases,
 * saved mappings, and what the own approval system does not know. Nothing is written.
 */
import { type AgreementDiff, diffAgreements } from '../../../protocol/agreement/diff.ts'
import {
  type AgreedItem,
  type AgreementAmendmentInput,
  type AgreementDocument,
  type AgreementDocumentInput,
  agreedItem,
  dayOf,
  writeAgreement,
  writeAmendment,
} from '../../../protocol/agreement/document.ts'
import { type AgreementState, latest } from '../../../protocol/agreement/state.ts'
import { addDays } from '../../../protocol/calendar/calendar.ts'
import { ProblemError, type Refused } from '../../../protocol/problem.ts'
import { type Clock, seconds } from '../../kernel/clock.ts'
import type { CaseUnder, OpenCases } from '../cases/under.ts'
import type { Agreements } from './agreements.ts'
import type { CheckedText, Soundness, TextFault } from './soundness.ts'

/** `agreement.suspend` and the like; `expire`: nobody does anything and the last day passes. */
export type ImpactAsk =
  | { act: 'sign' }
  | { act: 'amend'; amendment: Omit<AgreementAmendmentInput, 'v' | 'amends'> }
  | { act: 'propose'; document: AgreementDocumentInput }
  | { act: 'suspend' | 'resume' | 'expire' }
  | { act: 'terminate'; effectiveOn: string }

/** `elsewhere`: another agreement that stands covers it in some of its directions too. */
export type TouchedItem = Pick<AgreedItem, 'handling' | 'collecting' | 'taskCode' | 'taskName' | 'modes'> & {
  elsewhere: boolean
}
/** `own`: code of the own item that it is compared with; null when it is not. */
export type MappedItem = { partner: string; taskCode: string; taskName: string; own: string | null }
export type Impact = {
  act: ImpactAsk['act']
  /** id of the text that would be signed */
  text: string | null
  /** first day on which new cases meet the change; null: never */
  from: string | null
  /** against what stands; null when no text changes */
  changes: AgreementDiff | null
  gained: TouchedItem[]
  lost: TouchedItem[]
  /** open cases under the agreement: each finishes under the version it began with */
  cases: {
    open: number
    /** whose item is lost or changed */
    touched: number
    shown: CaseUnder[]
  }
  /** of items that a partner handles and this city collects */
  mappings: {
    /** saved ones of items that are lost or change */
    touched: MappedItem[]
    /** saved ones of items that are gained or change, whose items changed since: compare again */
    stale: MappedItem[]
    /** items that are gained with nothing saved and nothing in the text */
    missing: MappedItem[]
  }
  /** what of the text does not hold by lists and certificates, the first ones; none when no text changes */
  faults: TextFault[]
  /** items that the own city is to handle and its approval system is not set up for */
  adapter: { kind: string; lacking: { taskCode: string; lacks: string }[] }
}

/** Cases named; all are counted. */
const SHOWN = 50

export type ImpactParts = {
  own: string
  agreements: Pick<Agreements, 'read' | 'standing'>
  cases: OpenCases
  mappings: { find(partner: string, handling: string): Promise<{ collecting: string; stale: boolean } | null> }
  faultsOf: Soundness
  adapter: {
    readonly kind: string
    lacking?(
      items: readonly { code: string; name: string; modes: readonly number[] }[],
    ): Promise<readonly { code: string; lacks: string }[]>
  }
  clock: Clock
}

export type Impacts = ReturnType<typeof createImpacts>

type Change = {
  text: string | null
  from: string | null
  before: AgreementDocument | null
  after: AgreementDocument | null
  /** the text that would be signed */
  checked: CheckedText | null
}

export function createImpacts({ own, agreements, cases, mappings, faultsOf, adapter, clock }: ImpactParts) {
  const today = () => dayOf(seconds(clock.now()))

  /** Other agreements between the same cities that stand. */
  async function others(document: AgreementDocument, ids: ReadonlySet<string>): Promise<AgreementDocument[]> {
    const found: AgreementDocument[] = []
    for (const { code } of document.parties.filter(party => party.code !== own))
      for (const { state } of await agreements.standing(code))
        if (state.state === 'active' && !state.versions.some(version => ids.has(version.id)))
          found.push(latest(state).document)
    return found
  }

  function touched(item: AgreedItem, elsewhere: readonly AgreementDocument[]): TouchedItem {
    const { handling, collecting, taskCode, taskName, modes } = item
    const same = elsewhere.some(document =>
      agreedItem(document, handling, taskCode)?.collecting.some(code => collecting.includes(code)),
    )
    return { handling, collecting, taskCode, taskName, modes, elsewhere: same }
  }

  /** What the approval system of this city would have to handle: as the handling city, or in mode 2 as the authorised one. */
  async function lacking(items: readonly AgreedItem[]): Promise<Impact['adapter']> {
    const asked = items.flatMap(item => {
      const modes = item.modes.filter(mode => (mode === 2 ? item.collecting.includes(own) : item.handling === own))
      return modes.length === 0 ? [] : [{ code: item.taskCode, name: item.taskName, modes }]
    })
    const found = asked.length === 0 ? [] : ((await adapter.lacking?.(asked)) ?? [])
    return { kind: adapter.kind, lacking: found.map(({ code, lacks }) => ({ taskCode: code, lacks })) }
  }

  /** Which mappings a change touches, as they stand. */
  async function mapped(
    gone: readonly AgreedItem[],
    gained: readonly AgreedItem[],
    changed: readonly AgreedItem[],
  ): Promise<Impact['mappings']> {
    const found: Impact['mappings'] = { touched: [], stale: [], missing: [] }
    for (const [items, at] of [
      [gone, 'lost'],
      [gained, 'gained'],
      [changed, 'changed'],
    ] as const)
      for (const { handling: partner, collecting, taskCode, taskName, materialMapping = [] } of items) {
        if (partner === own || !collecting.includes(own)) continue
        const saved = await mappings.find(partner, taskCode)
        const item = { partner, taskCode, taskName, own: saved?.collecting ?? null }
        if (saved === null) {
          if (at === 'gained' && materialMapping.length === 0) found.missing.push(item)
          continue
        }
        if (at !== 'gained') found.touched.push(item)
        if (at !== 'lost' && saved.stale) found.stale.push(item)
      }
    return found
  }

  async function judge(ask: ImpactAsk['act'], change: Change, state: AgreementState | null): Promise<Impact> {
    const { text, from, before, after, checked } = change
    const shown = after ?? before
    if (shown === null) throw new ProblemError('request.conflict', 'nothing stands yet')
    const ids = new Set((state?.versions ?? []).map(version => version.id))
    const elsewhere = await others(shown, ids)
    const changes = before !== null && after !== null ? diffAgreements(before, after) : null
    const changed = new Set(
      (changes?.items ?? []).flatMap(item => (item.change === 'changed' ? [`${item.handling}/${item.taskCode}`] : [])),
    )
    const missing = (items: readonly AgreedItem[], from: AgreementDocument | null) =>
      items.filter(item => from === null || agreedItem(from, item.handling, item.taskCode) === null)
    const gained = missing(after?.items ?? [], before)
    const lost = missing(before?.items ?? [], after)
    const altered = (after?.items ?? []).filter(item => changed.has(`${item.handling}/${item.taskCode}`))
    const under = await cases.under([...ids], SHOWN)
    const gone = new Set(lost.map(({ taskCode }) => taskCode))
    for (const key of changed) gone.add(key.slice(key.indexOf('/') + 1))
    return {
      act: ask,
      text,
      from,
      changes,
      gained: gained.map(item => touched(item, elsewhere)),
      lost: lost.map(item => touched(item, elsewhere)),
      cases: {
        open: under.open,
        touched: under.items.reduce((sum, item) => sum + (gone.has(item.code) ? item.open : 0), 0),
        shown: under.cases,
      },
      mappings: await mapped(lost, gained, altered),
      faults: checked === null ? [] : await faultsOf(checked),
      adapter: await lacking([...gained, ...altered]),
    }
  }

  /** What stands of a thread: the newest version that every party has signed. */
  const standingOf = (state: AgreementState): AgreementDocument | null =>
    state.versions.findLast(version => version.complete)?.document ?? null

  async function changeOf(
    thread: string,
    ask: Exclude<ImpactAsk, { act: 'propose' }>,
  ): Promise<[Change, AgreementState]> {
    const { state } = await agreements.read(thread)
    const before = standingOf(state)
    const over = state.state === 'terminated' || state.state === 'declined' || state.state === 'withdrawn'
    const change = (more: Partial<Change>): [Change, AgreementState] => [
      { text: null, from: today(), before, after: null, checked: null, ...more },
      state,
    ]
    if (over) throw new ProblemError('agreement.transition', `${ask.act} in state ${state.state}`)
    switch (ask.act) {
      case 'sign': {
        const { pending } = state
        if (pending === null) throw new ProblemError('agreement.transition', 'nothing waits for a signature')
        const from = later(pending.from, today())
        const { document, amendment } = pending
        return change({ text: pending.id, from, after: document, checked: { document, put: amendment?.put } })
      }
      case 'amend': {
        const base = latest(state)
        const written = await writeAmendment({ ...ask.amendment, v: 1, amends: base.id }, base.document)
        if (!written.ok) throw thrown(written)
        const checked = { document: written.document, put: ask.amendment.put ?? [] }
        return change({ from: ask.amendment.effectiveFrom, after: written.document, checked })
      }
      case 'suspend':
        if (state.state !== 'active')
          throw new ProblemError('agreement.transition', `${ask.act} in state ${state.state}`)
        return change({})
      case 'resume':
        if (state.state !== 'suspended')
          throw new ProblemError('agreement.transition', `${ask.act} in state ${state.state}`)
        return change({ before: null, after: before })
      case 'terminate':
        return change({ from: dayAfter(ask.effectiveOn) })
      case 'expire': {
        if (before === null) throw new ProblemError('agreement.transition', 'nothing stands yet')
        const renews = before.renewal.kind === 'auto'
        return change(renews ? { from: null, after: before } : { from: dayAfter(before.validTo) })
      }
    }
  }

  return {
    /** Of a step in a thread. Problems: `thread.unknown`, `agreement.transition`, `agreement.malformed`. */
    async ofStep(thread: string, ask: Exclude<ImpactAsk, { act: 'propose' }>): Promise<Impact> {
      const [change, state] = await changeOf(thread, ask)
      return judge(ask.act, change, state)
    },

    /** Of a document that is to be proposed. Problem: `agreement.malformed`. */
    async ofProposal(document: AgreementDocumentInput): Promise<Impact> {
      const written = await writeAgreement(document)
      if (!written.ok) throw thrown(written)
      const from = later(written.document.validFrom, today())
      return judge('propose', { text: null, from, before: null, after: written.document, checked: written }, null)
    },
  }
}

const thrown = ({ problem }: Refused): ProblemError => new ProblemError(problem.code, problem.detail)

/** Days as text are in the order of time. */
const later = (a: string, b: string): string => (a < b ? b : a)
const dayAfter = (day: string): string => addDays(day, 1)
