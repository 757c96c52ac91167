/** The configuration of the soap adapter: that of the rest adapter, with operations in place of paths; `config.schema.json` is generated from it. */
import * as z from 'zod'
import { JsonTemplate, Packet, Path, RestConfig, Session, Step } from '../rest/config.ts'
import { LATER_KINDS, SecretName } from '../sdk/index.ts'
import { VERSIONS } from './envelope.ts'

const Xml = z.union([z.string().min(1).max(100_000), z.array(z.string().max(20_000)).min(1).max(2000)])
/** An XML template as text. */
export const textOfXml = (xml: z.infer<typeof Xml>): string => [xml].flat().join('\n')

/** What stands in a request of SOAP. */
const SOAP_REQUEST = {
  action: z
    .string()
    .max(500)
    .regex(/^[\x21\x23-\x5b\x5d-\x7e]*$/)
    .optional()
    .describe('SOAPAction; of 1.2 the action of the media type; absent: that of the operation in the WSDL, or none'),
  operation: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe('an operation of the WSDL: `body` is then an object, whose fields are the elements of its message'),
  path: Path.optional().describe('of another service at the host of baseUrl; absent: that of baseUrl'),
  body: JsonTemplate.describe(
    'what stands in the Body, as an XML template: a text, or a list of its lines, with expressions in {{ }}. An Envelope is sent as it stands. With `operation`: an object of expressions',
  ),
}
const NOT_SOAP = { method: true, path: true, as: true, mediaType: true, body: true } as const
const { register, events, cases, materials, check } = RestConfig.shape

const step = Step.omit(NOT_SOAP).extend(SOAP_REQUEST)
const steps = z
  .array(step)
  .max(10)
  .default([])
  .describe('requests before the one of the packet, in order; each is sent until it went well once')
const registerLookup = register.shape.lookup.unwrap().omit(NOT_SOAP).extend(SOAP_REQUEST).optional()
const packetLookup = Packet.shape.lookup.unwrap().omit(NOT_SOAP).extend(SOAP_REQUEST).optional()
const [upload] = materials.unwrap().options

export const SoapConfig = RestConfig.omit({
  baseUrl: true,
  answers: true,
  session: true,
  register: true,
  packets: true,
  materials: true,
  events: true,
  cases: true,
  check: true,
})
  .extend({
    baseUrl: z
      .url({ protocol: /^https?$/ })
      .max(1000)
      .optional()
      .describe('address of the service, with its path; absent: that of the WSDL'),
    soap: z.enum(VERSIONS).default('1.1'),
    namespaces: z
      .record(z.string().regex(/^[A-Za-z_][\w.-]{0,63}$/), z.string().regex(/^[^\s"<&{]{1,500}$/))
      .default({})
      .describe('prefixes that templates use, declared at the Envelope; `soapenv` is that of SOAP itself'),
    header: Xml.optional().describe('what stands in the Header of each request, as an XML template'),
    security: z
      .strictObject({
        username: z.string().min(1).max(200),
        secret: SecretName.describe('name of the secret that is the password'),
        type: z.enum(['text', 'digest']),
      })
      .optional()
      .describe(
        'WS-Security UsernameToken in the Header of each request; a digest is made anew for each attempt, unless sign.keepSeconds says for how long it is repeated',
      ),
    wsdl: z
      .strictObject({
        file: z
          .string()
          .max(200)
          .regex(/^(?!\.)[\w.-]+$/)
          .describe('WSDL 1.1 in the folder of the mapping'),
        port: z.string().min(1).max(200).optional().describe('name of the port; absent: the first of the SOAP version'),
      })
      .optional()
      .describe('gives the address, SOAPAction and messages of each `operation`'),
    session: Session.omit(NOT_SOAP).extend(SOAP_REQUEST).optional(),
    register: register.omit(NOT_SOAP).extend({ ...SOAP_REQUEST, lookup: registerLookup, steps }),
    packets: z
      .partialRecord(
        z.enum(LATER_KINDS),
        Packet.omit(NOT_SOAP).extend({ ...SOAP_REQUEST, lookup: packetLookup, steps }),
      )
      .default({})
      .describe('how each later packet of the collecting city is handed over'),
    materials: z
      .union([
        upload
          .omit({ ...NOT_SOAP, within: true, file: true, fileName: true })
          .extend(SOAP_REQUEST)
          .describe('each in a request of its own, in base64 where `body` reads $content'),
        z.literal('ignore'),
        z.literal('inline'),
      ])
      .optional()
      .describe(
        'uploads before the packet that names them; absent: a packet with materials is refused; inline: they stand in the packet itself, in base64 where its body reads `content` of each of materials[]',
      ),
    events: events.unwrap().omit(NOT_SOAP).extend(SOAP_REQUEST).optional(),
    cases: cases.unwrap().omit(NOT_SOAP).extend(SOAP_REQUEST).optional(),
    check: check.unwrap().omit(NOT_SOAP).extend(SOAP_REQUEST).optional(),
  })
  .meta({ title: 'tongban soap adapter', description: 'SOAP 1.1 and 1.2 to an outside approval system' })

export type SoapConfig = z.infer<typeof SoapConfig>
export type SoapConfigInput = z.input<typeof SoapConfig>
export type SoapSecurity = NonNullable<SoapConfig['security']>
export type SoapRequest = Pick<z.infer<typeof step>, keyof typeof SOAP_REQUEST | 'headers'>

/** JSON Schema (2020-12) of the configuration, as `config.schema.json` holds it. */
export const soapConfigSchema = (): unknown => z.toJSONSchema(SoapConfig, { io: 'input', target: 'draft-2020-12' })
