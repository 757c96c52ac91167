/** What the node knows of a new application besides applicant and form (收件预填): its mode, the window, the clerk, the notice, to whom a result is mailed. Pure. */
import type { CaseContent } from '../../../../protocol/case/kinds.ts'
import type { ServiceItem } from '../../../../protocol/service/item.ts'
import type { Begun } from './prefill.ts'

type Content = CaseContent<'case.submit'>
/** Fields of an application as they are typed, each whole or not. */
export type Typed = {
  mode?: Content['mode'] | undefined
  window?: string | undefined
  clerk?: Content['clerk'] | undefined
  consent?: { text?: string | undefined; acceptedAt?: string | undefined } | undefined
  delivery?:
    | { method?: NonNullable<Content['delivery']>['method'] | undefined; recipient?: object | undefined }
    | undefined
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
  const { name, phone, address } = applicant
  const filled: Typed = {
    mode: mode ?? agreed?.mode,
    window: window ?? ownWindow,
    clerk: clerk ?? { name: taker.name, ...some({ no: taker.staffNumber, phone: taker.phone }) },
    consent:
      consent === undefined || item.consent === undefined
        ? consent
        : { text: consent.text ?? item.consent.version, acceptedAt: consent.acceptedAt ?? now },
    delivery:
      delivery?.method === 'mail' && delivery.recipient === undefined && name !== undefined && address !== undefined
        ? { ...delivery, recipient: { name, ...some({ phone }), address } }
        : delivery,
  }
  return some(filled)
}

/** Without what is not known. */
const some = <T extends object>(fields: T): { [Field in keyof T]?: NonNullable<T[Field]> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null)) as never
