/**
 * Made by `npm run generate` from the routes of a node; long because it holds every operation of the API. Types alone: nothing of it
 * is left when a program runs.
 */

/** Bytes that go up, and what they are; `application/octet-stream` when nothing is said. */
export type Bytes = { bytes: NonNullable<RequestInit['body']>; type?: string | undefined }
/** Requests with the same key are carried out once; each has a key of its own when none is given. */
export type Keyed = { key?: string | undefined }
/** `ifMatch`: the version that was read; when it is none any more, nothing is done: `request.precondition`. */
export type Guarded = { ifMatch?: string | undefined }
export type Options = { signal?: AbortSignal | undefined }

export type AcceptAuthorityRequest = {
  /** certificate of the authority, PEM */
  pem: string
  /** as its operator told it: another one is refused */
  fingerprint?: string | undefined
}
export type AcceptCaseRequest = { acceptanceNo?: string | undefined; promisedBy?: string | undefined }
export type AcceptInviteRequest = { invite: string }
export type AcceptPastDaysAnswer = { accepted: true }
export type AccessToken = {
  id: string
  label: string
  roles: ('window-clerk' | 'examiner' | 'leader' | 'window-lead' | 'business-administrator' | 'system-administrator' | 'security-administrator' | 'audit-administrator' | 'integrator' | 'adapter')[] | null
  operations: string[] | null
  createdAt: string
  expiresAt: string
  revokedAt: string | null
  lastUsedAt: string | null
}
export type AccessTokens = { items: AccessToken[] }
export type AddPhraseRequest = {
  title: string
  /** may hold {办件编号}, {办理地编号}, {事项}, {收件城市}, {办理城市}, {今天}, and blanks such as {?补正日期} */
  text: string
  /** for this step alone; absent: for any */
  step?: 'case.supplement' | 'case.commit' | 'case.hand-in' | 'case.ship' | 'case.withdraw' | 'case.remind' | 'case.result-received' | 'case.evaluate' | 'case.message' | 'case.arrived' | 'case.precheck' | 'case.request-supplement' | 'case.accept' | 'case.refuse' | 'case.request-payment' | 'case.progress' | 'case.pause' | 'case.resume' | 'case.extend' | 'case.decide' | 'case.send-result' | 'case.close' | 'case.answer-evaluation' | 'case.appeal-evaluation' | 'case.supervise' | 'case.answer' | 'case.record-payment' | 'case.verify-remote' | 'case.mail' | 'case.originals' | 'case.object' | 'case.correct' | 'case.revoke' | undefined
  /** offered in cases of this item alone; absent: of any */
  item?: string | undefined
  /** shared with all of this department, one of your own; absent: own */
  department?: string | undefined
}
export type AddViewRequest = {
  name: string
  /** shared with all of this window; absent: own */
  window?: string | undefined
  filter: {
    queue: 'mine' | 'window' | 'ours' | 'waiting' | 'paused' | 'due-today' | 'overdue' | 'unread' | 'to-print' | 'to-hand-out' | 'withdrawals' | 'parked' | 'parcels' | 'originals' | 'bad-ratings' | 'done'
    /** whose `window` queue; without it those at which one works */
    window?: string | undefined
    /** what this city is in the case */
    role?: 'collecting' | 'handling' | undefined
    partner?: string | undefined
    /** code */
    item?: string | undefined
    /** code of the department that handles it here: organ of the item */
    department?: string | undefined
    state?: 'submitted' | 'arrived' | 'prechecked' | 'supplementing' | 'accepted' | 'paused' | 'decided' | 'sending' | 'closed' | 'refused' | undefined
    /** of `due`: what is due first, by either city */
    level?: 'green' | 'yellow' | 'red' | 'overdue' | undefined
    /** of `ownDue`: what this city itself must do first */
    ownLevel?: 'green' | 'yellow' | 'red' | 'overdue' | undefined
    /** account; `me`, or `nobody` */
    assignee?: string | undefined
  } | {
    /** as of listCases but for `q`; `me` as assignee is whoever reads it */
    search: {
      partner?: string | undefined
      item?: string | undefined
      mode?: number | null | undefined
      state?: 'submitted' | 'arrived' | 'prechecked' | 'supplementing' | 'accepted' | 'paused' | 'decided' | 'sending' | 'closed' | 'refused' | undefined
      role?: 'collecting' | 'handling' | undefined
      window?: string | undefined
      /** code of the department that handles it here: organ of the item */
      department?: string | undefined
      assignee?: string | undefined
      /** submitted on this day or later */
      from?: string | undefined
      to?: string | undefined
    }
  }
}
export type AddWebhookAnswer = {
  id: string
  url: string
  /** event types; empty: all */
  types: string[]
  active: boolean
  /** events of its types that it was not told of yet; 10001: more than 10000 */
  waiting: number
  failures: number
  failingSince: string | null
  nextAt: string | null
  problem: {
    code: string
    /** which field or thing, in English */
    detail?: string
    /** the same in Chinese; null without a detail */
    detailZh: string | null
  } | null
  createdAt: string
  /** `whsec_…`: verify messages with it; shown once */
  secret: string
}
export type AddWebhookRequest = {
  /** https; of the Internet, unless the node is set to allow private ones */
  url: string
  types?: ('case.changed' | 'case.due' | 'case-draft.changed' | 'agreement.changed' | 'partner.changed' | 'partner.connected' | 'partner.lost' | 'directory.changed' | 'list.changed' | 'calendar.changed' | 'material.changed' | 'test.changed' | 'export.changed' | 'work.parked' | 'key.rotated' | 'reminder.due')[] | undefined
}
export type Agreement = {
  thread: string
  /** SHA-256 of the newest text; packets of cases name it */
  id: string
  /** SHA-256 of the document: the same in each thread of one agreement between many */
  root: string
  /** cities that it is between */
  parties: number
  partner: string
  proposer: string
  title: string
  state: 'proposed' | 'signed' | 'active' | 'suspended' | 'declined' | 'withdrawn' | 'terminated'
  /** stands, but its last day is over */
  expired: boolean
  /** city whose text waits for the other's signature */
  pendingBy: string | null
  /** last day on which new cases begin, once it was terminated */
  terminatedOn: string | null
  /** last day on which new cases begin: validTo, or the day of a termination; null when it renews itself */
  endsOn: string | null
  validFrom: string
  validTo: string
  items: number
  /** another one with each step of either city and each act that is prepared; for `If-Match` */
  version: string
  updatedAt: string
}
export type AgreementDetail = {
  thread: string
  /** SHA-256 of the newest text; packets of cases name it */
  id: string
  /** SHA-256 of the document: the same in each thread of one agreement between many */
  root: string
  /** cities that it is between */
  parties: number
  partner: string
  proposer: string
  title: string
  state: 'proposed' | 'signed' | 'active' | 'suspended' | 'declined' | 'withdrawn' | 'terminated'
  /** stands, but its last day is over */
  expired: boolean
  /** city whose text waits for the other's signature */
  pendingBy: string | null
  /** last day on which new cases begin, once it was terminated */
  terminatedOn: string | null
  /** last day on which new cases begin: validTo, or the day of a termination; null when it renews itself */
  endsOn: string | null
  validFrom: string
  validTo: string
  items: number
  /** another one with each step of either city and each act that is prepared; for `If-Match` */
  version: string
  updatedAt: string
  document: {
    v: 1
    title: string
    parties: {
      code: string
      name: string
      /** the organ that signs (甲方, 乙方 …) */
      authority: string
      /** its 统一社会信用代码 */
      authorityCode?: string
    }[]
    items: {
      /** 实施编码 of the handling city */
      taskCode: string
      taskName: string
      /** 办理地 */
      handling: string
      /** 收件地 */
      collecting: string[]
      modes: (0 | 1 | 2 | 3)[]
      /** working days, when other than the list says */
      promiseDays?: number
      contacts?: {
        name: string
        phone?: string
        /** 联络员, 窗口, 审批科室 … */
        role?: string
      }[]
      /** 材料对应 */
      materialMapping?: {
        /** material code in the list of the collecting city */
        collecting: string
        /** material code in the list of the handling city */
        handling: string
        note?: string
      }[]
      /** 材料差异, for the paper */
      difference?: string
      /** data of the applicant that may be shared for this item, by field name; absent: what its form asks for */
      sharedFields?: string[]
    }[]
    clock: {
      forwardDays?: number
      mailDays?: number
      recheckDays?: number
      resultMailDays?: number
      supplementNoticeDays?: number
      supplementClockStart?: 'arrival' | 'receipt'
      /** within which the owner may object (mode 2) */
      objectionDays?: number
    }
    /** who pays the mail of papers to the handling city */
    mailing: 'collecting' | 'handling' | 'applicant'
    /** who pays the mail of results */
    resultMailing?: 'collecting' | 'handling' | 'applicant'
    /** who keeps original papers */
    originals?: 'collecting' | 'handling' | 'applicant'
    /** who keeps the file of the case */
    archive: 'collecting' | 'handling'
    /** after close, the collecting city deletes personal data within */
    purgeDays: number
    /** working days to follow up a bad rating */
    evaluationDays?: number
    /** 协商, then which higher organ decides */
    dispute: string
    validTo: string
    renewal?: {
      /** 不续期, 自动续期 until a party gives notice, or by exchange of letters */
      kind: 'none' | 'auto' | 'letters'
      /** a party that does not want it says so before */
      noticeDays: number
    }
    /** such as the scan of the sealed paper (盖章扫描件) */
    attachments?: { sha256: string; size: number; type: string; name: string }[]
    /** further clauses */
    text?: string
    validFrom: string
  }
  signedBy: string[]
  versions: {
    id: string
    amends: string | null
    /** first day on which cases begin under it */
    from: string
    signedBy: string[]
    /** what stands from it on */
    document: {
      v: 1
      title: string
      parties: {
        code: string
        name: string
        /** the organ that signs (甲方, 乙方 …) */
        authority: string
        /** its 统一社会信用代码 */
        authorityCode?: string
      }[]
      items: {
        /** 实施编码 of the handling city */
        taskCode: string
        taskName: string
        /** 办理地 */
        handling: string
        /** 收件地 */
        collecting: string[]
        modes: (0 | 1 | 2 | 3)[]
        /** working days, when other than the list says */
        promiseDays?: number
        contacts?: {
          name: string
          phone?: string
          /** 联络员, 窗口, 审批科室 … */
          role?: string
        }[]
        /** 材料对应 */
        materialMapping?: {
          /** material code in the list of the collecting city */
          collecting: string
          /** material code in the list of the handling city */
          handling: string
          note?: string
        }[]
        /** 材料差异, for the paper */
        difference?: string
        /** data of the applicant that may be shared for this item, by field name; absent: what its form asks for */
        sharedFields?: string[]
      }[]
      clock: {
        forwardDays?: number
        mailDays?: number
        recheckDays?: number
        resultMailDays?: number
        supplementNoticeDays?: number
        supplementClockStart?: 'arrival' | 'receipt'
        /** within which the owner may object (mode 2) */
        objectionDays?: number
      }
      /** who pays the mail of papers to the handling city */
      mailing: 'collecting' | 'handling' | 'applicant'
      /** who pays the mail of results */
      resultMailing?: 'collecting' | 'handling' | 'applicant'
      /** who keeps original papers */
      originals?: 'collecting' | 'handling' | 'applicant'
      /** who keeps the file of the case */
      archive: 'collecting' | 'handling'
      /** after close, the collecting city deletes personal data within */
      purgeDays: number
      /** working days to follow up a bad rating */
      evaluationDays?: number
      /** 协商, then which higher organ decides */
      dispute: string
      validTo: string
      renewal?: {
        /** 不续期, 自动续期 until a party gives notice, or by exchange of letters */
        kind: 'none' | 'auto' | 'letters'
        /** a party that does not want it says so before */
        noticeDays: number
      }
      /** such as the scan of the sealed paper (盖章扫描件) */
      attachments?: { sha256: string; size: number; type: string; name: string }[]
      /** further clauses */
      text?: string
      validFrom: string
    }
    /** signatures that the proposer told, by certificates that are not known here: compare the fingerprint with the city, then confirm it */
    told: { city: string; fingerprint: string; by: string }[]
    /** every party has signed, by a certificate that is trusted here */
    complete: boolean
  }[]
  pending: {
    id: string
    amends: string | null
    /** first day on which cases begin under it */
    from: string
    signedBy: string[]
    /** what stands from it on */
    document: {
      v: 1
      title: string
      parties: {
        code: string
        name: string
        /** the organ that signs (甲方, 乙方 …) */
        authority: string
        /** its 统一社会信用代码 */
        authorityCode?: string
      }[]
      items: {
        /** 实施编码 of the handling city */
        taskCode: string
        taskName: string
        /** 办理地 */
        handling: string
        /** 收件地 */
        collecting: string[]
        modes: (0 | 1 | 2 | 3)[]
        /** working days, when other than the list says */
        promiseDays?: number
        contacts?: {
          name: string
          phone?: string
          /** 联络员, 窗口, 审批科室 … */
          role?: string
        }[]
        /** 材料对应 */
        materialMapping?: {
          /** material code in the list of the collecting city */
          collecting: string
          /** material code in the list of the handling city */
          handling: string
          note?: string
        }[]
        /** 材料差异, for the paper */
        difference?: string
        /** data of the applicant that may be shared for this item, by field name; absent: what its form asks for */
        sharedFields?: string[]
      }[]
      clock: {
        forwardDays?: number
        mailDays?: number
        recheckDays?: number
        resultMailDays?: number
        supplementNoticeDays?: number
        supplementClockStart?: 'arrival' | 'receipt'
        /** within which the owner may object (mode 2) */
        objectionDays?: number
      }
      /** who pays the mail of papers to the handling city */
      mailing: 'collecting' | 'handling' | 'applicant'
      /** who pays the mail of results */
      resultMailing?: 'collecting' | 'handling' | 'applicant'
      /** who keeps original papers */
      originals?: 'collecting' | 'handling' | 'applicant'
      /** who keeps the file of the case */
      archive: 'collecting' | 'handling'
      /** after close, the collecting city deletes personal data within */
      purgeDays: number
      /** working days to follow up a bad rating */
      evaluationDays?: number
      /** 协商, then which higher organ decides */
      dispute: string
      validTo: string
      renewal?: {
        /** 不续期, 自动续期 until a party gives notice, or by exchange of letters */
        kind: 'none' | 'auto' | 'letters'
        /** a party that does not want it says so before */
        noticeDays: number
      }
      /** such as the scan of the sealed paper (盖章扫描件) */
      attachments?: { sha256: string; size: number; type: string; name: string }[]
      /** further clauses */
      text?: string
      validFrom: string
    }
    by: string
    reason: string | null
    /** why a partner's text cannot be signed here, the first ones */
    faults: {
      code: 'agreement.item' | 'agreement.party' | 'list.none'
      /** field of the text, such as `items.3.taskCode` */
      path: string
      why: string
      /** the same in Chinese */
      whyZh: string
    }[]
  } | null
  suspendedBy: string[]
  /** texts that will not stand, newest first: what one party declines is dead for all */
  failed: {
    id: string
    from: string
    how: 'declined' | 'withdrawn'
    by: string
    reason: string
    at: string
  }[]
  /** between many: parties that suspended it or leave */
  standings: { city: string; suspended: boolean; leavesOn: string | null; at: string }[]
}
export type AgreementDraft = {
  id: string
  /** grows with each saving; the `ETag` too */
  version: number
  title: string | null
  /** division codes, as far as they are written */
  parties: string[]
  /** what becomes of it: it counters or amends an agreement; null: it is proposed */
  step: {
    act: 'counter'
    /** the agreement */
    thread: string
    /** the version of the agreement that its writer read; another one is refused */
    version: string
    /** why, for the partner; an amendment has one */
    reason?: string
  } | {
    act: 'amend'
    /** the agreement */
    thread: string
    /** the version of the agreement that its writer read; another one is refused */
    version: string
    /** why, for the partner; an amendment has one */
    reason?: string
    /** name of the amendment */
    title?: string
    /** first day on which cases begin under it */
    effectiveFrom?: string
  } | null
  createdBy: string
  createdAt: string
  updatedBy: string
  /** of the account; null of one that is gone */
  updatedByName: string | null
  updatedAt: string
}
export type AgreementOutcome = {
  /** one for each other party */
  agreements: Agreement[]
  /** with four eyes: waits for the signature of another administrator */
  prepared: {
    no: number
    kind: 'propose' | 'counter' | 'amend' | 'sign' | 'confirm' | 'suspend' | 'terminate'
    thread: string | null
    /** what it would sign */
    input?: unknown
    preparedBy: string
    preparedAt: string
  } | null
}
export type AmendAgreementRequest = {
  title: string
  reason: string
  /** items as they are from then on */
  put?: {
    /** 实施编码 of the handling city */
    taskCode: string
    taskName: string
    /** 办理地 */
    handling: string
    /** 收件地 */
    collecting: string[]
    modes: (0 | 1 | 2 | 3)[]
    /** working days, when other than the list says */
    promiseDays?: number | undefined
    contacts?: {
      name: string
      phone?: string | undefined
      /** 联络员, 窗口, 审批科室 … */
      role?: string | undefined
    }[] | undefined
    /** 材料对应 */
    materialMapping?: {
      /** material code in the list of the collecting city */
      collecting: string
      /** material code in the list of the handling city */
      handling: string
      note?: string | undefined
    }[] | undefined
    /** 材料差异, for the paper */
    difference?: string | undefined
    /** data of the applicant that may be shared for this item, by field name; absent: what its form asks for */
    sharedFields?: string[] | undefined
  }[] | undefined
  remove?: { handling: string; taskCode: string }[] | undefined
  terms?: {
    clock?: {
      forwardDays?: number | undefined
      mailDays?: number | undefined
      recheckDays?: number | undefined
      resultMailDays?: number | undefined
      supplementNoticeDays?: number | undefined
      supplementClockStart?: 'arrival' | 'receipt' | undefined
      /** within which the owner may object (mode 2) */
      objectionDays?: number | undefined
    } | undefined
    /** who pays the mail of papers to the handling city */
    mailing?: 'collecting' | 'handling' | 'applicant' | undefined
    resultMailing?: 'collecting' | 'handling' | 'applicant' | undefined
    originals?: 'collecting' | 'handling' | 'applicant' | undefined
    /** who keeps the file of the case */
    archive?: 'collecting' | 'handling' | undefined
    /** after close, the collecting city deletes personal data within */
    purgeDays?: number | undefined
    evaluationDays?: number | undefined
    /** 协商, then which higher organ decides */
    dispute?: string | undefined
    validTo?: string | undefined
    renewal?: {
      /** 不续期, 自动续期 until a party gives notice, or by exchange of letters */
      kind: 'none' | 'auto' | 'letters'
      /** a party that does not want it says so before */
      noticeDays: number
    } | undefined
    attachments?: { sha256: string; size: number; type: string; name: string }[] | undefined
    /** further clauses */
    text?: string | undefined
  } | undefined
  /** first day on which cases begin under the new version */
  effectiveFrom: string
}
export type AnswerAdapterLeaseAnswer = { taken: true }
export type AnswerAdapterLeaseRequest = {
  /** `fence` of the work; that of an earlier lease is refused */
  fence: number
  result: LeaseResult
}
export type AnswerAppealRequest = {
  /** the window that took the case, or the department that decided it */
  target: 'window' | 'department'
  text: string
  measure?: string | undefined
  /** left out only for a partner of before, which refuses an answer with one */
  verdict?: 'upheld' | 'rejected' | undefined
}
export type AnswerCaseRequest = {
  /** packet id of the reminder, supervision, appeal or objection that it answers */
  to: string
  text: string
  measure?: string | undefined
  /** of an appeal alone: upheld, the rating does not count; rejected, it stands */
  verdict?: 'upheld' | 'rejected' | undefined
}
export type AnswerEvaluationCaseRequest = {
  /** department when absent */
  target?: 'window' | 'department' | undefined
  text: string
  measure?: string | undefined
}
export type AppealEvaluationCaseRequest = {
  target: 'window' | 'department'
  /** 申诉复核: why the rating was a mistake or in bad faith */
  reason: string
}
export type ArrivedCaseRequest = {
  /** case number of the handling city's approval system */
  localCaseNo: string
  acceptedBy?: string | undefined
}
export type AskCountersignsRequest = {
  /** `all`: everybody must agree; `any`: one is enough */
  rule?: 'all' | 'any' | undefined
  departments?: string[] | undefined
  people?: string[] | undefined
  question?: string | undefined
}
export type AssignCaseRequest = {
  /** id of the account; `me` for oneself; null: nobody */
  to: string | null
  /** who is expected to have it, as of `to`: with null it is claimed while nobody has it */
  from?: string | null | undefined
}
export type AssignCasesAnswer = { items: { thread: string; problem: string | null }[] }
export type AssignCasesRequest = {
  threads: string[]
  /** id of the account; `me` for oneself; null: nobody */
  to: string | null
  /** who is expected to have it, as of `to`: with null it is claimed while nobody has it */
  from?: string | null | undefined
}
export type AuditRow = {
  no: number
  at: string
  actor: string
  /** of the account that acted; null of a city, an adapter or the node */
  name: string | null
  action: string
  subject: string
  detail: Record<string, string | number | boolean | null>
  /** what `detail` tells of a problem, in Chinese */
  detailZh: string | null
  /** number of the case that it was done to */
  caseNo: string | null
  /** of the account that it was done to */
  subjectName: string | null
  /** SHA-256 over this row and the hash of the row before */
  hash: string
}
export type Authority = {
  /** SHA-256 of the certificate: compare it with the operator of the authority */
  fingerprint: string
  name: string
  acceptedAt: string
  certificateValidTo: string
  /** partners that were paired by their chain to it */
  partners: string[]
}
export type Backup = {
  folder: string
  at: string
  /** file of the keys of its cases; null: it holds them itself */
  keys: string | null
  /** when it was read again last; null: never */
  verifiedAt: string | null
  /** what was wrong then */
  problem: {
    code: string
    /** which field or thing, in English */
    detail?: string
    /** the same in Chinese; null without a detail */
    detailZh: string | null
  } | null
}
export type BackupJob = {
  work: 'backup' | 'verification'
  folder: string
  since: string
  /** shelves of materials that were seen to */
  done: number
  /** how many there are; 0: not counted yet */
  all: number
}
export type BeginExportRequest = {
  format: 'csv' | 'xlsx'
  queue?: 'mine' | 'window' | 'ours' | 'waiting' | 'paused' | 'due-today' | 'overdue' | 'unread' | 'to-print' | 'to-hand-out' | 'withdrawals' | 'parked' | 'parcels' | 'originals' | 'bad-ratings' | 'done' | undefined
  /** whose `window` queue; without it those at which one works */
  window?: string | undefined
  /** what this city is in the case */
  role?: 'collecting' | 'handling' | undefined
  partner?: string | undefined
  /** code */
  item?: string | undefined
  /** code of the department that handles it here: organ of the item */
  department?: string | undefined
  state?: 'submitted' | 'arrived' | 'prechecked' | 'supplementing' | 'accepted' | 'paused' | 'decided' | 'sending' | 'closed' | 'refused' | undefined
  /** of `due`: what is due first, by either city */
  level?: 'green' | 'yellow' | 'red' | 'overdue' | undefined
  /** of `ownDue`: what this city itself must do first */
  ownLevel?: 'green' | 'yellow' | 'red' | 'overdue' | undefined
  /** account; `me`, or `nobody` */
  assignee?: string | undefined
  /** as of listCases */
  search?: {
    /** case number or its beginning, ID number, whole phone number or name of the applicant, phone of who acts for them, words of the item's name */
    q?: string | undefined
    partner?: string | undefined
    item?: string | undefined
    mode?: number | null | undefined
    state?: 'submitted' | 'arrived' | 'prechecked' | 'supplementing' | 'accepted' | 'paused' | 'decided' | 'sending' | 'closed' | 'refused' | undefined
    role?: 'collecting' | 'handling' | undefined
    window?: string | undefined
    /** code of the department that handles it here: organ of the item */
    department?: string | undefined
    assignee?: string | undefined
    /** submitted on this day or later */
    from?: string | undefined
    to?: string | undefined
  } | undefined
}
export type BeginOwnSecondFactorAnswer = {
  /** Shown this once, in Base32 */
  secret: string
  /** The same for a QR code, `otpauth://` */
  uri: string
}
export type BeginOwnSecondFactorRequest = {
  password: string
  /** of the second factor before */
  code?: string | undefined
}
export type CancelInviteAnswer = { cancelled: true }
export type CancelInviteRequest = Record<string, never>
export type CancelParcelAnswer = {
  id: string
  parcel: 'originals' | 'result'
  /** wanted: the carrier has not taken the order yet; failed: a person must look */
  state: 'wanted' | 'open' | 'cancelling' | 'done' | 'failed'
  carrier: string
  /** waybill (运单号) */
  number: string | null
  payer: 'collecting' | 'handling' | 'applicant'
  /** each is a signed `case.mail`, too */
  way: {
    state: 'collected' | 'in-transit' | 'delivered' | 'returned' | 'lost' | 'cancelled'
    at: string
    place?: string
  }[]
  problem: string | null
  /** the same in Chinese */
  problemZh: string | null
  /** why somebody must see to it */
  trouble: 'lost' | 'returned' | 'refused' | 'unanswered' | 'silent' | 'contradicts' | null
  createdAt: string
}
export type Case = {
  thread: string
  /** 办件编号 of the collecting city */
  caseNo: string
  /** case number of the handling city's approval system */
  localCaseNo: string | null
  /** what this city is in the case: 收件地 or 办理地 */
  role: 'collecting' | 'handling'
  partner: string
  item: { code: string; name: string }
  mode: 0 | 1 | 2 | 3
  state: 'submitted' | 'arrived' | 'prechecked' | 'supplementing' | 'accepted' | 'paused' | 'decided' | 'sending' | 'closed' | 'refused'
  /** window that took it */
  window: string | null
  /** account that works on it here */
  assignee: string | null
  /** its name, also of one that ended since */
  assigneeName: string | null
  /** code of the department to which it was passed on here (转办); null: that of its item has it */
  passedTo: string | null
  /** messages of the other city that nobody here has read */
  unread: number
  /** papers that nobody has printed (待打印), at the window that took it */
  toPrint: ('receipt' | 'supplement-notice' | 'acceptance' | 'refusal' | 'decision' | 'supplement-receipt' | 'commitment' | 'hand-in-receipt' | 'special-procedure' | 'extension' | 'payment-notice' | 'withdrawal' | 'termination' | 'delivery' | 'originals-list' | 'mailing-label')[]
  /** a result was sent to the window and nobody has received it (待发放) */
  toHandOut: boolean
  /** another one with each step of either city, and when it is given to another account; for `If-Match` */
  version: string
  stateName: string
  outcome: 'granted' | 'denied' | 'forwarded' | 'withdrawn' | 'returned' | 'void' | 'lapsed' | null
  /** masked name */
  applicant: string
  /** why the case waits for a person */
  parked: {
    code: string
    /** which field or thing, in English */
    detail?: string
    /** the same in Chinese; null without a detail */
    detailZh: string | null
    kind?: string
  } | null
  /** the city that must act next (当前持有方); null at the end */
  holder: string | null
  /** what is due first, by either city */
  due: {
    duty: 'forward' | 'mail' | 'recheck' | 'notice' | 'supplement' | 'commitment' | 'lapse' | 'payment' | 'review' | 'promise' | 'legal' | 'deliver' | 'result-mail' | 'objection' | 'objection-answer' | 'follow-up' | 'answer'
    dutyName: string
    /** the city that must do it */
    city: string
    day: string
    /** past the holiday tables (暂定) */
    provisional: boolean
    level: 'green' | 'yellow' | 'red' | 'overdue'
    /** working days left; negative when overdue */
    left: number
  } | null
  /** what this city itself must do first */
  ownDue: {
    duty: 'forward' | 'mail' | 'recheck' | 'notice' | 'supplement' | 'commitment' | 'lapse' | 'payment' | 'review' | 'promise' | 'legal' | 'deliver' | 'result-mail' | 'objection' | 'objection-answer' | 'follow-up' | 'answer'
    dutyName: string
    /** the city that must do it */
    city: string
    day: string
    /** past the holiday tables (暂定) */
    provisional: boolean
    level: 'green' | 'yellow' | 'red' | 'overdue'
    /** working days left; negative when overdue */
    left: number
  } | null
  submittedAt: string
  updatedAt: string
}
export type CaseDetail = {
  thread: string
  /** 办件编号 of the collecting city */
  caseNo: string
  /** case number of the handling city's approval system */
  localCaseNo: string | null
  /** what this city is in the case: 收件地 or 办理地 */
  role: 'collecting' | 'handling'
  partner: string
  item: { code: string; name: string }
  mode: 0 | 1 | 2 | 3
  state: 'submitted' | 'arrived' | 'prechecked' | 'supplementing' | 'accepted' | 'paused' | 'decided' | 'sending' | 'closed' | 'refused'
  /** window that took it */
  window: string | null
  /** account that works on it here */
  assignee: string | null
  /** its name, also of one that ended since */
  assigneeName: string | null
  /** code of the department to which it was passed on here (转办); null: that of its item has it */
  passedTo: string | null
  /** messages of the other city that nobody here has read */
  unread: number
  /** papers that nobody has printed (待打印), at the window that took it */
  toPrint: ('receipt' | 'supplement-notice' | 'acceptance' | 'refusal' | 'decision' | 'supplement-receipt' | 'commitment' | 'hand-in-receipt' | 'special-procedure' | 'extension' | 'payment-notice' | 'withdrawal' | 'termination' | 'delivery' | 'originals-list' | 'mailing-label')[]
  /** a result was sent to the window and nobody has received it (待发放) */
  toHandOut: boolean
  /** another one with each step of either city, and when it is given to another account; for `If-Match` */
  version: string
  stateName: string
  outcome: 'granted' | 'denied' | 'forwarded' | 'withdrawn' | 'returned' | 'void' | 'lapsed' | null
  /** masked name */
  applicant: string
  /** why the case waits for a person */
  parked: {
    code: string
    /** which field or thing, in English */
    detail?: string
    /** the same in Chinese; null without a detail */
    detailZh: string | null
    kind?: string
  } | null
  /** the city that must act next (当前持有方); null at the end */
  holder: string | null
  /** what is due first, by either city */
  due: {
    duty: 'forward' | 'mail' | 'recheck' | 'notice' | 'supplement' | 'commitment' | 'lapse' | 'payment' | 'review' | 'promise' | 'legal' | 'deliver' | 'result-mail' | 'objection' | 'objection-answer' | 'follow-up' | 'answer'
    dutyName: string
    /** the city that must do it */
    city: string
    day: string
    /** past the holiday tables (暂定) */
    provisional: boolean
    level: 'green' | 'yellow' | 'red' | 'overdue'
    /** working days left; negative when overdue */
    left: number
  } | null
  /** what this city itself must do first */
  ownDue: {
    duty: 'forward' | 'mail' | 'recheck' | 'notice' | 'supplement' | 'commitment' | 'lapse' | 'payment' | 'review' | 'promise' | 'legal' | 'deliver' | 'result-mail' | 'objection' | 'objection-answer' | 'follow-up' | 'answer'
    dutyName: string
    /** the city that must do it */
    city: string
    day: string
    /** past the holiday tables (暂定) */
    provisional: boolean
    level: 'green' | 'yellow' | 'red' | 'overdue'
    /** working days left; negative when overdue */
    left: number
  } | null
  submittedAt: string
  updatedAt: string
  /** every duty of the case by law and agreement; the same at both cities */
  deadlines: {
    duty: 'forward' | 'mail' | 'recheck' | 'notice' | 'supplement' | 'commitment' | 'lapse' | 'payment' | 'review' | 'promise' | 'legal' | 'deliver' | 'result-mail' | 'objection' | 'objection-answer' | 'follow-up' | 'answer'
    dutyName: string
    city: string
    /** the day on which the limit began, not counted */
    from: string
    /** null while a special procedure, or the wait for originals, stops the clock */
    due: string | null
    provisional: boolean
    done: string | null
    level: 'green' | 'yellow' | 'red' | 'overdue' | 'stopped' | 'met' | 'missed'
    left: number | null
  }[]
  /** accepted by law, since nobody told what was lacking in time (行政许可法 32) */
  deemedAccepted: string | null
  /** reminders, supervisions, objections and appeals of the other city that wait for an answer */
  questions: {
    packet: string
    kind: 'case.submit' | 'case.supplement' | 'case.commit' | 'case.hand-in' | 'case.ship' | 'case.withdraw' | 'case.remind' | 'case.result-received' | 'case.evaluate' | 'case.message' | 'case.arrived' | 'case.precheck' | 'case.request-supplement' | 'case.accept' | 'case.refuse' | 'case.request-payment' | 'case.progress' | 'case.pause' | 'case.resume' | 'case.extend' | 'case.decide' | 'case.send-result' | 'case.close' | 'case.answer-evaluation' | 'case.appeal-evaluation' | 'case.supervise' | 'case.answer' | 'case.record-payment' | 'case.verify-remote' | 'case.mail' | 'case.originals' | 'case.purge' | 'case.object' | 'case.correct' | 'case.revoke'
    at: string
    answerBy: string | null
  }[]
  /** the cases of a joint one (多地联办, 一件事) that this node holds, the leading first */
  linked: {
    thread: string
    partner: string
    item: { code: string; name: string }
    lead: boolean
    state: 'submitted' | 'arrived' | 'prechecked' | 'supplementing' | 'accepted' | 'paused' | 'decided' | 'sending' | 'closed' | 'refused'
    stateName: string
    outcome: 'granted' | 'denied' | 'forwarded' | 'withdrawn' | 'returned' | 'void' | 'lapsed' | null
  }[]
  agreement: string | null
  promisedBy: string | null
  supplementDeadline: string | null
  /** what the notice (一次性告知补正) named, and the supplement must hold; both empty when it asks in words alone. The reasons stand in its body */
  lacking: {
    /** codes */
    materials: string[]
    /** fields */
    form: string[]
  } | null
  /** what the applicant committed to hand in later (容缺后补); null without a commitment */
  committed: {
    /** codes that are still missing; null when that was purged */
    missing: string[] | null
    until: string | null
    /** when all was there */
    kept: string | null
  } | null
  /** the applicant asked to withdraw it (申请撤回); it ends when it is closed so */
  withdrawRequested: boolean
  /** fees (缴费) in the order in which they were asked for */
  payments: {
    /** the step that asks for it; `case.record-payment` names it */
    packet: string
    /** 缴款单号; null, as the amount, when that was purged */
    number: string | null
    /** 缴款金额, yuan */
    amount: string | null
    payBy: string | null
    /** 已缴, 减免, 撤销; null while it is open, or when that was purged */
    result: 'paid' | 'waived' | 'cancelled' | null
    /** when it was noted; null while it is open */
    settledAt: string | null
  }[]
  instants: {
    received: string | null
    submitted: string | null
    arrived: string | null
    accepted: string | null
    decided: string | null
    ended: string | null
  }
  /** steps that this city may take now */
  steps: ('case.submit' | 'case.supplement' | 'case.commit' | 'case.hand-in' | 'case.ship' | 'case.withdraw' | 'case.remind' | 'case.result-received' | 'case.evaluate' | 'case.message' | 'case.arrived' | 'case.precheck' | 'case.request-supplement' | 'case.accept' | 'case.refuse' | 'case.request-payment' | 'case.progress' | 'case.pause' | 'case.resume' | 'case.extend' | 'case.decide' | 'case.send-result' | 'case.close' | 'case.answer-evaluation' | 'case.appeal-evaluation' | 'case.supervise' | 'case.answer' | 'case.record-payment' | 'case.verify-remote' | 'case.mail' | 'case.originals' | 'case.purge' | 'case.object' | 'case.correct' | 'case.revoke')[]
  /** what the approval system has not taken, what people must type into it, what it answered and is not signed, and materials that could not be fetched */
  waiting: {
    /** `entry`: somebody must type it in; see its entry sheet */
    what: 'dispatch' | 'entry' | 'answer' | 'material'
    problem: {
      code: string
      /** which field or thing, in English */
      detail?: string
      /** the same in Chinese; null without a detail */
      detailZh: string | null
    }
    /** a person must retry it; else the node does */
    parked: boolean
    at: string
  }[]
  /** approval system of this city to which it was routed, by its name; null: the city has one, or none took it */
  adapter: string | null
  /** originals (原件) that this city must see to: neither given back nor kept in the file */
  originals: {
    ours: number
    /** those of them that lie here, or are on the way here */
    here: number
    since: string
  } | null
  /** own steps that the other city refused, in their order: what they said stands among the bodies */
  refused: {
    packet: string
    kind: 'case.submit' | 'case.supplement' | 'case.commit' | 'case.hand-in' | 'case.ship' | 'case.withdraw' | 'case.remind' | 'case.result-received' | 'case.evaluate' | 'case.message' | 'case.arrived' | 'case.precheck' | 'case.request-supplement' | 'case.accept' | 'case.refuse' | 'case.request-payment' | 'case.progress' | 'case.pause' | 'case.resume' | 'case.extend' | 'case.decide' | 'case.send-result' | 'case.close' | 'case.answer-evaluation' | 'case.appeal-evaluation' | 'case.supervise' | 'case.answer' | 'case.record-payment' | 'case.verify-remote' | 'case.mail' | 'case.originals' | 'case.purge' | 'case.object' | 'case.correct' | 'case.revoke'
    at: string
    problem: {
      code: string
      /** which field or thing, in English */
      detail?: string
      /** the same in Chinese; null without a detail */
      detailZh: string | null
    }
  }[]
  /** accounts and departments that are asked to countersign it (会签) and have not answered */
  asked: { people: string[]; departments: string[] }
  timeline: {
    packet: string
    city: string
    kind: 'case.submit' | 'case.supplement' | 'case.commit' | 'case.hand-in' | 'case.ship' | 'case.withdraw' | 'case.remind' | 'case.result-received' | 'case.evaluate' | 'case.message' | 'case.arrived' | 'case.precheck' | 'case.request-supplement' | 'case.accept' | 'case.refuse' | 'case.request-payment' | 'case.progress' | 'case.pause' | 'case.resume' | 'case.extend' | 'case.decide' | 'case.send-result' | 'case.close' | 'case.answer-evaluation' | 'case.appeal-evaluation' | 'case.supervise' | 'case.answer' | 'case.record-payment' | 'case.verify-remote' | 'case.mail' | 'case.originals' | 'case.purge' | 'case.object' | 'case.correct' | 'case.revoke'
    at: string
    /** when the officer acted, as the approval system here says; deadlines count `at` */
    actedAt: string | null
    status: 'pending' | 'stored'
    /** time of the receipt of the other city */
    receiptedAt: string | null
    /** both lie more than a day apart: days are counted by the receipt */
    differs: boolean
    late: boolean
    /** packet id of the step that it corrects (更正) */
    corrects: string | null
    /** packet ids of the corrections of this step, in their order */
    correctedBy: string[]
  }[]
}
export type CertificateState = {
  city: string
  name: string
  authority: string | null
  issuer: string
  selfIssued: boolean
  fingerprint: string
  /** hex */
  serial: string
  validFrom: string
  validTo: string
  daysLeft: number
  /** with those of its issuers, the own one first */
  pem: string
  /** by a directory of a federation that this node follows */
  revoked: { at: string; reason: string } | null
  /** of the packet key */
  delegation: {
    until: string
    /** why it could not be renewed */
    problem: {
      code: string
      /** which field or thing, in English */
      detail?: string
      /** the same in Chinese; null without a detail */
      detailZh: string | null
    } | null
  }
  /** whether the key opened when it was tried last */
  cityKey: 'ok' | 'failed' | 'unproven'
  /** a new city key waits for the certificate that was asked for it */
  waiting: boolean
}
export type ChangeOwnPasswordAnswer = { done: true }
export type ChangeOwnPasswordRequest = {
  current: string
  /** the new one */
  password: string
  /** the six digits that the authenticator shows now */
  code?: string | undefined
}
export type ChangePhraseRequest = {
  title: string
  /** may hold {办件编号}, {办理地编号}, {事项}, {收件城市}, {办理城市}, {今天}, and blanks such as {?补正日期} */
  text: string
  /** for this step alone; absent: for any */
  step?: 'case.supplement' | 'case.commit' | 'case.hand-in' | 'case.ship' | 'case.withdraw' | 'case.remind' | 'case.result-received' | 'case.evaluate' | 'case.message' | 'case.arrived' | 'case.precheck' | 'case.request-supplement' | 'case.accept' | 'case.refuse' | 'case.request-payment' | 'case.progress' | 'case.pause' | 'case.resume' | 'case.extend' | 'case.decide' | 'case.send-result' | 'case.close' | 'case.answer-evaluation' | 'case.appeal-evaluation' | 'case.supervise' | 'case.answer' | 'case.record-payment' | 'case.verify-remote' | 'case.mail' | 'case.originals' | 'case.object' | 'case.correct' | 'case.revoke' | undefined
  /** offered in cases of this item alone; absent: of any */
  item?: string | undefined
  /** shared with all of this department, one of your own; absent: own */
  department?: string | undefined
}
export type ChangeServicesRequest = {
  put?: {
    /** 实施编码: 31 characters by GB/T 39554, older ones as they are */
    taskCode: string
    /** 地方实施编码 */
    localTaskCode?: string | undefined
    /** 基本编码: 12 characters by GB/T 39554 */
    catalogCode?: string | undefined
    /** 地方基本编码 */
    localCatalogCode?: string | undefined
    /** 业务办理项编码 */
    taskHandleItem?: string | undefined
    /** 事项名称 */
    taskName: string
    /** 事项版本, grows with each published change */
    taskVersion: number
    /** 事项状态: 1 在用, 2 暂停, 3 取消 */
    taskState: '1' | '2' | '3'
    /** 事项类型 (A.1): 01 行政许可, 05 行政给付, 07 行政确认, 10 其他, 20 公共服务 */
    taskType: string
    /** 行使层级 (A.2): 1 国家, 2 省, 3 市, 4 县, 5 镇街, 6 村社区, 7 分级管理 */
    useLevel: '1' | '2' | '3' | '4' | '5' | '6' | '7'
    /** 权力来源 */
    powerSource?: string | undefined
    /** 实施主体 */
    deptName: string
    /** 实施主体的统一社会信用代码 */
    deptCode?: string | undefined
    /** 实施主体性质 (A.3): 1 法定机关, 2 授权组织, 3 受委托组织, 9 其他 */
    deptType?: '1' | '2' | '3' | '9' | undefined
    /** 委托部门 */
    entrustName?: string | undefined
    /** 服务对象 (A.4): 1 自然人, 2 企业法人, 3 事业法人, 4 社会组织法人, 5 行政机关, 6 其他组织 */
    serverType: ('1' | '2' | '3' | '4' | '5' | '6')[]
    /** 办件类型 (A.6): 1 即办件, 2 承诺件, 9 其他 */
    projectType: '1' | '2' | '9'
    /** 办理模式: 0 全程网办, 1 异地委托·本地代收, 2 异地授权·本地办理, 3 多地联办 */
    modes: (0 | 1 | 2 | 3)[]
    /** 法定办结时限, working days */
    anticipateDay: number
    /** 时限单位: 1 工作日, the only one */
    anticipateType?: '1' | undefined
    /** 法定办结时限说明 */
    anticipateExplain?: string | undefined
    /** 承诺办结时限, working days */
    promiseDay: number
    /** 时限单位: 1 工作日, the only one */
    promiseType?: '1' | undefined
    /** 承诺办结时限说明 */
    promiseExplain?: string | undefined
    /** 受理条件 */
    acceptCondition?: string | undefined
    /** 办理流程 */
    handleFlow?: string | undefined
    /** 办理环节 */
    handleLinks?: {
      /** 环节名称 */
      linkName: string
      /** 环节时限, working days */
      handleDay?: number | undefined
      /** 办理内容 */
      explain?: string | undefined
      /** 是否特别程序 */
      isSpecial?: boolean | undefined
    }[] | undefined
    /** 办理形式 (A.5): 1 窗口, 2 电脑端, 3 移动端, 4 快递申请, 9 其他 */
    handleType?: ('1' | '2' | '3' | '4' | '9')[] | undefined
    /** 到现场次数 */
    limitSceneNum: number
    /** 必须现场办理原因 */
    limitSceneExplain?: string | undefined
    /** 特别程序, as one text */
    specialProcedure?: string | undefined
    /** 特别程序, one by one */
    specialProcedures?: {
      /** 特别程序种类 (A.7): 1 延长审批, 2 除延长审批外 */
      specialType: '1' | '2'
      /** 特别程序名称, such as 听证, 现场核查 */
      specialName: string
      /** 特别程序时限, working days */
      specialDay?: number | undefined
      /** 说明 */
      explain?: string | undefined
    }[] | undefined
    /** 设定依据, as one text */
    byLaw?: string | undefined
    /** 设定依据, one by one */
    legalBases?: {
      /** 法律法规名称 */
      lawName: string
      /** 文号 */
      lawNumber?: string | undefined
      /** 条款号 */
      article?: string | undefined
      /** 条款内容 */
      content?: string | undefined
    }[] | undefined
    /** 是否收费 */
    isFee: boolean
    /** 收费依据 */
    feeBasis?: string | undefined
    /** 办理地点 */
    transactAddr?: string | undefined
    /** 办理时间 */
    transactTime?: string | undefined
    /** 咨询电话, with area code */
    linkWay?: string | undefined
    /** 投诉电话, with area code */
    superviseWay?: string | undefined
    /** 计划生效日期 */
    planEffectiveDate?: string | undefined
    /** 计划取消日期 */
    planCancelDate?: string | undefined
    /** row_guid of the upload tables */
    rowGuid?: string | undefined
    /** 是否进驻政务大厅 */
    isEntryCenter?: boolean | undefined
    /** 通办范围: 全国, 跨省, 跨市, 跨县, or areas by name */
    handleArea?: string | undefined
    /** 是否支持通办 */
    isHandle?: boolean | undefined
    /** 联办机构 */
    otherDept?: string | undefined
    /** 中介服务 */
    serviceType?: string | undefined
    /** 是否网上办理 */
    isOnline?: boolean | undefined
    /** 网办深度: 1 咨询, 2 收件, 3 预审, 4 受理, 5 办理, 6 结果信息反馈, 7 电子证照反馈, 8 其他 */
    onlineHandleDepth?: ('1' | '2' | '3' | '4' | '5' | '6' | '7' | '8')[] | undefined
    /** 网办等级 Ⅰ–Ⅳ: 4 全程网办 */
    onlineLevel?: '1' | '2' | '3' | '4' | undefined
    /** 网上办理地址 */
    onlineHandleUrl?: string | undefined
    /** 是否支持预约 */
    isSchedule?: boolean | undefined
    /** 是否网上支付 */
    isPayOnline?: boolean | undefined
    /** 是否支持物流快递 */
    isExpress?: boolean | undefined
    /** 材料是否可邮寄 */
    isMailMaterial?: boolean | undefined
    /** 结果是否可邮寄 */
    isMailResult?: boolean | undefined
    /** 是否支持自助终端 */
    isServiceTerminals?: boolean | undefined
    /** 是否由部门业务系统办理 */
    isHandleByDeptSys?: boolean | undefined
    /** 部门业务系统名称 */
    deptSysName?: string | undefined
    /** 部门业务系统地址 */
    deptSysUrl?: string | undefined
    /** 业务系统运行网络 */
    deptSysType?: string | undefined
    /** 数量限制 */
    limitExplain?: string | undefined
    /** 审批结果类型, such as 出证办结, 审批办结 */
    resultType?: string | undefined
    /** 审批结果名称 */
    resultName?: string | undefined
    /** 审批结果样本, as a material */
    resultGuid?: { sha256: string; size: number; type: string } | undefined
    /** 面向自然人主题分类 */
    userTopicType?: string | undefined
    /** 面向法人主题分类 */
    corpTopicType?: string | undefined
    /** 乡镇街道名称 */
    townName?: string | undefined
    /** 乡镇街道代码 */
    townCode?: string | undefined
    /** 村社区名称 */
    villageName?: string | undefined
    /** 村社区代码 */
    villageCode?: string | undefined
    /** 审核状态 of the item in the local item system */
    auditStatus?: string | undefined
    /** 国家对口部门 */
    centralDept?: string | undefined
    /** 行政复议: organ, address, phone */
    reviewContact?: string | undefined
    /** 行政诉讼: court, address, phone */
    litigationContact?: string | undefined
    /** 申请材料 */
    materials: {
      /** 材料编码, once in an item */
      materialCode: string
      /** 材料名称 */
      materialName: string
      /** 必要性: 1 必要, 2 非必要, 3 容缺后补 */
      isNeed: '1' | '2' | '3'
      /** 必要性说明: when a material of kind 2 or 3 is asked for */
      needExplain?: string | undefined
      /** 材料类型: 1 原件, 2 复印件, 3 原件和复印件, 4 原件或复印件 */
      materialType: '1' | '2' | '3' | '4'
      /** 材料形式: 1 纸质, 2 电子, 3 纸质或电子 */
      materialFormat: '1' | '2' | '3'
      /** 来源渠道: 10 申请人自备, 20 政府部门核发, 99 其他 */
      sourceType: '10' | '20' | '99'
      /** 来源渠道说明 */
      sourceExplain?: string | undefined
      /** 出具机构: who issues the material */
      issuer?: string | undefined
      /** 出具时间要求, such as 近三个月内 */
      issueRequirement?: string | undefined
      /** 份数 */
      pageNum?: number | undefined
      /** 原件份数 */
      pageNumY?: number | undefined
      /** 复印件份数 */
      pageNumF?: number | undefined
      /** 介质要求, such as A4 */
      pageFormat?: string | undefined
      /** 受理标准 */
      acceptStand?: string | undefined
      /** 填报须知 */
      fillExplain?: string | undefined
      /** 审查要点: what the counter checks, in order */
      reviewPoints?: string[] | undefined
      /** 样表: a filled sample, as a material */
      exampleGuid?: { sha256: string; size: number; type: string } | undefined
      /** 空表: the blank form, as a material */
      formGuid?: { sha256: string; size: number; type: string } | undefined
      /** 是否结果证照: the result of another item */
      isResultCert?: boolean | undefined
      /** 证照类型代码 (GB/T 36903), for fetching it by data sharing */
      certCode?: string | undefined
      /** 设定依据 */
      byLaw?: string | undefined
      /** 排序号 */
      orderNum?: number | undefined
    }[]
    /** 收费项目 */
    fees?: {
      /** 收费项目名称 */
      feeName: string
      /** 收费标准 */
      feeStand: string
      /** 收费依据 */
      byLaw: string
      /** 是否允许减免 */
      isDesc?: boolean | undefined
      /** 减免依据或说明 */
      descExplain?: string | undefined
    }[] | undefined
    /** 常见问题 */
    faqs?: {
      /** 常见问题 */
      question: string
      /** 解答 */
      answer: string
    }[] | undefined
    /** 联系人, by role */
    contacts?: {
      /** consult 咨询, complaint 投诉监督, receive 收件对接, approve 审批对接, mail 寄递对接, technical 技术对接 */
      role: 'consult' | 'complaint' | 'receive' | 'approve' | 'mail' | 'technical'
      /** 联系人 */
      name?: string | undefined
      /** 部门 */
      department?: string | undefined
      /** 电话, with area code */
      phone?: string | undefined
      /** 电子邮箱 */
      email?: string | undefined
      /** 说明, such as office hours */
      note?: string | undefined
    }[] | undefined
    /** 办理点: who offers it where */
    offeredAt?: {
      /** code of the unit */
      unit: string
      /** also in every unit below it */
      below?: boolean | undefined
      /** codes of the windows; without it any window */
      windows?: string[] | undefined
    }[] | undefined
    /** 申请表: JSON Schema of the application form */
    form?: Record<string, unknown> | undefined
    /** 界面提示: UI hints to `form`, by the names of its properties */
    formUi?: Record<string, unknown> | undefined
    /** 告知书: what the applicant is told and accepts */
    consent?: {
      /** 版本: a case records the version that the applicant accepted */
      version: string
      /** 告知书正文 */
      text: string
    } | undefined
    /** 共享字段 (minimisation): what leaves the collecting city: properties of `form`, and `applicant.phone` and the like */
    sharedFields?: string[] | undefined
  }[] | undefined
  remove?: string[] | undefined
}
export type ChangeViewRequest = {
  name: string
  /** shared with all of this window; absent: own */
  window?: string | undefined
  filter: {
    queue: 'mine' | 'window' | 'ours' | 'waiting' | 'paused' | 'due-today' | 'overdue' | 'unread' | 'to-print' | 'to-hand-out' | 'withdrawals' | 'parked' | 'parcels' | 'originals' | 'bad-ratings' | 'done'
    /** whose `window` queue; without it those at which one works */
    window?: string | undefined
    /** what this city is in the case */
    role?: 'collecting' | 'handling' | undefined
    partner?: string | undefined
    /** code */
    item?: string | undefined
    /** code of the department that handles it here: organ of the item */
    department?: string | undefined
    state?: 'submitted' | 'arrived' | 'prechecked' | 'supplementing' | 'accepted' | 'paused' | 'decided' | 'sending' | 'closed' | 'refused' | undefined
    /** of `due`: what is due first, by either city */
    level?: 'green' | 'yellow' | 'red' | 'overdue' | undefined
    /** of `ownDue`: what this city itself must do first */
    ownLevel?: 'green' | 'yellow' | 'red' | 'overdue' | undefined
    /** account; `me`, or `nobody` */
    assignee?: string | undefined
  } | {
    /** as of listCases but for `q`; `me` as assignee is whoever reads it */
    search: {
      partner?: string | undefined
      item?: string | undefined
      mode?: number | null | undefined
      state?: 'submitted' | 'arrived' | 'prechecked' | 'supplementing' | 'accepted' | 'paused' | 'decided' | 'sending' | 'closed' | 'refused' | undefined
      role?: 'collecting' | 'handling' | undefined
      window?: string | undefined
      /** code of the department that handles it here: organ of the item */
      department?: string | undefined
      assignee?: string | undefined
      /** submitted on this day or later */
      from?: string | undefined
      to?: string | undefined
    }
  }
}
export type ChangeWebhookRequest = { active: boolean }
export type Check = {
  /** what was looked at, in both languages */
  check: string
  level: 'ok' | 'warn' | 'fail' | 'skip'
  /** how it stands, in English */
  detail: string
  /** the same in Chinese */
  detailZh: string
  /** who must act */
  act?: 'you' | 'partner' | 'operator'
  cure?: string
  /** the same in Chinese */
  cureZh?: string
}
export type CheckApprovalSystemAnswer = {
  kind: string
  /** as the configuration gives it */
  name: string
  ok: boolean
  detail?: string
  /** the same in Chinese */
  detailZh: string | null
  /** null when it is not asked */
  polling: {
    /** when it last gave its answers since the node started */
    lastGood: string | null
    /** questions in a row since then that got none */
    failures: number
  } | null
  /** calls that are under way too long */
  slow: { kind: 'deliver' | 'poll' | 'read' | 'acknowledge' | 'check'; since: string }[]
  /** the other approval systems of the configuration, each by its name */
  others: {
    kind: string
    /** as the configuration gives it */
    name: string
    ok: boolean
    detail?: string
    /** the same in Chinese */
    detailZh: string | null
    /** null when it is not asked */
    polling: {
      /** when it last gave its answers since the node started */
      lastGood: string | null
      /** questions in a row since then that got none */
      failures: number
    } | null
    /** calls that are under way too long */
    slow: {
      kind: 'deliver' | 'poll' | 'read' | 'acknowledge' | 'check'
      since: string
    }[]
  }[]
}
export type CheckCaseDraftAnswer = { findings: Finding[] }
export type CheckCaseStepAnswer = { findings: Finding[] }
/** the body of the step, whole or not */
export type CheckCaseStepRequest = Record<string, unknown>
export type ChooseDeskColumnsAnswer = {
  /** in the order in which they stand */
  columns: ('level' | 'applicant' | 'item' | 'way' | 'state' | 'due' | 'assignee' | 'unread' | 'window' | 'caseNo' | 'localCaseNo' | 'submitted' | 'updated')[]
}
export type ChooseDeskColumnsRequest = {
  /** in the order in which they stand */
  columns: ('level' | 'applicant' | 'item' | 'way' | 'state' | 'due' | 'assignee' | 'unread' | 'window' | 'caseNo' | 'localCaseNo' | 'submitted' | 'updated')[]
}
export type CloseCaseRequest = {
  outcome: 'granted' | 'denied' | 'forwarded' | 'withdrawn' | 'returned' | 'void' | 'lapsed'
  note?: string | undefined
}
export type Colleague = {
  id: string
  name: string
  roles: ('window-clerk' | 'examiner' | 'leader' | 'window-lead' | 'business-administrator' | 'system-administrator' | 'security-administrator' | 'audit-administrator' | 'integrator' | 'adapter')[]
  /** null: every one */
  departments: string[] | null
  /** null: every one */
  windows: string[] | null
}
export type ColumnMapping = {
  /** field of each heading: `promiseDay`, `materials.isNeed`, or empty for a column that is left out; a heading as the report of an import shows it, with `sheet!` before it where one sheet alone is meant */
  columns?: Record<string, string>
  /** words of a column, by its field, and what they stand for: `{ "materials.isNeed": { "要": "必要" } }` */
  values?: Record<string, Record<string, string>>
  /** what fields say that a table has no column for, or that needed cells leave blank: `{ "materials.sourceType": "申请人自备" }` */
  defaults?: Record<string, string>
  /** working days that one of a unit stands for: `{ "日": 1, "月": 22 }`; without it limits in other units than 工作日 are refused */
  workingDays?: Record<string, number>
}
export type CommitCaseRequest = {
  /** codes of the item's list, of materials that may be handed in later (容缺后补) and are not there */
  materials: string[]
  /** the last day on which the applicant hands them in */
  until: string
  /** what the applicant declares besides (承诺内容) */
  text?: string | undefined
  /** the signed commitment (承诺书), as a scan */
  documents?: string[] | undefined
}
export type CompareItemsAnswer = {
  /** the own item */
  collecting: { code: string; name: string; version: number }
  /** the partner's item */
  handling: { code: string; name: string; version: number }
  /** fields that are the same */
  same: number
  differences: { field: string; label: string; collecting?: unknown; handling?: unknown }[]
  pairs: {
    collecting: { code: string; name: string }
    handling: { code: string; name: string }
    /** same certificate type, same name, or only similar: look twice */
    by: 'certificate' | 'name' | 'similar'
    similarity: number
    differences: { field: string; label: string; collecting?: unknown; handling?: unknown }[]
  }[]
  /** only the own item asks for it */
  onlyCollecting: { code: string; name: string }[]
  /** only the partner's item asks for it */
  onlyHandling: { code: string; name: string }[]
  form: {
    onlyCollecting: string[]
    onlyHandling: string[]
    differing: { field: string; label: string; collecting?: unknown; handling?: unknown }[]
  }
}
export type ConfirmAgreementCertificateRequest = { city: string; fingerprint: string }
export type ConfirmOwnSecondFactorAnswer = { done: true }
export type ConfirmOwnSecondFactorRequest = {
  /** the six digits that the authenticator shows now */
  code: string
}
export type ConfirmPartnerRequest = {
  /** the words at the places `asked`, in that order: whole, the character alone or the English word alone; the fifth wrong try rejects the pairing */
  words?: string[] | undefined
}
export type CorrectCaseRequest = {
  /** packet id of the step of the same city that it corrects (更正) */
  packet: string
  fields?: {
    /** path of a text in the body of that step, such as `waybill.number` */
    field: string
    /** what it says now */
    value: string
  }[] | undefined
  /** what is right, in words; needed without fields */
  statement?: string | undefined
  reason: string
}
export type CountMaterialPagesAnswer = {
  /** null: it cannot be opened, or is larger than 64 MiB */
  pages: number | null
}
export type CountQueuesAnswer = {
  items: {
    queue: 'mine' | 'window' | 'ours' | 'waiting' | 'paused' | 'due-today' | 'overdue' | 'unread' | 'to-print' | 'to-hand-out' | 'withdrawals' | 'parked' | 'parcels' | 'originals' | 'bad-ratings' | 'done'
    title: string
    count: number
    /** there are more than 1000, where counting ends */
    more: boolean
  }[]
  /** where counting ends */
  cap: number
}
export type CountWorkingDaysAnswer = { day: string; provisional: boolean }
export type CounterAgreementRequest = {
  document: {
    v: 1
    title: string
    parties: {
      code: string
      name: string
      /** the organ that signs (甲方, 乙方 …) */
      authority: string
      /** its 统一社会信用代码 */
      authorityCode?: string | undefined
    }[]
    items: {
      /** 实施编码 of the handling city */
      taskCode: string
      taskName: string
      /** 办理地 */
      handling: string
      /** 收件地 */
      collecting: string[]
      modes: (0 | 1 | 2 | 3)[]
      /** working days, when other than the list says */
      promiseDays?: number | undefined
      contacts?: {
        name: string
        phone?: string | undefined
        /** 联络员, 窗口, 审批科室 … */
        role?: string | undefined
      }[] | undefined
      /** 材料对应 */
      materialMapping?: {
        /** material code in the list of the collecting city */
        collecting: string
        /** material code in the list of the handling city */
        handling: string
        note?: string | undefined
      }[] | undefined
      /** 材料差异, for the paper */
      difference?: string | undefined
      /** data of the applicant that may be shared for this item, by field name; absent: what its form asks for */
      sharedFields?: string[] | undefined
    }[]
    clock: {
      forwardDays?: number | undefined
      mailDays?: number | undefined
      recheckDays?: number | undefined
      resultMailDays?: number | undefined
      supplementNoticeDays?: number | undefined
      supplementClockStart?: 'arrival' | 'receipt' | undefined
      /** within which the owner may object (mode 2) */
      objectionDays?: number | undefined
    }
    /** who pays the mail of papers to the handling city */
    mailing: 'collecting' | 'handling' | 'applicant'
    /** who pays the mail of results */
    resultMailing?: 'collecting' | 'handling' | 'applicant' | undefined
    /** who keeps original papers */
    originals?: 'collecting' | 'handling' | 'applicant' | undefined
    /** who keeps the file of the case */
    archive: 'collecting' | 'handling'
    /** after close, the collecting city deletes personal data within */
    purgeDays: number
    /** working days to follow up a bad rating */
    evaluationDays?: number | undefined
    /** 协商, then which higher organ decides */
    dispute: string
    validTo: string
    renewal?: {
      /** 不续期, 自动续期 until a party gives notice, or by exchange of letters */
      kind: 'none' | 'auto' | 'letters'
      /** a party that does not want it says so before */
      noticeDays: number
    } | undefined
    /** such as the scan of the sealed paper (盖章扫描件) */
    attachments?: { sha256: string; size: number; type: string; name: string }[] | undefined
    /** further clauses */
    text?: string | undefined
    validFrom: string
  }
  reason?: string | undefined
}
export type CountersignCaseRequest = {
  /** for which one is asked; absent: oneself is */
  department?: string | undefined
  agrees: boolean
  /** needed when one does not agree */
  opinion?: string | undefined
}
export type CreateAgreementDraftRequest = {
  /** an agreement as far as it is written, in the form of `proposeAgreement`; of an amendment, as it is to stand */
  document: Record<string, unknown>
  /** absent: it is proposed */
  step?: {
    act: 'counter'
    /** the agreement */
    thread: string
    /** the version of the agreement that its writer read; another one is refused */
    version: string
    /** why, for the partner; an amendment has one */
    reason?: string | undefined
  } | {
    act: 'amend'
    /** the agreement */
    thread: string
    /** the version of the agreement that its writer read; another one is refused */
    version: string
    /** why, for the partner; an amendment has one */
    reason?: string | undefined
    /** name of the amendment */
    title?: string | undefined
    /** first day on which cases begin under it */
    effectiveFrom?: string | undefined
  } | undefined
}
export type CreateCaseDraftRequest = {
  /** fields of a new case, or `shared` and `items` of a joint one; whole or not */
  content: Record<string, unknown>
}
export type CreateInviteAnswer = {
  /** names the invite in the list; no secret */
  id: string
  /** the invite as text */
  invite: string
  /** the invite as a link, the secret behind the `#`; the QR code holds it */
  link: string
  expiresAt: string
}
export type CreateInviteRequest = {
  /** the city that is invited */
  for: string
  hours?: number | undefined
}
export type CreateOwnTokenRequest = {
  /** what it is for */
  label: string
  /** of those of the person; null: all */
  roles?: ('window-clerk' | 'examiner' | 'leader' | 'window-lead' | 'business-administrator' | 'system-administrator' | 'security-administrator' | 'audit-administrator' | 'integrator' | 'adapter')[] | null | undefined
  /** `operationId`s that it is for; null: all */
  operations?: string[] | null | undefined
  expiresAt: string
}
export type CreatePersonAnswer = {
  person: Person
  /** Shown this once and kept nowhere */
  token: string
}
export type CreatePersonRequest = {
  name: string
  /** given by who may give roles too; none: an account that waits for them */
  roles: ('window-clerk' | 'examiner' | 'leader' | 'window-lead' | 'business-administrator' | 'system-administrator' | 'security-administrator' | 'audit-administrator' | 'integrator' | 'adapter' | 'administrator' | 'clerk' | 'auditor')[]
  /** none when left out */
  departments?: string[] | null | undefined
  /** none when left out */
  windows?: string[] | null | undefined
  /** 工号: accounts of one staff number are of one person */
  staffNumber?: string | undefined
  phone?: string | undefined
  expiresAt?: string | null | undefined
}
export type CreateTokenRequest = {
  /** what it is for */
  label: string
  /** of those of the person; null: all */
  roles?: ('window-clerk' | 'examiner' | 'leader' | 'window-lead' | 'business-administrator' | 'system-administrator' | 'security-administrator' | 'audit-administrator' | 'integrator' | 'adapter')[] | null | undefined
  /** `operationId`s that it is for; null: all */
  operations?: string[] | null | undefined
  expiresAt: string
}
export type DecideCaseRequest = {
  outcome: 'granted' | 'denied' | 'forwarded'
  documentNo?: string | undefined
  reason?: string | undefined
  decidedOn?: string | undefined
  documents?: string[] | undefined
}
export type DeclineAgreementRequest = { reason: string }
export type DeleteCaseDraftAnswer = Record<string, never>
export type DeleteExportAnswer = Record<string, never>
export type DeletePhraseAnswer = Record<string, never>
export type DeleteViewAnswer = Record<string, never>
export type DiffAgreementAnswer = {
  /** null: the first text, which there is nothing to compare with */
  before: {
    id: string
    /** replaced: a proposal that was countered */
    kind: 'version' | 'pending' | 'replaced'
    by: string | null
    from: string
  } | null
  after: {
    id: string
    /** replaced: a proposal that was countered */
    kind: 'version' | 'pending' | 'replaced'
    by: string | null
    from: string
  }
  terms: {
    field: string
    label: { zh: string; en: string }
    before?: unknown
    after?: unknown
    /** `before` as a person reads it */
    was: { zh: string; en: string }
    /** `after` as a person reads it */
    is: { zh: string; en: string }
  }[]
  parties: {
    change: 'added' | 'removed' | 'changed'
    code: string
    name: string
    fields: {
      field: string
      label: { zh: string; en: string }
      before?: unknown
      after?: unknown
      /** `before` as a person reads it */
      was: { zh: string; en: string }
      /** `after` as a person reads it */
      is: { zh: string; en: string }
    }[]
  }[]
  items: {
    change: 'added' | 'removed' | 'changed'
    handling: string
    taskCode: string
    taskName: string
    fields: {
      field: string
      label: { zh: string; en: string }
      before?: unknown
      after?: unknown
      /** `before` as a person reads it */
      was: { zh: string; en: string }
      /** `after` as a person reads it */
      is: { zh: string; en: string }
    }[]
  }[]
  /** items */
  counts: { added: number; removed: number; changed: number; unchanged: number }
}
export type DiffAgreementDraftAnswer = {
  terms: {
    field: string
    label: { zh: string; en: string }
    before?: unknown
    after?: unknown
    /** `before` as a person reads it */
    was: { zh: string; en: string }
    /** `after` as a person reads it */
    is: { zh: string; en: string }
  }[]
  parties: {
    change: 'added' | 'removed' | 'changed'
    code: string
    name: string
    fields: {
      field: string
      label: { zh: string; en: string }
      before?: unknown
      after?: unknown
      /** `before` as a person reads it */
      was: { zh: string; en: string }
      /** `after` as a person reads it */
      is: { zh: string; en: string }
    }[]
  }[]
  items: {
    change: 'added' | 'removed' | 'changed'
    handling: string
    taskCode: string
    taskName: string
    fields: {
      field: string
      label: { zh: string; en: string }
      before?: unknown
      after?: unknown
      /** `before` as a person reads it */
      was: { zh: string; en: string }
      /** `after` as a person reads it */
      is: { zh: string; en: string }
    }[]
  }[]
  /** items */
  counts: { added: number; removed: number; changed: number; unchanged: number }
}
export type DiscardActAnswer = { discarded: true }
export type DiscardAgreementDraftAnswer = { discarded: true }
export type DiscardDraftAnswer = { discarded: number }
export type DiscardDraftsAnswer = { discarded: number }
export type DiscardOrganisationAnswer = { discarded: number }
export type DismissParkedAnswer = { dismissed: true }
export type DismissParkedRequest = {
  localCaseNo: string
  /** name of the approval system, where the city has several (`GET /approval-system`) */
  adapter?: string | undefined
}
export type DistrustOperatorAnswer = {
  /** thumbprint of its key */
  operator: string
  trustedAt: string
  directory: {
    name: string
    version: number
    sha256: string
    /** `overdue` (逾期): the next version did not come, entries still count; `lapsed` (失效): they vouch for nobody */
    standing: 'current' | 'overdue' | 'lapsed'
    issuedAt: string
    nextUpdate: string
    graceUntil: string
    cities: number
    revocations: number
    /** who brought it: `person:…` or `city:…` */
    source: string
    receivedAt: string
    /** another document was signed under the same version: ask the operator */
    fork: string | null
    /** the key that took over: it is trusted in place of this one */
    successor: string | null
  } | null
  /** revocations that count until they are released one by one; `partner`: whose certificate it is */
  kept: {
    certificate: string
    revokedAt: string
    reason: string
    partner: string | null
  }[]
}
export type Draft = {
  id: string
  /** grows with each saving; saving and sending name it, here or in `If-Match` */
  version: number
  /** account; `node` when a partner refused what was sent */
  owner: string
  window: string | null
  partner: string | null
  item: string | null
  /** masked name */
  applicant: string
  /** why the partner refused it */
  problem: {
    code: string
    /** which field or thing, in English */
    detail?: string
    /** the same in Chinese; null without a detail */
    detailZh: string | null
  } | null
  /** under which it was refused */
  thread: string | null
  createdAt: string
  updatedAt: string
  updatedBy: string
}
export type DraftAgreementAnswer = {
  document: {
    v: 1
    title: string
    parties: {
      code: string
      name: string
      /** the organ that signs (甲方, 乙方 …) */
      authority: string
      /** its 统一社会信用代码 */
      authorityCode?: string
    }[]
    items: {
      /** 实施编码 of the handling city */
      taskCode: string
      taskName: string
      /** 办理地 */
      handling: string
      /** 收件地 */
      collecting: string[]
      modes: (0 | 1 | 2 | 3)[]
      /** working days, when other than the list says */
      promiseDays?: number
      contacts?: {
        name: string
        phone?: string
        /** 联络员, 窗口, 审批科室 … */
        role?: string
      }[]
      /** 材料对应 */
      materialMapping?: {
        /** material code in the list of the collecting city */
        collecting: string
        /** material code in the list of the handling city */
        handling: string
        note?: string
      }[]
      /** 材料差异, for the paper */
      difference?: string
      /** data of the applicant that may be shared for this item, by field name; absent: what its form asks for */
      sharedFields?: string[]
    }[]
    clock: {
      forwardDays?: number
      mailDays?: number
      recheckDays?: number
      resultMailDays?: number
      supplementNoticeDays?: number
      supplementClockStart?: 'arrival' | 'receipt'
      /** within which the owner may object (mode 2) */
      objectionDays?: number
    }
    /** who pays the mail of papers to the handling city */
    mailing: 'collecting' | 'handling' | 'applicant'
    /** who pays the mail of results */
    resultMailing?: 'collecting' | 'handling' | 'applicant'
    /** who keeps original papers */
    originals?: 'collecting' | 'handling' | 'applicant'
    /** who keeps the file of the case */
    archive: 'collecting' | 'handling'
    /** after close, the collecting city deletes personal data within */
    purgeDays: number
    /** working days to follow up a bad rating */
    evaluationDays?: number
    /** 协商, then which higher organ decides */
    dispute: string
    validTo: string
    renewal?: {
      /** 不续期, 自动续期 until a party gives notice, or by exchange of letters */
      kind: 'none' | 'auto' | 'letters'
      /** a party that does not want it says so before */
      noticeDays: number
    }
    /** such as the scan of the sealed paper (盖章扫描件) */
    attachments?: { sha256: string; size: number; type: string; name: string }[]
    /** further clauses */
    text?: string
    validFrom: string
  }
  /** items that did not fit, the first 200 */
  leftOut: {
    handling: string
    taskCode: string
    taskName: string
    /** mode: none of the template; state: not in use */
    why: 'mode' | 'state'
  }[]
  leftOutCount: number
  lists: { city: string; version: number }[]
}
export type DraftAgreementRequest = {
  template: string
  /** the other parties */
  partners: string[]
  /** absent: all items of every party whose list is here */
  items?: {
    handling: string
    /** absent: all of its list */
    codes?: string[] | undefined
    /** of them, those of one 实施主体, by its whole name */
    department?: string | undefined
  }[] | undefined
  /** absent: those of the template */
  modes?: (0 | 1 | 2 | 3)[] | undefined
  title?: string | undefined
  /** absent: tomorrow */
  validFrom?: string | undefined
  /** absent: as long as the template says */
  validTo?: string | undefined
}
export type DraftRenewalAnswer = {
  as: 'amendment' | 'proposal'
  /** for `proposeAgreement` */
  document: {
    v: 1
    title: string
    parties: {
      code: string
      name: string
      /** the organ that signs (甲方, 乙方 …) */
      authority: string
      /** its 统一社会信用代码 */
      authorityCode?: string
    }[]
    items: {
      /** 实施编码 of the handling city */
      taskCode: string
      taskName: string
      /** 办理地 */
      handling: string
      /** 收件地 */
      collecting: string[]
      modes: (0 | 1 | 2 | 3)[]
      /** working days, when other than the list says */
      promiseDays?: number
      contacts?: {
        name: string
        phone?: string
        /** 联络员, 窗口, 审批科室 … */
        role?: string
      }[]
      /** 材料对应 */
      materialMapping?: {
        /** material code in the list of the collecting city */
        collecting: string
        /** material code in the list of the handling city */
        handling: string
        note?: string
      }[]
      /** 材料差异, for the paper */
      difference?: string
      /** data of the applicant that may be shared for this item, by field name; absent: what its form asks for */
      sharedFields?: string[]
    }[]
    clock: {
      forwardDays?: number
      mailDays?: number
      recheckDays?: number
      resultMailDays?: number
      supplementNoticeDays?: number
      supplementClockStart?: 'arrival' | 'receipt'
      /** within which the owner may object (mode 2) */
      objectionDays?: number
    }
    /** who pays the mail of papers to the handling city */
    mailing: 'collecting' | 'handling' | 'applicant'
    /** who pays the mail of results */
    resultMailing?: 'collecting' | 'handling' | 'applicant'
    /** who keeps original papers */
    originals?: 'collecting' | 'handling' | 'applicant'
    /** who keeps the file of the case */
    archive: 'collecting' | 'handling'
    /** after close, the collecting city deletes personal data within */
    purgeDays: number
    /** working days to follow up a bad rating */
    evaluationDays?: number
    /** 协商, then which higher organ decides */
    dispute: string
    validTo: string
    renewal?: {
      /** 不续期, 自动续期 until a party gives notice, or by exchange of letters */
      kind: 'none' | 'auto' | 'letters'
      /** a party that does not want it says so before */
      noticeDays: number
    }
    /** such as the scan of the sealed paper (盖章扫描件) */
    attachments?: { sha256: string; size: number; type: string; name: string }[]
    /** further clauses */
    text?: string
    validFrom: string
  } | null
  /** for `amendAgreement` */
  amendment: {
    title: string
    reason: string
    /** items as they are from then on */
    put?: {
      /** 实施编码 of the handling city */
      taskCode: string
      taskName: string
      /** 办理地 */
      handling: string
      /** 收件地 */
      collecting: string[]
      modes: (0 | 1 | 2 | 3)[]
      /** working days, when other than the list says */
      promiseDays?: number
      contacts?: {
        name: string
        phone?: string
        /** 联络员, 窗口, 审批科室 … */
        role?: string
      }[]
      /** 材料对应 */
      materialMapping?: {
        /** material code in the list of the collecting city */
        collecting: string
        /** material code in the list of the handling city */
        handling: string
        note?: string
      }[]
      /** 材料差异, for the paper */
      difference?: string
      /** data of the applicant that may be shared for this item, by field name; absent: what its form asks for */
      sharedFields?: string[]
    }[]
    remove?: { handling: string; taskCode: string }[]
    terms?: {
      clock?: {
        forwardDays?: number
        mailDays?: number
        recheckDays?: number
        resultMailDays?: number
        supplementNoticeDays?: number
        supplementClockStart?: 'arrival' | 'receipt'
        /** within which the owner may object (mode 2) */
        objectionDays?: number
      }
      /** who pays the mail of papers to the handling city */
      mailing?: 'collecting' | 'handling' | 'applicant'
      resultMailing?: 'collecting' | 'handling' | 'applicant'
      originals?: 'collecting' | 'handling' | 'applicant'
      /** who keeps the file of the case */
      archive?: 'collecting' | 'handling'
      /** after close, the collecting city deletes personal data within */
      purgeDays?: number
      evaluationDays?: number
      /** 协商, then which higher organ decides */
      dispute?: string
      validTo?: string
      renewal?: {
        /** 不续期, 自动续期 until a party gives notice, or by exchange of letters */
        kind: 'none' | 'auto' | 'letters'
        /** a party that does not want it says so before */
        noticeDays: number
      }
      attachments?: { sha256: string; size: number; type: string; name: string }[]
      /** further clauses */
      text?: string
    }
    /** first day on which cases begin under the new version */
    effectiveFrom: string
  } | null
  /** items that the newest list of their city no longer offers, the first 200; they still stand in the text */
  gone: { handling: string; taskCode: string; taskName: string }[]
  goneCount: number
}
export type DraftRenewalRequest = {
  /** absent: as its terms of renewal say */
  as?: 'amendment' | 'proposal' | undefined
  /** absent: as long again */
  validTo?: string | undefined
}
export type EarlierScan = {
  thread: string
  caseNo: string
  /** name of the item of that case */
  item: string
  submittedAt: string
  sha256: string
  /** material code of that item's list */
  code: string
  name: string
  form: 'original' | 'copy' | 'electronic' | null
  pages: number | null
}
export type EndEntryAnswer = { ended: true }
export type EndEntryRequest = {
  /** needed when the case arrives with it */
  localCaseNo?: string | undefined
  status?: 'entered' | 'accepted' | undefined
}
export type EndOwnSessionAnswer = { done: true }
export type EndParkedAnswer = { ended: true }
export type EndParkedRequest = {
  packetNo: number
  localCaseNo?: string | undefined
  /** why; it stands in the audit log, so it names nobody */
  reason: string
}
export type EndSessionAnswer = {
  /** sessions */
  ended: number
}
export type EndSessionsAnswer = {
  /** sessions */
  ended: number
}
export type EntrySheet = {
  packetNo: number
  kind: string
  handedAt: string
  /** the case gets its local case number with it */
  arrives: boolean
  /** what people call the system that they type into */
  system: string
  fields: {
    /** as the local screen has it */
    label: string
    value: string
    /** whether it is worth a button that copies it */
    copy: boolean
    /** why it cannot be told; the others can be typed in all the same */
    why: {
      code: string
      /** which field or thing, in English */
      detail?: string
      /** the same in Chinese; null without a detail */
      detailZh: string | null
    } | null
  }[]
}
export type EvaluateCaseRequest = {
  target: 'window' | 'department'
  /** 满意度 (GB/T 39046 A.8): 1 非常满意 … 5 非常不满意 */
  level: number
  channel: string
  /** 实名评价: the applicant may be called back */
  realName?: boolean | undefined
  text?: string | undefined
}
export type EvidenceReport = {
  /** no finding is an error */
  ok: boolean
  /** each certificate is that of this city, of a partner, or was given: otherwise anybody could have made such a bundle */
  confirmed: boolean
  thread: string | null
  caseNo: string | null
  collecting: string | null
  handling: string | null
  /** of the case, as its packets tell it; null unless ok */
  state: string | null
  outcome: string | null
  packets: number
  receipts: number
  materials: number
  /** bodies and materials that are absent because they were purged */
  purged: number
  /** packets without a receipt of the other city */
  unreceipted: number
  certificates: {
    city: string
    fingerprint: string
    known: 'own' | 'partner' | 'given' | null
  }[]
  /** duties that were not met in time */
  missed: { city: string; duty: string }[]
  findings: {
    /** path in the bundle; empty for all of it */
    file: string
    level: 'error' | 'warning'
    code: string
    detail?: string
    en: string
    zh: string
  }[]
}
export type Export = {
  id: string
  format: 'csv' | 'xlsx'
  state: 'waiting' | 'running' | 'done' | 'failed'
  /** rows written */
  done: number
  /** rows that were found when it began */
  total: number
  bytes: number
  problem: {
    code: string
    /** which field or thing, in English */
    detail?: string
    /** the same in Chinese; null without a detail */
    detailZh: string | null
  } | null
  createdAt: string
  /** the file is deleted then, or after its download */
  expiresAt: string
}
export type ExtendCaseRequest = { until: string; reason: string; approver: string }
export type Finding = {
  /** JSON Pointer (RFC 6901) into the request; empty for the whole */
  path: string
  /** What is wrong, for programs; SPEC.md §6.4 says what each means and who can cure it */
  code: 'required' | 'type' | 'format' | 'value' | 'too-large' | 'too-small' | 'unknown' | 'invalid' | 'password-classes' | 'password-name' | 'password-reused' | 'item-unused' | 'item-version' | 'item-name' | 'item-limit' | 'mode-excluded' | 'applicant-type' | 'resident-id' | 'resident-id-date' | 'credit-code' | 'agent-document' | 'authorisation-missing' | 'authorisation-unlisted' | 'consent-missing' | 'form-unknown' | 'form-unusable' | 'not-shared' | 'material-unlisted' | 'material-original' | 'material-purpose' | 'material-missing' | 'material-later' | 'material-twice' | 'recipient-missing' | 'mail-excluded' | 'kept-here' | 'date-implausible' | 'item-twice' | 'commitment-until' | 'commitment-material' | 'scan-missing' | 'scan-unreadable' | 'scan-uncounted' | 'scan-pages' | 'scan-reused' | 'case-open' | 'fee-open' | 'sms-phone' | 'sms-time' | string
  /** an error keeps it from being done */
  level: 'error' | 'notice'
  /** Why, in English */
  en: string
  /** Why, in Chinese */
  zh: string
  /** What was given, where it can be nothing of a person */
  value?: number | boolean
  /** The path in words; of a material that is missing its code: `materials.M01` */
  field: string
  /** The same as `en` */
  reason: string
  /** The same as `zh` */
  reasonZh: string
  /** who can cure it */
  cure: 'clerk' | 'applicant' | 'administrator' | 'partner'
}
export type FollowUpRatingRequest = {
  /** the window that took the case, or the department that decided it */
  target: 'window' | 'department'
  way: 'phone' | 'visit' | 'window' | 'message' | 'other'
  result: 'unreached' | 'in-progress' | 'rectified' | 'explained' | 'satisfied' | 'mistaken'
  /** the answer, or the reason of the appeal; needed when the result signs */
  text?: string | undefined
  /** 整改措施 */
  measure?: string | undefined
}
export type GetAdapterCoverageAnswer = {
  /** of the adapter */
  kind: string
  /** false: the adapter takes every item as it is */
  tells: boolean
  /** there are more than 500 */
  capped: boolean
  items: {
    taskCode: string
    taskName: string
    /** in which this city handles it */
    modes: (0 | 1 | 2 | 3)[]
    /** codes of lists of its form that were looked at, 200 at most */
    formCodes: number
    /** such as `dictionaries.mode: mode 2` */
    lacks: string[]
  }[]
}
export type GetAgreementDraftAnswer = {
  id: string
  /** grows with each saving; the `ETag` too */
  version: number
  title: string | null
  /** division codes, as far as they are written */
  parties: string[]
  /** what becomes of it: it counters or amends an agreement; null: it is proposed */
  step: {
    act: 'counter'
    /** the agreement */
    thread: string
    /** the version of the agreement that its writer read; another one is refused */
    version: string
    /** why, for the partner; an amendment has one */
    reason?: string
  } | {
    act: 'amend'
    /** the agreement */
    thread: string
    /** the version of the agreement that its writer read; another one is refused */
    version: string
    /** why, for the partner; an amendment has one */
    reason?: string
    /** name of the amendment */
    title?: string
    /** first day on which cases begin under it */
    effectiveFrom?: string
  } | null
  createdBy: string
  createdAt: string
  updatedBy: string
  /** of the account; null of one that is gone */
  updatedByName: string | null
  updatedAt: string
  document: Record<string, unknown>
  missing: {
    /** JSON Pointer (RFC 6901) into the request; empty for the whole */
    path: string
    /** What is wrong, for programs; SPEC.md §6.4 says what each means and who can cure it */
    code: 'required' | 'type' | 'format' | 'value' | 'too-large' | 'too-small' | 'unknown' | 'invalid' | 'password-classes' | 'password-name' | 'password-reused' | 'item-unused' | 'item-version' | 'item-name' | 'item-limit' | 'mode-excluded' | 'applicant-type' | 'resident-id' | 'resident-id-date' | 'credit-code' | 'agent-document' | 'authorisation-missing' | 'authorisation-unlisted' | 'consent-missing' | 'form-unknown' | 'form-unusable' | 'not-shared' | 'material-unlisted' | 'material-original' | 'material-purpose' | 'material-missing' | 'material-later' | 'material-twice' | 'recipient-missing' | 'mail-excluded' | 'kept-here' | 'date-implausible' | 'item-twice' | 'commitment-until' | 'commitment-material' | 'scan-missing' | 'scan-unreadable' | 'scan-uncounted' | 'scan-pages' | 'scan-reused' | 'case-open' | 'fee-open' | 'sms-phone' | 'sms-time' | string
    /** an error keeps it from being done */
    level: 'error' | 'notice'
    /** Why, in English */
    en: string
    /** Why, in Chinese */
    zh: string
    /** What was given, where it can be nothing of a person */
    value?: number | boolean
    /** The path in words; of a material that is missing its code: `materials.M01` */
    field: string
    /** The same as `en` */
    reason: string
    /** The same as `zh` */
    reasonZh: string
    cure: string
  }[]
}
export type GetApprovalAnswer = {
  /** whether the case is decided at the workbench, and open */
  possible: boolean
  /** whither it goes when it is sent back */
  back: { department: string; person: string | null } | null
  acts: {
    kind: 'passed-on' | 'sent-back' | 'asked' | 'countersigned' | 'withdrawn'
    at: string
    /** account */
    by: string
    /** its name; empty when it is not known */
    byName: string
    /** of `passed-on` and `sent-back` */
    from: { department: string; person: string | null } | null
    to: { department: string; person: string | null } | null
    /** of `countersigned`: for whom */
    as: {
      /** any of its examiners and leaders; null: a person */
      department: string | null
      person: string | null
    } | null
    agrees: boolean | null
    /** reason, question or opinion; null when there is none, or it was purged */
    words: string | null
  }[]
  /** requests to countersign; the last one holds up the decision */
  rounds: {
    /** `all`: everybody must agree; `any`: one is enough */
    rule: 'all' | 'any'
    by: string
    at: string
    state: 'open' | 'agreed' | 'disagreed' | 'withdrawn'
    answers: {
      /** any of its examiners and leaders; null: a person */
      department: string | null
      person: string | null
      agrees: boolean | null
      by: string | null
      at: string | null
    }[]
  }[]
  /** names of the accounts in it, by id */
  names: Record<string, string>
  /** instant approval (秒批); null: the case was not looked at */
  instant: {
    /** version of the conditions */
    hash: string
    at: string
    decided: boolean
    /** why it was left to people */
    why: {
      code: 'taken-up' | 'version' | 'preflight' | 'materials' | 'conditions' | 'limit' | 'drawn' | 'refused'
      en: string
      zh: string
    } | null
    /** names of conditions, or paths of fields */
    told: string[]
  } | null
}
export type GetCaseStepAnswer = {
  kind: string
  en: string
  zh: string
  /** for this city, and for who asks, now */
  possible: boolean
  /** why not */
  problem: {
    code: string
    /** which field or thing, in English */
    detail?: string
    /** the same in Chinese; null without a detail */
    detailZh: string | null
    en: string
    zh: string
    /** who must act */
    act: 'you' | 'partner' | 'operator'
    cure: string
    cureZh: string
  } | null
  /** of the case, for `If-Match` when the step is taken */
  version: string
  /** JSON Schema (2020-12) of the body */
  schema: Record<string, unknown>
  /** what the node knows of the body; nothing while the step is not possible */
  defaults: Record<string, unknown>
  /** between which days each of its days may lie */
  days: {
    /** JSON Pointer into the body; of an instant, its day in China */
    path: string
    earliest: string
    /** null: nothing bounds it */
    latest: string | null
    /** it must be one */
    workingDay: boolean
  }[]
  /** colleagues who may be named in a field, such as those who may approve an extension (批准人) */
  people: {
    /** JSON Pointer into the body */
    path: string
    /** by name, 200 at most; others may be written */
    names: string[]
  }[]
}
export type GetCaseTimelineAnswer = {
  /** the oldest first, in the order of the thread */
  entries: {
    /** a step of the thread, an own one that the other city refused, what stands in the way here */
    type: 'step' | 'refused' | 'waiting'
    at: string
    city: string
    cityName: string
    kind: 'case.submit' | 'case.supplement' | 'case.commit' | 'case.hand-in' | 'case.ship' | 'case.withdraw' | 'case.remind' | 'case.result-received' | 'case.evaluate' | 'case.message' | 'case.arrived' | 'case.precheck' | 'case.request-supplement' | 'case.accept' | 'case.refuse' | 'case.request-payment' | 'case.progress' | 'case.pause' | 'case.resume' | 'case.extend' | 'case.decide' | 'case.send-result' | 'case.close' | 'case.answer-evaluation' | 'case.appeal-evaluation' | 'case.supervise' | 'case.answer' | 'case.record-payment' | 'case.verify-remote' | 'case.mail' | 'case.originals' | 'case.purge' | 'case.object' | 'case.correct' | 'case.revoke' | null
    packet: string | null
    title: { zh: string; en: string }
    /** what it says; of a corrected one, what it says now and what it said before */
    facts: {
      label: { zh: string; en: string }
      /** a text stands as it was written */
      value: string | { zh: string; en: string }
      /** running text */
      long: boolean
    }[]
    /** the whole of it in one line, in China time */
    words: { zh: string; en: string }
    /** of the case after it */
    state: { zh: string; en: string } | null
    /** name of the account of this city that took it */
    by: string | null
    /** the other city confirmed that it holds it */
    storedAt: string | null
    /** it came too late to have an effect */
    late: boolean
    /** what it said was deleted */
    purged: boolean
    problem: {
      code: string
      /** which field or thing, in English */
      detail?: string
      /** the same in Chinese; null without a detail */
      detailZh: string | null
      en: string
      zh: string
      /** who must act */
      act: 'you' | 'partner' | 'operator'
      cure: string
      cureZh: string
    } | null
  }[]
}
export type GetHealthAnswer = {
  at: string
  /** nothing failed */
  ok: boolean
  checks: Check[]
}
export type GetInstantRuleAnswer = {
  item: string
  keptAt: string
  /** its UTF-8 bytes have the hash */
  text: string
}
export type GetItemAnswer = {
  /** 实施编码: 31 characters by GB/T 39554, older ones as they are */
  taskCode: string
  /** 地方实施编码 */
  localTaskCode?: string
  /** 基本编码: 12 characters by GB/T 39554 */
  catalogCode?: string
  /** 地方基本编码 */
  localCatalogCode?: string
  /** 业务办理项编码 */
  taskHandleItem?: string
  /** 事项名称 */
  taskName: string
  /** 事项版本, grows with each published change */
  taskVersion: number
  /** 事项状态: 1 在用, 2 暂停, 3 取消 */
  taskState: '1' | '2' | '3'
  /** 事项类型 (A.1): 01 行政许可, 05 行政给付, 07 行政确认, 10 其他, 20 公共服务 */
  taskType: string
  /** 行使层级 (A.2): 1 国家, 2 省, 3 市, 4 县, 5 镇街, 6 村社区, 7 分级管理 */
  useLevel: '1' | '2' | '3' | '4' | '5' | '6' | '7'
  /** 权力来源 */
  powerSource?: string
  /** 实施主体 */
  deptName: string
  /** 实施主体的统一社会信用代码 */
  deptCode?: string
  /** 实施主体性质 (A.3): 1 法定机关, 2 授权组织, 3 受委托组织, 9 其他 */
  deptType?: '1' | '2' | '3' | '9'
  /** 委托部门 */
  entrustName?: string
  /** 服务对象 (A.4): 1 自然人, 2 企业法人, 3 事业法人, 4 社会组织法人, 5 行政机关, 6 其他组织 */
  serverType: ('1' | '2' | '3' | '4' | '5' | '6')[]
  /** 办件类型 (A.6): 1 即办件, 2 承诺件, 9 其他 */
  projectType: '1' | '2' | '9'
  /** 办理模式: 0 全程网办, 1 异地委托·本地代收, 2 异地授权·本地办理, 3 多地联办 */
  modes: (0 | 1 | 2 | 3)[]
  /** 法定办结时限, working days */
  anticipateDay: number
  /** 时限单位: 1 工作日, the only one */
  anticipateType?: '1'
  /** 法定办结时限说明 */
  anticipateExplain?: string
  /** 承诺办结时限, working days */
  promiseDay: number
  /** 时限单位: 1 工作日, the only one */
  promiseType?: '1'
  /** 承诺办结时限说明 */
  promiseExplain?: string
  /** 受理条件 */
  acceptCondition?: string
  /** 办理流程 */
  handleFlow?: string
  /** 办理环节 */
  handleLinks?: {
    /** 环节名称 */
    linkName: string
    /** 环节时限, working days */
    handleDay?: number
    /** 办理内容 */
    explain?: string
    /** 是否特别程序 */
    isSpecial?: boolean
  }[]
  /** 办理形式 (A.5): 1 窗口, 2 电脑端, 3 移动端, 4 快递申请, 9 其他 */
  handleType?: ('1' | '2' | '3' | '4' | '9')[]
  /** 到现场次数 */
  limitSceneNum: number
  /** 必须现场办理原因 */
  limitSceneExplain?: string
  /** 特别程序, as one text */
  specialProcedure?: string
  /** 特别程序, one by one */
  specialProcedures?: {
    /** 特别程序种类 (A.7): 1 延长审批, 2 除延长审批外 */
    specialType: '1' | '2'
    /** 特别程序名称, such as 听证, 现场核查 */
    specialName: string
    /** 特别程序时限, working days */
    specialDay?: number
    /** 说明 */
    explain?: string
  }[]
  /** 设定依据, as one text */
  byLaw?: string
  /** 设定依据, one by one */
  legalBases?: {
    /** 法律法规名称 */
    lawName: string
    /** 文号 */
    lawNumber?: string
    /** 条款号 */
    article?: string
    /** 条款内容 */
    content?: string
  }[]
  /** 是否收费 */
  isFee: boolean
  /** 收费依据 */
  feeBasis?: string
  /** 办理地点 */
  transactAddr?: string
  /** 办理时间 */
  transactTime?: string
  /** 咨询电话, with area code */
  linkWay?: string
  /** 投诉电话, with area code */
  superviseWay?: string
  /** 计划生效日期 */
  planEffectiveDate?: string
  /** 计划取消日期 */
  planCancelDate?: string
  /** row_guid of the upload tables */
  rowGuid?: string
  /** 是否进驻政务大厅 */
  isEntryCenter?: boolean
  /** 通办范围: 全国, 跨省, 跨市, 跨县, or areas by name */
  handleArea?: string
  /** 是否支持通办 */
  isHandle?: boolean
  /** 联办机构 */
  otherDept?: string
  /** 中介服务 */
  serviceType?: string
  /** 是否网上办理 */
  isOnline?: boolean
  /** 网办深度: 1 咨询, 2 收件, 3 预审, 4 受理, 5 办理, 6 结果信息反馈, 7 电子证照反馈, 8 其他 */
  onlineHandleDepth?: ('1' | '2' | '3' | '4' | '5' | '6' | '7' | '8')[]
  /** 网办等级 Ⅰ–Ⅳ: 4 全程网办 */
  onlineLevel?: '1' | '2' | '3' | '4'
  /** 网上办理地址 */
  onlineHandleUrl?: string
  /** 是否支持预约 */
  isSchedule?: boolean
  /** 是否网上支付 */
  isPayOnline?: boolean
  /** 是否支持物流快递 */
  isExpress?: boolean
  /** 材料是否可邮寄 */
  isMailMaterial?: boolean
  /** 结果是否可邮寄 */
  isMailResult?: boolean
  /** 是否支持自助终端 */
  isServiceTerminals?: boolean
  /** 是否由部门业务系统办理 */
  isHandleByDeptSys?: boolean
  /** 部门业务系统名称 */
  deptSysName?: string
  /** 部门业务系统地址 */
  deptSysUrl?: string
  /** 业务系统运行网络 */
  deptSysType?: string
  /** 数量限制 */
  limitExplain?: string
  /** 审批结果类型, such as 出证办结, 审批办结 */
  resultType?: string
  /** 审批结果名称 */
  resultName?: string
  /** 审批结果样本, as a material */
  resultGuid?: { sha256: string; size: number; type: string }
  /** 面向自然人主题分类 */
  userTopicType?: string
  /** 面向法人主题分类 */
  corpTopicType?: string
  /** 乡镇街道名称 */
  townName?: string
  /** 乡镇街道代码 */
  townCode?: string
  /** 村社区名称 */
  villageName?: string
  /** 村社区代码 */
  villageCode?: string
  /** 审核状态 of the item in the local item system */
  auditStatus?: string
  /** 国家对口部门 */
  centralDept?: string
  /** 行政复议: organ, address, phone */
  reviewContact?: string
  /** 行政诉讼: court, address, phone */
  litigationContact?: string
  /** 申请材料 */
  materials: {
    /** 材料编码, once in an item */
    materialCode: string
    /** 材料名称 */
    materialName: string
    /** 必要性: 1 必要, 2 非必要, 3 容缺后补 */
    isNeed: '1' | '2' | '3'
    /** 必要性说明: when a material of kind 2 or 3 is asked for */
    needExplain?: string
    /** 材料类型: 1 原件, 2 复印件, 3 原件和复印件, 4 原件或复印件 */
    materialType: '1' | '2' | '3' | '4'
    /** 材料形式: 1 纸质, 2 电子, 3 纸质或电子 */
    materialFormat: '1' | '2' | '3'
    /** 来源渠道: 10 申请人自备, 20 政府部门核发, 99 其他 */
    sourceType: '10' | '20' | '99'
    /** 来源渠道说明 */
    sourceExplain?: string
    /** 出具机构: who issues the material */
    issuer?: string
    /** 出具时间要求, such as 近三个月内 */
    issueRequirement?: string
    /** 份数 */
    pageNum?: number
    /** 原件份数 */
    pageNumY?: number
    /** 复印件份数 */
    pageNumF?: number
    /** 介质要求, such as A4 */
    pageFormat?: string
    /** 受理标准 */
    acceptStand?: string
    /** 填报须知 */
    fillExplain?: string
    /** 审查要点: what the counter checks, in order */
    reviewPoints?: string[]
    /** 样表: a filled sample, as a material */
    exampleGuid?: { sha256: string; size: number; type: string }
    /** 空表: the blank form, as a material */
    formGuid?: { sha256: string; size: number; type: string }
    /** 是否结果证照: the result of another item */
    isResultCert?: boolean
    /** 证照类型代码 (GB/T 36903), for fetching it by data sharing */
    certCode?: string
    /** 设定依据 */
    byLaw?: string
    /** 排序号 */
    orderNum?: number
  }[]
  /** 收费项目 */
  fees?: {
    /** 收费项目名称 */
    feeName: string
    /** 收费标准 */
    feeStand: string
    /** 收费依据 */
    byLaw: string
    /** 是否允许减免 */
    isDesc?: boolean
    /** 减免依据或说明 */
    descExplain?: string
  }[]
  /** 常见问题 */
  faqs?: {
    /** 常见问题 */
    question: string
    /** 解答 */
    answer: string
  }[]
  /** 联系人, by role */
  contacts?: {
    /** consult 咨询, complaint 投诉监督, receive 收件对接, approve 审批对接, mail 寄递对接, technical 技术对接 */
    role: 'consult' | 'complaint' | 'receive' | 'approve' | 'mail' | 'technical'
    /** 联系人 */
    name?: string
    /** 部门 */
    department?: string
    /** 电话, with area code */
    phone?: string
    /** 电子邮箱 */
    email?: string
    /** 说明, such as office hours */
    note?: string
  }[]
  /** 办理点: who offers it where */
  offeredAt?: {
    /** code of the unit */
    unit: string
    /** also in every unit below it */
    below?: boolean
    /** codes of the windows; without it any window */
    windows?: string[]
  }[]
  /** 申请表: JSON Schema of the application form */
  form?: Record<string, unknown>
  /** 界面提示: UI hints to `form`, by the names of its properties */
  formUi?: Record<string, unknown>
  /** 告知书: what the applicant is told and accepts */
  consent?: {
    /** 版本: a case records the version that the applicant accepted */
    version: string
    /** 告知书正文 */
    text: string
  }
  /** 共享字段 (minimisation): what leaves the collecting city: properties of `form`, and `applicant.phone` and the like */
  sharedFields?: string[]
}
export type GetMembershipCardAnswer = {
  v: 1
  city: string
  name: string
  certificate: string
  peer: string
  /** multiaddrs at which it may be reached */
  addresses: string[]
}
export type GetPartnerAnswer = {
  code: string
  name: string
  status: 'pending' | 'active' | 'suspended'
  /** SHA-256 of the city certificate */
  fingerprint: string
  /** verification words (核对词) to read out to the partner's administrator, by place; null: one that this node asks for, read out by the partner's */
  words: (string | null)[]
  /** places, from 1, of the words that `confirm` asks for; empty when there is nothing to type */
  asked: number[]
  /** `authority:` and the fingerprint of the accepted authority that issued the certificate, or `directory:` and the thumbprint of the operator whose directory names it: no words to compare */
  vouched: string | null
  /** the directory of a federation revoked the certificate: nothing is exchanged until it pairs again */
  revoked: { at: string; reason: string } | null
  addresses: string[]
  pairedAt: string
  confirmedAt: string | null
  seenAt: string | null
  connected: boolean
  /** why delivery does not proceed */
  problem: {
    code: string
    /** which field or thing, in English */
    detail?: string
    /** the same in Chinese; null without a detail */
    detailZh: string | null
  } | null
  failures: number
  /** open: it could not be dialled some times in a row, and only its packets are still tried */
  breaker: 'closed' | 'open'
  /** since when, when lists, materials and directories are tried next, and why the last dial failed */
  breakerOpen: {
    since: string
    nextTryAt: string
    problem: {
      code: string
      /** which field or thing, in English */
      detail?: string
      /** the same in Chinese; null without a detail */
      detailZh: string | null
    }
  } | null
  /** when packets are tried next */
  nextTryAt: string | null
  roundTripMs: number | null
}
export type GetPartnerHealthAnswer = {
  now: {
    at: string
    connected: boolean
    /** when anything came of the partner last */
    seenAt: string | null
    roundTripMs: number | null
    /** packets without a receipt */
    waiting: number
    /** how long the oldest of them has waited */
    oldestMs: number
    /** materials to fetch from the partner */
    materials: number
    oldestMaterialMs: number
    /** how far the partner's clock is ahead; null when nothing told it since the node started */
    aheadMs: number | null
    certificateDays: number | null
    delegationDays: number | null
    breaker: 'closed' | 'open'
  }
  findings: {
    code: string
    /** which field or thing, in English */
    detail?: string
    /** the same in Chinese; null without a detail */
    detailZh: string | null
    en: string
    zh: string
    /** who must act */
    act: 'you' | 'partner' | 'operator'
    cure: string
    cureZh: string
    level: 'warn' | 'fail'
  }[]
  items: {
    /** when the step began */
    at: string
    samples: number
    /** samples in which it was connected */
    connected: number
    breakerOpen: number
    /** mean */
    roundTripMs: number | null
    roundTripMost: number | null
    /** most within the step */
    waiting: number
    oldestMs: number
    materials: number
    /** the one farthest from 0 */
    aheadMs: number | null
    certificateDays: number | null
    delegationDays: number | null
    seenAt: string | null
  }[]
}
export type GetPartnerTestAnswer = {
  no: number
  partner: string
  /** `out`: begun by this city; `in`: the partner tested this city */
  direction: 'out' | 'in'
  thread: string
  state: 'running' | 'passed' | 'failed'
  /** in their order; none of a test that the partner began */
  hops: {
    hop: 'connect' | 'identity' | 'list' | 'packet' | 'material' | 'receipt' | 'evidence'
    en: string
    zh: string
    state: 'waiting' | 'running' | 'ok' | 'failed' | 'skipped'
    ms: number | null
    /** what the hop measured */
    facts: Record<string, number | string | null>
    problem: {
      code: string
      /** which field or thing, in English */
      detail?: string
      /** the same in Chinese; null without a detail */
      detailZh: string | null
      en: string
      zh: string
      /** who must act */
      act: 'you' | 'partner' | 'operator'
      cure: string
      cureZh: string
    } | null
  }[]
  begunAt: string
  endedAt: string | null
}
export type GiveUpParkedAnswer = { ended: true }
export type GiveUpParkedRequest = {
  packetNo: number
  /** why; it stands in the audit log, so it names nobody */
  reason: string
}
export type GrantPersonRequest = {
  name?: string | undefined
  roles?: ('window-clerk' | 'examiner' | 'leader' | 'window-lead' | 'business-administrator' | 'system-administrator' | 'security-administrator' | 'audit-administrator' | 'integrator' | 'adapter' | 'administrator' | 'clerk' | 'auditor')[] | undefined
  /** the organ with which the codes of their items begin (18 places); null: every department */
  departments?: string[] | null | undefined
  /** names of windows of this city; null: every window */
  windows?: string[] | null | undefined
  /** 工号: accounts of one staff number are of one person */
  staffNumber?: string | null | undefined
  phone?: string | null | undefined
}
export type HandInCaseRequest = {
  materials: {
    sha256: string
    /** material code of the item's list */
    code: string
    name: string
    /** 原件, 复印件, 电子 */
    form?: 'original' | 'copy' | 'electronic' | undefined
    pages?: number | undefined
    /** 用证事由 of this licence, in place of the one of the case */
    purpose?: string | undefined
  }[]
  note?: string | undefined
}
export type HandOverJointCaseAnswer = {
  handedOver: number
  /** cases whose result is still to come */
  missing: {
    thread: string
    partner: string
    item: { code: string; name: string }
    lead: boolean
    state: 'submitted' | 'arrived' | 'prechecked' | 'supplementing' | 'accepted' | 'paused' | 'decided' | 'sending' | 'closed' | 'refused'
    stateName: string
    outcome: 'granted' | 'denied' | 'forwarded' | 'withdrawn' | 'returned' | 'void' | 'lapsed' | null
  }[]
}
export type HandOverJointCaseRequest = {
  /** who handed them over */
  by?: string | undefined
}
export type HandOverWorkAnswer = {
  /** moved */
  cases: number
  /** moved */
  drafts: number
  kept: {
    thread: string
    problem: string
    /** who has it */
    assignee: string | null
  }[]
  /** not moved, and of no cases that the caller finds: another lead assigns them */
  others: number
  /** drafts that stay: the receiver takes none in, or holds too many */
  keptDrafts: number
  /** there are more: the same request goes on with them */
  more: boolean
}
export type HandOverWorkRequest = {
  /** id of the account, or `me` */
  to: string
  /** these of its cases alone, as a page showed them; left out: all, and its drafts */
  threads?: string[] | undefined
}
export type HowToSignInAnswer = {
  /** name of the city whose node this is */
  city: string
  /** of its pages, #rrggbb */
  colour: string
  /** whether the first administrator is still to be made */
  setUp: boolean
  /** whether the city's single sign-on is there */
  singleSignOn: boolean
  secondFactor: 'optional' | 'required'
  /** of a password, characters */
  minLength: number
  /** of small letters, capitals, digits, others */
  classes: number
  /** last passwords that cannot be chosen again */
  history: number
  /** after which a password must be changed; 0: never */
  maxAgeDays: number
}
export type Identity = {
  code: string
  name: string
  /** SHA-256 of the city certificate: tell it to who verifies evidence */
  fingerprint: string
  certificateValidTo: string
  packetKey: string
  delegatedUntil: string
  /** keys that the certificate delegated, those in use first; a retired one may be revoked */
  keys: {
    kid: string
    purpose: 'packet' | 'peer'
    state: 'current' | 'retired' | 'revoked'
    delegatedUntil: string
  }[]
  peer: string
  addresses: string[]
  /** partners at whose relay (中继) this node is to be reached */
  relays: {
    partner: string
    /** this node is reached there now */
    reserved: boolean
  }[]
  /** partners that are reached over this node */
  relayed: number
}
export type ImportCalendarAnswer = {
  table: {
    v: 1
    /** CN for the whole country, or the first two digits of a division code for days of one region more */
    region: string
    year: number
    /** weekdays and weekend days that are holidays */
    off: string[]
    /** weekend days that are worked */
    worked: string[]
    /** the notice that says so */
    source: string
  }
  /** null for a table of the program itself */
  importedAt: string | null
}
export type ImportCalendarRequest = {
  v: 1
  /** CN for the whole country, or the first two digits of a division code for days of one region more */
  region: string
  year: number
  /** weekdays and weekend days that are holidays */
  off: string[]
  /** weekend days that are worked */
  worked: string[]
  /** the notice that says so */
  source: string
}
export type ImportDirectoryAnswer = {
  /** thumbprint of its key */
  operator: string
  trustedAt: string
  directory: {
    name: string
    version: number
    sha256: string
    /** `overdue` (逾期): the next version did not come, entries still count; `lapsed` (失效): they vouch for nobody */
    standing: 'current' | 'overdue' | 'lapsed'
    issuedAt: string
    nextUpdate: string
    graceUntil: string
    cities: number
    revocations: number
    /** who brought it: `person:…` or `city:…` */
    source: string
    receivedAt: string
    /** another document was signed under the same version: ask the operator */
    fork: string | null
    /** the key that took over: it is trusted in place of this one */
    successor: string | null
  } | null
}
export type ImportDirectoryRequest = {
  /** the signed document, compact JWS */
  jws: string
}
export type ImportDraftsAnswer = {
  /** whether the drafts hold it now; false with errors and on a dry run */
  taken: boolean
  rows: number
  /** items that are new or change */
  put: number
  remove: number
  unchanged: number
  /** items with a finding that blocks publication */
  blocked: number
  warnings: number
  /** what could not be read, the first ones */
  errors: {
    code: string
    sheet: string
    /** from 1, the heading included; 0 for the file */
    row: number
    column: string
    /** the beginning of what the cell holds */
    value: string
    /** code of the item or unit, as far as it is known */
    item: string
    /** what the item is called */
    name: string
    /** what may stand there, the nearest first; empty where that is no list of words */
    nearest: string[]
    /** how many cells of the column say the same, this one included; the first 20 of them are told */
    alike: number
    zh: string
    en: string
    cureZh: string
    cureEn: string
  }[]
  errorCount: number
  /** what was left out, or read otherwise than as the template has it */
  notes: {
    code: string
    sheet: string
    /** from 1, the heading included; 0 for the file */
    row: number
    column: string
    /** the beginning of what the cell holds */
    value: string
    /** code of the item or unit, as far as it is known */
    item: string
    /** what the item is called */
    name: string
    /** what may stand there, the nearest first; empty where that is no list of words */
    nearest: string[]
    /** how many cells of the column say the same, this one included; the first 20 of them are told */
    alike: number
    zh: string
    en: string
    cureZh: string
    cureEn: string
  }[]
  /** how each sheet and column was read, the first 50 sheets; none of a file of JSON */
  sheets: {
    sheet: string
    /** items, or a part of them; null for a sheet that was left out */
    holds: 'items' | 'materials' | 'fees' | 'faqs' | 'contacts' | 'handleLinks' | 'specialProcedures' | 'legalBases' | 'offeredAt' | null
    /** parts that stand in the rows of their items */
    also: ('materials' | 'fees' | 'faqs' | 'contacts' | 'handleLinks' | 'specialProcedures' | 'legalBases' | 'offeredAt')[]
    /** code of the note why it was left out */
    why: string | null
    /** row of the heading, the lower one of two; 0 without one */
    heading: number
    rows: number
    columns: {
      /** A, B … */
      at: string
      /** as it is written, the group before it */
      heading: string
      /** `promiseDay`, `materials.isNeed`; null for a column that was left out */
      field: string | null
      /** what the template calls it */
      name: string
      /** what its cells may hold, in words: `自然人、企业法人…` */
      takes: string
      /** by its name, by another name, by the mapping, or by what stands in it, which must be confirmed */
      how: 'name' | 'other' | 'mapping' | 'guess' | null
      /** cells that hold something */
      filled: number
      /** cells that could not be read */
      unread: number
      /** needed cells that hold nothing */
      lacking: number
      /** the first cells, each word once */
      samples: {
        given: string
        /** empty: could not be read, or none */
        read: string
      }[]
      /** words that could not be read, each once: what `values` of a mapping would say */
      words: {
        /** as `values` of a mapping names it */
        given: string
        cells: number
        /** what may stand for it, the nearest first */
        nearest: string[]
        /** the one of them that it names in part */
        suggestion: string | null
      }[]
      /** units of limits of which nothing says how many working days they are: for `workingDays` of a mapping */
      units: string[]
      /** of a column that was left out: the needed field that its cells or its heading speak for */
      suggestion: string | null
    }[]
    /** needed columns that are not there: the items must be held already, or the mapping gives them */
    absent: {
      field: string
      name: string
      /** what it takes, in words */
      takes: string
      /** entries of the file that lack what it would say */
      lacking: number
    }[]
  }[]
  /** lint, the first ones, errors before warnings; of items that could not be taken, what is an error anyway */
  findings: {
    rule: string
    level: 'error' | 'warning'
    /** field of the item, such as `materials.0.reviewPoints` */
    path: string
    zh: string
    en: string
    code: string
    name: string
  }[]
}
export type ImportOrganisationAnswer = {
  taken: boolean
  units: number
  windows: number
  /** it is what is published */
  unchanged: boolean
  errors: {
    code: string
    sheet: string
    /** from 1, the heading included; 0 for the file */
    row: number
    column: string
    /** the beginning of what the cell holds */
    value: string
    /** code of the item or unit, as far as it is known */
    item: string
    /** what the item is called */
    name: string
    /** what may stand there, the nearest first; empty where that is no list of words */
    nearest: string[]
    /** how many cells of the column say the same, this one included; the first 20 of them are told */
    alike: number
    zh: string
    en: string
    cureZh: string
    cureEn: string
  }[]
  errorCount: number
  notes: {
    code: string
    sheet: string
    /** from 1, the heading included; 0 for the file */
    row: number
    column: string
    /** the beginning of what the cell holds */
    value: string
    /** code of the item or unit, as far as it is known */
    item: string
    /** what the item is called */
    name: string
    /** what may stand there, the nearest first; empty where that is no list of words */
    nearest: string[]
    /** how many cells of the column say the same, this one included; the first 20 of them are told */
    alike: number
    zh: string
    en: string
    cureZh: string
    cureEn: string
  }[]
}
export type InstantApproval = {
  item: string
  /** as it is published now; empty when it is not */
  itemName: string
  /** of the text of the conditions: what packets and the evidence name */
  hash: string
  rule: {
    conditions: {
      /** what stands in the evidence, such as 本人办理 */
      name: string
      /** form.<property>, materials.<code> (original, copy, electronic or unstated), or one of applicant.type, applicant.idType, applicant.age, agent, mode, from, delivery.method */
      fact: string
      /** JSON Schema that the value must fit */
      schema: Record<string, unknown>
    }[]
    /** reason of the decision, with placeholders of phrases and no blanks */
    reason: string
    /** closes the case too, where there is no result to send; else a person sends the result */
    closes?: boolean
    /** cases decided so on one day; others go to people */
    perDay: number
    /** of a hundred cases that fit, those that are drawn for a person all the same (随机抽查) */
    share: number
  }
  on: boolean
  onSince: string | null
  changedAt: string
  /** account */
  changedBy: string
  /** why it fits the item as it is published no more: cases go to people; null: it fits */
  unfit: { detail: string; detailZh: string } | null
  today: {
    decided: number
    /** cases that were left to people, by reason */
    left: {
      why: 'taken-up' | 'version' | 'preflight' | 'materials' | 'conditions' | 'limit' | 'drawn' | 'refused'
      cases: number
    }[]
  }
}
export type IssuedAccessToken = {
  accessToken: AccessToken
  /** Shown this once and kept nowhere */
  token: string
}
export type ItemDraft = {
  code: string
  name: string
  change: 'add' | 'change' | 'remove'
  /** findings that block publication */
  errors: number
  warnings: number
  actor: string
  updatedAt: string
  /** null: the item goes */
  item: {
    /** 实施编码: 31 characters by GB/T 39554, older ones as they are */
    taskCode: string
    /** 地方实施编码 */
    localTaskCode?: string
    /** 基本编码: 12 characters by GB/T 39554 */
    catalogCode?: string
    /** 地方基本编码 */
    localCatalogCode?: string
    /** 业务办理项编码 */
    taskHandleItem?: string
    /** 事项名称 */
    taskName: string
    /** 事项版本, grows with each published change */
    taskVersion: number
    /** 事项状态: 1 在用, 2 暂停, 3 取消 */
    taskState: '1' | '2' | '3'
    /** 事项类型 (A.1): 01 行政许可, 05 行政给付, 07 行政确认, 10 其他, 20 公共服务 */
    taskType: string
    /** 行使层级 (A.2): 1 国家, 2 省, 3 市, 4 县, 5 镇街, 6 村社区, 7 分级管理 */
    useLevel: '1' | '2' | '3' | '4' | '5' | '6' | '7'
    /** 权力来源 */
    powerSource?: string
    /** 实施主体 */
    deptName: string
    /** 实施主体的统一社会信用代码 */
    deptCode?: string
    /** 实施主体性质 (A.3): 1 法定机关, 2 授权组织, 3 受委托组织, 9 其他 */
    deptType?: '1' | '2' | '3' | '9'
    /** 委托部门 */
    entrustName?: string
    /** 服务对象 (A.4): 1 自然人, 2 企业法人, 3 事业法人, 4 社会组织法人, 5 行政机关, 6 其他组织 */
    serverType: ('1' | '2' | '3' | '4' | '5' | '6')[]
    /** 办件类型 (A.6): 1 即办件, 2 承诺件, 9 其他 */
    projectType: '1' | '2' | '9'
    /** 办理模式: 0 全程网办, 1 异地委托·本地代收, 2 异地授权·本地办理, 3 多地联办 */
    modes: (0 | 1 | 2 | 3)[]
    /** 法定办结时限, working days */
    anticipateDay: number
    /** 时限单位: 1 工作日, the only one */
    anticipateType?: '1'
    /** 法定办结时限说明 */
    anticipateExplain?: string
    /** 承诺办结时限, working days */
    promiseDay: number
    /** 时限单位: 1 工作日, the only one */
    promiseType?: '1'
    /** 承诺办结时限说明 */
    promiseExplain?: string
    /** 受理条件 */
    acceptCondition?: string
    /** 办理流程 */
    handleFlow?: string
    /** 办理环节 */
    handleLinks?: {
      /** 环节名称 */
      linkName: string
      /** 环节时限, working days */
      handleDay?: number
      /** 办理内容 */
      explain?: string
      /** 是否特别程序 */
      isSpecial?: boolean
    }[]
    /** 办理形式 (A.5): 1 窗口, 2 电脑端, 3 移动端, 4 快递申请, 9 其他 */
    handleType?: ('1' | '2' | '3' | '4' | '9')[]
    /** 到现场次数 */
    limitSceneNum: number
    /** 必须现场办理原因 */
    limitSceneExplain?: string
    /** 特别程序, as one text */
    specialProcedure?: string
    /** 特别程序, one by one */
    specialProcedures?: {
      /** 特别程序种类 (A.7): 1 延长审批, 2 除延长审批外 */
      specialType: '1' | '2'
      /** 特别程序名称, such as 听证, 现场核查 */
      specialName: string
      /** 特别程序时限, working days */
      specialDay?: number
      /** 说明 */
      explain?: string
    }[]
    /** 设定依据, as one text */
    byLaw?: string
    /** 设定依据, one by one */
    legalBases?: {
      /** 法律法规名称 */
      lawName: string
      /** 文号 */
      lawNumber?: string
      /** 条款号 */
      article?: string
      /** 条款内容 */
      content?: string
    }[]
    /** 是否收费 */
    isFee: boolean
    /** 收费依据 */
    feeBasis?: string
    /** 办理地点 */
    transactAddr?: string
    /** 办理时间 */
    transactTime?: string
    /** 咨询电话, with area code */
    linkWay?: string
    /** 投诉电话, with area code */
    superviseWay?: string
    /** 计划生效日期 */
    planEffectiveDate?: string
    /** 计划取消日期 */
    planCancelDate?: string
    /** row_guid of the upload tables */
    rowGuid?: string
    /** 是否进驻政务大厅 */
    isEntryCenter?: boolean
    /** 通办范围: 全国, 跨省, 跨市, 跨县, or areas by name */
    handleArea?: string
    /** 是否支持通办 */
    isHandle?: boolean
    /** 联办机构 */
    otherDept?: string
    /** 中介服务 */
    serviceType?: string
    /** 是否网上办理 */
    isOnline?: boolean
    /** 网办深度: 1 咨询, 2 收件, 3 预审, 4 受理, 5 办理, 6 结果信息反馈, 7 电子证照反馈, 8 其他 */
    onlineHandleDepth?: ('1' | '2' | '3' | '4' | '5' | '6' | '7' | '8')[]
    /** 网办等级 Ⅰ–Ⅳ: 4 全程网办 */
    onlineLevel?: '1' | '2' | '3' | '4'
    /** 网上办理地址 */
    onlineHandleUrl?: string
    /** 是否支持预约 */
    isSchedule?: boolean
    /** 是否网上支付 */
    isPayOnline?: boolean
    /** 是否支持物流快递 */
    isExpress?: boolean
    /** 材料是否可邮寄 */
    isMailMaterial?: boolean
    /** 结果是否可邮寄 */
    isMailResult?: boolean
    /** 是否支持自助终端 */
    isServiceTerminals?: boolean
    /** 是否由部门业务系统办理 */
    isHandleByDeptSys?: boolean
    /** 部门业务系统名称 */
    deptSysName?: string
    /** 部门业务系统地址 */
    deptSysUrl?: string
    /** 业务系统运行网络 */
    deptSysType?: string
    /** 数量限制 */
    limitExplain?: string
    /** 审批结果类型, such as 出证办结, 审批办结 */
    resultType?: string
    /** 审批结果名称 */
    resultName?: string
    /** 审批结果样本, as a material */
    resultGuid?: { sha256: string; size: number; type: string }
    /** 面向自然人主题分类 */
    userTopicType?: string
    /** 面向法人主题分类 */
    corpTopicType?: string
    /** 乡镇街道名称 */
    townName?: string
    /** 乡镇街道代码 */
    townCode?: string
    /** 村社区名称 */
    villageName?: string
    /** 村社区代码 */
    villageCode?: string
    /** 审核状态 of the item in the local item system */
    auditStatus?: string
    /** 国家对口部门 */
    centralDept?: string
    /** 行政复议: organ, address, phone */
    reviewContact?: string
    /** 行政诉讼: court, address, phone */
    litigationContact?: string
    /** 申请材料 */
    materials: {
      /** 材料编码, once in an item */
      materialCode: string
      /** 材料名称 */
      materialName: string
      /** 必要性: 1 必要, 2 非必要, 3 容缺后补 */
      isNeed: '1' | '2' | '3'
      /** 必要性说明: when a material of kind 2 or 3 is asked for */
      needExplain?: string
      /** 材料类型: 1 原件, 2 复印件, 3 原件和复印件, 4 原件或复印件 */
      materialType: '1' | '2' | '3' | '4'
      /** 材料形式: 1 纸质, 2 电子, 3 纸质或电子 */
      materialFormat: '1' | '2' | '3'
      /** 来源渠道: 10 申请人自备, 20 政府部门核发, 99 其他 */
      sourceType: '10' | '20' | '99'
      /** 来源渠道说明 */
      sourceExplain?: string
      /** 出具机构: who issues the material */
      issuer?: string
      /** 出具时间要求, such as 近三个月内 */
      issueRequirement?: string
      /** 份数 */
      pageNum?: number
      /** 原件份数 */
      pageNumY?: number
      /** 复印件份数 */
      pageNumF?: number
      /** 介质要求, such as A4 */
      pageFormat?: string
      /** 受理标准 */
      acceptStand?: string
      /** 填报须知 */
      fillExplain?: string
      /** 审查要点: what the counter checks, in order */
      reviewPoints?: string[]
      /** 样表: a filled sample, as a material */
      exampleGuid?: { sha256: string; size: number; type: string }
      /** 空表: the blank form, as a material */
      formGuid?: { sha256: string; size: number; type: string }
      /** 是否结果证照: the result of another item */
      isResultCert?: boolean
      /** 证照类型代码 (GB/T 36903), for fetching it by data sharing */
      certCode?: string
      /** 设定依据 */
      byLaw?: string
      /** 排序号 */
      orderNum?: number
    }[]
    /** 收费项目 */
    fees?: {
      /** 收费项目名称 */
      feeName: string
      /** 收费标准 */
      feeStand: string
      /** 收费依据 */
      byLaw: string
      /** 是否允许减免 */
      isDesc?: boolean
      /** 减免依据或说明 */
      descExplain?: string
    }[]
    /** 常见问题 */
    faqs?: {
      /** 常见问题 */
      question: string
      /** 解答 */
      answer: string
    }[]
    /** 联系人, by role */
    contacts?: {
      /** consult 咨询, complaint 投诉监督, receive 收件对接, approve 审批对接, mail 寄递对接, technical 技术对接 */
      role: 'consult' | 'complaint' | 'receive' | 'approve' | 'mail' | 'technical'
      /** 联系人 */
      name?: string
      /** 部门 */
      department?: string
      /** 电话, with area code */
      phone?: string
      /** 电子邮箱 */
      email?: string
      /** 说明, such as office hours */
      note?: string
    }[]
    /** 办理点: who offers it where */
    offeredAt?: {
      /** code of the unit */
      unit: string
      /** also in every unit below it */
      below?: boolean
      /** codes of the windows; without it any window */
      windows?: string[]
    }[]
    /** 申请表: JSON Schema of the application form */
    form?: Record<string, unknown>
    /** 界面提示: UI hints to `form`, by the names of its properties */
    formUi?: Record<string, unknown>
    /** 告知书: what the applicant is told and accepts */
    consent?: {
      /** 版本: a case records the version that the applicant accepted */
      version: string
      /** 告知书正文 */
      text: string
    }
    /** 共享字段 (minimisation): what leaves the collecting city: properties of `form`, and `applicant.phone` and the like */
    sharedFields?: string[]
  } | null
  /** null: the item is new */
  published: {
    /** 实施编码: 31 characters by GB/T 39554, older ones as they are */
    taskCode: string
    /** 地方实施编码 */
    localTaskCode?: string
    /** 基本编码: 12 characters by GB/T 39554 */
    catalogCode?: string
    /** 地方基本编码 */
    localCatalogCode?: string
    /** 业务办理项编码 */
    taskHandleItem?: string
    /** 事项名称 */
    taskName: string
    /** 事项版本, grows with each published change */
    taskVersion: number
    /** 事项状态: 1 在用, 2 暂停, 3 取消 */
    taskState: '1' | '2' | '3'
    /** 事项类型 (A.1): 01 行政许可, 05 行政给付, 07 行政确认, 10 其他, 20 公共服务 */
    taskType: string
    /** 行使层级 (A.2): 1 国家, 2 省, 3 市, 4 县, 5 镇街, 6 村社区, 7 分级管理 */
    useLevel: '1' | '2' | '3' | '4' | '5' | '6' | '7'
    /** 权力来源 */
    powerSource?: string
    /** 实施主体 */
    deptName: string
    /** 实施主体的统一社会信用代码 */
    deptCode?: string
    /** 实施主体性质 (A.3): 1 法定机关, 2 授权组织, 3 受委托组织, 9 其他 */
    deptType?: '1' | '2' | '3' | '9'
    /** 委托部门 */
    entrustName?: string
    /** 服务对象 (A.4): 1 自然人, 2 企业法人, 3 事业法人, 4 社会组织法人, 5 行政机关, 6 其他组织 */
    serverType: ('1' | '2' | '3' | '4' | '5' | '6')[]
    /** 办件类型 (A.6): 1 即办件, 2 承诺件, 9 其他 */
    projectType: '1' | '2' | '9'
    /** 办理模式: 0 全程网办, 1 异地委托·本地代收, 2 异地授权·本地办理, 3 多地联办 */
    modes: (0 | 1 | 2 | 3)[]
    /** 法定办结时限, working days */
    anticipateDay: number
    /** 时限单位: 1 工作日, the only one */
    anticipateType?: '1'
    /** 法定办结时限说明 */
    anticipateExplain?: string
    /** 承诺办结时限, working days */
    promiseDay: number
    /** 时限单位: 1 工作日, the only one */
    promiseType?: '1'
    /** 承诺办结时限说明 */
    promiseExplain?: string
    /** 受理条件 */
    acceptCondition?: string
    /** 办理流程 */
    handleFlow?: string
    /** 办理环节 */
    handleLinks?: {
      /** 环节名称 */
      linkName: string
      /** 环节时限, working days */
      handleDay?: number
      /** 办理内容 */
      explain?: string
      /** 是否特别程序 */
      isSpecial?: boolean
    }[]
    /** 办理形式 (A.5): 1 窗口, 2 电脑端, 3 移动端, 4 快递申请, 9 其他 */
    handleType?: ('1' | '2' | '3' | '4' | '9')[]
    /** 到现场次数 */
    limitSceneNum: number
    /** 必须现场办理原因 */
    limitSceneExplain?: string
    /** 特别程序, as one text */
    specialProcedure?: string
    /** 特别程序, one by one */
    specialProcedures?: {
      /** 特别程序种类 (A.7): 1 延长审批, 2 除延长审批外 */
      specialType: '1' | '2'
      /** 特别程序名称, such as 听证, 现场核查 */
      specialName: string
      /** 特别程序时限, working days */
      specialDay?: number
      /** 说明 */
      explain?: string
    }[]
    /** 设定依据, as one text */
    byLaw?: string
    /** 设定依据, one by one */
    legalBases?: {
      /** 法律法规名称 */
      lawName: string
      /** 文号 */
      lawNumber?: string
      /** 条款号 */
      article?: string
      /** 条款内容 */
      content?: string
    }[]
    /** 是否收费 */
    isFee: boolean
    /** 收费依据 */
    feeBasis?: string
    /** 办理地点 */
    transactAddr?: string
    /** 办理时间 */
    transactTime?: string
    /** 咨询电话, with area code */
    linkWay?: string
    /** 投诉电话, with area code */
    superviseWay?: string
    /** 计划生效日期 */
    planEffectiveDate?: string
    /** 计划取消日期 */
    planCancelDate?: string
    /** row_guid of the upload tables */
    rowGuid?: string
    /** 是否进驻政务大厅 */
    isEntryCenter?: boolean
    /** 通办范围: 全国, 跨省, 跨市, 跨县, or areas by name */
    handleArea?: string
    /** 是否支持通办 */
    isHandle?: boolean
    /** 联办机构 */
    otherDept?: string
    /** 中介服务 */
    serviceType?: string
    /** 是否网上办理 */
    isOnline?: boolean
    /** 网办深度: 1 咨询, 2 收件, 3 预审, 4 受理, 5 办理, 6 结果信息反馈, 7 电子证照反馈, 8 其他 */
    onlineHandleDepth?: ('1' | '2' | '3' | '4' | '5' | '6' | '7' | '8')[]
    /** 网办等级 Ⅰ–Ⅳ: 4 全程网办 */
    onlineLevel?: '1' | '2' | '3' | '4'
    /** 网上办理地址 */
    onlineHandleUrl?: string
    /** 是否支持预约 */
    isSchedule?: boolean
    /** 是否网上支付 */
    isPayOnline?: boolean
    /** 是否支持物流快递 */
    isExpress?: boolean
    /** 材料是否可邮寄 */
    isMailMaterial?: boolean
    /** 结果是否可邮寄 */
    isMailResult?: boolean
    /** 是否支持自助终端 */
    isServiceTerminals?: boolean
    /** 是否由部门业务系统办理 */
    isHandleByDeptSys?: boolean
    /** 部门业务系统名称 */
    deptSysName?: string
    /** 部门业务系统地址 */
    deptSysUrl?: string
    /** 业务系统运行网络 */
    deptSysType?: string
    /** 数量限制 */
    limitExplain?: string
    /** 审批结果类型, such as 出证办结, 审批办结 */
    resultType?: string
    /** 审批结果名称 */
    resultName?: string
    /** 审批结果样本, as a material */
    resultGuid?: { sha256: string; size: number; type: string }
    /** 面向自然人主题分类 */
    userTopicType?: string
    /** 面向法人主题分类 */
    corpTopicType?: string
    /** 乡镇街道名称 */
    townName?: string
    /** 乡镇街道代码 */
    townCode?: string
    /** 村社区名称 */
    villageName?: string
    /** 村社区代码 */
    villageCode?: string
    /** 审核状态 of the item in the local item system */
    auditStatus?: string
    /** 国家对口部门 */
    centralDept?: string
    /** 行政复议: organ, address, phone */
    reviewContact?: string
    /** 行政诉讼: court, address, phone */
    litigationContact?: string
    /** 申请材料 */
    materials: {
      /** 材料编码, once in an item */
      materialCode: string
      /** 材料名称 */
      materialName: string
      /** 必要性: 1 必要, 2 非必要, 3 容缺后补 */
      isNeed: '1' | '2' | '3'
      /** 必要性说明: when a material of kind 2 or 3 is asked for */
      needExplain?: string
      /** 材料类型: 1 原件, 2 复印件, 3 原件和复印件, 4 原件或复印件 */
      materialType: '1' | '2' | '3' | '4'
      /** 材料形式: 1 纸质, 2 电子, 3 纸质或电子 */
      materialFormat: '1' | '2' | '3'
      /** 来源渠道: 10 申请人自备, 20 政府部门核发, 99 其他 */
      sourceType: '10' | '20' | '99'
      /** 来源渠道说明 */
      sourceExplain?: string
      /** 出具机构: who issues the material */
      issuer?: string
      /** 出具时间要求, such as 近三个月内 */
      issueRequirement?: string
      /** 份数 */
      pageNum?: number
      /** 原件份数 */
      pageNumY?: number
      /** 复印件份数 */
      pageNumF?: number
      /** 介质要求, such as A4 */
      pageFormat?: string
      /** 受理标准 */
      acceptStand?: string
      /** 填报须知 */
      fillExplain?: string
      /** 审查要点: what the counter checks, in order */
      reviewPoints?: string[]
      /** 样表: a filled sample, as a material */
      exampleGuid?: { sha256: string; size: number; type: string }
      /** 空表: the blank form, as a material */
      formGuid?: { sha256: string; size: number; type: string }
      /** 是否结果证照: the result of another item */
      isResultCert?: boolean
      /** 证照类型代码 (GB/T 36903), for fetching it by data sharing */
      certCode?: string
      /** 设定依据 */
      byLaw?: string
      /** 排序号 */
      orderNum?: number
    }[]
    /** 收费项目 */
    fees?: {
      /** 收费项目名称 */
      feeName: string
      /** 收费标准 */
      feeStand: string
      /** 收费依据 */
      byLaw: string
      /** 是否允许减免 */
      isDesc?: boolean
      /** 减免依据或说明 */
      descExplain?: string
    }[]
    /** 常见问题 */
    faqs?: {
      /** 常见问题 */
      question: string
      /** 解答 */
      answer: string
    }[]
    /** 联系人, by role */
    contacts?: {
      /** consult 咨询, complaint 投诉监督, receive 收件对接, approve 审批对接, mail 寄递对接, technical 技术对接 */
      role: 'consult' | 'complaint' | 'receive' | 'approve' | 'mail' | 'technical'
      /** 联系人 */
      name?: string
      /** 部门 */
      department?: string
      /** 电话, with area code */
      phone?: string
      /** 电子邮箱 */
      email?: string
      /** 说明, such as office hours */
      note?: string
    }[]
    /** 办理点: who offers it where */
    offeredAt?: {
      /** code of the unit */
      unit: string
      /** also in every unit below it */
      below?: boolean
      /** codes of the windows; without it any window */
      windows?: string[]
    }[]
    /** 申请表: JSON Schema of the application form */
    form?: Record<string, unknown>
    /** 界面提示: UI hints to `form`, by the names of its properties */
    formUi?: Record<string, unknown>
    /** 告知书: what the applicant is told and accepts */
    consent?: {
      /** 版本: a case records the version that the applicant accepted */
      version: string
      /** 告知书正文 */
      text: string
    }
    /** 共享字段 (minimisation): what leaves the collecting city: properties of `form`, and `applicant.phone` and the like */
    sharedFields?: string[]
  } | null
  findings: {
    rule: string
    level: 'error' | 'warning'
    /** field of the item, such as `materials.0.reviewPoints` */
    path: string
    zh: string
    en: string
  }[]
  differences: {
    /** field, and in lists the entry: `materials.M01.isNeed` */
    path: string
    /** absent when it is new */
    before?: unknown
    /** absent when it is gone */
    after?: unknown
  }[]
}
export type JoinPartnerRequest = { city: string }
export type KeepAdapterFileAnswer = { sha256: string; size: number; type: string }
export type KeptColumnMapping = {
  name: string
  mapping: ColumnMapping
  version: number
  actor: string
  updatedAt: string
}
export type LeaseAdapterWorkAnswer = { work: LeasedWork[] }
export type LeaseAdapterWorkRequest = {
  /** seconds, until there is some */
  wait?: number | undefined
  /** how long the lease is to last */
  seconds?: number | undefined
  most?: number | undefined
  /** why the approval system cannot be used now; told by `doctor` */
  trouble?: string | undefined
}
export type LeaseResult = {
  outcome: 'done'
  /** needed for `case.submit` */
  localCaseNo?: string | undefined
  /** steps that follow at once; the same for the same key */
  moves?: { kind: string; body: Record<string, unknown> }[] | undefined
} | { outcome: 'handed'; lookAgainSeconds?: number | undefined } | {
  outcome: 'refused'
  /** why; shown to people and logged, so it holds nothing of the case */
  detail: string
  /** the approval system's own code */
  theirCode?: string | undefined
} | {
  outcome: 'again'
  /** why; shown to people and logged, so it holds nothing of the case */
  detail: string
  /** the approval system's own code */
  theirCode?: string | undefined
  retryAfterSeconds?: number | undefined
} | {
  outcome: 'unknown'
  /** why; shown to people and logged, so it holds nothing of the case */
  detail: string
} | {
  outcome: 'unmapped'
  /** why; shown to people and logged, so it holds nothing of the case */
  detail: string
} | {
  outcome: 'read'
  /** null: it means nothing */
  event: {
    id: string
    /** case number of the approval system */
    localCaseNo: string
    /** a step of the handling city, such as `case.accept`, with its content as SPEC.md has it */
    move: { kind: string; body: Record<string, unknown> }
    /** when the officer acted */
    at?: string | undefined
  } | null
} | {
  outcome: 'unreadable'
  /** why; shown to people and logged, so it holds nothing of the case */
  detail: string
}
export type LeasedWork = {
  call: 'deliver'
  /** `lease` of the work */
  lease: string
  /** `fence` of the work; that of an earlier lease is refused */
  fence: number
  until: string
  delivery: {
    /** the same for every attempt of this packet: its effect is there once */
    idempotencyKey: string
    thread: string
    /** case number given by the collecting city */
    caseNo: string
    /** packet kind, such as `case.submit` */
    kind: string
    from: string
    to: string
    localCaseNo: string | null
    body: Record<string, unknown>
    /** body of the `case.submit`, with every later packet too */
    submit: Record<string, unknown> | null
    materials: {
      sha256: string
      size: number
      type: string
      /** material code of the item's list */
      code: string
      /** display name; personal data */
      name: string
    }[]
    /** how often it was tried before */
    attempt: number
    /** when the case was submitted, ms since the epoch */
    submittedAt?: number
  }
} | {
  call: 'read'
  /** `lease` of the work */
  lease: string
  /** `fence` of the work; that of an earlier lease is refused */
  fence: number
  until: string
  /** as the program told it */
  raw: string
}
export type LintDraftsAnswer = {
  items: number
  rules: {
    rule: string
    level: 'error' | 'warning'
    zh: string
    en: string
    count: number
  }[]
  /** the first ones, errors before warnings */
  findings: {
    rule: string
    level: 'error' | 'warning'
    /** field of the item, such as `materials.0.reviewPoints` */
    path: string
    zh: string
    en: string
    code: string
    name: string
  }[]
}
export type ListActsAnswer = { items: WaitingAct[] }
export type ListAdapterMappingsAnswer = {
  items: {
    /** name of the approval system */
    adapter: string
    kind: string
    /** null: no file says how it maps (workbench, module, remote) */
    mapping: {
      /** whether a case stays with the version with which it began */
      pinned: boolean
      versions: {
        /** hash of the mapping with the files that it names */
        version: string
        /** cases begin with it */
        current: boolean
        keptAt: string
        /** open cases that are pinned to it */
        cases: number
      }[]
    } | null
  }[]
}
export type ListAgreementDraftsAnswer = { items: AgreementDraft[] }
export type ListAgreementsAnswer = {
  items: Agreement[]
  /** Cursor of the next page; null on the last one */
  next: string | null
}
export type ListAttachmentsAnswer = {
  items: {
    sha256: string
    size: number
    type: string
    name: string
    /** ids of the texts that name it */
    texts: string[]
    /** false: it is being fetched from the partner */
    held: boolean
  }[]
}
export type ListAuditActionsAnswer = { items: string[] }
export type ListAuditAnswer = {
  items: AuditRow[]
  /** Cursor of the next page; null on the last one */
  next: string | null
}
export type ListAuthoritiesAnswer = { items: Authority[] }
export type ListBackupsAnswer = {
  /** where those asked for here are made; null: `backups.folder` is not set */
  folder: string | null
  running: {
    work: 'backup' | 'verification'
    folder: string
    since: string
    /** shelves of materials that were seen to */
    done: number
    /** how many there are; 0: not counted yet */
    all: number
  } | null
  /** how the last work since the start ended */
  last: {
    work: 'backup' | 'verification'
    folder: string
    at: string
    problem: {
      code: string
      /** which field or thing, in English */
      detail?: string
      /** the same in Chinese; null without a detail */
      detailZh: string | null
    } | null
  } | null
  items: Backup[]
}
export type ListBadRatingsAnswer = {
  items: Rating[]
  /** Cursor of the next page; null on the last one */
  next: string | null
}
export type ListCaseDraftsAnswer = {
  items: Draft[]
  /** Cursor of the next page; null on the last one */
  next: string | null
}
export type ListCaseMaterialsAnswer = {
  items: {
    sha256: string
    size: number
    type: string
    /** the first step that names it */
    packet: string
    kind: 'case.submit' | 'case.supplement' | 'case.commit' | 'case.hand-in' | 'case.ship' | 'case.withdraw' | 'case.remind' | 'case.result-received' | 'case.evaluate' | 'case.message' | 'case.arrived' | 'case.precheck' | 'case.request-supplement' | 'case.accept' | 'case.refuse' | 'case.request-payment' | 'case.progress' | 'case.pause' | 'case.resume' | 'case.extend' | 'case.decide' | 'case.send-result' | 'case.close' | 'case.answer-evaluation' | 'case.appeal-evaluation' | 'case.supervise' | 'case.answer' | 'case.record-payment' | 'case.verify-remote' | 'case.mail' | 'case.originals' | 'case.purge' | 'case.object' | 'case.correct' | 'case.revoke'
    /** that sent it */
    city: string
    at: string
    /** material code of the item's list, or number of the decision */
    code: string | null
    /** as its city wrote it; null when purged */
    name: string | null
    /** as the item calls it */
    title: string | null
    form: 'original' | 'copy' | 'electronic' | null
    /** as its city wrote them */
    pages: number | null
    /** as counted here (校页); null: not here, or they cannot be */
    counted: number | null
    /** broken, or locked by a password */
    unreadable: boolean
    /** it is here; else it is still fetched, or was purged */
    held: boolean
    /** a browser shows it; of another one, read its text */
    shown: boolean
    /** 审查要点 of the item */
    reviewPoints: string[]
  }[]
}
export type ListCasesAnswer = {
  items: Case[]
  /** Cursor of the next page; null on the last one */
  next: string | null
}
export type ListColleagueQueuesAnswer = {
  items: {
    /** account; null: nobody, on the first page */
    id: string | null
    name: string | null
    queues: {
      queue: 'mine' | 'window' | 'ours' | 'waiting' | 'paused' | 'due-today' | 'overdue' | 'unread' | 'to-print' | 'to-hand-out' | 'withdrawals' | 'parked' | 'parcels' | 'originals' | 'bad-ratings' | 'done'
      title: string
      count: number
      /** there are more than 1000, where counting ends */
      more: boolean
    }[]
  }[]
  /** Cursor of the next page; null on the last one */
  next: string | null
  /** where counting ends */
  cap: number
}
export type ListColleaguesAnswer = {
  items: Colleague[]
  /** Cursor of the next page; null on the last one */
  next: string | null
}
export type ListColumnMappingsAnswer = {
  items: KeptColumnMapping[]
  /** Cursor of the next page; null on the last one */
  next: string | null
}
export type ListCountersignsAnswer = {
  items: {
    case: Case
    /** for which one is asked; null: oneself is */
    department: string | null
    /** name of who asks */
    by: string
    at: string
    /** `all`: everybody must agree; `any`: one is enough */
    rule: 'all' | 'any'
  }[]
  /** Cursor of the next page; null on the last one */
  next: string | null
}
export type ListDraftsAnswer = {
  items: {
    code: string
    name: string
    change: 'add' | 'change' | 'remove'
    /** findings that block publication */
    errors: number
    warnings: number
    actor: string
    updatedAt: string
  }[]
  /** Cursor of the next page; null on the last one */
  next: string | null
  counts: {
    drafts: number
    put: number
    remove: number
    /** drafts with an error */
    errors: number
    warnings: number
    /** whether an organisation tree is drafted */
    organisation: boolean
  }
}
export type ListEarlierScansAnswer = { items: EarlierScan[] }
export type ListEarlierScansRequest = {
  /** of the applicant, whole */
  idNumber: string
}
export type ListEntriesAnswer = { items: EntrySheet[] }
export type ListExportsAnswer = { items: Export[] }
export type ListFederationCitiesAnswer = {
  items: {
    city: string
    name: string
    operator: string
    /** `overdue` (逾期): the next version did not come, entries still count; `lapsed` (失效): they vouch for nobody */
    standing: 'current' | 'overdue' | 'lapsed'
    certificates: string[]
    addresses: string[]
    since: string
  }[]
}
export type ListInstantApprovalsAnswer = { items: InstantApproval[] }
export type ListInvitesAnswer = {
  items: {
    id: string
    /** the city that is invited; null: made before invites were for one city */
    for: string | null
    state: 'open' | 'used' | 'expired' | 'cancelled'
    createdAt: string
    expiresAt: string
    usedBy: string | null
    /** proofs that did not hold; the fifth cancels the invite */
    wrong: number
  }[]
}
export type ListMappingsAnswer = {
  items: MaterialMapping[]
  /** Cursor of the next page; null on the last one */
  next: string | null
}
export type ListOperatorsAnswer = {
  items: {
    /** thumbprint of its key */
    operator: string
    trustedAt: string
    directory: {
      name: string
      version: number
      sha256: string
      /** `overdue` (逾期): the next version did not come, entries still count; `lapsed` (失效): they vouch for nobody */
      standing: 'current' | 'overdue' | 'lapsed'
      issuedAt: string
      nextUpdate: string
      graceUntil: string
      cities: number
      revocations: number
      /** who brought it: `person:…` or `city:…` */
      source: string
      receivedAt: string
      /** another document was signed under the same version: ask the operator */
      fork: string | null
      /** the key that took over: it is trusted in place of this one */
      successor: string | null
    } | null
  }[]
}
export type ListOriginalsAnswer = {
  /** neither given back nor kept in the file */
  open: number
  items: {
    name: string
    code: string | null
    copies: number
    place: 'here' | 'on-the-way' | 'delivered' | 'lost' | 'applicant' | 'kept'
    placeName: string
    /** the city that has it, or to which it goes */
    city: string
    since: string
  }[]
  moves: {
    /** 收取, 交寄对方城市, 收到, 退还申请人, 留存归档 */
    event: 'taken' | 'sent' | 'received' | 'returned' | 'kept'
    items: {
      name: string
      /** material code of the item's list */
      code?: string
      /** 份数; 1 when absent */
      copies?: number
    }[]
    at: string
    waybill?: {
      /** such as EMS */
      carrier: string
      number: string
    }
    /** who handed them over */
    by?: string
    /** who took them */
    to?: string
    note?: string
    eventName: string
    /** who signed it */
    city: string
    packet: string
  }[]
}
export type ListOwnSessionsAnswer = { items: Session[] }
export type ListPapersAnswer = {
  items: {
    name: 'receipt' | 'supplement-notice' | 'acceptance' | 'refusal' | 'decision' | 'supplement-receipt' | 'commitment' | 'hand-in-receipt' | 'special-procedure' | 'extension' | 'payment-notice' | 'withdrawal' | 'termination' | 'delivery' | 'originals-list' | 'mailing-label'
    title: string
    /** the step, or what of it, that is not there yet */
    lacking: string | null
  }[]
}
export type ListParcelsAnswer = {
  items: {
    id: string
    parcel: 'originals' | 'result'
    /** wanted: the carrier has not taken the order yet; failed: a person must look */
    state: 'wanted' | 'open' | 'cancelling' | 'done' | 'failed'
    carrier: string
    /** waybill (运单号) */
    number: string | null
    payer: 'collecting' | 'handling' | 'applicant'
    /** each is a signed `case.mail`, too */
    way: {
      state: 'collected' | 'in-transit' | 'delivered' | 'returned' | 'lost' | 'cancelled'
      at: string
      place?: string
    }[]
    problem: string | null
    /** the same in Chinese */
    problemZh: string | null
    /** why somebody must see to it */
    trouble: 'lost' | 'returned' | 'refused' | 'unanswered' | 'silent' | 'contradicts' | null
    createdAt: string
  }[]
}
export type ListParkedAnswer = {
  items: ParkedWork[]
  /** Cursor of the next page; null on the last one */
  next: string | null
}
export type ListPartnerServicesAnswer = {
  items: {
    /** 实施编码: 31 characters by GB/T 39554, older ones as they are */
    taskCode: string
    /** 地方实施编码 */
    localTaskCode?: string
    /** 基本编码: 12 characters by GB/T 39554 */
    catalogCode?: string
    /** 地方基本编码 */
    localCatalogCode?: string
    /** 业务办理项编码 */
    taskHandleItem?: string
    /** 事项名称 */
    taskName: string
    /** 事项版本, grows with each published change */
    taskVersion: number
    /** 事项状态: 1 在用, 2 暂停, 3 取消 */
    taskState: '1' | '2' | '3'
    /** 事项类型 (A.1): 01 行政许可, 05 行政给付, 07 行政确认, 10 其他, 20 公共服务 */
    taskType: string
    /** 行使层级 (A.2): 1 国家, 2 省, 3 市, 4 县, 5 镇街, 6 村社区, 7 分级管理 */
    useLevel: '1' | '2' | '3' | '4' | '5' | '6' | '7'
    /** 权力来源 */
    powerSource?: string
    /** 实施主体 */
    deptName: string
    /** 实施主体的统一社会信用代码 */
    deptCode?: string
    /** 实施主体性质 (A.3): 1 法定机关, 2 授权组织, 3 受委托组织, 9 其他 */
    deptType?: '1' | '2' | '3' | '9'
    /** 委托部门 */
    entrustName?: string
    /** 服务对象 (A.4): 1 自然人, 2 企业法人, 3 事业法人, 4 社会组织法人, 5 行政机关, 6 其他组织 */
    serverType: ('1' | '2' | '3' | '4' | '5' | '6')[]
    /** 办件类型 (A.6): 1 即办件, 2 承诺件, 9 其他 */
    projectType: '1' | '2' | '9'
    /** 办理模式: 0 全程网办, 1 异地委托·本地代收, 2 异地授权·本地办理, 3 多地联办 */
    modes: (0 | 1 | 2 | 3)[]
    /** 法定办结时限, working days */
    anticipateDay: number
    /** 时限单位: 1 工作日, the only one */
    anticipateType?: '1'
    /** 法定办结时限说明 */
    anticipateExplain?: string
    /** 承诺办结时限, working days */
    promiseDay: number
    /** 时限单位: 1 工作日, the only one */
    promiseType?: '1'
    /** 承诺办结时限说明 */
    promiseExplain?: string
    /** 受理条件 */
    acceptCondition?: string
    /** 办理流程 */
    handleFlow?: string
    /** 办理环节 */
    handleLinks?: {
      /** 环节名称 */
      linkName: string
      /** 环节时限, working days */
      handleDay?: number
      /** 办理内容 */
      explain?: string
      /** 是否特别程序 */
      isSpecial?: boolean
    }[]
    /** 办理形式 (A.5): 1 窗口, 2 电脑端, 3 移动端, 4 快递申请, 9 其他 */
    handleType?: ('1' | '2' | '3' | '4' | '9')[]
    /** 到现场次数 */
    limitSceneNum: number
    /** 必须现场办理原因 */
    limitSceneExplain?: string
    /** 特别程序, as one text */
    specialProcedure?: string
    /** 特别程序, one by one */
    specialProcedures?: {
      /** 特别程序种类 (A.7): 1 延长审批, 2 除延长审批外 */
      specialType: '1' | '2'
      /** 特别程序名称, such as 听证, 现场核查 */
      specialName: string
      /** 特别程序时限, working days */
      specialDay?: number
      /** 说明 */
      explain?: string
    }[]
    /** 设定依据, as one text */
    byLaw?: string
    /** 设定依据, one by one */
    legalBases?: {
      /** 法律法规名称 */
      lawName: string
      /** 文号 */
      lawNumber?: string
      /** 条款号 */
      article?: string
      /** 条款内容 */
      content?: string
    }[]
    /** 是否收费 */
    isFee: boolean
    /** 收费依据 */
    feeBasis?: string
    /** 办理地点 */
    transactAddr?: string
    /** 办理时间 */
    transactTime?: string
    /** 咨询电话, with area code */
    linkWay?: string
    /** 投诉电话, with area code */
    superviseWay?: string
    /** 计划生效日期 */
    planEffectiveDate?: string
    /** 计划取消日期 */
    planCancelDate?: string
    /** row_guid of the upload tables */
    rowGuid?: string
    /** 是否进驻政务大厅 */
    isEntryCenter?: boolean
    /** 通办范围: 全国, 跨省, 跨市, 跨县, or areas by name */
    handleArea?: string
    /** 是否支持通办 */
    isHandle?: boolean
    /** 联办机构 */
    otherDept?: string
    /** 中介服务 */
    serviceType?: string
    /** 是否网上办理 */
    isOnline?: boolean
    /** 网办深度: 1 咨询, 2 收件, 3 预审, 4 受理, 5 办理, 6 结果信息反馈, 7 电子证照反馈, 8 其他 */
    onlineHandleDepth?: ('1' | '2' | '3' | '4' | '5' | '6' | '7' | '8')[]
    /** 网办等级 Ⅰ–Ⅳ: 4 全程网办 */
    onlineLevel?: '1' | '2' | '3' | '4'
    /** 网上办理地址 */
    onlineHandleUrl?: string
    /** 是否支持预约 */
    isSchedule?: boolean
    /** 是否网上支付 */
    isPayOnline?: boolean
    /** 是否支持物流快递 */
    isExpress?: boolean
    /** 材料是否可邮寄 */
    isMailMaterial?: boolean
    /** 结果是否可邮寄 */
    isMailResult?: boolean
    /** 是否支持自助终端 */
    isServiceTerminals?: boolean
    /** 是否由部门业务系统办理 */
    isHandleByDeptSys?: boolean
    /** 部门业务系统名称 */
    deptSysName?: string
    /** 部门业务系统地址 */
    deptSysUrl?: string
    /** 业务系统运行网络 */
    deptSysType?: string
    /** 数量限制 */
    limitExplain?: string
    /** 审批结果类型, such as 出证办结, 审批办结 */
    resultType?: string
    /** 审批结果名称 */
    resultName?: string
    /** 审批结果样本, as a material */
    resultGuid?: { sha256: string; size: number; type: string }
    /** 面向自然人主题分类 */
    userTopicType?: string
    /** 面向法人主题分类 */
    corpTopicType?: string
    /** 乡镇街道名称 */
    townName?: string
    /** 乡镇街道代码 */
    townCode?: string
    /** 村社区名称 */
    villageName?: string
    /** 村社区代码 */
    villageCode?: string
    /** 审核状态 of the item in the local item system */
    auditStatus?: string
    /** 国家对口部门 */
    centralDept?: string
    /** 行政复议: organ, address, phone */
    reviewContact?: string
    /** 行政诉讼: court, address, phone */
    litigationContact?: string
    /** 申请材料 */
    materials: {
      /** 材料编码, once in an item */
      materialCode: string
      /** 材料名称 */
      materialName: string
      /** 必要性: 1 必要, 2 非必要, 3 容缺后补 */
      isNeed: '1' | '2' | '3'
      /** 必要性说明: when a material of kind 2 or 3 is asked for */
      needExplain?: string
      /** 材料类型: 1 原件, 2 复印件, 3 原件和复印件, 4 原件或复印件 */
      materialType: '1' | '2' | '3' | '4'
      /** 材料形式: 1 纸质, 2 电子, 3 纸质或电子 */
      materialFormat: '1' | '2' | '3'
      /** 来源渠道: 10 申请人自备, 20 政府部门核发, 99 其他 */
      sourceType: '10' | '20' | '99'
      /** 来源渠道说明 */
      sourceExplain?: string
      /** 出具机构: who issues the material */
      issuer?: string
      /** 出具时间要求, such as 近三个月内 */
      issueRequirement?: string
      /** 份数 */
      pageNum?: number
      /** 原件份数 */
      pageNumY?: number
      /** 复印件份数 */
      pageNumF?: number
      /** 介质要求, such as A4 */
      pageFormat?: string
      /** 受理标准 */
      acceptStand?: string
      /** 填报须知 */
      fillExplain?: string
      /** 审查要点: what the counter checks, in order */
      reviewPoints?: string[]
      /** 样表: a filled sample, as a material */
      exampleGuid?: { sha256: string; size: number; type: string }
      /** 空表: the blank form, as a material */
      formGuid?: { sha256: string; size: number; type: string }
      /** 是否结果证照: the result of another item */
      isResultCert?: boolean
      /** 证照类型代码 (GB/T 36903), for fetching it by data sharing */
      certCode?: string
      /** 设定依据 */
      byLaw?: string
      /** 排序号 */
      orderNum?: number
    }[]
    /** 收费项目 */
    fees?: {
      /** 收费项目名称 */
      feeName: string
      /** 收费标准 */
      feeStand: string
      /** 收费依据 */
      byLaw: string
      /** 是否允许减免 */
      isDesc?: boolean
      /** 减免依据或说明 */
      descExplain?: string
    }[]
    /** 常见问题 */
    faqs?: {
      /** 常见问题 */
      question: string
      /** 解答 */
      answer: string
    }[]
    /** 联系人, by role */
    contacts?: {
      /** consult 咨询, complaint 投诉监督, receive 收件对接, approve 审批对接, mail 寄递对接, technical 技术对接 */
      role: 'consult' | 'complaint' | 'receive' | 'approve' | 'mail' | 'technical'
      /** 联系人 */
      name?: string
      /** 部门 */
      department?: string
      /** 电话, with area code */
      phone?: string
      /** 电子邮箱 */
      email?: string
      /** 说明, such as office hours */
      note?: string
    }[]
    /** 办理点: who offers it where */
    offeredAt?: {
      /** code of the unit */
      unit: string
      /** also in every unit below it */
      below?: boolean
      /** codes of the windows; without it any window */
      windows?: string[]
    }[]
    /** 申请表: JSON Schema of the application form */
    form?: Record<string, unknown>
    /** 界面提示: UI hints to `form`, by the names of its properties */
    formUi?: Record<string, unknown>
    /** 告知书: what the applicant is told and accepts */
    consent?: {
      /** 版本: a case records the version that the applicant accepted */
      version: string
      /** 告知书正文 */
      text: string
    }
    /** 共享字段 (minimisation): what leaves the collecting city: properties of `form`, and `applicant.phone` and the like */
    sharedFields?: string[]
  }[]
  /** Cursor of the next page; null on the last one */
  next: string | null
  /** null when the city has published nothing yet */
  list: { city: string; version: number; count: number; publishedAt: string } | null
  problem: {
    code: string
    /** which field or thing, in English */
    detail?: string
    /** the same in Chinese; null without a detail */
    detailZh: string | null
  } | null
}
export type ListPartnerTestsAnswer = {
  items: {
    no: number
    partner: string
    /** `out`: begun by this city; `in`: the partner tested this city */
    direction: 'out' | 'in'
    thread: string
    state: 'running' | 'passed' | 'failed'
    /** in their order; none of a test that the partner began */
    hops: {
      hop: 'connect' | 'identity' | 'list' | 'packet' | 'material' | 'receipt' | 'evidence'
      en: string
      zh: string
      state: 'waiting' | 'running' | 'ok' | 'failed' | 'skipped'
      ms: number | null
      /** what the hop measured */
      facts: Record<string, number | string | null>
      problem: {
        code: string
        /** which field or thing, in English */
        detail?: string
        /** the same in Chinese; null without a detail */
        detailZh: string | null
        en: string
        zh: string
        /** who must act */
        act: 'you' | 'partner' | 'operator'
        cure: string
        cureZh: string
      } | null
    }[]
    begunAt: string
    endedAt: string | null
  }[]
}
export type ListPartnersAnswer = { items: Partner[] }
export type ListPeopleAnswer = {
  items: Person[]
  /** Cursor of the next page; null on the last one */
  next: string | null
}
export type ListPhrasesAnswer = { items: Phrase[] }
export type ListPlacesAnswer = {
  items: {
    /** 机构编码, once in a city; a credit code, division code or local code */
    code: string
    /** 机构名称 */
    name: string
    /** 层级: 1 省级, 2 市级, 3 县级, 4 镇街级, 5 村社区级 */
    level: 1 | 2 | 3 | 4 | 5
    /** 上级机构编码; of the same level or above */
    parent?: string
    /** 地址 */
    address?: string
    /** 办公时间 */
    hours?: string
    /** 电话, with area code */
    phone?: string
    /** 窗口 */
    windows?: {
      /** 窗口编码, once in a unit */
      code: string
      /** 窗口名称 */
      name: string
      /** 位置, such as 一楼 A 区 */
      place?: string
      /** 电话, with area code */
      phone?: string
      /** 办公时间 */
      hours?: string
    }[]
  }[]
}
export type ListReceiversAnswer = {
  people: {
    id: string
    name: string
    /** null: every one */
    departments: string[] | null
  }[]
  /** codes */
  departments: string[]
}
export type ListRemindersAnswer = { items: Reminder[] }
export type ListRevocationsAnswer = {
  items: {
    certificate: string
    revokedAt: string
    reason: string
    operator: string
    /** its operator is trusted no more: it counts until it is released */
    kept: boolean
  }[]
}
export type ListServicesAnswer = {
  items: {
    /** 实施编码: 31 characters by GB/T 39554, older ones as they are */
    taskCode: string
    /** 地方实施编码 */
    localTaskCode?: string
    /** 基本编码: 12 characters by GB/T 39554 */
    catalogCode?: string
    /** 地方基本编码 */
    localCatalogCode?: string
    /** 业务办理项编码 */
    taskHandleItem?: string
    /** 事项名称 */
    taskName: string
    /** 事项版本, grows with each published change */
    taskVersion: number
    /** 事项状态: 1 在用, 2 暂停, 3 取消 */
    taskState: '1' | '2' | '3'
    /** 事项类型 (A.1): 01 行政许可, 05 行政给付, 07 行政确认, 10 其他, 20 公共服务 */
    taskType: string
    /** 行使层级 (A.2): 1 国家, 2 省, 3 市, 4 县, 5 镇街, 6 村社区, 7 分级管理 */
    useLevel: '1' | '2' | '3' | '4' | '5' | '6' | '7'
    /** 权力来源 */
    powerSource?: string
    /** 实施主体 */
    deptName: string
    /** 实施主体的统一社会信用代码 */
    deptCode?: string
    /** 实施主体性质 (A.3): 1 法定机关, 2 授权组织, 3 受委托组织, 9 其他 */
    deptType?: '1' | '2' | '3' | '9'
    /** 委托部门 */
    entrustName?: string
    /** 服务对象 (A.4): 1 自然人, 2 企业法人, 3 事业法人, 4 社会组织法人, 5 行政机关, 6 其他组织 */
    serverType: ('1' | '2' | '3' | '4' | '5' | '6')[]
    /** 办件类型 (A.6): 1 即办件, 2 承诺件, 9 其他 */
    projectType: '1' | '2' | '9'
    /** 办理模式: 0 全程网办, 1 异地委托·本地代收, 2 异地授权·本地办理, 3 多地联办 */
    modes: (0 | 1 | 2 | 3)[]
    /** 法定办结时限, working days */
    anticipateDay: number
    /** 时限单位: 1 工作日, the only one */
    anticipateType?: '1'
    /** 法定办结时限说明 */
    anticipateExplain?: string
    /** 承诺办结时限, working days */
    promiseDay: number
    /** 时限单位: 1 工作日, the only one */
    promiseType?: '1'
    /** 承诺办结时限说明 */
    promiseExplain?: string
    /** 受理条件 */
    acceptCondition?: string
    /** 办理流程 */
    handleFlow?: string
    /** 办理环节 */
    handleLinks?: {
      /** 环节名称 */
      linkName: string
      /** 环节时限, working days */
      handleDay?: number
      /** 办理内容 */
      explain?: string
      /** 是否特别程序 */
      isSpecial?: boolean
    }[]
    /** 办理形式 (A.5): 1 窗口, 2 电脑端, 3 移动端, 4 快递申请, 9 其他 */
    handleType?: ('1' | '2' | '3' | '4' | '9')[]
    /** 到现场次数 */
    limitSceneNum: number
    /** 必须现场办理原因 */
    limitSceneExplain?: string
    /** 特别程序, as one text */
    specialProcedure?: string
    /** 特别程序, one by one */
    specialProcedures?: {
      /** 特别程序种类 (A.7): 1 延长审批, 2 除延长审批外 */
      specialType: '1' | '2'
      /** 特别程序名称, such as 听证, 现场核查 */
      specialName: string
      /** 特别程序时限, working days */
      specialDay?: number
      /** 说明 */
      explain?: string
    }[]
    /** 设定依据, as one text */
    byLaw?: string
    /** 设定依据, one by one */
    legalBases?: {
      /** 法律法规名称 */
      lawName: string
      /** 文号 */
      lawNumber?: string
      /** 条款号 */
      article?: string
      /** 条款内容 */
      content?: string
    }[]
    /** 是否收费 */
    isFee: boolean
    /** 收费依据 */
    feeBasis?: string
    /** 办理地点 */
    transactAddr?: string
    /** 办理时间 */
    transactTime?: string
    /** 咨询电话, with area code */
    linkWay?: string
    /** 投诉电话, with area code */
    superviseWay?: string
    /** 计划生效日期 */
    planEffectiveDate?: string
    /** 计划取消日期 */
    planCancelDate?: string
    /** row_guid of the upload tables */
    rowGuid?: string
    /** 是否进驻政务大厅 */
    isEntryCenter?: boolean
    /** 通办范围: 全国, 跨省, 跨市, 跨县, or areas by name */
    handleArea?: string
    /** 是否支持通办 */
    isHandle?: boolean
    /** 联办机构 */
    otherDept?: string
    /** 中介服务 */
    serviceType?: string
    /** 是否网上办理 */
    isOnline?: boolean
    /** 网办深度: 1 咨询, 2 收件, 3 预审, 4 受理, 5 办理, 6 结果信息反馈, 7 电子证照反馈, 8 其他 */
    onlineHandleDepth?: ('1' | '2' | '3' | '4' | '5' | '6' | '7' | '8')[]
    /** 网办等级 Ⅰ–Ⅳ: 4 全程网办 */
    onlineLevel?: '1' | '2' | '3' | '4'
    /** 网上办理地址 */
    onlineHandleUrl?: string
    /** 是否支持预约 */
    isSchedule?: boolean
    /** 是否网上支付 */
    isPayOnline?: boolean
    /** 是否支持物流快递 */
    isExpress?: boolean
    /** 材料是否可邮寄 */
    isMailMaterial?: boolean
    /** 结果是否可邮寄 */
    isMailResult?: boolean
    /** 是否支持自助终端 */
    isServiceTerminals?: boolean
    /** 是否由部门业务系统办理 */
    isHandleByDeptSys?: boolean
    /** 部门业务系统名称 */
    deptSysName?: string
    /** 部门业务系统地址 */
    deptSysUrl?: string
    /** 业务系统运行网络 */
    deptSysType?: string
    /** 数量限制 */
    limitExplain?: string
    /** 审批结果类型, such as 出证办结, 审批办结 */
    resultType?: string
    /** 审批结果名称 */
    resultName?: string
    /** 审批结果样本, as a material */
    resultGuid?: { sha256: string; size: number; type: string }
    /** 面向自然人主题分类 */
    userTopicType?: string
    /** 面向法人主题分类 */
    corpTopicType?: string
    /** 乡镇街道名称 */
    townName?: string
    /** 乡镇街道代码 */
    townCode?: string
    /** 村社区名称 */
    villageName?: string
    /** 村社区代码 */
    villageCode?: string
    /** 审核状态 of the item in the local item system */
    auditStatus?: string
    /** 国家对口部门 */
    centralDept?: string
    /** 行政复议: organ, address, phone */
    reviewContact?: string
    /** 行政诉讼: court, address, phone */
    litigationContact?: string
    /** 申请材料 */
    materials: {
      /** 材料编码, once in an item */
      materialCode: string
      /** 材料名称 */
      materialName: string
      /** 必要性: 1 必要, 2 非必要, 3 容缺后补 */
      isNeed: '1' | '2' | '3'
      /** 必要性说明: when a material of kind 2 or 3 is asked for */
      needExplain?: string
      /** 材料类型: 1 原件, 2 复印件, 3 原件和复印件, 4 原件或复印件 */
      materialType: '1' | '2' | '3' | '4'
      /** 材料形式: 1 纸质, 2 电子, 3 纸质或电子 */
      materialFormat: '1' | '2' | '3'
      /** 来源渠道: 10 申请人自备, 20 政府部门核发, 99 其他 */
      sourceType: '10' | '20' | '99'
      /** 来源渠道说明 */
      sourceExplain?: string
      /** 出具机构: who issues the material */
      issuer?: string
      /** 出具时间要求, such as 近三个月内 */
      issueRequirement?: string
      /** 份数 */
      pageNum?: number
      /** 原件份数 */
      pageNumY?: number
      /** 复印件份数 */
      pageNumF?: number
      /** 介质要求, such as A4 */
      pageFormat?: string
      /** 受理标准 */
      acceptStand?: string
      /** 填报须知 */
      fillExplain?: string
      /** 审查要点: what the counter checks, in order */
      reviewPoints?: string[]
      /** 样表: a filled sample, as a material */
      exampleGuid?: { sha256: string; size: number; type: string }
      /** 空表: the blank form, as a material */
      formGuid?: { sha256: string; size: number; type: string }
      /** 是否结果证照: the result of another item */
      isResultCert?: boolean
      /** 证照类型代码 (GB/T 36903), for fetching it by data sharing */
      certCode?: string
      /** 设定依据 */
      byLaw?: string
      /** 排序号 */
      orderNum?: number
    }[]
    /** 收费项目 */
    fees?: {
      /** 收费项目名称 */
      feeName: string
      /** 收费标准 */
      feeStand: string
      /** 收费依据 */
      byLaw: string
      /** 是否允许减免 */
      isDesc?: boolean
      /** 减免依据或说明 */
      descExplain?: string
    }[]
    /** 常见问题 */
    faqs?: {
      /** 常见问题 */
      question: string
      /** 解答 */
      answer: string
    }[]
    /** 联系人, by role */
    contacts?: {
      /** consult 咨询, complaint 投诉监督, receive 收件对接, approve 审批对接, mail 寄递对接, technical 技术对接 */
      role: 'consult' | 'complaint' | 'receive' | 'approve' | 'mail' | 'technical'
      /** 联系人 */
      name?: string
      /** 部门 */
      department?: string
      /** 电话, with area code */
      phone?: string
      /** 电子邮箱 */
      email?: string
      /** 说明, such as office hours */
      note?: string
    }[]
    /** 办理点: who offers it where */
    offeredAt?: {
      /** code of the unit */
      unit: string
      /** also in every unit below it */
      below?: boolean
      /** codes of the windows; without it any window */
      windows?: string[]
    }[]
    /** 申请表: JSON Schema of the application form */
    form?: Record<string, unknown>
    /** 界面提示: UI hints to `form`, by the names of its properties */
    formUi?: Record<string, unknown>
    /** 告知书: what the applicant is told and accepts */
    consent?: {
      /** 版本: a case records the version that the applicant accepted */
      version: string
      /** 告知书正文 */
      text: string
    }
    /** 共享字段 (minimisation): what leaves the collecting city: properties of `form`, and `applicant.phone` and the like */
    sharedFields?: string[]
  }[]
  /** Cursor of the next page; null on the last one */
  next: string | null
  /** null when the city has published nothing yet */
  list: { city: string; version: number; count: number; publishedAt: string } | null
}
export type ListSessionsAnswer = {
  items: {
    id: string
    way: 'password' | 'second-factor' | 'single-sign-on'
    createdAt: string
    usedAt: string
  }[]
}
export type ListSettingsAnswer = {
  /** the file of the configuration */
  file: string | null
  items: Setting[]
}
export type ListSmsAnswer = { items: Sms[] }
export type ListTemplatesAnswer = {
  items: {
    name: string
    zh: string
    en: string
    /** when to take it */
    useZh: string
    useEn: string
    /** at least */
    parties: number
    /** {parties} stands for their names */
    title: string
    /** modes of its items, as far as the lists allow them */
    modes: (0 | 1 | 2 | 3)[]
    years: number
    /** fields of the document */
    terms: Record<string, unknown>
  }[]
}
export type ListTraceAnswer = {
  /** until when requests are traced; null: they are not */
  until: string | null
  exchanges: {
    no: number
    at: string
    /** name of the approval system, as the configuration gives it */
    adapter: string
    /** of the adapter */
    call: 'deliver' | 'poll' | 'read' | 'acknowledge' | 'check'
    thread: string | null
    /** case number given by the collecting city; null when no case here is meant */
    caseNo: string | null
    /** HTTP status; null: no answer came */
    status: number | null
    ms: number
    bytes: number
  }[]
}
export type ListUnitsAnswer = {
  items: {
    /** 机构编码, once in a city; a credit code, division code or local code */
    code: string
    /** 机构名称 */
    name: string
    /** 层级: 1 省级, 2 市级, 3 县级, 4 镇街级, 5 村社区级 */
    level: 1 | 2 | 3 | 4 | 5
    /** 上级机构编码; of the same level or above */
    parent?: string
    /** 地址 */
    address?: string
    /** 办公时间 */
    hours?: string
    /** 电话, with area code */
    phone?: string
    /** 窗口 */
    windows?: {
      /** 窗口编码, once in a unit */
      code: string
      /** 窗口名称 */
      name: string
      /** 位置, such as 一楼 A 区 */
      place?: string
      /** 电话, with area code */
      phone?: string
      /** 办公时间 */
      hours?: string
    }[]
  }[]
  /** Cursor of the next page; null on the last one */
  next: string | null
  /** of the tree; null when the city has published none */
  sha256: string | null
  /** units of the whole tree */
  count: number
  /** why a partner's newest tree could not be fetched */
  problem: {
    code: string
    /** which field or thing, in English */
    detail?: string
    /** the same in Chinese; null without a detail */
    detailZh: string | null
  } | null
}
export type ListViewsAnswer = { items: View[] }
export type ListWebhooksAnswer = { items: Webhook[] }
export type LookAtParkedAnswer = {
  requests?: {
    method: string
    url: string
    /** by name alone, for some are secrets */
    headers: string[]
    /** null: the bytes of a material */
    body: string | null
  }[]
  answer?: string
}
export type LookAtParkedRequest = { packetNo: number } | { event: string }
export type MailCaseRequest = {
  waybill: {
    /** such as EMS */
    carrier: string
    number: string
  }
  parcel: 'originals' | 'result'
  /** 已下单, 已揽收, 运输中, 已签收, 已退回, 已丢失, 已取消 */
  state: 'ordered' | 'collected' | 'in-transit' | 'delivered' | 'returned' | 'lost' | 'cancelled'
  at: string
  place?: string | undefined
}
export type MakeBackupRequest = Record<string, never>
export type MaterialMapping = {
  partner: string
  /** taskCode of the partner's item */
  handling: string
  /** taskCode of the own item */
  collecting: string
  version: number
  /** taskVersion that was compared */
  handlingVersion: number
  collectingVersion: number
  pairs: {
    /** material code in the own list */
    collecting: string
    /** material code in the partner's list */
    handling: string
    note?: string
  }[]
  note: string | null
  actor: string
  updatedAt: string
  /** an item changed since: compare again */
  stale: boolean
}
export type MessageCaseRequest = {
  text: string
  attachments?: {
    sha256: string
    /** material code of the item's list */
    code: string
    name: string
    /** 原件, 复印件, 电子 */
    form?: 'original' | 'copy' | 'electronic' | undefined
    pages?: number | undefined
    /** 用证事由 of this licence, in place of the one of the case */
    purpose?: string | undefined
  }[] | undefined
}
export type NoteHereRequest = {
  /** has input that is not saved */
  unsaved?: boolean | undefined
}
export type ObjectCaseRequest = { reason: string; basis?: string | undefined }
export type OpenCaseDraftAnswer = {
  id: string
  /** grows with each saving; saving and sending name it, here or in `If-Match` */
  version: number
  /** account; `node` when a partner refused what was sent */
  owner: string
  window: string | null
  partner: string | null
  item: string | null
  /** masked name */
  applicant: string
  /** why the partner refused it */
  problem: {
    code: string
    /** which field or thing, in English */
    detail?: string
    /** the same in Chinese; null without a detail */
    detailZh: string | null
  } | null
  /** under which it was refused */
  thread: string | null
  createdAt: string
  updatedAt: string
  updatedBy: string
  /** fields of a new case, or `shared` and `items` of a joint one; whole or not */
  content: Record<string, unknown>
  /** name of the account that saved it last; null of none */
  updatedByName: string | null
}
export type OrderParcelAnswer = {
  id: string
  parcel: 'originals' | 'result'
  /** wanted: the carrier has not taken the order yet; failed: a person must look */
  state: 'wanted' | 'open' | 'cancelling' | 'done' | 'failed'
  carrier: string
  /** waybill (运单号) */
  number: string | null
  payer: 'collecting' | 'handling' | 'applicant'
  /** each is a signed `case.mail`, too */
  way: {
    state: 'collected' | 'in-transit' | 'delivered' | 'returned' | 'lost' | 'cancelled'
    at: string
    place?: string
  }[]
  problem: string | null
  /** the same in Chinese */
  problemZh: string | null
  /** why somebody must see to it */
  trouble: 'lost' | 'returned' | 'refused' | 'unanswered' | 'silent' | 'contradicts' | null
  createdAt: string
}
export type OrderParcelRequest = {
  parcel: 'originals' | 'result'
  to: {
    name: string
    phone: string
    address: string
    postcode?: string | undefined
  }
  /** the window of the configuration when absent */
  from?: {
    name: string
    phone: string
    address: string
    postcode?: string | undefined
  } | undefined
  contents: string[]
  /** as the agreement says when absent */
  payer?: 'collecting' | 'handling' | 'applicant' | undefined
}
export type OriginalsCaseRequest = {
  /** 收取, 交寄对方城市, 收到, 退还申请人, 留存归档 */
  event: 'taken' | 'sent' | 'received' | 'returned' | 'kept'
  items: {
    name: string
    /** material code of the item's list */
    code?: string | undefined
    /** 份数; 1 when absent */
    copies?: number | undefined
  }[]
  at: string
  waybill?: {
    /** such as EMS */
    carrier: string
    number: string
  } | undefined
  /** who handed them over */
  by?: string | undefined
  /** who took them */
  to?: string | undefined
  note?: string | undefined
}
export type OwnSession = {
  id: string
  way: 'password' | 'second-factor' | 'single-sign-on'
  createdAt: string
  usedAt: string
  /** whether this request came in it */
  current: boolean
  /** null of a session that is not that of the request */
  csrf: string | null
  due: ('password' | 'second-factor')[]
}
export type ParkedWork = {
  what: 'packet'
  packetNo: number
  kind: string
  thread: string
  /** case number given by the collecting city; null when no case here is meant */
  caseNo: string | null
  /** case number of the approval system; null when it gave none */
  localCaseNo: string | null
  /** name of the approval system, as the configuration gives it */
  adapter: string
  problem: {
    code: string
    /** which field or thing, in English */
    detail?: string
    /** the same in Chinese; null without a detail */
    detailZh: string | null
    en: string
    zh: string
    /** who must act */
    act: 'you' | 'partner' | 'operator'
    cure: string
    cureZh: string
  }
  /** the code of the approval system's own answer */
  theirCode: string | null
  attempts: number
  /** since when the approval system has it and has not told what came of it (已移交); null: it does not have it */
  handedAt: string | null
  /** when the node looks at it again by itself; null: it does not */
  retryAt: string | null
  at: string
} | {
  what: 'adapter-event'
  /** id that the approval system gave the answer */
  event: string
  thread: string | null
  /** case number given by the collecting city; null when no case here is meant */
  caseNo: string | null
  /** case number of the approval system; null when it gave none */
  localCaseNo: string | null
  /** name of the approval system, as the configuration gives it */
  adapter: string
  /** its own; `adapter.behind` while an earlier answer of its case is not settled */
  problem: {
    code: string
    /** which field or thing, in English */
    detail?: string
    /** the same in Chinese; null without a detail */
    detailZh: string | null
    en: string
    zh: string
    /** who must act */
    act: 'you' | 'partner' | 'operator'
    cure: string
    cureZh: string
  }
  attempts: number
  /** when the node tries it again by itself; null: it waits for a person, or behind another */
  retryAt: string | null
  at: string
} | {
  what: 'material'
  material: string
  partner: string
  attempts: number
  /** it is tried no more until a person asks for it again */
  ended: boolean
  problem: {
    code: string
    /** which field or thing, in English */
    detail?: string
    /** the same in Chinese; null without a detail */
    detailZh: string | null
    en: string
    zh: string
    /** who must act */
    act: 'you' | 'partner' | 'operator'
    cure: string
    cureZh: string
  }
  at: string
}
export type Partner = {
  code: string
  name: string
  status: 'pending' | 'active' | 'suspended'
  /** SHA-256 of the city certificate */
  fingerprint: string
  /** verification words (核对词) to read out to the partner's administrator, by place; null: one that this node asks for, read out by the partner's */
  words: (string | null)[]
  /** places, from 1, of the words that `confirm` asks for; empty when there is nothing to type */
  asked: number[]
  /** `authority:` and the fingerprint of the accepted authority that issued the certificate, or `directory:` and the thumbprint of the operator whose directory names it: no words to compare */
  vouched: string | null
  /** the directory of a federation revoked the certificate: nothing is exchanged until it pairs again */
  revoked: { at: string; reason: string } | null
  addresses: string[]
  pairedAt: string
  confirmedAt: string | null
  seenAt: string | null
  connected: boolean
  /** why delivery does not proceed */
  problem: {
    code: string
    /** which field or thing, in English */
    detail?: string
    /** the same in Chinese; null without a detail */
    detailZh: string | null
  } | null
  failures: number
  /** open: it could not be dialled some times in a row, and only its packets are still tried */
  breaker: 'closed' | 'open'
  /** since when, when lists, materials and directories are tried next, and why the last dial failed */
  breakerOpen: {
    since: string
    nextTryAt: string
    problem: {
      code: string
      /** which field or thing, in English */
      detail?: string
      /** the same in Chinese; null without a detail */
      detailZh: string | null
    }
  } | null
  /** when packets are tried next */
  nextTryAt: string | null
}
export type PassOnCaseRequest = {
  /** code */
  department?: string | undefined
  /** of the department that is named, or of the present one */
  person?: string | undefined
  reason: string
}
export type PauseCaseRequest = {
  procedure: 'hearing' | 'inspection' | 'testing' | 'quarantine' | 'appraisal' | 'expert-review' | 'site-survey' | 'publicity'
  reason: string
  expectedUntil?: string | undefined
}
export type Person = {
  id: string
  name: string
  roles: ('window-clerk' | 'examiner' | 'leader' | 'window-lead' | 'business-administrator' | 'system-administrator' | 'security-administrator' | 'audit-administrator' | 'integrator' | 'adapter')[]
  /** the organ with which the codes of their items begin (18 places); null: every department */
  departments: string[] | null
  /** names of windows of this city; null: every window */
  windows: string[] | null
  /** 工号 */
  staffNumber: string | null
  phone: string | null
  createdAt: string
  expiresAt: string | null
  revokedAt: string | null
  lastUsedAt: string | null
  /** another after each grant; `If-Match` takes it */
  version: string
}
export type Phrase = {
  id: string
  title: string
  text: string
  step: 'case.supplement' | 'case.commit' | 'case.hand-in' | 'case.ship' | 'case.withdraw' | 'case.remind' | 'case.result-received' | 'case.evaluate' | 'case.message' | 'case.arrived' | 'case.precheck' | 'case.request-supplement' | 'case.accept' | 'case.refuse' | 'case.request-payment' | 'case.progress' | 'case.pause' | 'case.resume' | 'case.extend' | 'case.decide' | 'case.send-result' | 'case.close' | 'case.answer-evaluation' | 'case.appeal-evaluation' | 'case.supervise' | 'case.answer' | 'case.record-payment' | 'case.verify-remote' | 'case.mail' | 'case.originals' | 'case.object' | 'case.correct' | 'case.revoke' | null
  department: string | null
  item: string | null
  owner: string
  /** whether you may write it anew, or delete it */
  changeable: boolean
  updatedAt: string
}
export type PrecheckCaseRequest = { opinion?: string | undefined }
export type PrefillCaseAnswer = {
  applicant: {
    /** 服务对象 (GB/T 39046 A.4): 1 自然人 … 6 其他组织 */
    type?: '1' | '2' | '3' | '4' | '5' | '6'
    name?: string
    /** 证件类型: 111 居民身份证, 001 统一社会信用代码, or the code of the agreement */
    idType?: string
    idNumber?: string
    phone?: string
    address?: string
    legalRepresentative?: string
  }
  form: Record<string, unknown>
  /** source of each value by its path: 证件号码, 申请人信息, 以往办件 */
  from: Record<string, 'number' | 'applicant' | 'earlier'>
  /** the other fields as they were given, and what is known of them: mode, window, clerk, notice, recipient */
  application: {
    mode?: 0 | 1 | 2 | 3
    window?: string
    clerk?: { name?: string; no?: string; phone?: string }
    consent?: { text?: string; acceptedAt?: string }
    delivery?: {
      /** 电子证照, 邮寄, 收件地领取, 办理地领取 */
      method?: 'e-licence' | 'mail' | 'collecting' | 'handling'
      recipient?: { name?: string; phone?: string; address?: string; postcode?: string }
    }
  }
}
export type PrefillCaseRequest = {
  to: string
  item: string
  applicant: {
    /** 服务对象 (GB/T 39046 A.4): 1 自然人 … 6 其他组织 */
    type?: '1' | '2' | '3' | '4' | '5' | '6' | undefined
    name?: string | undefined
    /** 证件类型: 111 居民身份证, 001 统一社会信用代码, or the code of the agreement */
    idType?: string | undefined
    idNumber?: string | undefined
    phone?: string | undefined
    address?: string | undefined
    legalRepresentative?: string | undefined
  }
  form?: Record<string, unknown> | undefined
  mode?: 0 | 1 | 2 | 3 | undefined
  window?: string | undefined
  clerk?: {
    name?: string | undefined
    no?: string | undefined
    phone?: string | undefined
  } | undefined
  consent?: { text?: string | undefined; acceptedAt?: string | undefined } | undefined
  delivery?: {
    /** 电子证照, 邮寄, 收件地领取, 办理地领取 */
    method?: 'e-licence' | 'mail' | 'collecting' | 'handling' | undefined
    recipient?: {
      name?: string | undefined
      phone?: string | undefined
      address?: string | undefined
      postcode?: string | undefined
    } | undefined
  } | undefined
  /** false: earlier cases of the applicant are not looked into */
  earlier?: boolean | undefined
}
export type PreflightCaseAnswer = { findings: Finding[] }
/** fields of a new case, or `shared` and `items` of a joint one; whole or not */
export type PreflightCaseRequest = Record<string, unknown>
export type PreflightJointCaseAnswer = {
  /** `path` begins with the place of the item: `/items/1/form/phone` */
  findings: Finding[]
}
/** fields of a new case, or `shared` and `items` of a joint one; whole or not */
export type PreflightJointCaseRequest = Record<string, unknown>
export type Presence = {
  /** who has the case open, oneself among them, those first who came first */
  people: {
    id: string
    name: string
    /** has input that is not saved */
    unsaved: boolean
    since: string
  }[]
  /** say so again after this */
  beatSeconds: number
  /** a page that says nothing for this long is forgotten */
  forgottenSeconds: number
}
export type PreviewAmendmentAnswer = {
  act: 'propose' | 'sign' | 'amend' | 'suspend' | 'resume' | 'terminate' | 'expire'
  /** the text that would be signed: name it when you sign */
  text: string | null
  /** first day on which new cases meet the change; null: never, for it renews itself */
  from: string | null
  /** against what stands; null when no text changes */
  changes: {
    terms: {
      field: string
      label: { zh: string; en: string }
      before?: unknown
      after?: unknown
      /** `before` as a person reads it */
      was: { zh: string; en: string }
      /** `after` as a person reads it */
      is: { zh: string; en: string }
    }[]
    parties: {
      change: 'added' | 'removed' | 'changed'
      code: string
      name: string
      fields: {
        field: string
        label: { zh: string; en: string }
        before?: unknown
        after?: unknown
        /** `before` as a person reads it */
        was: { zh: string; en: string }
        /** `after` as a person reads it */
        is: { zh: string; en: string }
      }[]
    }[]
    items: {
      change: 'added' | 'removed' | 'changed'
      handling: string
      taskCode: string
      taskName: string
      fields: {
        field: string
        label: { zh: string; en: string }
        before?: unknown
        after?: unknown
        /** `before` as a person reads it */
        was: { zh: string; en: string }
        /** `after` as a person reads it */
        is: { zh: string; en: string }
      }[]
    }[]
    /** items */
    counts: { added: number; removed: number; changed: number; unchanged: number }
  } | null
  /** items for which cases can begin */
  gained: {
    handling: string
    collecting: string[]
    taskCode: string
    taskName: string
    modes: (0 | 1 | 2 | 3)[]
    /** another agreement that stands covers it too */
    elsewhere: boolean
  }[]
  /** items for which cases can begin no longer */
  lost: {
    handling: string
    collecting: string[]
    taskCode: string
    taskName: string
    modes: (0 | 1 | 2 | 3)[]
    /** another agreement that stands covers it too */
    elsewhere: boolean
  }[]
  /** open cases under the agreement; each finishes under its version */
  cases: {
    open: number
    /** of them, those whose item is lost or changed */
    touched: number
    /** the newest 50 */
    shown: {
      thread: string
      caseNo: string
      role: 'collecting' | 'handling'
      partner: string
      itemCode: string
      itemName: string
      state: string
      /** the version under which it finishes */
      agreement: string
    }[]
  }
  /** of items that a partner handles and this city collects */
  mappings: {
    /** saved mappings of items that are lost or change */
    touched: {
      partner: string
      taskCode: string
      taskName: string
      /** the own item that it was compared with */
      own: string | null
    }[]
    /** saved mappings of items that are gained or change, to be compared again */
    stale: {
      partner: string
      taskCode: string
      taskName: string
      /** the own item that it was compared with */
      own: string | null
    }[]
    /** items that are gained without a saved mapping or one in the text */
    missing: {
      partner: string
      taskCode: string
      taskName: string
      /** the own item that it was compared with */
      own: string | null
    }[]
  }
  /** what of the text does not hold by lists and certificates, the first ones */
  faults: {
    code: 'agreement.item' | 'agreement.party' | 'list.none'
    /** field of the text, such as `items.3.taskCode` */
    path: string
    why: string
    /** the same in Chinese */
    whyZh: string
  }[]
  /** items that this city is to handle and its approval system is not set up for */
  adapter: { kind: string; lacking: { taskCode: string; lacks: string }[] }
}
export type PreviewAmendmentRequest = {
  title: string
  reason: string
  /** items as they are from then on */
  put?: {
    /** 实施编码 of the handling city */
    taskCode: string
    taskName: string
    /** 办理地 */
    handling: string
    /** 收件地 */
    collecting: string[]
    modes: (0 | 1 | 2 | 3)[]
    /** working days, when other than the list says */
    promiseDays?: number | undefined
    contacts?: {
      name: string
      phone?: string | undefined
      /** 联络员, 窗口, 审批科室 … */
      role?: string | undefined
    }[] | undefined
    /** 材料对应 */
    materialMapping?: {
      /** material code in the list of the collecting city */
      collecting: string
      /** material code in the list of the handling city */
      handling: string
      note?: string | undefined
    }[] | undefined
    /** 材料差异, for the paper */
    difference?: string | undefined
    /** data of the applicant that may be shared for this item, by field name; absent: what its form asks for */
    sharedFields?: string[] | undefined
  }[] | undefined
  remove?: { handling: string; taskCode: string }[] | undefined
  terms?: {
    clock?: {
      forwardDays?: number | undefined
      mailDays?: number | undefined
      recheckDays?: number | undefined
      resultMailDays?: number | undefined
      supplementNoticeDays?: number | undefined
      supplementClockStart?: 'arrival' | 'receipt' | undefined
      /** within which the owner may object (mode 2) */
      objectionDays?: number | undefined
    } | undefined
    /** who pays the mail of papers to the handling city */
    mailing?: 'collecting' | 'handling' | 'applicant' | undefined
    resultMailing?: 'collecting' | 'handling' | 'applicant' | undefined
    originals?: 'collecting' | 'handling' | 'applicant' | undefined
    /** who keeps the file of the case */
    archive?: 'collecting' | 'handling' | undefined
    /** after close, the collecting city deletes personal data within */
    purgeDays?: number | undefined
    evaluationDays?: number | undefined
    /** 协商, then which higher organ decides */
    dispute?: string | undefined
    validTo?: string | undefined
    renewal?: {
      /** 不续期, 自动续期 until a party gives notice, or by exchange of letters */
      kind: 'none' | 'auto' | 'letters'
      /** a party that does not want it says so before */
      noticeDays: number
    } | undefined
    attachments?: { sha256: string; size: number; type: string; name: string }[] | undefined
    /** further clauses */
    text?: string | undefined
  } | undefined
  /** first day on which cases begin under the new version */
  effectiveFrom: string
}
export type PreviewCalendarAnswer = {
  /** that would be worked, or not, other than now */
  days: { day: string; works: boolean }[]
  /** last day of this city that a table would cover */
  coveredThrough: string | null
  /** open cases that were looked at, the newest first */
  looked: number
  /** there are more than 20000 */
  capped: boolean
  /** limits that would end on another day */
  moved: number
  /** limits whose day stays and would be provisional no more */
  settled: number
  /** the first 200 of those that would move */
  items: {
    thread: string
    caseNo: string
    duty: 'forward' | 'mail' | 'recheck' | 'notice' | 'supplement' | 'commitment' | 'lapse' | 'payment' | 'review' | 'promise' | 'legal' | 'deliver' | 'result-mail' | 'objection' | 'objection-answer' | 'follow-up' | 'answer'
    /** that must act */
    city: string
    before: string
    after: string
  }[]
}
export type PreviewCalendarRequest = {
  v: 1
  /** CN for the whole country, or the first two digits of a division code for days of one region more */
  region: string
  year: number
  /** weekdays and weekend days that are holidays */
  off: string[]
  /** weekend days that are worked */
  worked: string[]
  /** the notice that says so */
  source: string
}
export type PreviewProposalAnswer = {
  act: 'propose' | 'sign' | 'amend' | 'suspend' | 'resume' | 'terminate' | 'expire'
  /** the text that would be signed: name it when you sign */
  text: string | null
  /** first day on which new cases meet the change; null: never, for it renews itself */
  from: string | null
  /** against what stands; null when no text changes */
  changes: {
    terms: {
      field: string
      label: { zh: string; en: string }
      before?: unknown
      after?: unknown
      /** `before` as a person reads it */
      was: { zh: string; en: string }
      /** `after` as a person reads it */
      is: { zh: string; en: string }
    }[]
    parties: {
      change: 'added' | 'removed' | 'changed'
      code: string
      name: string
      fields: {
        field: string
        label: { zh: string; en: string }
        before?: unknown
        after?: unknown
        /** `before` as a person reads it */
        was: { zh: string; en: string }
        /** `after` as a person reads it */
        is: { zh: string; en: string }
      }[]
    }[]
    items: {
      change: 'added' | 'removed' | 'changed'
      handling: string
      taskCode: string
      taskName: string
      fields: {
        field: string
        label: { zh: string; en: string }
        before?: unknown
        after?: unknown
        /** `before` as a person reads it */
        was: { zh: string; en: string }
        /** `after` as a person reads it */
        is: { zh: string; en: string }
      }[]
    }[]
    /** items */
    counts: { added: number; removed: number; changed: number; unchanged: number }
  } | null
  /** items for which cases can begin */
  gained: {
    handling: string
    collecting: string[]
    taskCode: string
    taskName: string
    modes: (0 | 1 | 2 | 3)[]
    /** another agreement that stands covers it too */
    elsewhere: boolean
  }[]
  /** items for which cases can begin no longer */
  lost: {
    handling: string
    collecting: string[]
    taskCode: string
    taskName: string
    modes: (0 | 1 | 2 | 3)[]
    /** another agreement that stands covers it too */
    elsewhere: boolean
  }[]
  /** open cases under the agreement; each finishes under its version */
  cases: {
    open: number
    /** of them, those whose item is lost or changed */
    touched: number
    /** the newest 50 */
    shown: {
      thread: string
      caseNo: string
      role: 'collecting' | 'handling'
      partner: string
      itemCode: string
      itemName: string
      state: string
      /** the version under which it finishes */
      agreement: string
    }[]
  }
  /** of items that a partner handles and this city collects */
  mappings: {
    /** saved mappings of items that are lost or change */
    touched: {
      partner: string
      taskCode: string
      taskName: string
      /** the own item that it was compared with */
      own: string | null
    }[]
    /** saved mappings of items that are gained or change, to be compared again */
    stale: {
      partner: string
      taskCode: string
      taskName: string
      /** the own item that it was compared with */
      own: string | null
    }[]
    /** items that are gained without a saved mapping or one in the text */
    missing: {
      partner: string
      taskCode: string
      taskName: string
      /** the own item that it was compared with */
      own: string | null
    }[]
  }
  /** what of the text does not hold by lists and certificates, the first ones */
  faults: {
    code: 'agreement.item' | 'agreement.party' | 'list.none'
    /** field of the text, such as `items.3.taskCode` */
    path: string
    why: string
    /** the same in Chinese */
    whyZh: string
  }[]
  /** items that this city is to handle and its approval system is not set up for */
  adapter: { kind: string; lacking: { taskCode: string; lacks: string }[] }
}
export type PreviewProposalRequest = {
  v: 1
  title: string
  parties: {
    code: string
    name: string
    /** the organ that signs (甲方, 乙方 …) */
    authority: string
    /** its 统一社会信用代码 */
    authorityCode?: string | undefined
  }[]
  items: {
    /** 实施编码 of the handling city */
    taskCode: string
    taskName: string
    /** 办理地 */
    handling: string
    /** 收件地 */
    collecting: string[]
    modes: (0 | 1 | 2 | 3)[]
    /** working days, when other than the list says */
    promiseDays?: number | undefined
    contacts?: {
      name: string
      phone?: string | undefined
      /** 联络员, 窗口, 审批科室 … */
      role?: string | undefined
    }[] | undefined
    /** 材料对应 */
    materialMapping?: {
      /** material code in the list of the collecting city */
      collecting: string
      /** material code in the list of the handling city */
      handling: string
      note?: string | undefined
    }[] | undefined
    /** 材料差异, for the paper */
    difference?: string | undefined
    /** data of the applicant that may be shared for this item, by field name; absent: what its form asks for */
    sharedFields?: string[] | undefined
  }[]
  clock: {
    forwardDays?: number | undefined
    mailDays?: number | undefined
    recheckDays?: number | undefined
    resultMailDays?: number | undefined
    supplementNoticeDays?: number | undefined
    supplementClockStart?: 'arrival' | 'receipt' | undefined
    /** within which the owner may object (mode 2) */
    objectionDays?: number | undefined
  }
  /** who pays the mail of papers to the handling city */
  mailing: 'collecting' | 'handling' | 'applicant'
  /** who pays the mail of results */
  resultMailing?: 'collecting' | 'handling' | 'applicant' | undefined
  /** who keeps original papers */
  originals?: 'collecting' | 'handling' | 'applicant' | undefined
  /** who keeps the file of the case */
  archive: 'collecting' | 'handling'
  /** after close, the collecting city deletes personal data within */
  purgeDays: number
  /** working days to follow up a bad rating */
  evaluationDays?: number | undefined
  /** 协商, then which higher organ decides */
  dispute: string
  validTo: string
  renewal?: {
    /** 不续期, 自动续期 until a party gives notice, or by exchange of letters */
    kind: 'none' | 'auto' | 'letters'
    /** a party that does not want it says so before */
    noticeDays: number
  } | undefined
  /** such as the scan of the sealed paper (盖章扫描件) */
  attachments?: { sha256: string; size: number; type: string; name: string }[] | undefined
  /** further clauses */
  text?: string | undefined
  validFrom: string
}
export type PreviewPublicationAnswer = {
  /** items that agreements name and that go, or whose modes, limits or materials change */
  items: number
  /** of them, those that are offered no longer */
  gone: number
  /** open cases of them; each finishes under the version it was received under */
  cases: number
  /** saved mappings to compare again */
  mappings: number
  /** the first 50, those that go first */
  shown: {
    code: string
    name: string
    change: 'gone' | 'changed'
    fields: string[]
    collecting: string[]
  }[]
  /** what the drafted organisation tree takes away; absent when none is drafted */
  organisation?: {
    /** units that go */
    units: number
    /** windows that go, of units that stay */
    windows: number
    /** items that are offered at fewer places then */
    items: number
    shown: { code: string; name: string; windows: string[] }[]
  }
}
export type PreviewPurgeAnswer = {
  thread: string
  /** last day on which this city holds the data; null while the case is open, and at the city that handled it: that one keeps the file until somebody purges it */
  purgeOn: string | null
  /** whether the case has ended: only then it can be purged */
  ended: boolean
  purgedAt: string | null
  bodies: number
  /** files that no other case names */
  materials: number
  /** drafts left over when the case was submitted (遗留草稿) */
  drafts: number
  /** drafts of the same applicant and item that were worked on since: a purge leaves them */
  laterDrafts: number
  /** entries of lists made from the bodies: the case's row, parcels, steps */
  projections: number
  /** keyed hashes by which a search finds the applicant */
  search: number
  backups: {
    folder: string
    at: string
    /** file of its keys, which the next backup replaces; null: it holds them until it is deleted */
    keys: string | null
  }[]
  /** what stands in its way */
  problem: {
    code: string
    /** which field or thing, in English */
    detail?: string
    /** the same in Chinese; null without a detail */
    detailZh: string | null
  } | null
}
export type PreviewStepAnswer = {
  act: 'propose' | 'sign' | 'amend' | 'suspend' | 'resume' | 'terminate' | 'expire'
  /** the text that would be signed: name it when you sign */
  text: string | null
  /** first day on which new cases meet the change; null: never, for it renews itself */
  from: string | null
  /** against what stands; null when no text changes */
  changes: {
    terms: {
      field: string
      label: { zh: string; en: string }
      before?: unknown
      after?: unknown
      /** `before` as a person reads it */
      was: { zh: string; en: string }
      /** `after` as a person reads it */
      is: { zh: string; en: string }
    }[]
    parties: {
      change: 'added' | 'removed' | 'changed'
      code: string
      name: string
      fields: {
        field: string
        label: { zh: string; en: string }
        before?: unknown
        after?: unknown
        /** `before` as a person reads it */
        was: { zh: string; en: string }
        /** `after` as a person reads it */
        is: { zh: string; en: string }
      }[]
    }[]
    items: {
      change: 'added' | 'removed' | 'changed'
      handling: string
      taskCode: string
      taskName: string
      fields: {
        field: string
        label: { zh: string; en: string }
        before?: unknown
        after?: unknown
        /** `before` as a person reads it */
        was: { zh: string; en: string }
        /** `after` as a person reads it */
        is: { zh: string; en: string }
      }[]
    }[]
    /** items */
    counts: { added: number; removed: number; changed: number; unchanged: number }
  } | null
  /** items for which cases can begin */
  gained: {
    handling: string
    collecting: string[]
    taskCode: string
    taskName: string
    modes: (0 | 1 | 2 | 3)[]
    /** another agreement that stands covers it too */
    elsewhere: boolean
  }[]
  /** items for which cases can begin no longer */
  lost: {
    handling: string
    collecting: string[]
    taskCode: string
    taskName: string
    modes: (0 | 1 | 2 | 3)[]
    /** another agreement that stands covers it too */
    elsewhere: boolean
  }[]
  /** open cases under the agreement; each finishes under its version */
  cases: {
    open: number
    /** of them, those whose item is lost or changed */
    touched: number
    /** the newest 50 */
    shown: {
      thread: string
      caseNo: string
      role: 'collecting' | 'handling'
      partner: string
      itemCode: string
      itemName: string
      state: string
      /** the version under which it finishes */
      agreement: string
    }[]
  }
  /** of items that a partner handles and this city collects */
  mappings: {
    /** saved mappings of items that are lost or change */
    touched: {
      partner: string
      taskCode: string
      taskName: string
      /** the own item that it was compared with */
      own: string | null
    }[]
    /** saved mappings of items that are gained or change, to be compared again */
    stale: {
      partner: string
      taskCode: string
      taskName: string
      /** the own item that it was compared with */
      own: string | null
    }[]
    /** items that are gained without a saved mapping or one in the text */
    missing: {
      partner: string
      taskCode: string
      taskName: string
      /** the own item that it was compared with */
      own: string | null
    }[]
  }
  /** what of the text does not hold by lists and certificates, the first ones */
  faults: {
    code: 'agreement.item' | 'agreement.party' | 'list.none'
    /** field of the text, such as `items.3.taskCode` */
    path: string
    why: string
    /** the same in Chinese */
    whyZh: string
  }[]
  /** items that this city is to handle and its approval system is not set up for */
  adapter: { kind: string; lacking: { taskCode: string; lacks: string }[] }
}
export type PrintPapersAnswer = { html: string; items: { thread: string; problem: string | null }[] }
export type PrintPapersRequest = {
  threads: string[]
  paper: 'receipt' | 'supplement-notice' | 'acceptance' | 'refusal' | 'decision' | 'supplement-receipt' | 'commitment' | 'hand-in-receipt' | 'special-procedure' | 'extension' | 'payment-notice' | 'withdrawal' | 'termination' | 'delivery' | 'originals-list' | 'mailing-label'
}
export type ProgressCaseRequest = {
  step: string
  event?: string | undefined
  note?: string | undefined
  officer?: string | undefined
}
export type ProposeAgreementDraftRequest = Record<string, never>
export type ProposeAgreementRequest = {
  v: 1
  title: string
  parties: {
    code: string
    name: string
    /** the organ that signs (甲方, 乙方 …) */
    authority: string
    /** its 统一社会信用代码 */
    authorityCode?: string | undefined
  }[]
  items: {
    /** 实施编码 of the handling city */
    taskCode: string
    taskName: string
    /** 办理地 */
    handling: string
    /** 收件地 */
    collecting: string[]
    modes: (0 | 1 | 2 | 3)[]
    /** working days, when other than the list says */
    promiseDays?: number | undefined
    contacts?: {
      name: string
      phone?: string | undefined
      /** 联络员, 窗口, 审批科室 … */
      role?: string | undefined
    }[] | undefined
    /** 材料对应 */
    materialMapping?: {
      /** material code in the list of the collecting city */
      collecting: string
      /** material code in the list of the handling city */
      handling: string
      note?: string | undefined
    }[] | undefined
    /** 材料差异, for the paper */
    difference?: string | undefined
    /** data of the applicant that may be shared for this item, by field name; absent: what its form asks for */
    sharedFields?: string[] | undefined
  }[]
  clock: {
    forwardDays?: number | undefined
    mailDays?: number | undefined
    recheckDays?: number | undefined
    resultMailDays?: number | undefined
    supplementNoticeDays?: number | undefined
    supplementClockStart?: 'arrival' | 'receipt' | undefined
    /** within which the owner may object (mode 2) */
    objectionDays?: number | undefined
  }
  /** who pays the mail of papers to the handling city */
  mailing: 'collecting' | 'handling' | 'applicant'
  /** who pays the mail of results */
  resultMailing?: 'collecting' | 'handling' | 'applicant' | undefined
  /** who keeps original papers */
  originals?: 'collecting' | 'handling' | 'applicant' | undefined
  /** who keeps the file of the case */
  archive: 'collecting' | 'handling'
  /** after close, the collecting city deletes personal data within */
  purgeDays: number
  /** working days to follow up a bad rating */
  evaluationDays?: number | undefined
  /** 协商, then which higher organ decides */
  dispute: string
  validTo: string
  renewal?: {
    /** 不续期, 自动续期 until a party gives notice, or by exchange of letters */
    kind: 'none' | 'auto' | 'letters'
    /** a party that does not want it says so before */
    noticeDays: number
  } | undefined
  /** such as the scan of the sealed paper (盖章扫描件) */
  attachments?: { sha256: string; size: number; type: string; name: string }[] | undefined
  /** further clauses */
  text?: string | undefined
  validFrom: string
}
export type PublishDraftsAnswer = {
  version: number
  count: number
  put: number
  remove: number
  /** whether a drafted organisation tree went out with it */
  organisation: boolean
  /** drafts with an error that stayed */
  left: number
}
export type PublishServicesRequest = {
  items: {
    /** 实施编码: 31 characters by GB/T 39554, older ones as they are */
    taskCode: string
    /** 地方实施编码 */
    localTaskCode?: string | undefined
    /** 基本编码: 12 characters by GB/T 39554 */
    catalogCode?: string | undefined
    /** 地方基本编码 */
    localCatalogCode?: string | undefined
    /** 业务办理项编码 */
    taskHandleItem?: string | undefined
    /** 事项名称 */
    taskName: string
    /** 事项版本, grows with each published change */
    taskVersion: number
    /** 事项状态: 1 在用, 2 暂停, 3 取消 */
    taskState: '1' | '2' | '3'
    /** 事项类型 (A.1): 01 行政许可, 05 行政给付, 07 行政确认, 10 其他, 20 公共服务 */
    taskType: string
    /** 行使层级 (A.2): 1 国家, 2 省, 3 市, 4 县, 5 镇街, 6 村社区, 7 分级管理 */
    useLevel: '1' | '2' | '3' | '4' | '5' | '6' | '7'
    /** 权力来源 */
    powerSource?: string | undefined
    /** 实施主体 */
    deptName: string
    /** 实施主体的统一社会信用代码 */
    deptCode?: string | undefined
    /** 实施主体性质 (A.3): 1 法定机关, 2 授权组织, 3 受委托组织, 9 其他 */
    deptType?: '1' | '2' | '3' | '9' | undefined
    /** 委托部门 */
    entrustName?: string | undefined
    /** 服务对象 (A.4): 1 自然人, 2 企业法人, 3 事业法人, 4 社会组织法人, 5 行政机关, 6 其他组织 */
    serverType: ('1' | '2' | '3' | '4' | '5' | '6')[]
    /** 办件类型 (A.6): 1 即办件, 2 承诺件, 9 其他 */
    projectType: '1' | '2' | '9'
    /** 办理模式: 0 全程网办, 1 异地委托·本地代收, 2 异地授权·本地办理, 3 多地联办 */
    modes: (0 | 1 | 2 | 3)[]
    /** 法定办结时限, working days */
    anticipateDay: number
    /** 时限单位: 1 工作日, the only one */
    anticipateType?: '1' | undefined
    /** 法定办结时限说明 */
    anticipateExplain?: string | undefined
    /** 承诺办结时限, working days */
    promiseDay: number
    /** 时限单位: 1 工作日, the only one */
    promiseType?: '1' | undefined
    /** 承诺办结时限说明 */
    promiseExplain?: string | undefined
    /** 受理条件 */
    acceptCondition?: string | undefined
    /** 办理流程 */
    handleFlow?: string | undefined
    /** 办理环节 */
    handleLinks?: {
      /** 环节名称 */
      linkName: string
      /** 环节时限, working days */
      handleDay?: number | undefined
      /** 办理内容 */
      explain?: string | undefined
      /** 是否特别程序 */
      isSpecial?: boolean | undefined
    }[] | undefined
    /** 办理形式 (A.5): 1 窗口, 2 电脑端, 3 移动端, 4 快递申请, 9 其他 */
    handleType?: ('1' | '2' | '3' | '4' | '9')[] | undefined
    /** 到现场次数 */
    limitSceneNum: number
    /** 必须现场办理原因 */
    limitSceneExplain?: string | undefined
    /** 特别程序, as one text */
    specialProcedure?: string | undefined
    /** 特别程序, one by one */
    specialProcedures?: {
      /** 特别程序种类 (A.7): 1 延长审批, 2 除延长审批外 */
      specialType: '1' | '2'
      /** 特别程序名称, such as 听证, 现场核查 */
      specialName: string
      /** 特别程序时限, working days */
      specialDay?: number | undefined
      /** 说明 */
      explain?: string | undefined
    }[] | undefined
    /** 设定依据, as one text */
    byLaw?: string | undefined
    /** 设定依据, one by one */
    legalBases?: {
      /** 法律法规名称 */
      lawName: string
      /** 文号 */
      lawNumber?: string | undefined
      /** 条款号 */
      article?: string | undefined
      /** 条款内容 */
      content?: string | undefined
    }[] | undefined
    /** 是否收费 */
    isFee: boolean
    /** 收费依据 */
    feeBasis?: string | undefined
    /** 办理地点 */
    transactAddr?: string | undefined
    /** 办理时间 */
    transactTime?: string | undefined
    /** 咨询电话, with area code */
    linkWay?: string | undefined
    /** 投诉电话, with area code */
    superviseWay?: string | undefined
    /** 计划生效日期 */
    planEffectiveDate?: string | undefined
    /** 计划取消日期 */
    planCancelDate?: string | undefined
    /** row_guid of the upload tables */
    rowGuid?: string | undefined
    /** 是否进驻政务大厅 */
    isEntryCenter?: boolean | undefined
    /** 通办范围: 全国, 跨省, 跨市, 跨县, or areas by name */
    handleArea?: string | undefined
    /** 是否支持通办 */
    isHandle?: boolean | undefined
    /** 联办机构 */
    otherDept?: string | undefined
    /** 中介服务 */
    serviceType?: string | undefined
    /** 是否网上办理 */
    isOnline?: boolean | undefined
    /** 网办深度: 1 咨询, 2 收件, 3 预审, 4 受理, 5 办理, 6 结果信息反馈, 7 电子证照反馈, 8 其他 */
    onlineHandleDepth?: ('1' | '2' | '3' | '4' | '5' | '6' | '7' | '8')[] | undefined
    /** 网办等级 Ⅰ–Ⅳ: 4 全程网办 */
    onlineLevel?: '1' | '2' | '3' | '4' | undefined
    /** 网上办理地址 */
    onlineHandleUrl?: string | undefined
    /** 是否支持预约 */
    isSchedule?: boolean | undefined
    /** 是否网上支付 */
    isPayOnline?: boolean | undefined
    /** 是否支持物流快递 */
    isExpress?: boolean | undefined
    /** 材料是否可邮寄 */
    isMailMaterial?: boolean | undefined
    /** 结果是否可邮寄 */
    isMailResult?: boolean | undefined
    /** 是否支持自助终端 */
    isServiceTerminals?: boolean | undefined
    /** 是否由部门业务系统办理 */
    isHandleByDeptSys?: boolean | undefined
    /** 部门业务系统名称 */
    deptSysName?: string | undefined
    /** 部门业务系统地址 */
    deptSysUrl?: string | undefined
    /** 业务系统运行网络 */
    deptSysType?: string | undefined
    /** 数量限制 */
    limitExplain?: string | undefined
    /** 审批结果类型, such as 出证办结, 审批办结 */
    resultType?: string | undefined
    /** 审批结果名称 */
    resultName?: string | undefined
    /** 审批结果样本, as a material */
    resultGuid?: { sha256: string; size: number; type: string } | undefined
    /** 面向自然人主题分类 */
    userTopicType?: string | undefined
    /** 面向法人主题分类 */
    corpTopicType?: string | undefined
    /** 乡镇街道名称 */
    townName?: string | undefined
    /** 乡镇街道代码 */
    townCode?: string | undefined
    /** 村社区名称 */
    villageName?: string | undefined
    /** 村社区代码 */
    villageCode?: string | undefined
    /** 审核状态 of the item in the local item system */
    auditStatus?: string | undefined
    /** 国家对口部门 */
    centralDept?: string | undefined
    /** 行政复议: organ, address, phone */
    reviewContact?: string | undefined
    /** 行政诉讼: court, address, phone */
    litigationContact?: string | undefined
    /** 申请材料 */
    materials: {
      /** 材料编码, once in an item */
      materialCode: string
      /** 材料名称 */
      materialName: string
      /** 必要性: 1 必要, 2 非必要, 3 容缺后补 */
      isNeed: '1' | '2' | '3'
      /** 必要性说明: when a material of kind 2 or 3 is asked for */
      needExplain?: string | undefined
      /** 材料类型: 1 原件, 2 复印件, 3 原件和复印件, 4 原件或复印件 */
      materialType: '1' | '2' | '3' | '4'
      /** 材料形式: 1 纸质, 2 电子, 3 纸质或电子 */
      materialFormat: '1' | '2' | '3'
      /** 来源渠道: 10 申请人自备, 20 政府部门核发, 99 其他 */
      sourceType: '10' | '20' | '99'
      /** 来源渠道说明 */
      sourceExplain?: string | undefined
      /** 出具机构: who issues the material */
      issuer?: string | undefined
      /** 出具时间要求, such as 近三个月内 */
      issueRequirement?: string | undefined
      /** 份数 */
      pageNum?: number | undefined
      /** 原件份数 */
      pageNumY?: number | undefined
      /** 复印件份数 */
      pageNumF?: number | undefined
      /** 介质要求, such as A4 */
      pageFormat?: string | undefined
      /** 受理标准 */
      acceptStand?: string | undefined
      /** 填报须知 */
      fillExplain?: string | undefined
      /** 审查要点: what the counter checks, in order */
      reviewPoints?: string[] | undefined
      /** 样表: a filled sample, as a material */
      exampleGuid?: { sha256: string; size: number; type: string } | undefined
      /** 空表: the blank form, as a material */
      formGuid?: { sha256: string; size: number; type: string } | undefined
      /** 是否结果证照: the result of another item */
      isResultCert?: boolean | undefined
      /** 证照类型代码 (GB/T 36903), for fetching it by data sharing */
      certCode?: string | undefined
      /** 设定依据 */
      byLaw?: string | undefined
      /** 排序号 */
      orderNum?: number | undefined
    }[]
    /** 收费项目 */
    fees?: {
      /** 收费项目名称 */
      feeName: string
      /** 收费标准 */
      feeStand: string
      /** 收费依据 */
      byLaw: string
      /** 是否允许减免 */
      isDesc?: boolean | undefined
      /** 减免依据或说明 */
      descExplain?: string | undefined
    }[] | undefined
    /** 常见问题 */
    faqs?: {
      /** 常见问题 */
      question: string
      /** 解答 */
      answer: string
    }[] | undefined
    /** 联系人, by role */
    contacts?: {
      /** consult 咨询, complaint 投诉监督, receive 收件对接, approve 审批对接, mail 寄递对接, technical 技术对接 */
      role: 'consult' | 'complaint' | 'receive' | 'approve' | 'mail' | 'technical'
      /** 联系人 */
      name?: string | undefined
      /** 部门 */
      department?: string | undefined
      /** 电话, with area code */
      phone?: string | undefined
      /** 电子邮箱 */
      email?: string | undefined
      /** 说明, such as office hours */
      note?: string | undefined
    }[] | undefined
    /** 办理点: who offers it where */
    offeredAt?: {
      /** code of the unit */
      unit: string
      /** also in every unit below it */
      below?: boolean | undefined
      /** codes of the windows; without it any window */
      windows?: string[] | undefined
    }[] | undefined
    /** 申请表: JSON Schema of the application form */
    form?: Record<string, unknown> | undefined
    /** 界面提示: UI hints to `form`, by the names of its properties */
    formUi?: Record<string, unknown> | undefined
    /** 告知书: what the applicant is told and accepts */
    consent?: {
      /** 版本: a case records the version that the applicant accepted */
      version: string
      /** 告知书正文 */
      text: string
    } | undefined
    /** 共享字段 (minimisation): what leaves the collecting city: properties of `form`, and `applicant.phone` and the like */
    sharedFields?: string[] | undefined
  }[]
}
export type PurgeCaseAnswer = { bodies: number; materials: number; drafts: number }
export type PurgeCaseRequest = {
  /** 申请人要求 (个人信息保护法 §47), 法律规定 */
  cause: 'request' | 'law'
}
export type Rating = {
  thread: string
  caseNo: string
  item: { code: string; name: string }
  partner: string
  /** the window that took the case, or the department that decided it */
  target: 'window' | 'department'
  /** who must follow it up */
  city: string
  /** 4 不满意, 5 非常不满意 */
  level: number
  /** 实名: the applicant may be called back; null: was not said */
  realName: boolean | null
  ratedAt: string
  /** last day to follow it up, by the agreement */
  due: string
  /** past the holiday tables (暂定) */
  provisional: boolean
  urgency: 'green' | 'yellow' | 'red' | 'overdue' | 'answered'
  answeredAt: string | null
  /** packet of the appeal (申诉) */
  appeal: string | null
  appealedAt: string | null
  appealAnsweredAt: string | null
  /** of the appeal: upheld, the rating counts nowhere; rejected, it stands; null: not said */
  verdict: 'upheld' | 'rejected' | null
  followUps: {
    at: string
    actor: string
    way: 'phone' | 'visit' | 'window' | 'message' | 'other'
    result: 'unreached' | 'in-progress' | 'rectified' | 'explained' | 'satisfied' | 'mistaken'
  }[]
}
export type ReadBoardAnswer = {
  /** 办理点数: windows */
  places: { own: number; partners: number }
  /** 接入事项数, under active agreements */
  items: { collecting: number; handling: number }
  cases: {
    /** 异地收件总数 */
    all: { today: number; month: number; year: number }
    /** taken in here for others */
    collecting: { today: number; month: number; year: number }
    /** taken in by others for this city */
    handling: { today: number; month: number; year: number }
  }
  /** by handling mode, 0 to 3 */
  modes: { today: number; month: number; year: number }[]
  /** 本办理点代其他收件, by window of this city; 200 at most */
  windows: { key: string; today: number; month: number; year: number }[]
  /** 其他代本办理点收件, by organ of this city: the first 18 of the item code */
  departments: { key: string; today: number; month: number; year: number }[]
}
export type ReadCaseBodiesAnswer = {
  bodies: {
    packet: string
    kind: string
    city: string
    /** null when purged */
    body?: unknown
    /** an own step that the other city refused: it is in no thread, and can be said again */
    refused: boolean
  }[]
}
export type ReadCaseMaterialTextAnswer = {
  /** lines of each page, empty of a scan without text; null: it cannot be opened, or is larger than 64 MiB */
  pages: string[] | null
  /** there is more than 500000 characters */
  truncated: boolean
}
export type ReadDeskColumnsAnswer = {
  /** in the order in which they stand */
  columns: ('level' | 'applicant' | 'item' | 'way' | 'state' | 'due' | 'assignee' | 'unread' | 'window' | 'caseNo' | 'localCaseNo' | 'submitted' | 'updated')[]
}
export type ReadGuideAnswer = {
  item: {
    /** 实施编码: 31 characters by GB/T 39554, older ones as they are */
    taskCode: string
    /** 地方实施编码 */
    localTaskCode?: string
    /** 基本编码: 12 characters by GB/T 39554 */
    catalogCode?: string
    /** 地方基本编码 */
    localCatalogCode?: string
    /** 业务办理项编码 */
    taskHandleItem?: string
    /** 事项名称 */
    taskName: string
    /** 事项版本, grows with each published change */
    taskVersion: number
    /** 事项状态: 1 在用, 2 暂停, 3 取消 */
    taskState: '1' | '2' | '3'
    /** 事项类型 (A.1): 01 行政许可, 05 行政给付, 07 行政确认, 10 其他, 20 公共服务 */
    taskType: string
    /** 行使层级 (A.2): 1 国家, 2 省, 3 市, 4 县, 5 镇街, 6 村社区, 7 分级管理 */
    useLevel: '1' | '2' | '3' | '4' | '5' | '6' | '7'
    /** 权力来源 */
    powerSource?: string
    /** 实施主体 */
    deptName: string
    /** 实施主体的统一社会信用代码 */
    deptCode?: string
    /** 实施主体性质 (A.3): 1 法定机关, 2 授权组织, 3 受委托组织, 9 其他 */
    deptType?: '1' | '2' | '3' | '9'
    /** 委托部门 */
    entrustName?: string
    /** 服务对象 (A.4): 1 自然人, 2 企业法人, 3 事业法人, 4 社会组织法人, 5 行政机关, 6 其他组织 */
    serverType: ('1' | '2' | '3' | '4' | '5' | '6')[]
    /** 办件类型 (A.6): 1 即办件, 2 承诺件, 9 其他 */
    projectType: '1' | '2' | '9'
    /** 办理模式: 0 全程网办, 1 异地委托·本地代收, 2 异地授权·本地办理, 3 多地联办 */
    modes: (0 | 1 | 2 | 3)[]
    /** 法定办结时限, working days */
    anticipateDay: number
    /** 时限单位: 1 工作日, the only one */
    anticipateType?: '1'
    /** 法定办结时限说明 */
    anticipateExplain?: string
    /** 承诺办结时限, working days */
    promiseDay: number
    /** 时限单位: 1 工作日, the only one */
    promiseType?: '1'
    /** 承诺办结时限说明 */
    promiseExplain?: string
    /** 受理条件 */
    acceptCondition?: string
    /** 办理流程 */
    handleFlow?: string
    /** 办理环节 */
    handleLinks?: {
      /** 环节名称 */
      linkName: string
      /** 环节时限, working days */
      handleDay?: number
      /** 办理内容 */
      explain?: string
      /** 是否特别程序 */
      isSpecial?: boolean
    }[]
    /** 办理形式 (A.5): 1 窗口, 2 电脑端, 3 移动端, 4 快递申请, 9 其他 */
    handleType?: ('1' | '2' | '3' | '4' | '9')[]
    /** 到现场次数 */
    limitSceneNum: number
    /** 必须现场办理原因 */
    limitSceneExplain?: string
    /** 特别程序, as one text */
    specialProcedure?: string
    /** 特别程序, one by one */
    specialProcedures?: {
      /** 特别程序种类 (A.7): 1 延长审批, 2 除延长审批外 */
      specialType: '1' | '2'
      /** 特别程序名称, such as 听证, 现场核查 */
      specialName: string
      /** 特别程序时限, working days */
      specialDay?: number
      /** 说明 */
      explain?: string
    }[]
    /** 设定依据, as one text */
    byLaw?: string
    /** 设定依据, one by one */
    legalBases?: {
      /** 法律法规名称 */
      lawName: string
      /** 文号 */
      lawNumber?: string
      /** 条款号 */
      article?: string
      /** 条款内容 */
      content?: string
    }[]
    /** 是否收费 */
    isFee: boolean
    /** 收费依据 */
    feeBasis?: string
    /** 办理地点 */
    transactAddr?: string
    /** 办理时间 */
    transactTime?: string
    /** 咨询电话, with area code */
    linkWay?: string
    /** 投诉电话, with area code */
    superviseWay?: string
    /** 计划生效日期 */
    planEffectiveDate?: string
    /** 计划取消日期 */
    planCancelDate?: string
    /** row_guid of the upload tables */
    rowGuid?: string
    /** 是否进驻政务大厅 */
    isEntryCenter?: boolean
    /** 通办范围: 全国, 跨省, 跨市, 跨县, or areas by name */
    handleArea?: string
    /** 是否支持通办 */
    isHandle?: boolean
    /** 联办机构 */
    otherDept?: string
    /** 中介服务 */
    serviceType?: string
    /** 是否网上办理 */
    isOnline?: boolean
    /** 网办深度: 1 咨询, 2 收件, 3 预审, 4 受理, 5 办理, 6 结果信息反馈, 7 电子证照反馈, 8 其他 */
    onlineHandleDepth?: ('1' | '2' | '3' | '4' | '5' | '6' | '7' | '8')[]
    /** 网办等级 Ⅰ–Ⅳ: 4 全程网办 */
    onlineLevel?: '1' | '2' | '3' | '4'
    /** 网上办理地址 */
    onlineHandleUrl?: string
    /** 是否支持预约 */
    isSchedule?: boolean
    /** 是否网上支付 */
    isPayOnline?: boolean
    /** 是否支持物流快递 */
    isExpress?: boolean
    /** 材料是否可邮寄 */
    isMailMaterial?: boolean
    /** 结果是否可邮寄 */
    isMailResult?: boolean
    /** 是否支持自助终端 */
    isServiceTerminals?: boolean
    /** 是否由部门业务系统办理 */
    isHandleByDeptSys?: boolean
    /** 部门业务系统名称 */
    deptSysName?: string
    /** 部门业务系统地址 */
    deptSysUrl?: string
    /** 业务系统运行网络 */
    deptSysType?: string
    /** 数量限制 */
    limitExplain?: string
    /** 审批结果类型, such as 出证办结, 审批办结 */
    resultType?: string
    /** 审批结果名称 */
    resultName?: string
    /** 审批结果样本, as a material */
    resultGuid?: { sha256: string; size: number; type: string }
    /** 面向自然人主题分类 */
    userTopicType?: string
    /** 面向法人主题分类 */
    corpTopicType?: string
    /** 乡镇街道名称 */
    townName?: string
    /** 乡镇街道代码 */
    townCode?: string
    /** 村社区名称 */
    villageName?: string
    /** 村社区代码 */
    villageCode?: string
    /** 审核状态 of the item in the local item system */
    auditStatus?: string
    /** 国家对口部门 */
    centralDept?: string
    /** 行政复议: organ, address, phone */
    reviewContact?: string
    /** 行政诉讼: court, address, phone */
    litigationContact?: string
    /** 申请材料 */
    materials: {
      /** 材料编码, once in an item */
      materialCode: string
      /** 材料名称 */
      materialName: string
      /** 必要性: 1 必要, 2 非必要, 3 容缺后补 */
      isNeed: '1' | '2' | '3'
      /** 必要性说明: when a material of kind 2 or 3 is asked for */
      needExplain?: string
      /** 材料类型: 1 原件, 2 复印件, 3 原件和复印件, 4 原件或复印件 */
      materialType: '1' | '2' | '3' | '4'
      /** 材料形式: 1 纸质, 2 电子, 3 纸质或电子 */
      materialFormat: '1' | '2' | '3'
      /** 来源渠道: 10 申请人自备, 20 政府部门核发, 99 其他 */
      sourceType: '10' | '20' | '99'
      /** 来源渠道说明 */
      sourceExplain?: string
      /** 出具机构: who issues the material */
      issuer?: string
      /** 出具时间要求, such as 近三个月内 */
      issueRequirement?: string
      /** 份数 */
      pageNum?: number
      /** 原件份数 */
      pageNumY?: number
      /** 复印件份数 */
      pageNumF?: number
      /** 介质要求, such as A4 */
      pageFormat?: string
      /** 受理标准 */
      acceptStand?: string
      /** 填报须知 */
      fillExplain?: string
      /** 审查要点: what the counter checks, in order */
      reviewPoints?: string[]
      /** 样表: a filled sample, as a material */
      exampleGuid?: { sha256: string; size: number; type: string }
      /** 空表: the blank form, as a material */
      formGuid?: { sha256: string; size: number; type: string }
      /** 是否结果证照: the result of another item */
      isResultCert?: boolean
      /** 证照类型代码 (GB/T 36903), for fetching it by data sharing */
      certCode?: string
      /** 设定依据 */
      byLaw?: string
      /** 排序号 */
      orderNum?: number
    }[]
    /** 收费项目 */
    fees?: {
      /** 收费项目名称 */
      feeName: string
      /** 收费标准 */
      feeStand: string
      /** 收费依据 */
      byLaw: string
      /** 是否允许减免 */
      isDesc?: boolean
      /** 减免依据或说明 */
      descExplain?: string
    }[]
    /** 常见问题 */
    faqs?: {
      /** 常见问题 */
      question: string
      /** 解答 */
      answer: string
    }[]
    /** 联系人, by role */
    contacts?: {
      /** consult 咨询, complaint 投诉监督, receive 收件对接, approve 审批对接, mail 寄递对接, technical 技术对接 */
      role: 'consult' | 'complaint' | 'receive' | 'approve' | 'mail' | 'technical'
      /** 联系人 */
      name?: string
      /** 部门 */
      department?: string
      /** 电话, with area code */
      phone?: string
      /** 电子邮箱 */
      email?: string
      /** 说明, such as office hours */
      note?: string
    }[]
    /** 办理点: who offers it where */
    offeredAt?: {
      /** code of the unit */
      unit: string
      /** also in every unit below it */
      below?: boolean
      /** codes of the windows; without it any window */
      windows?: string[]
    }[]
    /** 申请表: JSON Schema of the application form */
    form?: Record<string, unknown>
    /** 界面提示: UI hints to `form`, by the names of its properties */
    formUi?: Record<string, unknown>
    /** 告知书: what the applicant is told and accepts */
    consent?: {
      /** 版本: a case records the version that the applicant accepted */
      version: string
      /** 告知书正文 */
      text: string
    }
    /** 共享字段 (minimisation): what leaves the collecting city: properties of `form`, and `applicant.phone` and the like */
    sharedFields?: string[]
  }
  /** that an agreement in force covers */
  modes: { mode: 0 | 1 | 2 | 3; agreement: string }[]
  agreed: {
    /** 实施编码 of the handling city */
    taskCode: string
    taskName: string
    /** 办理地 */
    handling: string
    /** 收件地 */
    collecting: string[]
    modes: (0 | 1 | 2 | 3)[]
    /** working days, when other than the list says */
    promiseDays?: number
    contacts?: {
      name: string
      phone?: string
      /** 联络员, 窗口, 审批科室 … */
      role?: string
    }[]
    /** 材料对应 */
    materialMapping?: {
      /** material code in the list of the collecting city */
      collecting: string
      /** material code in the list of the handling city */
      handling: string
      note?: string
    }[]
    /** 材料差异, for the paper */
    difference?: string
    /** data of the applicant that may be shared for this item, by field name; absent: what its form asks for */
    sharedFields?: string[]
  } | null
  names: {
    collecting: string
    collectingName: string
    handling: string
    handlingName: string
  }[]
}
export type ReadIdleAgreementsAnswer = {
  items: {
    thread: string
    title: string
    partner: string
    validTo: string
    cases: number
    /** agreed items that concern this city, by partner */
    items: number
    /** of them without a case in the period */
    idleCount: number
    /** the first 500 of these */
    idle: {
      role: 'collecting' | 'handling'
      partner: string
      code: string
      name: string
    }[]
  }[]
}
export type ReadItemHeatAnswer = { items: { rank: number; item: string; name: string; cases: number }[] }
export type ReadMailAnswer = {
  /** null: none is configured */
  carrier: string | null
  underWay: number
  /** since this node was started */
  answeredAt: string | null
  /** why it did not answer the last time */
  problem: string | null
  /** the same in Chinese */
  problemZh: string | null
  troubles: {
    trouble: 'lost' | 'returned' | 'refused' | 'unanswered' | 'silent' | 'contradicts'
    count: number
    since: string
    act: 'you' | 'partner' | 'operator'
    title: string
    cure: string
  }[]
}
export type ReadMessagesRequest = {
  /** id of a packet of the case */
  through: string
}
export type ReadPhrasesAnswer = {
  items: {
    id: string
    title: string
    /** placeholders filled in */
    text: string
    step: 'case.supplement' | 'case.commit' | 'case.hand-in' | 'case.ship' | 'case.withdraw' | 'case.remind' | 'case.result-received' | 'case.evaluate' | 'case.message' | 'case.arrived' | 'case.precheck' | 'case.request-supplement' | 'case.accept' | 'case.refuse' | 'case.request-payment' | 'case.progress' | 'case.pause' | 'case.resume' | 'case.extend' | 'case.decide' | 'case.send-result' | 'case.close' | 'case.answer-evaluation' | 'case.appeal-evaluation' | 'case.supervise' | 'case.answer' | 'case.record-payment' | 'case.verify-remote' | 'case.mail' | 'case.originals' | 'case.object' | 'case.correct' | 'case.revoke' | null
    department: string | null
    item: string | null
    owner: string
    /** whether you may write it anew, or delete it */
    changeable: boolean
    updatedAt: string
    /** what is to be written by hand still, in its order */
    blanks: string[]
  }[]
}
export type ReadQueueAnswer = {
  items: Case[]
  /** Cursor of the next page; null on the last one */
  next: string | null
  /** of all pages */
  total: {
    count: number
    /** there are more than 1000, where counting ends */
    more: boolean
  }
}
export type ReadSmsAnswer = {
  configured: boolean
  waiting: number
  /** failed or unclear, and not sent again */
  failed: number
  /** the oldest of them */
  since: string | null
  /** since this node was started */
  answeredAt: string | null
  /** why the gateway did not take a message the last time */
  problem: string | null
  /** the same in Chinese */
  problemZh: string | null
}
export type ReadStatisticsAnswer = {
  items: {
    period: string
    key: string
    counts: Record<string, number>
    days: {
      /** 转办 */
      forward: { p50: number; p95: number } | null
      /** 复核 */
      recheck: { p50: number; p95: number } | null
      /** 补正 */
      supplement: { p50: number; p95: number } | null
      /** 寄出原件 */
      mail: { p50: number; p95: number } | null
      /** 受理 */
      accept: { p50: number; p95: number } | null
      /** 决定 */
      decide: { p50: number; p95: number } | null
      /** 寄送结果 */
      send: { p50: number; p95: number } | null
      /** 签收 */
      receive: { p50: number; p95: number } | null
      /** 办结 */
      close: { p50: number; p95: number } | null
      /** 全程 */
      whole: { p50: number; p95: number } | null
    }
  }[]
}
export type ReadViewAnswer = {
  items: Case[]
  /** Cursor of the next page; null on the last one */
  next: string | null
}
export type ReadWebhookLogAnswer = {
  items: {
    no: number
    event: number
    type: string
    at: string
    ms: number
    status: number | null
    problem: string | null
    /** the same in Chinese */
    problemZh: string | null
  }[]
  /** Cursor of the next page; null on the last one */
  next: string | null
}
export type RebuildCasesAnswer = { cases: number }
export type RebuildCasesRequest = Record<string, never>
export type RecordApprovalSystemAnswer = {
  items: RecordedCase[]
  /** with the first cases: answers that were asked for of no case, the oldest first */
  pages: RecordedExchange[]
  /** cursor of the next cases; null with the last ones */
  next: string | null
}
export type RecordApprovalSystemRequest = {
  /** cases that were submitted from then on */
  since: string
  /** and before this instant */
  until?: string | undefined
  /** only of the approval system of this name */
  adapter?: string | undefined
  /** only these cases */
  threads?: string[] | undefined
  /** texts that are of nobody and stay, such as those of a mapping */
  words?: string[] | undefined
  /** fields of forms whose values are codes, and stay */
  keep?: string[] | undefined
  limit?: number | undefined
  cursor?: string | undefined
}
export type RecordPaymentCaseRequest = {
  /** packet id of the step that asked for it */
  payment: string
  /** 已缴, 减免, 撤销 */
  result: 'paid' | 'waived' | 'cancelled'
  settledOn: string
  /** 票据号码 */
  receiptNo?: string | undefined
  /** who noted it */
  by?: string | undefined
}
export type RecordedCase = {
  /** of the case itself */
  thread: string
  /** of the case itself */
  caseNo: string
  /** the pseudonyms of both, as the rest of the recording has them */
  as: { thread: string; caseNo: string }
  packets: RecordedPacket[]
  /** in which its answers were asked for */
  exchanges: RecordedExchange[]
  /** that are not settled, as the approval system gave them */
  answers: string[]
}
export type RecordedExchange = {
  /** of the adapter */
  call: 'deliver' | 'poll' | 'read' | 'acknowledge' | 'check'
  request: {
    method: string
    url: string
    /** by name alone, for some are secrets */
    headers: string[]
    /** null: the bytes of a material */
    body: string | null
  }
  /** HTTP status; null: no answer came */
  status: number | null
  answer: string | null
}
export type RecordedPacket = {
  idempotencyKey: string
  kind: string
  from: string
  to: string
  localCaseNo: string | null
  /** ms since the epoch */
  submittedAt?: number
  body: Record<string, unknown>
  materials: { sha256: string; size: number; type: string; code: string; name: string }[]
  /** requests by which it was handed over, the oldest first, as far as they were traced */
  exchanges: RecordedExchange[]
}
export type RefuseCaseRequest = { reason: string; basis: string; remedy?: string | undefined }
export type RejectPartnerAnswer = { rejected: true }
export type RejectPartnerRequest = Record<string, never>
export type ReleaseRevocationAnswer = { certificate: string; revokedAt: string; reason: string; operator: string }
export type ReleaseRevocationRequest = Record<string, never>
export type ReloadAdapterMappingAnswer = {
  adapter: string
  /** hash of the mapping with the files that it names */
  former: string
  /** hash of the mapping with the files that it names */
  version: string
  /** open cases that were moved to it */
  repinned: number
}
export type ReloadAdapterMappingRequest = {
  /** name of the approval system, where several have a mapping */
  adapter?: string | undefined
  repin?: boolean | undefined
}
export type RemindCaseRequest = { text: string }
export type RemindCasesAnswer = { items: { thread: string; problem: string | null }[] }
export type RemindCasesRequest = { threads: string[]; text: string }
export type Reminder = {
  /** subject of the event `reminder.due` */
  id: string
  kind: string
  /** division code, thread or other id */
  subject: string
  dueAt: string
  level: 'info' | 'warn' | 'fail'
  /** who must act */
  act: 'you' | 'partner' | 'operator'
  en: string
  zh: string
  cure: string
  /** the same in Chinese */
  cureZh: string
}
export type RemoveCalendarAnswer = { removed: true }
export type RemoveSecondFactorAnswer = { done: true }
export type RemoveWebhookAnswer = { removed: true }
export type RenewAdapterLeaseAnswer = { until: string }
export type RenewAdapterLeaseRequest = {
  /** `fence` of the work; that of an earlier lease is refused */
  fence: number
  /** how long the lease is to last */
  seconds?: number | undefined
}
export type RepinCasesAnswer = { repinned: number }
export type RepinCasesRequest = { thread: string } | {
  /** name of the approval system, where several have a mapping */
  adapter?: string | undefined
  /** hash of the mapping with the files that it names */
  version: string
} | {
  /** name of the approval system, where several have a mapping */
  adapter?: string | undefined
  all: true
}
export type ReplayWebhookRequest = { from: number }
export type RequestCertificateAnswer = {
  /** PEM */
  request: string
  newKey: boolean
}
export type RequestCertificateRequest = { newKey?: boolean | undefined }
export type RequestPaymentCaseRequest = {
  /** 缴款单号 */
  number: string
  /** 缴款金额, yuan */
  amount: string
  /** 收费项目 */
  name?: string | undefined
  payBy?: string | undefined
  /** the special procedure of the item by which the time of the payment is not counted; absent: it is */
  procedure?: string | undefined
  /** where and how it is paid */
  note?: string | undefined
  /** 缴款书 */
  documents?: string[] | undefined
}
export type RequestSupplementCaseRequest = {
  /** 一次性告知: the whole notice */
  notice: string
  deadline?: string | undefined
  materials: { code: string; reason: string }[]
  /** fields of the form to be given anew (表单补正) */
  form?: { field: string; reason: string }[] | undefined
}
export type ResendWebhookAnswer = {
  taken: boolean
  problem: {
    code: string
    /** which field or thing, in English */
    detail?: string
    /** the same in Chinese; null without a detail */
    detailZh: string | null
  } | null
}
export type ResendWebhookRequest = { event: number }
export type ResetPasswordAnswer = {
  account: string
  /** Shown this once; it must be changed at the first sign-in */
  password: string
  until: string
}
export type ResetPasswordRequest = {
  /** what is typed to sign in; null: as it is */
  account?: string | null | undefined
}
export type ResultReceivedCaseRequest = { receivedAt: string; by?: string | undefined }
export type ResumableUpload = {
  id: string
  /** bytes that are here */
  offset: number
  size: number
  /** when it is deleted unless somebody goes on */
  expiresAt: string
  /** what it became, once all of it was here */
  material: { sha256: string; size: number; type: string } | null
}
export type ResumableUploads = { uploads: ResumableUpload[] }
export type ResumeAgreementRequest = { reason: string }
export type ResumeCaseRequest = { result?: string | undefined }
export type ResumePartnerRequest = Record<string, never>
export type RetryParcelAnswer = {
  id: string
  parcel: 'originals' | 'result'
  /** wanted: the carrier has not taken the order yet; failed: a person must look */
  state: 'wanted' | 'open' | 'cancelling' | 'done' | 'failed'
  carrier: string
  /** waybill (运单号) */
  number: string | null
  payer: 'collecting' | 'handling' | 'applicant'
  /** each is a signed `case.mail`, too */
  way: {
    state: 'collected' | 'in-transit' | 'delivered' | 'returned' | 'lost' | 'cancelled'
    at: string
    place?: string
  }[]
  problem: string | null
  /** the same in Chinese */
  problemZh: string | null
  /** why somebody must see to it */
  trouble: 'lost' | 'returned' | 'refused' | 'unanswered' | 'silent' | 'contradicts' | null
  createdAt: string
}
export type RetryParkedAnswer = { retried: number }
export type RetryParkedRequest = { packetNo: number } | {
  localCaseNo: string
  /** name of the approval system, where the city has several (`GET /approval-system`) */
  adapter?: string | undefined
} | { event: string } | { material: string } | {
  code: string
  /** name of the approval system, where the city has several (`GET /approval-system`) */
  adapter?: string | undefined
} | {
  all: true
  /** name of the approval system, where the city has several (`GET /approval-system`) */
  adapter?: string | undefined
}
export type RetryPartnerAnswer = {
  code: string
  name: string
  status: 'pending' | 'active' | 'suspended'
  /** SHA-256 of the city certificate */
  fingerprint: string
  /** verification words (核对词) to read out to the partner's administrator, by place; null: one that this node asks for, read out by the partner's */
  words: (string | null)[]
  /** places, from 1, of the words that `confirm` asks for; empty when there is nothing to type */
  asked: number[]
  /** `authority:` and the fingerprint of the accepted authority that issued the certificate, or `directory:` and the thumbprint of the operator whose directory names it: no words to compare */
  vouched: string | null
  /** the directory of a federation revoked the certificate: nothing is exchanged until it pairs again */
  revoked: { at: string; reason: string } | null
  addresses: string[]
  pairedAt: string
  confirmedAt: string | null
  seenAt: string | null
  connected: boolean
  /** why delivery does not proceed */
  problem: {
    code: string
    /** which field or thing, in English */
    detail?: string
    /** the same in Chinese; null without a detail */
    detailZh: string | null
  } | null
  failures: number
  /** open: it could not be dialled some times in a row, and only its packets are still tried */
  breaker: 'closed' | 'open'
  /** since when, when lists, materials and directories are tried next, and why the last dial failed */
  breakerOpen: {
    since: string
    nextTryAt: string
    problem: {
      code: string
      /** which field or thing, in English */
      detail?: string
      /** the same in Chinese; null without a detail */
      detailZh: string | null
    }
  } | null
  /** when packets are tried next */
  nextTryAt: string | null
  roundTripMs: number | null
}
export type RetryPartnerRequest = Record<string, never>
export type ReuseScansAnswer = { items: EarlierScan[] }
export type ReuseScansRequest = {
  /** of the applicant, whole */
  idNumber: string
  scans: { thread: string; sha256: string }[]
  consent: {
    /** when the applicant agreed */
    acceptedAt: string
    /** version of the notice that was shown */
    text?: string | undefined
  }
}
export type RevokeCaseRequest = {
  /** packet id of the objection that it upholds, and answers */
  objection: string
  reason: string
  basis: string
  documentNo?: string | undefined
}
export type RevokeOwnTokenAnswer = { revoked: true }
export type RevokePacketKeyRequest = Record<string, never>
export type RevokeTokenAnswer = { revoked: true }
export type RotatePacketKeyRequest = Record<string, never>
export type RotatePersonAnswer = {
  person: Person
  /** Shown this once and kept nowhere */
  token: string
}
export type RotatePersonRequest = {
  /** New expiry; null for none; left out, it stays as it is */
  expiresAt?: string | null | undefined
}
export type RotateWebhookSecretAnswer = {
  id: string
  url: string
  /** event types; empty: all */
  types: string[]
  active: boolean
  /** events of its types that it was not told of yet; 10001: more than 10000 */
  waiting: number
  failures: number
  failingSince: string | null
  nextAt: string | null
  problem: {
    code: string
    /** which field or thing, in English */
    detail?: string
    /** the same in Chinese; null without a detail */
    detailZh: string | null
  } | null
  createdAt: string
  /** `whsec_…`: verify messages with it; shown once */
  secret: string
}
export type RotateWebhookSecretRequest = Record<string, never>
export type SaveAgreementDraftRequest = {
  /** an agreement as far as it is written, in the form of `proposeAgreement`; of an amendment, as it is to stand */
  document: Record<string, unknown>
  /** absent: it is proposed */
  step?: {
    act: 'counter'
    /** the agreement */
    thread: string
    /** the version of the agreement that its writer read; another one is refused */
    version: string
    /** why, for the partner; an amendment has one */
    reason?: string | undefined
  } | {
    act: 'amend'
    /** the agreement */
    thread: string
    /** the version of the agreement that its writer read; another one is refused */
    version: string
    /** why, for the partner; an amendment has one */
    reason?: string | undefined
    /** name of the amendment */
    title?: string | undefined
    /** first day on which cases begin under it */
    effectiveFrom?: string | undefined
  } | undefined
}
export type SaveCaseDraftRequest = {
  /** that was read; absent: `If-Match` has it */
  version?: number | undefined
  /** fields of a new case, or `shared` and `items` of a joint one; whole or not */
  content: Record<string, unknown>
}
export type SaveDraftAnswer = { draft: (ItemDraft) & (Record<string, unknown> | null) }
export type SaveDraftRequest = {
  item: {
    /** 实施编码: 31 characters by GB/T 39554, older ones as they are */
    taskCode: string
    /** 地方实施编码 */
    localTaskCode?: string | undefined
    /** 基本编码: 12 characters by GB/T 39554 */
    catalogCode?: string | undefined
    /** 地方基本编码 */
    localCatalogCode?: string | undefined
    /** 业务办理项编码 */
    taskHandleItem?: string | undefined
    /** 事项名称 */
    taskName: string
    /** 事项版本, grows with each published change */
    taskVersion: number
    /** 事项状态: 1 在用, 2 暂停, 3 取消 */
    taskState: '1' | '2' | '3'
    /** 事项类型 (A.1): 01 行政许可, 05 行政给付, 07 行政确认, 10 其他, 20 公共服务 */
    taskType: string
    /** 行使层级 (A.2): 1 国家, 2 省, 3 市, 4 县, 5 镇街, 6 村社区, 7 分级管理 */
    useLevel: '1' | '2' | '3' | '4' | '5' | '6' | '7'
    /** 权力来源 */
    powerSource?: string | undefined
    /** 实施主体 */
    deptName: string
    /** 实施主体的统一社会信用代码 */
    deptCode?: string | undefined
    /** 实施主体性质 (A.3): 1 法定机关, 2 授权组织, 3 受委托组织, 9 其他 */
    deptType?: '1' | '2' | '3' | '9' | undefined
    /** 委托部门 */
    entrustName?: string | undefined
    /** 服务对象 (A.4): 1 自然人, 2 企业法人, 3 事业法人, 4 社会组织法人, 5 行政机关, 6 其他组织 */
    serverType: ('1' | '2' | '3' | '4' | '5' | '6')[]
    /** 办件类型 (A.6): 1 即办件, 2 承诺件, 9 其他 */
    projectType: '1' | '2' | '9'
    /** 办理模式: 0 全程网办, 1 异地委托·本地代收, 2 异地授权·本地办理, 3 多地联办 */
    modes: (0 | 1 | 2 | 3)[]
    /** 法定办结时限, working days */
    anticipateDay: number
    /** 时限单位: 1 工作日, the only one */
    anticipateType?: '1' | undefined
    /** 法定办结时限说明 */
    anticipateExplain?: string | undefined
    /** 承诺办结时限, working days */
    promiseDay: number
    /** 时限单位: 1 工作日, the only one */
    promiseType?: '1' | undefined
    /** 承诺办结时限说明 */
    promiseExplain?: string | undefined
    /** 受理条件 */
    acceptCondition?: string | undefined
    /** 办理流程 */
    handleFlow?: string | undefined
    /** 办理环节 */
    handleLinks?: {
      /** 环节名称 */
      linkName: string
      /** 环节时限, working days */
      handleDay?: number | undefined
      /** 办理内容 */
      explain?: string | undefined
      /** 是否特别程序 */
      isSpecial?: boolean | undefined
    }[] | undefined
    /** 办理形式 (A.5): 1 窗口, 2 电脑端, 3 移动端, 4 快递申请, 9 其他 */
    handleType?: ('1' | '2' | '3' | '4' | '9')[] | undefined
    /** 到现场次数 */
    limitSceneNum: number
    /** 必须现场办理原因 */
    limitSceneExplain?: string | undefined
    /** 特别程序, as one text */
    specialProcedure?: string | undefined
    /** 特别程序, one by one */
    specialProcedures?: {
      /** 特别程序种类 (A.7): 1 延长审批, 2 除延长审批外 */
      specialType: '1' | '2'
      /** 特别程序名称, such as 听证, 现场核查 */
      specialName: string
      /** 特别程序时限, working days */
      specialDay?: number | undefined
      /** 说明 */
      explain?: string | undefined
    }[] | undefined
    /** 设定依据, as one text */
    byLaw?: string | undefined
    /** 设定依据, one by one */
    legalBases?: {
      /** 法律法规名称 */
      lawName: string
      /** 文号 */
      lawNumber?: string | undefined
      /** 条款号 */
      article?: string | undefined
      /** 条款内容 */
      content?: string | undefined
    }[] | undefined
    /** 是否收费 */
    isFee: boolean
    /** 收费依据 */
    feeBasis?: string | undefined
    /** 办理地点 */
    transactAddr?: string | undefined
    /** 办理时间 */
    transactTime?: string | undefined
    /** 咨询电话, with area code */
    linkWay?: string | undefined
    /** 投诉电话, with area code */
    superviseWay?: string | undefined
    /** 计划生效日期 */
    planEffectiveDate?: string | undefined
    /** 计划取消日期 */
    planCancelDate?: string | undefined
    /** row_guid of the upload tables */
    rowGuid?: string | undefined
    /** 是否进驻政务大厅 */
    isEntryCenter?: boolean | undefined
    /** 通办范围: 全国, 跨省, 跨市, 跨县, or areas by name */
    handleArea?: string | undefined
    /** 是否支持通办 */
    isHandle?: boolean | undefined
    /** 联办机构 */
    otherDept?: string | undefined
    /** 中介服务 */
    serviceType?: string | undefined
    /** 是否网上办理 */
    isOnline?: boolean | undefined
    /** 网办深度: 1 咨询, 2 收件, 3 预审, 4 受理, 5 办理, 6 结果信息反馈, 7 电子证照反馈, 8 其他 */
    onlineHandleDepth?: ('1' | '2' | '3' | '4' | '5' | '6' | '7' | '8')[] | undefined
    /** 网办等级 Ⅰ–Ⅳ: 4 全程网办 */
    onlineLevel?: '1' | '2' | '3' | '4' | undefined
    /** 网上办理地址 */
    onlineHandleUrl?: string | undefined
    /** 是否支持预约 */
    isSchedule?: boolean | undefined
    /** 是否网上支付 */
    isPayOnline?: boolean | undefined
    /** 是否支持物流快递 */
    isExpress?: boolean | undefined
    /** 材料是否可邮寄 */
    isMailMaterial?: boolean | undefined
    /** 结果是否可邮寄 */
    isMailResult?: boolean | undefined
    /** 是否支持自助终端 */
    isServiceTerminals?: boolean | undefined
    /** 是否由部门业务系统办理 */
    isHandleByDeptSys?: boolean | undefined
    /** 部门业务系统名称 */
    deptSysName?: string | undefined
    /** 部门业务系统地址 */
    deptSysUrl?: string | undefined
    /** 业务系统运行网络 */
    deptSysType?: string | undefined
    /** 数量限制 */
    limitExplain?: string | undefined
    /** 审批结果类型, such as 出证办结, 审批办结 */
    resultType?: string | undefined
    /** 审批结果名称 */
    resultName?: string | undefined
    /** 审批结果样本, as a material */
    resultGuid?: { sha256: string; size: number; type: string } | undefined
    /** 面向自然人主题分类 */
    userTopicType?: string | undefined
    /** 面向法人主题分类 */
    corpTopicType?: string | undefined
    /** 乡镇街道名称 */
    townName?: string | undefined
    /** 乡镇街道代码 */
    townCode?: string | undefined
    /** 村社区名称 */
    villageName?: string | undefined
    /** 村社区代码 */
    villageCode?: string | undefined
    /** 审核状态 of the item in the local item system */
    auditStatus?: string | undefined
    /** 国家对口部门 */
    centralDept?: string | undefined
    /** 行政复议: organ, address, phone */
    reviewContact?: string | undefined
    /** 行政诉讼: court, address, phone */
    litigationContact?: string | undefined
    /** 申请材料 */
    materials: {
      /** 材料编码, once in an item */
      materialCode: string
      /** 材料名称 */
      materialName: string
      /** 必要性: 1 必要, 2 非必要, 3 容缺后补 */
      isNeed: '1' | '2' | '3'
      /** 必要性说明: when a material of kind 2 or 3 is asked for */
      needExplain?: string | undefined
      /** 材料类型: 1 原件, 2 复印件, 3 原件和复印件, 4 原件或复印件 */
      materialType: '1' | '2' | '3' | '4'
      /** 材料形式: 1 纸质, 2 电子, 3 纸质或电子 */
      materialFormat: '1' | '2' | '3'
      /** 来源渠道: 10 申请人自备, 20 政府部门核发, 99 其他 */
      sourceType: '10' | '20' | '99'
      /** 来源渠道说明 */
      sourceExplain?: string | undefined
      /** 出具机构: who issues the material */
      issuer?: string | undefined
      /** 出具时间要求, such as 近三个月内 */
      issueRequirement?: string | undefined
      /** 份数 */
      pageNum?: number | undefined
      /** 原件份数 */
      pageNumY?: number | undefined
      /** 复印件份数 */
      pageNumF?: number | undefined
      /** 介质要求, such as A4 */
      pageFormat?: string | undefined
      /** 受理标准 */
      acceptStand?: string | undefined
      /** 填报须知 */
      fillExplain?: string | undefined
      /** 审查要点: what the counter checks, in order */
      reviewPoints?: string[] | undefined
      /** 样表: a filled sample, as a material */
      exampleGuid?: { sha256: string; size: number; type: string } | undefined
      /** 空表: the blank form, as a material */
      formGuid?: { sha256: string; size: number; type: string } | undefined
      /** 是否结果证照: the result of another item */
      isResultCert?: boolean | undefined
      /** 证照类型代码 (GB/T 36903), for fetching it by data sharing */
      certCode?: string | undefined
      /** 设定依据 */
      byLaw?: string | undefined
      /** 排序号 */
      orderNum?: number | undefined
    }[]
    /** 收费项目 */
    fees?: {
      /** 收费项目名称 */
      feeName: string
      /** 收费标准 */
      feeStand: string
      /** 收费依据 */
      byLaw: string
      /** 是否允许减免 */
      isDesc?: boolean | undefined
      /** 减免依据或说明 */
      descExplain?: string | undefined
    }[] | undefined
    /** 常见问题 */
    faqs?: {
      /** 常见问题 */
      question: string
      /** 解答 */
      answer: string
    }[] | undefined
    /** 联系人, by role */
    contacts?: {
      /** consult 咨询, complaint 投诉监督, receive 收件对接, approve 审批对接, mail 寄递对接, technical 技术对接 */
      role: 'consult' | 'complaint' | 'receive' | 'approve' | 'mail' | 'technical'
      /** 联系人 */
      name?: string | undefined
      /** 部门 */
      department?: string | undefined
      /** 电话, with area code */
      phone?: string | undefined
      /** 电子邮箱 */
      email?: string | undefined
      /** 说明, such as office hours */
      note?: string | undefined
    }[] | undefined
    /** 办理点: who offers it where */
    offeredAt?: {
      /** code of the unit */
      unit: string
      /** also in every unit below it */
      below?: boolean | undefined
      /** codes of the windows; without it any window */
      windows?: string[] | undefined
    }[] | undefined
    /** 申请表: JSON Schema of the application form */
    form?: Record<string, unknown> | undefined
    /** 界面提示: UI hints to `form`, by the names of its properties */
    formUi?: Record<string, unknown> | undefined
    /** 告知书: what the applicant is told and accepts */
    consent?: {
      /** 版本: a case records the version that the applicant accepted */
      version: string
      /** 告知书正文 */
      text: string
    } | undefined
    /** 共享字段 (minimisation): what leaves the collecting city: properties of `form`, and `applicant.phone` and the like */
    sharedFields?: string[] | undefined
  }
}
export type SaveInstantApprovalRequest = {
  conditions: {
    /** what stands in the evidence, such as 本人办理 */
    name: string
    /** form.<property>, materials.<code> (original, copy, electronic or unstated), or one of applicant.type, applicant.idType, applicant.age, agent, mode, from, delivery.method */
    fact: string
    /** JSON Schema that the value must fit */
    schema: Record<string, unknown>
  }[]
  /** reason of the decision, with placeholders of phrases and no blanks */
  reason: string
  /** closes the case too, where there is no result to send; else a person sends the result */
  closes?: boolean | undefined
  /** cases decided so on one day; others go to people */
  perDay: number
  /** of a hundred cases that fit, those that are drawn for a person all the same (随机抽查) */
  share: number
}
export type SaveMappingRequest = {
  /** taskCode of the own item */
  collecting: string
  pairs: {
    /** material code in the own list */
    collecting: string
    /** material code in the partner's list */
    handling: string
    note?: string | undefined
  }[]
  note?: string | undefined
}
export type SearchItemsAnswer = {
  items: {
    city: string
    code: string
    name: string
    department: string
    type: string
    level: string
    audience: string[]
    modes: number[]
    state: string
    projectType: string
    promiseDay: number
    taskVersion: number
    /** version of the list that it stands in */
    listVersion: number
  }[]
  /** Cursor of the next page; null on the last one */
  next: string | null
  /** of all pages */
  total: number
  /** how many would be found with each value, the other filters as they are; the 50 largest departments */
  facets: {
    city: { value: string; count: number }[]
    department: { value: string; count: number }[]
    type: { value: string; count: number }[]
    level: { value: string; count: number }[]
    audience: { value: string; count: number }[]
    mode: { value: string; count: number }[]
  }
}
export type SendBackCaseRequest = { reason: string }
export type SendResultCaseRequest = {
  method: 'e-licence' | 'file' | 'mail' | 'pickup'
  licence?: { id: string; type?: string | undefined; name?: string | undefined } | undefined
  waybill?: {
    /** such as EMS */
    carrier: string
    number: string
  } | undefined
  /** who pays; absent: as the agreement says */
  payer?: 'collecting' | 'handling' | 'applicant' | undefined
  recipient?: {
    name: string
    phone?: string | undefined
    address: string
    postcode?: string | undefined
  } | undefined
  /** external: the documents bear a seal that the node does not verify (外部签章, 未验) */
  seal?: 'none' | 'external' | undefined
  documents?: string[] | undefined
}
export type ServiceList = { city: string; version: number; count: number; publishedAt: string }
export type Session = {
  id: string
  way: 'password' | 'second-factor' | 'single-sign-on'
  createdAt: string
  usedAt: string
  /** whether this request came in it */
  current: boolean
}
export type SetUpAdministratorAnswer = { id: string; name: string }
export type SetUpAdministratorRequest = { code: string; name: string; account: string; password: string }
export type Setting = {
  /** such as `http.port` */
  key: string
  /** as JSON; null when none is set */
  value?: unknown
  /** what counts where nobody sets it; null: nothing */
  default?: unknown
  /** whether it must be set */
  required: boolean
  from: 'file' | 'environment' | 'default'
  /** variable of the environment that stands over the file */
  env: string | null
  en: string
  zh: string
}
export type SettleParcelsAnswer = { settled: number }
export type SettleParcelsRequest = Record<string, never>
export type ShipCaseRequest = {
  waybill: {
    /** such as EMS */
    carrier: string
    number: string
  }
  contents: string[]
  shippedOn?: string | undefined
  /** who pays; absent: as the agreement says */
  payer?: 'collecting' | 'handling' | 'applicant' | undefined
  recipient?: {
    name: string
    phone?: string | undefined
    address: string
    postcode?: string | undefined
  } | undefined
}
export type ShowCalendarAnswer = {
  coveredThrough: string | null
  tables: {
    table: {
      v: 1
      /** CN for the whole country, or the first two digits of a division code for days of one region more */
      region: string
      year: number
      /** weekdays and weekend days that are holidays */
      off: string[]
      /** weekend days that are worked */
      worked: string[]
      /** the notice that says so */
      source: string
    }
    /** null for a table of the program itself */
    importedAt: string | null
  }[]
  partners: {
    city: string
    /** of its region, as it tells them; null: nothing told yet */
    tables: {
      v: 1
      /** CN for the whole country, or the first two digits of a division code for days of one region more */
      region: string
      year: number
      /** weekdays and weekend days that are holidays */
      off: string[]
      /** weekend days that are worked */
      worked: string[]
      /** the notice that says so */
      source: string
    }[] | null
    /** days that were over when it told them otherwise: they count as before until you accept them */
    waiting: {
      /** CN for the whole country, or the first two digits of a division code for days of one region more */
      region: string
      year: number
      days: string[]
    }[]
    differences: {
      /** CN for the whole country, or the first two digits of a division code for days of one region more */
      region: string
      year: number
      /** who lacks the table, or that its days differ */
      kind: 'own' | 'partner' | 'differs'
    }[]
  }[]
}
export type ShowCommonSettingsAnswer = {
  city: { code: string; name: string; authority: string }
  /** of the city in the console, #rrggbb */
  colour: string
  software: string
  /** kind of the adapter */
  approvalSystem: string
  /** null: waybills are typed in */
  carrier: string | null
  /** pages for applicants from outside */
  applicantsUrl: string | null
  /** what the city certificate signs takes two administrators */
  fourEyes: boolean
  /** who accepted a case does not decide it (受审分离) */
  separateDecision: boolean
  singleSignOn: boolean
  limits: {
    materialBytes: number
    materialsPerPacket: number
    /** of what one step says */
    bodyBytes: number
  }
}
export type ShowPublishedCertificateAnswer = { city: string; name: string; fingerprint: string }
export type ShowTracedAnswer = {
  request: {
    method: string
    url: string
    /** by name alone, for some are secrets */
    headers: string[]
    /** null: the bytes of a material */
    body: string | null
  }
  answer: string | null
  /** why the answer cannot be read */
  why: string | null
  /** the same in Chinese */
  whyZh: string | null
}
export type SignAgreementRequest = {
  /** id of the text that was read; absent: the one that waits now */
  agreement?: string | undefined
}
export type SignInAnswer = {
  person: {
    id: string
    name: string
    roles: ('window-clerk' | 'examiner' | 'leader' | 'window-lead' | 'business-administrator' | 'system-administrator' | 'security-administrator' | 'audit-administrator' | 'integrator' | 'adapter')[]
  }
  session: Session
  /** sent as X-CSRF-Token with every request of the session that may change something */
  csrf: string
  /** what must be seen to before anything else is allowed */
  due: ('password' | 'second-factor')[]
}
export type SignInRequest = {
  account: string
  password: string
  /** the six digits that the authenticator shows now */
  code?: string | undefined
}
export type SignInState = {
  /** empty: none yet; the first one-time password names it */
  account: string
  password: 'none' | 'own' | 'one-time'
  passwordAt: string | null
  /** until when a one-time password counts */
  temporaryUntil: string | null
  secondFactor: boolean
  lockedUntil: string | null
  sessions: number
}
export type SkipParkedAnswer = { skipped: true }
export type SkipParkedRequest = {
  event: string
  /** why; it stands in the audit log, so it names nobody */
  reason: string
}
export type Sms = {
  id: string
  kind: 'supplement' | 'refused' | 'decided' | 'result' | 'missed'
  kindName: string
  /** unclear: it may have been sent, the gateway did not say; dropped: the step that it tells was refused by the other city */
  state: 'wanted' | 'sending' | 'sent' | 'failed' | 'unclear' | 'dropped'
  /** masked */
  phone: string
  attempts: number
  problem: string | null
  /** the same in Chinese */
  problemZh: string | null
  createdAt: string
  endedAt: string | null
}
export type SubmitCaseDraftAnswer = { cases: SubmittedCase[] }
export type SubmitCaseDraftRequest = {
  /** that was read; absent: `If-Match` has it */
  version?: number | undefined
}
export type SubmitCaseRequest = {
  /** given by the node when absent */
  caseNo?: string | undefined
  /** taskCode of its published item */
  item: string
  mode: 0 | 1 | 2 | 3
  applicant: {
    /** 服务对象 (GB/T 39046 A.4): 1 自然人 … 6 其他组织 */
    type: '1' | '2' | '3' | '4' | '5' | '6'
    name: string
    /** 证件类型: 111 居民身份证, 001 统一社会信用代码, or the code of the agreement */
    idType: string
    idNumber: string
    phone?: string | undefined
    address?: string | undefined
    legalRepresentative?: string | undefined
  }
  agent?: {
    /** agent (代办人, when absent): acts under an authorisation; assistant (帮办人员): helps, decides nothing */
    kind?: 'agent' | 'assistant' | undefined
    name: string
    /** needed of an agent */
    idType?: string | undefined
    /** needed of an agent */
    idNumber?: string | undefined
    phone?: string | undefined
    /** 授权委托书: SHA-256 of the material, or its code */
    authorisation?: string | undefined
  } | undefined
  form: Record<string, unknown>
  materials: {
    sha256: string
    /** material code of the item's list */
    code: string
    name: string
    /** 原件, 复印件, 电子 */
    form?: 'original' | 'copy' | 'electronic' | undefined
    pages?: number | undefined
    /** 用证事由 of this licence, in place of the one of the case */
    purpose?: string | undefined
  }[]
  /** now when absent */
  receivedAt?: string | undefined
  window?: string | undefined
  clerk?: {
    name?: string | undefined
    no?: string | undefined
    phone?: string | undefined
  } | undefined
  /** 告知书 version and its acceptance */
  consent?: { text: string; acceptedAt: string } | undefined
  /** 用证事由 of each licence among the materials that has none of its own */
  purpose?: string | undefined
  /** how the applicant wants the result (结果送达方式) */
  delivery?: {
    /** 电子证照, 邮寄, 收件地领取, 办理地领取 */
    method: 'e-licence' | 'mail' | 'collecting' | 'handling'
    recipient?: {
      name: string
      phone?: string | undefined
      address: string
      postcode?: string | undefined
    } | undefined
  } | undefined
  /** lead case of a joint one (多地联办, 一件事) */
  parent?: string | undefined
  /** the city that has the power (办理地) */
  to: string
  /** whose codes `materials` have: `own` ones become the partner's by the mapping of the item; handling by default */
  codes?: 'own' | 'handling' | undefined
  /** id of the version of an agreement to begin under, where several cover it; absent: the newest that does */
  agreement?: string | undefined
  /** 容缺承诺: materials that the item lets come later, and until when; signed with the case */
  commitment?: {
    /** codes of the item's list, of materials that may be handed in later (容缺后补) and are not there */
    materials: string[]
    /** the last day on which the applicant hands them in */
    until: string
    /** what the applicant declares besides (承诺内容) */
    text?: string | undefined
    /** the signed commitment (承诺书), as a scan */
    documents?: string[] | undefined
  } | undefined
  /** the applicant agreed to be told by SMS (短信告知); it stays in this city */
  sms?: {
    /** a mobile number of the mainland; the applicant's phone when absent */
    phone?: string | undefined
    /** when the applicant agreed */
    acceptedAt: string
  } | undefined
}
export type SubmitJointCaseAnswer = { cases: SubmittedCase[] }
export type SubmitJointCaseRequest = {
  /** what stands once for all items: applicant, agent, window, consent, common fields of the forms */
  shared: {
    applicant: {
      /** 服务对象 (GB/T 39046 A.4): 1 自然人 … 6 其他组织 */
      type: '1' | '2' | '3' | '4' | '5' | '6'
      name: string
      /** 证件类型: 111 居民身份证, 001 统一社会信用代码, or the code of the agreement */
      idType: string
      idNumber: string
      phone?: string | undefined
      address?: string | undefined
      legalRepresentative?: string | undefined
    }
    agent?: {
      /** agent (代办人, when absent): acts under an authorisation; assistant (帮办人员): helps, decides nothing */
      kind?: 'agent' | 'assistant' | undefined
      name: string
      /** needed of an agent */
      idType?: string | undefined
      /** needed of an agent */
      idNumber?: string | undefined
      phone?: string | undefined
      /** 授权委托书: SHA-256 of the material, or its code */
      authorisation?: string | undefined
    } | undefined
    form: Record<string, unknown>
    materials: {
      sha256: string
      /** material code of the item's list */
      code: string
      name: string
      /** 原件, 复印件, 电子 */
      form?: 'original' | 'copy' | 'electronic' | undefined
      pages?: number | undefined
      /** 用证事由 of this licence, in place of the one of the case */
      purpose?: string | undefined
    }[]
    /** now when absent */
    receivedAt?: string | undefined
    window?: string | undefined
    clerk?: {
      name?: string | undefined
      no?: string | undefined
      phone?: string | undefined
    } | undefined
    /** 告知书 version and its acceptance */
    consent?: { text: string; acceptedAt: string } | undefined
    /** 用证事由 of each licence among the materials that has none of its own */
    purpose?: string | undefined
    /** how the applicant wants the result (结果送达方式) */
    delivery?: {
      /** 电子证照, 邮寄, 收件地领取, 办理地领取 */
      method: 'e-licence' | 'mail' | 'collecting' | 'handling'
      recipient?: {
        name: string
        phone?: string | undefined
        address: string
        postcode?: string | undefined
      } | undefined
    } | undefined
    /** whose codes `materials` have: `own` ones become the partner's by the mapping of the item; handling by default */
    codes?: 'own' | 'handling' | undefined
    /** the applicant agreed to be told by SMS (短信告知); it stays in this city */
    sms?: {
      /** a mobile number of the mainland; the applicant's phone when absent */
      phone?: string | undefined
      /** when the applicant agreed */
      acceptedAt: string
    } | undefined
  }
  items: {
    /** the city that has the power (办理地) */
    to: string
    /** taskCode of its published item */
    item: string
    mode: 0 | 1 | 2 | 3
    /** id of the version of an agreement to begin under, where several cover it; absent: the newest that does */
    agreement?: string | undefined
    /** 容缺承诺: materials that the item lets come later, and until when; signed with the case */
    commitment?: {
      /** codes of the item's list, of materials that may be handed in later (容缺后补) and are not there */
      materials: string[]
      /** the last day on which the applicant hands them in */
      until: string
      /** what the applicant declares besides (承诺内容) */
      text?: string | undefined
      /** the signed commitment (承诺书), as a scan */
      documents?: string[] | undefined
    } | undefined
    /** fields of this item, put to the shared ones */
    form?: Record<string, unknown> | undefined
    /** in place of the shared ones */
    materials?: {
      sha256: string
      /** material code of the item's list */
      code: string
      name: string
      /** 原件, 复印件, 电子 */
      form?: 'original' | 'copy' | 'electronic' | undefined
      pages?: number | undefined
      /** 用证事由 of this licence, in place of the one of the case */
      purpose?: string | undefined
    }[] | undefined
    /** 用证事由 of each licence among the materials that has none of its own */
    purpose?: string | undefined
    /** of the notice of this item, where its version is another than the shared one */
    consent?: { text: string; acceptedAt: string } | undefined
  }[]
}
export type SubmittedCase = {
  thread: string
  /** 办件编号 of the collecting city */
  caseNo: string
  /** case number of the handling city's approval system */
  localCaseNo: string | null
  /** what this city is in the case: 收件地 or 办理地 */
  role: 'collecting' | 'handling'
  partner: string
  item: { code: string; name: string }
  mode: 0 | 1 | 2 | 3
  state: 'submitted' | 'arrived' | 'prechecked' | 'supplementing' | 'accepted' | 'paused' | 'decided' | 'sending' | 'closed' | 'refused'
  /** window that took it */
  window: string | null
  /** account that works on it here */
  assignee: string | null
  /** its name, also of one that ended since */
  assigneeName: string | null
  /** code of the department to which it was passed on here (转办); null: that of its item has it */
  passedTo: string | null
  /** messages of the other city that nobody here has read */
  unread: number
  /** papers that nobody has printed (待打印), at the window that took it */
  toPrint: ('receipt' | 'supplement-notice' | 'acceptance' | 'refusal' | 'decision' | 'supplement-receipt' | 'commitment' | 'hand-in-receipt' | 'special-procedure' | 'extension' | 'payment-notice' | 'withdrawal' | 'termination' | 'delivery' | 'originals-list' | 'mailing-label')[]
  /** a result was sent to the window and nobody has received it (待发放) */
  toHandOut: boolean
  /** another one with each step of either city, and when it is given to another account; for `If-Match` */
  version: string
  stateName: string
  outcome: 'granted' | 'denied' | 'forwarded' | 'withdrawn' | 'returned' | 'void' | 'lapsed' | null
  /** masked name */
  applicant: string
  /** why the case waits for a person */
  parked: {
    code: string
    /** which field or thing, in English */
    detail?: string
    /** the same in Chinese; null without a detail */
    detailZh: string | null
    kind?: string
  } | null
  /** the city that must act next (当前持有方); null at the end */
  holder: string | null
  /** what is due first, by either city */
  due: {
    duty: 'forward' | 'mail' | 'recheck' | 'notice' | 'supplement' | 'commitment' | 'lapse' | 'payment' | 'review' | 'promise' | 'legal' | 'deliver' | 'result-mail' | 'objection' | 'objection-answer' | 'follow-up' | 'answer'
    dutyName: string
    /** the city that must do it */
    city: string
    day: string
    /** past the holiday tables (暂定) */
    provisional: boolean
    level: 'green' | 'yellow' | 'red' | 'overdue'
    /** working days left; negative when overdue */
    left: number
  } | null
  /** what this city itself must do first */
  ownDue: {
    duty: 'forward' | 'mail' | 'recheck' | 'notice' | 'supplement' | 'commitment' | 'lapse' | 'payment' | 'review' | 'promise' | 'legal' | 'deliver' | 'result-mail' | 'objection' | 'objection-answer' | 'follow-up' | 'answer'
    dutyName: string
    /** the city that must do it */
    city: string
    day: string
    /** past the holiday tables (暂定) */
    provisional: boolean
    level: 'green' | 'yellow' | 'red' | 'overdue'
    /** working days left; negative when overdue */
    left: number
  } | null
  submittedAt: string
  updatedAt: string
  /** numbers of other open cases of the same applicant for the same item (疑似重复收件); nothing was stopped */
  alsoOpen: string[]
}
export type SuperviseCaseRequest = {
  /** 督办编号 */
  number?: string | undefined
  text: string
  answerBy?: string | undefined
}
export type SupplementCaseRequest = {
  materials: {
    sha256: string
    /** material code of the item's list */
    code: string
    name: string
    /** 原件, 复印件, 电子 */
    form?: 'original' | 'copy' | 'electronic' | undefined
    pages?: number | undefined
    /** 用证事由 of this licence, in place of the one of the case */
    purpose?: string | undefined
  }[]
  form?: Record<string, unknown> | undefined
  note?: string | undefined
}
export type SuspendAgreementRequest = { reason: string }
export type SuspendPartnerRequest = Record<string, never>
export type SwitchInstantApprovalRequest = {
  on: boolean
  /** the version that was read; needed to switch it on */
  hash?: string | undefined
}
export type TellAdapterEventsAnswer = { kept: number }
export type TellAdapterEventsRequest = {
  events: {
    id: string
    /** case number of the approval system */
    localCaseNo: string
    /** a step of the handling city, such as `case.accept`, with its content as SPEC.md has it */
    move: { kind: string; body: Record<string, unknown> }
    /** when the officer acted */
    at?: string | undefined
  } | {
    id: string
    /** case number of the approval system */
    localCaseNo: string | null
    /** what the program cannot read; it is given back to be read, until it can */
    raw: string
  } | {
    id: string
    /** idempotency key of a packet that was handed over */
    taken: string
    /** needed for `case.submit` */
    localCaseNo?: string | undefined
  } | {
    id: string
    /** idempotency key of a packet that was handed over */
    refused: string
    /** why; shown to people and logged, so it holds nothing of the case */
    detail: string
    /** the approval system's own code */
    theirCode?: string | undefined
  }[]
}
export type TerminateAgreementRequest = {
  reason: string
  /** last day on which new cases begin */
  effectiveOn: string
}
export type TestPartnerAnswer = {
  no: number
  partner: string
  /** `out`: begun by this city; `in`: the partner tested this city */
  direction: 'out' | 'in'
  thread: string
  state: 'running' | 'passed' | 'failed'
  /** in their order; none of a test that the partner began */
  hops: {
    hop: 'connect' | 'identity' | 'list' | 'packet' | 'material' | 'receipt' | 'evidence'
    en: string
    zh: string
    state: 'waiting' | 'running' | 'ok' | 'failed' | 'skipped'
    ms: number | null
    /** what the hop measured */
    facts: Record<string, number | string | null>
    problem: {
      code: string
      /** which field or thing, in English */
      detail?: string
      /** the same in Chinese; null without a detail */
      detailZh: string | null
      en: string
      zh: string
      /** who must act */
      act: 'you' | 'partner' | 'operator'
      cure: string
      cureZh: string
    } | null
  }[]
  begunAt: string
  endedAt: string | null
}
export type TestPartnerRequest = Record<string, never>
export type TestWebhookAnswer = {
  taken: boolean
  problem: {
    code: string
    /** which field or thing, in English */
    detail?: string
    /** the same in Chinese; null without a detail */
    detailZh: string | null
  } | null
}
export type TestWebhookRequest = Record<string, never>
export type TraceApprovalSystemAnswer = { until: string | null }
export type TraceApprovalSystemRequest = { hours: number }
export type TrustOperatorAnswer = {
  /** thumbprint of its key */
  operator: string
  trustedAt: string
  directory: {
    name: string
    version: number
    sha256: string
    /** `overdue` (逾期): the next version did not come, entries still count; `lapsed` (失效): they vouch for nobody */
    standing: 'current' | 'overdue' | 'lapsed'
    issuedAt: string
    nextUpdate: string
    graceUntil: string
    cities: number
    revocations: number
    /** who brought it: `person:…` or `city:…` */
    source: string
    receivedAt: string
    /** another document was signed under the same version: ask the operator */
    fork: string | null
    /** the key that took over: it is trusted in place of this one */
    successor: string | null
  } | null
}
export type TrustOperatorRequest = { operator: string }
export type UnlockAccountAnswer = { done: true }
export type UploadAttachmentAnswer = { sha256: string; size: number; type: string }
export type UploadMaterialAnswer = { sha256: string; size: number; type: string }
/** to be put into the item as it is */
export type UploadSampleAnswer = { sha256: string; size: number; type: string }
export type VerifyAuditAnswer = {
  rows: number
  /** Hash of the last row; note it elsewhere to notice rows cut off at the end */
  head: string
}
export type VerifyBackupRequest = {
  /** as the list names it */
  folder: string
}
export type VerifyRemoteCaseRequest = {
  /** 身份, 原件, 现场, 其他 */
  subject: 'identity' | 'originals' | 'site' | 'other'
  from: string
  to: string
  collectingClerk: {
    name?: string | undefined
    no?: string | undefined
    phone?: string | undefined
  }
  handlingClerk: {
    name?: string | undefined
    no?: string | undefined
    phone?: string | undefined
  }
  result: 'verified' | 'not-verified'
  /** where the record of the session is kept */
  reference?: string | undefined
  note?: string | undefined
}
export type View = {
  id: string
  name: string
  owner: string
  window: string | null
  filter: {
    queue: 'mine' | 'window' | 'ours' | 'waiting' | 'paused' | 'due-today' | 'overdue' | 'unread' | 'to-print' | 'to-hand-out' | 'withdrawals' | 'parked' | 'parcels' | 'originals' | 'bad-ratings' | 'done'
    /** whose `window` queue; without it those at which one works */
    window?: string
    /** what this city is in the case */
    role?: 'collecting' | 'handling'
    partner?: string
    /** code */
    item?: string
    /** code of the department that handles it here: organ of the item */
    department?: string
    state?: 'submitted' | 'arrived' | 'prechecked' | 'supplementing' | 'accepted' | 'paused' | 'decided' | 'sending' | 'closed' | 'refused'
    /** of `due`: what is due first, by either city */
    level?: 'green' | 'yellow' | 'red' | 'overdue'
    /** of `ownDue`: what this city itself must do first */
    ownLevel?: 'green' | 'yellow' | 'red' | 'overdue'
    /** account; `me`, or `nobody` */
    assignee?: string
  } | {
    /** as of listCases but for `q`; `me` as assignee is whoever reads it */
    search: {
      partner?: string
      item?: string
      mode?: number | null
      state?: 'submitted' | 'arrived' | 'prechecked' | 'supplementing' | 'accepted' | 'paused' | 'decided' | 'sending' | 'closed' | 'refused'
      role?: 'collecting' | 'handling'
      window?: string
      /** code of the department that handles it here: organ of the item */
      department?: string
      assignee?: string
      /** submitted on this day or later */
      from?: string
      to?: string
    }
  }
  updatedAt: string
}
export type WaitingAct = {
  no: number
  kind: 'propose' | 'counter' | 'amend' | 'sign' | 'confirm' | 'suspend' | 'terminate'
  thread: string | null
  /** what it would sign */
  input?: unknown
  preparedBy: string
  preparedAt: string
  /** of the text that it would sign or that it concerns */
  title: string | null
  partners: string[]
  preparedByName: string | null
  /** why it cannot be signed as things stand; when that will not change, discard it */
  problem: {
    code: string
    /** which field or thing, in English */
    detail?: string
    /** the same in Chinese; null without a detail */
    detailZh: string | null
  } | null
}
export type Webhook = {
  id: string
  url: string
  /** event types; empty: all */
  types: string[]
  active: boolean
  /** events of its types that it was not told of yet; 10001: more than 10000 */
  waiting: number
  failures: number
  failingSince: string | null
  nextAt: string | null
  problem: {
    code: string
    /** which field or thing, in English */
    detail?: string
    /** the same in Chinese; null without a detail */
    detailZh: string | null
  } | null
  createdAt: string
}
export type WhoAmIAnswer = {
  id: string
  name: string
  roles: ('window-clerk' | 'examiner' | 'leader' | 'window-lead' | 'business-administrator' | 'system-administrator' | 'security-administrator' | 'audit-administrator' | 'integrator' | 'adapter')[]
  /** the organ with which the codes of their items begin (18 places); null: every department */
  departments: string[] | null
  /** names of windows of this city; null: every window */
  windows: string[] | null
  /** what the person may, and within which cases; `all` also where it is of no case */
  rights: {
    action: 'self.use' | 'reference.read' | 'statistics.read' | 'case.list' | 'case.read' | 'case.content' | 'case.export' | 'case.take-in' | 'case.serve' | 'case.accept' | 'case.examine' | 'case.decide' | 'case.pass-on' | 'case.countersign' | 'case.contribute' | 'case.claim' | 'case.assign' | 'case.preview-purge' | 'case.purge' | 'material.keep' | 'instant.manage' | 'phrase.manage' | 'mapping.manage' | 'catalogue.read' | 'catalogue.manage' | 'agreement.oversee' | 'agreement.manage' | 'partner.oversee' | 'partner.manage' | 'trust.manage' | 'operation.read' | 'operation.manage' | 'adapter.work' | 'operation.look' | 'system.manage' | 'webhook.read' | 'webhook.manage' | 'metrics.read' | 'account.read' | 'account.manage' | 'account.grant' | 'audit.read'
    scopes: ('all' | 'collecting' | 'handling' | 'window' | 'department' | 'assigned' | 'asked')[]
  }[]
  /** whether a code is asked for when they sign in with a password */
  secondFactor: boolean
}
export type WithdrawAgreementRequest = { reason: string }
export type WithdrawCaseRequest = { reason: string }
export type WithdrawCountersignsRequest = { reason: string }

export type ArchiveCaseQuery = {
  /** what a look beyond the cases that one works on is for (docs/rights.md); it goes into the audit log */
  purpose?: 'cover' | 'inquiry' | 'complaint' | 'supervision' | 'audit' | 'legal' | 'correction' | undefined
}
export type BeginExportQuery = {
  /** what a look beyond the cases that one works on is for (docs/rights.md); it goes into the audit log */
  purpose?: 'cover' | 'inquiry' | 'complaint' | 'supervision' | 'audit' | 'legal' | 'correction' | undefined
}
export type CompareItemsQuery = {
  /** taskCode of the own item; by default the one of the same catalogue code or name */
  own?: string | undefined
}
export type CountQueuesQuery = {
  /** whose `window` queue; without it those at which one works */
  window?: string | undefined
  /** what this city is in the case */
  role?: 'collecting' | 'handling' | undefined
  partner?: string | undefined
  /** code */
  item?: string | undefined
  /** code of the department that handles it here: organ of the item */
  department?: string | undefined
  state?: 'submitted' | 'arrived' | 'prechecked' | 'supplementing' | 'accepted' | 'paused' | 'decided' | 'sending' | 'closed' | 'refused' | undefined
  /** of `due`: what is due first, by either city */
  level?: 'green' | 'yellow' | 'red' | 'overdue' | undefined
  /** of `ownDue`: what this city itself must do first */
  ownLevel?: 'green' | 'yellow' | 'red' | 'overdue' | undefined
  /** account; `me`, or `nobody` */
  assignee?: string | undefined
}
export type CountWorkingDaysQuery = {
  from: string
  days?: number | null | undefined
  /** whose calendar; the own one by default */
  city?: string | undefined
}
export type DiffAgreementQuery = {
  /** id of a text, or its beginning; absent: the one that stands, or the proposal that was countered */
  before?: string | undefined
  /** id of a text, or its beginning; absent: the one that waits, or the newest */
  after?: string | undefined
}
export type DiffAgreementDraftQuery = {
  /** the agreement; absent: the text before the last saving */
  against?: string | undefined
}
export type DownloadMaterialQuery = {
  /** the case that it is read for; needed when several name it */
  thread?: string | undefined
  /** the draft that it is read for */
  draft?: string | undefined
  /** what a look beyond the cases that one works on is for (docs/rights.md); it goes into the audit log */
  purpose?: 'cover' | 'inquiry' | 'complaint' | 'supervision' | 'audit' | 'legal' | 'correction' | undefined
}
export type ExportAuditQuery = {
  /** `person:ID`, `city:CODE`, `node` or `cli` */
  actor?: string | undefined
  /** name of the account that acted, or part of it */
  name?: string | undefined
  /** such as `packet.refused` */
  action?: string | undefined
  /** id of what it was done to */
  subject?: string | undefined
  /** number of the case that it was done to, of either city */
  case?: string | undefined
  /** rows of this time or later */
  since?: string | undefined
  /** rows of before this time */
  until?: string | undefined
  format?: 'csv' | 'jsonl' | undefined
}
export type ExportEvidenceQuery = {
  /** what a look beyond the cases that one works on is for (docs/rights.md); it goes into the audit log */
  purpose?: 'cover' | 'inquiry' | 'complaint' | 'supervision' | 'audit' | 'legal' | 'correction' | undefined
}
export type ExportOrganisationQuery = { format?: 'csv' | 'xlsx' | undefined }
export type ExportServicesQuery = {
  /** xlsx, csv (a ZIP of CSV files), or up (national upload tables as CSV in a ZIP) */
  format?: 'csv' | 'xlsx' | 'up' | undefined
  /** as they would be published */
  drafts?: 'true' | 'false' | undefined
}
export type GetApprovalQuery = {
  /** what a look beyond the cases that one works on is for (docs/rights.md); it goes into the audit log */
  purpose?: 'cover' | 'inquiry' | 'complaint' | 'supervision' | 'audit' | 'legal' | 'correction' | undefined
}
export type GetCaseTimelineQuery = {
  /** what a look beyond the cases that one works on is for (docs/rights.md); it goes into the audit log */
  purpose?: 'cover' | 'inquiry' | 'complaint' | 'supervision' | 'audit' | 'legal' | 'correction' | undefined
}
export type GetItemQuery = {
  /** an older version that is still held; the newest by default */
  version?: number | undefined
}
export type GetPartnerHealthQuery = {
  step?: 'minute' | 'hour' | 'day' | undefined
  /** all that is kept, unless given */
  from?: string | undefined
}
export type ImportDraftsQuery = {
  /** file name; names the table of a single CSV file */
  name?: string | undefined
  /** 办理模式 of items whose table has no such column, such as `0,1` */
  modes?: string | undefined
  /** codes of another system, as JSON: `{"is_need":{"0":"1","1":"2"}}` reads their 0 as 1 */
  codes?: string | undefined
  /** name of a kept column mapping: what columns are, words stand for, and tables leave out */
  mapping?: string | undefined
  /** items that the file does not name go */
  replace?: 'true' | 'false' | undefined
  /** look alone, change nothing */
  dryRun?: 'true' | 'false' | undefined
}
export type ImportOrganisationQuery = {
  name?: string | undefined
  /** look alone */
  dryRun?: 'true' | 'false' | undefined
}
export type LintDraftsQuery = {
  scope?: 'drafts' | 'all' | undefined
  /** findings of this rule alone */
  rule?: string | undefined
}
export type ListAgreementsQuery = {
  limit?: number | undefined
  cursor?: string | undefined
  partner?: string | undefined
  state?: 'proposed' | 'signed' | 'active' | 'suspended' | 'declined' | 'withdrawn' | 'terminated' | undefined
  /** only those with a text that waits for a signature */
  pending?: string | undefined
}
export type ListAuditQuery = {
  limit?: number | undefined
  cursor?: string | undefined
  /** `person:ID`, `city:CODE`, `node` or `cli` */
  actor?: string | undefined
  /** name of the account that acted, or part of it */
  name?: string | undefined
  /** such as `packet.refused` */
  action?: string | undefined
  /** id of what it was done to */
  subject?: string | undefined
  /** number of the case that it was done to, of either city */
  case?: string | undefined
  /** rows of this time or later */
  since?: string | undefined
  /** rows of before this time */
  until?: string | undefined
}
export type ListBadRatingsQuery = {
  limit?: number | undefined
  cursor?: string | undefined
  /** open: not answered; appealed: the appeal is not */
  state?: 'open' | 'appealed' | 'all' | undefined
  /** whose window or department */
  city?: 'own' | string | undefined
}
export type ListCaseDraftsQuery = {
  limit?: number | undefined
  cursor?: string | undefined
  /** whose drafts besides */
  window?: string | undefined
}
export type ListCaseMaterialsQuery = {
  /** what a look beyond the cases that one works on is for (docs/rights.md); it goes into the audit log */
  purpose?: 'cover' | 'inquiry' | 'complaint' | 'supervision' | 'audit' | 'legal' | 'correction' | undefined
}
export type ListCasesQuery = {
  limit?: number | undefined
  cursor?: string | undefined
  /** case number or its beginning, ID number, whole phone number or name of the applicant, phone of who acts for them, words of the item's name */
  q?: string | undefined
  partner?: string | undefined
  item?: string | undefined
  mode?: number | null | undefined
  state?: 'submitted' | 'arrived' | 'prechecked' | 'supplementing' | 'accepted' | 'paused' | 'decided' | 'sending' | 'closed' | 'refused' | undefined
  role?: 'collecting' | 'handling' | undefined
  window?: string | undefined
  /** code of the department that handles it here: organ of the item */
  department?: string | undefined
  assignee?: string | undefined
  /** submitted on this day or later */
  from?: string | undefined
  to?: string | undefined
  /** cases that statistics count so, on a day from `from` to `to`, which are days of that then; a case may have two ratings */
  counted?: 'submitted' | 'accepted' | 'decided' | 'ended' | 'on-time' | 'late' | 'rated' | 'bad' | 'level.1' | 'level.2' | 'level.3' | 'level.4' | 'level.5' | undefined
  /** case number or local case number, whole */
  number?: string | undefined
  /** its beginning, 4 characters or more */
  numberPrefix?: string | undefined
  /** what a look beyond the cases that one works on is for (docs/rights.md); it goes into the audit log */
  purpose?: 'cover' | 'inquiry' | 'complaint' | 'supervision' | 'audit' | 'legal' | 'correction' | undefined
}
export type ListColleagueQueuesQuery = { limit?: number | undefined; cursor?: string | undefined }
export type ListColleaguesQuery = { limit?: number | undefined; cursor?: string | undefined }
export type ListColumnMappingsQuery = { limit?: number | undefined; cursor?: string | undefined }
export type ListCountersignsQuery = { limit?: number | undefined; cursor?: string | undefined }
export type ListDraftsQuery = {
  limit?: number | undefined
  cursor?: string | undefined
  /** only drafts with errors */
  errors?: 'true' | 'false' | undefined
}
export type ListEntriesQuery = {
  /** what a look beyond the cases that one works on is for (docs/rights.md); it goes into the audit log */
  purpose?: 'cover' | 'inquiry' | 'complaint' | 'supervision' | 'audit' | 'legal' | 'correction' | undefined
}
export type ListMappingsQuery = {
  limit?: number | undefined
  cursor?: string | undefined
  partner?: string | undefined
}
export type ListOriginalsQuery = {
  /** what a look beyond the cases that one works on is for (docs/rights.md); it goes into the audit log */
  purpose?: 'cover' | 'inquiry' | 'complaint' | 'supervision' | 'audit' | 'legal' | 'correction' | undefined
}
export type ListPapersQuery = {
  /** what a look beyond the cases that one works on is for (docs/rights.md); it goes into the audit log */
  purpose?: 'cover' | 'inquiry' | 'complaint' | 'supervision' | 'audit' | 'legal' | 'correction' | undefined
}
export type ListParkedQuery = {
  limit?: number | undefined
  cursor?: string | undefined
  /** name of the approval system, where the city has several (`GET /approval-system`) */
  adapter?: string | undefined
}
export type ListPartnerServicesQuery = {
  limit?: number | undefined
  cursor?: string | undefined
  /** words that stand in name, code or department */
  q?: string | undefined
  /** an older version that is still held; the newest by default */
  version?: number | undefined
}
export type ListPeopleQuery = { limit?: number | undefined; cursor?: string | undefined }
export type ListPhrasesQuery = {
  step?: 'case.supplement' | 'case.commit' | 'case.hand-in' | 'case.ship' | 'case.withdraw' | 'case.remind' | 'case.result-received' | 'case.evaluate' | 'case.message' | 'case.arrived' | 'case.precheck' | 'case.request-supplement' | 'case.accept' | 'case.refuse' | 'case.request-payment' | 'case.progress' | 'case.pause' | 'case.resume' | 'case.extend' | 'case.decide' | 'case.send-result' | 'case.close' | 'case.answer-evaluation' | 'case.appeal-evaluation' | 'case.supervise' | 'case.answer' | 'case.record-payment' | 'case.verify-remote' | 'case.mail' | 'case.originals' | 'case.object' | 'case.correct' | 'case.revoke' | undefined
  item?: string | undefined
}
export type ListServicesQuery = {
  limit?: number | undefined
  cursor?: string | undefined
  /** words that stand in name, code or department */
  q?: string | undefined
  /** an older version that is still held; the newest by default */
  version?: number | undefined
}
export type ListTraceQuery = {
  /** name of the approval system, where the city has several (`GET /approval-system`) */
  adapter?: string | undefined
}
export type ListUnitsQuery = {
  limit?: number | undefined
  cursor?: string | undefined
  /** part of the name or code */
  q?: string | undefined
  /** this unit and all below it */
  under?: string | undefined
  level?: number | undefined
  /** the own draft in place of what is published */
  draft?: 'true' | 'false' | undefined
}
export type ListViewsQuery = { window?: string | undefined }
export type LookAtParkedQuery = {
  /** what a look beyond the cases that one works on is for (docs/rights.md); it goes into the audit log */
  purpose?: 'cover' | 'inquiry' | 'complaint' | 'supervision' | 'audit' | 'legal' | 'correction' | undefined
}
export type PreviewPublicationQuery = {
  /** codes of the items whose drafts are to be published, between commas, 100 at most; the others, and a drafted organisation tree, stay drafts */
  codes?: string | undefined
}
export type PreviewStepQuery = {
  act: 'sign' | 'suspend' | 'resume' | 'terminate' | 'expire'
  /** last day on which new cases begin, for terminate */
  on?: string | undefined
}
export type PrintAgreementQuery = {
  /** id of a text, or its beginning; absent: the newest that was signed, or the proposal */
  text?: string | undefined
}
export type PrintPaperQuery = {
  /** what a look beyond the cases that one works on is for (docs/rights.md); it goes into the audit log */
  purpose?: 'cover' | 'inquiry' | 'complaint' | 'supervision' | 'audit' | 'legal' | 'correction' | undefined
}
export type PrintPapersQuery = {
  /** what a look beyond the cases that one works on is for (docs/rights.md); it goes into the audit log */
  purpose?: 'cover' | 'inquiry' | 'complaint' | 'supervision' | 'audit' | 'legal' | 'correction' | undefined
}
export type PublishDraftsQuery = {
  /** drafts with an error stay drafts, and the others are published */
  sound?: 'true' | 'false' | undefined
  /** codes of the items whose drafts are published, between commas, 100 at most; the others, and a drafted organisation tree, stay drafts */
  codes?: string | undefined
}
export type ReadCaseBodiesQuery = {
  /** what a look beyond the cases that one works on is for (docs/rights.md); it goes into the audit log */
  purpose?: 'cover' | 'inquiry' | 'complaint' | 'supervision' | 'audit' | 'legal' | 'correction' | undefined
}
export type ReadCaseMaterialTextQuery = {
  /** what a look beyond the cases that one works on is for (docs/rights.md); it goes into the audit log */
  purpose?: 'cover' | 'inquiry' | 'complaint' | 'supervision' | 'audit' | 'legal' | 'correction' | undefined
}
export type ReadIdleAgreementsQuery = {
  /** first month or year: 2026-11 or 2026 */
  from: string
  /** last one, written alike */
  to: string
}
export type ReadItemHeatQuery = {
  /** first month or year: 2026-11 or 2026 */
  from: string
  /** last one, written alike */
  to: string
  /** cases that this city took in, or decides */
  role?: 'collecting' | 'handling' | undefined
  partner?: string | undefined
  /** code */
  item?: string | undefined
  /** code of the department that decides here: organ of the item */
  department?: string | undefined
  limit?: number | undefined
}
export type ReadMessagesQuery = {
  /** what a look beyond the cases that one works on is for (docs/rights.md); it goes into the audit log */
  purpose?: 'cover' | 'inquiry' | 'complaint' | 'supervision' | 'audit' | 'legal' | 'correction' | undefined
}
export type ReadPhrasesQuery = {
  step?: 'case.supplement' | 'case.commit' | 'case.hand-in' | 'case.ship' | 'case.withdraw' | 'case.remind' | 'case.result-received' | 'case.evaluate' | 'case.message' | 'case.arrived' | 'case.precheck' | 'case.request-supplement' | 'case.accept' | 'case.refuse' | 'case.request-payment' | 'case.progress' | 'case.pause' | 'case.resume' | 'case.extend' | 'case.decide' | 'case.send-result' | 'case.close' | 'case.answer-evaluation' | 'case.appeal-evaluation' | 'case.supervise' | 'case.answer' | 'case.record-payment' | 'case.verify-remote' | 'case.mail' | 'case.originals' | 'case.object' | 'case.correct' | 'case.revoke' | undefined
}
export type ReadQueueQuery = {
  limit?: number | undefined
  cursor?: string | undefined
  /** whose `window` queue; without it those at which one works */
  window?: string | undefined
  /** what this city is in the case */
  role?: 'collecting' | 'handling' | undefined
  partner?: string | undefined
  /** code */
  item?: string | undefined
  /** code of the department that handles it here: organ of the item */
  department?: string | undefined
  state?: 'submitted' | 'arrived' | 'prechecked' | 'supplementing' | 'accepted' | 'paused' | 'decided' | 'sending' | 'closed' | 'refused' | undefined
  /** of `due`: what is due first, by either city */
  level?: 'green' | 'yellow' | 'red' | 'overdue' | undefined
  /** of `ownDue`: what this city itself must do first */
  ownLevel?: 'green' | 'yellow' | 'red' | 'overdue' | undefined
  /** account; `me`, or `nobody` */
  assignee?: string | undefined
}
export type ReadStatisticsQuery = {
  by?: 'all' | 'role' | 'partner' | 'mode' | 'item' | 'window' | 'department' | 'flow' | undefined
  grain?: 'day' | 'month' | 'year' | undefined
  /** first period, as the grain writes it: 2026-11-01, 2026-11 or 2026; days of a year at most */
  from: string
  to: string
  /** one role, partner, mode, item or window */
  key?: string | undefined
  /** cases that this city took in, or decides */
  role?: 'collecting' | 'handling' | undefined
  partner?: string | undefined
  /** code */
  item?: string | undefined
  /** code of the department that decides here: organ of the item */
  department?: string | undefined
  /** one sum for the whole span, its period as `2026-01/2026-11` */
  total?: string | undefined
}
export type ReadViewQuery = { limit?: number | undefined; cursor?: string | undefined }
export type ReadWebhookLogQuery = { limit?: number | undefined; cursor?: string | undefined }
export type RecordApprovalSystemQuery = {
  /** what a look beyond the cases that one works on is for (docs/rights.md); it goes into the audit log */
  purpose?: 'cover' | 'inquiry' | 'complaint' | 'supervision' | 'audit' | 'legal' | 'correction' | undefined
}
export type SearchItemsQuery = {
  limit?: number | undefined
  cursor?: string | undefined
  /** words that all stand in name, code or department; two characters of Chinese are enough */
  q?: string | undefined
  city?: string | undefined
  /** 实施主体, its whole name */
  department?: string | undefined
  /** 事项类型 */
  type?: string | undefined
  /** 行使层级 */
  level?: string | undefined
  /** 服务对象 */
  audience?: string | undefined
  /** 办理模式 */
  mode?: string | undefined
}
export type ServicesTemplateQuery = {
  /** xlsx, csv (a ZIP of CSV files), or up (national upload tables as CSV in a ZIP) */
  format?: 'csv' | 'xlsx' | 'up' | undefined
}
export type ShowTracedQuery = {
  /** what a look beyond the cases that one works on is for (docs/rights.md); it goes into the audit log */
  purpose?: 'cover' | 'inquiry' | 'complaint' | 'supervision' | 'audit' | 'legal' | 'correction' | undefined
}
export type VerifyEvidenceQuery = {
  /** SHA-256 of city certificates that were confirmed elsewhere, between commas, 10 at most */
  fingerprints?: string | undefined
}
export type ViewCaseMaterialQuery = {
  /** what a look beyond the cases that one works on is for (docs/rights.md); it goes into the audit log */
  purpose?: 'cover' | 'inquiry' | 'complaint' | 'supervision' | 'audit' | 'legal' | 'correction' | undefined
}
export type WatchEventsQuery = {
  /** Number of the last event seen; `Last-Event-ID` goes before it. Without both, only new events come */
  after?: string | undefined
  /** Types, such as `case.changed`; several between commas, 50 at most */
  type?: string | undefined
  /** Kinds of packets, such as `case.decide`, or what was done here, `case.assigned`; several between commas, 50 at most */
  kind?: string | undefined
  /** Division codes of the other city; several between commas, 50 at most */
  city?: string | undefined
  /** What this city is in the case */
  role?: 'collecting' | 'handling' | undefined
  /** Windows that took the case; several between commas, 50 at most */
  window?: string | undefined
  /** Accounts that work on the case; `me` for the own one, `none` for nobody; several between commas, 50 at most */
  assignee?: string | undefined
  /** Codes of items; several between commas, 50 at most */
  item?: string | undefined
  /** Threads of cases; several between commas, 50 at most */
  case?: string | undefined
}

/** One method for each operation. Each rejects with a ProblemError: what the node answers, or `node.unreachable`. */
export interface Api {
  /** Accept an authority; compare its fingerprint with its operator first */
  acceptAuthority(input: {
    body: AcceptAuthorityRequest
  } & Keyed & Options): Promise<Authority>
  /** Accepted 受理: signs and sends case.accept; by the mover city */
  acceptCase(input: {
    params: {
      /** the thread of the case, or its case number or local case number (办件编号), in any spelling */
      thread: string
    }
    body?: AcceptCaseRequest | undefined
  } & Keyed & Guarded & Options): Promise<Case>
  /** Accept a partner city's invite; then compare the words and confirm */
  acceptInvite(input: {
    body: AcceptInviteRequest
  } & Keyed & Options): Promise<Partner>
  /** Take the days that are over as a partner tells them: its limits are counted anew */
  acceptPastDays(input: {
    params: { city: string }
  } & Keyed & Options): Promise<AcceptPastDaysAnswer>
  /** Keep a phrase */
  addPhrase(input: {
    body: AddPhraseRequest
  } & Keyed & Options): Promise<Phrase>
  /** Save a queue or a search under a name */
  addView(input: {
    body: AddViewRequest
  } & Keyed & Options): Promise<View>
  /** Subscribe to events from now on */
  addWebhook(input: {
    body: AddWebhookRequest
  } & Keyed & Options): Promise<AddWebhookAnswer>
  /** Propose a change of items or terms; the rest stands as it was signed */
  amendAgreement(input: {
    params: { thread: string }
    body: AmendAgreementRequest
  } & Keyed & Guarded & Options): Promise<AgreementOutcome>
  /** What came of the work; the same once more is no fault, and after the end of the lease it has no effect */
  answerAdapterLease(input: {
    params: {
      /** `lease` of the work */
      lease: string
    }
    body: AnswerAdapterLeaseRequest
  } & Options): Promise<AnswerAdapterLeaseAnswer>
  /** Answer the partner's appeal against a bad rating (申诉复核答复) */
  answerAppeal(input: {
    params: {
      /** the thread of the case, or its case number or local case number (办件编号), in any spelling */
      thread: string
    }
    body: AnswerAppealRequest
  } & Keyed & Options): Promise<Rating>
  /** Answer 答复: signs and sends case.answer; by the either city */
  answerCase(input: {
    params: {
      /** the thread of the case, or its case number or local case number (办件编号), in any spelling */
      thread: string
    }
    body: AnswerCaseRequest
  } & Keyed & Guarded & Options): Promise<Case>
  /** Evaluation answered 回复评价: signs and sends case.answer-evaluation; by the either city */
  answerEvaluationCase(input: {
    params: {
      /** the thread of the case, or its case number or local case number (办件编号), in any spelling */
      thread: string
    }
    body: AnswerEvaluationCaseRequest
  } & Keyed & Guarded & Options): Promise<Case>
  /** Appeal against an evaluation 评价申诉: signs and sends case.appeal-evaluation; by the either city */
  appealEvaluationCase(input: {
    params: {
      /** the thread of the case, or its case number or local case number (办件编号), in any spelling */
      thread: string
    }
    body: AppealEvaluationCaseRequest
  } & Keyed & Guarded & Options): Promise<Case>
  /** A case as one ZIP: evidence bundle, timeline, papers, materials, decision documents, catalogue */
  archiveCase(input: {
    params: {
      /** the thread of the case, or its case number or local case number (办件编号), in any spelling */
      thread: string
    }
    query?: ArchiveCaseQuery | undefined
  } & Options): Promise<ReadableStream<Uint8Array<ArrayBuffer>>>
  /** Arrived in the approval system 已到达审批系统: signs and sends case.arrived; by the mover city */
  arrivedCase(input: {
    params: {
      /** the thread of the case, or its case number or local case number (办件编号), in any spelling */
      thread: string
    }
    body: ArrivedCaseRequest
  } & Keyed & Guarded & Options): Promise<Case>
  /** Ask departments and people to countersign (会签): no decision goes out before */
  askCountersigns(input: {
    params: {
      /** the thread of the case, or its case number or local case number (办件编号), in any spelling */
      thread: string
    }
    body?: AskCountersignsRequest | undefined
  } & Keyed & Guarded & Options): Promise<Case>
  /** Give a case to an account, or to nobody */
  assignCase(input: {
    params: {
      /** the thread of the case, or its case number or local case number (办件编号), in any spelling */
      thread: string
    }
    body: AssignCaseRequest
  } & Keyed & Guarded & Options): Promise<Case>
  /** Give up to 200 cases to an account; each is told for itself */
  assignCases(input: {
    body: AssignCasesRequest
  } & Keyed & Options): Promise<AssignCasesAnswer>
  /** Begin an export; an event `export.changed` tells when it ended */
  beginExport(input: {
    query?: BeginExportQuery | undefined
    body: BeginExportRequest
  } & Options): Promise<Export>
  /** Make a secret for an authenticator; it counts once it is confirmed */
  beginOwnSecondFactor(input: {
    body: BeginOwnSecondFactorRequest
  } & Options): Promise<BeginOwnSecondFactorAnswer>
  /** Take an open invite back */
  cancelInvite(input: {
    params: { id: string }
    body?: CancelInviteRequest | undefined
  } & Keyed & Options): Promise<CancelInviteAnswer>
  /** Take an order back; what was collected meanwhile goes on */
  cancelParcel(input: {
    params: {
      /** the thread of the case, or its case number or local case number (办件编号), in any spelling */
      thread: string
      id: string
    }
  } & Keyed & Options): Promise<CancelParcelAnswer>
  /** Choose a new password; other own sessions end */
  changeOwnPassword(input: {
    body: ChangeOwnPasswordRequest
  } & Options): Promise<ChangeOwnPasswordAnswer>
  /** Write a phrase anew: an own one, or as who keeps those that departments share */
  changePhrase(input: {
    params: { id: string }
    body: ChangePhraseRequest
  } & Guarded & Options): Promise<Phrase>
  /** Publish a change of the own list as its next version */
  changeServices(input?: {
    body?: ChangeServicesRequest | undefined
  } & Options): Promise<ServiceList>
  /** Write a saved view anew */
  changeView(input: {
    params: { id: string }
    body: ChangeViewRequest
  } & Options): Promise<View>
  /** Switch it off, so that what happens waits; or on again, and it is told what waits */
  changeWebhook(input: {
    params: { id: string }
    body: ChangeWebhookRequest
  } & Options): Promise<Webhook>
  /** Whether the approval system behind the adapter can be used now, and when it last gave its answers */
  checkApprovalSystem(input?: Options): Promise<CheckApprovalSystemAnswer>
  /** Everything that keeps a draft from being sent (预检), also while it is not whole */
  checkCaseDraft(input: {
    params: { id: string }
  } & Options): Promise<CheckCaseDraftAnswer>
  /** Rehearse a step: everything that would keep it from being taken, with nothing written (试办) */
  checkCaseStep(input: {
    params: {
      /** the thread of the case, or its case number or local case number (办件编号), in any spelling */
      thread: string
      /** as the address of the step has it, such as `accept`, or as `steps` of the case has it, such as `case.accept` */
      kind: 'supplement' | 'commit' | 'hand-in' | 'ship' | 'withdraw' | 'remind' | 'result-received' | 'evaluate' | 'message' | 'arrived' | 'precheck' | 'request-supplement' | 'accept' | 'refuse' | 'request-payment' | 'progress' | 'pause' | 'resume' | 'extend' | 'decide' | 'send-result' | 'close' | 'answer-evaluation' | 'appeal-evaluation' | 'supervise' | 'answer' | 'record-payment' | 'verify-remote' | 'mail' | 'originals' | 'object' | 'correct' | 'revoke' | 'case.supplement' | 'case.commit' | 'case.hand-in' | 'case.ship' | 'case.withdraw' | 'case.remind' | 'case.result-received' | 'case.evaluate' | 'case.message' | 'case.arrived' | 'case.precheck' | 'case.request-supplement' | 'case.accept' | 'case.refuse' | 'case.request-payment' | 'case.progress' | 'case.pause' | 'case.resume' | 'case.extend' | 'case.decide' | 'case.send-result' | 'case.close' | 'case.answer-evaluation' | 'case.appeal-evaluation' | 'case.supervise' | 'case.answer' | 'case.record-payment' | 'case.verify-remote' | 'case.mail' | 'case.originals' | 'case.object' | 'case.correct' | 'case.revoke'
    }
    body?: CheckCaseStepRequest | undefined
  } & Options): Promise<CheckCaseStepAnswer>
  /** Choose the columns of lists of cases, kept with the account; an empty list: the usual ones again */
  chooseDeskColumns(input: {
    body: ChooseDeskColumnsRequest
  } & Options): Promise<ChooseDeskColumnsAnswer>
  /** Closed 办结: signs and sends case.close; by the mover city */
  closeCase(input: {
    params: {
      /** the thread of the case, or its case number or local case number (办件编号), in any spelling */
      thread: string
    }
    body: CloseCaseRequest
  } & Keyed & Guarded & Options): Promise<Case>
  /** Materials promised for later 容缺承诺: signs and sends case.commit; by the collecting city */
  commitCase(input: {
    params: {
      /** the thread of the case, or its case number or local case number (办件编号), in any spelling */
      thread: string
    }
    body: CommitCaseRequest
  } & Keyed & Guarded & Options): Promise<Case>
  /** Compare a partner's item with an own one, field by field; materials are matched by certificate type and name */
  compareItems(input: {
    params: { partner: string; item: string }
    query?: CompareItemsQuery | undefined
  } & Options): Promise<CompareItemsAnswer>
  /** The fingerprint of a certificate that was told was compared with its city: its signature counts from now on */
  confirmAgreementCertificate(input: {
    params: { thread: string }
    body: ConfirmAgreementCertificateRequest
  } & Keyed & Guarded & Options): Promise<AgreementOutcome>
  /** Put the secret in place, by a code of it; a wrong one counts as a failed sign-in */
  confirmOwnSecondFactor(input: {
    body: ConfirmOwnSecondFactorRequest
  } & Options): Promise<ConfirmOwnSecondFactorAnswer>
  /** Begin to exchange: type the words that this node asks for, as the partner's administrator reads them out */
  confirmPartner(input: {
    params: { code: string }
    body?: ConfirmPartnerRequest | undefined
  } & Keyed & Options): Promise<Partner>
  /** Go on with an upload at `Upload-Offset` */
  continueUpload(input: {
    params: { id: string }
  } & Bytes & Options): Promise<ReadableStream<Uint8Array<ArrayBuffer>>>
  /** Correction 更正: signs and sends case.correct; by the either city */
  correctCase(input: {
    params: {
      /** the thread of the case, or its case number or local case number (办件编号), in any spelling */
      thread: string
    }
    body: CorrectCaseRequest
  } & Keyed & Guarded & Options): Promise<Case>
  /** How many pages a scan has (校页), counted from its bytes */
  countMaterialPages(input: {
    params: { sha256: string }
  } & Options): Promise<CountMaterialPagesAnswer>
  /** How many cases are in each queue; `window` only of a window that is named, or at which one works */
  countQueues(input?: {
    query?: CountQueuesQuery | undefined
  } & Options): Promise<CountQueuesAnswer>
  /** The day that lies so many working days after another one, which is not counted */
  countWorkingDays(input: {
    query: CountWorkingDaysQuery
  } & Options): Promise<CountWorkingDaysAnswer>
  /** Answer a proposal with an own text */
  counterAgreement(input: {
    params: { thread: string }
    body: CounterAgreementRequest
  } & Keyed & Guarded & Options): Promise<AgreementOutcome>
  /** Countersign a case, or not: for oneself, or for a department that is asked */
  countersignCase(input: {
    params: {
      /** the thread of the case, or its case number or local case number (办件编号), in any spelling */
      thread: string
    }
    body: CountersignCaseRequest
  } & Keyed & Options): Promise<Case>
  /** Keep a text that is to be worked on */
  createAgreementDraft(input: {
    body: CreateAgreementDraftRequest
  } & Keyed & Options): Promise<AgreementDraft>
  /** Begin a draft */
  createCaseDraft(input: {
    body: CreateCaseDraftRequest
  } & Keyed & Options): Promise<Draft>
  /** Make an invite for one city, to be used once and by no other */
  createInvite(input: {
    body: CreateInviteRequest
  } & Keyed & Options): Promise<CreateInviteAnswer>
  /** Make an API token, no wider than what this request came with */
  createOwnToken(input: {
    body: CreateOwnTokenRequest
  } & Keyed & Options): Promise<IssuedAccessToken>
  /** Make an account and its token */
  createPerson(input: {
    body: CreatePersonRequest
  } & Keyed & Options): Promise<CreatePersonAnswer>
  /** Make an API token for somebody, as for a program */
  createToken(input: {
    params: { id: string }
    body: CreateTokenRequest
  } & Keyed & Options): Promise<IssuedAccessToken>
  /** Begin an upload that can go on after a break (断点续传), by the tus protocol 1.0 */
  createUpload(input?: Options): Promise<ReadableStream<Uint8Array<ArrayBuffer>>>
  /** Decided 作出决定: signs and sends case.decide; by the mover city */
  decideCase(input: {
    params: {
      /** the thread of the case, or its case number or local case number (办件编号), in any spelling */
      thread: string
    }
    body: DecideCaseRequest
  } & Keyed & Guarded & Options): Promise<Case>
  /** Decline the partner's text */
  declineAgreement(input: {
    params: { thread: string }
    body: DeclineAgreementRequest
  } & Keyed & Guarded & Options): Promise<Agreement>
  /** Delete a draft */
  deleteCaseDraft(input: {
    params: { id: string }
  } & Guarded & Options): Promise<DeleteCaseDraftAnswer>
  /** End an export and delete its file */
  deleteExport(input: {
    params: { id: string }
  } & Options): Promise<DeleteExportAnswer>
  /** Delete a phrase: an own one, or as who keeps those that departments share */
  deletePhrase(input: {
    params: { id: string }
  } & Options): Promise<DeletePhraseAnswer>
  /** Delete a saved view */
  deleteView(input: {
    params: { id: string }
  } & Options): Promise<DeleteViewAnswer>
  /** What the text that waits for a signature changes, or the difference of two texts (文本比对) */
  diffAgreement(input: {
    params: { thread: string }
    query?: DiffAgreementQuery | undefined
  } & Options): Promise<DiffAgreementAnswer>
  /** What the last saving changed, or what the draft says otherwise than an agreement (文本比对) */
  diffAgreementDraft(input: {
    params: { id: string }
    query?: DiffAgreementDraftQuery | undefined
  } & Options): Promise<DiffAgreementDraftAnswer>
  /** Take a prepared act back */
  discardAct(input: {
    params: { no?: number | null | undefined }
  } & Options): Promise<DiscardActAnswer>
  /** Take a draft back: nobody outside has seen it */
  discardAgreementDraft(input: {
    params: { id: string }
  } & Guarded & Options): Promise<DiscardAgreementDraftAnswer>
  /** Take a draft back */
  discardDraft(input: {
    params: {
      /** 实施编码 */
      code: string
    }
  } & Guarded & Options): Promise<DiscardDraftAnswer>
  /** Take all drafts back */
  discardDrafts(input?: Options): Promise<DiscardDraftsAnswer>
  /** Take the drafted organisation tree back */
  discardOrganisation(input?: Options): Promise<DiscardOrganisationAnswer>
  /** Give up parked answers of the approval system for a case that is not one of this node */
  dismissParked(input: {
    body: DismissParkedRequest
  } & Keyed & Options): Promise<DismissParkedAnswer>
  /** Trust an operator no more, nor whoever handed over to it, and forget its directory; what it revoked counts on */
  distrustOperator(input: {
    params: { operator: string }
  } & Options): Promise<DistrustOperatorAnswer>
  /** The bytes of an attachment */
  downloadAttachment(input: {
    params: { thread: string; sha256: string }
  } & Options): Promise<ReadableStream<Uint8Array<ArrayBuffer>>>
  /** The file of an export; it is deleted once it was read */
  downloadExport(input: {
    params: { id: string }
  } & Options): Promise<ReadableStream<Uint8Array<ArrayBuffer>>>
  /** The bytes of a material, read for a case, a draft, or by its uploader */
  downloadMaterial(input: {
    params: { sha256: string }
    query?: DownloadMaterialQuery | undefined
  } & Options): Promise<ReadableStream<Uint8Array<ArrayBuffer>>>
  /** A sample that an item names, own or a partner's; fetched when it is not held yet */
  downloadSample(input: {
    params: { city: string; item: string; sha256: string }
  } & Options): Promise<ReadableStream<Uint8Array<ArrayBuffer>>>
  /** Fill a template; nothing is kept, signed or sent (拟稿) */
  draftAgreement(input: {
    body: DraftAgreementRequest
  } & Options): Promise<DraftAgreementAnswer>
  /** Draft that a published item goes */
  draftRemoval(input: {
    params: {
      /** 实施编码 */
      code: string
    }
  } & Keyed & Guarded & Options): Promise<ItemDraft>
  /** What stands with new dates, as an amendment or a proposal; nothing is kept, signed or sent (续签拟稿) */
  draftRenewal(input: {
    params: { thread: string }
    body?: DraftRenewalRequest | undefined
  } & Options): Promise<DraftRenewalAnswer>
  /** A packet is in the approval system: somebody typed it in */
  endEntry(input: {
    params: {
      /** the thread of the case, or its case number or local case number (办件编号), in any spelling */
      thread: string
      packetNo?: number | null | undefined
    }
    body?: EndEntryRequest | undefined
  } & Keyed & Options): Promise<EndEntryAnswer>
  /** Sign out: end one of them, `current` for that of the request */
  endOwnSession(input: {
    params: {
      /** `current` for that of the request */
      id: string
    }
  } & Options): Promise<EndOwnSessionAnswer>
  /** A packet has had its effect by other means: it is handed over no more */
  endParked(input: {
    body: EndParkedRequest
  } & Keyed & Options): Promise<EndParkedAnswer>
  /** End one session of somebody, as of a computer that was left open */
  endSession(input: {
    params: { id: string; session: string }
  } & Options): Promise<EndSessionAnswer>
  /** End all sessions of somebody */
  endSessions(input: {
    params: { id: string }
  } & Options): Promise<EndSessionsAnswer>
  /** Give an upload up; what became a material stays one */
  endUpload(input: {
    params: { id: string }
  } & Options): Promise<ReadableStream<Uint8Array<ArrayBuffer>>>
  /** Evaluation by the applicant 好差评: signs and sends case.evaluate; by the collecting city */
  evaluateCase(input: {
    params: {
      /** the thread of the case, or its case number or local case number (办件编号), in any spelling */
      thread: string
    }
    body: EvaluateCaseRequest
  } & Keyed & Guarded & Options): Promise<Case>
  /** What a search finds in the audit log, whole, as CSV or as lines of JSON; the export is a row of it */
  exportAudit(input?: {
    query?: ExportAuditQuery | undefined
  } & Options): Promise<ReadableStream<Uint8Array<ArrayBuffer>>>
  /** The newest directory of an operator, as it was signed */
  exportDirectory(input: {
    params: { operator: string }
  } & Options): Promise<ReadableStream<Uint8Array<ArrayBuffer>>>
  /** The evidence bundle of a case: packets, receipts, keys, bodies, materials, timeline */
  exportEvidence(input: {
    params: {
      /** the thread of the case, or its case number or local case number (办件编号), in any spelling */
      thread: string
    }
    query?: ExportEvidenceQuery | undefined
  } & Options): Promise<ReadableStream<Uint8Array<ArrayBuffer>>>
  /** The own organisation tree as tables; an empty one to fill in when there is none */
  exportOrganisation(input?: {
    query?: ExportOrganisationQuery | undefined
  } & Options): Promise<ReadableStream<Uint8Array<ArrayBuffer>>>
  /** The own items as tables */
  exportServices(input?: {
    query?: ExportServicesQuery | undefined
  } & Options): Promise<ReadableStream<Uint8Array<ArrayBuffer>>>
  /** Time limit extended 延长办理期限: signs and sends case.extend; by the mover city */
  extendCase(input: {
    params: {
      /** the thread of the case, or its case number or local case number (办件编号), in any spelling */
      thread: string
    }
    body: ExtendCaseRequest
  } & Keyed & Guarded & Options): Promise<Case>
  /** Record what was done about a bad rating (回访、整改); what ends it is signed and sent */
  followUpRating(input: {
    params: {
      /** the thread of the case, or its case number or local case number (办件编号), in any spelling */
      thread: string
    }
    body: FollowUpRatingRequest
  } & Keyed & Options): Promise<Rating>
  /** Items that agreements let this city handle, and what of each the mapping to the approval system does not know */
  getAdapterCoverage(input?: Options): Promise<GetAdapterCoverageAnswer>
  /** One agreement with its document, every version, and what waits for a signature */
  getAgreement(input: {
    params: { thread: string }
  } & Options): Promise<AgreementDetail>
  /** A draft with its text, and the fields that keep it from being proposed */
  getAgreementDraft(input: {
    params: { id: string }
  } & Options): Promise<GetAgreementDraftAnswer>
  /** What was done to a case within the city, by whom and when; every reading is audited */
  getApproval(input: {
    params: {
      /** the thread of the case, or its case number or local case number (办件编号), in any spelling */
      thread: string
    }
    query?: GetApprovalQuery | undefined
  } & Options): Promise<GetApprovalAnswer>
  /** One case with its timeline and the steps possible now */
  getCase(input: {
    params: {
      /** the thread of the case, or its case number or local case number (办件编号), in any spelling */
      thread: string
    }
  } & Options): Promise<CaseDetail>
  /** What a step asks for: schema, what is known already, allowed days, and why it cannot be taken now */
  getCaseStep(input: {
    params: {
      /** the thread of the case, or its case number or local case number (办件编号), in any spelling */
      thread: string
      /** as the address of the step has it, such as `accept`, or as `steps` of the case has it, such as `case.accept` */
      kind: 'supplement' | 'commit' | 'hand-in' | 'ship' | 'withdraw' | 'remind' | 'result-received' | 'evaluate' | 'message' | 'arrived' | 'precheck' | 'request-supplement' | 'accept' | 'refuse' | 'request-payment' | 'progress' | 'pause' | 'resume' | 'extend' | 'decide' | 'send-result' | 'close' | 'answer-evaluation' | 'appeal-evaluation' | 'supervise' | 'answer' | 'record-payment' | 'verify-remote' | 'mail' | 'originals' | 'object' | 'correct' | 'revoke' | 'case.supplement' | 'case.commit' | 'case.hand-in' | 'case.ship' | 'case.withdraw' | 'case.remind' | 'case.result-received' | 'case.evaluate' | 'case.message' | 'case.arrived' | 'case.precheck' | 'case.request-supplement' | 'case.accept' | 'case.refuse' | 'case.request-payment' | 'case.progress' | 'case.pause' | 'case.resume' | 'case.extend' | 'case.decide' | 'case.send-result' | 'case.close' | 'case.answer-evaluation' | 'case.appeal-evaluation' | 'case.supervise' | 'case.answer' | 'case.record-payment' | 'case.verify-remote' | 'case.mail' | 'case.originals' | 'case.object' | 'case.correct' | 'case.revoke'
    }
  } & Options): Promise<GetCaseStepAnswer>
  /** What happened in a case, in words: both cities, refused steps, what waits; personal data, audited (时间线) */
  getCaseTimeline(input: {
    params: {
      /** the thread of the case, or its case number or local case number (办件编号), in any spelling */
      thread: string
    }
    query?: GetCaseTimelineQuery | undefined
  } & Options): Promise<GetCaseTimelineAnswer>
  /** The city certificate: whose, by whom, until when, revoked or not, and whether a new one is waited for */
  getCertificate(input?: Options): Promise<CertificateState>
  /** One of them */
  getColumnMapping(input: {
    params: { name: string }
  } & Options): Promise<KeptColumnMapping>
  /** A draft with its findings and what it changes */
  getDraft(input: {
    params: {
      /** 实施编码 */
      code: string
    }
  } & Options): Promise<ItemDraft>
  /** How far an export is */
  getExport(input: {
    params: { id: string }
  } & Options): Promise<Export>
  /** How the node is, thing by thing, with who must act and how: what `tongban doctor` says of one that runs */
  getHealth(input?: Options): Promise<GetHealthAnswer>
  /** Who this node is */
  getIdentity(input?: Options): Promise<Identity>
  /** The conditions of an item */
  getInstantApproval(input: {
    params: {
      /** code of an own item */
      item: string
    }
  } & Options): Promise<InstantApproval>
  /** A version of conditions as it was entered, by the hash that the evidence names */
  getInstantRule(input: {
    params: { hash: string }
  } & Options): Promise<GetInstantRuleAnswer>
  /** An open invite as a QR code: whoever sees it can use it */
  getInvitePicture(input: {
    params: { id: string }
  } & Options): Promise<ReadableStream<Uint8Array<ArrayBuffer>>>
  /** One item of a list, of the newest version or of one that a case names */
  getItem(input: {
    params: {
      city: string
      /** 实施编码: 31 characters by GB/T 39554, older ones as they are */
      code: string
    }
    query?: GetItemQuery | undefined
  } & Options): Promise<GetItemAnswer>
  /** One saved mapping */
  getMapping(input: {
    params: { partner: string; item: string }
  } & Options): Promise<MaterialMapping>
  /** What the operator of a federation needs to list this city (入盟登记表) */
  getMembershipCard(input?: Options): Promise<GetMembershipCardAnswer>
  /** One of them; `current` with what its requests must bring */
  getOwnSession(input: {
    params: {
      /** `current` for that of the request */
      id: string
    }
  } & Options): Promise<OwnSession>
  /** One partner city, with a round trip measured now */
  getPartner(input: {
    params: { code: string }
  } & Options): Promise<GetPartnerAnswer>
  /** How a partner is now, what is wrong and who must act, and how it was */
  getPartnerHealth(input: {
    params: { code: string }
    query?: GetPartnerHealthQuery | undefined
  } & Options): Promise<GetPartnerHealthAnswer>
  /** One test, also while it runs */
  getPartnerTest(input: {
    params: { code: string; no: number }
  } & Options): Promise<GetPartnerTestAnswer>
  /** One person */
  getPerson(input: {
    params: { id: string }
  } & Options): Promise<Person>
  /** How somebody signs in, and whether the account is locked */
  getSignInState(input: {
    params: { id: string }
  } & Options): Promise<SignInState>
  /** How far an upload is, and what it became; `HEAD` has the same in its headers */
  getUpload(input: {
    params: { id: string }
  } & Options): Promise<ResumableUpload>
  /** A packet is handed over no more, and has no effect in the approval system */
  giveUpParked(input: {
    body: GiveUpParkedRequest
  } & Keyed & Options): Promise<GiveUpParkedAnswer>
  /** Give a person roles, departments and windows, and say who it is; what is left out stays */
  grantPerson(input: {
    params: { id: string }
    body?: GrantPersonRequest | undefined
  } & Guarded & Options): Promise<Person>
  /** Promised materials handed in 补交容缺材料: signs and sends case.hand-in; by the collecting city */
  handInCase(input: {
    params: {
      /** the thread of the case, or its case number or local case number (办件编号), in any spelling */
      thread: string
    }
    body: HandInCaseRequest
  } & Keyed & Guarded & Options): Promise<Case>
  /** Hand the results of a joint case over at once (一次送达): those that are there and were not received yet */
  handOverJointCase(input: {
    params: {
      /** the thread of the case, or its case number or local case number (办件编号), in any spelling */
      thread: string
    }
    body?: HandOverJointCaseRequest | undefined
  } & Keyed & Guarded & Options): Promise<HandOverJointCaseAnswer>
  /** Move all open work of an account, as of somebody on leave or gone, to another in one act (移交全部工作) */
  handOverWork(input: {
    params: {
      /** the account that has the work; it may have ended */
      id: string
    }
    body: HandOverWorkRequest
  } & Keyed & Options): Promise<HandOverWorkAnswer>
  /** What a page for signing in must offer */
  howToSignIn(input?: Options): Promise<HowToSignInAnswer>
  /** Import the holiday table of a year, of the country or of one region more */
  importCalendar(input: {
    body: ImportCalendarRequest
  } & Options): Promise<ImportCalendarAnswer>
  /** Import a signed directory; the node gives it to its partners */
  importDirectory(input: {
    body: ImportDirectoryRequest
  } & Keyed & Options): Promise<ImportDirectoryAnswer>
  /** Import items from tables into the drafts */
  importDrafts(input: {
    query?: ImportDraftsQuery | undefined
  } & Bytes & Options): Promise<ImportDraftsAnswer>
  /** Import the own organisation tree as draft; it goes out with the next version of the list */
  importOrganisation(input: {
    query?: ImportOrganisationQuery | undefined
  } & Bytes & Options): Promise<ImportOrganisationAnswer>
  /** Pair with a city that the directory of a trusted operator names; its administrator confirms */
  joinPartner(input: {
    body: JoinPartnerRequest
  } & Keyed & Options): Promise<Partner>
  /** Keep a file that a step will name in `documents` or `attachments`: a decision, a licence */
  keepAdapterFile(input: Bytes & Options): Promise<KeepAdapterFileAnswer>
  /** Ask for work, and wait for it: packets for the approval system, answers to be read (领取工作) */
  leaseAdapterWork(input?: {
    body?: LeaseAdapterWorkRequest | undefined
  } & Options): Promise<LeaseAdapterWorkAnswer>
  /** Say that the page was closed */
  leaveCase(input: {
    params: {
      /** the thread of the case, or its case number or local case number (办件编号), in any spelling */
      thread: string
      /** any name that the page gives itself, such as a random one: each page of one person counts by itself */
      page: string
    }
  } & Options): Promise<Presence>
  /** Findings of the drafts, or of all items as they would be published */
  lintDrafts(input?: {
    query?: LintDraftsQuery | undefined
  } & Options): Promise<LintDraftsAnswer>
  /** Acts that one administrator prepared and another one is to sign (双人复核) */
  listActs(input?: Options): Promise<ListActsAnswer>
  /** Of each approval system the versions of its mapping that are kept (映射版本), and how many open cases go by each */
  listAdapterMappings(input?: Options): Promise<ListAdapterMappingsAnswer>
  /** Drafts that are kept, the last saved first */
  listAgreementDrafts(input?: Options): Promise<ListAgreementDraftsAnswer>
  /** List agreements, newest first */
  listAgreements(input?: {
    query?: ListAgreementsQuery | undefined
  } & Options): Promise<ListAgreementsAnswer>
  /** Attachments of every text of an agreement, and whether they are here yet */
  listAttachments(input: {
    params: { thread: string }
  } & Options): Promise<ListAttachmentsAnswer>
  /** Rows of the audit log, newest first */
  listAudit(input?: {
    query?: ListAuditQuery | undefined
  } & Options): Promise<ListAuditAnswer>
  /** Every act that stands in the audit log, by name, to choose from */
  listAuditActions(input?: Options): Promise<ListAuditActionsAnswer>
  /** Authorities that this node accepts */
  listAuthorities(input?: Options): Promise<ListAuthoritiesAnswer>
  /** Backups that were made of this node, newest first, when each was read again last, and what is under way */
  listBackups(input?: Options): Promise<ListBackupsAnswer>
  /** Bad ratings by the day until which they must be followed up */
  listBadRatings(input?: {
    query?: ListBadRatingsQuery | undefined
  } & Options): Promise<ListBadRatingsAnswer>
  /** Own drafts, those of the window, and applications that a partner refused; last saved first */
  listCaseDrafts(input?: {
    query?: ListCaseDraftsQuery | undefined
  } & Options): Promise<ListCaseDraftsAnswer>
  /** Materials of a case: names, pages, what to look at; personal data; every reading is audited */
  listCaseMaterials(input: {
    params: {
      /** the thread of the case, or its case number or local case number (办件编号), in any spelling */
      thread: string
    }
    query?: ListCaseMaterialsQuery | undefined
  } & Options): Promise<ListCaseMaterialsAnswer>
  /** Cases, or those that fit what is known of them (检索), last changed first */
  listCases(input?: {
    query?: ListCasesQuery | undefined
  } & Options): Promise<ListCasesAnswer>
  /** The queues of each colleague, and of nobody: of the cases that one may assign */
  listColleagueQueues(input?: {
    query?: ListColleagueQueuesQuery | undefined
  } & Options): Promise<ListColleagueQueuesAnswer>
  /** Accounts to which cases can be given (同事), oldest first */
  listColleagues(input?: {
    query?: ListColleaguesQuery | undefined
  } & Options): Promise<ListColleaguesAnswer>
  /** How the lists of offices are read, as it was corrected and kept */
  listColumnMappings(input?: {
    query?: ListColumnMappingsQuery | undefined
  } & Options): Promise<ListColumnMappingsAnswer>
  /** What waits for the own word (待会签), the oldest first */
  listCountersigns(input?: {
    query?: ListCountersignsQuery | undefined
  } & Options): Promise<ListCountersignsAnswer>
  /** All drafts, and how many can be published */
  listDrafts(input?: {
    query?: ListDraftsQuery | undefined
  } & Options): Promise<ListDraftsAnswer>
  /** What earlier cases of a person hold here; each case leaves an audit row */
  listEarlierScans(input: {
    body: ListEarlierScansRequest
  } & Options): Promise<ListEarlierScansAnswer>
  /** Entry sheets (录入单) of a case, the next one first; none where no person types; every reading is audited */
  listEntries(input: {
    params: {
      /** the thread of the case, or its case number or local case number (办件编号), in any spelling */
      thread: string
    }
    query?: ListEntriesQuery | undefined
  } & Options): Promise<ListEntriesAnswer>
  /** The own exports that are kept */
  listExports(input?: Options): Promise<ListExportsAnswer>
  /** Cities that directories name */
  listFederationCities(input?: Options): Promise<ListFederationCitiesAnswer>
  /** Items with conditions of instant approval, and what came of the cases of today */
  listInstantApprovals(input?: Options): Promise<ListInstantApprovalsAnswer>
  /** Invites of the last month, without their secrets */
  listInvites(input?: Options): Promise<ListInvitesAnswer>
  /** Saved mappings */
  listMappings(input?: {
    query?: ListMappingsQuery | undefined
  } & Options): Promise<ListMappingsAnswer>
  /** Operators that this node trusts, with the newest directory of each */
  listOperators(input?: Options): Promise<ListOperatorsAnswer>
  /** Originals of a case: where each lies, and each hand-over (材料交接); every reading is audited */
  listOriginals(input: {
    params: {
      /** the thread of the case, or its case number or local case number (办件编号), in any spelling */
      thread: string
    }
    query?: ListOriginalsQuery | undefined
  } & Options): Promise<ListOriginalsAnswer>
  /** Own sessions, newest first */
  listOwnSessions(input?: Options): Promise<ListOwnSessionsAnswer>
  /** Own API tokens, newest first */
  listOwnTokens(input?: Options): Promise<AccessTokens>
  /** Papers of a case: those that can be printed, and what the others wait for */
  listPapers(input: {
    params: {
      /** the thread of the case, or its case number or local case number (办件编号), in any spelling */
      thread: string
    }
    query?: ListPapersQuery | undefined
  } & Options): Promise<ListPapersAnswer>
  /** Parcels of a case that this city ordered, and their way */
  listParcels(input: {
    params: {
      /** the thread of the case, or its case number or local case number (办件编号), in any spelling */
      thread: string
    }
  } & Options): Promise<ListParcelsAnswer>
  /** Work that waits: packets, then answers of the approval system, then materials, each oldest first */
  listParked(input?: {
    query?: ListParkedQuery | undefined
  } & Options): Promise<ListParkedAnswer>
  /** A partner's published list, as verified here */
  listPartnerServices(input: {
    params: { code: string }
    query?: ListPartnerServicesQuery | undefined
  } & Options): Promise<ListPartnerServicesAnswer>
  /** The last 50 tests of a partner and the last 50 that it began, the newest first */
  listPartnerTests(input: {
    params: { code: string }
  } & Options): Promise<ListPartnerTestsAnswer>
  /** All partner cities with the state of delivery to them */
  listPartners(input?: Options): Promise<ListPartnersAnswer>
  /** All people, oldest first */
  listPeople(input?: {
    query?: ListPeopleQuery | undefined
  } & Options): Promise<ListPeopleAnswer>
  /** The own phrases, and those of the own departments */
  listPhrases(input?: {
    query?: ListPhrasesQuery | undefined
  } & Options): Promise<ListPhrasesAnswer>
  /** Where an item is offered: units with their windows */
  listPlaces(input: {
    params: { city: string; code: string }
  } & Options): Promise<ListPlacesAnswer>
  /** To whom a case can be passed on, and who can be asked to countersign it */
  listReceivers(input: {
    params: {
      /** the thread of the case, or its case number or local case number (办件编号), in any spelling */
      thread: string
    }
  } & Options): Promise<ListReceiversAnswer>
  /** What must be seen to, the most urgent first */
  listReminders(input?: Options): Promise<ListRemindersAnswer>
  /** Certificates that directories revoke */
  listRevocations(input?: Options): Promise<ListRevocationsAnswer>
  /** The own published list */
  listServices(input?: {
    query?: ListServicesQuery | undefined
  } & Options): Promise<ListServicesAnswer>
  /** Sessions of somebody that go on, newest first */
  listSessions(input: {
    params: { id: string }
  } & Options): Promise<ListSessionsAnswer>
  /** Settings in force: value, where it comes from, what it means; of a secret, where it is */
  listSettings(input?: Options): Promise<ListSettingsAnswer>
  /** Messages to the applicant of a case, numbers masked */
  listSms(input: {
    params: {
      /** the thread of the case, or its case number or local case number (办件编号), in any spelling */
      thread: string
    }
  } & Options): Promise<ListSmsAnswer>
  /** Templates of agreements */
  listTemplates(input?: Options): Promise<ListTemplatesAnswer>
  /** API tokens of somebody, newest first */
  listTokens(input: {
    params: { id: string }
  } & Options): Promise<AccessTokens>
  /** Requests to the approval system that were traced, the newest first, without what they hold (往来跟踪) */
  listTrace(input?: {
    query?: ListTraceQuery | undefined
  } & Options): Promise<ListTraceAnswer>
  /** Units and windows of the own city or a partner's, by code */
  listUnits(input: {
    params: { city: string }
    query?: ListUnitsQuery | undefined
  } & Options): Promise<ListUnitsAnswer>
  /** Own uploads of the last day, the one gone on with last first: how far each is, and what it became */
  listUploads(input?: Options): Promise<ResumableUploads>
  /** The own saved views, and those of a window */
  listViews(input?: {
    query?: ListViewsQuery | undefined
  } & Options): Promise<ListViewsAnswer>
  /** Subscriptions, and how delivery to each stands */
  listWebhooks(input?: Options): Promise<ListWebhooksAnswer>
  /** What the approval system would be sent for a packet, without sending it; or what it gave as an answer */
  lookAtParked(input: {
    query?: LookAtParkedQuery | undefined
    body: LookAtParkedRequest
  } & Options): Promise<LookAtParkedAnswer>
  /** Mail 邮寄动态: signs and sends case.mail; by the either city */
  mailCase(input: {
    params: {
      /** the thread of the case, or its case number or local case number (办件编号), in any spelling */
      thread: string
    }
    body: MailCaseRequest
  } & Keyed & Guarded & Options): Promise<Case>
  /** Back the node up into `backups.folder` while it runs, and read the backup again */
  makeBackup(input?: {
    body?: MakeBackupRequest | undefined
  } & Keyed & Options): Promise<BackupJob>
  /** Message 留言: signs and sends case.message; by the either city */
  messageCase(input: {
    params: {
      /** the thread of the case, or its case number or local case number (办件编号), in any spelling */
      thread: string
    }
    body: MessageCaseRequest
  } & Keyed & Guarded & Options): Promise<Case>
  /** Say that a page has the case open, again and again while it has */
  noteHere(input: {
    params: {
      /** the thread of the case, or its case number or local case number (办件编号), in any spelling */
      thread: string
      /** any name that the page gives itself, such as a random one: each page of one person counts by itself */
      page: string
    }
    body?: NoteHereRequest | undefined
  } & Options): Promise<Presence>
  /** Objection 提出异议: signs and sends case.object; by the overseer city */
  objectCase(input: {
    params: {
      /** the thread of the case, or its case number or local case number (办件编号), in any spelling */
      thread: string
    }
    body: ObjectCaseRequest
  } & Keyed & Guarded & Options): Promise<Case>
  /** A draft with its content: personal data; every reading is audited */
  openCaseDraft(input: {
    params: { id: string }
  } & Options): Promise<OpenCaseDraftAnswer>
  /** Order that originals or a result are picked up (寄件下单) */
  orderParcel(input: {
    params: {
      /** the thread of the case, or its case number or local case number (办件编号), in any spelling */
      thread: string
    }
    body: OrderParcelRequest
  } & Keyed & Options): Promise<OrderParcelAnswer>
  /** Originals handed over 原件交接: signs and sends case.originals; by the either city */
  originalsCase(input: {
    params: {
      /** the thread of the case, or its case number or local case number (办件编号), in any spelling */
      thread: string
    }
    body: OriginalsCaseRequest
  } & Keyed & Guarded & Options): Promise<Case>
  /** Pass a case on to another department or person (转办), with a reason */
  passOnCase(input: {
    params: {
      /** the thread of the case, or its case number or local case number (办件编号), in any spelling */
      thread: string
    }
    body: PassOnCaseRequest
  } & Keyed & Guarded & Options): Promise<Case>
  /** Paused for a special procedure 进入特别程序: signs and sends case.pause; by the mover city */
  pauseCase(input: {
    params: {
      /** the thread of the case, or its case number or local case number (办件编号), in any spelling */
      thread: string
    }
    body: PauseCaseRequest
  } & Keyed & Guarded & Options): Promise<Case>
  /** Pre-check passed 预审通过: signs and sends case.precheck; by the mover city */
  precheckCase(input: {
    params: {
      /** the thread of the case, or its case number or local case number (办件编号), in any spelling */
      thread: string
    }
    body?: PrecheckCaseRequest | undefined
  } & Keyed & Guarded & Options): Promise<Case>
  /** Fill in what the ID number, the credit code and earlier cases already tell (预填) */
  prefillCase(input: {
    body: PrefillCaseRequest
  } & Options): Promise<PrefillCaseAnswer>
  /** Check a case as the partner will, whole or not, without sending it (预检) */
  preflightCase(input?: {
    body?: PreflightCaseRequest | undefined
  } & Options): Promise<PreflightCaseAnswer>
  /** Check every item of a joint case, whole or not, without sending any (预检) */
  preflightJointCase(input?: {
    body?: PreflightJointCaseRequest | undefined
  } & Options): Promise<PreflightJointCaseAnswer>
  /** What an amendment would touch */
  previewAmendment(input: {
    params: { thread: string }
    body: PreviewAmendmentRequest
  } & Options): Promise<PreviewAmendmentAnswer>
  /** What importing a holiday table would change of days and of running limits; nothing is imported */
  previewCalendar(input: {
    body: PreviewCalendarRequest
  } & Options): Promise<PreviewCalendarAnswer>
  /** What a document would touch once it stands */
  previewProposal(input: {
    body: PreviewProposalRequest
  } & Options): Promise<PreviewProposalAnswer>
  /** What publishing the drafts would change for partners: items that agreements name, open cases, mappings */
  previewPublication(input?: {
    query?: PreviewPublicationQuery | undefined
  } & Options): Promise<PreviewPublicationAnswer>
  /** What a purge of the case would delete, when, and which backups still hold it */
  previewPurge(input: {
    params: {
      /** the thread of the case, or its case number or local case number (办件编号), in any spelling */
      thread: string
    }
  } & Options): Promise<PreviewPurgeAnswer>
  /** What signing, suspending, resuming, terminating or the last day would touch */
  previewStep(input: {
    params: { thread: string }
    query: PreviewStepQuery
  } & Options): Promise<PreviewStepAnswer>
  /** The agreement as a Chinese document for paper: articles, annexes, who signed it (协议文书) */
  printAgreement(input: {
    params: { thread: string }
    query?: PrintAgreementQuery | undefined
  } & Options): Promise<ReadableStream<Uint8Array<ArrayBuffer>>>
  /** One paper as a page: personal data; every printing is audited */
  printPaper(input: {
    params: {
      /** the thread of the case, or its case number or local case number (办件编号), in any spelling */
      thread: string
      name: 'receipt' | 'supplement-notice' | 'acceptance' | 'refusal' | 'decision' | 'supplement-receipt' | 'commitment' | 'hand-in-receipt' | 'special-procedure' | 'extension' | 'payment-notice' | 'withdrawal' | 'termination' | 'delivery' | 'originals-list' | 'mailing-label'
    }
    query?: PrintPaperQuery | undefined
  } & Options): Promise<ReadableStream<Uint8Array<ArrayBuffer>>>
  /** One paper of up to 100 cases as one page for A4, each on sheets of its own (批量打印) */
  printPapers(input: {
    query?: PrintPapersQuery | undefined
    body: PrintPapersRequest
  } & Options): Promise<PrintPapersAnswer>
  /** Progress 办理环节: signs and sends case.progress; by the mover city */
  progressCase(input: {
    params: {
      /** the thread of the case, or its case number or local case number (办件编号), in any spelling */
      thread: string
    }
    body: ProgressCaseRequest
  } & Keyed & Guarded & Options): Promise<Case>
  /** Propose an agreement to every other party of it */
  proposeAgreement(input: {
    body: ProposeAgreementRequest
  } & Keyed & Options): Promise<AgreementOutcome>
  /** Send the draft once, as its step says, to every other party of it; the draft is gone then */
  proposeAgreementDraft(input: {
    params: { id: string }
    body?: ProposeAgreementDraftRequest | undefined
  } & Keyed & Guarded & Options): Promise<AgreementOutcome>
  /** Publish all drafts, or chosen ones, as one new version of the own list */
  publishDrafts(input?: {
    query?: PublishDraftsQuery | undefined
  } & Keyed & Options): Promise<PublishDraftsAnswer>
  /** Publish a new version of the own list from a stream of items */
  publishItems(input: Bytes & Options): Promise<ServiceList>
  /** Publish a new version of the own list */
  publishServices(input: {
    body: PublishServicesRequest
  } & Options): Promise<ServiceList>
  /** Delete what this city holds of an ended case but for the signed packets, now */
  purgeCase(input: {
    params: {
      /** the thread of the case, or its case number or local case number (办件编号), in any spelling */
      thread: string
    }
    body: PurgeCaseRequest
  } & Keyed & Options): Promise<PurgeCaseAnswer>
  /** Places, items, and cases taken in for others and by others: today, this month, this year (看板) */
  readBoard(input?: Options): Promise<ReadBoardAnswer>
  /** What both cities wrote: personal data; every reading is audited */
  readCaseBodies(input: {
    params: {
      /** the thread of the case, or its case number or local case number (办件编号), in any spelling */
      thread: string
    }
    query?: ReadCaseBodiesQuery | undefined
  } & Options): Promise<ReadCaseBodiesAnswer>
  /** The text of each page of a material (文字层), where nothing shows it: OFD, PDF; audited */
  readCaseMaterialText(input: {
    params: {
      /** the thread of the case, or its case number or local case number (办件编号), in any spelling */
      thread: string
      sha256: string
    }
    query?: ReadCaseMaterialTextQuery | undefined
  } & Options): Promise<ReadCaseMaterialTextAnswer>
  /** The columns of lists of cases that one chose; the usual ones where none were chosen */
  readDeskColumns(input?: Options): Promise<ReadDeskColumnsAnswer>
  /** What an item of a partner asks for at this counter (办理指引) */
  readGuide(input: {
    params: { code: string; item: string }
  } & Options): Promise<ReadGuideAnswer>
  /** Active agreements by how few cases they had, and their items that had none (协议多、办件少) */
  readIdleAgreements(input: {
    query: ReadIdleAgreementsQuery
  } & Options): Promise<ReadIdleAgreementsAnswer>
  /** Items by how many cases they had (事项热度), most first */
  readItemHeat(input: {
    query: ReadItemHeatQuery
  } & Options): Promise<ReadItemHeatAnswer>
  /** The bytes of a material of the packet that is leased */
  readLeasedMaterial(input: {
    params: {
      /** `lease` of the work */
      lease: string
      sha256: string
    }
  } & Options): Promise<ReadableStream<Uint8Array<ArrayBuffer>>>
  /** How the carrier answers, and how many parcels are in each trouble (寄递异常) */
  readMail(input?: Options): Promise<ReadMailAnswer>
  /** Note that the messages of the other city were read (已读), through the packet that was shown last */
  readMessages(input: {
    params: {
      /** the thread of the case, or its case number or local case number (办件编号), in any spelling */
      thread: string
    }
    query?: ReadMessagesQuery | undefined
    body: ReadMessagesRequest
  } & Keyed & Options): Promise<Case>
  /** The phrases as they read in a case */
  readPhrases(input: {
    params: {
      /** the thread of the case, or its case number or local case number (办件编号), in any spelling */
      thread: string
    }
    query?: ReadPhrasesQuery | undefined
  } & Options): Promise<ReadPhrasesAnswer>
  /** Cases of a queue, what is due first first, and how many there are; `done`: what ended last first */
  readQueue(input: {
    params: {
      queue: 'mine' | 'window' | 'ours' | 'waiting' | 'paused' | 'due-today' | 'overdue' | 'unread' | 'to-print' | 'to-hand-out' | 'withdrawals' | 'parked' | 'parcels' | 'originals' | 'bad-ratings' | 'done'
    }
    query?: ReadQueueQuery | undefined
  } & Options): Promise<ReadQueueAnswer>
  /** How the SMS gateway answers, and how many messages wait or need somebody */
  readSms(input?: Options): Promise<ReadSmsAnswer>
  /** Counts and times by day, month or year, and by role, partner, mode, item, window, department or flow */
  readStatistics(input: {
    query: ReadStatisticsQuery
  } & Options): Promise<ReadStatisticsAnswer>
  /** Cases of a saved view: a queue by due day, a search last changed first */
  readView(input: {
    params: { id: string }
    query?: ReadViewQuery | undefined
  } & Options): Promise<ReadViewAnswer>
  /** The last attempts, newest first */
  readWebhookLog(input: {
    params: { id: string }
    query?: ReadWebhookLogQuery | undefined
  } & Options): Promise<ReadWebhookLogAnswer>
  /** Write all lists, queues and statistics of cases anew from their threads */
  rebuildCases(input?: {
    body?: RebuildCasesRequest | undefined
  } & Keyed & Options): Promise<RebuildCasesAnswer>
  /** Packets that the approval system was handed, and what was traced of them, with pseudonyms (化名) in place of personal data */
  recordApprovalSystem(input: {
    query?: RecordApprovalSystemQuery | undefined
    body: RecordApprovalSystemRequest
  } & Options): Promise<RecordApprovalSystemAnswer>
  /** Fee noted as settled 缴费登记: signs and sends case.record-payment; by the either city */
  recordPaymentCase(input: {
    params: {
      /** the thread of the case, or its case number or local case number (办件编号), in any spelling */
      thread: string
    }
    body: RecordPaymentCaseRequest
  } & Keyed & Guarded & Options): Promise<Case>
  /** Not accepted 不予受理: signs and sends case.refuse; by the mover city */
  refuseCase(input: {
    params: {
      /** the thread of the case, or its case number or local case number (办件编号), in any spelling */
      thread: string
    }
    body: RefuseCaseRequest
  } & Keyed & Guarded & Options): Promise<Case>
  /** The words differ, or nobody asked for it: forget the pairing */
  rejectPartner(input: {
    params: { code: string }
    body?: RejectPartnerRequest | undefined
  } & Keyed & Options): Promise<RejectPartnerAnswer>
  /** Let a certificate count again that an operator revoked which is trusted no more */
  releaseRevocation(input: {
    params: { certificate: string }
    body?: ReleaseRevocationRequest | undefined
  } & Keyed & Options): Promise<ReleaseRevocationAnswer>
  /** Read the mapping of an approval system anew, with its secrets, without a restart (重新载入) */
  reloadAdapterMapping(input?: {
    body?: ReloadAdapterMappingRequest | undefined
  } & Keyed & Options): Promise<ReloadAdapterMappingAnswer>
  /** Reminder 催办: signs and sends case.remind; by the collecting city */
  remindCase(input: {
    params: {
      /** the thread of the case, or its case number or local case number (办件编号), in any spelling */
      thread: string
    }
    body: RemindCaseRequest
  } & Keyed & Guarded & Options): Promise<Case>
  /** Remind the other city of up to 200 cases (批量催办) */
  remindCases(input: {
    body: RemindCasesRequest
  } & Keyed & Options): Promise<RemindCasesAnswer>
  /** Take an authority off the list; confirmed partners stay trusted by their own certificates */
  removeAuthority(input: {
    params: { fingerprint: string }
  } & Options): Promise<Authority>
  /** Take an imported table back */
  removeCalendar(input: {
    params: {
      /** CN for the whole country, or the first two digits of a division code for days of one region more */
      region: string
      year?: number | null | undefined
    }
  } & Options): Promise<RemoveCalendarAnswer>
  /** Forget one */
  removeColumnMapping(input: {
    params: { name: string }
  } & Guarded & Options): Promise<KeptColumnMapping>
  /** Forget a mapping */
  removeMapping(input: {
    params: { partner: string; item: string }
  } & Guarded & Options): Promise<MaterialMapping>
  /** Take the second factor of somebody off, as of a lost phone; their sessions end */
  removeSecondFactor(input: {
    params: { id: string }
  } & Options): Promise<RemoveSecondFactorAnswer>
  /** End a subscription */
  removeWebhook(input: {
    params: { id: string }
  } & Options): Promise<RemoveWebhookAnswer>
  /** Have a lease longer; not past the ten minutes that the node waits for one packet */
  renewAdapterLease(input: {
    params: {
      /** `lease` of the work */
      lease: string
    }
    body: RenewAdapterLeaseRequest
  } & Options): Promise<RenewAdapterLeaseAnswer>
  /** Move open cases to the version of the mapping that the files name for them now: one, those of a version, or all */
  repinCases(input: {
    body: RepinCasesRequest
  } & Keyed & Options): Promise<RepinCasesAnswer>
  /** Tell all kept events from this number on again, in order; one that is switched off, when it is switched on */
  replayWebhook(input: {
    params: { id: string }
    body: ReplayWebhookRequest
  } & Keyed & Options): Promise<Webhook>
  /** A request (CSR) for the authority of a federation: for the present city key, or for a new one that waits */
  requestCertificate(input?: {
    body?: RequestCertificateRequest | undefined
  } & Keyed & Options): Promise<RequestCertificateAnswer>
  /** Fee to be paid 通知缴费: signs and sends case.request-payment; by the mover city */
  requestPaymentCase(input: {
    params: {
      /** the thread of the case, or its case number or local case number (办件编号), in any spelling */
      thread: string
    }
    body: RequestPaymentCaseRequest
  } & Keyed & Guarded & Options): Promise<Case>
  /** Notice of everything that is missing 一次性告知补正: signs and sends case.request-supplement; by the mover city */
  requestSupplementCase(input: {
    params: {
      /** the thread of the case, or its case number or local case number (办件编号), in any spelling */
      thread: string
    }
    body: RequestSupplementCaseRequest
  } & Keyed & Guarded & Options): Promise<Case>
  /** Send one kept event again */
  resendWebhook(input: {
    params: { id: string }
    body: ResendWebhookRequest
  } & Keyed & Options): Promise<ResendWebhookAnswer>
  /** Give somebody a one-time password, and an account name the first time; their sessions end */
  resetPassword(input: {
    params: { id: string }
    body?: ResetPasswordRequest | undefined
  } & Keyed & Options): Promise<ResetPasswordAnswer>
  /** Result received 确认收到结果: signs and sends case.result-received; by the collecting city */
  resultReceivedCase(input: {
    params: {
      /** the thread of the case, or its case number or local case number (办件编号), in any spelling */
      thread: string
    }
    body: ResultReceivedCaseRequest
  } & Keyed & Guarded & Options): Promise<Case>
  /** Let new cases begin again, after an own suspension */
  resumeAgreement(input: {
    params: { thread: string }
    body: ResumeAgreementRequest
  } & Keyed & Guarded & Options): Promise<Agreement>
  /** Special procedure ended 特别程序结束: signs and sends case.resume; by the mover city */
  resumeCase(input: {
    params: {
      /** the thread of the case, or its case number or local case number (办件编号), in any spelling */
      thread: string
    }
    body?: ResumeCaseRequest | undefined
  } & Keyed & Guarded & Options): Promise<Case>
  /** Exchange again */
  resumePartner(input: {
    params: { code: string }
    body?: ResumePartnerRequest | undefined
  } & Keyed & Options): Promise<Partner>
  /** Try again what failed */
  retryParcel(input: {
    params: {
      /** the thread of the case, or its case number or local case number (办件编号), in any spelling */
      thread: string
      id: string
    }
  } & Keyed & Options): Promise<RetryParcelAnswer>
  /** Try parked work again: one, all of one problem, or all but materials */
  retryParked(input: {
    body: RetryParkedRequest
  } & Keyed & Options): Promise<RetryParkedAnswer>
  /** Try to reach a partner now, without waiting for the next pause to end, and say how that went */
  retryPartner(input: {
    params: { code: string }
    body?: RetryPartnerRequest | undefined
  } & Options): Promise<RetryPartnerAnswer>
  /** Send a message again that failed, or of which nobody knows whether it was sent */
  retrySms(input: {
    params: {
      /** the thread of the case, or its case number or local case number (办件编号), in any spelling */
      thread: string
      id: string
    }
  } & Keyed & Options): Promise<Sms>
  /** Record that the applicant agrees to the reuse of some of them */
  reuseScans(input: {
    body: ReuseScansRequest
  } & Keyed & Options): Promise<ReuseScansAnswer>
  /** Decision revoked 撤销决定: signs and sends case.revoke; by the mover city */
  revokeCase(input: {
    params: {
      /** the thread of the case, or its case number or local case number (办件编号), in any spelling */
      thread: string
    }
    body: RevokeCaseRequest
  } & Keyed & Guarded & Options): Promise<Case>
  /** End one of them */
  revokeOwnToken(input: {
    params: { token: string }
  } & Options): Promise<RevokeOwnTokenAnswer>
  /** Revoke an own retired key: partners refuse what it signs from now on */
  revokePacketKey(input: {
    params: { kid: string }
    body?: RevokePacketKeyRequest | undefined
  } & Keyed & Options): Promise<Identity>
  /** End the person's token for good */
  revokePerson(input: {
    params: { id: string }
  } & Keyed & Options): Promise<Person>
  /** End an API token of somebody */
  revokeToken(input: {
    params: { id: string; token: string }
  } & Options): Promise<RevokeTokenAnswer>
  /** Let a new packet key take over; what the old one signed stays valid */
  rotatePacketKey(input?: {
    body?: RotatePacketKeyRequest | undefined
  } & Keyed & Options): Promise<Identity>
  /** Give the person a new token; the old one ends at once */
  rotatePerson(input: {
    params: { id: string }
    body?: RotatePersonRequest | undefined
  } & Keyed & Options): Promise<RotatePersonAnswer>
  /** A new secret; the former one signs too for a day */
  rotateWebhookSecret(input: {
    params: { id: string }
    body?: RotateWebhookSecretRequest | undefined
  } & Keyed & Options): Promise<RotateWebhookSecretAnswer>
  /** Save a draft; `If-Match` has the version that was edited */
  saveAgreementDraft(input: {
    params: { id: string }
    body: SaveAgreementDraftRequest
  } & Guarded & Options): Promise<AgreementDraft>
  /** Save over the version that was read (自动保存) */
  saveCaseDraft(input: {
    params: { id: string }
    body: SaveCaseDraftRequest
  } & Guarded & Options): Promise<Draft>
  /** Keep how the lists of an office are read: what the preview of an import showed, corrected */
  saveColumnMapping(input: {
    params: { name: string }
    body?: ColumnMapping | undefined
  } & Guarded & Options): Promise<KeptColumnMapping>
  /** Hold an item as draft */
  saveDraft(input: {
    params: {
      /** 实施编码 */
      code: string
    }
    body: SaveDraftRequest
  } & Guarded & Options): Promise<SaveDraftAnswer>
  /** Enter the conditions of an own item; they are off until they are switched on */
  saveInstantApproval(input: {
    params: {
      /** code of an own item */
      item: string
    }
    body: SaveInstantApprovalRequest
  } & Guarded & Options): Promise<InstantApproval>
  /** Save which materials are the same; drafts of agreements and the pre-flight of cases go by it */
  saveMapping(input: {
    params: { partner: string; item: string }
    body: SaveMappingRequest
  } & Guarded & Options): Promise<MaterialMapping>
  /** Search the newest own list and partners' */
  searchItems(input?: {
    query?: SearchItemsQuery | undefined
  } & Options): Promise<SearchItemsAnswer>
  /** Send a case back to whoever passed it on (退回), with a reason */
  sendBackCase(input: {
    params: {
      /** the thread of the case, or its case number or local case number (办件编号), in any spelling */
      thread: string
    }
    body: SendBackCaseRequest
  } & Keyed & Guarded & Options): Promise<Case>
  /** Result sent 送达结果: signs and sends case.send-result; by the mover city */
  sendResultCase(input: {
    params: {
      /** the thread of the case, or its case number or local case number (办件编号), in any spelling */
      thread: string
    }
    body: SendResultCaseRequest
  } & Keyed & Guarded & Options): Promise<Case>
  /** An empty table to fill in */
  servicesTemplate(input?: {
    query?: ServicesTemplateQuery | undefined
  } & Options): Promise<ReadableStream<Uint8Array<ArrayBuffer>>>
  /** Make the first administrator, with the code in the file `setup-code` of the data folder */
  setUpAdministrator(input: {
    body: SetUpAdministratorRequest
  } & Options): Promise<SetUpAdministratorAnswer>
  /** Parcels of the case that are in trouble (寄递异常) were seen to; what the carrier refused is given up */
  settleParcels(input: {
    params: {
      /** the thread of the case, or its case number or local case number (办件编号), in any spelling */
      thread: string
    }
    body?: SettleParcelsRequest | undefined
  } & Keyed & Options): Promise<SettleParcelsAnswer>
  /** Originals mailed 寄出原件: signs and sends case.ship; by the collecting city */
  shipCase(input: {
    params: {
      /** the thread of the case, or its case number or local case number (办件编号), in any spelling */
      thread: string
    }
    body: ShipCaseRequest
  } & Keyed & Guarded & Options): Promise<Case>
  /** Holiday tables, through which day this city is covered, what partners tell of theirs, and where they differ */
  showCalendar(input?: Options): Promise<ShowCalendarAnswer>
  /** What every page needs to know of this node: city, kinds of systems, rules, limits */
  showCommonSettings(input?: Options): Promise<ShowCommonSettingsAnswer>
  /** Who has the case open now, and who has unsaved input there */
  showPresence(input: {
    params: {
      /** the thread of the case, or its case number or local case number (办件编号), in any spelling */
      thread: string
    }
  } & Options): Promise<Presence>
  /** The fingerprint of the city certificate as this node publishes it, for whoever verifies evidence */
  showPublishedCertificate(input?: Options): Promise<ShowPublishedCertificateAnswer>
  /** What the approval system was sent, and what it answered: personal data; every look is audited */
  showTraced(input: {
    params: { no: number }
    query?: ShowTracedQuery | undefined
  } & Options): Promise<ShowTracedAnswer>
  /** Sign an act that another administrator prepared */
  signAct(input: {
    params: { no?: number | null | undefined }
  } & Keyed & Options): Promise<AgreementOutcome>
  /** Sign the text that the partner wrote last: a proposal or an amendment */
  signAgreement(input: {
    params: { thread: string }
    body?: SignAgreementRequest | undefined
  } & Keyed & Guarded & Options): Promise<AgreementOutcome>
  /** Sign in with account and password, and the code of a second factor */
  signIn(input: {
    body: SignInRequest
  } & Options): Promise<SignInAnswer>
  /** Settle one answer of the approval system without signing anything; what follows in its case goes on */
  skipParked(input: {
    body: SkipParkedRequest
  } & Keyed & Options): Promise<SkipParkedAnswer>
  /** Submit a case to the city that decides it (转办) */
  submitCase(input: {
    body: SubmitCaseRequest
  } & Keyed & Options): Promise<SubmittedCase>
  /** Send a draft, once, as the case or the joint case that it is (转办) */
  submitCaseDraft(input: {
    params: { id: string }
    body?: SubmitCaseDraftRequest | undefined
  } & Keyed & Guarded & Options): Promise<SubmitCaseDraftAnswer>
  /** Submit several items at once: one form, one receipt, one hand-over (多地联办, 一件事) */
  submitJointCase(input: {
    body: SubmitJointCaseRequest
  } & Keyed & Options): Promise<SubmitJointCaseAnswer>
  /** Supervision 督办: signs and sends case.supervise; by the either city */
  superviseCase(input: {
    params: {
      /** the thread of the case, or its case number or local case number (办件编号), in any spelling */
      thread: string
    }
    body: SuperviseCaseRequest
  } & Keyed & Guarded & Options): Promise<Case>
  /** Missing materials supplied 提交补正材料: signs and sends case.supplement; by the collecting city */
  supplementCase(input: {
    params: {
      /** the thread of the case, or its case number or local case number (办件编号), in any spelling */
      thread: string
    }
    body: SupplementCaseRequest
  } & Keyed & Guarded & Options): Promise<Case>
  /** Let no new case begin until resumed; cases under way go on */
  suspendAgreement(input: {
    params: { thread: string }
    body: SuspendAgreementRequest
  } & Keyed & Guarded & Options): Promise<AgreementOutcome>
  /** Exchange nothing until resumed; what waits stays */
  suspendPartner(input: {
    params: { code: string }
    body?: SuspendPartnerRequest | undefined
  } & Keyed & Options): Promise<Partner>
  /** Switch the conditions of an item on, for cases that arrive from now on, or off */
  switchInstantApproval(input: {
    params: {
      /** code of an own item */
      item: string
    }
    body: SwitchInstantApprovalRequest
  } & Keyed & Options): Promise<InstantApproval>
  /** What the approval system did: steps, and what came of packets that were handed over (审批系统的答复) */
  tellAdapterEvents(input: {
    body: TellAdapterEventsRequest
  } & Options): Promise<TellAdapterEventsAnswer>
  /** Terminate a signed agreement; cases under way finish under it */
  terminateAgreement(input: {
    params: { thread: string }
    body: TerminateAgreementRequest
  } & Keyed & Guarded & Options): Promise<AgreementOutcome>
  /** Try the whole way to a partner: connection, identity, list, packet, material, receipt, evidence */
  testPartner(input: {
    params: { code: string }
    body?: TestPartnerRequest | undefined
  } & Keyed & Options): Promise<TestPartnerAnswer>
  /** Send a message of type `webhook.test` now */
  testWebhook(input: {
    params: { id: string }
    body?: TestWebhookRequest | undefined
  } & Keyed & Options): Promise<TestWebhookAnswer>
  /** Trace requests to the approval system for so many hours; 0 ends it and deletes what is kept */
  traceApprovalSystem(input: {
    body: TraceApprovalSystemRequest
  } & Keyed & Options): Promise<TraceApprovalSystemAnswer>
  /** Trust an operator; compare the thumbprint of its key with it first */
  trustOperator(input: {
    body: TrustOperatorRequest
  } & Keyed & Options): Promise<TrustOperatorAnswer>
  /** Let somebody sign in again after failures */
  unlockAccount(input: {
    params: { id: string }
  } & Options): Promise<UnlockAccountAnswer>
  /** Upload a file that a text is to name, such as the scan of the sealed paper (盖章扫描件): PDF, JPEG, PNG or OFD */
  uploadAttachment(input: Bytes & Options): Promise<UploadAttachmentAnswer>
  /** Upload a scan: JPEG, PNG, PDF or OFD, judged by content */
  uploadMaterial(input: Bytes & Options): Promise<UploadMaterialAnswer>
  /** Upload a sample: JPEG, PNG, PDF or OFD with made-up persons; every partner may fetch it */
  uploadSample(input: Bytes & Options): Promise<UploadSampleAnswer>
  /** Check the chain of hashes over the whole log */
  verifyAudit(input?: Options): Promise<VerifyAuditAnswer>
  /** Read a backup again: its store whole, all its materials, and the keys that open it */
  verifyBackup(input: {
    body: VerifyBackupRequest
  } & Keyed & Options): Promise<BackupJob>
  /** Verify an evidence bundle: what it proves, and whose certificates it names */
  verifyEvidence(input: {
    query?: VerifyEvidenceQuery | undefined
  } & Bytes & Options): Promise<EvidenceReport>
  /** Verified remotely 远程核验: signs and sends case.verify-remote; by the either city */
  verifyRemoteCase(input: {
    params: {
      /** the thread of the case, or its case number or local case number (办件编号), in any spelling */
      thread: string
    }
    body: VerifyRemoteCaseRequest
  } & Keyed & Guarded & Options): Promise<Case>
  /** A material of a case, shown in place; what no browser shows is offered as a file */
  viewCaseMaterial(input: {
    params: {
      /** the thread of the case, or its case number or local case number (办件编号), in any spelling */
      thread: string
      sha256: string
    }
    query?: ViewCaseMaterialQuery | undefined
  } & Options): Promise<ReadableStream<Uint8Array<ArrayBuffer>>>
  /** What changed, as server-sent events */
  watchEvents(input?: {
    query?: WatchEventsQuery | undefined
  } & Options): Promise<ReadableStream<Uint8Array<ArrayBuffer>>>
  /** The person behind the token or session of this request */
  whoAmI(input?: Options): Promise<WhoAmIAnswer>
  /** Withdraw an own text */
  withdrawAgreement(input: {
    params: { thread: string }
    body: WithdrawAgreementRequest
  } & Keyed & Guarded & Options): Promise<Agreement>
  /** Withdrawal requested 申请撤回: signs and sends case.withdraw; by the collecting city */
  withdrawCase(input: {
    params: {
      /** the thread of the case, or its case number or local case number (办件编号), in any spelling */
      thread: string
    }
    body: WithdrawCaseRequest
  } & Keyed & Guarded & Options): Promise<Case>
  /** Take the request to countersign back, with a reason: the decision waits no longer */
  withdrawCountersigns(input: {
    params: {
      /** the thread of the case, or its case number or local case number (办件编号), in any spelling */
      thread: string
    }
    body: WithdrawCountersignsRequest
  } & Keyed & Options): Promise<Case>
}
