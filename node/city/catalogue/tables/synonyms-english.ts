/** English words that offices write in tables, alone or beside the Chinese ones. Data alone, as `synonyms.ts` is for Chinese. */
import type { OtherNames } from './synonyms.ts'

/** Other names of a column, by field, or by part and field; without blanks and case. */
export const ENGLISH_HEADINGS: Readonly<Record<string, OtherNames>> = {
  taskCode: { sure: ['itemcode', 'servicecode', 'itemno', 'itemno.', 'itemid'], short: ['code'] },
  taskName: { sure: ['item', 'itemname', 'service', 'servicename', 'servicetitle', 'itemtitle'], short: ['name'] },
  deptName: {
    sure: ['department', 'dept', 'dept.', 'departmentincharge', 'authority', 'agency', 'responsibledepartment'],
  },
  deptCode: { sure: ['creditcode', 'departmentcode', 'unifiedsocialcreditcode'] },
  taskType: { sure: ['itemtype', 'servicetype', 'typeofitem', 'typeofpower'], short: ['type', 'category'] },
  useLevel: { sure: ['itemlevel', 'administrativelevel'], short: ['level'] },
  serverType: {
    sure: ['applicant', 'applicants', 'applicanttype', 'serviceobject', 'targetgroup', 'audience', 'serviceaudience'],
    short: ['target', 'object'],
  },
  projectType: { sure: ['casetype', 'handlingtype', 'typeofcase', 'processingtype'] },
  modes: { sure: ['mode', 'handlingmode', 'handlingmodes', 'cross-provincemode', 'servicemode'] },
  anticipateDay: {
    sure: ['statutory', 'statutorydays', 'statutorylimit', 'statutorytimelimit', 'legaldays', 'legallimit'],
    short: ['legal'],
  },
  promiseDay: {
    sure: ['promised', 'promiseddays', 'promisedlimit', 'promisedtimelimit', 'committeddays', 'commitmentdays'],
    short: ['promise', 'commitment'],
  },
  limitSceneNum: { sure: ['visits', 'numberofvisits', 'visitsneeded', 'on-sitevisits', 'onsitevisits'] },
  limitSceneExplain: { sure: ['reasonforvisit', 'reasonforvisits', 'whyvisit'] },
  acceptCondition: { sure: ['conditions', 'eligibility'], short: ['condition'] },
  handleFlow: { sure: ['procedure', 'handlingprocess'], short: ['process', 'flow'] },
  byLaw: { sure: ['legalbasis', 'lawbasis'], short: ['basis'] },
  isFee: { sure: ['charge', 'charged', 'feecharged', 'withfee'], short: ['fee', 'fees'] },
  transactAddr: { sure: ['handlingaddress', 'serviceaddress'], short: ['address', 'place', 'location'] },
  transactTime: { sure: ['officehours', 'openinghours', 'servicehours', 'workinghours'], short: ['hours'] },
  linkWay: {
    sure: ['hotline', 'consultation', 'consultationphone', 'enquiryphone', 'inquiryphone', 'servicephone'],
    short: ['phone', 'tel', 'tel.', 'telephone', 'contact'],
  },
  superviseWay: { sure: ['complaint', 'complaints', 'complaintphone', 'complainthotline', 'supervisionphone'] },
  planEffectiveDate: { sure: ['effective', 'effectivedate', 'validfrom', 'effectivefrom'] },
  planCancelDate: { sure: ['expirydate', 'validuntil', 'validto', 'effectiveuntil'] },
  isOnline: { sure: ['online', 'onlinehandling', 'availableonline'] },
  resultName: { sure: ['result', 'resultname'] },

  'materials.materialCode': { sure: ['materialcode', 'documentcode'], short: ['code'] },
  'materials.materialName': {
    sure: ['material', 'materials', 'materialname', 'document', 'documents', 'documentname', 'requireddocument'],
    short: ['name'],
  },
  'materials.isNeed': { sure: ['required', 'necessity', 'mandatory', 'need', 'needed', 'isrequired'] },
  'materials.materialType': { sure: ['originalorcopy', 'original/copy', 'originalcopy'], short: ['type', 'kind'] },
  'materials.materialFormat': { sure: ['medium', 'paperorelectronic', 'paper/electronic'], short: ['form', 'format'] },
  'materials.sourceType': { sure: ['source', 'materialsource'] },
  'materials.issuer': { sure: ['issuer', 'issuedby', 'issuingauthority'] },
  'materials.pageNum': { sure: ['copies', 'numberofcopies'], short: ['quantity', 'number'] },
  'materials.reviewPoints': { sure: ['reviewpoints', 'checkpoints', 'points', 'whattocheck'] },
  'materials.fillExplain': { sure: ['howtofill', 'fillingnotes'] },

  'fees.feeName': { sure: ['feename', 'feeitem'] },
  'fees.feeStand': { sure: ['feerate', 'rate', 'amount', 'feestandard'] },
  'faqs.question': { sure: ['question'] },
  'faqs.answer': { sure: ['answer'] },
  'contacts.phone': { short: ['phone', 'tel', 'tel.', 'mobile'] },
  'contacts.name': { sure: ['contactperson', 'contactname'] },
}

/** Words of codes, in capitals and without blanks, beside the Chinese ones of a column. */
export const ENGLISH_CODES = {
  audience: { INDIVIDUAL: '1', INDIVIDUALS: '1', PERSON: '1', CITIZEN: '1', ENTERPRISE: '2', COMPANY: '2' },
  level: { NATIONAL: '1', PROVINCE: '2', PROVINCIAL: '2', CITY: '3', MUNICIPAL: '3', COUNTY: '4', DISTRICT: '4' },
  mode: { ONLINE: '0', FULLYONLINE: '0' },
  taskType: {
    LICENCE: '01',
    LICENSE: '01',
    ADMINISTRATIVELICENCE: '01',
    ADMINISTRATIVELICENSE: '01',
    CONFIRMATION: '07',
    PUBLICSERVICE: '20',
  },
  projectType: { INSTANT: '1', IMMEDIATE: '1', 'ON-THE-SPOT': '1', PROMISED: '2', COMMITTED: '2', COMMITMENT: '2' },
  need: { YES: '1', Y: '1', REQUIRED: '1', MANDATORY: '1', NO: '2', N: '2', OPTIONAL: '2' },
  materialType: {
    ORIGINAL: '1',
    COPY: '2',
    'ORIGINAL&COPY': '3',
    ORIGINALANDCOPY: '3',
    ORIGINALORCOPY: '4',
    'ORIGINAL/COPY': '4',
  },
  materialFormat: { PAPER: '1', ELECTRONIC: '2', DIGITAL: '2', BOTH: '3', PAPERORELECTRONIC: '3' },
  source: { APPLICANT: '10', GOVERNMENT: '20', AUTHORITY: '20', OTHER: '99' },
} as const
