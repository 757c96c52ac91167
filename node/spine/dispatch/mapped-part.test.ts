import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadMappedAdapter } from './mapped-part.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tongban-mapped-'))
  const police = await Bun.file(new URL('../../../adapters/soap/police.json', import.meta.url)).json()
  await writeFile(join(folder, 'police.json'), JSON.stringify(police))
  await writeFile(join(folder, 'wsdl.json'), JSON.stringify({ ...police, wsdl: { file: 'case.wsdl' } }))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const load = (mapping: string, baseUrl?: string) =>
  loadMappedAdapter({ kind: 'soap', mapping, baseUrl }, folder, async () => ({ licence: 'L' }))

describe('a mapping of the kind soap', () => {
  test('is read, with the address that the settings give it', async () => {
    expect(await load('police.json')).toMatchObject({ kind: 'soap', system: 'https://kstb.example' })
    expect(await load('police.json', 'https://other.example/a')).toMatchObject({ system: 'https://other.example' })
  })

  test('names a WSDL beside it, which is read too; one that is not there, or none, is told', async () => {
    await expect(load('wsdl.json')).rejects.toThrow('case.wsdl is not there')
    await writeFile(join(folder, 'case.wsdl'), '<a/>')
    await expect(load('wsdl.json')).rejects.toThrow('wsdl: no WSDL 1.1')
  })
})
