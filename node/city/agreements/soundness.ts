/**
 * What of a text does not hold (文本核查): items that the lists do not offer so, parties that are not named as their certificates
 * name them. Asked before an own text is signed, and of a partner's text that waits.
 */

import type { AgreedItem, AgreementDocument } from '../../../protocol/agreement/document.ts'
import { detailInChinese } from '../../../protocol/messages/in-chinese.ts'
import type { ServiceItem } from '../../../protocol/service/item.ts'

type Found = { code: 'agreement.item' | 'agreement.party' | 'list.none'; path: string; why: string }
/** `path`: the field, such as `items.3.taskCode`; `why` has no personal data. */
export type TextFault = Found & { whyZh: string }
/** A document, or what an amendment puts into one. */
export type CheckedText = { document: AgreementDocument; put?: readonly AgreedItem[] | undefined }

/** Faults that are looked for at most: who has so many begins anew. */
export const FAULTS_SHOWN = 50

/** The first faults of a text, at most `most`: of a document its parties and items, of an amendment what it puts in. */
export type Soundness = (text: CheckedText, most?: number) => Promise<TextFault[]>

/** What texts are drawn up from and judged by: the lists that are held, and who signs. */
export type Grounds = {
  own: string
  services: {
    view(city: string): Promise<{ version: number } | null>
    item(city: string, code: string): Promise<ServiceItem | null>
    walk(city: string): AsyncIterable<ServiceItem>
  }
  /** who signs for a city, as its trusted certificate says; null for a city that is not paired */
  signerOf: (city: string) => Promise<{ name: string; authority: string } | null>
}

export function createSoundness(parts: Grounds): Soundness {
  const { services } = parts

  async function* partyFaults({ parties }: AgreementDocument): AsyncGenerator<Found> {
    for (const [index, party] of parties.entries()) {
      const signer = await parts.signerOf(party.code)
      for (const field of ['name', 'authority'] as const)
        if (signer !== null && party[field] !== signer[field])
          yield { code: 'agreement.party', path: `parties.${index}.${field}`, why: 'not as in its certificate' }
    }
  }

  /** Whether no list of a collecting city that is here has a material of this code; false when one is not here. */
  async function unlisted(items: readonly AgreedItem[]): Promise<(item: AgreedItem, code: string) => boolean> {
    const wanted = new Map<string, Set<string>>()
    for (const { collecting, materialMapping = [] } of items)
      for (const city of materialMapping.length === 0 ? [] : collecting) {
        const codes = wanted.get(city) ?? new Set()
        for (const pair of materialMapping) codes.add(pair.collecting)
        wanted.set(city, codes)
      }
    for (const [city, codes] of [...wanted]) {
      if ((await services.view(city)) === null) {
        // A city that is not paired: its partners check it.
        wanted.delete(city)
        continue
      }
      for await (const { materials } of services.walk(city)) {
        for (const { materialCode } of materials) codes.delete(materialCode)
        if (codes.size === 0) break
      }
    }
    return ({ collecting }, code) => collecting.every(city => wanted.get(city)?.has(code) === true)
  }

  async function* itemFaults(items: readonly AgreedItem[], prefix: 'items' | 'put'): AsyncGenerator<Found> {
    const held = new Map<string, boolean>()
    const missing = await unlisted(items)
    for (const [index, item] of items.entries()) {
      const { handling, taskCode, modes, materialMapping = [] } = item
      const fault = (field: string, why: string): Found => ({
        code: 'agreement.item',
        path: `${prefix}.${index}.${field}`,
        why,
      })
      if (!held.has(handling)) {
        held.set(handling, (await services.view(handling)) !== null)
        if (held.get(handling) === false && (handling === parts.own || (await parts.signerOf(handling)) !== null))
          yield { ...fault('handling', `no list of ${handling} is here`), code: 'list.none' }
      }
      if (held.get(handling) === false) continue
      const listed = await services.item(handling, taskCode)
      if (listed === null) yield fault('taskCode', `not in the list of ${handling}`)
      else if (listed.taskState !== '1') yield fault('taskCode', `not in use in the list of ${handling}`)
      if (listed === null) continue
      const modeless = modes.filter(mode => !listed.modes.includes(mode))
      if (modeless.length > 0) yield fault('modes', `${modeless.join(', ')} not offered by ${handling}`)
      for (const [index, pair] of materialMapping.entries()) {
        if (!listed.materials.some(({ materialCode }) => materialCode === pair.handling))
          yield fault(`materialMapping.${index}.handling`, `no material of the item at ${handling}`)
        if (missing(item, pair.collecting))
          yield fault(`materialMapping.${index}.collecting`, `no material in the list of ${item.collecting.join(', ')}`)
      }
    }
  }

  return async ({ document, put }, most = FAULTS_SHOWN) => {
    const found: TextFault[] = []
    for (const source of put === undefined
      ? [partyFaults(document), itemFaults(document.items, 'items')]
      : [itemFaults(put, 'put')])
      for await (const fault of source) {
        found.push({ ...fault, whyZh: detailInChinese(fault.why) })
        if (found.length >= most) return found
      }
    return found
  }
}
