/**
 * Texts that this city writes (拟定文本): checked before they are signed, and packed for the packet that carries them. And what is
 * wrong with the text of a partner.
 */
import {
  type AgreementAmendmentInput,
  type AgreementDocument,
  type AgreementDocumentInput,
  isOver,
  writeAgreement,
  writeAmendment,
} from '../../../protocol/agreement/document.ts'
import type { AgreementKind } from '../../../protocol/agreement/kinds.ts'
import { packText } from '../../../protocol/agreement/packed.ts'
import { signAgreement } from '../../../protocol/agreement/signature.ts'
import type { AgreementVersion, PendingText } from '../../../protocol/agreement/state.ts'
import type { CertificateSigner } from '../../../protocol/keys/delegation.ts'
import type { Commitment } from '../../../protocol/primitives.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import type { Draft } from '../../spine/exchange/ports.ts'
import type { CheckedText, Soundness, TextFault } from './soundness.ts'

export type TextsParts = {
  own: string
  today: () => string
  signer: () => Promise<CertificateSigner>
  knows: (city: string) => Promise<boolean>
  faultsOf: Soundness
  materials: { attachable(hashes: readonly string[]): Promise<readonly Commitment[]> }
}

export function createTexts(parts: TextsParts) {
  async function textDraft(
    kind: 'agreement.propose' | 'agreement.counter' | 'agreement.amend',
    written: { text: string; attachments: AgreementDocument['attachments'] },
    more: object = {},
  ): Promise<Draft & { kind: AgreementKind }> {
    return {
      kind,
      content: {
        text: await packText(written.text),
        signature: await signAgreement(written.text, await parts.signer()),
        ...more,
      },
      materials: written.attachments.map(({ sha256, size, type }) => ({ sha256, size, type })),
    }
  }

  /** Problem: `request.invalid` when an attachment was not uploaded here as one: a partner could not fetch it, or it is the scan of a case. */
  async function attached(attachments: AgreementDocument['attachments']): Promise<AgreementDocument['attachments']> {
    const held = await parts.materials.attachable(attachments.map(file => file.sha256))
    const here = new Map(held.map(file => [file.sha256, file]))
    for (const [index, { sha256, size, type }] of attachments.entries()) {
      const file = here.get(sha256)
      if (file === undefined) throw new ProblemError('request.invalid', `attachments.${index}: upload it first`)
      if (file.size !== size || file.type !== type)
        throw new ProblemError('request.invalid', `attachments.${index}: size or type is not that of the upload`)
    }
    return attachments
  }

  function ahead(document: AgreementDocument): void {
    if (isOver(document, parts.today())) throw new ProblemError('agreement.malformed', 'validTo: a day that is over')
  }

  /** The text of a counter-proposal. Problems: `agreement.malformed`, `request.invalid`, and those of `sound`. */
  async function documentOf(input: AgreementDocumentInput) {
    const written = await writeAgreement(input)
    if (!written.ok) throw new ProblemError(written.problem.code, written.problem.detail)
    if (!written.document.parties.some(party => party.code === parts.own))
      throw new ProblemError('agreement.malformed', 'parties: this city is none')
    ahead(written.document)
    await attached(written.document.attachments)
    await sound(written)
    return written
  }

  /** Problems: `agreement.item`, `agreement.party`, `list.none`. */
  async function sound(text: CheckedText): Promise<void> {
    const [fault] = await parts.faultsOf(text, 1)
    if (fault !== undefined) throw new ProblemError(fault.code, `${fault.path}: ${fault.why}`)
  }

  /** The text of a proposal. Problems: `agreement.malformed`, `partner.inactive`, and those of `sound`. */
  async function proposal(input: AgreementDocumentInput) {
    const written = await documentOf(input)
    const others = written.document.parties.map(party => party.code).filter(code => code !== parts.own)
    for (const code of others) if (!(await parts.knows(code))) throw new ProblemError('partner.inactive', code)
    return { ...written, others }
  }

  /** What an amendment of the newest version would say. Problems: `agreement.malformed`, and those of `sound`. */
  async function amendment(
    { id, document }: Pick<AgreementVersion, 'id' | 'document'>,
    input: Omit<AgreementAmendmentInput, 'v' | 'amends'>,
  ) {
    const written = await writeAmendment({ ...input, v: 1, amends: id }, document)
    if (!written.ok) throw new ProblemError(written.problem.code, written.problem.detail)
    ahead(written.document)
    await sound({ document: written.document, put: input.put ?? [] })
    return { text: written.text, attachments: await attached(input.terms?.attachments ?? []) }
  }

  /** Why the text of a partner cannot be signed here; the first ones. */
  const faults = ({ document, amendment: amending }: PendingText, most?: number): Promise<TextFault[]> =>
    parts.faultsOf({ document, put: amending?.put }, most)

  return { textDraft, documentOf, proposal, amendment, faults }
}
