/** The pages of the console that do what a command does: cures name commands, and whoever reads them here has a page. Pure. */
import type { First } from '../places.ts'

type Address = `/${First}` | `/${First}/${string}` | `/?${string}`

/** By what stands after `tongban`; of several the longest counts. What is done at the server alone has no page. */
const PAGES: Readonly<Record<string, Address>> = {
  agreement: '/agreements',
  audit: '/audit',
  backup: '/operation/backups',
  ca: '/operation/certificates',
  'ca accept': '/partners/federation',
  calendar: '/operation/calendar',
  'case parcel': '/?queue=parcels',
  'case queue originals': '/?queue=originals',
  'case queue parcels': '/?queue=parcels',
  'case sms': '/operation/sms',
  doctor: '/operation',
  'evidence verify': '/evidence',
  federation: '/partners/federation',
  identity: '/operation/certificates',
  parked: '/adapters/parked',
  partners: '/partners',
  person: '/people',
  services: '/services',
  'services lint': '/services/drafts',
  webhooks: '/operation/webhooks',
}

const COMMAND = /\btongban ([a-z-]{1,20}\b(?: [a-z-]{1,20}\b){0,2})(?: ([0-9a-f]{32}|\d{6})\b)?/g

/** The page of one city or one agreement, where the command names it. */
const ofOne = (address: Address, named: string | undefined): Address =>
  (address === '/partners' && named?.length === 6) || (address === '/agreements' && named?.length === 32)
    ? `${address}/${named}`
    : address

/** Addresses of the pages that do what the commands of a text do, each once, in the order of the text. */
export function pagesFor(text: string): Address[] {
  const found = [...text.matchAll(COMMAND)].flatMap(([, command = '', named]) => {
    for (let parts = command.split(' '); parts.length > 0; parts = parts.slice(0, -1)) {
      const address = PAGES[parts.join(' ')]
      if (address !== undefined) return [ofOne(address, named)]
    }
    return []
  })
  return [...new Set(found)]
}
