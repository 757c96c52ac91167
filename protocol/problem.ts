/**
 * The one vocabulary of problems (问题码): what went wrong, who must act, and how.
 * The same code stands in receipts, HTTP answers (RFC 9457), logs and the console.
 */

/** Who must act: the caller (`you`), the partner city (`partner`) or the operator of this node (`operator`). */
export type Actor = 'you' | 'partner' | 'operator'

type Entry = { status: number; retryable: boolean; act: Actor; en: string; zh: string; cure: string }

/** code → HTTP status, whether the same call may succeed later, who must act, what happened, and the cure. */
export const PROBLEMS = {
  // --- signed content: envelope
  'envelope.malformed': { status: 400, retryable: false, act: 'partner', en: 'Not a compact JWS with the expected header and claims', zh: '不是规定格式的签名数据包', cure: 'Send one compact JWS as SPEC.md §2 says' },
  'envelope.oversize': { status: 413, retryable: false, act: 'partner', en: 'The signed packet is larger than the limit', zh: '数据包超过大小限制', cure: 'Put large content into materials' },
  'envelope.header': { status: 400, retryable: false, act: 'partner', en: 'A header parameter is missing, unknown or not allowed', zh: '签名头参数缺失、未知或不被允许', cure: 'Use exactly alg, typ and kid as SPEC.md §2.1 says' },
  'envelope.claims': { status: 400, retryable: false, act: 'partner', en: 'A claim is missing, unknown or malformed', zh: '数据包声明缺失、未知或格式错误', cure: 'Correct the claim that the detail names' },
  'envelope.signature': { status: 400, retryable: false, act: 'partner', en: 'The signature does not verify with the named key', zh: '签名验证失败', cure: 'Sign again with the delegated key' },
  'envelope.audience': { status: 400, retryable: false, act: 'partner', en: 'The packet is addressed to another city', zh: '数据包的接收方不是本市', cure: 'Send it to the city in aud' },
  'envelope.issuer': { status: 403, retryable: false, act: 'partner', en: 'The issuer is not the city that owns the signing key', zh: '签发城市与签名密钥所属城市不符', cure: 'Use the key delegated by the issuing city' },
  'envelope.clock': { status: 400, retryable: true, act: 'partner', en: 'The issue time lies too far in the future', zh: '签发时间超前过多', cure: 'Synchronise the clock of the issuing node' },
  'body.hash': { status: 400, retryable: false, act: 'partner', en: 'The body does not match its commitment', zh: '正文与摘要不符', cure: 'Send the exact bytes that were signed' },
  'body.oversize': { status: 413, retryable: false, act: 'partner', en: 'The body is larger than the limit', zh: '正文超过大小限制', cure: 'Put large content into materials' },
  'body.schema': { status: 400, retryable: false, act: 'partner', en: 'The body does not fit the schema of its kind', zh: '正文不符合该类数据包的格式', cure: 'Correct the field that the detail names' },
  // --- keys, delegations, certificates
  'key.unknown': { status: 403, retryable: true, act: 'partner', en: 'No trusted delegation names this key', zh: '没有受信任的授权书包含该密钥', cure: 'Send the delegation of the key first' },
  'key.expired': { status: 403, retryable: false, act: 'partner', en: 'The delegation was not valid at the time of signing', zh: '签名时密钥授权不在有效期内', cure: 'Rotate the packet key' },
  'key.revoked': { status: 403, retryable: false, act: 'partner', en: 'The delegation of this key was revoked', zh: '该密钥的授权已撤销', cure: 'Sign with the current key' },
  'delegation.malformed': { status: 400, retryable: false, act: 'partner', en: 'The delegation does not have the required form', zh: '密钥授权书格式错误', cure: 'Issue the delegation as SPEC.md §4 says' },
  'delegation.signature': { status: 400, retryable: false, act: 'partner', en: 'The delegation is not signed by the city certificate', zh: '密钥授权书签名无效', cure: 'Sign it with the key of the pinned city certificate' },
  'certificate.malformed': { status: 400, retryable: false, act: 'you', en: 'The certificate cannot be read', zh: '证书无法解析', cure: 'Give one X.509 certificate in PEM form' },
  'certificate.profile': { status: 400, retryable: false, act: 'you', en: 'The certificate does not follow the profile', zh: '证书不符合规定的配置', cure: 'Issue the certificate again with tongban ca or tongban init' },
  'certificate.chain': { status: 403, retryable: false, act: 'you', en: 'The certificate does not chain to an accepted authority', zh: '证书链不被信任', cure: 'Accept the authority, or pair by invite' },
  'certificate.expired': { status: 403, retryable: false, act: 'partner', en: 'The certificate is not valid at this time', zh: '证书不在有效期内', cure: 'Renew the city certificate' },
  'certificate.mismatch': { status: 403, retryable: false, act: 'partner', en: 'The certificate belongs to another city, or is not the pinned one', zh: '证书属于其他城市或与已确认的证书不符', cure: 'Compare the fingerprint with the partner and pair again if it changed' },
  'keystore.passphrase': { status: 500, retryable: false, act: 'operator', en: 'The passphrase does not open the key store', zh: '口令无法打开密钥库', cure: 'Give the right passphrase by TONGBAN_PASSPHRASE_FILE' },
  'keystore.malformed': { status: 500, retryable: false, act: 'operator', en: 'The key store cannot be read', zh: '密钥库无法读取', cure: 'Restore the key files from the backup' },
  // --- chains
  'chain.replay': { status: 409, retryable: false, act: 'partner', en: 'Another packet already stands at this place of the chain', zh: '该序号已有其他数据包', cure: 'Build on the packets that were receipted' },
  'chain.gap': { status: 409, retryable: false, act: 'partner', en: 'A packet before this one is missing', zh: '缺少前序数据包', cure: 'Send the missing packet first' },
  'chain.prev': { status: 409, retryable: false, act: 'partner', en: 'prev is not the hash of the packet before', zh: '前序摘要不符', cure: 'Build on the packets that were receipted' },
  'chain.seen': { status: 409, retryable: false, act: 'partner', en: 'seen names a packet that this thread does not hold', zh: '所见数据包不属于本线程', cure: 'Name the last packet of the other chain that was applied' },
  'chain.time': { status: 400, retryable: false, act: 'partner', en: 'The issue time is before that of the packet before', zh: '签发时间早于前一数据包', cure: 'Synchronise the clock of the issuing node' },
  'thread.unknown': { status: 404, retryable: false, act: 'you', en: 'There is no such thread', zh: '没有该业务线程', cure: 'Check the number' },
  'thread.party': { status: 403, retryable: false, act: 'partner', en: 'The city is no party of this thread', zh: '该城市不是本线程的一方', cure: 'Send it to the cities of the thread' },
  // --- cases
  'case.author': { status: 403, retryable: false, act: 'partner', en: 'This kind of packet belongs to the other city', zh: '该类数据包应由对方城市签发', cure: 'Leave the step to the city that owns it' },
  'case.transition': { status: 409, retryable: false, act: 'you', en: 'The step is not possible in the present state of the case', zh: '办件当前状态不允许该步骤', cure: 'Look at the state and the steps it allows' },
  'case.material': { status: 400, retryable: false, act: 'partner', en: 'The materials of the body and of the packet differ', zh: '正文所列材料与数据包不一致', cure: 'List each material once in both' },
  // --- agreements
  'agreement.none': { status: 403, retryable: false, act: 'you', en: 'No agreement with this city covers the packet', zh: '与该城市没有相应的合作协议', cure: 'Sign an agreement first' },
  'agreement.inactive': { status: 403, retryable: false, act: 'you', en: 'The agreement is not active: expired, not yet valid, or not signed by all', zh: '合作协议未生效或已失效', cure: 'Renew or sign the agreement' },
  'agreement.uncovered': { status: 403, retryable: false, act: 'you', en: 'The agreement does not cover this item, mode or direction', zh: '合作协议不包含该事项、模式或方向', cure: 'Amend the agreement' },
  'agreement.malformed': { status: 400, retryable: false, act: 'you', en: 'The agreement document does not hold', zh: '协议文本不符合要求', cure: 'Correct the field that the detail names' },
  'agreement.signature': { status: 400, retryable: false, act: 'partner', en: 'A signature of the agreement does not verify', zh: '协议签名无效', cure: 'Sign the same bytes with the city certificate key' },
  'agreement.transition': { status: 409, retryable: false, act: 'you', en: 'The step is not possible in the present state of the agreement', zh: '协议当前状态不允许该步骤', cure: 'Look at the state of the agreement' },
  // --- services
  'list.malformed': { status: 400, retryable: false, act: 'partner', en: 'The service list does not hold', zh: '事项清单格式错误', cure: 'Publish the list again' },
  'list.signature': { status: 400, retryable: false, act: 'partner', en: 'The signature of the service list does not verify', zh: '事项清单签名无效', cure: 'Publish the list again' },
  'list.rollback': { status: 409, retryable: false, act: 'partner', en: 'The list is older than the one already held', zh: '事项清单版本早于已有版本', cure: 'Publish a higher version' },
  'item.unknown': { status: 404, retryable: false, act: 'you', en: 'The service list has no such item', zh: '清单中没有该事项', cure: 'Choose an item of the published list' },
  // --- materials
  'material.hash': { status: 400, retryable: true, act: 'partner', en: 'The material does not match its hash', zh: '材料与摘要不符', cure: 'It is fetched again; the partner checks its store' },
  'material.oversize': { status: 413, retryable: false, act: 'you', en: 'The material is larger than the limit', zh: '材料超过大小限制', cure: 'Scan at a lower resolution, or split the file' },
  'material.missing': { status: 404, retryable: true, act: 'partner', en: 'The material is not here', zh: '材料不存在', cure: 'Upload it again' },
  'material.forbidden': { status: 403, retryable: false, act: 'you', en: 'The material belongs to no packet for this city', zh: '无权获取该材料', cure: 'Ask for materials of packets received' },
  // --- exchange
  'frame.malformed': { status: 400, retryable: false, act: 'partner', en: 'A frame does not have the required form', zh: '数据帧格式错误', cure: 'Check the software version of the partner' },
  'frame.oversize': { status: 413, retryable: false, act: 'partner', en: 'A frame is larger than the limit', zh: '数据帧超过大小限制', cure: 'Check the software version of the partner' },
  'frame.truncated': { status: 400, retryable: true, act: 'partner', en: 'The stream ended inside a frame', zh: '数据流中断', cure: 'It is sent again on the next connection' },
  'exchange.protocol': { status: 400, retryable: false, act: 'partner', en: 'The partner broke the order of the exchange', zh: '对方未按交换规程操作', cure: 'Check the software version of the partner' },
  'exchange.timeout': { status: 504, retryable: true, act: 'partner', en: 'The partner did not answer in time', zh: '对方未及时响应', cure: 'It is tried again; check the network' },
  'exchange.unreachable': { status: 503, retryable: true, act: 'partner', en: 'The partner cannot be reached', zh: '无法连接对方节点', cure: 'It is tried again; check addresses and firewall' },
  'exchange.recovering': { status: 503, retryable: true, act: 'you', en: 'This node fetches back packets that it lost; nothing is signed until then', zh: '节点正在找回丢失的数据包，暂停签发', cure: 'Wait until the partner was reached' },
  'receipt.malformed': { status: 400, retryable: false, act: 'partner', en: 'The receipt does not have the required form', zh: '回执格式错误', cure: 'Check the software version of the partner' },
  // --- partners and pairing
  'partner.unknown': { status: 403, retryable: false, act: 'you', en: 'There is no such partner city', zh: '没有该合作城市', cure: 'Pair with the city first' },
  'partner.inactive': { status: 403, retryable: true, act: 'you', en: 'The partner is not confirmed, or suspended', zh: '合作城市尚未确认或已暂停', cure: 'Compare the verification words and confirm, or resume the partner' },
  'invite.malformed': { status: 400, retryable: false, act: 'you', en: 'The invite cannot be read', zh: '邀请码无法识别', cure: 'Copy the whole text of the invite' },
  'invite.expired': { status: 410, retryable: false, act: 'partner', en: 'The invite has expired', zh: '邀请已过期', cure: 'Ask for a new invite' },
  'invite.used': { status: 409, retryable: false, act: 'partner', en: 'The invite was already used', zh: '邀请已被使用', cure: 'Ask for a new invite' },
  'invite.rejected': { status: 403, retryable: false, act: 'partner', en: 'The other side does not know this invite', zh: '对方不认可该邀请', cure: 'Ask for a new invite' },
  // --- adapters
  'adapter.unavailable': { status: 503, retryable: true, act: 'operator', en: 'The approval system does not answer', zh: '审批系统无响应', cure: 'It is tried again; check the approval system' },
  'adapter.refused': { status: 502, retryable: false, act: 'operator', en: 'The approval system refused the packet', zh: '审批系统拒绝接收', cure: 'Correct the mapping or the data, then retry' },
  'adapter.mapping': { status: 500, retryable: false, act: 'operator', en: 'The mapping of the adapter failed', zh: '适配器字段映射失败', cure: 'Correct the mapping, then retry' },
  // --- HTTP edge and operation
  'request.invalid': { status: 400, retryable: false, act: 'you', en: 'The request is not valid', zh: '请求无效', cure: 'Correct the field that the detail names' },
  'request.unauthenticated': { status: 401, retryable: false, act: 'you', en: 'A bearer token is needed', zh: '未登录', cure: 'Send Authorization: Bearer with a valid token' },
  'request.forbidden': { status: 403, retryable: false, act: 'you', en: 'The role does not allow this', zh: '权限不足', cure: 'Use an account with the needed role' },
  'request.not-found': { status: 404, retryable: false, act: 'you', en: 'There is nothing at this address', zh: '没有该资源', cure: 'Check the address' },
  'request.conflict': { status: 409, retryable: false, act: 'you', en: 'The request conflicts with the present state', zh: '请求与当前状态冲突', cure: 'Read the present state and decide again' },
  'request.idempotency': { status: 422, retryable: false, act: 'you', en: 'The idempotency key was used with another request', zh: '幂等键已用于其他请求', cure: 'Use a new key for a new request' },
  'request.oversize': { status: 413, retryable: false, act: 'you', en: 'The request is larger than the limit', zh: '请求过大', cure: 'Send less' },
  'request.rate': { status: 429, retryable: true, act: 'you', en: 'Too many requests', zh: '请求过于频繁', cure: 'Wait and try again' },
  'config.invalid': { status: 500, retryable: false, act: 'operator', en: 'The configuration is not valid', zh: '配置无效', cure: 'Correct the values that the detail names' },
  'store.newer': { status: 500, retryable: false, act: 'operator', en: 'The data was written by a newer version of the program', zh: '数据由更新版本的程序写入', cure: 'Start the newer version' },
  'evidence.invalid': { status: 400, retryable: false, act: 'you', en: 'The evidence bundle does not verify', zh: '证据包验证失败', cure: 'Look at the file that the detail names' },
  'internal': { status: 500, retryable: true, act: 'operator', en: 'An internal error', zh: '内部错误', cure: 'Look at the log with the trace id' },
} as const satisfies Record<string, Entry>

export type ProblemCode = keyof typeof PROBLEMS

/** A named problem; `detail` says which field or file, never personal data. */
export type Problem = { code: ProblemCode; detail?: string }

export const problem = (code: ProblemCode, detail?: string): Problem => (detail === undefined ? { code } : { code, detail })

/** `{ ok: false, problem }`, the refusing half of every verification result. */
export type Refused = { ok: false; problem: Problem }
export type Result<T> = ({ ok: true } & T) | Refused

export const refuse = (code: ProblemCode, detail?: string): Refused => ({ ok: false, problem: problem(code, detail) })

/** Carries a problem through code that throws; the edges turn it into RFC 9457 answers. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError'
  readonly problem: Problem
  constructor(code: ProblemCode, detail?: string, options?: ErrorOptions) {
    super(detail === undefined ? code : `${code}: ${detail}`, options)
    this.problem = problem(code, detail)
  }
}

export const isProblemCode = (value: string): value is ProblemCode => Object.hasOwn(PROBLEMS, value)
