/** The pre-flight (预检) at the handling city: an application that was signed is checked as it was before it was sent. */
import type { AgreementDocument } from '../../../protocol/agreement/document.ts'
import { agreedItem } from '../../../protocol/agreement/document.ts'
import type { CaseBody } from '../../../protocol/case/kinds.ts'
import { type Application, type CheckForm, type Finding, preflight } from '../../../protocol/case/preflight.ts'
import type { PacketClaims } from '../../../protocol/packet/claims.ts'
import { Sha256 } from '../../../protocol/primitives.ts'
import { ProblemError, type Refused, refuse } from '../../../protocol/problem.ts'
import type { ServiceItem } from '../../../protocol/service/item.ts'
import type { Reader } from '../../kernel/store/database.ts'

/** ms after a new version for which an application under the former one is taken: the partner may not have fetched it yet. */
const GRACE = 24 * 3_600_000
/** Findings told in a refusal. */
const TOLD = 12

export type SubmissionParts = {
  services: {
    /** an own item as it was published in a span of time (ms), newest first; empty when it was in no list then */
    around(code: string, from: number, to: number): Promise<ServiceItem[]>
    /** whether any own list ever had it */
    known(code: string): Promise<boolean>
  }
  agreements: { documentOf(store: Reader, id: string): Promise<AgreementDocument | null> }
  forms: { check: CheckForm; prepare(form: Record<string, unknown>): void }
}

export type SubmissionCheck = {
  /** Makes ready, outside the transaction, what judging needs. */
  prepare(claims: PacketClaims, body: CaseBody<'case.submit'>): Promise<void>
  judge(store: Reader, claims: PacketClaims, body: CaseBody<'case.submit'>): Promise<{ ok: true } | Refused>
}

/**
 * Judges a `case.submit` by the item as this city had it published when it was signed. The answer depends on signed times and
 * on what was published alone, so that it is the same when the packet comes again after a restore; a version that this city
 * does not know any more is left to the approval system. Problems: `item.unknown`, `case.preflight`.
 */
export function createSubmissionCheck({ services, agreements, forms }: SubmissionParts): SubmissionCheck {
  const itemsOf = ({ iat }: PacketClaims, { item }: CaseBody<'case.submit'>): Promise<ServiceItem[]> =>
    services.around(item.code, iat * 1000 - GRACE, iat * 1000 + GRACE)

  return {
    async prepare(claims, body) {
      for (const { form } of await itemsOf(claims, body)) if (form !== undefined) forms.prepare(form)
    },

    async judge(store, claims, body) {
      const { aud, agreement } = claims
      const { salt, caseNo, ...content } = body
      const items = await itemsOf(claims, body)
      const [newest] = items
      if (newest === undefined) return (await services.known(content.item.code)) ? refuse('item.unknown') : { ok: true }
      if (content.item.version > newest.taskVersion) return { ok: true }
      const document = agreement === undefined ? null : await agreements.documentOf(store, agreement)
      const agreed = document === null ? null : agreedItem(document, aud, content.item.code)
      let told: Finding[] = []
      for (const item of items) {
        const errors = preflight({ content, item, agreed, checkForm: forms.check }).filter(
          ({ level }) => level === 'error',
        )
        if (errors.length === 0) return { ok: true }
        if (told.length === 0 || item.taskVersion === content.item.version) told = errors
      }
      return refuse('case.preflight', formatFindings(told))
    },
  }
}

/** Findings as the detail of a problem: fields and reasons, never a value. */
export const formatFindings = (findings: readonly Finding[]): string =>
  findings
    .slice(0, TOLD)
    .map(({ field, reason, reasonZh }) => `${field}: ${reason} (${reasonZh})`)
    .join('; ')

/** Findings as a refusal, with each field for who marks it. */
export const preflightError = (findings: readonly Finding[]): ProblemError =>
  new ProblemError('case.preflight', formatFindings(findings), { errors: findings })

/** An application that names the authorisation (授权委托书) by the code of its material names it by its hash, as it is signed. */
export function withAuthorisation<T extends Pick<Application, 'agent' | 'materials'>>(given: T): T {
  const named = given.materials.find(({ code }) => code === given.agent?.authorisation)
  return given.agent === undefined || named === undefined
    ? given
    : { ...given, agent: { ...given.agent, authorisation: named.sha256 } }
}

/** What is a code of a material and cannot be anything of a person that was typed in its place. */
const CODE = /^[A-Za-z]{1,3}-?\d{1,4}$/

/** A code that none of the materials has: the finding names it, and it is the applicant who brings the paper. */
export function namingAuthorisation(findings: readonly Finding[], { agent }: Pick<Application, 'agent'>): Finding[] {
  const given = agent?.authorisation
  if (given === undefined || Sha256.safeParse(given).success) return [...findings]
  const [code, codeZh] = CODE.test(given) ? [` ${given}`, ` ${given} `] : ['', '']
  return findings.map(finding =>
    finding.field === 'agent.authorisation'
      ? {
          ...finding,
          code: 'authorisation-missing',
          cure: 'applicant',
          reason: `material${code}, the authorisation, is not among the materials: hand it in`,
          reasonZh: `缺少授权委托书：材料${codeZh}尚未提交，请申请人提供`,
        }
      : finding,
  )
}
