/**
 * The settings (配置项) of a node: schema, meaning and environment variable of each.
 * Over 450 lines: the one table of all settings, with the meaning of each in both languages.
 */
import * as z from 'zod'
import { isSandbox } from '../../../protocol/codes/sandbox.ts'
import { DivisionCode, Instant, text } from '../../../protocol/primitives.ts'
import { canBeDialled, isAddress, readRange } from './address.ts'
import { COLOUR, contrastWithWhite, READABLE } from './colour.ts'
import { says } from './meaning.ts'
import { SecretReference } from './secrets.ts'
import { Sms } from './sms.ts'

/** A setting that is a whole number within bounds. */
const whole = (preset: number, min: number, max: number, en: string, zh: string) =>
  z.int().min(min).max(max).default(preset).meta(says(en, zh))

const ADDRESS = 'must be a multiaddr such as /ip4/0.0.0.0/tcp/8421 or /dns4/tongban.example/tcp/8421'
const RANGE = 'must be an IP address or a range such as 10.20.0.0/16'
const address = z.string().max(300).refine(isAddress, { error: ADDRESS, abort: true })
const announced = address.refine(canBeDialled, {
  error: 'must be an address that partners can dial: no 0.0.0.0 or ::, no port 0',
})

/** A name stands in the store beside what the system answered. */
const SystemName = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9-]{0,39}$/)
  .optional()
  .meta(
    says(
      'name by which the approval system is known here wherever it is: letters, digits, hyphens; the kind by default. Another name is another system, whose answers are read from their beginning',
      '审批系统在本节点的固定名称（字母、数字、连字符），与地址无关，默认同 kind。改名即视为另一个系统，其答复从头读取',
    ),
  )

const secretsOf = (en: string, zh: string) => z.record(text(100), SecretReference).default({}).meta(says(en, zh))

const mappingOf = (kind: string) =>
  text(1000).meta(says(`file with the field mapping (adapters/${kind}/config.schema.json)`, '字段映射文件'))
const mappingSecrets = secretsOf(
  'where each secret that the mapping names is: { "env": "NAME" } or { "file": "PATH" }',
  '映射文件所用秘密的位置：环境变量名或文件路径',
)

/** An adapter whose system is called over HTTP as a file maps it. */
const mapped = (kind: 'rest' | 'soap') => ({
  mapping: mappingOf(kind),
  before: z
    .array(
      z.strictObject({
        mapping: text(1000).meta(says('file of that version', '该版本的文件')),
        until: Instant.meta(says('cases submitted before this instant finish under it', '此刻之前提交的办件按它办完')),
      }),
    )
    .max(20)
    .optional()
    .meta(
      says(
        'earlier versions of the mapping, the oldest first: a case finishes under the one with which it began',
        '此前各版映射，最早的在前；办件按其开始时的版本办完',
      ),
    ),
  baseUrl: z
    .url({ protocol: /^https?$/ })
    .optional()
    .meta(
      says('address of the approval system, in place of the one in the mapping', '审批系统地址，代替映射文件中的地址'),
    ),
  secrets: mappingSecrets,
})

export const Adapter = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('workbench'), name: SystemName }),
  z.strictObject({
    kind: z.literal('remote'),
    name: SystemName,
    account: text(100)
      .optional()
      .meta(
        says(
          'id of the account, of the role adapter, whose programs are this adapter; needed where several adapters are remote, else any account of that role will do',
          '该适配器程序所用账号（角色 adapter）的编号；有多个进程外适配器时必填，否则任一具有该角色的账号均可',
        ),
      ),
  }),
  z.strictObject({
    kind: z.literal('module'),
    name: SystemName,
    path: text(1000).meta(
      says(
        'file of an adapter of your own, in the folder of this file or under it; it runs with the rights of the node',
        '自行编写的适配器文件，须在本文件所在目录之内；它以节点的权限运行',
      ),
    ),
    options: z
      .record(text(100), z.unknown())
      .default({})
      .meta(says('what it is given as `config`, as it stands here', '原样交给它的配置（`config`）')),
    secrets: secretsOf(
      'where each secret that it is given is: { "env": "NAME" } or { "file": "PATH" }',
      '交给它的秘密的位置：环境变量名或文件路径',
    ),
  }),
  z.strictObject({ kind: z.literal('rest'), name: SystemName, ...mapped('rest') }),
  z.strictObject({ kind: z.literal('soap'), name: SystemName, ...mapped('soap') }),
  z.strictObject({
    kind: z.literal('file-drop'),
    name: SystemName,
    mapping: mappingOf('file-drop'),
    secrets: mappingSecrets,
  }),
  z.strictObject({
    kind: z.literal('front-table'),
    name: SystemName,
    mapping: mappingOf('front-table'),
    secrets: mappingSecrets,
  }),
  z.strictObject({ kind: z.literal('manual'), name: SystemName, mapping: mappingOf('manual') }),
])

/** A name of one of several approval systems. */
const AdapterName = z.string().regex(/^[A-Za-z][A-Za-z0-9-]{0,39}$/, {
  error: 'must be 1 to 40 letters, digits and hyphens, a letter first',
})

/** Routes that a configuration may have. */
export const ROUTES = 500

const RouteRule = z.strictObject({
  items: z.array(text(50)).min(1).optional(),
  departments: z.array(text(50)).min(1).optional(),
  modes: z.array(z.int().min(0).max(3)).min(1).optional(),
  from: z.array(DivisionCode).min(1).optional(),
  adapter: text(40),
})

/** The file `tongban.json`. Paths in it are relative to its folder. */
export const ConfigFile = z.strictObject({
  $schema: z.string().optional().meta(says('for editors: the JSON Schema of this file', '供编辑器使用的 JSON Schema')),
  city: z.strictObject({
    code: DivisionCode.meta(says('division code of this city (GB/T 2260), six digits', '本市行政区划代码，六位数字')),
    name: text(100).meta(says('name of this city, such as 十堰市', '本市名称')),
    authority: text(200).meta(says('approval authority, such as 十堰市行政审批局', '行政审批机构名称')),
  }),
  data: text(1000).default('./data').meta(says('folder of keys, database and materials', '密钥、数据库和材料的目录')),
  http: z
    .strictObject({
      host: text(300)
        .default('127.0.0.1')
        .meta(
          says(
            'where the HTTP API listens; put a TLS proxy in front of any other',
            'HTTP 接口监听地址；对外须经 TLS 代理',
          ),
        ),
      port: z
        .int()
        .min(0)
        .max(65_535)
        .default(8420)
        .meta(says('port of the HTTP API; 0: any', 'HTTP 接口端口；0 为任意')),
      trustedProxies: z
        .array(text(100).refine(range => readRange(range) !== null, { error: RANGE }))
        .max(32)
        .default([])
        .meta(
          says(
            'addresses or ranges (10.20.0.0/16) of proxies whose X-Forwarded-For is believed, for the API and the pages for applicants; those of this machine always are',
            '可信代理的地址或网段（如 10.20.0.0/16），采信其 X-Forwarded-For，用于接口和申请人页面；本机代理始终可信',
          ),
        ),
    })
    .prefault({}),
  applicants: z
    .strictObject({
      port: z
        .int()
        .min(0)
        .max(65_535)
        .optional()
        .meta(
          says(
            'port of the pages for applicants, apart from the API; absent: none',
            '申请人页面的端口，与接口分开；不设则不提供',
          ),
        ),
      host: text(300)
        .default('127.0.0.1')
        .meta(says('where they listen; put a TLS proxy in front', '申请人页面监听地址；对外须经 TLS 代理')),
      url: z
        .url({ protocol: /^https?$/ })
        .max(300)
        .optional()
        .meta(says('their address from outside, for the QR code of receipts', '申请人页面的对外网址，用于回执二维码')),
    })
    .prefault({}),
  p2p: z
    .strictObject({
      listen: z
        .array(address)
        .max(16)
        .default(['/ip4/0.0.0.0/tcp/8421'])
        .meta(says('multiaddrs where partners connect; none: this node only dials', '合作城市连接本节点的监听地址')),
      announce: z
        .array(announced)
        .max(16)
        .default([])
        .meta(says('multiaddrs told to partners in place of those listened at', '告知合作城市的地址，代替监听地址')),
      dialRange: z
        .enum(['public', 'private', 'loopback'])
        .optional()
        .meta(
          says(
            'how far inside the addresses that partners tell may lead: public ones alone, private networks too, this machine too; absent: private, and loopback when this node listens at nothing else',
            '合作城市告知的地址可连到何处：仅公网，含内网，含本机；不设为内网，仅监听本机的节点含本机',
          ),
        ),
      relays: z
        .array(DivisionCode)
        .max(4)
        .default([])
        .meta(
          says(
            'partners at whose relay this node is reached, when nobody can connect to it from outside',
            '外部无法连入本节点时，经由哪些合作城市的中继到达',
          ),
        ),
      offerRelay: z
        .number()
        .int()
        .min(0)
        .max(200)
        .default(0)
        .meta(
          says(
            'how many partners that cannot be connected to may be reached over this node; 0: no relay',
            '为多少个外部无法连入的合作城市提供中继；0 表示不提供',
          ),
        ),
    })
    .prefault({}),
  adapters: z
    .record(AdapterName, Adapter)
    .default({})
    .meta(
      says(
        'further approval systems, each by its name, with the settings of `adapter`; a case goes to one of them by `routes`',
        '其他审批系统：名称及其设置（同 `adapter`）；办件按 `routes` 分派',
      ),
    ),
  routes: z
    .array(RouteRule)
    .max(ROUTES)
    .default([])
    .meta(
      says(
        'which cases go to which approval system: the first that fits counts; what none fits goes to `adapter` if that is given, else it waits for a route',
        '办件去向：首条符合者生效；都不符合的交给 `adapter`（已设置时），否则等待增加路由',
      ),
    ),
  adapter: Adapter.prefault({ kind: 'workbench' }).meta(
    says(
      'the approval system: workbench (inside the node), rest (JSON or XML over HTTP), soap, file-drop (files in folders or over SFTP), front-table (tables of an exchange database), manual (typed in by people), module (an adapter of your own) or remote (one in a process of its own)',
      '审批系统：内置工作台、REST 接口、SOAP、文件交换（目录或 SFTP）、前置库、手工录入、自行编写的适配器模块或进程外适配器（remote）',
    ),
  ),
  signIn: z
    .strictObject({
      minLength: whole(8, 8, 64, 'least characters of a password', '口令最少字符数'),
      classes: whole(
        3,
        1,
        4,
        'of how many of four classes its characters must be: small letters, capitals, digits, others',
        '口令至少包含几类字符：小写字母、大写字母、数字、其他（共四类）',
      ),
      history: whole(5, 0, 24, 'last passwords that cannot be chosen again', '不得重复使用最近几次的口令'),
      maxAgeDays: whole(90, 0, 3650, 'days after which a password must be changed; 0: never', '口令有效天数，0 为不限'),
      failures: whole(5, 1, 100, 'failed sign-ins after which an account is locked', '账号连续登录失败几次后锁定'),
      addressFailures: whole(
        20,
        1,
        10_000,
        'failed sign-ins after which an address is locked; a hall of windows may share one',
        '同一地址登录失败几次后锁定（大厅各窗口可能共用一个地址）',
      ),
      lockMinutes: whole(30, 1, 1440, 'minutes that both stay locked', '锁定时长（分钟）'),
      idleMinutes: whole(
        30,
        1,
        1440,
        'minutes without a request after which a session ends',
        '会话空闲多久后结束（分钟）',
      ),
      absoluteHours: whole(12, 1, 168, 'hours after which a session ends, whatever is done', '会话最长时长（小时）'),
      sessions: whole(
        1,
        1,
        20,
        'sessions of one account at once; one more ends the oldest',
        '每个账号同时在线的会话数，超出则结束最早的',
      ),
      tokenDays: whole(365, 1, 3650, 'days after which an API token ends, at most', 'API 令牌最长有效天数'),
      secondFactor: z
        .enum(['optional', 'required'])
        .default('optional')
        .meta(
          says(
            'whether who signs in with a password must have a second factor (TOTP); 等保 level 3 asks for it',
            '口令登录是否必须绑定动态验证码（TOTP）；等保三级应设为 required',
          ),
        ),
      singleSignOn: z
        .strictObject({
          issuer: z
            .url({ protocol: /^https?$/ })
            .max(300)
            .meta(
              says(
                "address of the city's single sign-on (OpenID Connect issuer)",
                '本市统一身份认证（OpenID Connect）的签发者地址',
              ),
            ),
          clientId: text(200).meta(says('name of this node there', '本节点在其上登记的客户端编号')),
          clientSecret: SecretReference.meta(
            says(
              'secret of this node there: `{ "file": … }` or `{ "env": … }`',
              '客户端密钥：`{ "file": … }` 或 `{ "env": … }`',
            ),
          ),
          url: z
            .url({ protocol: /^https?$/ })
            .max(300)
            .meta(
              says(
                'address of this node as browsers see it; answers come to /sign-in/answer under it',
                '浏览器访问本节点的地址，认证结果回到其下的 /sign-in/answer',
              ),
            ),
          claim: text(100)
            .default('sub')
            .meta(says('claim that holds the account name of the person here', '声明中与本节点账号名对应的字段')),
          scope: text(200).default('openid').meta(says('what is asked for', '请求的范围')),
        })
        .optional(),
    })
    .prefault({}),
  agreements: z
    .strictObject({
      fourEyes: z
        .boolean()
        .default(false)
        .meta(
          says(
            'what the city certificate signs, suspending and terminating are prepared by one administrator and signed by another',
            '城市证书签署的事项以及暂停、终止须由一名管理员拟办、另一名管理员签署',
          ),
        ),
    })
    .prefault({}),
  rights: z
    .strictObject({
      separateDecision: z
        .boolean()
        .default(true)
        .meta(says('who accepted a case does not decide it', '受审分离：受理办件的人员不得对该办件作出决定')),
      separateAdministrators: z
        .boolean()
        .default(true)
        .meta(
          says(
            'one person is given at most one of the roles system, security and audit administrator',
            '系统、安全、审计管理员三员分立，一人至多授予其中之一',
          ),
        ),
    })
    .prefault({}),
  sandbox: z
    .strictObject({
      partners: z
        .array(DivisionCode.refine(isSandbox, { error: 'must be a code of a sandbox city: 99 and four digits' }))
        .max(16)
        .default([])
        .meta(
          says(
            'sandbox cities (codes 990000 to 999999) that this node may pair and exchange with, on a node for trials alone; none on a node at work',
            '可与本节点结对往来的沙箱城市代码（990000–999999），只用于试验节点；正式节点不设',
          ),
        ),
    })
    .prefault({}),
  backups: z
    .strictObject({
      folder: text(1000)
        .optional()
        .meta(
          says(
            'folder in which backups asked for over the API are made, each in a folder of its own; absent: they are made by the command alone',
            '通过接口所做备份的存放目录，每次一个子目录；不设则只能用命令备份',
          ),
        ),
    })
    .prefault({}),
  webhooks: z
    .strictObject({
      allowPrivate: z
        .boolean()
        .default(false)
        .meta(
          says(
            'whether webhooks may go to private addresses and by plain HTTP, as inside a government network',
            '事件推送是否允许发往内网地址和使用 HTTP，如政务外网',
          ),
        ),
    })
    .prefault({}),
  mail: z
    .strictObject({
      carrier: text(50).default('EMS').meta(says('name of the carrier on waybills', '运单上的寄递企业名称')),
      url: z
        .url({ protocol: /^https?$/ })
        .max(300)
        .optional()
        .meta(
          says(
            "address of the carrier's gateway (docs/integrator.md §6); absent: waybills are typed in",
            '寄递网关地址；不设则手工录入运单号',
          ),
        ),
      token: SecretReference.optional().meta(
        says(
          'secret that the gateway asks for: `{ "file": … }` or `{ "env": … }`',
          '寄递网关令牌：`{ "file": … }` 或 `{ "env": … }`',
        ),
      ),
      sender: z
        .strictObject({
          name: text(100).meta(says('sender of parcels, such as the window', '寄件人，如跨省通办窗口')),
          phone: text(30).meta(says("the sender's phone", '寄件人电话')),
          address: text(300).meta(says("the sender's address", '寄件人地址')),
          postcode: text(10).optional().meta(says("the sender's postcode", '寄件人邮编')),
        })
        .optional(),
      pollMinutes: z
        .number()
        .min(0.01)
        .max(1440)
        .default(30)
        .meta(says('minutes between two looks where a parcel is', '查询运单状态的间隔（分钟）')),
    })
    .prefault({}),
  sms: Sms.optional(),
  quotas: z
    .strictObject({
      materialsGB: z
        .number()
        .min(1)
        .max(1_000_000)
        .default(1000)
        .meta(
          says(
            'GB of materials that one partner may have here; beyond it they wait',
            '每个合作城市的材料最多占用的空间（GB），超出的暂缓获取',
          ),
        ),
      packetsGB: z
        .number()
        .min(0.001)
        .max(1_000_000)
        .default(20)
        .meta(
          says(
            'GB of packets and their bodies that one partner may have here; beyond it they wait at the partner',
            '每个合作城市的数据包及正文最多占用的空间（GB），超出的由对方保留等待',
          ),
        ),
      freeMB: z
        .number()
        .min(0)
        .max(1_000_000)
        .default(512)
        .meta(
          says(
            'MB that stay free where the data lies; under it nothing new is taken from partners',
            '数据目录所在磁盘的保留空间（MB），低于此值时不再接收对方的新内容',
          ),
        ),
    })
    .prefault({}),
  console: z
    .strictObject({
      colour: z
        .string()
        .regex(COLOUR, { error: 'must be a colour as #1a56c4', abort: true })
        .refine(colour => contrastWithWhite(colour) >= READABLE, {
          error: ({ input }) =>
            `white text is not readable on it: contrast ${contrastWithWhite(String(input)).toFixed(2)}, at least ${READABLE} (WCAG AA); take a darker one`,
        })
        .default('#1a56c4')
        .meta(
          says(
            'colour of this city in the console, as #rrggbb: of the head of each page and of the page for signing in; white text must be readable on it',
            '工作台网页中本市的颜色（#rrggbb），用于页头和登录页；其上的白字须清晰可读',
          ),
        ),
    })
    .prefault({}),
  log: z
    .strictObject({
      level: z.enum(['debug', 'info', 'warning', 'error']).default('info').meta(says('least level told', '日志级别')),
      format: z.enum(['json', 'text']).default('json').meta(says('lines for machines or for people', '日志格式')),
    })
    .prefault({}),
  pollSeconds: z
    .number()
    .min(0.1)
    .max(3600)
    .default(2)
    .meta(says('seconds between two questions to the approval system', '查询审批系统的间隔（秒）')),
})
export type ConfigFile = z.infer<typeof ConfigFile>

type Read = (value: string) => unknown
const asText: Read = value => value
/** What is no number stays text, for the check to refuse. */
const asNumber: Read = value => (/^\d+(\.\d+)?$/.test(value) ? Number(value) : value)
const asList: Read = value => value.split(',').map(entry => entry.trim())

/** Environment variables that stand over the file, the setting of each, and how its text is read. */
export const ENVIRONMENT = {
  TONGBAN_DATA: ['data', asText],
  TONGBAN_HTTP_HOST: ['http.host', asText],
  TONGBAN_HTTP_PORT: ['http.port', asNumber],
  TONGBAN_HTTP_TRUSTED_PROXIES: ['http.trustedProxies', asList],
  TONGBAN_APPLICANTS_HOST: ['applicants.host', asText],
  TONGBAN_APPLICANTS_PORT: ['applicants.port', asNumber],
  TONGBAN_APPLICANTS_URL: ['applicants.url', asText],
  TONGBAN_P2P_LISTEN: ['p2p.listen', asList],
  TONGBAN_P2P_ANNOUNCE: ['p2p.announce', asList],
  TONGBAN_LOG_LEVEL: ['log.level', asText],
  TONGBAN_LOG_FORMAT: ['log.format', asText],
  TONGBAN_POLL_SECONDS: ['pollSeconds', asNumber],
} as const satisfies Record<string, readonly [string, Read]>
