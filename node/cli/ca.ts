/** `tongban ca`: a federation CA, and the way from a request to a city certificate that it issued. */
import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  checkChain,
  createCa,
  createRequest,
  fromPkcs12,
  generateKey,
  issue,
  readCertificate,
  toPkcs12,
} from '../../certs/index.ts'
import { ProblemError } from '../../protocol/problem.ts'
import { openKeyStore } from '../identity/keystore.ts'
import type { CommandContext } from './context.ts'

const FILES = { key: 'ca.p12', certificate: 'ca.pem' } as const

/** A new CA in `folder`: `ca.p12` under the passphrase, `ca.pem` to be given to the cities. */
export async function caCreate(context: CommandContext, flags: { name: string; folder: string }): Promise<void> {
  const keyPem = await generateKey()
  const pem = createCa({ name: flags.name, keyPem, now: Date.now(), serial: randomBytes(16) })
  const passphrase = await context.passphrase()
  await mkdir(flags.folder, { recursive: true, mode: 0o700 })
  await writeFile(join(flags.folder, FILES.key), toPkcs12({ keyPem, chain: [pem], passphrase, name: flags.name }), {
    mode: 0o600,
    flag: 'wx',
  })
  await writeFile(join(flags.folder, FILES.certificate), pem, { flag: 'wx' })
  context.out.result(
    { certificate: join(flags.folder, FILES.certificate) },
    value => `CA created 已创建: ${value.certificate}`,
  )
}

/** A request (CSR) for this city's key. */
export async function caRequest(context: CommandContext, flags: { out: string }): Promise<void> {
  const config = await context.config()
  const store = await openKeyStore(join(config.data, 'keys'), await context.passphrase())
  const { keyPem } = await store.openCityKey()
  await writeFile(flags.out, createRequest(config.city, keyPem))
  context.out.result({ request: flags.out }, value => `Request written 已生成申请: ${value.request}`)
}

/** Issues a city certificate for a request. */
export async function caIssue(
  context: CommandContext,
  requestPath: string,
  flags: { folder: string; out: string },
): Promise<void> {
  const { keyPem, chain } = fromPkcs12(await readFile(join(flags.folder, FILES.key)), await context.passphrase())
  const [caPem] = chain
  if (caPem === undefined) throw new ProblemError('keystore.malformed', FILES.key)
  const requestPem = await readFile(requestPath, 'utf8')
  const pem = issue({ requestPem, caPem, caKeyPem: keyPem, now: Date.now(), serial: randomBytes(16) })
  await writeFile(flags.out, pem)
  const read = readCertificate(pem)
  if (!read.ok) throw new ProblemError(read.problem.code, read.problem.detail)
  const { code, name, fingerprint } = read.certificate
  context.out.result(
    { certificate: flags.out, code, name, fingerprint },
    value => `Issued to 已签发给 ${name} ${code}: ${value.certificate}\n  fingerprint 指纹 ${fingerprint}`,
  )
}

/** Puts an issued certificate into this city's key store; partners pair again, for its fingerprint is new. */
export async function caInstall(context: CommandContext, certificatePath: string, caPath: string): Promise<void> {
  const config = await context.config()
  const [pem, caPem] = await Promise.all([readFile(certificatePath, 'utf8'), readFile(caPath, 'utf8')])
  const checked = checkChain(pem, [caPem], Date.now())
  if (!checked.ok) throw new ProblemError(checked.problem.code, checked.problem.detail)
  if (checked.certificate.code !== config.city.code)
    throw new ProblemError('certificate.mismatch', `the certificate is of ${checked.certificate.code}`)
  const store = await openKeyStore(join(config.data, 'keys'), await context.passphrase())
  const { keyPem } = await store.openCityKey()
  await store.saveCity({ keyPem, chain: [pem, caPem] })
  context.out.result(
    { fingerprint: checked.certificate.fingerprint },
    value => `Installed 已安装; restart the node 请重启节点\n  fingerprint 指纹 ${value.fingerprint}`,
  )
}
