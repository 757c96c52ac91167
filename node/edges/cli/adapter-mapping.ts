/** A mapping by itself, as commands look at it: read from its file, which the configuration may name. */
import { resolve } from 'node:path'
import { ProblemError } from '../../../protocol/problem.ts'
import { mainName, type NodeConfig } from '../../kernel/config/config.ts'
import { MAPPED_KINDS, type MappedKind, readMappingText } from '../../spine/dispatch/mapped-part.ts'
import type { CommandContext } from './context.ts'

export type Json = Readonly<Record<string, unknown>>
export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A mapping with its kind, and the files that it names. */
export type MappingFile = { kind: MappedKind; config: Json; files: Readonly<Record<string, string>> }

/** Problem: `config.invalid`. */
export async function readMapping(file: string, kind: MappedKind = 'rest'): Promise<MappingFile> {
  const { config, files } = await readMappingText(kind, file, file)
  if (!isObject(config)) throw new ProblemError('config.invalid', `${file}: is no mapping`)
  return { kind, config, files }
}

/** What says which mapping is meant, beside its file: `kind` of the file, or the name of an adapter of the configuration in its place. */
export type MappingFlags = { kind?: string; adapter?: string }

/** Problem: `request.invalid`. */
export function kindOf(named: string | undefined): MappedKind {
  const kind = MAPPED_KINDS.find(one => one === (named ?? 'rest'))
  if (kind === undefined) throw new ProblemError('request.invalid', `--kind: one of ${MAPPED_KINDS.join(', ')}`)
  return kind
}

/** The mapping of a file, or of the adapter that the configuration names so. Problems: `request.invalid`, `config.invalid`. */
export async function mappingOf(
  { config: configOf }: Pick<CommandContext, 'config'>,
  file: string | undefined,
  { kind, adapter }: MappingFlags,
): Promise<MappingFile> {
  if (file !== undefined) return readMapping(resolve(file), kindOf(kind))
  if (adapter === undefined)
    throw new ProblemError('request.invalid', 'the file of a mapping, or --adapter NAME of the configuration')
  const config = await configOf()
  const settings = namedAdapter(config, adapter)
  if (settings.kind === 'workbench')
    throw new ProblemError('request.invalid', 'a workbench has no mapping: officers work on its cases in the console')
  if (settings.kind === 'module')
    throw new ProblemError(
      'request.invalid',
      'a module has no mapping: hold it to the contract by tongban adapter test',
    )
  if (settings.kind === 'remote')
    throw new ProblemError(
      'request.invalid',
      'a remote adapter keeps its mapping in its own program: look at it there, or switch the trace on',
    )
  const read = await readMapping(resolve(config.folder, settings.mapping), settings.kind)
  const { baseUrl } = 'baseUrl' in settings ? settings : {}
  return baseUrl === undefined ? read : { ...read, config: { ...read.config, baseUrl } }
}

/** The settings of one of the approval systems of a node. Problem: `request.invalid`. */
export function namedAdapter(config: NodeConfig, name: string): NodeConfig['adapter'] {
  const main = config.withoutMain ? null : mainName(config)
  const found = name === main ? config.adapter : config.adapters[name]
  if (found !== undefined) return found
  const known = [...(main === null ? [] : [main]), ...Object.keys(config.adapters)].join(', ')
  throw new ProblemError('request.invalid', `--adapter: the configuration names ${known}`)
}

/** Every text of a mapping, with its place. */
export function textsOf(value: unknown, place = ''): { place: string; text: string }[] {
  if (typeof value === 'string') return [{ place, text: value }]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, inner]) => textsOf(inner, place === '' ? name : `${place}.${name}`))
}

/** texts that a node is told of, and characters of one */
const WORDS = { most: 5000, characters: 500 } as const

/** What mappings say themselves, of nobody: their words in Chinese, their codes, and the names of both. */
export function wordsOf(mappings: readonly Json[]): string[] {
  const words = new Set<string>()
  const add = (text: string): void => {
    if (text.length <= WORDS.characters) words.add(text)
    for (const [run] of text.matchAll(/[\p{Script=Han}·]+/gu)) words.add(run.slice(0, WORDS.characters))
  }
  const names = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    for (const [name, inner] of Object.entries(value)) {
      if (!Array.isArray(value)) add(name)
      names(inner)
    }
  }
  for (const mapping of mappings) {
    for (const { text } of textsOf(mapping)) add(text)
    names(mapping)
  }
  return [...words].slice(0, WORDS.most)
}
