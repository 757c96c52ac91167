/**
 * Consents to SMS (短信告知同意): the number at which an applicant agreed to be told, and when. They stay in the city that took the case, sealed
 * with its key, and go with its purge.
 */
import { type Finding, ruleFinding } from '../../../protocol/case/preflight.ts'
import { foldPhone } from '../../../protocol/codes/spelling.ts'
import { decodeUtf8, encodeUtf8, fromHex } from '../../../protocol/primitives.ts'
import type { CaseKeys } from '../../kernel/keys/case-keys.ts'
import type { Reader, Transaction } from '../../kernel/store/database.ts'

/** As an application has it: the applicant's own phone where no other is named. */
export type GivenConsent = { phone?: string | undefined; acceptedAt: string }
export type SmsConsent = { phone: string; acceptedAt: string }

/** Numbers of mobile phones in the mainland (工信部 numbering: 11 digits from 13 on), which gateways take. */
const MOBILE = /^1[3-9]\d{9}$/
const context = (threadNo: number): string => `sms consent ${threadNo}`

/** The consent with the number at which messages go; null where it is none of a mobile phone. */
export function consentOf(given: GivenConsent, phone: string | undefined): SmsConsent | null {
  const number = foldPhone(given.phone ?? phone ?? '')
  return MOBILE.test(number) ? { phone: number, acceptedAt: given.acceptedAt } : null
}

/** What is wrong with a consent at `now` (ms). */
export function consentFindings(given: GivenConsent | undefined, phone: string | undefined, now: number): Finding[] {
  if (given === undefined) return []
  const found: Finding[] = []
  if (consentOf(given, phone) === null)
    found.push(
      ruleFinding(
        'sms-phone',
        'error',
        'sms.phone',
        'no mobile number of the mainland, to which SMS go',
        '不是可接收短信的手机号码',
      ),
    )
  if (Date.parse(given.acceptedAt) > now + AHEAD_MS)
    found.push(ruleFinding('sms-time', 'error', 'sms.acceptedAt', 'later than now', '同意时间晚于现在'))
  return found
}
/** ms that a clock of a counter may be ahead. */
const AHEAD_MS = 300_000

/** `keys`: under which it is sealed. */
export function createSmsConsents({ keys }: { keys: Pick<CaseKeys, 'seal' | 'open'> }) {
  const noOf = async (store: Reader, thread: string): Promise<number | null> =>
    (await store.query<{ no: number }>('SELECT no FROM threads WHERE thread = ?', [fromHex(thread)]))[0]?.no ?? null

  async function read(store: Reader, threadNo: number): Promise<SmsConsent | null> {
    const [row] = await store.query<{ sealed: Uint8Array }>('SELECT sealed FROM sms_consents WHERE thread_no = ?', [
      threadNo,
    ])
    const plain = row === undefined ? null : await keys.open(store, threadNo, row.sealed, context(threadNo))
    return plain === null ? null : (JSON.parse(decodeUtf8(plain)) as SmsConsent)
  }

  return {
    read,

    /** In the transaction that writes the application. */
    async save(tx: Transaction, thread: string, consent: SmsConsent): Promise<void> {
      const no = await noOf(tx, thread)
      if (no === null) return
      const sealed = await keys.seal(tx, no, encodeUtf8(JSON.stringify(consent)), context(no))
      await tx.run(
        'INSERT INTO sms_consents (thread_no, sealed) VALUES (?, ?) ON CONFLICT (thread_no) DO UPDATE SET sealed = excluded.sealed',
        [no, sealed],
      )
    },

    /** Takes it out of a case that does not begin; null when there is none. */
    async take(tx: Transaction, thread: string): Promise<SmsConsent | null> {
      const no = await noOf(tx, thread)
      const consent = no === null ? null : await read(tx, no)
      if (no !== null && consent !== null) await forgetSms(tx, no)
      return consent
    },
  }
}

/** Deletes the consent of a case and its messages. */
export async function forgetSms(tx: Transaction, threadNo: number): Promise<void> {
  await tx.run('DELETE FROM sms_consents WHERE thread_no = ?', [threadNo])
  await tx.run('DELETE FROM sms WHERE thread_no = ?', [threadNo])
}
