/** Every setting of the configuration as a table, for docs/settings.md. */
import * as z from 'zod'
import { ConfigFile, ENVIRONMENT } from './schema.ts'

export type Setting = {
  /** such as `http.port` */
  key: string
  /** environment variable that stands over it, or null */
  env: string | null
  /** JSON text; null when it must be given or has none */
  default: string | null
  required: boolean
  /** the value of `adapter.kind` that it is for, or null */
  kind: string | null
  en: string
  zh: string
}

/** The parts of a JSON Schema that a table needs. */
type Node = {
  description?: string
  zh?: string
  default?: unknown
  properties?: Record<string, Node>
  required?: string[]
  oneOf?: Node[]
  const?: string
}

/** All settings in the order of the file, but for what only editors read. */
export function describeConfig(): Setting[] {
  const environment = new Map(Object.entries(ENVIRONMENT).map(([name, [path]]) => [path as string, name]))
  return leavesOf(z.toJSONSchema(ConfigFile, { io: 'input', unrepresentable: 'any' }) as Node).map(
    ({ key, node, required, kind }) => ({
      key,
      env: environment.get(key) ?? null,
      default: node.default === undefined ? null : JSON.stringify(node.default),
      required,
      kind,
      en: node.description ?? '',
      zh: node.zh ?? '',
    }),
  )
}

type Leaf = { key: string; node: Node; required: boolean; kind: string | null }

function leavesOf(group: Node, prefix = '', kind: string | null = null): Leaf[] {
  return Object.entries(group.properties ?? {}).flatMap(([name, node]) => {
    if (name.startsWith('$')) return []
    const key = prefix + name
    const required = group.required?.includes(name) === true && node.default === undefined
    const leaf = { key, node, required, kind }
    if (node.oneOf !== undefined) return [leaf, ...leavesOfChoices(node.oneOf, `${key}.`)]
    return node.properties === undefined ? [leaf] : leavesOf(node, `${key}.`, kind)
  })
}

/** Settings of all choices; one that each of them has is told once, and is of no kind. */
function leavesOfChoices(choices: readonly Node[], prefix: string): Leaf[] {
  const leaves = choices.flatMap(choice => leavesOfKind(choice, prefix))
  const isCommon = ({ key }: Leaf) => leaves.filter(other => other.key === key).length === choices.length
  return leaves
    .filter((leaf, index) => leaves.findIndex(other => other.key === leaf.key) === index || !isCommon(leaf))
    .map(leaf => (isCommon(leaf) ? { ...leaf, kind: null } : leaf))
}

/** Settings of one kind of a choice; the choice itself is told once, above them. */
function leavesOfKind(choice: Node, prefix: string): Leaf[] {
  const kind = choice.properties?.kind?.const ?? null
  return leavesOf(choice, prefix, kind).filter(leaf => leaf.key !== `${prefix}kind`)
}
