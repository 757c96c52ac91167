/**
 * The SMS port (短信): how a node tells an applicant that something happened in a case. A gateway sees one number and what the message
 * holds, never the case.
 */

/** What a message may hold, by the names of the city's templates. */
export type SmsParameters = Readonly<Record<'number' | 'item' | 'city' | 'contact' | 'words', string>>

export type SmsMessage = {
  /** The same for every attempt: a gateway that drops repeats drops them by it. */
  key: string
  /** mobile number of the mainland, eleven digits. Personal data. */
  phone: string
  /** id of the template at the gateway */
  template: string
  parameters: SmsParameters
  /** the whole message, for gateways without templates */
  text: string
}

/**
 * `retryable`: surely not sent, and a later attempt may succeed; `refused`: surely not sent, and a person must look; `unclear`: it may have
 * been sent. `detail` repeats neither number nor text.
 */
export type SmsFailure = { ok: false; outcome: 'retryable' | 'refused' | 'unclear'; detail: string }

export interface SmsGateway {
  /** Whether it sends a message once, however often it is asked under the same key. */
  readonly dropsRepeats: boolean
  send(message: SmsMessage, signal: AbortSignal): Promise<{ ok: true } | SmsFailure>
}
