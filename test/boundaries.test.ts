import { describe, expect, test } from 'vitest'
import { checkBoundaries, importsOf, RULES } from './boundaries.ts'

const check = (...modules: [path: string, source: string][]) => checkBoundaries(new Map(modules))
const other: [string, string][] = [
  ['node/p2p/host.ts', ''],
  ['node/cases/service.ts', ''],
  ['node/cases/routes.ts', ''],
  ['node/store/database.ts', ''],
  ['node/exchange/wire.ts', ''],
  ['node/parts/cases.ts', ''],
  ['node/client/client.ts', ''],
  ['protocol/problem.ts', ''],
  ['adapters/rest/rest.ts', ''],
]

describe('boundaries', () => {
  test.each([
    ['protocol/a.ts', "import fs from 'node:fs'"],
    ['protocol/a.ts', "import type { Database } from '../node/store/database.ts'"],
    ['protocol/a.ts', "import forge from 'node-forge'"],
    ['certs/a.ts', "import { open } from '../node/store/database.ts'"],
    ['adapters/workbench/a.ts', "import { rest } from '../rest/rest.ts'"],
    ['node/cases/service.ts', "import { Hono } from 'hono'"],
    ['node/cases/service.ts', "import { createLibp2p } from 'libp2p'"],
    ['node/cases/service.ts', "import { Database } from 'bun:sqlite'"],
    ['node/cases/service.ts', "import { caseRoutes } from './routes.ts'"],
    ['node/cases/service.ts', "import { host } from '../p2p/host.ts'"],
    ['node/http/app.ts', "import { host } from '../p2p/host.ts'"],
    ['node/http/app.ts', "import { cases } from '../cases/service.ts'"],
    ['node/p2p/host.ts', "import { Hono } from 'hono'"],
    ['node/exchange/inbox.ts', "import { cases } from '../cases/service.ts'"],
    ['node/store/sqlite.ts', "import { wire } from '../exchange/wire.ts'"],
    ['node/identity/a.ts', "import forge from 'node-forge'"],
    ['node/cases/service.ts', "import { createCasesPart } from '../parts/cases.ts'"],
    ['node/parts/cases.ts', "import { Hono } from 'hono'"],
    ['node/partners/a.ts', "const host = await import('../p2p/host.ts')"],
    ['node/partners/a.ts', "export type { Host } from '../p2p/host.ts'"],
    ['node/partners/a.ts', "type Host = import('../p2p/host.ts').Host"],
    ['node/partners/a.ts', "import {\n  one,\n  two,\n} from '../p2p/host.ts'"],
    ['node/partners/a.ts', "import { gone } from './gone.ts'"],
    ['node/dispatch/dispatch.ts', "import { Hono } from 'hono'"],
    ['node/dispatch/routes.ts', "import { host } from '../p2p/host.ts'"],
    ['node/client/client.ts', "import type { caseRoutes } from '../cases/routes.ts'"],
    ['node/client/client.ts', "import { randomUUID } from 'node:crypto'"],
    ['node/client/client.ts', "import * as z from 'zod'"],
    ['node/http/app.ts', "import { createClient } from '../client/client.ts'"],
    ['protocol/a.test.ts', "import type { Database } from '../node/store/database.ts'"],
    ['node/cases/service.ts', "import { expect } from 'vitest'"],
    ['elsewhere/a.ts', "import { problem } from '../protocol/problem.ts'"],
  ])('refuses %s: %s', (path, source) => {
    const findings = check(...other, [path, source]).findings
    expect(findings).toHaveLength(1)
    expect(findings[0]?.from).toBe(path)
  })

  test.each([
    ['node/cli/cases.ts', "import { createClient } from '../client/client.ts'"],
    ['protocol/a.ts', "import { z } from 'zod'\nimport { problem } from './problem.ts'"],
    ['node/cases/routes.ts', "import { createRoute } from '@hono/zod-openapi'\nimport { cases } from './service.ts'"],
    ['node/cases/service.ts', "import type { Database } from '../store/database.ts'"],
    ['node/cases/service.test.ts', "import { expect } from 'vitest'"],
    ['adapters/sdk/contract.ts', "import { expect } from 'vitest'"],
    ['node/version.ts', "import pack from '../package.json' with { type: 'json' }"],
    ['node/dispatch/routes.ts', "import { createRoute } from '@hono/zod-openapi'"],
    ['node/http/app.test.ts', "import { cases } from '../cases/service.ts'"],
    ['node/node.ts', "import { host } from './p2p/host.ts'\nimport { routes } from './cases/routes.ts'"],
    ['node/parts/cases.ts', "import { host } from '../p2p/host.ts'\nimport { routes } from '../cases/routes.ts'"],
    ['test/e2e.test.ts', "import { host } from '../node/p2p/host.ts'\nimport anything from 'anything'"],
    ['node/cases/b.ts', "// import { host } from '../p2p/host.ts'\nconst text = 'import it'"],
  ])('allows %s: %s', (path, source) => {
    expect(check(...other, [path, source]).findings).toEqual([])
  })

  test('finds a cycle, but not one of types alone', () => {
    const loop = check(
      ['node/cases/a.ts', "import { b } from './b.ts'"],
      ['node/cases/b.ts', "import { c } from './c.ts'"],
      ['node/cases/c.ts', "import { a } from './a.ts'"],
    )
    expect(loop.cycles.map(cycle => cycle.toSorted())).toEqual([
      ['node/cases/a.ts', 'node/cases/b.ts', 'node/cases/c.ts'],
    ])
    const types = check(
      ['node/cases/a.ts', "import type { B } from './b.ts'"],
      ['node/cases/b.ts', "import { a } from './a.ts'"],
    )
    expect(types.cycles).toEqual([])
  })

  test('counts what it saw, and reads no import that Bun does not see', () => {
    const lazy = `import(${"'./d.ts'"})`
    const source = `import a from 'zod'\nexport * from './b.ts'\nimport './c.ts'\nconst d = () => ${lazy}\n`
    const seen = new Bun.Transpiler({ loader: 'ts' }).scanImports(`${source}console.log(a)`).map(found => found.path)
    expect(importsOf('protocol/a.ts', source).map(found => found.to)).toEqual(
      seen.map(path => path.replace('./', 'protocol/')),
    )
    expect(check(['protocol/a.ts', source]).imports).toBe(4)
    expect(RULES.every(rule => rule.why.length > 0)).toBe(true)
  })
})
