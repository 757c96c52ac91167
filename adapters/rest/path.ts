/** Addresses of requests: a path with places for values. Only values without personal data may stand in one. */
import { type Refused, refuse } from '../../protocol/problem.ts'

export type PathName =
  | 'localCaseNo'
  | 'caseNo'
  | 'thread'
  | 'idempotencyKey'
  | 'sha256'
  | 'code'
  | 'cursor'
  | 'file'
  | 'session'
  | `sign.${string}`
export type PathValues = Partial<Record<PathName, string | null>>
/** The address with values filled in. Problem: `adapter.mapping`. */
export type Address = (values: PathValues) => { ok: true; url: string } | Refused

const PLACE = /\{([^{}]*)\}/g

/** Problem: `config.invalid` for an unknown place, or when `needed` is missing. */
export function compilePath(
  place: string,
  base: URL,
  path: string,
  names: readonly PathName[],
  needed?: PathName,
): { ok: true; address: Address } | Refused {
  const used = Array.from(path.matchAll(PLACE), match => match[1] ?? '')
  const unknown = used.some(name => !(names as readonly string[]).includes(name))
  if (unknown || /[{}]/.test(path.replaceAll(PLACE, ''))) {
    return refuse('config.invalid', `${place}: only these may stand in braces: ${names.join(', ') || 'none'}`)
  }
  if (needed !== undefined && !used.includes(needed))
    return refuse('config.invalid', `${place}: {${needed}} is missing`)
  const root = base.href.replace(/\/$/, '')
  const address: Address = values => {
    let wrong: string | null = null
    const filled = path.replaceAll(PLACE, (_, name: PathName) => {
      const value = values[name] ?? ''
      // A segment of dots alone would leave the path.
      if (value === '' || /^\.+$/.test(value) || !value.isWellFormed()) wrong = name
      return wrong === null ? encodeURIComponent(value) : ''
    })
    return wrong === null
      ? { ok: true, url: `${root}${filled}` }
      : refuse('adapter.mapping', `${place}: there is no ${wrong} that an address can hold`)
  }
  return { ok: true, address }
}
