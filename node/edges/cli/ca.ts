/** `tongban ca`: a federation CA, and the way from a request to a city certificate that it issued. */
import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  checkAuthority,
  createCa,
  createRequest,
  fromPkcs12,
  issue,
  pemIn,
  readCertificate,
  toPkcs12,
} from '../../../certs/index.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import { installIssued } from '../../city/partners/identity/renewal.ts'
import { openKeyStore } from '../../kernel/keys/keystore.ts'
import { lockFolder } from '../../kernel/store/lock.ts'
import type { CommandContext } from './context.ts'
import { fingerprintLines } from './fingerprint.ts'
import { printRenewed } from './renew.ts'

const FILES = { key: 'ca.p12', certificate: 'ca.pem' } as const

/** A new CA in `folder`: `ca.p12` under the passphrase, `ca.pem` to be given to the cities. */
export async function caCreate(context: CommandContext, flags: { name: string; folder: string }): Promise<void> {
  const keyPem = await context.newCertificateKey()
  const pem = createCa({ name: flags.name, keyPem, now: Date.now(), serial: randomBytes(16) })
  const passphrase = await context.passphrase()
  await mkdir(flags.folder, { recursive: true, mode: 0o700 })
  await writeFile(join(flags.folder, FILES.key), toPkcs12({ keyPem, chain: [pem], passphrase, name: flags.name }), {
    mode: 0o600,
    flag: 'wx',
  })
  await writeFile(join(flags.folder, FILES.certificate), pem, { flag: 'wx' })
  const checked = checkAuthority(pem, Date.now())
  if (!checked.ok) throw new ProblemError(checked.problem.code, checked.problem.detail)
  const { fingerprint } = checked.certificate
  const lines = await fingerprintLines(fingerprint)
  context.out.result({ certificate: join(flags.folder, FILES.certificate), fingerprint }, value =>
    [
      `CA created 已创建: ${value.certificate}`,
      ...lines,
      'Give the certificate to each city, and tell it the fingerprint by phone 将证书交给各城市，并以电话告知指纹.',
      'The passphrase opens it whenever it issues: keep it, and the folder off the network 签发时须用同一口令，请妥善保管，目录勿联网.',
    ].join('\n'),
  )
}

/** A request (CSR) for this city's key, or for a new one that waits until its certificate is installed. */
export async function caRequest(context: CommandContext, flags: { out: string; newKey?: boolean }): Promise<void> {
  const config = await context.config()
  const store = await openKeyStore(join(config.data, 'keys'), await context.passphrase())
  const replaces = flags.newKey === true && (await store.openPending()) !== null
  const keyPem = flags.newKey === true ? await context.newCertificateKey() : (await store.openCityKey()).keyPem
  if (flags.newKey === true) await store.savePending(keyPem)
  await writeFile(flags.out, createRequest(config.city, keyPem))
  context.out.result({ request: flags.out, newKey: flags.newKey === true }, value =>
    [
      `Request written 已生成申请: ${value.request}`,
      ...(value.newKey ? ['The new key waits for its certificate 新密钥待证书安装后启用: tongban ca install'] : []),
      ...(replaces ? ['The earlier request with a new key is void 先前的新密钥申请作废.'] : []),
    ].join('\n'),
  )
}

/** The block of a file that may say more around it, in any encoding. Problems: `request.invalid`, `certificate.malformed`. */
async function readPem(path: string, label: 'CERTIFICATE' | 'CERTIFICATE REQUEST'): Promise<string> {
  const text = await readFile(path, 'latin1').catch(() => {
    throw new ProblemError('request.invalid', `${path} is not there, or cannot be read by this user`)
  })
  return pemIn(text, label)
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
  const requestPem = await readPem(requestPath, 'CERTIFICATE REQUEST')
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

/** Puts an issued certificate into the key store of this city's stopped node; partners pair again, for its fingerprint is new. */
export async function caInstall(context: CommandContext, certificatePath: string, caPath: string): Promise<void> {
  const { data, city } = await context.config()
  const [pem, caPem] = await Promise.all([readPem(certificatePath, 'CERTIFICATE'), readPem(caPath, 'CERTIFICATE')])
  const passphrase = await context.passphrase()
  const unlock = lockFolder(data)
  try {
    const store = await openKeyStore(join(data, 'keys'), passphrase)
    await printRenewed(context, city.code, await installIssued(store, city.code, { pem, caPem, now: Date.now() }))
  } finally {
    unlock()
  }
}

/** Accepts an authority; without the fingerprint that its operator told, it is shown and nothing else is done. */
export async function caAccept(context: CommandContext, path: string, flags: { fingerprint?: string }): Promise<void> {
  const pem = await readPem(path, 'CERTIFICATE')
  const checked = checkAuthority(pem, Date.now())
  if (!checked.ok) throw new ProblemError(checked.problem.code, checked.problem.detail)
  const { fingerprint, name } = checked.certificate
  if (flags.fingerprint === undefined) {
    const lines = await fingerprintLines(fingerprint)
    context.out.result({ accepted: false, fingerprint, name }, () =>
      [
        `${name}`,
        ...lines,
        'Not accepted yet 尚未认可. Compare the fingerprint with its operator 请与其运营方核对指纹; the same 一致:',
        `  tongban ca accept ${path} --fingerprint ${fingerprint}`,
      ].join('\n'),
    )
    return
  }
  const client = await context.client()
  const told = flags.fingerprint.toLowerCase().replaceAll(/[^0-9a-f]/g, '')
  const authority = await client.acceptAuthority({ body: { pem, fingerprint: told } })
  context.out.result({ accepted: true, ...authority }, value => `Accepted 已认可: ${value.name} ${value.fingerprint}`)
}
