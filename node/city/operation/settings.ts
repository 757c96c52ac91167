/** Settings in force (生效配置): each with its value, where that comes from and what it means; of a secret, where it is. Pure. */
import type { ConfigOrigin, NodeConfig } from '../../kernel/config/config.ts'
import { describeConfig, type Setting } from '../../kernel/config/describe.ts'

export type SettingInForce = Pick<Setting, 'key' | 'env' | 'en' | 'zh' | 'required'> & {
  /** null when none is set */
  value: unknown
  /** of the program; null when it has none */
  default: unknown
  /** who says so: the file, a variable of the environment, or the program */
  from: 'file' | 'environment' | 'default'
}

/** What stands in place of user and password in an address, and of what is written beside placeholders. */
const HIDDEN = '…'
/** Texts with placeholders: somebody may have written a key there, in place of `{secret.NAME}`. */
const WITH_PLACEHOLDERS: ReadonlySet<string> = new Set(['sms.headers', 'sms.fields', 'sms.digest.of', 'sms.digest.key'])

/** Whoever wrote an adapter of their own says what its options are: a key may be among them. */
const OF_OTHERS: ReadonlySet<string> = new Set(['adapter.options'])

/** How texts of a setting are shown. */
const shownBy = (key: string): ((text: string) => string) =>
  OF_OTHERS.has(key) ? () => HIDDEN : WITH_PLACEHOLDERS.has(key) ? placeholdersOf : addressOf

/** A text whose placeholders alone are shown. */
const placeholdersOf = (text: string): string =>
  text.replace(/(\{[A-Za-z.0-9_-]+\})|[^{]+|\{/g, (_, kept?: string) => kept ?? HIDDEN)

/** What a setting holds, each text of it as `text` shows it; what is of others within it, hidden. */
function shown(value: unknown, key: string, text = shownBy(key)): unknown {
  if (Array.isArray(value)) return value.map(inner => shown(inner, key, text))
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(
      Object.entries(value).map(([name, inner]) => {
        const place = `${key}.${name}`
        return [name, shown(inner, place, OF_OTHERS.has(place) ? shownBy(place) : text)]
      }),
    )
  return typeof value === 'string' ? text(value) : value
}

/** An address without user and password, and without what a query may hold. */
function addressOf(value: string): string {
  if (!/^https?:/i.test(value)) return value
  const url = URL.parse(value)
  if (url === null || (url.username === '' && url.password === '' && url.search === '')) return value
  if (url.username !== '' || url.password !== '') {
    url.username = HIDDEN
    url.password = ''
  }
  if (url.search !== '') url.search = `?${HIDDEN}`
  return decodeURI(url.href)
}

const valueAt = (config: unknown, key: string): unknown =>
  key
    .split('.')
    .reduce<unknown>(
      (at, name) => (typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[name] : undefined),
      config,
    )

function fromOf(key: string, origin: ConfigOrigin | undefined): SettingInForce['from'] {
  if (origin?.environment.includes(key) === true) return 'environment'
  return origin?.given.includes(key) === true ? 'file' : 'default'
}

/** Every setting that applies to this node, in the order of the file. */
export function settingsInForce(config: NodeConfig): SettingInForce[] {
  return describeConfig().flatMap(({ key, env, kind, en, zh, required, default: own }) => {
    if (kind !== null && kind !== config.adapter.kind) return []
    const value = shown(valueAt(config, key), key) ?? null
    return [
      {
        key,
        env,
        en,
        zh,
        value,
        default: own === null ? null : JSON.parse(own),
        required,
        from: fromOf(key, config.origin),
      },
    ]
  })
}
