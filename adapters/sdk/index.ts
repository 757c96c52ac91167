/**
 * The adapter SDK (适配器开发包): the port that a node calls, declarative field mapping, code dictionaries. An adapter imports
 * this entry and protocol/, never a sibling. Its test imports `contract.ts` and `test-kit.ts` besides.
 */
export { readKeepingDigits } from '../../protocol/json-outside.ts'
export { CHARSETS, type Charset, encode } from './charsets.ts'
export { contentOf, deliveryInput, materialFacts } from './delivery-input.ts'
export { compileDictionary, type Dictionary, DictionaryTable } from './dictionary.ts'
export { mappingFunctions } from './functions.ts'
export {
  type Answer,
  type Download,
  download,
  type Limits,
  type Request,
  send,
  textOfBody,
  type Unreadable,
} from './http.ts'
export { asText, isCaseNo, isLabel } from './labels.ts'
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
export type {
  Adapter,
  AdapterContext,
  AdapterState,
  AskedItem,
  DeliveredMaterial,
  Delivery,
  DeliveryResult,
  LocalEvent,
  OpenCase,
  PlannedRequest,
  RawEvent,
} from './port.ts'
export { hiding, sendTraced } from './traced.ts'
