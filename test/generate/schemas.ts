/** JSON Schemas (draft 2020-12) of every document on the wire and of the two configuration files. */

import * as z from 'zod'
import { fileDropConfigSchema } from '../../adapters/file-drop/config.ts'
import { frontTableConfigSchema } from '../../adapters/front-table/config.ts'
import { manualConfigSchema } from '../../adapters/manual/config.ts'
import { restConfigSchema } from '../../adapters/rest/config.ts'
import { soapConfigSchema } from '../../adapters/soap/config.ts'
import { DeadlineRecord } from '../../node/city/records/evidence/deadlines.ts'
import { Manifest } from '../../node/city/records/evidence/manifest.ts'
import { ConfigFile } from '../../node/kernel/config/config.ts'
import { AgreementAmendment, AgreementDocument } from '../../protocol/agreement/document.ts'
import { AGREEMENT_BODIES } from '../../protocol/agreement/kinds.ts'
import { AgreementNotice } from '../../protocol/agreement/notice.ts'
import { CountedTable, HolidayTable } from '../../protocol/calendar/calendar.ts'
import { CASE_BODIES } from '../../protocol/case/kinds.ts'
import { Hello } from '../../protocol/exchange/frames.ts'
import { Directory } from '../../protocol/federation/directory.ts'
import { DirectoryHave } from '../../protocol/federation/frames.ts'
import { DelegationClaims, RevocationClaims } from '../../protocol/keys/delegation.ts'
import { JwsHeader, PacketClaims } from '../../protocol/packet/claims.ts'
import { ReceiptClaims } from '../../protocol/packet/receipt.ts'
import { Invite } from '../../protocol/pairing/invite.ts'
import {
  PairingByDirectory,
  PairingCommitment,
  PairingOpening,
  PairingRequest,
} from '../../protocol/pairing/pairing.ts'
import { TEST_BODIES } from '../../protocol/partner-test/thread.ts'
import { ServiceItem } from '../../protocol/service/item.ts'
import { ListHead } from '../../protocol/service/list.ts'
import { ListAnswer, ListRequest } from '../../protocol/service/list-frames.ts'
import { Organisation } from '../../protocol/service/organisation.ts'

const DOCUMENTS: Record<string, z.ZodType> = {
  'packet-header': JwsHeader,
  'packet-claims': PacketClaims,
  'receipt-claims': ReceiptClaims,
  'delegation-claims': DelegationClaims,
  'revocation-claims': RevocationClaims,
  'agreement-document': AgreementDocument,
  'agreement-amendment': AgreementAmendment,
  'agreement-notice': AgreementNotice,
  'holiday-table': HolidayTable,
  'service-item': ServiceItem,
  'list-head': ListHead,
  organisation: Organisation,
  'list-request': ListRequest,
  'list-answer': ListAnswer,
  directory: Directory,
  'directory-have': DirectoryHave,
  hello: Hello,
  invite: Invite,
  'pairing-request': PairingRequest,
  'pairing-commitment': PairingCommitment,
  'pairing-opening': PairingOpening,
  'pairing-by-directory': PairingByDirectory,
  'evidence-manifest': Manifest,
  'evidence-calendar': CountedTable,
  'evidence-deadlines': DeadlineRecord,
}

const schemaOf = (schema: z.ZodType): string =>
  `${JSON.stringify(z.toJSONSchema(schema, { target: 'draft-2020-12', io: 'input', unrepresentable: 'any' }), null, 2)}\n`

export function* schemaFiles(): Generator<[string, string]> {
  for (const [name, schema] of Object.entries(DOCUMENTS)) yield [`protocol/schemas/${name}.json`, schemaOf(schema)]
  for (const [kind, schema] of Object.entries({ ...CASE_BODIES, ...AGREEMENT_BODIES, ...TEST_BODIES })) {
    yield [`protocol/schemas/body.${kind}.json`, schemaOf(schema)]
  }
  yield ['node/kernel/config/config.schema.json', schemaOf(ConfigFile)]
  yield ['adapters/file-drop/config.schema.json', `${JSON.stringify(fileDropConfigSchema(), null, 2)}\n`]
  yield ['adapters/front-table/config.schema.json', `${JSON.stringify(frontTableConfigSchema(), null, 2)}\n`]
  yield ['adapters/manual/config.schema.json', `${JSON.stringify(manualConfigSchema(), null, 2)}\n`]
  yield ['adapters/rest/config.schema.json', `${JSON.stringify(restConfigSchema(), null, 2)}\n`]
  yield ['adapters/soap/config.schema.json', `${JSON.stringify(soapConfigSchema(), null, 2)}\n`]
}
