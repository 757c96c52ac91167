/**
 * Most expressions of a mapping name a field, give a constant, or choose by comparing the two. What these find is told here at once, by the
 * rules of JSONata, which takes ten times as long for it; whatever else there is, in the expression or in what it reads, is left to JSONata.
 */
import type { JsonValue } from '../../protocol/primitives.ts'

/** It is for JSONata to say. */
export const LEFT = Symbol('left to JSONata')
type Found = string | number | boolean | null | undefined | typeof LEFT
export type Direct = (input: JsonValue) => Found

/** A node of a compiled expression. */
type Node = { readonly [field: string]: unknown; readonly type?: unknown; readonly value?: unknown }

/** Null for an expression that is always left. */
export function directOf(node: Node): Direct | null {
  switch (node.type) {
    case 'string':
    case 'number':
    case 'value':
      return has(node, 'type', 'value', 'position') ? constantOf(node.value) : null
    case 'path':
      return has(node, 'type', 'steps') ? pathOf(node.steps as Node[]) : null
    case 'binary':
      return has(node, 'type', 'value', 'position', 'lhs', 'rhs') ? comparisonOf(node) : null
    case 'condition':
      return has(node, 'type', 'position', 'condition', 'then', 'else') ? conditionOf(node) : null
    default:
      return null
  }
}

/** Whether a node has no more than these: what groups, filters or keeps a list stands beside them. */
const has = (node: Node, ...names: string[]): boolean => Object.keys(node).every(name => names.includes(name))

const constantOf = (value: unknown): Direct | null =>
  value === null || ['string', 'number', 'boolean'].includes(typeof value) ? () => value as Found : null

const isObject = (value: JsonValue | undefined): value is { [name: string]: JsonValue } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function pathOf(steps: readonly Node[]): Direct | null {
  if (!steps.every(step => step.type === 'name' && has(step, 'type', 'value', 'position'))) return null
  const names = steps.map(({ value }) => String(value))
  return input => {
    let found: JsonValue | undefined = input
    for (const name of names) {
      if (Array.isArray(found)) return LEFT
      found = isObject(found) && Object.hasOwn(found, name) ? found[name] : undefined
      if (found === undefined) return undefined
    }
    return typeof found === 'object' && found !== null ? LEFT : found
  }
}

function comparisonOf({ value, lhs, rhs }: Node): Direct | null {
  if (value !== '=' && value !== '!=') return null
  const left = directOf(lhs as Node)
  const right = directOf(rhs as Node)
  if (left === null || right === null) return null
  return input => {
    const a = left(input)
    const b = right(input)
    if (a === LEFT || b === LEFT) return LEFT
    // What is not there is neither equal nor unequal to anything.
    return a !== undefined && b !== undefined && (a === b) === (value === '=')
  }
}

function conditionOf({ condition, then, else: other }: Node): Direct | null {
  const asked = directOf(condition as Node)
  if (asked === null) return null
  const yes = directOf(then as Node)
  const no = other === undefined ? () => undefined : directOf(other as Node)
  return input => {
    const answer = asked(input)
    if (typeof answer !== 'boolean') return LEFT
    const chosen = answer ? yes : no
    return chosen === null ? LEFT : chosen(input)
  }
}
