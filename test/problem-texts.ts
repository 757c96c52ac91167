/**
 * Which texts the details of problems can be: every place of the source that makes one, with literals, templates, both ways of a
 * condition, constants, tables and the functions that make texts followed to where they stand. Pure: it gets sources by their paths
 * and gives texts back, in which `{name}` stands for what is known only when the program runs.
 */
import { posix } from 'node:path'
import { parseSync, visitorKeys } from 'oxc-parser'

/** A text that a detail can be, and where it is made. */
export type DetailText = { path: string; line: number; text: string }

type Node = { type: string; start: number; parent: Node | null; module: Module; [key: string]: unknown }
type Module = {
  path: string
  nodes: Node[]
  /** variables, functions, methods and classes by their names */
  declared: Map<string, Node[]>
  imported: Map<string, { from: string; name: string }>
  calls: Map<string, Node[]>
}
/** What the parameters of a function are in one call of it. */
type Env = ReadonlyMap<Node, readonly string[]>

/** Texts of one place, past which no more are made of its parts. */
const MOST_TEXTS = 200
/** Constants, tables and functions within one another that are followed. */
const DEEPEST = 8
/** Functions that call one another with the text. */
const MOST_CALLERS = 4

/** Functions and classes whose argument of this place is a detail, or makes one; so are those of classes that extend them. */
const MAKERS: Readonly<Record<string, number>> = {
  ProblemError: 1,
  refuse: 1,
  problem: 1,
  MappingRefusal: 0,
  ZipError: 0,
  run: 3,
}
/** What stands beside a field `why` or `fault` that becomes a detail. */
const BESIDE_WHY = new Set(['ok', 'path', 'code'])
/** Methods that leave a text what it is. */
const SAME_TEXT = new Set(['slice', 'trim', 'trimEnd', 'toWellFormed', 'toString'])
const FUNCTIONS = new Set(['ArrowFunctionExpression', 'FunctionDeclaration', 'FunctionExpression'])
const HOLE = /^\{[^{}]*\}$/

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string'

const childrenOf = (node: Node): Node[] =>
  (visitorKeys[node.type] ?? []).flatMap(key => {
    const value = node[key]
    return Array.isArray(value) ? value.filter(isNode) : isNode(value) ? [value] : []
  })

function* within(node: Node): Generator<Node> {
  yield node
  for (const child of childrenOf(node)) yield* within(child)
}

function isWithin(node: Node, outer: Node): boolean {
  for (let at = node.parent; at !== null; at = at.parent) if (at === outer) return true
  return false
}

function classAround(node: Node): Node | null {
  let at = node.parent
  while (at !== null && at.type !== 'ClassDeclaration') at = at.parent
  return at
}

/** The name of an identifier, or of the member that is taken. */
function nameOf(node: unknown): string | null {
  if (!isNode(node)) return null
  if (node.type === 'Identifier') return node.name as string
  return node.type === 'MemberExpression' && node.computed !== true ? nameOf(node.property) : null
}

const paramsOf = (owner: Node): Node[] =>
  (owner.params as Node[]).map(param => (param.type === 'AssignmentPattern' ? (param.left as Node) : param))

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const known = map.get(key)
  if (known === undefined) map.set(key, [value])
  else known.push(value)
}

/** What stands for an expression that is known only when the program runs. */
function holeOf(node: unknown): string {
  if (!isNode(node)) return '{value}'
  const name = nameOf(node) ?? (node.type === 'CallExpression' ? nameOf(node.callee) : null)
  return name === 'join' ? holeOf(((node.callee as Node).object as Node) ?? null) : `{${name ?? 'value'}}`
}

const orHole = (texts: readonly string[], node: Node): readonly string[] =>
  texts.length === 0 || texts.every(text => HOLE.test(text)) ? [holeOf(node)] : texts

function readModule(path: string, source: string): Module {
  const module: Module = { path, nodes: [], declared: new Map(), imported: new Map(), calls: new Map() }
  const settle = (node: Node, parent: Node | null): void => {
    node.parent = parent
    node.module = module
    module.nodes.push(node)
    for (const child of childrenOf(node)) settle(child, node)
  }
  settle(parseSync(path, source).program as unknown as Node, null)
  for (const node of module.nodes) {
    const declares = DECLARING[node.type]?.(node)
    if (isNode(declares)) push(module.declared, nameOf(declares) ?? '', node)
    if (node.type === 'CallExpression' || node.type === 'NewExpression')
      push(module.calls, nameOf(node.callee) ?? '', node)
    if (node.type === 'ImportDeclaration') readImports(module, node)
  }
  return module
}

/** What declares a name, and where the name stands in it. */
const DECLARING: Readonly<Record<string, (node: Node) => unknown>> = {
  VariableDeclarator: node => node.id,
  FunctionDeclaration: node => node.id,
  ClassDeclaration: node => node.id,
  MethodDefinition: node => node.key,
  PropertyDefinition: node => node.key,
  Property: node => (isNode(node.value) && FUNCTIONS.has(node.value.type) ? node.key : null),
}

function readImports(module: Module, node: Node): void {
  const from = (node.source as Node).value as string
  if (!from.startsWith('.')) return
  for (const one of node.specifiers as Node[])
    if (one.type === 'ImportSpecifier')
      module.imported.set(nameOf(one.local) ?? '', {
        from: posix.join(posix.dirname(module.path), from),
        name: nameOf(one.imported) ?? '',
      })
}

/** Every text that a detail can be. */
export function detailTexts(sources: ReadonlyMap<string, string>): DetailText[] {
  const modules = new Map([...sources].map(([path, source]) => [path, readModule(path, source)]))
  const makers = makersIn(modules)
  const callsElsewhere = new Map<string, Node[]>()
  for (const module of modules.values())
    for (const [local, { from, name }] of module.imported)
      for (const call of module.calls.get(local) ?? []) push(callsElsewhere, `${from} ${name}`, call)

  return [...modules.values()].flatMap(({ path, nodes }) =>
    nodes.flatMap(node => {
      const detail = detailOf(node)
      if (detail === null) return []
      const line = (sources.get(path) ?? '').slice(0, detail.start).split('\n').length
      return [...new Set(closed(detail, 0))].map(text => ({ path, line, text }))
    }),
  )

  function detailOf(node: Node): Node | null {
    if (node.type === 'CallExpression' || node.type === 'NewExpression') {
      const called = (node.callee as Node).type === 'Super' ? classAround(node)?.superClass : node.callee
      const place = makers.get(nameOf(called) ?? '')
      return place === undefined ? null : ((node.arguments as Node[])[place] ?? null)
    }
    if (node.type !== 'Property' || node.parent?.type !== 'ObjectExpression') return null
    const value = node.value as Node
    if (value.type === 'ObjectExpression') return null
    const name = nameOf(node.key) ?? ''
    if (name === 'cure')
      return (node.parent.properties as Node[]).some(({ key }) => nameOf(key) === 'act') ? value : null
    // What is said when nothing was found: its code and its detail.
    if (name === 'none') return value.type === 'ArrayExpression' ? ((value.elements as Node[])[1] ?? null) : null
    const beside = (node.parent.properties as Node[]).some(({ key }) => BESIDE_WHY.has(nameOf(key) ?? ''))
    return name === 'detail' || (beside && (name === 'why' || name === 'fault')) ? value : null
  }

  /** The texts of an expression; where it is made of parameters, those of each call of their function. */
  function closed(node: Node, callers: number): readonly string[] {
    const owner = callers > MOST_CALLERS ? null : ownerOf(node)
    const calls = owner === null ? [] : callsOf(owner).filter(call => !isWithin(call, owner))
    if (owner === null || calls.length === 0) return texts(node, new Map(), 0)
    return calls.flatMap(call => {
      const given = call.arguments as Node[]
      const env = new Map<Node, readonly string[]>()
      for (const [index, param] of paramsOf(owner).entries()) {
        const whole = (owner.params as Node[])[index]
        const value = given[index] ?? (whole?.type === 'AssignmentPattern' ? (whole.right as Node) : undefined)
        if (param.type === 'Identifier' && value !== undefined && value.type !== 'SpreadElement')
          env.set(param, closed(value, callers + 1))
      }
      return texts(node, env, 0)
    })
  }

  /** The innermost function of whose parameters an expression is made. */
  function ownerOf(node: Node): Node | null {
    const owners = [...within(node)]
      .filter(({ type }) => type === 'Identifier')
      .map(identifier => parameterOf(identifier)?.owner ?? null)
      .filter(owner => owner !== null)
    return owners.find(owner => owners.every(other => other === owner || !isWithin(other, owner))) ?? null
  }

  function parameterOf(identifier: Node): { owner: Node; param: Node } | null {
    const name = nameOf(identifier)
    for (let at = identifier.parent; at !== null; at = at.parent) {
      if (!FUNCTIONS.has(at.type)) continue
      const param = paramsOf(at).find(one => one.type === 'Identifier' && nameOf(one) === name)
      if (param !== undefined) return { owner: at, param }
    }
    return null
  }

  function callsOf(owner: Node): Node[] {
    const { parent, module } = owner
    const named =
      owner.type === 'FunctionDeclaration' ? owner : parent?.kind === 'constructor' ? classAround(owner) : parent
    const name = nameOf(named?.id ?? named?.key)
    if (name === null) return []
    return [...(module.calls.get(name) ?? []), ...(callsElsewhere.get(`${module.path} ${name}`) ?? [])]
  }

  function texts(node: unknown, env: Env, depth: number): readonly string[] {
    if (!isNode(node)) return []
    const again = (inner: unknown): readonly string[] => texts(inner, env, depth)
    if (depth > DEEPEST) return [holeOf(node)]
    switch (node.type) {
      case 'Literal':
        return node.value === null ? [] : [String(node.value)]
      case 'TemplateLiteral':
        return ofTemplate(node, env, depth)
      case 'BinaryExpression': {
        const sides = [node.left as Node, node.right as Node]
        const sum = node.operator !== '+' || sides.some(({ value }) => typeof value === 'number')
        return sum ? [holeOf(node)] : again(node.left).flatMap(left => again(node.right).map(right => left + right))
      }
      case 'ConditionalExpression':
        return [...again(node.consequent), ...again(node.alternate)]
      case 'LogicalExpression':
        return [...(node.operator === '&&' ? [] : again(node.left)), ...again(node.right)].filter(text => text !== '')
      case 'ParenthesizedExpression':
      case 'TSAsExpression':
      case 'TSNonNullExpression':
      case 'TSSatisfiesExpression':
      case 'ChainExpression':
        return again(node.expression)
      case 'AwaitExpression':
        return again(node.argument)
      case 'Identifier':
        return ofIdentifier(node, env, depth)
      case 'MemberExpression':
        return ofMember(node, env, depth)
      case 'CallExpression':
        return ofCall(node, env, depth)
      default:
        return FUNCTIONS.has(node.type) ? returned(node, env, depth) : [holeOf(node)]
    }
  }

  function ofTemplate(node: Node, env: Env, depth: number): readonly string[] {
    const parts = (node.quasis as Node[]).map(quasi => (quasi.value as { cooked: string }).cooked)
    return (node.expressions as Node[]).reduce<readonly string[]>(
      (sofar, expression, index) => {
        const values = texts(expression, env, depth)
        const all = values.length === 0 ? [holeOf(expression)] : values
        return sofar.flatMap(text => all.map(value => text + value + parts[index + 1])).slice(0, MOST_TEXTS)
      },
      [parts[0] ?? ''],
    )
  }

  function ofIdentifier(node: Node, env: Env, depth: number): readonly string[] {
    if (node.name === 'undefined') return []
    const parameter = parameterOf(node)
    if (parameter !== null) return env.get(parameter.param) ?? [holeOf(node)]
    const declarator = declaratorOf(node)
    return declarator === null ? [holeOf(node)] : orHole(texts(declarator.init, env, depth + 1), node)
  }

  /** What gives a constant its value: the nearest of its name around it, or the one that is imported. */
  function declaratorOf(node: Node): Node | null {
    const named = declarationsOf(node).filter(({ type, init }) => type === 'VariableDeclarator' && isNode(init))
    if (named.length < 2) return named[0] ?? null
    for (let at = node.parent; at !== null; at = at.parent) {
      const own = named.find(one => one.parent?.parent === at)
      if (own !== undefined) return own
    }
    return null
  }

  function declarationsOf(node: Node): Node[] {
    const name = nameOf(node) ?? ''
    const own = node.module.declared.get(name)
    const imported = node.module.imported.get(name)
    if (own !== undefined || imported === undefined) return own ?? []
    return modules.get(imported.from)?.declared.get(imported.name) ?? []
  }

  function ofMember(node: Node, env: Env, depth: number): readonly string[] {
    const object = node.object as Node
    let table = object.type === 'Identifier' ? ((declaratorOf(object)?.init as Node | undefined) ?? null) : null
    while (table?.type.startsWith('TS') === true) table = table.expression as Node
    if (table?.type !== 'ObjectExpression') return [holeOf(node)]
    const wanted = node.computed === true ? null : nameOf(node.property)
    const values = (table.properties as Node[])
      .filter(field => field.type === 'Property' && (wanted === null || nameOf(field.key) === wanted))
      .flatMap(field => texts(field.value, env, depth + 1))
    return orHole(values, node)
  }

  function ofCall(node: Node, env: Env, depth: number): readonly string[] {
    const callee = node.callee as Node
    const name = nameOf(callee) ?? ''
    if (callee.type === 'MemberExpression') {
      const object = callee.object as Node
      if (SAME_TEXT.has(name)) return texts(object, env, depth + 1)
      return name === 'join' ? orHole(ofList(object, env, depth), node) : [holeOf(node)]
    }
    const making = declarationsOf(callee)
      .map(one => (one.type === 'VariableDeclarator' ? one.init : one))
      .find((one): one is Node => isNode(one) && FUNCTIONS.has(one.type))
    if (making === undefined) return [holeOf(node)]
    const inner = new Map(env)
    for (const [index, param] of paramsOf(making).entries()) {
      const value = (node.arguments as Node[])[index]
      if (param.type === 'Identifier' && value !== undefined && value.type !== 'SpreadElement')
        inner.set(param, texts(value, env, depth + 1))
    }
    return orHole(returned(making, inner, depth), node)
  }

  /** Texts that are joined to one: each by itself. */
  function ofList(list: Node, env: Env, depth: number): readonly string[] {
    if (list.type === 'ArrayExpression')
      return (list.elements as unknown[])
        .filter(isNode)
        .flatMap(one => (one.type === 'SpreadElement' ? [] : texts(one, env, depth + 1)))
    const making =
      list.type === 'CallExpression' && nameOf(list.callee) === 'map' ? (list.arguments as Node[])[0] : null
    return isNode(making) && FUNCTIONS.has(making.type) ? returned(making, env, depth) : []
  }

  function returned(making: Node, env: Env, depth: number): readonly string[] {
    if (making.expression === true) return texts(making.body, env, depth + 1)
    return [...ownStatements(making.body as Node)]
      .filter(({ type }) => type === 'ReturnStatement')
      .flatMap(({ argument }) => texts(argument, env, depth + 1))
  }
}

function* ownStatements(node: Node): Generator<Node> {
  yield node
  for (const child of childrenOf(node)) if (!FUNCTIONS.has(child.type)) yield* ownStatements(child)
}

function makersIn(modules: ReadonlyMap<string, Module>): ReadonlyMap<string, number> {
  const makers = new Map(Object.entries(MAKERS))
  for (const { nodes } of modules.values())
    for (const node of nodes) {
      const place = node.type === 'ClassDeclaration' ? makers.get(nameOf(node.superClass) ?? '') : undefined
      if (place !== undefined && !hasConstructor(node)) makers.set(nameOf(node.id) ?? '', place)
    }
  return makers
}

const hasConstructor = ({ body }: Node): boolean =>
  ((body as Node).body as Node[]).some(({ type, kind }) => type === 'MethodDefinition' && kind === 'constructor')
