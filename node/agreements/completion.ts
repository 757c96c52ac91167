/** Completes a text between many cities (多方协议): once all have signed, each is told of every signature. */
import type { AgreementSignature } from '../../protocol/agreement/signature.ts'
import type { AgreementBody, AgreementKind } from '../../protocol/agreement/thread.ts'
import { ProblemError } from '../../protocol/problem.ts'
import type { Draft } from '../exchange/ports.ts'
import type { Database } from '../store/database.ts'
import type { CertificateOf } from './certificates.ts'
import type { AgreementRecords, AgreementRow } from './records.ts'
import { kidOf } from './told.ts'

export function createCompletion(parts: {
  db: Database
  own: string
  records: AgreementRecords
  certificateOf: CertificateOf
  say: (
    threads: readonly AgreementRow[],
    draft: Draft & { kind: AgreementKind },
    by: { actor: string },
  ) => Promise<unknown>
}): (id: string) => Promise<void> {
  const { db, own, records } = parts
  let completing: Promise<unknown> = Promise.resolve()

  /** Once every other party has signed the text, each is told of all signatures; by the proposer's node alone. */
  return function completeIfAll(id: string): Promise<void> {
    const turn = completing.then(async () => {
      const threads = await Promise.all((await records.threadsOf(db, id)).map(no => records.state(db, no)))
      const signed = new Map<string, AgreementSignature>()
      let parties: string[] = []
      for (const state of threads) {
        const version = state?.versions.find(entry => entry.id === id)
        if (state === null || state === undefined || version === undefined || state.proposer !== own) continue
        if (version.complete) continue
        parties = version.document.parties.map(party => party.code)
        for (const { city, signature } of version.signatures) signed.set(city, signature)
      }
      if (parties.length === 0 || parties.some(code => !signed.has(code))) return
      const signatures: AgreementBody<'agreement.complete'>['signatures'] = []
      for (const city of parties) {
        const signature = signed.get(city)
        const certificate = signature === undefined ? null : await parts.certificateOf(city, kidOf(signature) ?? '')
        if (signature === undefined || certificate === null)
          throw new ProblemError('internal', `certificate of ${city}`)
        signatures.push({ city, signature, certificate: certificate.pem })
      }
      const open: AgreementRow[] = []
      for (const no of await records.threadsOf(db, id)) {
        const row = await records.byNo(db, no)
        const state = row?.proposer === own ? await records.state(db, no) : null
        if (row !== null && state?.versions.some(version => version.id === id && !version.complete) === true)
          open.push(row)
      }
      await parts.say(open, { kind: 'agreement.complete', content: { agreement: id, signatures } }, { actor: 'node' })
    })
    completing = turn.catch(() => undefined)
    return turn
  }
}
