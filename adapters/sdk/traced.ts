/** A request that may be traced: whoever sets up a mapping sees what was sent and answered, without the secrets in it. */
import { type Answer, type Limits, type Request, send, shownOfBody } from './http.ts'
import type { AdapterContext } from './port.ts'
import { escapeAttribute, escapeText } from './xml.ts'

export const TRACE_TEXT = {
  /** characters of a request's body, or of an answer, that are traced; the rest is cut off */
  characters: 65_536,
} as const

/** `send`, told to `context.trace` when there is one. `secrets`: what of it is never shown. */
export async function sendTraced(
  request: Request,
  limits: Limits,
  { signal, now, trace }: Pick<AdapterContext, 'signal' | 'now' | 'trace'>,
  secrets: ReadonlySet<string>,
): Promise<Answer> {
  if (trace === undefined) return send(request, limits, signal)
  const at = now()
  const answer = await send(request, limits, signal)
  const hide = hiding(secrets)
  const shown = (said: string | null) => (said === null ? null : hide(said).slice(0, TRACE_TEXT.characters))
  const { method, url, headers, body } = request
  trace({
    at,
    ms: now() - at,
    request: {
      method,
      url: hide(url),
      headers: Object.keys(headers).sort(),
      body: shown(shownOfBody(body)),
    },
    status: answer.ok ? answer.status : null,
    answer: answer.ok ? shown(answer.text) : null,
    why: answer.ok ? answer.unreadable : answer.why,
  })
  return answer
}

/** Puts stars for secrets, also as they stand in JSON, in XML or in an address. */
export function hiding(secrets: ReadonlySet<string>): (text: string) => string {
  const forms = [...secrets]
    .filter(secret => secret !== '')
    .flatMap(secret => [
      secret,
      JSON.stringify(secret).slice(1, -1),
      encodeURIComponent(secret),
      escapeText(secret),
      escapeAttribute(secret),
    ])
    .sort((a, b) => b.length - a.length)
  return text => forms.reduce((rest, secret) => rest.replaceAll(secret, '***'), text)
}
