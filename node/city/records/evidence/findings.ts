/** What a verification finds in a bundle, in plain words. */
import { detailInChinese } from '../../../../protocol/messages/in-chinese.ts'
import { PROBLEMS, type Problem, problem, type Refused } from '../../../../protocol/problem.ts'

/** An error means that the bundle does not prove what it says; a warning names what it leaves open. */
export type Level = 'error' | 'warning'

export type Finding = {
  /** path inside the bundle, or '' for the bundle as a whole */
  file: string
  level: Level
  problem: Problem
  zh: string
  en: string
}

/** Findings that only bundles have, in English; they carry the problem `evidence.invalid`. */
const WORDS = {
  'zip.unreadable': 'The ZIP file cannot be read',
  'file.unknown': 'The format has no such file',
  'file.oversize': 'The file is larger than the limit',
  'file.many': 'There are more such files than the limit',
  'file.unlisted': 'The manifest does not list this file',
  'file.missing': 'The manifest lists this file, but the bundle does not hold it',
  'file.hash': 'The file is not the one that the manifest lists',
  'file.name': 'The name of the file does not fit its content',
  'file.unused': 'No packet refers to this file',
  'file.repeated': 'The same content stands twice',
  'manifest.missing': 'There is no manifest',
  'manifest.malformed': 'The manifest does not have the required form',
  'manifest.case': 'The case number of the manifest is not that of the submit',
  'manifest.purged': 'The manifest calls this file purged, but it is there, or no packet commits to it',
  'manifest.unreceipted':
    'The manifest calls this packet unreceipted, but its receipt is there, or there is no such packet',
  'certificate.missing': 'The certificate of this city is missing',
  'certificate.unrelated': 'The certificate belongs to no city of this case',
  'certificate.fingerprint': 'The fingerprint of the certificate is none of those given',
  'certificate.unnamed': 'No fingerprint was given for this city',
  'certificate.unchecked': 'No fingerprint was given: compare this one with what the city publishes',
  'packet.none': 'The bundle holds no packet',
  'packet.thread': 'The packet belongs to another thread',
  'packet.place': 'The name of the file does not fit the place of the packet',
  'packet.incomplete': 'The thread cannot be told from these packets',
  'body.missing': 'The body of the packet is missing',
  'body.purged': 'The body was purged; its commitment stands',
  'body.day': 'A day that the step names cannot be meant',
  'material.missing': 'The material is missing',
  'material.purged': 'The material was purged; its commitment stands',
  'material.size': 'The size of the material is not what the packet says',
  'receipt.unrelated': 'The receipt covers no packet of this thread that was sent to its city',
  'receipt.refused': 'The other city refused this packet',
  'receipt.early': 'The receipt is dated before the packet',
  'packet.unreceipted': 'A receipt of the other city is missing',
  'packet.pending': 'The other city had given no receipt when this was exported',
  'agreement.missing': 'The agreement that the case began under is missing',
  'agreement.unrelated': 'The case does not refer to this agreement',
  'agreement.unsigned': 'A party has not signed the agreement',
  'agreement.unchecked': 'The submit was purged, so whether the agreement covers its item stays open',
  'timeline.differs':
    'The timeline page differs from what the signed files say, or another version wrote it; rely on this result',
  'deadlines.differ':
    'The list of deadlines is not what packets, agreement and holiday tables give; rely on this result',
  'calendar.differs':
    "The holiday table is not this program's own of that year: compare it with the State Council's notice before you rely on a deadline",
  'calendar.unrelated': 'The holiday table counts in no city of this case, or its name does not fit it',
  'findings.more': 'Further findings are left out',
} as const
export type FindingWord = keyof typeof WORDS

const LIMIT = 200

/** Collects findings; the first 200 are kept. */
export class Findings {
  readonly list: Finding[] = []
  #errors = 0

  get ok(): boolean {
    return this.#errors === 0
  }

  /** `detail` is of the program's own words, never content of the bundle. */
  error(file: string, word: FindingWord, detail?: string): void {
    this.#add({ file, level: 'error', ...said(word, detail) })
  }

  warning(file: string, word: FindingWord, detail?: string): void {
    this.#add({ file, level: 'warning', ...said(word, detail) })
  }

  refused(file: string, refusal: Refused): void {
    const { code, detail } = refusal.problem
    this.#add({ file, level: 'error', problem: refusal.problem, ...inWords(PROBLEMS[code].en, detail) })
  }

  #add(finding: Finding): void {
    if (finding.level === 'error') this.#errors++
    if (this.list.length < LIMIT) this.list.push(finding)
    else if (this.list.length === LIMIT) this.list.push({ file: '', level: finding.level, ...said('findings.more') })
  }
}

const said = (word: FindingWord, detail?: string) => ({
  problem: problem('evidence.invalid', detail === undefined ? word : `${word}: ${detail}`),
  ...inWords(WORDS[word], detail),
})

function inWords(text: string, detail: string | undefined): { zh: string; en: string } {
  const en = detail === undefined ? text : `${text} (${detail})`
  return { zh: detailInChinese(en), en }
}
