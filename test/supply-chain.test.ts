/** What is installed is what was looked at: fixed by hash, on the Node that it wants, without scripts that tell others. */
import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'

const read = (name: string): Promise<string> => readFile(new URL(`../${name}`, import.meta.url), 'utf8')

type Locked = {
  version?: string
  integrity?: string
  link?: boolean
  dev?: boolean
  optional?: boolean
  engines?: { node?: string }
  hasInstallScript?: boolean
}
type Package = {
  engines: { node: string }
  allowScripts: Record<string, boolean>
  scarfSettings?: { enabled?: boolean }
}

const manifest = JSON.parse(await read('package.json')) as Package
const lock = JSON.parse(await read('package-lock.json')) as { packages: Record<string, Locked> }
const packages = Object.entries(lock.packages).filter(([path, { link }]) => path !== '' && link !== true)
const nameOf = (path: string): string => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)

describe('the lock file', () => {
  test('fixes each package by its hash, those for other machines too', () => {
    expect(packages.length).toBeGreaterThan(100)
    const loose = packages.filter(([, { integrity }]) => integrity === undefined || !/^sha512-/.test(integrity))
    expect(loose.map(([path]) => path)).toEqual([])
  })

  test('says of each package that would run something at its installation whether it may', () => {
    const scripts = packages.filter(([, { hasInstallScript }]) => hasInstallScript === true)
    expect(Object.keys(manifest.allowScripts).sort()).toEqual(scripts.map(([path]) => nameOf(path)).sort())
  })
})

test('the oldest Node of each line that is promised is one that every package wants', () => {
  const lines = manifest.engines.node.split(' || ').map(range => range.replace(/^[^\d]+/, ''))
  expect(lines).toHaveLength(3)
  const unmet = packages.flatMap(([path, { engines }]) =>
    lines
      .filter(version => engines?.node !== undefined && !Bun.semver.satisfies(version, engines.node))
      .map(version => `${path} ${version}`),
  )
  expect(unmet).toEqual([])
})

test('an npm that knows no list of scripts is kept from telling others too', () => {
  expect(manifest.allowScripts['@scarf/scarf']).toBe(false)
  expect(manifest.scarfSettings).toEqual({ enabled: false })
})

describe('the image', () => {
  test('is built on an image named by its digest, and asks whether the node is ready', async () => {
    const lines = (await read('Dockerfile')).split('\n')
    expect(lines.filter(line => line.startsWith('ARG NODE_IMAGE='))).toEqual([
      expect.stringMatching(/^ARG NODE_IMAGE=node:24-slim@sha256:[0-9a-f]{64}$/),
    ])
    expect(lines.filter(line => /^FROM (?!\$\{NODE_IMAGE\})/.test(line))).toEqual([])
    expect(lines.find(line => line.includes('fetch('))).toContain('/readyz')
    expect(lines.filter(line => line.startsWith('USER '))).toEqual(['USER node'])
  })
})
