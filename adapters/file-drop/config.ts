/** The configuration of the file-drop adapter, as one strict schema; `config.schema.json` is generated from it. */
import * as z from 'zod'
import {
  ANSWERED_KINDS,
  CHARSETS,
  DictionaryTable,
  Expression,
  jsonTemplate,
  RECEIVED_KINDS,
  SecretName,
} from '../sdk/index.ts'
import { isName } from './names.ts'

const JsonTemplate = jsonTemplate()
const FileName = z.string().refine(isName, 'one name, without slashes, not hidden')
const Folder = (name: string) => FileName.default(name).describe('below the root; it must be there')

const FORM = {
  format: z.enum(['json', 'xml', 'csv']),
  delimiter: z.enum([',', ';', '\t', '|']).default(',').describe('of CSV'),
}

const Sftp = z.strictObject({
  host: z
    .string()
    .max(253)
    .regex(/^[\w.:-]+$/),
  port: z.int().min(1).max(65_535).default(22),
  user: z.string().min(1).max(100),
  root: z
    .string()
    .max(500)
    .regex(/^\/(?:[^/]+\/?)*$/)
    .refine(path => !path.split('/').some(part => part === '.' || part === '..'), 'without . and ..')
    .default('/')
    .describe('folder on the server'),
  hostKeys: z
    .array(z.string().regex(/^SHA256:[A-Za-z\d+/]{43}$/))
    .min(1)
    .max(10)
    .describe(
      'fingerprints of its host key, as `ssh-keygen -lf` prints them; a server with another one is not spoken to',
    ),
  password: SecretName.optional().describe('name of the secret'),
  privateKey: SecretName.optional().describe('name of the secret, a key in the form of OpenSSH or PEM'),
  passphrase: SecretName.optional().describe('name of the secret, of the private key'),
})

export const FileDropConfig = z
  .strictObject({
    $schema: z.string().optional(),
    folder: z
      .string()
      .min(1)
      .max(1000)
      .optional()
      .describe(
        'root of the exchange on this machine, local or mounted, absolute or from the folder of tongban.json; or `sftp`',
      ),
    sftp: Sftp.optional().describe('root of the exchange on an SFTP server; or `folder`'),
    charset: z.enum(CHARSETS).default('utf-8').describe('what files of data are written in, both ways'),
    dictionaries: z.record(z.string().regex(/^[A-Za-z][\w-]{0,63}$/), DictionaryTable).default({}),
    errors: z
      .record(z.string().min(1).max(64), z.string().min(1).max(300))
      .default({})
      .describe("the approval system's error code → what it means and what to do, shown to people"),
    out: z
      .strictObject({
        folder: Folder('out'),
        ...FORM,
        people: z
          .boolean()
          .default(true)
          .describe(
            'people open the CSV in a spreadsheet: it has a byte order mark in UTF-8, and a text that would be a formula stands behind an apostrophe. false: exactly what the mapping makes',
          ),
        root: z
          .string()
          .regex(/^[\p{L}_][\p{L}\p{N}_.:-]{0,99}$/u)
          .default('case')
          .describe('name of the element of an XML file'),
        file: FileName.optional().describe('name of the file of data; absent: data.json, data.xml, data.csv'),
        marker: FileName.default('READY').describe('empty file that is written last into the folder of a packet'),
        materials: z.enum(['files', 'ignore']).default('files'),
        packets: z
          .partialRecord(
            z.enum(RECEIVED_KINDS),
            z.strictObject({
              data: JsonTemplate.describe(
                'read from the delivery: idempotencyKey, thread, caseNo, kind, from, to, localCaseNo, body, materials[] (with `file`), folder; $submit is the body of the submit',
              ),
              acknowledged: z
                .boolean()
                .default(true)
                .describe(
                  'false: the other side acknowledges no packet of this kind, and it counts as taken when it is there',
                ),
            }),
          )
          .describe('each kind of packet; case.submit is needed'),
        unmapped: z
          .enum(['refuse', 'ignore'])
          .default('refuse')
          .describe('a packet whose kind stands not in `packets`: parked for a person, or left out with a log line'),
      })
      .describe('what is handed over: a folder for each packet'),
    in: z
      .strictObject({
        folder: Folder('in'),
        done: Folder('done'),
        ...FORM,
        ending: z
          .string()
          .regex(/^\.[\w.-]{1,20}$/)
          .optional()
          .describe('ending of files of answers, small and capital letters alike; absent: that of the format'),
        ready: z
          .union([
            z
              .strictObject({ marker: z.string().regex(/^\.[\w.-]{1,20}$/) })
              .describe('a file of the same name with this after it says that the file is whole'),
            z
              .strictObject({ seconds: z.int().min(1).max(3600) })
              .describe('it is whole when size and time stayed the same so long'),
            z.literal('renamed').describe('the other side gives a file its name when it is whole'),
          ])
          .default({ seconds: 5 })
          .describe('when a file is read'),
        list: Expression.default('$').describe('the answers of a file'),
        each: z.strictObject({
          id: Expression.optional().describe(
            'an id that stays the same whenever the answer is given again, in whatever file; absent or nothing: told by the file, its content and the place in it',
          ),
          packet: Expression.optional().describe(
            'for an acknowledgement: the packet, by its idempotency key or by the name of its folder; nothing: it is no acknowledgement',
          ),
          taken: Expression.optional().describe(
            'of an acknowledgement: true when the packet was taken, false when it was refused',
          ),
          error: Expression.optional().describe(
            'of a refusal: its error code, a code and not a text: texts may name people',
          ),
          localCaseNo: Expression,
          at: Expression.optional().describe('when the officer acted, in a known form of time'),
          kind: Expression.optional().describe(
            'kind of packet, mostly $ours(dictionary, code); nothing: leave the answer out',
          ),
          body: z
            .partialRecord(z.enum(ANSWERED_KINDS), JsonTemplate)
            .default({})
            .describe('body of each kind of packet'),
        }),
        files: z
          .boolean()
          .default(false)
          .describe('`documents` and `attachments[].sha256` of a body hold paths of files below the folder of answers'),
      })
      .describe('what comes back: files of answers, of one case or of many'),
  })
  .meta({ title: 'tongban file-drop adapter', description: 'files to and from an outside approval system' })

export type FileDropConfig = z.infer<typeof FileDropConfig>
export type FileDropConfigInput = z.input<typeof FileDropConfig>

/** JSON Schema (2020-12) of the configuration, as `config.schema.json` holds it. */
export const fileDropConfigSchema = (): unknown =>
  z.toJSONSchema(FileDropConfig, { io: 'input', target: 'draft-2020-12', unrepresentable: 'any' })
