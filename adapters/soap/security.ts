/** WS-Security UsernameToken (OASIS Username Token Profile 1.1.1, §3) as a template and the values of a signature. */
import type { SoapSecurity } from './config.ts'

const OASIS = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-'
const PROFILE = `${OASIS}username-token-profile-1.0`

/**
 * Of a digest, `values` are made for each request: Base64(SHA-1(nonce + created + password)), where the bytes of the nonce are the
 * letters that `$nonce` is.
 */
export function usernameToken({ username, secret, type }: SoapSecurity): {
  header: string
  values: Readonly<Record<string, string>>
} {
  const password = (kind: string, value: string) =>
    `<wsse:Password Type="${PROFILE}#Password${kind}">{{ ${value} }}</wsse:Password>`
  const digest =
    `${password('Digest', '$sign.wssePassword')}` +
    `<wsse:Nonce EncodingType="${OASIS}soap-message-security-1.0#Base64Binary">{{ $sign.wsseNonce }}</wsse:Nonce>` +
    '<wsu:Created>{{ $sign.wsseCreated }}</wsu:Created>'
  const token = type === 'text' ? password('Text', `$secret('${secret}')`) : digest
  return {
    header:
      `<wsse:Security soapenv:mustUnderstand="1" xmlns:wsse="${OASIS}wssecurity-secext-1.0.xsd" xmlns:wsu="${OASIS}wssecurity-utility-1.0.xsd">` +
      `<wsse:UsernameToken><wsse:Username>{{ ${JSON.stringify(username)} }}</wsse:Username>${token}</wsse:UsernameToken></wsse:Security>`,
    values:
      type === 'text'
        ? {}
        : {
            wsseCreated: '$fromMillis($time)',
            wsseNonce: '$base64($nonce)',
            wssePassword: `$hexToBase64($digest('sha1', $nonce & $sign.wsseCreated & $secret('${secret}')))`,
          },
  }
}
