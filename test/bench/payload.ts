/** The payload that all ways of sending carry: the same claims and the same body of a `case.submit`. */
import { randomBytes } from 'node:crypto'
import type { CaseContent } from '../../protocol/case/kinds.ts'
import type { PacketClaims } from '../../protocol/packet/claims.ts'
import { commit } from '../../protocol/packet/envelope.ts'
import { encodeUtf8 } from '../../protocol/primitives.ts'
import { ANKANG, SHIYAN } from '../support/node-folder.ts'

export const threadId = (): string => randomBytes(16).toString('hex')

/** About 1.2 KB of body, as a real form is. */
export const submitContent = (itemCode: string, caseNo: string): CaseContent<'case.submit'> => ({
  caseNo,
  item: { code: itemCode, name: '出具贷款职工住房公积金缴存使用证明', version: 1 },
  mode: 2,
  applicant: {
    type: '1',
    name: '陈小满',
    idType: '111',
    idNumber: '11010519491231002X',
    phone: '13900000000',
    address: '陕西省安康市汉滨区某某路 1 号',
  },
  form: { reason: '在安康购房，需十堰公积金缴存证明', employer: '安康市某某有限公司', remarks: '备注'.repeat(100) },
  materials: [],
  receivedAt: '2026-11-23T09:00:00+08:00',
  window: '跨省通办窗口 3 号',
  clerk: { name: '周敏', no: 'AK-017' },
  consent: { text: 'gzs-2026-01', acceptedAt: '2026-11-23T09:01:00+08:00' },
})

/** Claims and body bytes of a fresh submit, for the ways that have no node. */
export async function freshPacket(serial: number): Promise<{ claims: PacketClaims; body: Uint8Array<ArrayBuffer> }> {
  const body = encodeUtf8(
    JSON.stringify({
      salt: randomBytes(16).toString('base64url'),
      ...submitContent('11420300MB0000000X4200000000029', `bench-${serial}`),
    }),
  )
  const claims: PacketClaims = {
    v: 1,
    iss: ANKANG.code,
    aud: SHIYAN.code,
    thread: threadId(),
    kind: 'case.submit',
    seq: 1,
    prev: null,
    seen: null,
    iat: Math.floor(Date.now() / 1000),
    agreement: 'a'.repeat(64),
    body: await commit(body),
    materials: [],
  }
  return { claims, body }
}
