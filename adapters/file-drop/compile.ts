/** From configuration to what runs: every expression compiled, every secret found; all problems are told at once. */
import type { JsonValue } from '../../protocol/primitives.ts'
import { type Refused, refuse } from '../../protocol/problem.ts'
import {
  type AnswerKind,
  compileDictionary,
  compileMapping,
  compileTemplate,
  type Dictionary,
  type Mapping,
  mappingFunctions,
  type Template,
} from '../sdk/index.ts'
import type { FileDropConfig } from './config.ts'
import type { DataForm } from './data.ts'
import type { SftpOptions } from './sftp.ts'

export type PacketPlan = { data: Mapping; acknowledged: boolean }

export type OutPlan = {
  folder: string
  form: DataForm
  file: string
  marker: string
  materials: boolean
  packets: ReadonlyMap<string, PacketPlan>
  ignoresUnmapped: boolean
}

export type InPlan = {
  folder: string
  done: string
  form: DataForm
  ending: string
  ready: FileDropConfig['in']['ready']
  list: Mapping
  id: Mapping | null
  packet: Mapping | null
  taken: Mapping | null
  error: Mapping | null
  localCaseNo: Mapping
  at: Mapping | null
  kind: Mapping | null
  bodies: ReadonlyMap<AnswerKind, Mapping>
  files: boolean
  errors: ReadonlyMap<string, string>
}

export type DropPlan = { place: { folder: string } | SftpOptions; out: OutPlan; in: InPlan }

/** At most so many problems are told in one message. */
const TOLD = 12
const BODY_VARIABLES = ['submit']

/** Problem: `config.invalid`, with every place that is wrong. */
export function compileDrop(
  config: FileDropConfig,
  secrets: Readonly<Record<string, string>>,
): { ok: true; plan: DropPlan } | Refused {
  const problems: string[] = []
  const dictionaries = new Map<string, Dictionary>()
  for (const [name, table] of Object.entries(config.dictionaries)) {
    const compiled = compileDictionary(name, table)
    if (compiled.ok) dictionaries.set(name, compiled.dictionary)
    else problems.push(compiled.problem.detail ?? name)
  }
  const functions = mappingFunctions(dictionaries)

  const named = (mapping: Mapping): Mapping => {
    for (const { place, text } of [...mapping.named('theirs'), ...mapping.named('ours')])
      if (!dictionaries.has(text)) problems.push(`${place}: there is no dictionary ${text}`)
    return mapping
  }
  const mapping = (place: string, expression: string): Mapping => {
    const compiled = compileMapping(place, expression, functions)
    if (compiled.ok) return named(compiled.mapping)
    problems.push(compiled.problem.detail ?? place)
    return unusable(place)
  }
  const optional = (place: string, expression: string | undefined) =>
    expression === undefined ? null : mapping(place, expression)
  const template = (place: string, value: Template, variables: readonly string[] = []): Mapping => {
    const compiled = compileTemplate(place, value, functions, undefined, variables)
    if (compiled.ok) return named(compiled.mapping)
    for (const { problem } of compiled.problems) problems.push(problem.detail ?? place)
    return unusable(place)
  }

  const { out, charset } = config
  const answers = config.in
  const { each } = answers
  if (out.packets['case.submit'] === undefined) problems.push('out.packets.case.submit: is needed')
  if ((config.folder === undefined) === (config.sftp === undefined))
    problems.push('folder, sftp: one of them is needed')
  if ((each.packet === undefined) !== (each.taken === undefined))
    problems.push('in.each.packet, in.each.taken: the one needs the other')
  const waits = Object.entries(out.packets).find(([, packet]) => packet?.acknowledged)
  if (waits !== undefined && each.packet === undefined)
    problems.push(`out.packets.${waits[0]}: is acknowledged, so in.each.packet is needed`)
  if (out.packets['case.submit']?.acknowledged === false)
    problems.push('out.packets.case.submit: its acknowledgement brings the local case number')
  if (answers.folder.toLowerCase() === answers.done.toLowerCase())
    problems.push('in.done: another folder than in.folder')

  const plan: DropPlan = {
    place: config.sftp === undefined ? { folder: config.folder ?? '' } : sftpOf(config.sftp, secrets, problems),
    out: {
      folder: out.folder,
      form: { format: out.format, charset, delimiter: out.delimiter, people: out.people, root: out.root },
      file: out.file ?? `data.${out.format}`,
      marker: out.marker,
      materials: out.materials === 'files',
      packets: new Map(
        Object.entries(out.packets).map(([kind, { data, acknowledged }]) => [
          kind,
          { data: template(`out.packets.${kind}.data`, data, BODY_VARIABLES), acknowledged },
        ]),
      ),
      ignoresUnmapped: out.unmapped === 'ignore',
    },
    in: {
      folder: answers.folder,
      done: answers.done,
      form: { format: answers.format, charset, delimiter: answers.delimiter, people: false, root: '' },
      ending: (answers.ending ?? `.${answers.format}`).toLowerCase(),
      ready: answers.ready,
      list: mapping('in.list', answers.list),
      id: optional('in.each.id', each.id),
      packet: optional('in.each.packet', each.packet),
      taken: optional('in.each.taken', each.taken),
      error: optional('in.each.error', each.error),
      localCaseNo: mapping('in.each.localCaseNo', each.localCaseNo),
      at: optional('in.each.at', each.at),
      kind: optional('in.each.kind', each.kind),
      bodies: new Map(
        Object.entries(each.body).map(([kind, body]) => [
          kind as AnswerKind,
          template(`in.each.body.${kind}`, body as Template),
        ]),
      ),
      files: answers.files,
      errors: new Map(Object.entries(config.errors)),
    },
  }
  if (problems.length === 0) return { ok: true, plan }
  const rest = problems.length - TOLD
  const told = problems.slice(0, TOLD).join('; ')
  return refuse('config.invalid', rest > 0 ? `${told}; and ${rest} more` : told)
}

function sftpOf(
  { host, port, user, root, hostKeys, ...names }: NonNullable<FileDropConfig['sftp']>,
  secrets: Readonly<Record<string, string>>,
  problems: string[],
): SftpOptions {
  if ((names.password === undefined) === (names.privateKey === undefined))
    problems.push('sftp.password, sftp.privateKey: one of them is needed')
  const proof: { password?: string; privateKey?: string; passphrase?: string } = {}
  for (const part of ['password', 'privateKey', 'passphrase'] as const) {
    const name = names[part]
    if (name === undefined) continue
    const value = Object.hasOwn(secrets, name) ? secrets[name] : undefined
    if (value === undefined || value === '') problems.push(`sftp.${part}: the secret ${name} is missing`)
    else proof[part] = value
  }
  return { host, port, user, root, hostKeys, ...proof }
}

/** Stands where an expression could not be compiled; the plan is refused, so it never runs. */
const unusable = (place: string): Mapping => ({
  place,
  asks: () => false,
  named: () => [],
  evaluate: async () => refuse('config.invalid', place),
})

/** What a mapping gives; null for nothing. Problem: `adapter.mapping`. */
export async function found(
  mapping: Mapping | null,
  input: Parameters<Mapping['evaluate']>[0],
): Promise<{ ok: true; value: JsonValue } | Refused> {
  const mapped = await mapping?.evaluate(input)
  if (mapped?.ok === false) return mapped
  return { ok: true, value: mapped?.value ?? null }
}
