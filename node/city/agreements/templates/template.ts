/** What a template of an agreement (协议范本) holds: everything but who, which items and when. */
import type { AgreementDocumentInput } from '../../../../protocol/agreement/document.ts'
import type { Mode } from '../../../../protocol/case/kinds.ts'

export type AgreementTemplate = {
  name: string
  zh: string
  en: string
  /** when to take it */
  useZh: string
  useEn: string
  /** parties at least, the own city among them */
  parties: number
  /** `{parties}` stands for their names */
  title: string
  /** modes that its items are agreed in, as far as the list of the handling city allows them */
  modes: readonly Mode[]
  years: number
  terms: Omit<AgreementDocumentInput, 'v' | 'title' | 'parties' | 'items' | 'validFrom' | 'validTo' | 'attachments'>
}
