/**
 * Drafts of agreements (拟稿): a template filled with parties, the items that their published lists offer, and dates. Nothing is
 * kept or signed: what comes out is read, changed and then proposed.
 */
import { type AgreedItem, type AgreementDocument, dayOf, writeAgreement } from '../../../protocol/agreement/document.ts'
import type { Mode } from '../../../protocol/case/kinds.ts'
import { LIMITS } from '../../../protocol/limits.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import { CONTACT_ROLES, type ServiceItem } from '../../../protocol/service/item.ts'
import { type Clock, seconds } from '../../kernel/clock.ts'
import { lastDay } from './renewal.ts'
import type { Grounds } from './soundness.ts'
import { TEMPLATES } from './templates/index.ts'

export type DraftWanted = {
  template: string
  /** the other parties */
  partners: readonly string[]
  /** for each city that handles items, their codes or the department that has them; without both all of its list; absent: all of every party */
  items?:
    | readonly { handling: string; codes?: readonly string[] | undefined; department?: string | undefined }[]
    | undefined
  /** instead of those of the template, as far as the lists allow them */
  modes?: readonly Mode[] | undefined
  title?: string | undefined
  validFrom?: string | undefined
  validTo?: string | undefined
}
/** An item of a list that did not become one of the draft. */
export type LeftOut = { handling: string; taskCode: string; taskName: string; why: 'mode' | 'state' }
export type AgreementDraft = {
  document: AgreementDocument
  leftOut: LeftOut[]
  /** all of them; `leftOut` names the first LEFT_SHOWN */
  leftOutCount: number
  /** version of the list of each city that handles items */
  lists: { city: string; version: number }[]
}

const LEFT_SHOWN = 200
const CONTACTS = ['receive', 'approve', 'mail', 'technical'] as const

export type Drafting = ReturnType<typeof createDrafting>

export function createDrafting(
  parts: Grounds & {
    /** which materials of the own list are those of a partner's item, as a person confirmed it */
    pairs: (partner: string, taskCode: string) => Promise<AgreedItem['materialMapping']>
    clock: Clock
  },
) {
  const { own, services } = parts

  async function* offered(handling: string, codes: readonly string[] | undefined): AsyncGenerator<ServiceItem> {
    if (codes === undefined) {
      yield* services.walk(handling)
      return
    }
    for (const code of new Set(codes)) {
      const item = await services.item(handling, code)
      if (item === null) throw new ProblemError('item.unknown', `${handling}: ${code}`)
      yield item
    }
  }

  async function party(code: string): Promise<AgreementDocument['parties'][number]> {
    const signer = await parts.signerOf(code)
    if (signer === null) throw new ProblemError('partner.inactive', code)
    return { code, name: signer.name, authority: signer.authority }
  }

  return {
    templates: TEMPLATES,

    /** Problems: `request.not-found`, `request.invalid`, `partner.inactive`, `list.none`, `item.unknown`, `agreement.malformed`. */
    async draft(wanted: DraftWanted): Promise<AgreementDraft> {
      const template = TEMPLATES.find(({ name }) => name === wanted.template)
      if (template === undefined) throw new ProblemError('request.not-found', 'template')
      const codes = [...new Set([own, ...wanted.partners])]
      if (codes.length < Math.max(2, template.parties))
        throw new ProblemError('request.invalid', `partners: ${template.parties} parties at least`)
      const parties = await Promise.all(codes.map(party))
      const items: AgreedItem[] = []
      const leftOut: LeftOut[] = []
      let leftOutCount = 0
      const lists: AgreementDraft['lists'] = []
      const everything = codes.map(code => ({ handling: code, codes: undefined, department: undefined }))
      for (const { handling, codes: chosen, department } of wanted.items ?? everything) {
        if (!codes.includes(handling)) throw new ProblemError('request.invalid', `items: ${handling} is no party`)
        const view = await services.view(handling)
        // A city that is not asked for by name may have published nothing yet.
        if (view === null && wanted.items === undefined) continue
        if (view === null) throw new ProblemError('list.none', handling)
        lists.push({ city: handling, version: view.version })
        const collecting = codes.filter(code => code !== handling)
        for await (const item of offered(handling, chosen)) {
          if (department !== undefined && item.deptName !== department) continue
          const agreed = agreedOf(item, wanted.modes ?? template.modes, handling, collecting)
          if ('why' in agreed) {
            leftOutCount++
            if (leftOut.length < LEFT_SHOWN) leftOut.push(agreed)
          } else if (items.length < LIMITS.agreementItems) {
            // With more cities the codes would be those of several lists.
            const pairs =
              collecting.length === 1 && handling !== own ? await parts.pairs(handling, item.taskCode) : undefined
            items.push(pairs === undefined || pairs.length === 0 ? agreed : { ...agreed, materialMapping: pairs })
          } else
            throw new ProblemError('request.invalid', `items: ${LIMITS.agreementItems} at most; choose them by code`)
        }
      }
      if (items.length === 0)
        throw new ProblemError('request.invalid', 'items: no list offers one that the template takes')
      const validFrom = wanted.validFrom ?? dayOf(seconds(parts.clock.now()) + 86_400)
      const written = await writeAgreement({
        ...template.terms,
        v: 1,
        title: wanted.title ?? template.title.replace('{parties}', named(parties.map(({ name }) => name))),
        parties,
        items,
        validFrom,
        validTo: wanted.validTo ?? lastDay(validFrom, 12 * template.years),
      })
      if (!written.ok) throw new ProblemError(written.problem.code, written.problem.detail)
      return { document: written.document, leftOut, leftOutCount, lists }
    },
  }
}

/** 十堰市与安康市; 十堰市、安康市、南阳市. */
const named = (names: readonly string[]): string => names.join(names.length === 2 ? '与' : '、')

function agreedOf(
  item: ServiceItem,
  wanted: readonly Mode[],
  handling: string,
  collecting: string[],
): AgreedItem | LeftOut {
  const { taskCode, taskName } = item
  const left = (why: LeftOut['why']): LeftOut => ({ handling, taskCode, taskName, why })
  if (item.taskState !== '1') return left('state')
  const modes: Mode[] = wanted.filter(mode => item.modes.includes(mode)).toSorted()
  if (modes.length === 0) return left('mode')
  const contacts = (item.contacts ?? []).flatMap(({ role, name, department, phone }) =>
    CONTACTS.some(kind => kind === role) && (name ?? department) !== undefined
      ? [{ name: (name ?? department ?? '').slice(0, 100), role: CONTACT_ROLES[role], ...phoneOf(phone) }]
      : [],
  )
  const fields = item.sharedFields ?? []
  return {
    taskCode,
    taskName,
    handling,
    collecting,
    modes,
    ...(contacts.length === 0 ? {} : { contacts: contacts.slice(0, 8) }),
    // More than the text may name: what the form of the list asks for then holds.
    ...(fields.length === 0 || fields.length > 100 ? {} : { sharedFields: fields }),
  }
}

const phoneOf = (phone: string | undefined) => (phone === undefined || phone.length > 30 ? {} : { phone })
