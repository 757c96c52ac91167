/**
 * The rules of the house (ARCHITECTURE.md): which part may import which, as one table, and the checker that reads it.
 * Pure: it gets sources by path and gives findings back; `check.ts` reads the files and prints.
 * Over 450 lines: one table, of which the first rule that fits decides, and its reader.
 */

export type Rule = {
  /** Which modules the rule is for: a prefix of the path, or a pattern. The first rule that fits decides. */
  readonly of: RegExp
  readonly name: string
  /** Own modules it may import, besides those of its own folder. */
  readonly may: RegExp
  /** Packages it may import; a trailing slash stands for a whole scope. */
  readonly packages: readonly string[]
  /** Whether `node:` modules are allowed. */
  readonly builtins: boolean
  readonly why: string
}

/** What a test beside its source may use on top of the rule of that source. */
const TEST_PACKAGES = ['vitest', 'msw', 'fflate']
const TEST_MAY = /^(test\/support|protocol)\//
/** Tests of the node may put real parts together that the sources meet only in the composition root. */
const NODE_TEST_MAY = /^(node|certs|adapters)\//

/** What speaks HTTP for a folder: `routes.ts`, or `health-routes.ts` when there are many. */
const ROUTES = '(?:[^/]+/)*(?:[a-z]+-)?routes\\.ts$'
/** What the composition takes of a folder: its routes, and `part.ts` (`mail-part.ts`), which joins it to the others. */
const ENTRIES = '(?:[^/]+/)*(?:[a-z]+-)?(?:routes|part)\\.ts$'
const KERNEL = '(?:node/kernel/|node/version\\.ts$)'
/** The way of a packet, without what speaks libp2p. */
const SPINE = `node/spine/(?!p2p/|${ENTRIES})`
const CITY = `node/city/(?!${ENTRIES})`
const among = (...places: string[]) => new RegExp(`^(?:${places.join('|')})`)

/** What the console is made of; all of it is bundled. */
const CONSOLE_PACKAGES = [
  'react',
  'react-dom',
  'antd',
  'dayjs',
  '@ant-design/icons',
  '@tanstack/',
  '@rjsf/',
  'uqr',
  'pinyin-pro',
  'pdfjs-dist',
  'echarts/',
  'write-excel-file/browser',
  'china-maps/',
  'diff',
  '@scure/bip39/wordlists/',
  '@cantoo/pdf-lib',
]

/** What verifies an evidence bundle, in the node and in a browser. */
const VERIFIER =
  'node/city/records/evidence/(?:verify-(?:source|calendars|identity|proofs|thread)|files|findings|manifest|timeline|timeline-html|deadlines|zip|runtime-browser)\\.ts$'
/** What reads a certificate there. */
const CERTIFICATE_READER = 'certs/(?:read|der|modulus|pem|profile|public-key|rules|x509|chain|runtime-browser)\\.ts$'

export const RULES: readonly Rule[] = [
  {
    of: /^protocol\//,
    name: 'protocol',
    may: /^protocol\//,
    packages: ['zod', 'jose'],
    builtins: false,
    why: 'protocol/ is pure and runs on any JavaScript runtime',
  },
  {
    of: among(CERTIFICATE_READER),
    name: 'reader of certificates',
    may: among('certs/', 'protocol/'),
    packages: ['node-forge', 'jose', '#certs/runtime'],
    builtins: false,
    why: 'a browser reads certificates too, when it verifies evidence',
  },
  {
    of: /^certs\//,
    name: 'certs',
    may: /^(certs|protocol)\//,
    packages: ['node-forge', 'zod', 'jose', '#certs/runtime'],
    builtins: true,
    why: 'certs/ stands on protocol/ alone, and node-forge stays inside it',
  },
  {
    of: /^adapters\/(sdk\/|[^/]+$)/,
    name: 'adapters/sdk',
    may: /^(adapters\/sdk|protocol)\//,
    packages: ['zod', 'jsonata', 'sm-crypto-v2', 'iconv-lite'],
    builtins: true,
    why: 'the adapter port knows no adapter',
  },
  {
    of: /^adapters\/soap\//,
    name: 'soap',
    may: /^(adapters\/(soap|sdk|rest)|protocol)\//,
    packages: ['zod'],
    builtins: false,
    why: 'it is the rest adapter with envelopes, and stands on it as a whole',
  },
  {
    of: /^adapters\/front-table\/(drivers\/|trial\.ts$)/,
    name: 'drivers of databases',
    may: /^(adapters\/(sdk|front-table)|protocol)\//,
    packages: ['pg', 'mysql2/', 'bun:sqlite'],
    builtins: true,
    why: 'each database is spoken to in one file, behind a port',
  },
  {
    of: /^adapters\/file-drop\//,
    name: 'files of a drop',
    may: /^(adapters\/sdk|protocol)\//,
    packages: ['zod', 'csv-parse', 'csv-stringify', 'ssh2'],
    builtins: true,
    why: 'an adapter stands on the port and never on a sibling, and what writes and reads files stays inside',
  },
  {
    of: /^adapters\//,
    name: 'adapters',
    may: /^(adapters\/sdk|protocol)\//,
    packages: ['zod', 'jsonata', 'sm-crypto-v2', 'iconv-lite'],
    builtins: true,
    why: 'an adapter stands on the port and never on a sibling',
  },
  {
    of: /^node\/version\.ts$/,
    name: 'version',
    may: /^$/,
    packages: ['package.json'],
    builtins: true,
    why: 'everybody may ask which version runs',
  },
  {
    of: /^node\/(?:[^/]+|(?:kernel|spine|city|edges)\/(?:[^/]+\/)*(?:[a-z]+-)?part)\.ts$/,
    name: 'composition root',
    may: /^(node|adapters|certs|protocol)\//,
    packages: ['zod', 'jose'],
    builtins: true,
    why: 'the parts and `compose.ts` alone pick what is concrete',
  },
  {
    of: /^node\/tongban\.js$/,
    name: 'command shim',
    may: /^node\/main\.ts$/,
    packages: ['bun'],
    builtins: true,
    why: 'it runs on Node and only starts Bun; under Bun it is the program',
  },
  {
    of: /^node\/kernel\/store\//,
    name: 'store',
    may: /^(node\/kernel\/store|protocol)\//,
    packages: ['bun:sqlite', 'zod'],
    builtins: true,
    why: 'the store knows SQL and nothing above it, and bun:sqlite stays inside it',
  },
  {
    of: /^node\/kernel\/(telemetry|config)\//,
    name: 'telemetry and config',
    may: /^(node\/kernel\/(telemetry|config)|protocol)\//,
    packages: ['zod', '@logtape/', 'prom-client'],
    builtins: true,
    why: 'every part may use them, so they use none',
  },
  {
    of: /^node\/kernel\//,
    name: 'kernel',
    may: among(KERNEL, 'certs/', 'protocol/'),
    packages: ['zod', 'jose', 'hono/html'],
    builtins: true,
    why: 'every part stands on it, so it knows none; of hono it has what writes HTML',
  },
  {
    of: /^node\/spine\/materials\/pages\/(count|ofd|saxen\.d)(?:\.test)?\.ts$/,
    name: 'counter of pages',
    may: /^node\/spine\/materials\//,
    packages: ['unpdf', 'saxen', 'fflate'],
    builtins: false,
    why: 'what opens the files of other people stays inside the process that counts',
  },
  {
    of: /^node\/spine\/p2p\//,
    name: 'p2p edge',
    may: among('node/spine/p2p/', SPINE, KERNEL, 'certs/', 'protocol/'),
    packages: [
      '@libp2p/',
      'libp2p',
      '@multiformats/multiaddr',
      'sodium-native',
      '@chainsafe/libp2p-noise',
      'zod',
      'jose',
    ],
    builtins: true,
    why: 'it carries what the exchange gives it, and libp2p stays inside p2p/',
  },
  {
    of: new RegExp(`^node/(?:spine|city)/${ROUTES.replace('\\.ts$', '(?:\\.test)?\\.ts$')}`),
    name: 'routes',
    may: among('node/city/', SPINE, 'node/edges/http/', KERNEL, 'adapters/sdk/', 'certs/', 'protocol/'),
    packages: ['hono', '@hono/zod-openapi', 'zod'],
    builtins: true,
    why: 'routes.ts, or drafts-routes.ts and the like, speaks HTTP for its folder, and knows no other edge',
  },
  {
    of: /^node\/spine\//,
    name: 'spine',
    may: among(SPINE, KERNEL, 'adapters/sdk/', 'certs/', 'protocol/'),
    packages: ['zod', 'jose'],
    builtins: true,
    why: 'it copies threads and runs adapters, and knows no meaning: nothing of the city, no edge, no libp2p',
  },
  {
    of: /^node\/city\/catalogue\/tables\//,
    name: 'tables',
    may: /^(node\/city\/catalogue\/tables|protocol)\//,
    packages: ['csv-parse', 'csv-stringify', 'write-excel-file', 'fflate', 'saxen'],
    builtins: true,
    why: 'tables turn bytes into items and back, and what reads and writes them stays inside',
  },
  {
    of: /^node\/city\/work\/exports\/sheets\.ts$/,
    name: 'sheets of exports',
    may: /^(node\/city\/catalogue\/tables|protocol)\//,
    packages: ['csv-stringify', 'fflate'],
    builtins: true,
    why: 'rows become bytes here, and what writes them stays inside',
  },
  {
    of: /^node\/city\/catalogue\/forms\/check\.ts$/,
    name: 'check of forms',
    may: /^(node\/city\/catalogue\/forms|protocol)\//,
    packages: ['ajv'],
    builtins: false,
    why: 'JSON Schema of other cities is run in one place, that nothing else needs to know',
  },
  {
    of: /^node\/city\/catalogue\/forms\/libraries\.ts$/,
    name: 'libraries of forms',
    may: /^$/,
    packages: ['ajv', 'ajv-formats', 're2js'],
    builtins: true,
    why: 'it loads what the check runs with, and nothing else',
  },
  {
    of: /^node\/city\/catalogue\/forms\//,
    name: 'forms',
    may: /^(?:node\/city\/catalogue\/forms|node\/kernel|protocol)\//,
    packages: [],
    builtins: true,
    why: 'a form is checked in a thread or on the spot, by what runs it',
  },
  {
    of: among(VERIFIER),
    name: 'verifier of evidence',
    may: among(VERIFIER, 'node/kernel/html\\.ts$', CERTIFICATE_READER, 'protocol/'),
    packages: ['zod', 'jose', 'fflate', '#evidence/runtime'],
    builtins: false,
    why: 'whoever doubts the node verifies without it, in a browser',
  },
  {
    of: /^node\/city\//,
    name: 'city',
    may: among(CITY, SPINE, KERNEL, 'adapters/', 'certs/', 'protocol/'),
    packages: ['zod', 'jose', 'fflate', '@scure/bip39', 'uqr', 'otpauth', 'openid-client'],
    builtins: true,
    why: 'a concern knows no edge: no hono, no libp2p, no Bun',
  },
  {
    of: /^node\/edges\/http\//,
    name: 'http edge',
    may: among('node/edges/http/', `node/city/people/(?!${ROUTES})`, KERNEL, 'protocol/'),
    packages: ['hono', '@hono/zod-openapi', 'zod', 'swagger-ui-dist', '@tus/server', 'bun'],
    builtins: true,
    why: 'an edge imports no other edge; concerns come in as routes, and only who a person is is known here',
  },
  {
    of: /^node\/edges\/client\//,
    name: 'client',
    may: /^(node\/edges\/client|protocol)\//,
    packages: [],
    builtins: false,
    why: 'whoever calls a node takes no part of one along, and a browser is such a caller',
  },
  {
    of: /^node\/edges\/console\/app\/evidence\/(?:worker|thread|roots)\.ts$/,
    name: 'thread of evidence in a browser',
    may: among('node/edges/console/app/evidence/', VERIFIER, CERTIFICATE_READER, 'protocol/'),
    packages: ['zod'],
    builtins: false,
    why: 'it verifies by what the node verifies with, and calls nobody',
  },
  {
    of: /^node\/edges\/console\/app\//,
    name: 'console in a browser',
    may: among('node/edges/(?:console|client)/', VERIFIER, 'protocol/'),
    packages: CONSOLE_PACKAGES,
    builtins: false,
    why: 'it runs in a browser, reaches the node by its API alone, and verifies evidence without it',
  },
  {
    of: /^node\/edges\/console\//,
    name: 'files of the console',
    may: /^node\/edges\/console\/(?!app\/)/,
    packages: ['hono/html', 'zod', 'bun'],
    builtins: true,
    why: 'it builds and sends what runs in a browser, and runs none of it',
  },
  {
    of: /^node\/edges\/cli\/adapter-[a-z]+(?:\.test)?\.ts$/,
    name: 'commands of integrators',
    may: among('node/edges/cli/', 'node/edges/client/', 'node/spine/dispatch/', CITY, KERNEL, 'adapters/', 'protocol/'),
    packages: ['commander', 'zod'],
    builtins: true,
    why: 'they make and prove an adapter, before there is a node or with what one recorded',
  },
  {
    of: /^node\/edges\/cli\//,
    name: 'command line edge',
    may: among(
      'node/edges/cli/',
      'node/edges/client/',
      'node/(?:node|sandbox)\\.ts$',
      CITY,
      SPINE,
      KERNEL,
      'certs/',
      'protocol/',
    ),
    packages: ['commander', '@clack/prompts', 'cli-progress', 'fflate', 'uqr', 'zod', 'jose'],
    builtins: true,
    why: 'an edge imports no other edge',
  },
  {
    of: /^(examples|test|vitest\.config\.ts)/,
    name: 'examples and test',
    may: /^(?:examples|test|node|adapters|certs|protocol)\//,
    packages: ['*'],
    builtins: true,
    why: 'nothing in the product imports them',
  },
]

export type Import = { readonly from: string; readonly to: string; readonly typeOnly: boolean }
export type Finding = { readonly from: string; readonly to: string; readonly rule: string; readonly why: string }
export type Report = { modules: number; imports: number; findings: Finding[]; cycles: string[][] }

const STATEMENT =
  /(?:^|[;}\n])\s*(?:import|export)\s+(type\s+)?(?:[\w$*{}\s,]+?\s+from\s+)?['"]([^'"\n]+)['"]|\bimport\(\s*['"]([^'"\n]+)['"]\s*\)(\.[A-Z])?/g

/** Every import of a source, type-only ones too: a type from the wrong side couples two parts just as well. */
export function importsOf(path: string, source: string): Import[] {
  const found: Import[] = []
  const bare = source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '')
  for (const match of bare.matchAll(STATEMENT)) {
    const specifier = match[2] ?? match[3]
    if (specifier !== undefined)
      found.push({
        from: path,
        to: resolve(path, specifier),
        typeOnly: match[1] !== undefined || match[4] !== undefined,
      })
  }
  return found
}

function resolve(from: string, specifier: string): string {
  if (!specifier.startsWith('.')) return specifier
  const parts = from.split('/').slice(0, -1)
  for (const part of specifier.split('/')) {
    if (part === '..') {
      if (parts.pop() === undefined) return specifier
    } else if (part !== '.') parts.push(part)
  }
  return parts.join('/')
}

const isOwn = (to: string) => /^(protocol|certs|adapters|node|examples|test)\//.test(to)
/** Contract suites (`database-contract.ts`) are exported, so that each implementation's test is three lines. */
const isSuite = (path: string) => /\bcontract\.ts$/.test(path)
const isTest = (path: string) => /\.test\.ts$/.test(path)
/** `node/city/cases` under a roof of the node, else two levels, such as `adapters/rest`. */
const folderOf = (path: string) =>
  path
    .split('/')
    .slice(0, /^node\/(?:kernel|spine|city|edges)\//.test(path) ? 3 : 2)
    .join('/')

function allowsPackage(packages: readonly string[], name: string): boolean {
  return packages.some(
    entry =>
      entry === '*' || entry === name || (entry.endsWith('/') ? name.startsWith(entry) : name.startsWith(`${entry}/`)),
  )
}

function judge(found: Import, modules: ReadonlySet<string>): Finding | null {
  const { from, to } = found
  const refuse = (rule: string, why: string): Finding => ({ from, to, rule, why })
  const rule = RULES.find(candidate => candidate.of.test(from))
  if (rule === undefined) return refuse('place', 'the module lies in no part of the architecture')
  const test = isTest(from)
  if (to.startsWith('node:')) return rule.builtins || test ? null : refuse(rule.name, `${rule.why}: no node: modules`)
  if (!isOwn(to)) {
    if (to.startsWith('.')) return refuse(rule.name, 'the path leaves the repository')
    const packages = test || isSuite(from) ? [...rule.packages, ...TEST_PACKAGES] : rule.packages
    return allowsPackage(packages, to) ? null : refuse(rule.name, `${rule.why}: package not allowed`)
  }
  if (/\.[a-z]+$/.test(to) && to.endsWith('.ts') && !modules.has(to))
    return refuse(rule.name, 'there is no such module')
  if (isTest(to)) return refuse(rule.name, 'nothing imports a test')
  const ownFolder = folderOf(from) === folderOf(to) && !/\/(?:[a-z]+-)?(?:routes|part)\.ts$/.test(to)
  if (ownFolder || rule.may.test(to)) return null
  if (test && (TEST_MAY.test(to) || folderOf(from) === folderOf(to))) return null
  if (test && from.startsWith('node/') && NODE_TEST_MAY.test(to)) return null
  return refuse(rule.name, rule.why)
}

/** Checks every import against the table and looks for cycles among imports that exist at run time. */
export function checkBoundaries(sources: ReadonlyMap<string, string>): Report {
  const modules = new Set(sources.keys())
  const report: Report = { modules: modules.size, imports: 0, findings: [], cycles: [] }
  const graph = new Map<string, string[]>()
  for (const [path, source] of sources) {
    const edges: string[] = []
    for (const found of importsOf(path, source)) {
      report.imports++
      const finding = judge(found, modules)
      if (finding !== null) report.findings.push(finding)
      if (!found.typeOnly && modules.has(found.to)) edges.push(found.to)
    }
    graph.set(path, edges)
  }
  report.cycles = cyclesOf(graph)
  return report
}

/** Strongly connected components of more than one module (Tarjan), or of one that imports itself. */
function cyclesOf(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const index = new Map<string, number>()
  const low = new Map<string, number>()
  const stack: string[] = []
  const onStack = new Set<string>()
  const cycles: string[][] = []
  const visit = (node: string): number => {
    const own = index.size
    index.set(node, own)
    let lowest = own
    stack.push(node)
    onStack.add(node)
    for (const next of graph.get(node) ?? []) {
      if (!index.has(next)) lowest = Math.min(lowest, visit(next))
      else if (onStack.has(next)) lowest = Math.min(lowest, index.get(next) ?? lowest)
    }
    low.set(node, lowest)
    if (lowest === own) {
      const component = stack.splice(stack.lastIndexOf(node))
      for (const member of component) onStack.delete(member)
      if (component.length > 1 || (graph.get(node) ?? []).includes(node)) cycles.push(component)
    }
    return lowest
  }
  for (const node of graph.keys()) if (!index.has(node)) visit(node)
  return cycles
}
