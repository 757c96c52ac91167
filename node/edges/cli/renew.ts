/** `tongban identity renew`: a new city certificate of a node that is stopped, and what partners do then. */
import { join } from 'node:path'
import { type Renewed, renewSelfIssued } from '../../city/partners/identity/renewal.ts'
import { openKeyStore } from '../../kernel/keys/keystore.ts'
import { lockFolder } from '../../kernel/store/lock.ts'
import type { CommandContext } from './context.ts'
import { wordsLine } from './fingerprint.ts'

/** Issues the city its own certificate again. Problem: `config.invalid` while the node runs. */
export async function renewIdentity(
  context: CommandContext,
  flags: { newKey?: boolean; selfIssued?: boolean },
): Promise<void> {
  const { data, city } = await context.config()
  const passphrase = await context.passphrase()
  const unlock = lockFolder(data)
  try {
    const store = await openKeyStore(join(data, 'keys'), passphrase)
    const options = { newKey: flags.newKey === true, leaveCa: flags.selfIssued === true, now: Date.now() }
    await printRenewed(context, city.code, await renewSelfIssued(store, city, options))
  } finally {
    unlock()
  }
}

/** The new certificate, and the way back to each partner: each trusts the fingerprint that it confirmed. */
export async function printRenewed(context: CommandContext, code: string, renewed: Renewed): Promise<void> {
  const { fingerprint, notAfter, former, newKeys, selfIssued } = renewed
  const words = await wordsLine(fingerprint)
  const validTo = new Date(notAfter).toISOString().slice(0, 10)
  context.out.result({ fingerprint, validTo, former, newKeys, selfIssued }, () =>
    [
      `In place 已生效, valid to 有效至 ${validTo}; start the node 请启动节点`,
      `  fingerprint 指纹  ${fingerprint}`,
      `  in words 核对词   ${words}`,
      `  former 原指纹     ${former.fingerprint}`,
      '',
      'Each partner pairs again, what waits stays, open cases go on 各合作城市重新配对，待发数据保留，在办件继续办理:',
      `  1 the partner 对方: tongban partners suspend ${code}`,
      '  2 you 本市: tongban invite --for CODE',
      '  3 the partner 对方: tongban accept INVITE',
      `  4 the partner types the words that you read out (partners show) 由对方输入本市念出的核对词: tongban partners confirm ${code}`,
      'Paired by a directory 经名录配对: send its operator a new card (tongban federation card); then 1 and tongban partners join',
      ...(selfIssued
        ? []
        : ['Partners that accept the CA of this certificate 已认可签发机构的城市: no words to compare 无需核对词']),
      ...(newKeys
        ? [
            '',
            'Packet and peer key are new too 数据包密钥和节点密钥也已更换. When somebody may have the old ones 旧密钥可能泄露时, after the start 启动后:',
            `  tongban identity revoke ${former.packetKey}`,
            '  tongban services publish --again        the old key signed the list 原清单由旧密钥签名',
          ]
        : []),
    ].join('\n'),
  )
}
