/** From configuration to what runs: every expression compiled, what does not go together named; all problems are told at once. */
import { resolve } from 'node:path'
import { type Refused, refuse } from '../../protocol/problem.ts'
import {
  type AnswerKind,
  compileDictionary,
  compileMapping,
  compileTemplate,
  type Dictionary,
  type Mapping,
  type MappingFunctions,
  mappingFunctions,
  type Template,
} from '../sdk/index.ts'
import type { FrontTableConfig, PacketConfig, RowConfig, SourceConfig } from './config.ts'
import type { TableName } from './driver.ts'
import type {
  AnswerPlan,
  ColumnPlan,
  FilesPlan,
  FrontTablePlan,
  MaterialsPlan,
  PacketPlan,
  RowPlan,
  SourcePlan,
} from './plan.ts'

/** At most so many problems are told in one message. */
const TOLD = 12

/** What a column reads besides the delivery. */
export const ROW_VARIABLES = ['submit', 'written'] as const

export type CompileOptions = {
  /** folder that paths of the configuration are in */
  folder: string
  /** an empty text is NULL in this database */
  emptyIsNull: boolean
  /** in place of `mappingFunctions` of the dictionaries */
  functions?: MappingFunctions
}

/** Problem: `config.invalid`, with every place that is wrong. */
export function compilePlan(
  config: FrontTableConfig,
  options: CompileOptions,
): { ok: true; plan: FrontTablePlan } | Refused {
  const compiler = new Compiler(config, options)
  const plan = compiler.plan()
  if (compiler.problems.length === 0 && plan !== null) return { ok: true, plan }
  const told = compiler.problems.slice(0, TOLD).join('; ')
  const rest = compiler.problems.length - TOLD
  return refuse('config.invalid', rest > 0 ? `${told}; and ${rest} more` : told)
}

export function tableOf(name: string, schema: string | undefined): TableName {
  const [first = '', second] = name.split('.')
  return second === undefined ? { schema: schema ?? null, table: first } : { schema: first, table: second }
}

class Compiler {
  readonly problems: string[] = []
  readonly #config: FrontTableConfig
  readonly #options: CompileOptions
  readonly #dictionaries: ReadonlyMap<string, Dictionary>
  readonly #functions: MappingFunctions
  #readsSubmit = false

  constructor(config: FrontTableConfig, options: CompileOptions) {
    this.#config = config
    this.#options = options
    this.#dictionaries = this.#compileDictionaries()
    this.#functions = options.functions ?? mappingFunctions(this.#dictionaries)
  }

  plan(): FrontTablePlan | null {
    const { register, packets, unmapped, errors, database, events } = this.#config
    const ways = [register.localCaseNo, register.answer, register.handed].filter(way => way !== undefined)
    if (ways.length !== 1)
      this.problems.push('register: one of localCaseNo, answer and handed says where the case number comes from')
    if (register.answer !== undefined && register.answer.localCaseNo === undefined)
      this.problems.push('register.answer.localCaseNo: is missing')
    const names = events.map(({ name }) => name)
    for (const [index, name] of names.entries())
      if (names.indexOf(name) !== index) this.problems.push(`events.${index}.name: stands twice`)
    const sources = events.map((source, index) => this.#source(`events.${index}`, source))
    const first = this.#packet('register', 'register', register, register.localCaseNo)
    const later = new Map<string, PacketPlan>()
    for (const [kind, packet] of Object.entries(packets)) {
      const compiled = this.#packet(`packets.${kind}`, kind, packet)
      if (compiled !== null) later.set(kind, compiled)
    }
    const handing = [register, ...Object.values(packets)].some(({ handed }) => handed === true)
    if (handing && sources.every(({ outcome }) => outcome === null))
      this.problems.push('events: none has an `outcome`, which tells what became of packets that were handed over')
    const materials = this.#materials()
    if (first === null) return null
    return {
      register: first,
      packets: later,
      unmapped,
      materials,
      sources,
      errors: new Map(Object.entries(errors)),
      charset: database.charset,
      emptyIsNull: this.#options.emptyIsNull,
      // The last: what is compiled before says so.
      readsSubmit: this.#readsSubmit,
    }
  }

  #fail(refused: Refused): void {
    this.problems.push(refused.problem.detail ?? refused.problem.code)
  }

  #compileDictionaries(): ReadonlyMap<string, Dictionary> {
    const dictionaries = new Map<string, Dictionary>()
    for (const [name, table] of Object.entries(this.#config.dictionaries)) {
      const compiled = compileDictionary(name, table)
      if (compiled.ok) dictionaries.set(name, compiled.dictionary)
      else this.#fail(compiled)
    }
    return dictionaries
  }

  #mapping(place: string, expression: string, variables: readonly string[] = []): Mapping {
    const compiled = compileMapping(place, expression, this.#functions, variables)
    if (!compiled.ok) {
      this.#fail(compiled)
      return unusable(place)
    }
    this.#names(compiled.mapping)
    return compiled.mapping
  }

  #optional(place: string, expression: string | undefined, variables?: readonly string[]): Mapping | null {
    return expression === undefined ? null : this.#mapping(place, expression, variables)
  }

  #template(place: string, template: Template): Mapping {
    const compiled = compileTemplate(place, template, this.#functions)
    if (compiled.ok) {
      this.#names(compiled.mapping)
      return compiled.mapping
    }
    for (const problem of compiled.problems) this.#fail(problem)
    return unusable(place)
  }

  /** Dictionaries that an expression names must be there. */
  #names(mapping: Mapping): void {
    this.#readsSubmit ||= mapping.asks('submit')
    for (const { place, text } of [...mapping.named('theirs'), ...mapping.named('ours')])
      if (!this.#dictionaries.has(text)) this.problems.push(`${place}: there is no dictionary ${text}`)
  }

  #table = (name: string): TableName => tableOf(name, this.#config.database.schema)

  #packet(place: string, name: string, packet: PacketConfig, localCaseNo?: string): PacketPlan | null {
    const rows = packet.rows.map((row, index) => this.#row(`${place}.rows.${index}`, row))
    const index = packet.rows.findIndex(holdsKey)
    const keyRow = rows[index]
    if (packet.answer !== undefined && packet.handed === true)
      this.problems.push(`${place}: answer and handed exclude each other`)
    if (keyRow === undefined) {
      this.problems.push(
        `${place}.rows: one must be an insert without \`each\` and \`when\`, with a \`key\` whose columns read idempotencyKey`,
      )
      return null
    }
    return {
      name,
      rows,
      keyRow,
      answer: packet.answer === undefined ? null : this.#answer(`${place}.answer`, packet.answer),
      handed: packet.handed === true,
      localCaseNo: this.#optional(`${place}.localCaseNo`, localCaseNo, ROW_VARIABLES),
    }
  }

  #answer(place: string, answer: NonNullable<PacketConfig['answer']>): AnswerPlan {
    return {
      columns: answer.columns,
      state: this.#mapping(`${place}.state`, answer.state),
      localCaseNo: this.#optional(`${place}.localCaseNo`, answer.localCaseNo),
      error: this.#optional(`${place}.error`, answer.error),
      lookAgainMs: answer.lookAgainSeconds * 1000,
    }
  }

  #row(place: string, row: RowConfig): RowPlan {
    const key = typeof row.key === 'string' ? [row.key] : (row.key ?? [])
    for (const column of key)
      if (row.columns[column] === undefined) this.problems.push(`${place}.key: ${column} is none of its columns`)
    if (Object.keys(row.columns).length === 0) this.problems.push(`${place}.columns: is empty`)
    if (row.write === 'update' && (key.length === 0 || Object.keys(row.columns).length <= key.length))
      this.problems.push(`${place}: an update needs a \`key\` and a column that is set`)
    const columns = Object.entries(row.columns).map(([name, value]): ColumnPlan => {
      const at = `${place}.columns.${name}`
      const whole = typeof value === 'string' ? { value, type: 'text' as const } : value
      if (whole.value === undefined && (whole.type !== 'blob' || row.each === undefined))
        this.problems.push(`${at}.value: is missing; a blob of a row of \`each: "materials"\` alone has none`)
      return {
        name,
        place: at,
        type: whole.type,
        value: this.#optional(at, whole.value, ROW_VARIABLES),
        bytes: ('bytes' in whole ? whole.bytes : undefined) ?? null,
        characters: ('characters' in whole ? whole.characters : undefined) ?? null,
      }
    })
    return {
      place,
      table: this.#table(row.table),
      write: row.write,
      each: row.each === 'materials',
      when: this.#optional(`${place}.when`, row.when, ROW_VARIABLES),
      key,
      columns,
    }
  }

  #materials(): MaterialsPlan | null {
    const { materials } = this.#config
    if (materials === undefined) return null
    if (typeof materials === 'string') return { kind: materials }
    return {
      kind: 'folder',
      folder: resolve(this.#options.folder, materials.folder),
      name: this.#mapping('materials.name', materials.name, ROW_VARIABLES),
      url: materials.url === undefined ? null : materials.url.replace(/\/*$/, '/'),
    }
  }

  #source(place: string, source: SourceConfig): SourcePlan {
    const { by, files, outcome } = source
    if (this.#config.events.length > 1 && source.at === undefined)
      this.problems.push(`${place}.at: is missing; it puts the answers of several tables in order`)
    if (source.localCaseNo === undefined && Object.keys(source.body).length > 0)
      this.problems.push(`${place}.localCaseNo: is missing`)
    if (source.localCaseNo === undefined && outcome === undefined)
      this.problems.push(`${place}: has neither \`localCaseNo\` with \`body\` nor \`outcome\``)
    return {
      name: source.name,
      place,
      table: this.#table(source.table),
      columns: source.columns,
      where: Object.entries(source.where),
      by: 'mark' in by ? { mark: by.mark, lateMs: by.lateSeconds * 1000 } : by,
      id: source.id,
      at: this.#optional(`${place}.at`, source.at),
      localCaseNo: this.#optional(`${place}.localCaseNo`, source.localCaseNo),
      kind: this.#mapping(`${place}.kind`, source.kind),
      bodies: new Map(
        Object.entries(source.body).map(([kind, body]) => [
          kind as AnswerKind,
          this.#template(`${place}.body.${kind}`, body),
        ]),
      ),
      outcome:
        outcome === undefined
          ? null
          : {
              idempotencyKey: this.#mapping(`${place}.outcome.idempotencyKey`, outcome.idempotencyKey),
              localCaseNo: this.#optional(`${place}.outcome.localCaseNo`, outcome.localCaseNo),
              error: this.#optional(`${place}.outcome.error`, outcome.error),
            },
      files: files === undefined ? null : this.#files(files),
    }
  }

  #files(files: NonNullable<SourceConfig['files']>): FilesPlan {
    if ('folder' in files) return { folder: resolve(this.#options.folder, files.folder) }
    return { table: this.#table(files.table), key: files.key, content: files.content }
  }
}

/** Whether this row is there once for each packet: its unique key is made of the idempotency key. */
function holdsKey({ write, each, when, key, columns }: RowConfig): boolean {
  if (write !== 'insert' || each !== undefined || when !== undefined || key === undefined) return false
  return (typeof key === 'string' ? [key] : key).some(column => {
    const value = columns[column]
    const expression = typeof value === 'string' ? value : value?.value
    return expression !== undefined && /\bidempotencyKey\b/.test(expression)
  })
}

/** Stands for a mapping that could not be compiled; the configuration is refused, so nothing evaluates it. */
const unusable = (place: string): Mapping => ({
  place,
  asks: () => false,
  named: () => [],
  evaluate: async () => refuse('config.invalid', place),
})
