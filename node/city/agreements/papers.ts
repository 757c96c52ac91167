/** Which text of an agreement is printed, and by which certificates it was signed; `paper.ts` writes the page. */
import type { AgreementState, AgreementVersion, Signed } from '../../../protocol/agreement/state.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import { type Clock, seconds } from '../../kernel/clock.ts'
import type { Agreements } from './agreements.ts'
import { textsOf } from './comparison.ts'
import { type PaperSignature, type PaperText, paperHtml } from './paper.ts'
import { kidOf } from './told.ts'

type Text = Omit<AgreementVersion, 'complete'>

export type Papers = ReturnType<typeof createPapers>

export function createPapers(parts: {
  agreements: Pick<Agreements, 'read'>
  /** certificates of a city that were trusted at one time or another, PEM */
  certificatesOf: (city: string) => Promise<readonly string[]>
  clock: Clock
}) {
  /** The certificate whose key gave the signature. */
  async function fingerprintOf({ city, certificate, signature }: Signed): Promise<string | null> {
    const kid = kidOf(signature)
    const { keyThumbprint, readPlain } = await import('../../../certs/index.ts')
    for (const pem of [...(await parts.certificatesOf(city)), ...(certificate === undefined ? [] : [certificate])]) {
      const read = readPlain(pem)
      if (read.ok && (await keyThumbprint(read.certificate)) === kid) return read.certificate.fingerprint
    }
    return null
  }

  async function printed({ id, amendment, from, signatures, told = [] }: Text): Promise<PaperText> {
    const shown = signatures.map(
      async (signed): Promise<PaperSignature> => ({
        city: signed.city,
        fingerprint: await fingerprintOf(signed),
        kid: kidOf(signed.signature),
        at: signed.at,
        own: signed.own,
        unknown: told.some(entry => entry.city === signed.city),
      }),
    )
    const { title, reason } = amendment ?? {}
    return {
      id,
      from,
      amendment: title === undefined || reason === undefined ? null : { title, reason },
      signatures: await Promise.all(shown),
    }
  }

  return {
    /**
     * The page of a text by id, or the beginning of one; without, the newest that was signed, or the proposal.
     * Problems: `thread.unknown`, `request.not-found`.
     */
    async html(thread: string, named?: string): Promise<string> {
      const { view, state } = await parts.agreements.read(thread)
      const found = pick(state, named)
      if (found === null) throw new ProblemError('request.not-found', 'text')
      const { chain, pending } = found
      const [first, ...later] = await Promise.all(chain.map(printed))
      const last = chain.at(-1)
      if (first === undefined || last === undefined) throw new ProblemError('request.not-found', 'text')
      const index = state.versions.findIndex(version => version.id === last.id)
      const next = index < 0 ? undefined : state.versions.slice(index + 1).find(version => version.complete)
      return paperHtml({
        thread,
        state: view.state,
        expired: view.expired,
        terminatedOn: state.terminatedOn,
        document: last.document,
        texts: [first, ...later],
        pending,
        replacedFrom: next?.from ?? null,
        printedAt: seconds(parts.clock.now()),
      })
    },
  }
}

/** The text with those that it stands on. */
function pick(
  state: AgreementState,
  named: string | undefined,
): { chain: Text[]; pending: 'proposal' | 'amendment' | null } | null {
  const { versions, pending, replaced } = state
  const wanted = named ?? versions.at(-1)?.id ?? pending?.id ?? ''
  const id = textsOf(state).findLast(text => text.id.startsWith(wanted))?.id
  if (id === undefined) return null
  const index = versions.findIndex(version => version.id === id)
  if (index >= 0) return { chain: versions.slice(0, index + 1), pending: null }
  if (pending?.id === id)
    return { chain: [...versions, pending], pending: versions.length === 0 ? 'proposal' : 'amendment' }
  const countered = replaced.find(text => text.id === id)
  return countered === undefined ? null : { chain: [countered], pending: 'proposal' }
}
