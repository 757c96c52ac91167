/**
 * Presets: how systems of one kind want to be addressed, by name. Each becomes parts of the configuration that anybody could write
 * (headers, a signature, a session, bodies, rules), so nothing that runs knows of them; what stands in the configuration counts over it.
 */
import type { Template } from '../sdk/index.ts'
import type { PresetConfig, RestConfig } from './config.ts'

/** How long a retry repeats what a gateway checks against its clock. */
const KEEP_SECONDS = 300
/** What a vendor of the kind `token-params` says of a number that it does not know. */
const UNKNOWN_CASE = '根据传入flowsn未查询到办件'

type Asked = { body?: Template | undefined }
type Answered = Asked & { response: { error?: string | undefined } }
type Of<Name extends PresetConfig['preset']> = Extract<PresetConfig, { preset: Name }>

/** The configuration with its preset written out. */
export function expandPreset(config: RestConfig): RestConfig {
  const { auth } = config
  if (auth.scheme !== 'preset') return config
  if (auth.preset === 'x-tif') return withTif(config, auth)
  if (auth.preset === 'gjgxjhpt') return withNational(config, auth)
  return withToken(config, auth)
}

/** Values of the signature, before those of the configuration, which may read them. */
function signed(config: RestConfig, values: Readonly<Record<string, string>>): Pick<RestConfig, 'sign'> {
  const { sign } = config
  return { sign: { keepSeconds: sign?.keepSeconds ?? KEEP_SECONDS, values: { ...values, ...sign?.values } } }
}

function withTif(config: RestConfig, { paasId, secret }: Of<'x-tif'>): RestConfig {
  const token = `$secret('${secret}')`
  return {
    ...config,
    auth: {
      scheme: 'headers',
      headers: {
        'x-tif-paasid': paasId,
        'x-tif-timestamp': { value: '$sign.tifTime' },
        'x-tif-nonce': { value: '$sign.tifNonce' },
        'x-tif-signature': { value: '$sign.tifSignature' },
      },
    },
    ...signed(config, {
      tifTime: '$string($seconds)',
      tifNonce: '$nonce',
      tifSignature: `$digest('sha256', $sign.tifTime & ${token} & $nonce & $sign.tifTime)`,
    }),
  }
}

function withNational(config: RestConfig, { rid, sid, secret, fetch }: Of<'gjgxjhpt'>): RestConfig {
  const own = `$secret('${secret}')`
  // The call for the secret has none yet: the appkey signs it.
  const key = fetch === undefined ? own : `($exists($session) ? $session : ${own})`
  const session =
    fetch === undefined
      ? {}
      : {
          session: {
            method: fetch.method,
            path: fetch.path,
            as: 'json' as const,
            ...(fetch.body === undefined ? {} : { body: fetch.body }),
            response: fetch.response,
            token: `$decryptAes((${fetch.secret}), ${own})`,
            until: fetch.endTime,
          },
        }
  return {
    ...config,
    auth: {
      scheme: 'headers',
      headers: {
        gjgxjhpt_rid: rid,
        gjgxjhpt_sid: sid,
        gjgxjhpt_rtime: { value: '$sign.gjgxRtime' },
        gjgxjhpt_sign: { value: '$sign.gjgxSign' },
      },
    },
    ...session,
    ...signed(config, {
      gjgxRtime: '$string($time)',
      gjgxSign: `$hexToBase64($hmac('sha256', ${key}, ${JSON.stringify(`${sid}${rid}`)} & $sign.gjgxRtime))`,
    }),
  }
}

function withToken(config: RestConfig, { secret, success }: Of<'token-params'>): RestConfig {
  const good = (code: string) => `$string(${code}) = ${JSON.stringify(success)}`
  const outcome = `$exists(status.code) ? (${good('status.code')} and ($not($exists(custom.code)) or ${good('custom.code')}) ? 'done' : 'refused') : $httpStatus < 300 ? 'unknown'`
  const error = `custom.text = '${UNKNOWN_CASE}' ? 'unknown-flowsn' : $exists(custom.code) ? custom.code : status.code`
  const wrap = (body: Template): Template => ({ token: { secret }, params: body })
  const asked = <T extends Asked>(request: T): T =>
    request.body === undefined ? request : { ...request, body: wrap(request.body) }
  const answered = <T extends Answered>(request: T): T => {
    const whole = asked(request)
    return { ...whole, response: { ...whole.response, error: whole.response.error ?? error } }
  }
  const packet = <T extends Answered & Pick<RestConfig['register'], 'steps'>>(one: T): T => ({
    ...answered(one),
    steps: one.steps.map(answered),
  })
  const { register, packets, materials, events, cases, check } = config
  return {
    ...config,
    auth: { scheme: 'none' },
    outcome: config.outcome ?? outcome,
    errors: { 'unknown-flowsn': '审批系统没有该办件 / it does not know the case', ...config.errors },
    register: { ...packet(register), ...(register.lookup === undefined ? {} : { lookup: answered(register.lookup) }) },
    packets: Object.fromEntries(
      Object.entries(packets).map(([kind, one]) => [
        kind,
        { ...packet(one), ...(one.lookup === undefined ? {} : { lookup: answered(one.lookup) }) },
      ]),
    ),
    ...(typeof materials === 'object' ? { materials: answered(materials) } : {}),
    ...(events === undefined ? {} : { events: { ...asked(events), error: events.error ?? error } }),
    ...(cases === undefined ? {} : { cases: { ...asked(cases), error: cases.error ?? error } }),
    ...(check === undefined ? {} : { check: asked(check) }),
  }
}
