/**
 * The adapter SDK (适配器开发包): the port that a node calls, bounded HTTP, charsets, digests, declarative field mapping, code
 * dictionaries. An adapter imports this entry, from outside of the repository as `tongban/sdk`, and never a sibling. Its test imports
 * `contract.ts` and `test-kit.ts` besides (`tongban/sdk/contract`, `tongban/sdk/test-kit`), or `certificate.ts` (`tongban/sdk/certificate`) where there is no vitest.
 */
export { CASE_CONTENT, type CaseKind, type MoveRequest } from '../../protocol/case/kinds.ts'
export { readKeepingDigits } from '../../protocol/json-outside.ts'
export { fieldOf } from '../../protocol/primitives.ts'
export { type Problem, ProblemError, type Refused, refuse } from '../../protocol/problem.ts'
export { CHARSETS, type Charset, encode } from './charsets.ts'
export {
  type Codec,
  codecOf,
  type Decoded,
  FORM_CODEC,
  fieldsOf,
  JSON_CODEC,
  lacks,
  readPlainXml,
  type Unreadable,
  XML_CODEC,
  XML_FORM,
} from './codec.ts'
export {
  ANSWERED_KINDS,
  type AnswerKind,
  configFaults,
  Expression,
  jsonTemplate,
  LATER_KINDS,
  RECEIVED_KINDS,
  SecretName,
} from './configuration.ts'
export { contentOf, deliveryInput, materialFacts } from './delivery-input.ts'
export { compileDictionary, type Dictionary, DictionaryTable } from './dictionary.ts'
export { type Digest, digest, isDigest, keyedDigest } from './digests.ts'
export { mappingFunctions } from './functions.ts'
export { caseNoOf, createTurns, isNothing, mappingFailed, moveOf, packetOf, readCaseNo, withFiles } from './handing.ts'
export {
  type Answer,
  type Download,
  download,
  type Limits,
  type Request,
  send,
  shownOfBody,
} from './http.ts'
export { asText, isCaseNo, isLabel } from './labels.ts'
export { createLacking } from './lacking.ts'
export {
  compileMapping,
  compileTemplate,
  type Mapping,
  type MappingFunctions,
  type MappingInput,
  MappingRefusal,
  mappingInput,
  type SecretOf,
  type Template,
} from './mapping.ts'
export type { CreateAdapter, ModuleGiven } from './module.ts'
export { Patience } from './patience.ts'
export type {
  Adapter,
  AdapterContext,
  AdapterState,
  AskedItem,
  Call,
  DeliveredMaterial,
  Delivery,
  DeliveryResult,
  EntryField,
  LocalEvent,
  LocalMove,
  LocalOutcome,
  OpenCase,
  PlannedRequest,
  RawEvent,
} from './port.ts'
export { compactTime, readTime } from './time-forms.ts'
export { hiding, sendTraced } from './traced.ts'
export { isElement, readXml, type XmlElement } from './xml.ts'
export { jsonOfXml, SOAP_NAMESPACES, textOfElement } from './xml-json.ts'
export { compileXmlTemplate } from './xml-template.ts'
