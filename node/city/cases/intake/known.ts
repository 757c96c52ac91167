/** What the node knows of a new application besides applicant and form (收件预填): its mode, the window, the clerk, the notice, to whom a result is mailed. Pure. */
import type { CaseContent } from '../../../../protocol/case/kinds.ts'
import type { ServiceItem } from '../../../../protocol/service/item.ts'
import type { Begun } from './prefill.ts'

type Content = CaseContent<'case.submit'>
type Delivery = NonNullable<Content['delivery']>
type Recipient = NonNullable<Delivery['recipient']>
type BegunRecipient = { [Field in keyof Recipient]?: Recipient[Field] | undefined }
/** Fields of an application as they are typed, each whole or not. */
export type Typed = {
  mode?: Content['mode'] | undefined
  window?: string | undefined
  clerk?: Content['clerk'] | undefined
  consent?: { text?: string | undefined; acceptedAt?: string | undefined } | undefined
  delivery?: { method?: Delivery['method'] | undefined; recipient?: BegunRecipient | undefined } | undefined
}
/** Who takes it in. */
export type Taker = {
  name: string
  windows: readonly string[] | null
  staffNumber: string | null
  phone: string | null
}

/** `now`: ISO 8601. A notice is filled in only once its acceptance is begun: to accept is the applicant's act. */
export function knownOf(
  typed: Typed,
  applicant: Begun,
  { item, modes }: { item: Pick<ServiceItem, 'consent'>; modes: readonly { mode: Content['mode'] }[] },
  taker: Taker,
  now: string,
): Typed {
  const { mode, window, clerk, consent, delivery } = typed
  const [agreed] = modes.length === 1 ? modes : []
  const [ownWindow] = taker.windows?.length === 1 ? taker.windows : []
  const filled: Typed = {
    mode: mode ?? agreed?.mode,
    window: window ?? ownWindow,
    clerk: clerk ?? { name: taker.name, ...some({ no: taker.staffNumber, phone: taker.phone }) },
    consent:
      consent === undefined || item.consent === undefined
        ? consent
        : { text: consent.text ?? item.consent.version, acceptedAt: consent.acceptedAt ?? now },
    delivery: delivery?.method === 'mail' ? { ...delivery, ...recipientOf(delivery.recipient, applicant) } : delivery,
  }
  return some(filled)
}

/** The applicant, where nobody else is named; what is typed of the address stands. */
function recipientOf(
  typed: BegunRecipient | undefined,
  { name, phone, address }: Begun,
): { recipient?: BegunRecipient | undefined } {
  const other = typed?.name !== undefined && typed.name !== name
  if (other || name === undefined || (typed?.address ?? address) === undefined) return { recipient: typed }
  return { recipient: { name, ...some({ phone, address }), ...some(typed ?? {}) } }
}

/** Without what is not known. */
const some = <T extends object>(fields: T): { [Field in keyof T]?: NonNullable<T[Field]> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null)) as never
