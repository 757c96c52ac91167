/**
 * A new city certificate (城市证书续期) for a node that is stopped: over the same key before the old one ends, over a new one
 * when the old key may be in other hands. At its next start the node delegates under it and tells the audit log.
 */
import { createPublicKey, randomBytes } from 'node:crypto'
import { ownProblem, ProblemError } from '../../../../protocol/problem.ts'
import { currentKey, type KeyStore, newKey, succeededBy } from '../../../kernel/keys/keystore.ts'

type City = { code: string; name: string; authority: string }
export type Renewed = {
  fingerprint: string
  /** ms */
  notAfter: number
  former: { fingerprint: string; packetKey: string }
  /** new keys of the city, of packets and of the libp2p peer */
  newKeys: boolean
  selfIssued: boolean
}

async function presentOf(store: KeyStore) {
  const { readCertificate } = await import('../../../../certs/index.ts')
  const read = readCertificate(store.certificates()[0] ?? '')
  if (!read.ok) throw new ProblemError(read.problem.code, read.problem.detail)
  return read.certificate
}

/**
 * Puts a certificate in place. With another city key come another packet key and another peer key, for whoever has the one
 * may have the others; the data key stays, since what is stored is sealed with it.
 */
async function install(
  store: KeyStore,
  city: { keyPem: string; chain: string[] },
  formerKey: string,
): Promise<Renewed> {
  const { readCertificate } = await import('../../../../certs/index.ts')
  const read = readCertificate(city.chain[0] ?? '')
  if (!read.ok) throw new ProblemError(read.problem.code, read.problem.detail)
  const { fingerprint: formerPrint } = await presentOf(store)
  const { kid: packetKey } = currentKey(store.keys())
  const newKeys = !createPublicKey(city.keyPem).equals(createPublicKey(formerKey))
  await store.saveCity(
    city,
    newKeys ? { ...succeededBy(store.keys(), await newKey()), peerKey: await newKey() } : undefined,
  )
  const { fingerprint, notAfter, selfIssued } = read.certificate
  return { fingerprint, notAfter, former: { fingerprint: formerPrint, packetKey }, newKeys, selfIssued }
}

/**
 * Issues the city its own certificate again. Problem: `request.conflict` when the present one is of a federation CA and
 * `leaveCa` does not say that the city leaves it.
 */
export async function renewSelfIssued(
  store: KeyStore,
  city: City,
  { newKey: fresh, leaveCa, now }: { newKey: boolean; leaveCa: boolean; now: number },
): Promise<Renewed> {
  const { generateKey, selfIssue } = await import('../../../../certs/index.ts')
  if (!(await presentOf(store)).selfIssued && !leaveCa)
    throw new ProblemError(
      'request.conflict',
      'a federation CA issued the certificate: renew it by tongban ca request, or leave the CA with --self-issued',
    )
  const former = (await store.openCityKey()).keyPem
  const keyPem = fresh ? await generateKey() : former
  return install(store, { keyPem, chain: [selfIssue(city, { keyPem, now, serial: randomBytes(16) })] }, former)
}

/**
 * Installs a certificate that a CA issued, over the present key or the one that waits for it. Problems: `certificate.*`;
 * `certificate.mismatch` when it is of another city or over neither key.
 */
export async function installIssued(
  store: KeyStore,
  code: string,
  { pem, caPem, now }: { pem: string; caPem: string; now: number },
): Promise<Renewed> {
  const { checkChain } = await import('../../../../certs/index.ts')
  const checked = checkChain(pem, [caPem], now)
  if (!checked.ok) throw ownProblem(checked.problem)
  const { certificate } = checked
  if (certificate.code !== code)
    throw ownProblem({ code: 'certificate.mismatch', detail: `the certificate is of ${certificate.code}` })
  const { keyPem: former } = await store.openCityKey()
  const pending = await store.openPending()
  const wanted = createPublicKey({ key: { ...certificate.publicKeyJwk }, format: 'jwk' })
  const keyPem = [pending, former].find(key => key !== null && createPublicKey(key).equals(wanted))
  if (keyPem === undefined || keyPem === null)
    throw ownProblem({
      code: 'certificate.mismatch',
      detail: 'the certificate is over another key: make a new request for it',
    })
  const renewed = await install(store, { keyPem, chain: [pem, caPem] }, former)
  if (keyPem === pending) await store.dropPending()
  return renewed
}
