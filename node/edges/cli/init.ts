/** `tongban init`: a node's folder from nothing: config, keys, certificate, store, first accounts. */
import { randomBytes, randomUUID } from 'node:crypto'
import { access, mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readCertificate, selfIssue } from '../../../certs/index.ts'
import { divisionOf } from '../../../protocol/codes/divisions.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import type { FormerRole } from '../../../protocol/rights/roles.ts'
import { createPeople } from '../../city/people/people.ts'
import { readAddress } from '../../kernel/config/address.ts'
import { type NodeConfig, overlay, parseConfig } from '../../kernel/config/config.ts'
import { createKeyStore, newDataKey, newKey } from '../../kernel/keys/keystore.ts'
import { createAudit } from '../../kernel/records/audit.ts'
import { migrate } from '../../kernel/store/migrate.ts'
import { PAST } from '../../kernel/store/migrations/former.ts'
import { MIGRATIONS } from '../../kernel/store/migrations/index.ts'
import { openSqlite } from '../../kernel/store/sqlite.ts'
import type { CommandContext } from './context.ts'
import { listens } from './listening.ts'

/** The command itself, as it may be linked on the PATH. */
const PROGRAM = fileURLToPath(new URL('../../tongban.js', import.meta.url))

export type InitFlags = {
  code?: string
  unlisted?: boolean
  name?: string
  authority?: string
  folder: string
  httpPort?: string
  p2pListen?: string
  p2pAnnounce?: string
  withClerk?: boolean
}

export async function init(context: CommandContext, flags: InitFlags): Promise<void> {
  const folder = resolve(flags.folder)
  const path = join(folder, 'tongban.json')
  if (await exists(path)) throw new ProblemError('request.conflict', `${path} is there already`)
  const city = await askCity(flags)
  const file = {
    city,
    data: './data',
    http: { host: '127.0.0.1', port: Number(flags.httpPort ?? 8420) },
    p2p: {
      listen: [flags.p2pListen ?? '/ip4/0.0.0.0/tcp/8421'],
      announce: flags.p2pAnnounce === undefined ? [] : [flags.p2pAnnounce],
    },
    adapter: { kind: 'workbench' },
  }
  const config = parseConfig(overlay(file, {}), folder)
  const passphrase = await context.newPassphrase('TONGBAN_PASSPHRASE')
  await mkdir(config.data, { recursive: true, mode: 0o700 })
  const now = Date.now()
  const keyPem = await context.newCertificateKey()
  const certificate = selfIssue(city, { keyPem, now, serial: randomBytes(16) })
  await createKeyStore(join(config.data, 'keys'), passphrase, {
    keys: {
      v: 1,
      packetKeys: [{ ...(await newKey()), state: 'current' }],
      peerKey: await newKey(),
      dataKey: newDataKey(),
    },
    city: { keyPem, chain: [certificate] },
  })
  const tokens = await firstPeople(
    config.data,
    flags.withClerk === true ? ['administrator', 'clerk'] : ['administrator'],
  )
  // Last: while it is missing, init can be run again after a failure is cured.
  await writeFile(path, `${JSON.stringify(file, null, 2)}\n`, { mode: 0o600, flag: 'wx' })
  const read = readCertificate(certificate)
  const fingerprint = read.ok ? read.certificate.fingerprint : ''
  const taken = await takenPorts(config)
  context.out.result({ config: path, fingerprint, tokens, taken }, () =>
    [
      `${city.name} ${city.code} is ready 已就绪: ${path}`,
      `  certificate fingerprint 证书指纹  ${fingerprint}`,
      ...Object.entries(tokens).map(([role, token]) => `  ${role} token in 令牌文件  ${token}`),
      ...taken.map(
        ({ setting, at }) =>
          `! ${at} is taken already, perhaps by another node: change ${setting} before the start 端口已被占用，启动前请修改 ${setting}`,
      ),
      '',
      `Next 下一步, with 其中 tongban = node ${PROGRAM}:`,
      `  tongban start --config ${path}`,
      '  tongban services template               a table for what you handle 填写事项清单; then 然后 services import, services publish',
      '  tongban invite --for CITY               invite a partner city 邀请合作城市',
      'Keep the passphrase and a copy of the data folder apart from this machine. 请另行保管口令和数据目录的备份。',
    ].join('\n'),
  )
}

type TakenPort = { setting: string; at: string }

/** Where this node is to listen and something does already: with each other's ports two nodes of one machine would not start. */
async function takenPorts({ http, p2p }: NodeConfig): Promise<TakenPort[]> {
  const wanted = [
    { setting: 'http.port', at: `${http.host}:${http.port}`, host: http.host, port: http.port },
    ...p2p.listen.flatMap(address => {
      const found = readAddress(address)
      return found === null ? [] : [{ setting: 'p2p.listen', at: address, host: found.host, port: found.port }]
    }),
  ]
  const checked = await Promise.all(
    wanted.map(async ({ setting, at, host, port }) =>
      port !== 0 && (await listens(host, port)) ? [{ setting, at }] : [],
    ),
  )
  return checked.flat()
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )

/** Why a code is hardly that of the city; `called`: how it is named here. */
function doubtful(code: string, called: string | undefined): string | undefined {
  const division = divisionOf(code)
  if (division === null) return `${code} is no division of GB/T 2260`
  const { name, below } = division
  if (called === undefined || below || name === null || called.slice(0, 2) === name.slice(0, 2)) return undefined
  return `${code} is ${name} by GB/T 2260, not ${called}`
}

async function askCity(flags: InitFlags): Promise<{ code: string; name: string; authority: string }> {
  const { code, name, authority } = flags
  const doubt = (given: string, called: string | undefined) =>
    flags.unlisted === true ? undefined : doubtful(given, called)
  if (code !== undefined && name !== undefined && authority !== undefined) {
    const told = /^[1-9]\d{5}$/.test(code) ? doubt(code, name) : undefined
    if (told !== undefined) throw new ProblemError('config.invalid', `city.code: ${told}; if it is right: --unlisted`)
    return { code, name, authority }
  }
  if (!process.stdin.isTTY) throw new ProblemError('config.invalid', 'give --code, --name and --authority')
  const { group, intro, text } = await import('@clack/prompts')
  intro('tongban 通办')
  const filled = (value: string | undefined) => (value === undefined || value.trim() === '' ? 'needed 必填' : undefined)
  return group(
    {
      code: () =>
        text({
          message: 'Division code 行政区划代码 (GB/T 2260)',
          initialValue: code ?? '',
          validate: value => (/^[1-9]\d{5}$/.test(value ?? '') ? doubt(value ?? '', undefined) : 'six digits 六位数字'),
        }),
      name: () =>
        text({
          message: 'Name of the city 城市名称',
          placeholder: '十堰市',
          initialValue: name ?? '',
          validate: filled,
        }),
      authority: () =>
        text({
          message: 'Approval authority 审批机构',
          placeholder: '十堰市行政审批局',
          initialValue: authority ?? '',
          validate: filled,
        }),
    },
    {
      onCancel: () => {
        throw new ProblemError('request.conflict', 'cancelled')
      },
    },
  )
}

/** One account a role; each token in a file of its own that only this user reads. */
async function firstPeople(data: string, roles: readonly FormerRole[]): Promise<Record<string, string>> {
  const db = openSqlite(join(data, 'tongban.db'))
  try {
    await migrate(db, MIGRATIONS, Date.now, PAST)
    const audit = createAudit({ database: db, now: Date.now })
    const people = createPeople({ database: db, audit, now: Date.now, ids: randomUUID, random: randomBytes })
    const files: Record<string, string> = {}
    for (const role of roles) {
      const { token } = await people.create('cli', { name: role, roles: [role], expiresAt: null })
      const file = join(data, `${role}.token`)
      await writeFile(file, `${token}\n`, { mode: 0o600 })
      files[role] = file
    }
    return files
  } finally {
    await db.close()
  }
}
