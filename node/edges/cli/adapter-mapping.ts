/** A mapping by itself, as commands look at it: read from its file, and made into an adapter without its secrets. */
import { createRestAdapter } from '../../../adapters/rest/rest.ts'
import type { Adapter } from '../../../adapters/sdk/port.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import { jsonOf, readTextFile } from '../../kernel/config/text-file.ts'

export type Json = Readonly<Record<string, unknown>>
export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Problem: `config.invalid`. */
export async function readMapping(file: string): Promise<Json> {
  const mapping = jsonOf(await readTextFile(file, 'config.invalid'), file, 'config.invalid')
  if (!isObject(mapping)) throw new ProblemError('config.invalid', `${file}: is no mapping`)
  return mapping
}

/** Every text of a mapping, with its place. */
export function textsOf(value: unknown, place = ''): { place: string; text: string }[] {
  if (typeof value === 'string') return [{ place, text: value }]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, inner]) => textsOf(inner, place === '' ? name : `${place}.${name}`))
}

/** Stands for each secret: what is looked at here goes nowhere. Not a word that other texts may hold, since it is hidden in them. */
const SECRET = 'a-secret-that-goes-nowhere'

/** Problem: `config.invalid`, with every place that is wrong. */
export function adapterOf(mapping: Json): Adapter {
  const names = textsOf(mapping).flatMap(({ place, text }) => [
    ...(/(^|\.)secret$/.test(place) ? [text] : []),
    ...[...text.matchAll(/\$secret\(\s*['"]([^'"]+)['"]\s*\)/g)].map(([, name = '']) => name),
  ])
  return createRestAdapter({ config: mapping, secrets: Object.fromEntries(names.map(name => [name, SECRET])) })
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
