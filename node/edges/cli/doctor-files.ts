/** What the doctor sees in the folder of a node (数据目录体检), under the passphrase and with the store read whole: keys, certificate, store, clock. */

import { stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { readCertificate } from '../../../certs/index.ts'
import { LIMITS } from '../../../protocol/limits.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import { type Check, run } from '../../city/operation/check.ts'
import { checkValidity, countPurged } from '../../city/operation/folder-checks.ts'
import type { NodeConfig } from '../../kernel/config/config.ts'
import { readSecrets, type SecretReference } from '../../kernel/config/secrets.ts'
import { jsonOf, readTextFile } from '../../kernel/config/text-file.ts'
import { openKeyStore } from '../../kernel/keys/keystore.ts'
import { checkStore } from '../../kernel/store/check.ts'
import { judgeSchema } from '../../kernel/store/migrate.ts'
import { PAST } from '../../kernel/store/migrations/former.ts'
import { MIGRATIONS } from '../../kernel/store/migrations/index.ts'
import { openSqlite } from '../../kernel/store/sqlite.ts'
import type { CommandContext } from './context.ts'

export async function checkKeys(
  context: CommandContext,
  config: NodeConfig,
  checks: Check[],
  now: number,
): Promise<void> {
  const store = await run(
    checks,
    'keys 密钥',
    async () => openKeyStore(join(config.data, 'keys'), await context.passphrase()),
    () => 'the passphrase opens them; only this user can read them',
  )
  if (store === null) return
  // The node opens it only to sign with it: agreements, and new packet keys every two months.
  await run(
    checks,
    'city key 城市密钥',
    () => store.openCityKey(),
    () => 'it opens, and belongs to the certificate',
  )
  const certificate = await run(
    checks,
    'certificate 证书',
    async () => {
      const read = readCertificate(store.certificates()[0] ?? '')
      if (!read.ok) throw new ProblemError(read.problem.code, read.problem.detail)
      if (read.certificate.code !== config.city.code)
        throw new ProblemError('config.invalid', `city.code: the keys are those of ${read.certificate.code}`)
      return read.certificate
    },
    found => `fingerprint ${found.fingerprint}`,
  )
  if (certificate === null) return
  checkValidity(certificate.notAfter, now, checks)
}

/** Secrets of the configuration by where they are named. */
const secretsOf = ({ adapter, sms, mail, signIn }: NodeConfig): [string, SecretReference | undefined][] => [
  ...Object.entries('secrets' in adapter ? adapter.secrets : {}).map(under('adapter.secrets.')),
  ...Object.entries(sms?.secrets ?? {}).map(under('sms.secrets.')),
  ['mail.token', mail?.token],
  ['signIn.singleSignOn.clientSecret', signIn.singleSignOn?.clientSecret],
]
const under =
  (at: string) =>
  ([name, reference]: [string, SecretReference]): [string, SecretReference] => [`${at}${name}`, reference]

/** Files without which the node does not start: those of secrets, and the field mapping. Variables of its environment are not seen from here. */
export async function checkNamedFiles(config: NodeConfig, checks: Check[]): Promise<void> {
  const named = secretsOf(config).flatMap(([name, reference]) =>
    reference !== undefined && 'file' in reference ? [[name, reference] as const] : [],
  )
  if (named.length > 0)
    await run(
      checks,
      'secrets 秘密文件',
      () => readSecrets(Object.fromEntries(named), {}, config.folder, ''),
      () => `${named.length} can be read by this user alone`,
    )
  const { adapter } = config
  if (!('mapping' in adapter)) return
  const path = resolve(config.folder, adapter.mapping)
  const at = `adapter.mapping: ${path}`
  await run(
    checks,
    'mapping 字段映射',
    async () => jsonOf(await readTextFile(path, 'config.invalid', at), at, 'config.invalid'),
    () => `${path} can be read`,
  )
}

/** Whether the store is whole. */
export async function checkData(config: NodeConfig, checks: Check[], now: number): Promise<boolean> {
  const path = join(config.data, 'tongban.db')
  const packets = await run(
    checks,
    'store and clock 数据库与时钟',
    async () => {
      await stat(path).catch(() => {
        throw new ProblemError('config.invalid', `${path} is not there; run tongban init, or restore the backup`)
      })
      const db = openSqlite(path)
      try {
        await judgeSchema(db, MIGRATIONS, PAST)
        await checkStore(path)
        const [{ n, iat } = { n: 0, iat: null }] = await db.query<{ n: number; iat: number | null }>(
          'SELECT count(*) AS n, max(iat) AS iat FROM packets',
        )
        const [first] = await db.query<{ iat: number | null }>(
          "SELECT min(iat) AS iat FROM delegations WHERE city = ? AND type = 'delegation'",
          [config.city.code],
        )
        // What this node signs has to be later than what it signed before, and its keys count from their delegation on.
        const behind = Math.max(iat ?? 0, first?.iat ?? 0) - Math.floor(now / 1000)
        if (behind > LIMITS.clockSkewSeconds)
          throw new ProblemError('clock.own', `${behind} s behind what was signed before: nothing is signed`)
        return n
      } finally {
        await db.close()
      }
    },
    count => `whole, ${count} packets; the clock is not behind them`,
  )
  return packets !== null
}

/** How many cases were purged after an instant, ms. */
export async function purgedSince(config: NodeConfig, at: number): Promise<number> {
  const db = openSqlite(join(config.data, 'tongban.db'))
  try {
    return await countPurged(db, at)
  } finally {
    await db.close()
  }
}
