/** What a verification finds in a bundle, in plain words. */
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

/** Findings that only bundles have; they carry the problem `evidence.invalid`. */
const WORDS = {
  'zip.unreadable': { zh: '文件包无法读取', en: 'The ZIP file cannot be read' },
  'file.unknown': { zh: '格式中没有这种文件', en: 'The format has no such file' },
  'file.oversize': { zh: '文件超过大小限制', en: 'The file is larger than the limit' },
  'file.many': { zh: '此类文件过多', en: 'There are more such files than the limit' },
  'file.unlisted': { zh: '清单中没有该文件', en: 'The manifest does not list this file' },
  'file.missing': { zh: '清单列出的文件不在包内', en: 'The manifest lists this file, but the bundle does not hold it' },
  'file.hash': { zh: '文件内容与清单中的摘要不符', en: 'The file is not the one that the manifest lists' },
  'file.name': { zh: '文件名与内容不符', en: 'The name of the file does not fit its content' },
  'file.unused': { zh: '没有数据包引用该文件', en: 'No packet refers to this file' },
  'file.repeated': { zh: '同一内容出现两次', en: 'The same content stands twice' },
  'manifest.missing': { zh: '缺少清单', en: 'There is no manifest' },
  'manifest.malformed': { zh: '清单格式错误', en: 'The manifest does not have the required form' },
  'manifest.case': {
    zh: '清单中的办件编号与申请不符',
    en: 'The case number of the manifest is not that of the submit',
  },
  'manifest.purged': {
    zh: '清单称已清除的文件仍在包内，或与任何数据包无关',
    en: 'The manifest calls this file purged, but it is there, or no packet commits to it',
  },
  'manifest.unreceipted': {
    zh: '清单称尚无回执，但回执在包内',
    en: 'The manifest calls this packet unreceipted, but its receipt is there, or there is no such packet',
  },
  'certificate.missing': { zh: '缺少该城市的证书', en: 'The certificate of this city is missing' },
  'certificate.unrelated': { zh: '证书不属于本办件的任何一方', en: 'The certificate belongs to no city of this case' },
  'certificate.fingerprint': {
    zh: '证书指纹与给定的指纹不符',
    en: 'The fingerprint of the certificate is none of those given',
  },
  'certificate.unnamed': {
    zh: '未给出该市证书的指纹',
    en: 'No fingerprint was given for this city',
  },
  'certificate.unchecked': {
    zh: '未给出证书指纹：请与该市公布的指纹比对',
    en: 'No fingerprint was given: compare this one with what the city publishes',
  },
  'packet.none': { zh: '包内没有数据包', en: 'The bundle holds no packet' },
  'packet.thread': { zh: '数据包属于其他业务线程', en: 'The packet belongs to another thread' },
  'packet.place': { zh: '数据包的文件名与其次序不符', en: 'The name of the file does not fit the place of the packet' },
  'packet.incomplete': { zh: '线程无法还原', en: 'The thread cannot be told from these packets' },
  'body.missing': { zh: '缺少数据包的正文', en: 'The body of the packet is missing' },
  'body.purged': { zh: '正文已清除，仅余其摘要', en: 'The body was purged; its commitment stands' },
  'body.day': { zh: '所填日期明显有误', en: 'A day that the step names cannot be meant' },
  'material.missing': { zh: '缺少材料', en: 'The material is missing' },
  'material.purged': { zh: '材料已清除，仅余其摘要', en: 'The material was purged; its commitment stands' },
  'material.size': { zh: '材料大小与数据包所述不符', en: 'The size of the material is not what the packet says' },
  'receipt.unrelated': {
    zh: '回执与本线程的数据包无关',
    en: 'The receipt covers no packet of this thread that was sent to its city',
  },
  'receipt.refused': { zh: '对方城市拒收了该数据包', en: 'The other city refused this packet' },
  'receipt.early': { zh: '回执时间早于数据包签发时间', en: 'The receipt is dated before the packet' },
  'packet.unreceipted': { zh: '缺少对方城市的回执', en: 'A receipt of the other city is missing' },
  'packet.pending': {
    zh: '导出时对方城市尚未出具回执',
    en: 'The other city had given no receipt when this was exported',
  },
  'agreement.missing': { zh: '缺少办件所依据的协议', en: 'The agreement that the case began under is missing' },
  'agreement.unrelated': { zh: '办件未引用该协议', en: 'The case does not refer to this agreement' },
  'agreement.unsigned': { zh: '协议缺少一方的签名', en: 'A party has not signed the agreement' },
  'agreement.unchecked': {
    zh: '申请正文已清除，无法核对协议是否包含该事项',
    en: 'The submit was purged, so whether the agreement covers its item stays open',
  },
  'timeline.differs': {
    zh: '时间线网页与签名文件所述不同或出自其他版本，请以核验结果为准',
    en: 'The timeline page differs from what the signed files say, or another version wrote it; rely on this result',
  },
  'deadlines.differ': {
    zh: '时限清单与按数据包、协议和节假日表重算的结果不同，请以核验结果为准',
    en: 'The list of deadlines is not what packets, agreement and holiday tables give; rely on this result',
  },
  'calendar.differs': {
    zh: '节假日表与本程序所持同年全国节假日表不同：据此计算的期限须核对国务院办公厅通知',
    en: "The holiday table is not this program's own of that year: compare it with the State Council's notice before you rely on a deadline",
  },
  'calendar.unrelated': {
    zh: '节假日表与本办件的城市无关，或文件名与内容不符',
    en: 'The holiday table counts in no city of this case, or its name does not fit it',
  },
  'findings.more': { zh: '其余问题未列出', en: 'Further findings are left out' },
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
    const { zh, en } = PROBLEMS[code]
    this.#add({
      file,
      level: 'error',
      problem: refusal.problem,
      zh: withDetail(zh, detail),
      en: withDetail(en, detail),
    })
  }

  #add(finding: Finding): void {
    if (finding.level === 'error') this.#errors++
    if (this.list.length < LIMIT) this.list.push(finding)
    else if (this.list.length === LIMIT) this.list.push({ file: '', level: finding.level, ...said('findings.more') })
  }
}

const said = (word: FindingWord, detail?: string) => ({
  problem: problem('evidence.invalid', detail === undefined ? word : `${word}: ${detail}`),
  zh: withDetail(WORDS[word].zh, detail),
  en: withDetail(WORDS[word].en, detail),
})

const withDetail = (text: string, detail: string | undefined) => (detail === undefined ? text : `${text} (${detail})`)
