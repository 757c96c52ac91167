import { describe, expect, test } from 'vitest'
import { checkBoundaries, importsOf, RULES } from './boundaries.ts'

const check = (...modules: [path: string, source: string][]) => checkBoundaries(new Map(modules))
const other: [string, string][] = [
  ['node/node.ts', ''],
  ['node/edges/http/app.ts', ''],
  ['node/spine/p2p/host.ts', ''],
  ['node/city/cases/service.ts', ''],
  ['node/city/cases/routes.ts', ''],
  ['node/kernel/store/database.ts', ''],
  ['node/spine/exchange/wire.ts', ''],
  ['node/city/cases/part.ts', ''],
  ['node/edges/client/client.ts', ''],
  ['protocol/problem.ts', ''],
  ['adapters/rest/rest.ts', ''],
]

describe('boundaries', () => {
  test.each([
    ['protocol/a.ts', "import fs from 'node:fs'"],
    ['protocol/a.ts', "import type { Database } from '../node/kernel/store/database.ts'"],
    ['protocol/a.ts', "import forge from 'node-forge'"],
    ['certs/a.ts', "import { open } from '../node/kernel/store/database.ts'"],
    ['adapters/workbench/a.ts', "import { rest } from '../rest/rest.ts'"],
    ['node/city/cases/service.ts', "import { Hono } from 'hono'"],
    ['node/city/cases/service.ts', "import { createLibp2p } from 'libp2p'"],
    ['node/city/cases/service.ts', "import { Database } from 'bun:sqlite'"],
    ['node/city/cases/service.ts', "import { caseRoutes } from './routes.ts'"],
    ['node/city/cases/service.ts', "import { host } from '../../spine/p2p/host.ts'"],
    ['node/edges/http/app.ts', "import { host } from '../../spine/p2p/host.ts'"],
    ['node/edges/http/app.ts', "import { cases } from '../../city/cases/service.ts'"],
    ['node/spine/p2p/host.ts', "import { Hono } from 'hono'"],
    ['node/spine/exchange/inbox.ts', "import { cases } from '../../city/cases/service.ts'"],
    ['node/kernel/records/audit.ts', "import { wire } from '../../spine/exchange/wire.ts'"],
    ['node/kernel/clock.ts', "import { cases } from '../city/cases/service.ts'"],
    ['node/spine/exchange/inbox.ts', "import { app } from '../../edges/http/app.ts'"],
    ['node/city/cases/service.ts', "import { app } from '../../edges/http/app.ts'"],
    ['node/city/cases/service.ts', "import { startNode } from '../../node.ts'"],
    ['node/edges/cli/start.ts', "import { app } from '../http/app.ts'"],
    ['node/edges/cli/start.ts', "import { host } from '../../spine/p2p/host.ts'"],
    ['node/kernel/store/sqlite.ts', "import { wire } from '../../spine/exchange/wire.ts'"],
    ['node/city/partners/identity/a.ts', "import forge from 'node-forge'"],
    ['node/city/cases/service.ts', "import { createCasesPart } from './part.ts'"],
    ['node/city/cases/part.ts', "import { Hono } from 'hono'"],
    ['node/spine/trust/a.ts', "const host = await import('../p2p/host.ts')"],
    ['node/city/partners/a.ts', "export type { Host } from '../../spine/p2p/host.ts'"],
    ['node/spine/trust/a.ts', "type Host = import('../p2p/host.ts').Host"],
    ['node/city/partners/a.ts', "import {\n  one,\n  two,\n} from '../../spine/p2p/host.ts'"],
    ['node/city/partners/a.ts', "import { gone } from './gone.ts'"],
    ['node/spine/dispatch/dispatch.ts', "import { Hono } from 'hono'"],
    ['node/spine/dispatch/routes.ts', "import { host } from '../p2p/host.ts'"],
    ['node/edges/client/client.ts', "import type { caseRoutes } from '../../city/cases/routes.ts'"],
    ['node/edges/client/client.ts', "import { randomUUID } from 'node:crypto'"],
    ['node/edges/client/client.ts', "import * as z from 'zod'"],
    ['node/edges/http/app.ts', "import { createClient } from '../client/client.ts'"],
    ['protocol/a.test.ts', "import type { Database } from '../node/kernel/store/database.ts'"],
    ['node/city/cases/service.ts', "import { expect } from 'vitest'"],
    ['node/city/records/evidence/verify-source.ts', "import { open } from 'node:fs/promises'"],
    ['node/city/records/evidence/zip.ts', "import { cases } from '../../cases/service.ts'"],
    ['certs/read.ts', "import { createHash } from 'node:crypto'"],
    ['node/edges/console/app/a.ts', "import { cases } from '../../../city/cases/service.ts'"],
    ['elsewhere/a.ts', "import { problem } from '../protocol/problem.ts'"],
  ])('refuses %s: %s', (path, source) => {
    const findings = check(...other, [path, source]).findings
    expect(findings).toHaveLength(1)
    expect(findings[0]?.from).toBe(path)
  })

  test.each([
    ['node/edges/cli/cases.ts', "import { createClient } from '../client/client.ts'"],
    ['protocol/a.ts', "import { z } from 'zod'\nimport { problem } from './problem.ts'"],
    [
      'node/city/cases/routes.ts',
      "import { createRoute } from '@hono/zod-openapi'\nimport { cases } from './service.ts'",
    ],
    ['node/city/cases/service.ts', "import type { Database } from '../../kernel/store/database.ts'"],
    ['node/spine/exchange/inbox.ts', "import type { Database } from '../../kernel/store/database.ts'"],
    ['node/city/cases/service.test.ts', "import { expect } from 'vitest'"],
    ['adapters/sdk/contract.ts', "import { expect } from 'vitest'"],
    ['node/version.ts', "import pack from '../package.json' with { type: 'json' }"],
    ['node/spine/dispatch/routes.ts', "import { createRoute } from '@hono/zod-openapi'"],
    ['node/edges/http/app.test.ts', "import { cases } from '../../city/cases/service.ts'"],
    ['node/node.ts', "import { host } from './spine/p2p/host.ts'\nimport { routes } from './city/cases/routes.ts'"],
    ['node/city/cases/part.ts', "import { host } from '../../spine/p2p/host.ts'\nimport { routes } from './routes.ts'"],
    ['test/e2e.test.ts', "import { host } from '../node/spine/p2p/host.ts'\nimport anything from 'anything'"],
    ['node/city/cases/b.ts', "// import { host } from '../../spine/p2p/host.ts'\nconst text = 'import it'"],
  ])('allows %s: %s', (path, source) => {
    expect(check(...other, [path, source]).findings).toEqual([])
  })

  test('finds a cycle, but not one of types alone', () => {
    const loop = check(
      ['node/city/cases/a.ts', "import { b } from './b.ts'"],
      ['node/city/cases/b.ts', "import { c } from './c.ts'"],
      ['node/city/cases/c.ts', "import { a } from './a.ts'"],
    )
    expect(loop.cycles.map(cycle => cycle.toSorted())).toEqual([
      ['node/city/cases/a.ts', 'node/city/cases/b.ts', 'node/city/cases/c.ts'],
    ])
    const types = check(
      ['node/city/cases/a.ts', "import type { B } from './b.ts'"],
      ['node/city/cases/b.ts', "import { a } from './a.ts'"],
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
